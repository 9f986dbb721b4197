"""How an architecture lays out its page tables: data, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import accumulate


class Level(IntEnum):
    """The five levels that C code knows, from the table of pages up."""

    PTE = 0
    PMD = 1
    PUD = 2
    P4D = 3
    PGD = 4


@dataclass(frozen=True, slots=True)
class Geometry:
    """Page-table geometry.

    ``bits`` are the index bits of each level's table, PTE first; 0 where the level is folded into
    the one above. ``word`` is the width of ``unsigned long`` in bits, ``task_size`` the end of user
    space in bytes. ``split_pte`` and ``split_pmd``: each such table has a lock of its own, else
    ``mm->page_table_lock`` guards it. ``real``: an architecture has it.
    """

    name: str
    arch: str
    page_shift: int
    bits: tuple[int, int, int, int, int]
    word: int
    task_size: int
    split_pte: bool = True
    split_pmd: bool = True
    real: bool = True
    # What ``shift`` answers, for all levels: asked at every step down the tables.
    shifts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shifts = tuple(accumulate(self.bits[:-1], initial=self.page_shift))
        object.__setattr__(self, "shifts", shifts)

    def shift(self, level: Level) -> int:
        """Log2 of the bytes that one entry of a level covers."""
        return self.shifts[level]

    def size(self, level: Level) -> int:
        """The bytes that one entry of a level covers."""
        return 1 << self.shifts[level]

    def entries(self, level: Level) -> int:
        """How many entries a table of a level has; 1 where the level is folded."""
        return 1 << self.bits[level]

    def index(self, level: Level, address: int) -> int:
        """Which entry of its table an address uses at a level (``pmd_index`` and the like)."""
        return (address >> self.shifts[level]) & ((1 << self.bits[level]) - 1)

    def lowest_like(self, level: Level) -> Level:
        """The lowest level that is folded into this one, itself if none is."""
        while level > Level.PMD and not self.bits[level - 1]:
            level = Level(level - 1)
        return level

    @property
    def page_size(self) -> int:
        """Bytes of a page."""
        return 1 << self.page_shift

    @property
    def pmd_size(self) -> int:
        """Bytes that a PMD entry covers."""
        return self.size(Level.PMD)

    @property
    def word_mask(self) -> int:
        """All bits of an ``unsigned long``."""
        return (1 << self.word) - 1


def _x86(name: str, levels: tuple[int, int, int, int, int], bits: int) -> Geometry:
    return Geometry(name, "x86_64", 12, levels, 64, (1 << bits) - (1 << 12))


X86_64 = _x86("x86-64, 4 levels", (9, 9, 9, 0, 9), 47)
X86_64_5 = _x86("x86-64, 5 levels", (9, 9, 9, 9, 9), 56)
ARM64_4K = Geometry("arm64, 4K pages", "arm64", 12, (9, 9, 9, 0, 9), 64, 1 << 48)
ARM64_16K = Geometry("arm64, 16K pages", "arm64", 14, (11, 11, 11, 0, 1), 64, 1 << 48)
ARM64_64K = Geometry("arm64, 64K pages", "arm64", 16, (13, 13, 0, 0, 6), 64, 1 << 48)
I386 = Geometry("i386, 2 levels", "i386", 12, (10, 0, 0, 0, 10), 32, 0xC000_0000, split_pmd=False)
# One lock for all page tables, as with few CPUs (NR_CPUS < SPLIT_PTLOCK_CPUS).
X86_64_ONE_LOCK = Geometry(
    "x86-64, one page-table lock",
    "x86_64",
    12,
    X86_64.bits,
    64,
    X86_64.task_size,
    split_pte=False,
    split_pmd=False,
)

REAL = (X86_64, X86_64_5, X86_64_ONE_LOCK, ARM64_4K, ARM64_16K, ARM64_64K, I386)


def small(
    bits: int = 3,
    *,
    levels: int = 4,
    word: int = 64,
    split_pte: bool = True,
    split_pmd: bool = True,
) -> Geometry:
    """A geometry for sweeps: tables of ``2 ** bits`` entries, two to five levels of them."""
    folded = 5 - levels
    own = (bits,) * (levels - 1)
    top = min(word, 12 + levels * bits)
    return Geometry(
        f"{1 << bits} entries a table, {levels} levels"
        + ("" if split_pte and split_pmd else ", unsplit locks"),
        "any",
        12,
        (*own, *(0,) * folded, bits),  # type: ignore[arg-type]
        word,
        1 << top,
        split_pte,
        split_pmd,
        real=False,
    )


SMALL = small()
SMALL_ONE_LOCK = small(split_pte=False, split_pmd=False)
SMALL_TWO_LEVELS = small(levels=2, word=32, split_pmd=False)
# Enough entries that a chunk of 64 pages is a part of a table.
MEDIUM = small(7)
