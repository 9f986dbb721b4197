"""One mremap() of a log as a scenario of its own: what matters of the space, and back again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from analyzer.machine.left import Standings
from analyzer.machine.scenario import Area, Content, Limits, Remap
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import Geometry
from analyzer.replay import vmbits as vm
from analyzer.replay.bounded import MOVED, STILL, contents, stretches
from analyzer.replay.moving import Asked, agree, asked, settle
from analyzer.replay.operation import Operation
from analyzer.replay.pages import Run, joined
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


@dataclass(frozen=True, slots=True)
class After:
    """What a run left of a scenario: its result (an errno as a negative number), areas, pages.

    ``pages`` are the bits of the pages that are present, by address.
    """

    result: int
    areas: tuple[Area, ...]
    pages: Mapping[int, int]


def after_of(result: int, left: Standings) -> After:
    """What a run of a kernel left, as its machine tells it."""
    pages = {at: bits for at, (kind, _, bits) in left.pages.items() if kind is Kind.PAGE}
    return After(result, tuple(Area(*one) for one in left.areas), pages)


def remap_of(space: Space, operation: Operation, geometry: Geometry) -> Remap | NotReplayed:
    """The scenario for an mremap() of a log.

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
    inside, left_out = _inside(space, call, geometry)
    if left_out:
        space.assumed.note(
            "mremap of many pages: only some of each page table are run, evenly spread "
            f"(of more than {MOVED}, or of more than {STILL} that stay where they are)",
            operation.line,
        )
    given = operation.arguments
    return Remap(
        geometry,
        areas,
        inside,
        call.address,
        given[1] or 0,
        given[2] or 0,
        call.flags,
        call.new_address,
        chosen,
        limits,
    )


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
    for start, end in _ranges(call):
        first, last = space.span(start, end)
        if last - first > _MOST_AREAS:
            return f"its range has more than {_MOST_AREAS} areas"
        if space.pages.count(start, end) > _MOST_RUNS:
            return f"its range has more than {_MOST_RUNS} runs of pages that are alike"
    return None


def _ranges(call: Asked) -> list[tuple[int, int]]:
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
    for start, end in _ranges(call):
        found += space.overlapping(start, end)
    return found


def _areas(space: Space, call: Asked) -> tuple[Area, ...]:
    """The areas that matter, in order."""
    end = call.address + max(call.old_length, call.new_length, space.page_size)
    found = {one.start: one for one in space.around(call.address, end)}
    for start, end in _ranges(call):
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


def _inside(space: Space, call: Asked, geometry: Geometry) -> tuple[tuple[Content, ...], int]:
    """What the ranges hold, in order of address, and how many pages were left out."""
    found: list[Content] = []
    missing = 0
    for start, end in sorted(_ranges(call)):
        stays = call.result == call.address == start and not call.fixed
        most = STILL if stays else MOVED
        some, left_out = contents(geometry, space.pages.between(start, end), most)
        found += some
        missing += left_out
    return tuple(found), missing


def take_over(space: Space, remap: Remap, after: After, line: int = 0) -> None:
    """Write what a run left of a scenario back into the space that it was made of.

    A page that was run stands for those after it up to the next. The space must be as
    ``remap_of`` left it. Then the process uses what room it was given, as far as is assumed.
    """
    call = _call_of(space, remap, after.result)
    found = joined(sorted(_pages(space, call, remap, after)))
    for start, end in _ranges(call):
        space.pages.clear(start, end)
    for one in remap.areas:
        if one.file != UNSEEN:
            space.set_areas(*space.span(one.start, one.end), ())
    for row in after.areas:
        if row.file == UNSEEN:
            continue
        if space.overlapping(row.start, row.end):
            space.assumed.note(
                "mremap of a model kernel took a range that was mapped: what was there is gone",
                line,
            )
            space.unmap(row.start, row.end)
        space.set_areas(*space.span(row.start, row.start), (row,))
    for run in found:
        space.pages.put(run.start, run.end, [run])
    settle(space, call)


def _call_of(space: Space, remap: Remap, result: int) -> Asked:
    return Asked(
        remap.address,
        space.up(remap.old_length),
        space.up(remap.new_length),
        remap.flags,
        remap.new_address,
        result,
    )


def _pages(space: Space, call: Asked, remap: Remap, after: After) -> Iterator[Run]:
    """The runs that a run left: each page that was run with those that it stood for."""
    left = dict(after.pages)
    by = call.result - call.address if call.moved else 0
    chosen = [one.at for one in remap.contents]
    kept = range(call.address, call.address + call.kept)
    held = [(start, space.pages.between(start, end)) for start, end in _ranges(call)]
    for start, runs in held:
        here = [at for at in chosen if runs and runs[0].start <= at < runs[-1].end]
        for at, part in stretches(runs, here):
            if by and start in kept and at in kept and at + by in left:
                yield part.shifted(by)._replace(bits=left.pop(at + by))
            elif at in left:
                yield part._replace(bits=left.pop(at))
    for at, bits in left.items():
        yield Run(at, at + space.page_size, bits, space.page_size)
