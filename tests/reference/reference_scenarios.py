"""Scenarios by chance, around what the move path decides by. Deterministic."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from analyzer.mm.entry import DIRTY, SOFT_DIRTY, WRITE, YOUNG, Kind
from analyzer.mm.geometry import Geometry, Level
from analyzer.mm.populate import Content


class Scenario(NamedTuple):
    """One call on one address space; addresses and ``length`` in bytes."""

    geometry: Geometry
    old: int
    new: int
    length: int
    contents: tuple[Content, ...] = ()
    need_rmap_locks: bool = False
    file: bool = False
    anon: bool = True
    one_area: bool = False
    fails: int | None = None


_BITS = (0, DIRTY, DIRTY | WRITE, YOUNG, WRITE | SOFT_DIRTY)
_PAGES = (Kind.PAGE, Kind.PAGE, Kind.PAGE, Kind.SWAP, Kind.MIGRATION)
_WHOLE = (Kind.HUGE, Kind.HUGE, Kind.DEVMAP, Kind.MIGRATION)


def scenarios(
    geometry: Geometry, seed: int, count: int, *, huge: bool = True
) -> Iterator[Scenario]:
    """``count`` of them; ``huge``: also with huge pages, device pages and their migration."""
    chance = Random(seed)  # noqa: S311 - not for secrets
    for _ in range(count):
        yield _scenario(chance, geometry, huge)


def _scenario(chance: Random, geometry: Geometry, huge: bool) -> Scenario:
    page, pmd = geometry.page_size, geometry.pmd_size
    in_pmd = pmd // page
    top = geometry.task_size // pmd
    pmds = chance.randrange(min(4, top // 2 - 1))
    length = max(page, pmds * pmd + chance.choice((0, 0, page, -page)))
    aligned = chance.random() < 0.6

    def offset() -> int:
        return 0 if aligned else chance.choice((0, 1, in_pmd - 1)) * page

    room = max(1, top // 2 - pmds - 2)
    old = chance.choice((0, room - 1, chance.randrange(room))) * pmd + offset()
    new = (top // 2 + chance.choice((0, room - 1, chance.randrange(room)))) * pmd + offset()
    if chance.random() < 0.2:
        new = geometry.task_size - length if chance.random() < 0.5 else new
    if chance.random() < 0.3:
        old, new = new, old
    one_area = chance.random() < 0.2
    if one_area:
        old, new = max(old, new), max(old, new) - chance.randrange(1, 3) * pmd
        new = max(new, old % pmd)
        length = min(length, geometry.task_size - old)
    return Scenario(
        geometry,
        old,
        new,
        length,
        contents=tuple(_contents(chance, geometry, old, new, length, huge)),
        need_rmap_locks=chance.random() < 0.5,
        file=chance.random() < 0.5,
        anon=chance.random() < 0.8,
        one_area=one_area,
        fails=chance.choice((None, None, None, 0, 1, 2)),
    )


def _contents(
    chance: Random, geometry: Geometry, old: int, new: int, length: int, huge: bool
) -> Iterator[Content]:
    pmd = geometry.pmd_size
    density = chance.choice((0.1, 0.5, 1.0))
    for start in range(old & -pmd, old + length, pmd):
        first, end = max(start, old), min(start + pmd, old + length)
        sort = chance.random()
        if sort < 0.1:
            continue
        if sort < 0.2:
            yield first, Kind.TABLE, 0
        elif sort < 0.4 and huge and end - first == pmd:
            yield start, chance.choice(_WHOLE), chance.choice(_BITS), Level.PMD
        else:
            for at in range(first, end, geometry.page_size):
                if chance.random() < density:
                    yield at, chance.choice(_PAGES), chance.choice(_BITS)
    if chance.random() < 0.3 and not old <= new < old + length:
        yield new, Kind.TABLE, 0
