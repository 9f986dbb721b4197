"""The shape of a scenario: where its ranges lie, how long they are, which locks its area has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analyzer.machine.scenario import Content, Scenario
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import Geometry, Level
from analyzer.replay.fills import Fill


class Area(NamedTuple):
    """Which rmap locks an area has, and whether the call is told to take them."""

    need: bool
    file: bool
    anon: bool


PLAIN = Area(need=False, file=False, anon=True)
ANON = Area(need=True, file=False, anon=True)
FILE = Area(need=True, file=True, anon=False)
BOTH = Area(need=True, file=True, anon=True)
COPIED = Area(need=False, file=True, anon=True)
AREAS = (BOTH, PLAIN, ANON, FILE, COPIED)


def span_of(geometry: Geometry) -> int:
    """The bytes that one table of PMD entries covers."""
    level = next(level for level in Level if level >= Level.PMD and geometry.bits[level])
    return geometry.entries(level) * geometry.pmd_size


def starts(geometry: Geometry, *, apart: bool) -> tuple[int, int]:
    """Where old and new begin: PMD boundaries in one table of PMD entries, or ``apart`` in two.

    Where user space has only one such table they are always in one.
    """
    span = span_of(geometry)
    if 3 * span <= geometry.task_size:
        return span, span + (span if apart else span // 2)
    middle = span // 2
    return middle - 4 * geometry.pmd_size, middle


def lengths(geometry: Geometry) -> tuple[int, ...]:
    """Lengths below, at and above one PMD and several, in bytes."""
    page, pmd = geometry.page_size, geometry.pmd_size
    return (pmd, 2 * pmd, pmd + page, pmd - page, 2 * pmd + page, pmd // 2, page, 3 * pmd - page)


def made(
    geometry: Geometry,
    shape: tuple[int, int, int],
    fill: Fill,
    area: Area = PLAIN,
    *,
    established: Sequence[int] = (),
    one_area: bool = False,
    fails: int | None = None,
) -> Scenario:
    """A scenario of a shape (old, new, length) in bytes; ``established``: PMDs of the new side."""
    old, new, length = shape
    size = geometry.pmd_size
    tables = [Content(new - new % size + number * size, Kind.TABLE) for number in established]
    contents = (*fill(geometry, old, old + length), *tables)
    return Scenario(
        geometry,
        old,
        new,
        length,
        contents,
        need_rmap_locks=area.need,
        file=area.file,
        anon=area.anon,
        one_area=one_area,
        fails=fails,
    )
