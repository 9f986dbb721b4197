"""One mremap() of a log as a scenario of its own: what matters of the space."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

from analyzer.machine.scenario import Area, Limits, Remap
from analyzer.mm.geometry import Geometry
from analyzer.replay import vmbits as vm
from analyzer.replay.bounded import MOVED, STILL, Most, contents, tables_of
from analyzer.replay.moving import Asked, agree, asked
from analyzer.replay.operation import Operation
from analyzer.replay.pages import Run
from analyzer.replay.space import Space

# The longest range that is run, in PMDs: 64 GiB where a PMD has 2 MiB.
_LONGEST = 32768
# The most areas that a range overlaps, and the most runs of pages that it holds.
_MOST_AREAS, _MOST_RUNS = 4096, 16384
_ENOMEM = -12
# The file of an area that no call shows, and that must be there for what the log shows.
UNSEEN = -1
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class NotReplayed:
    """An mremap() of a log that is not run, and why; ``line`` is that of the log."""

    why: str
    line: int


class Piece(NamedTuple):
    """A range of a call with the pages that it holds, and how many of them are run."""

    start: int
    end: int
    runs: list[Run]
    most: Most


@dataclass(frozen=True, slots=True)
class Cut:
    """What matters of a space for one call; ``pieces`` are in order of address.

    ``lengths`` are the call's own, which need not be whole pages.
    """

    geometry: Geometry
    call: Asked
    lengths: tuple[int, int]
    areas: tuple[Area, ...]
    pieces: tuple[Piece, ...]
    chosen: int | None
    limits: Limits

    def remap(self) -> Remap:
        """The scenario."""
        inside = (contents(self.geometry, one.runs, one.most) for one in self.pieces)
        call = self.call
        return Remap(
            self.geometry,
            self.areas,
            tuple(chain.from_iterable(inside)),
            call.address,
            *self.lengths,
            call.flags,
            call.new_address,
            self.chosen,
            self.limits,
        )


def remap_of(space: Space, operation: Operation, geometry: Geometry) -> Remap | NotReplayed:
    """The scenario for an mremap() of a log: see ``cut_of``."""
    cut = cut_of(space, operation, geometry)
    return cut if isinstance(cut, NotReplayed) else cut.remap()


def cut_of(space: Space, operation: Operation, geometry: Geometry) -> Cut | NotReplayed:
    """What of a space an mremap() of a log is run on.

    First the space is made to fit what the log shows (``agree``). In the scenario are the areas
    that the old and the new range overlap and the next on either side of both; the others count in
    its limit. ``chosen`` is the recorded result where the kernel chose. Where the log shows no room
    behind the area and the space does, an area that it does not show is taken to lie there.
    """
    call = asked(operation, space.page_size)
    why = call if isinstance(call, str) else _unfit(space, call, geometry)
    if why is not None or isinstance(call, str):
        return NotReplayed(why or "", operation.line)
    agree(space, call, operation.line)
    areas = _areas(space, call)
    limits = Limits(areas=max(0, _LIMITS.areas - (len(space) - len(areas))))
    if any(one.flags & vm.VM_HUGETLB for one in _touched(space, call)):
        return NotReplayed("it is on huge pages of hugetlbfs", operation.line)
    blocked = _unseen(space, call, geometry.task_size)
    if blocked is not None:
        space.assumed.note(
            "mremap found no room where the log shows some: "
            "a mapping that it does not show is taken to lie there",
            operation.line,
        )
        areas = tuple(sorted((*areas, blocked), key=lambda one: one.start))
        limits = replace(limits, areas=limits.areas + 1)
    chosen = call.result if call.moved and not call.fixed else None
    lengths = (operation.arguments[1] or 0, operation.arguments[2] or 0)
    pieces = _pieces(space, call, geometry, operation.line)
    return Cut(geometry, call, lengths, areas, pieces, chosen, limits)


def _unfit(space: Space, call: Asked, geometry: Geometry) -> str | None:
    """Why a call cannot be run on a geometry."""
    end = geometry.task_size
    if space.page_size != geometry.page_size:
        return f"pages have {geometry.page_size} bytes, and those of the log {space.page_size}"
    places = [call.address + call.old_length, call.new_length]
    if call.fixed:
        places.append(call.new_address + call.new_length)
    if call.result >= 0:
        places.append(call.result + call.new_length)
    if max(places) > end:
        return f"it goes beyond the {end:#x} bytes of user space that {geometry.name} has"
    longest = _LONGEST * geometry.pmd_size
    if max(call.old_length, call.new_length) > longest:
        return f"it is longer than what is run, {longest >> 30} GiB"
    if call.result >= 0 and (call.address | call.result) % space.page_size:
        return "it succeeded on an address that is no page's"
    return _too_much(space, call)


def _too_much(space: Space, call: Asked) -> str | None:
    """Why a range cannot be run for what is in it."""
    for start, end in ranges(call):
        first, last = space.span(start, end)
        if last - first > _MOST_AREAS:
            return f"its range has more than {_MOST_AREAS} areas"
        if space.pages.count(start, end) > _MOST_RUNS:
            return f"its range has more than {_MOST_RUNS} runs of pages that are alike"
    return None


def ranges(call: Asked) -> list[tuple[int, int]]:
    """The old range: what stays, the tail that goes; and the new one, if the log tells it.

    A new range that overlaps the old one, which kernels refuse, is what lies outside of that.
    """
    address, end = call.address, call.address + call.old_length
    found = [(address, address + call.kept), (address + call.kept, end)]
    if call.fixed or call.moved:
        start = call.new_address if call.fixed else call.result
        stop = start + call.new_length
        found += [(start, min(stop, address)), (max(start, end), stop)]
    return [(start, stop) for start, stop in found if start < stop]


def _touched(space: Space, call: Asked) -> list[Area]:
    start = call.address
    end = start + max(call.old_length, space.page_size)
    found = space.overlapping(start, end)
    for start, end in ranges(call):
        found += space.overlapping(start, end)
    return found


def _areas(space: Space, call: Asked) -> tuple[Area, ...]:
    """The areas that matter, in order."""
    end = call.address + max(call.old_length, call.new_length, space.page_size)
    found = {one.start: one for one in space.around(call.address, end)}
    for start, end in ranges(call):
        found.update((one.start, one) for one in space.around(start, end))
    return tuple(found[start] for start in sorted(found))


def _unseen(space: Space, call: Asked, task_size: int) -> Area | None:
    """What must lie behind an area that was not grown in place, though nothing known does.

    It is put at the end of the room that was asked for: where in it, the log does not show.
    """
    end, stop = call.address + call.old_length, call.address + call.new_length
    failed = call.result == _ENOMEM and not call.flags & vm.MREMAP_MAYMOVE
    if not call.grows or not (call.moved or failed) or not call.old_length or stop > task_size:
        return None
    last = space.overlapping(end - space.page_size, end)
    if not last or last[-1].end != end or space.overlapping(end, stop):
        return None
    if call.result >= end:
        # The new range was free, so it lies before that.
        stop = min(stop, call.result)
    return Area(stop - space.page_size, stop, 0, UNSEEN) if stop > end else None


def _pieces(space: Space, call: Asked, geometry: Geometry, line: int) -> tuple[Piece, ...]:
    """What the ranges hold; that some of it is left out is an assumption."""
    found: list[Piece] = []
    for start, end in sorted(ranges(call)):
        runs = space.pages.between(start, end)
        stays = not call.moved and start == call.address
        found.append(Piece(start, end, runs, STILL if stays else MOVED))
    moved = [one for one in found if one.most is MOVED]
    if any(sum(run.pages() for run in one.runs) > MOVED.pages for one in moved):
        space.assumed.note(
            f"mremap of more than {MOVED.pages} pages: some of each page table are run", line
        )
    if any(tables_of(geometry, one.runs) > MOVED.tables for one in moved):
        space.assumed.note(
            f"mremap of more than {MOVED.tables} page tables: some of them are run", line
        )
    return tuple(found)
