"""The pages of a range as contents of a scenario: all of them, or some of each table."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.machine.scenario import Content
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import Geometry, Level
from analyzer.replay.pages import Run

# The most pages of a range that are all put into a scenario, which takes a kernel tens of
# milliseconds: 16 MiB where a page has 4 KiB. Fewer do of a range that the log shows to stay.
MOVED, STILL = 4096, 512
# The fewest of each table's pages, of a longer range.
_FEWEST = 2


def contents(
    geometry: Geometry, runs: list[Run], most: int = MOVED
) -> tuple[tuple[Content, ...], int]:
    """The pages of runs in order of address, and how many were left out.

    Where there are more than ``most``, each table has some, evenly spread: the first and the last
    of each run in it are among them.
    """
    pages = sum(one.pages() for one in runs)
    if pages <= most:
        return tuple(
            Content(at, Kind.PAGE, one.bits)
            for one in runs
            for at in range(one.start, one.end, one.every)
        ), 0
    each = max(_FEWEST, most // _tables(geometry, runs))
    some = tuple(content for one in runs for content in _sampled(geometry, one, each))
    return some, pages - len(some)


def _tables(geometry: Geometry, runs: list[Run]) -> int:
    """How many tables of pages the runs take, those that two of them share counted once."""
    shift = geometry.shift(Level.PMD)
    count, last = 0, -1
    for one in runs:
        first, stop = max(one.start >> shift, last + 1), (one.end - 1) >> shift
        count += max(0, stop - first + 1)
        last = max(last, stop)
    return max(1, count)


def _sampled(geometry: Geometry, run: Run, each: int) -> Iterator[Content]:
    size = geometry.pmd_size
    for base in range(run.start - run.start % size, run.end, size):
        here = run.within(base, base + size)
        if here is None:
            continue
        pages = here.pages()
        count = min(each, pages)
        for turn in range(count):
            index = turn * (pages - 1) // (count - 1) if count > 1 else 0
            yield Content(here.start + index * here.every, Kind.PAGE, here.bits)


def stretches(runs: list[Run], chosen: list[int]) -> Iterator[tuple[int, Run]]:
    """For each page that was chosen, in order, the pages that it stands for: up to the next."""
    at = 0
    for run in runs:
        start = run.start
        while at < len(chosen) and chosen[at] < run.end:
            end = run.end
            if at + 1 < len(chosen):
                end = min(end, chosen[at + 1])
            part = run.within(start, end)
            if part is not None:
                yield chosen[at], part
            start = end
            at += 1
