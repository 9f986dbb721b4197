"""What an area holds before it is moved: each function fills a range, in bytes, its own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from analyzer.machine.scenario import Content
from analyzer.mm.entry import DIRTY, SOFT_DIRTY, WRITE, YOUNG, Kind
from analyzer.mm.geometry import Geometry, Level

# The most entries a table has of which every one is filled where a range is called dense.
_ALL = 16
# The most entries of a table that are ever filled one by one.
_MOST = 512
DIRTIED = WRITE | DIRTY | YOUNG
# Bits in the order in which the pages of a range have them.
_BITS = (DIRTIED | SOFT_DIRTY, YOUNG, DIRTIED, 0, WRITE | YOUNG)

Fill: TypeAlias = Callable[[Geometry, int, int], tuple[Content, ...]]


def next_pmd(geometry: Geometry, address: int) -> int:
    """The next PMD boundary above an address."""
    return (address // geometry.pmd_size + 1) * geometry.pmd_size


def dense(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """Every page; of large tables every so many, and the last of the range."""
    entries = geometry.entries(Level.PTE)
    step = 1 if entries <= _ALL else entries // _ALL
    return _pages(geometry, start, end, step)


def full(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """Every page, however many, up to a bound."""
    return _pages(geometry, start, end, max(1, geometry.entries(Level.PTE) // _MOST))


def written(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """Every page, all of them written, up to a bound."""
    step = max(1, geometry.entries(Level.PTE) // _MOST)
    return tuple(
        Content(at, Kind.PAGE, DIRTIED) for at in range(start, end, step * geometry.page_size)
    )


def sparse(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """The second page of each PMD and the last of the range."""
    found = range(start + geometry.page_size, end, geometry.pmd_size)
    return tuple(
        Content(at, Kind.PAGE, DIRTIED) for at in sorted({*found, end - geometry.page_size})
    )


def first(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """One clean page, the first."""
    return (Content(start, Kind.PAGE, YOUNG),)


def mixed(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """Pages, swap and migration entries and nothing, in turn."""
    kinds = (Kind.PAGE, Kind.SWAP, None, Kind.MIGRATION, Kind.PAGE)
    every = dense(geometry, start, end)
    return tuple(
        Content(one.at, kind, one.bits)
        for one, kind in zip(every, kinds * len(every), strict=False)
        if kind is not None
    )


def second_only(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """Nothing, not even a table, before the second PMD."""
    return sparse(geometry, min(next_pmd(geometry, start), end - geometry.page_size), end)


def hole(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """Nothing, not even a table, in the second PMD."""
    first = next_pmd(geometry, start)
    second = range(first, first + geometry.pmd_size)
    return tuple(one for one in sparse(geometry, start, end) if one.at not in second)


def empty_first(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """An empty table in the first PMD, pages behind it."""
    table = Content(start - start % geometry.pmd_size, Kind.TABLE)
    rest = next_pmd(geometry, start)
    return (table, *(sparse(geometry, rest, end) if rest < end else ()))


def empty(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """Empty tables only."""
    size = geometry.pmd_size
    return tuple(Content(at, Kind.TABLE) for at in range(start - start % size, end, size))


def nothing(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
    """Nothing, not even a table."""
    return ()


def huge(kind: Kind) -> Fill:
    """Return the fill of huge entries of a kind, where the range holds a whole PMD.

    The second whole PMD has a page instead.
    """

    def fill(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
        size = geometry.pmd_size
        whole = range(start + -start % size, end - size + 1, size)
        huge = [
            Content(at, kind, bits)
            for at, bits in zip(whole, (DIRTIED, YOUNG, WRITE | YOUNG), strict=False)
        ]
        if len(huge) > 1:
            huge[1] = Content(whole[1], Kind.PAGE, DIRTIED)
        return tuple(huge)

    return fill


def _pages(geometry: Geometry, start: int, end: int, step: int) -> tuple[Content, ...]:
    size = geometry.page_size
    found = [*range(start, end, step * size)]
    if found[-1] != end - size:
        found.append(end - size)
    return tuple(Content(at, Kind.PAGE, _BITS[i % len(_BITS)]) for i, at in enumerate(found))


def one_sort(kind: Kind, bits: int) -> Fill:
    """Return the fill of the first and the last page of the range, of one sort."""

    def fill(geometry: Geometry, start: int, end: int) -> tuple[Content, ...]:
        return tuple(Content(at, kind, bits) for at in sorted({start, end - geometry.page_size}))

    return fill
