"""What a run left of a scenario, written back into the space that it was cut out of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.machine.left import Standings
from analyzer.machine.scenario import Area, Remap
from analyzer.mm.entry import Kind
from analyzer.replay.bounded import stretches
from analyzer.replay.moving import Asked, settle
from analyzer.replay.pages import Run, joined
from analyzer.replay.restrict import UNSEEN, ranges
from analyzer.replay.space import Space


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


@dataclass(frozen=True, slots=True)
class Change:
    """What a call did to a space: the areas that went, those that came, and what pages there are.

    ``gone`` are indexes of the scenario's areas. Of the call's ranges ``runs`` are all pages.
    """

    result: int
    gone: tuple[int, ...]
    areas: tuple[Area, ...]
    runs: tuple[Run, ...]


def take_over(space: Space, remap: Remap, after: After, line: int = 0) -> None:
    """Write what a run left of a scenario back into the space that it was made of.

    A page that was run stands for those after it up to the next. The space must be as
    ``remap_of`` left it. Then the process uses what room it was given, as far as is assumed.
    """
    change = change_of(space, remap, after)
    put_back(space, _call_of(space, remap, after.result), remap.areas, change, line)


def change_of(space: Space, remap: Remap, after: After) -> Change:
    """What a run did to the space that the scenario was cut out of."""
    call = _call_of(space, remap, after.result)
    had, has = set(remap.areas), set(after.areas)
    return Change(
        after.result,
        tuple(at for at, one in enumerate(remap.areas) if one not in has),
        tuple(one for one in after.areas if one not in had),
        tuple(joined(sorted(_pages(space, call, remap, after)))),
    )


def put_back(space: Space, call: Asked, areas: tuple[Area, ...], change: Change, line: int) -> None:
    """Do a change to the space that a call's ``areas`` were cut out of."""
    for start, end in ranges(call):
        space.pages.clear(start, end)
    for at in change.gone:
        if areas[at].file != UNSEEN:
            space.set_areas(*space.span(areas[at].start, areas[at].end), ())
    for row in change.areas:
        if row.file == UNSEEN:
            continue
        if space.overlapping(row.start, row.end):
            space.assumed.note(
                "mremap of a model kernel took a range that was mapped: what was there is gone",
                line,
            )
            space.unmap(row.start, row.end)
        space.set_areas(*space.span(row.start, row.start), (row,))
    for run in change.runs:
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
    went = _went(call, remap, left)
    for start, end in ranges(call):
        runs = space.pages.between(start, end)
        chosen = [one.at for one in remap.contents if start <= one.at < end]
        for at, part in stretches(runs, chosen):
            if at in went:
                by, changed = went[at]
                yield part.shifted(by)._replace(bits=part.bits ^ changed)
    for at, bits in left.items():
        yield Run(at, at + space.page_size, bits, space.page_size)


def _went(call: Asked, remap: Remap, left: dict[int, int]) -> dict[int, tuple[int, int]]:
    """How far each page that was run went, and which bits changed; it is taken out of ``left``.

    Those that moved come first: where they stand now, others that are gone may have stood.
    """
    found: dict[int, tuple[int, int]] = {}
    by = call.result - call.address if call.moved else 0
    kept = range(call.address, call.address + call.kept) if by else range(0)
    for one in remap.contents:
        if one.at in kept and one.at + by in left:
            found[one.at] = by, one.bits ^ left.pop(one.at + by)
    for one in remap.contents:
        if one.at not in found and one.at in left:
            found[one.at] = 0, one.bits ^ left.pop(one.at)
    return found
