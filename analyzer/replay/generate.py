"""Scenarios that kernels are compared on, made around what can go wrong in the move path.

All are made by rule, none by chance: the same geometry always gives the same ones, in the same
order, those first in which most differences show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import TypeVar

from analyzer.machine.scenario import Scenario
from analyzer.mm.entry import DIRTY, SOFT_DIRTY, UFFD_WP, WRITE, YOUNG, Kind
from analyzer.mm.geometry import Geometry, Level
from analyzer.replay import fills
from analyzer.replay.fills import DIRTIED
from analyzer.replay.legal import is_legal
from analyzer.replay.shapes import ANON, AREAS, BOTH, COPIED, FILE, PLAIN, lengths, made, starts

# How many scenarios mix all of the choices, beyond those made for one thing each.
_MIXED = 60
# Steps through all mixtures: a prime, so that no choice repeats in step with another.
_STRIDE = 7919
# PMDs of a long range. Longer than 32 bits is only one that has no more than twice as many.
_MANY = 20
_32_BITS = 1 << 32
# The most entries of a table that is gone through whole without thinking of the time.
_LARGE = 1024
# Numbers of a patch's code that are tried, and how long a move they may make.
_NUMBERS = 8
_MOST_PMDS = 1024
_Choice = TypeVar("_Choice")
_SORTS = (
    *((Kind.PAGE, bits) for bits in (0, WRITE, DIRTY, YOUNG, SOFT_DIRTY, UFFD_WP, DIRTIED)),
    *((Kind.SWAP, bits) for bits in (0, SOFT_DIRTY)),
    *((Kind.MIGRATION, bits) for bits in (0, WRITE)),
)
_FILLS = (
    fills.sparse,
    fills.dense,
    fills.mixed,
    fills.first,
    fills.hole,
    fills.empty_first,
    fills.second_only,
)
_HOLED = (fills.nothing, fills.empty, fills.empty_first, fills.hole, fills.second_only)


# --- the groups --------------------------------------------------------------------------------


def _aligned(geometry: Geometry) -> Iterator[Scenario]:
    """Whole PMDs to PMD boundaries: what the patch is for."""
    size = geometry.pmd_size
    turns = (
        (1, fills.sparse, BOTH),
        (1, fills.dense, PLAIN),
        (2, fills.sparse, ANON),
        (3, fills.mixed, FILE),
    )
    for apart in (True, False):
        old, new = starts(geometry, apart=apart)
        for count, fill, area in turns:
            yield made(geometry, (old, new, count * size), fill, area)


def _unaligned(geometry: Geometry) -> Iterator[Scenario]:
    """Old and new below, at and above a PMD boundary, by lengths around one PMD and several."""
    page, pmd = geometry.page_size, geometry.pmd_size
    turn = 0
    for length in lengths(geometry):
        for new_past in (page, 0, pmd - page):
            for old_past in (0, page, pmd - page):
                old, new = starts(geometry, apart=turn % 2 == 1)
                shape = old + old_past, new + new_past, length
                fill, area = _FILLS[turn % len(_FILLS)], AREAS[turn % len(AREAS)]
                yield made(geometry, shape, fill, area)
                turn += 1


def _single_bits(geometry: Geometry) -> Iterator[Scenario]:
    """A new side that is off a PMD boundary by each power of two: what a mask may have left out."""
    old, new = starts(geometry, apart=True)
    past = geometry.page_size
    while past < geometry.pmd_size:
        yield made(geometry, (old, new + past, geometry.pmd_size), fills.first, PLAIN)
        past *= 2


def _established(geometry: Geometry) -> Iterator[Scenario]:
    """PMDs of the new side that hold an empty table already: one, and two for a WARN once."""
    size, page = geometry.pmd_size, geometry.page_size
    for apart, area in ((False, PLAIN), (True, BOTH)):
        old, new = starts(geometry, apart=apart)
        for tables in ((0,), (0, 1), (1,), (0, 2)):
            yield made(geometry, (old, new, 3 * size), fills.sparse, area, established=tables)
        yield made(geometry, (old, new, size), fills.dense, area, established=(0,))
        yield made(geometry, (old, new + page, size), fills.dense, area, established=(0,))


def _holes(geometry: Geometry) -> Iterator[Scenario]:
    """No table, or an empty one."""
    size, page = geometry.pmd_size, geometry.page_size
    for turn, fill in enumerate(_HOLED):
        old, new = starts(geometry, apart=turn % 2 == 1)
        area = AREAS[turn % len(AREAS)]
        yield made(geometry, (old, new, 3 * size), fill, area)
        yield made(geometry, (old, new + page, 2 * size), fill, area)


def _sorts(geometry: Geometry) -> Iterator[Scenario]:
    """Each sort of entry, moved with its table and by itself."""
    size, page = geometry.pmd_size, geometry.page_size
    for turn, (kind, bits) in enumerate(_SORTS):
        old, new = starts(geometry, apart=turn % 2 == 1)
        area = AREAS[turn % len(AREAS)]
        yield made(geometry, (old, new + page, size), fills.one_sort(kind, bits), area)
        yield made(geometry, (old, new, size + page), fills.one_sort(kind, bits), area)


def _hugely(geometry: Geometry) -> Iterator[Scenario]:
    """Huge entries and huge device pages, whole extents and parts of them."""
    size, page = geometry.pmd_size, geometry.page_size
    turn = 0
    for kind, areas in ((Kind.HUGE, (ANON, PLAIN)), (Kind.DEVMAP, (FILE, COPIED))):
        for old_past, new_past, length in (
            (0, 0, size),
            (0, page, size),
            (0, 0, 3 * size),
            (page, page, 2 * size),
            (0, size - page, size + page),
        ):
            old, new = starts(geometry, apart=turn % 2 == 1)
            shape = old + old_past, new + new_past, length
            yield made(geometry, shape, fills.huge(kind), areas[turn % 2])
            turn += 1
        yield made(geometry, (old, new, size), fills.huge(kind), areas[1], established=(0,))


def _failing(geometry: Geometry) -> Iterator[Scenario]:
    """Each allocation of a page table fails in turn."""
    size, page = geometry.pmd_size, geometry.page_size
    for turn, (new_past, fails) in enumerate(
        (past, fails) for fails in range(5) for past in (0, page, size - page)
    ):
        old, new = starts(geometry, apart=turn % 2 == 1)
        shape = old, new + new_past, 2 * size + page
        area = AREAS[turn % len(AREAS)]
        yield made(geometry, shape, fills.sparse, area, fails=fails)


def _at_edges(geometry: Geometry) -> Iterator[Scenario]:
    """The first and the last page and PMD of user space."""
    page, size = geometry.page_size, geometry.pmd_size
    old, new = starts(geometry, apart=False)
    last = geometry.task_size - geometry.task_size % size
    for turn, (start, end, length) in enumerate(
        (
            (0, new, size),
            (new, 0, size),
            (0, new, page),
            (new, 0, 2 * size + page),
            (last - size, old, size),
            (old, last - size, size),
            (geometry.task_size - page, old, page),
            (old, geometry.task_size - size - page, size + page),
            (last - 2 * size, old + page, 2 * size),
            (size, new, 2 * size),
        )
    ):
        yield made(geometry, (start, end, length), fills.sparse, AREAS[turn % len(AREAS)])


def _long(geometry: Geometry) -> Iterator[Scenario]:
    """Many PMDs with little in them: more than a patch may think of as a lot."""
    size = geometry.pmd_size
    old, _ = starts(geometry, apart=False)
    new = old + 2 * _MANY * size
    yield made(geometry, (old, new, _MANY * size), fills.second_only, BOTH)
    yield made(geometry, (old, new + geometry.page_size, _MANY * size), fills.first, PLAIN)


def _within_one_area(geometry: Geometry) -> Iterator[Scenario]:
    """A stack that execve() moves down over itself, its start aligned and not."""
    page, size = geometry.page_size, geometry.pmd_size
    start, _ = starts(geometry, apart=False)
    for count in (1, 2):
        for past in (page, 0, size - page):
            for shift in (count * size, count * size + page):
                old = start + count * size + size + past
                length = (count + 2) * size - past
                shape = old, old - shift, length
                yield made(geometry, shape, fills.sparse, PLAIN, one_area=True)
    old = start + 2 * size + page
    yield made(geometry, (old, old - size, 2 * size - page), fills.dense, PLAIN, one_area=True)


def _mixtures(geometry: Geometry) -> Iterator[Scenario]:
    """Everything with everything, a few of very many, evenly spread."""
    page, size = geometry.page_size, geometry.pmd_size
    pasts = 0, page, size // 2, size - page
    for turn in range(_MIXED):
        pick = _Picker(turn * _STRIDE)
        old, new = starts(geometry, apart=bool(pick.of((0, 1))))
        shape = old + pick.of(pasts), new + pick.of((0, *pasts)), pick.of(lengths(geometry))
        fill, area = pick.of(_FILLS), pick.of(AREAS)
        established = pick.of(((), (), (0,), (1,)))
        yield made(geometry, shape, fill, area, established=established)


class _Picker:
    """Picks from choices by the digits of a number."""

    def __init__(self, number: int) -> None:
        self._left = number

    def of(self, choices: Sequence[_Choice]) -> _Choice:
        self._left, which = divmod(self._left, len(choices))
        return choices[which]


# --- all of them -------------------------------------------------------------------------------

_GROUPS = (
    _aligned,
    _unaligned,
    _single_bits,
    _established,
    _within_one_area,
    _hugely,
    _holes,
    _failing,
    _sorts,
    _at_edges,
    _long,
    _mixtures,
)


@lru_cache(maxsize=16)
def sweep(geometry: Geometry) -> tuple[Scenario, ...]:
    """All scenarios for a geometry, about 230."""
    return _legal(one for group in _GROUPS for one in group(geometry))


@lru_cache(maxsize=16)
def sample(geometry: Geometry) -> tuple[Scenario, ...]:
    """Every fourth of the sweep, about 60: for geometries that differ from a swept one little.

    The first of each group is in it.
    """
    return _legal(one for group in _GROUPS for one in islice(group(geometry), 0, None, 4))


@lru_cache(maxsize=16)
def few(geometry: Geometry) -> tuple[Scenario, ...]:
    """One or two of each kind for an architecture's geometry, few pages in each but in one.

    Tables of very many entries are seldom gone through whole: that is as long as it is dull.
    """
    found = _few(geometry)
    if geometry.entries(Level.PTE) <= _LARGE:
        found = chain(found, _few_long(geometry))
    return _legal(found)


def _few(geometry: Geometry) -> Iterator[Scenario]:
    page, size = geometry.page_size, geometry.pmd_size
    near, far = starts(geometry, apart=False), starts(geometry, apart=True)
    old, new = far
    last = geometry.task_size - geometry.task_size % size
    part = min(size - page, 100 * page)
    yield made(geometry, (*far, size), fills.sparse, BOTH)
    yield made(geometry, (*near, 2 * size), fills.sparse, PLAIN)
    yield made(geometry, (old, new + page, size), fills.sparse, ANON)
    yield from _single_bits(geometry)
    yield made(geometry, (old + page, new + page, part), fills.sparse, FILE)
    yield made(geometry, (old, new, size + page), fills.sparse, PLAIN)
    yield made(geometry, (*near, size), fills.sparse, BOTH, established=(0,))
    yield made(geometry, (*far, 3 * size), fills.hole, ANON)
    yield made(geometry, (*far, 2 * size), fills.sparse, PLAIN, fails=0)
    yield made(geometry, (*near, size), fills.huge(Kind.HUGE), ANON)
    yield made(geometry, (old, last - size, size), fills.sparse, PLAIN)
    yield made(geometry, (last - size, new, size), fills.sparse, BOTH)
    if _MANY * size >= _32_BITS:
        yield made(geometry, (*far, _32_BITS + size), fills.sparse, PLAIN)


def _few_long(geometry: Geometry) -> Iterator[Scenario]:
    page, size = geometry.page_size, geometry.pmd_size
    old, new = starts(geometry, apart=True)
    yield made(geometry, (old, new + size - page, 2 * size), fills.first, PLAIN)
    yield made(geometry, (old, new, size - page), fills.sparse, BOTH)
    start = old + 2 * size + page
    yield made(geometry, (start, start - size, 3 * size - page), fills.sparse, one_area=True)
    yield made(geometry, (old, new, size), fills.full, PLAIN)


@lru_cache(maxsize=16)
def picture(geometry: Geometry) -> Scenario:
    """A whole PMD of written pages, moved to a PMD boundary: for counting work."""
    shape = (*starts(geometry, apart=False), geometry.pmd_size)
    return made(geometry, shape, fills.written, PLAIN)


@lru_cache(maxsize=16)
def around(geometry: Geometry, numbers: tuple[int, ...]) -> tuple[Scenario, ...]:
    """Moves to, from and of what numbers in a patch's code may mean: addresses and lengths.

    Of so many numbers as are looked at, those that user space has room for.
    """
    return _legal(one for number in numbers[:_NUMBERS] for one in _around(geometry, number))


def _around(geometry: Geometry, number: int) -> Iterator[Scenario]:
    page, size = geometry.page_size, geometry.pmd_size
    old, new = starts(geometry, apart=True)
    at = number - number % size
    yield made(geometry, (at, at + 2 * size, size), fills.first, PLAIN)
    yield made(geometry, (at + 2 * size, at, size), fills.first, PLAIN)
    if at <= _MOST_PMDS * size:
        far = max(new, old + at + 2 * size)
        far += -far % size
        for length in (at, at + size, number - number % page + page):
            if length:
                yield made(geometry, (old, far, length), fills.first, PLAIN)


def _legal(found: Iterable[Scenario]) -> tuple[Scenario, ...]:
    """Those that a kernel's callers can ask for, each once, in order."""
    return tuple(one for one in dict.fromkeys(found) if is_legal(one))
