"""The pages of a range as contents of a scenario: all of them, or some of each table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from analyzer.machine.scenario import Content
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import Geometry, Level
from analyzer.replay.pages import Run


class Most(NamedTuple):
    """How many pages of a range are put into a scenario, and how many tables these are in."""

    pages: int
    tables: int


# What a kernel may move or unmap: to move a table page by page takes it most of a millisecond.
MOVED = Most(256, 8)
# What the log shows to stay is there to be seen to stay.
STILL = Most(8, 4)


def contents(geometry: Geometry, runs: list[Run], most: Most = MOVED) -> tuple[Content, ...]:
    """The pages of runs in order of address, some of them where there are more than ``most``.

    Then each table has some, evenly spread. Of more tables than there may be some have: pairs of
    neighbours, evenly spread, the first and the last among them.
    """
    pages = sum(one.pages() for one in runs)
    spans = _spans(geometry, runs)
    tables = _count(spans)
    if pages <= most.pages and tables <= most.tables:
        return tuple(
            Content(at, Kind.PAGE, one.bits)
            for one in runs
            for at in range(one.start, one.end, one.every)
        )
    wanted = list(_tables(spans, _in_pairs(tables, most.tables)))
    parts = list(_parts(geometry, runs, wanted))
    parts = [parts[at] for at in _evenly(len(parts), most.pages)]
    each = max(1, most.pages // len(parts))
    return tuple(
        Content(one.start + at * one.every, Kind.PAGE, one.bits)
        for one in parts
        for at in _evenly(one.pages(), each)
    )


def tables_of(geometry: Geometry, runs: list[Run]) -> int:
    """How many tables of pages runs take."""
    return _count(_spans(geometry, runs))


def _count(spans: list[tuple[int, int]]) -> int:
    return sum(stop - first for first, stop in spans)


def _evenly(count: int, most: int) -> Iterator[int]:
    """At most so many of the numbers below ``count``: evenly spread, the first and the last."""
    if count <= most:
        yield from range(count)
        return
    for turn in range(most):
        yield turn * (count - 1) // (most - 1) if most > 1 else 0


def _in_pairs(count: int, most: int) -> Iterator[int]:
    """As ``_evenly``, each number with the next or the one before it."""
    if count <= most:
        yield from range(count)
        return
    for place in _evenly(count // 2, most // 2):
        first = 2 * place + (count % 2 if place else 0)
        yield from (first, first + 1)


def _spans(geometry: Geometry, runs: list[Run]) -> list[tuple[int, int]]:
    """The tables of pages that runs take, by number, as ranges that do not overlap."""
    shift = geometry.shift(Level.PMD)
    found: list[tuple[int, int]] = []
    for one in runs:
        first, stop = one.start >> shift, ((one.end - 1) >> shift) + 1
        if found:
            first = max(first, found[-1][1])
        if first < stop:
            found.append((first, stop))
    return found


def _tables(spans: list[tuple[int, int]], places: Iterator[int]) -> Iterator[int]:
    """The tables at some places of those that ranges have; places are in order."""
    before, at = 0, 0
    for place in places:
        while place - before >= spans[at][1] - spans[at][0]:
            before += spans[at][1] - spans[at][0]
            at += 1
        yield spans[at][0] + place - before


def _parts(geometry: Geometry, runs: list[Run], tables: list[int]) -> Iterator[Run]:
    """What of runs some tables, which are in order, hold: a run for each of both."""
    shift = geometry.shift(Level.PMD)
    for run in runs:
        at = bisect_left(tables, run.start >> shift)
        while at < len(tables) and tables[at] << shift < run.end:
            part = run.within(tables[at] << shift, (tables[at] + 1) << shift)
            if part is not None:
                yield part
            at += 1


def stretches(runs: list[Run], chosen: list[int]) -> Iterator[tuple[int, Run]]:
    """For each page that was chosen, in order, the pages that it stands for: up to the next.

    The first one stands for what is before it as well.
    """
    at = 0
    for run in runs if chosen else ():
        start = run.start
        while start < run.end:
            while at + 1 < len(chosen) and chosen[at + 1] <= start:
                at += 1
            end = min(run.end, chosen[at + 1]) if at + 1 < len(chosen) else run.end
            part = run.within(start, end)
            if part is not None:
                yield chosen[at], part
            start = end
