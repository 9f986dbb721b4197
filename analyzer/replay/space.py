"""The address space of one process: areas in order, and the pages that are present."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace

from analyzer.machine.scenario import Area
from analyzer.mm.entry import WRITE
from analyzer.replay.pages import Pages, Run
from analyzer.replay.population import DEFAULT, WRITTEN, Mode, Populate, bits_in
from analyzer.replay.tally import Tally
from analyzer.replay.vmbits import (
    ACCESS,
    VM_DONTCOPY,
    VM_SHARED,
    VM_SOFTDIRTY,
    VM_WIPEONFORK,
    VM_WRITE,
)

_END = 1 << 64


class Space:
    """One address space. Addresses are in bytes, ranges go up to their end.

    ``assumed`` and ``refused`` count what was not in the log and what could not be applied.
    ``forked`` are the numbers of each ``anon_vma`` that stands in a chain with a parent's. ``brk``
    is the end of the heap, None while the log has not told it.
    """

    def __init__(
        self,
        populate: Populate = DEFAULT,
        *,
        page_size: int = 4096,
        assumed: Tally | None = None,
        refused: Tally | None = None,
    ) -> None:
        self.page_size = page_size
        self.populate = populate
        self.assumed = Tally() if assumed is None else assumed
        self.refused = Tally() if refused is None else refused
        self.pages = Pages(page_size)
        self.brk: int | None = None
        self.forked: set[int] = set()
        self._areas: list[Area] = []
        self._starts: list[int] = []
        self._anons = 0
        self._files: dict[int, int] = {}
        self._files_made = 0

    # --- looking -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._areas)

    @property
    def rows(self) -> int:
        """How much there is to copy for a child."""
        return len(self._areas) + len(self.pages) + len(self._files)

    def areas(self) -> tuple[Area, ...]:
        """All areas, in order."""
        return tuple(self._areas)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The areas that a range overlaps, as the first one's index and that behind the last."""
        first = bisect_right(self._starts, start)
        if first and self._areas[first - 1].end > start:
            first -= 1
        last = bisect_right(self._starts, end - 1, first) if end > start else first
        return first, last

    def overlapping(self, start: int, end: int) -> list[Area]:
        """The areas that a range overlaps, whole."""
        first, last = self.span(start, end)
        return self._areas[first:last]

    def around(self, start: int, end: int) -> list[Area]:
        """The areas that a range overlaps, and the next on either side."""
        first, last = self.span(start, end)
        return self._areas[max(0, first - 1) : last + 1]

    def gaps(self, start: int, end: int) -> list[tuple[int, int]]:
        """What of a range no area has."""
        found = []
        for one in self.overlapping(start, end):
            if one.start > start:
                found.append((start, one.start))
            start = max(start, one.end)
        return [*found, (start, end)] if start < end else found

    def up(self, length: int) -> int:
        """A length in whole pages (``PAGE_ALIGN``)."""
        return length + -length % self.page_size

    def is_range(self, start: int, length: int) -> bool:
        """Whether a call can have succeeded on it."""
        return length > 0 and not start % self.page_size and start + self.up(length) <= _END

    def new_file(self) -> int:
        """The number of a file that no other area has."""
        self._files_made += 1
        return self._files_made - 1

    def file_of(self, descriptor: int) -> int:
        """The number of the file behind a descriptor.

        A log of memory calls does not show files opened and closed: one descriptor is one file.
        """
        if descriptor not in self._files:
            self._files[descriptor] = self.new_file()
        return self._files[descriptor]

    # --- changing ------------------------------------------------------------------------------

    def set_areas(self, first: int, last: int, areas: Iterable[Area]) -> None:
        """Put these areas, in order, where those of an index range are."""
        new = list(areas)
        self._areas[first:last] = new
        self._starts[first:last] = [one.start for one in new]

    def part(self, area: Area, start: int, end: int) -> Area:
        """What of an area lies from ``start`` up to ``end`` (``__split_vma``)."""
        if start <= area.start and area.end <= end:
            return area
        start, end = max(start, area.start), min(end, area.end)
        pgoff = area.pgoff + (start - area.start) // self.page_size
        return Area(start, end, area.flags, area.file, pgoff, area.anon)

    def split(self, start: int, end: int) -> tuple[int, int]:
        """Split the areas at both ends of a range; the index range of those inside it."""
        first, last = self.span(start, end)
        cut: list[Area] = []
        before = after = 0
        for one in self._areas[first:last]:
            if one.start < start:
                cut.append(self.part(one, one.start, start))
                before = 1
            cut.append(self.part(one, start, end))
            if one.end > end:
                cut.append(self.part(one, end, one.end))
                after = 1
        if before or after:
            self.set_areas(first, last, cut)
        return first + before, first + len(cut) - after

    def unmap(self, start: int, end: int) -> None:
        """Remove what a range holds (``do_munmap``)."""
        self.pages.clear(start, end)
        self.set_areas(*self.split(start, end), ())

    def insert(self, area: Area) -> None:
        """Add an area where none is, made one with neighbours that are alike (``vma_merge``)."""
        index, _ = self.span(area.start, area.end)
        self.set_areas(index, index, (area,))
        self.merge(index, index + 1)

    def change(self, start: int, end: int, flags: Callable[[Area], int]) -> None:
        """Give what a range holds other flags; areas are split and made one for it."""
        first, last = self.span(start, end)
        if all(flags(one) == one.flags for one in self._areas[first:last]):
            return
        first, last = self.split(start, end)
        changed = [replace(one, flags=flags(one)) for one in self._areas[first:last]]
        self.set_areas(first, last, changed)
        self.merge(first, last)

    def merge(self, first: int, last: int) -> None:
        """Make areas one with those beside them that are alike; the last is not compared on."""
        first, last = max(0, first - 1), min(len(self._areas), last + 1)
        found: list[Area] = []
        for one in self._areas[first:last]:
            joined = self._joined(found[-1], one) if found else None
            if joined is None:
                found.append(one)
            else:
                found[-1] = joined
        if len(found) < last - first:
            self.set_areas(first, last, found)

    def _joined(self, left: Area, right: Area) -> Area | None:
        """Two areas as one, None where a kernel keeps them apart (``is_mergeable_vma``).

        Where one has no ``anon_vma`` yet it takes the other's, unless a fork left that in a chain
        (``is_mergeable_anon_vma``; older kernels refuse where the area in place has none yet).
        """
        if (
            left.end != right.start
            or (left.flags ^ right.flags) & ~VM_SOFTDIRTY
            or left.file != right.file
            or left.pgoff + (left.end - left.start) // self.page_size != right.pgoff
        ):
            return None
        anon = right.anon if left.anon is None else left.anon
        if left.anon != right.anon and (
            (left.anon is not None and right.anon is not None) or anon in self.forked
        ):
            return None
        return Area(left.start, right.end, left.flags | right.flags, left.file, left.pgoff, anon)

    # --- populating ----------------------------------------------------------------------------

    def assume_used(self, start: int, end: int) -> None:
        """Populate a range that may be used from now on, as far as that is assumed."""
        if self.populate.mode in (Mode.ALL, Mode.SPARSE):
            self._use(start, end, self.populate.every)

    def show_used(self, start: int, end: int) -> None:
        """Populate a range of which the log shows that it is present."""
        if self.populate.mode is not Mode.NONE:
            self._use(start, end, 1)

    def _use(self, start: int, end: int, every: int) -> None:
        """Fill what a range holds; each area gets its ``anon_vma`` as its first page does."""
        first, last = self.span(start, end)
        for index in range(first, last):
            area = self._areas[index]
            bits = bits_in(area.flags)
            if bits is None:
                continue
            here = max(start, area.start), min(end, area.end)
            self.pages.fill(*here, bits, every * self.page_size)
            if bits == WRITTEN and not area.flags & VM_SHARED and area.anon is None:
                self._areas[index] = replace(area, anon=self._anon_for(index))

    def _anon_for(self, index: int) -> int:
        """A neighbour's ``anon_vma``, if the two may be one some day (``find_mergeable_anon_vma``).

        Else a new one.
        """
        for left, right, other in ((index, index + 1, index + 1), (index - 1, index, index - 1)):
            if not 0 <= other < len(self._areas):
                continue
            anon = self._areas[other].anon
            if anon is not None and anon not in self.forked:
                one, two = (_any_access(self._areas[at]) for at in (left, right))
                if self._joined(one, two):
                    return anon
        return self.new_anon()

    def new_anon(self) -> int:
        """The number of an ``anon_vma`` that no area has."""
        self._anons += 1
        return self._anons - 1

    # --- processes -----------------------------------------------------------------------------

    def fork(self) -> Space:
        """What a child has (``dup_mmap``): pages that only one may write are write-protected."""
        child = Space(
            self.populate, page_size=self.page_size, assumed=self.assumed, refused=self.refused
        )
        child.brk, child._anons = self.brk, self._anons
        child._files, child._files_made = dict(self._files), self._files_made
        self._write_protect()
        kept = [child._inherited(one) for one in self._areas if not one.flags & VM_DONTCOPY]
        child.set_areas(0, 0, kept)
        child.pages = Pages(self.page_size, self._inherited_runs(kept))
        return child

    def _write_protect(self) -> None:
        """Clear WRITE of the pages of private areas (``copy_present_pte``)."""
        if any(one.bits & WRITE for one in self.pages.runs()):
            for one in self._areas:
                if one.flags & (VM_SHARED | VM_WRITE) == VM_WRITE:
                    self.pages.change(one.start, one.end, clear=WRITE)

    def _inherited(self, area: Area) -> Area:
        """An area in a child: with an ``anon_vma`` of its own, in a chain (``anon_vma_fork``)."""
        anon = None
        if area.anon is not None and not area.flags & VM_WIPEONFORK:
            anon = self.new_anon()
            self.forked.add(anon)
        return Area(area.start, area.end, area.flags, area.file, area.pgoff, anon)

    def _inherited_runs(self, areas: list[Area]) -> list[Run]:
        whole = self.pages.runs()
        if len(areas) == len(self._areas) and not any(o.flags & VM_WIPEONFORK for o in areas):
            return list(whole)
        kept = (one for one in areas if not one.flags & VM_WIPEONFORK)
        return [run for one in kept for run in self.pages.between(one.start, one.end)]

    def clear(self) -> None:
        """Make it what execve() leaves: nothing that the log shows."""
        self.set_areas(0, len(self._areas), ())
        self.pages = Pages(self.page_size)
        self.brk = None
        self.forked.clear()
        self._files.clear()


def _any_access(area: Area) -> Area:
    """An area as it is compared for its ``anon_vma``: what it may be used for does not matter."""
    return Area(area.start, area.end, area.flags & ~ACCESS, area.file, area.pgoff)
