"""Which pages of an address space are present, with their bits: as runs, for there are many."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple


class Run(NamedTuple):
    """Pages with the same bits: at ``start``, ``start + every`` and so on, below ``end``. Bytes."""

    start: int
    end: int
    bits: int
    every: int

    def pages(self) -> int:
        """How many."""
        return -((self.start - self.end) // self.every)

    def within(self, start: int, end: int) -> Run | None:
        """Those from ``start`` up to ``end``, None for none."""
        if start > self.start:
            start = self.start - (self.start - start) // self.every * self.every
        else:
            start = self.start
        end = min(end, self.end)
        return Run(start, end, self.bits, self.every) if start < end else None

    def shifted(self, by: int) -> Run:
        """The same, so many bytes higher."""
        return Run(self.start + by, self.end + by, self.bits, self.every)


class Pages:
    """The runs of one address space, in order of address; no two overlap."""

    def __init__(self, page_size: int, runs: Iterable[Run] = ()) -> None:
        self.page_size = page_size
        self._runs = list(runs)
        self._starts = [one.start for one in self._runs]

    def __len__(self) -> int:
        return len(self._runs)

    def runs(self) -> tuple[Run, ...]:
        """All of them."""
        return tuple(self._runs)

    def _overlapping(self, start: int, end: int) -> tuple[int, int]:
        first = bisect_left(self._starts, start)
        if first and self._runs[first - 1].end > start:
            first -= 1
        return first, bisect_left(self._starts, end, first)

    def count(self, start: int, end: int) -> int:
        """How many runs a range overlaps."""
        first, last = self._overlapping(start, end)
        return max(0, last - first)

    def between(self, start: int, end: int) -> list[Run]:
        """What is present from ``start`` up to ``end``."""
        first, last = self._overlapping(start, end)
        cut = (one.within(start, end) for one in self._runs[first:last])
        return [one for one in cut if one is not None]

    def fill(self, start: int, end: int, bits: int, every: int | None = None) -> None:
        """Make a range hold these pages and no others."""
        self.put(start, end, [Run(start, end, bits, every or self.page_size)])

    def clear(self, start: int, end: int) -> None:
        """Make a range empty."""
        self.put(start, end, [])

    def take(self, start: int, end: int) -> list[Run]:
        """Make a range empty; what it held."""
        found = self.between(start, end)
        if found:
            self.clear(start, end)
        return found

    def change(self, start: int, end: int, *, clear: int) -> None:
        """Clear bits of the pages of a range."""
        found = self.between(start, end)
        if any(one.bits & clear for one in found):
            self.put(start, end, [one._replace(bits=one.bits & ~clear) for one in found])

    def put(self, start: int, end: int, runs: list[Run]) -> None:
        """Make a range hold these runs, which are in order, and no others."""
        first, last = self._overlapping(start, end)
        kept = [one for one in runs if one.start < one.end]
        if first < last:
            before = self._runs[first].within(0, start)
            after = self._runs[last - 1].within(end, self._runs[last - 1].end)
            kept = [*([before] if before else ()), *kept, *([after] if after else ())]
        elif not kept:
            return
        if first:
            first -= 1
            kept.insert(0, self._runs[first])
        if last < len(self._runs):
            kept.append(self._runs[last])
            last += 1
        found = joined(kept)
        self._runs[first:last] = found
        self._starts[first:last] = [one.start for one in found]


def joined(runs: Iterable[Run]) -> list[Run]:
    """Runs of one sort made one where one goes on as the other did. ``runs`` are in order."""
    found: list[Run] = []
    for one in runs:
        last = found[-1] if found else None
        if (
            last is not None
            and last.bits == one.bits
            and last.every == one.every
            and last.start + last.pages() * last.every == one.start
        ):
            found[-1] = last._replace(end=one.end)
        else:
            found.append(one)
    return found
