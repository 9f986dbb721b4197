"""A divergence as steps to go through: what both kernels do alike in one row, the rest in two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from analyzer.report.story import MARK
from analyzer.result import Divergence

_BAR = " | "
_ENTRY = re.compile(r"\b(PTE|PMD|PUD|P4D|PGD) entry of (0x[0-9a-f]{1,16})\b")
# Of each side's steps, so many are shown.
_MOST = 200


@dataclass(frozen=True, slots=True)
class Told:
    """One step of one kernel: the locks held before it, the line of C, what was done.

    ``level`` and ``address`` are those of the entry that it is about, empty where it is about none.
    ``first``: it is where the kernels part.
    """

    text: str
    locks: str = ""
    place: str = ""
    first: bool = False
    level: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Beat:
    """One row: a step of each kernel, or of one. ``shared``: both do the same."""

    number: int
    upstream: Told | None
    target: Told | None
    shared: bool = False

    @property
    def first(self) -> bool:
        """Whether the kernels part here."""
        return any(one is not None and one.first for one in (self.upstream, self.target))


def beats(divergence: Divergence) -> tuple[Beat, ...]:
    """The steps of both kernels, those that they take alike beside each other."""
    ours, theirs = _read(divergence.upstream), _read(divergence.target)
    pairs = _pairs(ours, theirs)
    return tuple(
        Beat(number, one, other, shared) for number, (one, other, shared) in enumerate(pairs, 1)
    )


_Pair = tuple[Told | None, Told | None, bool]


def _pairs(ours: Sequence[Told], theirs: Sequence[Told]) -> Iterator[_Pair]:
    """What comes before the kernels part, where they do, and what comes then."""
    parted, at = _marked(ours), _marked(theirs)
    yield from _aligned(ours[:parted], theirs[:at])
    if parted < len(ours) or at < len(theirs):
        one = ours[parted] if parted < len(ours) else None
        other = theirs[at] if at < len(theirs) else None
        yield one, other, False
    yield from _aligned(ours[parted + 1 :], theirs[at + 1 :])


def _marked(steps: Sequence[Told]) -> int:
    return next((at for at, one in enumerate(steps) if one.first), len(steps))


def _aligned(ours: Sequence[Told], theirs: Sequence[Told]) -> Iterator[_Pair]:
    matcher = SequenceMatcher(None, _keys(ours), _keys(theirs), autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        for i in range(max(b - a, d - c)):
            one = ours[a + i] if a + i < b else None
            other = theirs[c + i] if c + i < d else None
            yield one, other, tag == "equal"


def _keys(steps: Sequence[Told]) -> list[tuple[str, str]]:
    """What makes two steps the same; the line of C is each kernel's own."""
    return [(one.locks, one.text) for one in steps]


def _read(told: str) -> tuple[Told, ...]:
    lines = told.split("\n") if told else []
    left = len(lines) - _MOST
    kept = lines[:_MOST] if left > 0 else lines
    first = [line.startswith(MARK) for line in kept]
    bare = [
        line.removeprefix(MARK) if line[:1] == MARK else line.removeprefix(" ") for line in kept
    ]
    bar = _second_bar(bare)
    found = [_step(line, bar, first=is_first) for line, is_first in zip(bare, first, strict=True)]
    if left > 0:
        found.append(Told(f"... {left:,} more steps; all of them with --format json"))
    return tuple(found)


def _second_bar(lines: Sequence[str]) -> int | None:
    """Where the last column begins: where every line has a bar behind its first one."""
    common: set[int] | None = None
    for line in lines:
        start = line.find(_BAR)
        places = {match.start() for match in re.finditer(re.escape(_BAR), line[start + 1 :])}
        places = {start + 1 + at for at in places} if start >= 0 else set()
        common = places if common is None else common & places
    return min(common) if common else None


def _step(line: str, bar: int | None, *, first: bool) -> Told:
    if bar is None:
        return _told(line.strip(), "", "", first=first)
    locks, _, place = line[:bar].partition(_BAR)
    return _told(line[bar + len(_BAR) :].strip(), locks.strip(), place.strip(), first=first)


def _told(text: str, locks: str, place: str, *, first: bool) -> Told:
    match = _ENTRY.search(text)
    level, address = (match[1], str(int(match[2], 16))) if match else ("", "")
    return Told(text, locks, place, first, level, address)
