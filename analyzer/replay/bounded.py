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


# What a kernel may move or unmap: each page costs it ten microseconds, each table half a
# millisecond. 128 tables map 256 MiB where a page has 4 KiB.
MOVED = Most(512, 128)
# What the log shows to stay is there to be seen to stay.
STILL = Most(8, 4)


class Chosen(NamedTuple):
    """Pages in order of address, and how many pages and tables of the range were left out."""

    contents: tuple[Content, ...]
    pages: int = 0
    tables: int = 0


def contents(geometry: Geometry, runs: list[Run], most: Most = MOVED) -> Chosen:
    """The pages of runs, some of them where there are more than ``most``.

    Then each table has some, evenly spread, up to as many tables as there may be: then some
    tables, evenly spread, the first and the last among them.
    """
    pages = sum(one.pages() for one in runs)
    spans = _spans(geometry, runs)
    tables = sum(stop - first for first, stop in spans)
    if pages <= most.pages and tables <= most.tables:
        return Chosen(
            tuple(
                Content(at, Kind.PAGE, one.bits)
                for one in runs
                for at in range(one.start, one.end, one.every)
            )
        )
    wanted = list(_tables(spans, _evenly(tables, most.tables)))
    parts = list(_parts(geometry, runs, wanted))
    parts = [parts[at] for at in _evenly(len(parts), most.pages)]
    each = max(1, most.pages // len(parts))
    some = tuple(
        Content(one.start + at * one.every, Kind.PAGE, one.bits)
        for one in parts
        for at in _evenly(one.pages(), each)
    )
    shift = geometry.shift(Level.PMD)
    return Chosen(some, pages - len(some), tables - len({one.at >> shift for one in some}))


def _evenly(count: int, most: int) -> Iterator[int]:
    """At most so many of the numbers below ``count``: evenly spread, the first and the last."""
    if count <= most:
        yield from range(count)
        return
    for turn in range(most):
        yield turn * (count - 1) // (most - 1) if most > 1 else 0


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

    The first stands for those before it as well.
    """
    at = 0
    for run in runs:
        start = run.start
        while at < len(chosen) and (chosen[at] < run.end or at + 1 == len(chosen)):
            end = chosen[at + 1] if at + 1 < len(chosen) else run.end
            part = run.within(start, min(end, run.end))
            if part is not None:
                yield chosen[at], part
            start = min(end, run.end)
            if end > run.end or at + 1 == len(chosen):
                break
            at += 1
