"""Which pages of a mapping are taken as present: a log of system calls does not show it.

The default is ``all``. mremap() is called to give a buffer that has become too small more room, and
a buffer that is too small is full: of what realloc() moves, nearly all was written. ``all`` also
gives a kernel the most to do, so that a difference in how pages are moved cannot hide behind pages
that are taken as absent. What empties pages (madvise) is in the log and is followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.errors import AnalyzerError
from analyzer.mm.entry import DIRTY, WRITE, YOUNG
from analyzer.replay.vmbits import ACCESS, VM_HUGETLB, VM_WRITE

# One page in more than this says the same as ``none``.
_MOST = 1 << 30
# What a page that was written to has; SOFT_DIRTY is as if cleared since (clear_refs), so that it
# shows which kernel sets it.
WRITTEN = WRITE | DIRTY | YOUNG
READ = YOUNG


class Mode(Enum):
    """How much is taken as present."""

    NONE = "none"
    TOUCHED = "touched"
    ALL = "all"
    SPARSE = "sparse"


@dataclass(frozen=True, slots=True)
class Populate:
    """An assumption; ``every`` is for ``sparse``: one page in so many.

    ``none``: no page at all. ``touched``: what calls in the log show to be present (MAP_POPULATE,
    mlock, MADV_POPULATE_READ and _WRITE, buffers that were read or written). ``all``: every page of
    a mapping, from when it may be used; written and dirty where it may be written to. ``sparse``:
    what ``touched`` has, and one page in so many.
    """

    mode: Mode = Mode.ALL
    every: int = 1

    def told(self) -> str:
        """In words, for reports."""
        return {
            Mode.NONE: "no page is taken as present",
            Mode.TOUCHED: "pages are taken as present that a call in the log shows to be",
            Mode.ALL: "every page of a mapping is taken as present, and as written where it may be",
            Mode.SPARSE: f"one page in {self.every} of a mapping is taken as present",
        }[self.mode]


DEFAULT = Populate()


def population(text: str) -> Populate:
    """Read what the user assumes: ``none``, ``touched``, ``all`` or ``sparse:N``."""
    name, colon, number = text.strip().partition(":")
    if name == Mode.SPARSE.value and number.isascii() and number.isdigit() and len(number) < 12:
        if 1 <= int(number) <= _MOST:
            return Populate(Mode.SPARSE, int(number))
    elif not colon and name in (Mode.NONE.value, Mode.TOUCHED.value, Mode.ALL.value):
        return Populate(Mode(name))
    raise AnalyzerError(
        f"{text[:40]!r} is no population of pages",
        where="--populate",
        todo="give none, touched, all, or sparse:N with N from 1, as in sparse:8",
    )


def bits_in(flags: int) -> int | None:
    """The bits of a page that an area with these ``vm_flags`` holds; None if it can hold none.

    A page of a hugetlb area is none of ours.
    """
    if not flags & ACCESS or flags & VM_HUGETLB:
        return None
    return WRITTEN if flags & VM_WRITE else READ
