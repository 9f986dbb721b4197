"""Calls that are alike but for where they are: what a kernel does is the same, so many bytes on.

A call whose ranges lie within what one page table covers (a table of PMDs, or of PUDs) may be
shifted within that by whole entries of it: every address keeps its place in the tables below, no
range reaches another table above, and what kernels compare addresses with keeps its side. Of an
area beside the ranges no more matters than where it begins or ends; where it is far, no more than
which tables it does not share. Offsets of anonymous memory, in pages of addresses, are
shifted alike; numbers of files and of each ``anon_vma`` are names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from analyzer.machine.scenario import Area
from analyzer.mm.geometry import Geometry, Level
from analyzer.replay.back import Change
from analyzer.replay.pages import Run
from analyzer.replay.restrict import UNSEEN, Cut

# Limits that are so far away are never reached: no kernel asks for more room than this.
_ROOM = 1024
# Calls that have more runs of pages are not compared, nor kept.
_MOST_RUNS = 64

Key: TypeAlias = tuple[object, ...]


class Row(NamedTuple):
    """An area that a call left, so that it may be put elsewhere.

    ``start`` and ``end`` are in bytes from the form's place, and so is ``pgoff`` of anonymous
    memory. ``first`` is the area below the ranges that it was made one with, which it begins and
    whose offset its own is counted from; ``last`` the one above, which it ends with.
    """

    first: int | None
    start: int
    last: int | None
    end: int
    flags: int
    file: int | None
    pgoff: int
    anon: int | None


class Shifted(NamedTuple):
    """A ``Change`` in bytes from the form's place."""

    result: int
    gone: tuple[int, ...]
    areas: tuple[Row, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A call without its place: equal keys are calls that are alike. ``by`` is the place.

    ``low`` and ``high`` are where the ranges, and the areas that they have some of, begin and end.
    """

    key: Key
    by: int
    low: int
    high: int
    areas: tuple[Area, ...]
    files: dict[int, int]
    anons: dict[int, int]
    page_shift: int

    # --- addresses ---------------------------------------------------------------------------

    def result(self, result: int) -> int:
        """A result without the place; an errno is none."""
        return result if result < 0 else result - self.by

    def result_of(self, result: int) -> int:
        """The result of this call, of one without the place."""
        return result if result < 0 else result + self.by

    def shifted(self, change: Change) -> Shifted | None:
        """A change without the place; None for one that is more than a change of the call's own."""
        if len(change.runs) > _MOST_RUNS:
            return None
        try:
            rows = tuple(self._row(one, change.gone) for one in change.areas)
        except KeyError:
            return None
        runs = tuple(one.shifted(-self.by) for one in change.runs)
        return Shifted(self.result(change.result), change.gone, rows, runs)

    def change(self, shifted: Shifted) -> Change:
        """The change of this call, of one without the place."""
        return Change(
            self.result_of(shifted.result),
            shifted.gone,
            tuple(map(self._area, shifted.areas)),
            tuple(one.shifted(self.by) for one in shifted.runs),
        )

    def _row(self, area: Area, gone: tuple[int, ...]) -> Row:
        areas = self.areas
        below = (at for at in gone if areas[at].end <= self.low and areas[at].start == area.start)
        above = (at for at in gone if areas[at].start >= self.high and areas[at].end == area.end)
        first, last = next(below, None), next(above, None)
        pgoff = area.pgoff
        if first is not None:
            if areas[first].file != area.file:
                raise KeyError(area.file)
            pgoff -= areas[first].pgoff
        elif area.file is None:
            pgoff -= self.by >> self.page_shift
        return Row(
            first,
            area.start - self.by if first is None else 0,
            last,
            area.end - self.by if last is None else 0,
            area.flags,
            None if area.file is None else self.files[area.file],
            pgoff,
            None if area.anon is None else self.anons[area.anon],
        )

    def _area(self, row: Row) -> Area:
        pgoff = row.pgoff
        if row.first is not None:
            pgoff += self.areas[row.first].pgoff
        elif row.file is None:
            pgoff += self.by >> self.page_shift
        return Area(
            row.start + self.by if row.first is None else self.areas[row.first].start,
            row.end + self.by if row.last is None else self.areas[row.last].end,
            row.flags,
            None if row.file is None else _name(self.files, row.file),
            pgoff,
            None if row.anon is None else _name(self.anons, row.anon),
        )


def _name(names: dict[int, int], rank: int) -> int:
    return next(name for name, one in names.items() if one == rank)


def form_of(cut: Cut) -> Form | None:
    """A call's form; None for one whose place matters, or may."""
    call = cut.call
    hint = call.new_address and not call.fixed
    if hint or sum(len(one.runs) for one in cut.pieces) > _MOST_RUNS:
        return None
    spans = list(_spans(cut))
    inside = [any(one.start < end and start < one.end for start, end in spans) for one in cut.areas]
    parts = [one for one, part in zip(cut.areas, inside, strict=True) if part]
    low = min([start for start, _ in spans] + [one.start for one in parts])
    high = max([end for _, end in spans] + [one.end for one in parts])
    place = _place(cut.geometry, low, high)
    if place is None:
        return None
    by, above = place
    form = Form((), by, low, high, cut.areas, {}, {}, cut.geometry.page_shift)
    edges = {edge for span in spans for edge in span}
    rows = tuple(
        _part(form, one) if part else _beside(form, one, edges, above)
        for one, part in zip(cut.areas, inside, strict=True)
    )
    limits = cut.limits
    room = limits.areas if limits.areas <= len(cut.areas) + _ROOM else None
    key = (
        *(cut.geometry.name, above, call.flags, cut.lengths, call.address - by),
        call.new_address - by if call.fixed else None,
        None if cut.chosen is None else form.result(cut.chosen),
        form.result(call.result),
        (room, limits.space, limits.locked, limits.memory),
        rows,
        tuple(
            (one.start - by, one.end - by, one.most, *(run.shifted(-by) for run in one.runs))
            for one in cut.pieces
        ),
    )
    return replace(form, key=key)


def _spans(cut: Cut) -> Iterator[tuple[int, int]]:
    """The ranges of a call, and the room that it may grow into."""
    call, page = cut.call, cut.geometry.page_size
    yield call.address, call.address + max(call.old_length, page)
    yield call.address, call.address + max(call.kept, page)
    yield call.address, call.address + max(call.new_length, page)
    for start in (call.new_address if call.fixed else None, call.result if call.moved else None):
        if start is not None:
            yield start, start + max(call.new_length, page)


def _place(geometry: Geometry, low: int, high: int) -> tuple[int, tuple[int, ...]] | None:
    """Where addresses begin that one table covers, and the shifts of the entries above it.

    The first and the last address of the table are not among them, so that nothing begins or
    ends with it; nor is the table that has address 0.
    """
    shifts = sorted({geometry.shift(level) for level in Level if level >= Level.PMD})
    for grain, block in pairwise(shifts):
        first = low >> block << block
        if first and first < low and high < first + (1 << block):
            return low >> grain << grain, tuple(one for one in shifts if one >= block)
    return None


def _part(form: Form, area: Area) -> Key:
    """An area that has some of the ranges."""
    return area.start - form.by, area.end - form.by, *_sort(form, area, area.pgoff)


def _beside(form: Form, area: Area, edges: set[int], above: tuple[int, ...]) -> Key:
    """An area that has nothing of the ranges: its edges, and what it is if it may be made one.

    Of an edge that is in another table no more counts than in which it is not.
    """
    start = None if area.end <= form.low else _edge(form, area.start, area.start, above)
    end = None if area.start >= form.high else _edge(form, area.end, area.end - 1, above)
    if area.start not in edges and area.end not in edges:
        return start, end
    pages = (area.end - area.start) >> form.page_shift
    return start, end, *_sort(form, area, area.pgoff + (pages if start is None else 0))


def _edge(form: Form, edge: int, address: int, above: tuple[int, ...]) -> int | tuple[bool, ...]:
    apart = tuple((address ^ form.by) >> shift != 0 for shift in above)
    return apart if apart[0] else edge - form.by


def _sort(form: Form, area: Area, pgoff: int) -> Key:
    """What says which areas may be made one. Files and ``anon_vma`` are counted as they come."""
    file = anon = None
    if area.file is not None:
        file = area.file
        if file != UNSEEN:
            file = form.files.setdefault(area.file, len(form.files))
    else:
        pgoff -= form.by >> form.page_shift
    if area.anon is not None:
        anon = form.anons.setdefault(area.anon, len(form.anons))
    return area.flags, file, pgoff, anon
