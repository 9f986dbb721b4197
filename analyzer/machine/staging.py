"""A state brought to where a call begins, and what is checked when the call has returned."""

from __future__ import annotations

from typing import Any

from analyzer.errors import FaultKind
from analyzer.machine.scenario import Remap, Scenario
from analyzer.mm import areas, invariants, locking, notifier, populate, tlb
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import Geometry
from analyzer.mm.state import State, Vma

# So many images are kept, and so many contents in all of them: each takes some hundred bytes.
_MOST_IMAGES, _MOST_CONTENTS = 2048, 65536


class _Images:
    """What was built for a scenario, by its identity: its hash would take longer than the building.

    The scenario is kept with it, so that no other has its identity.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Scenario | Remap, Geometry, populate.Image]] = {}
        self._contents = 0

    def of(self, scenario: Scenario | Remap, geometry: Geometry) -> populate.Image | None:
        """What was built for a scenario on a geometry, if it is still known."""
        known = self._known.get(id(scenario))
        mine = known is not None and known[0] is scenario and known[1] == geometry
        return known[2] if known is not None and mine else None

    def keep(self, scenario: Scenario | Remap, state: State) -> None:
        """Remember what a state was filled with."""
        self._contents += len(scenario.contents)
        if len(self._known) >= _MOST_IMAGES or self._contents > _MOST_CONTENTS:
            self._known.clear()
            self._contents = len(scenario.contents)
        self._known[id(scenario)] = scenario, state.geometry, populate.image_of(state)


_IMAGES = _Images()


def prepare(state: State, scenario: Scenario) -> tuple[Vma, int, Vma, int, int, int]:
    """Bring a state to where move_page_tables() is called, and return the call's arguments."""
    state.renew()
    state.tracing = False
    old, new, length = scenario.old, scenario.new, scenario.length
    if scenario.one_area:
        start, end = min(old, new), max(old, new) + length
        area = areas.make_area(state, start, end, file=scenario.file, anon=scenario.anon)
        copy = area
    else:
        end = old + length
        area = areas.make_area(state, old, end, file=scenario.file, anon=scenario.anon)
        copy = areas.copy_area(state, area, new, new + length)
    _fill(state, scenario)
    # The caller of the move path is the only one to change the address space.
    locking.acquire(state, state.mmap_lock)
    state.events.clear()
    state.fails = scenario.fails
    return area, old, copy, new, length, int(scenario.need_rmap_locks)


def prepare_call(state: State, remap: Remap) -> tuple[int, int, int, int, int]:
    """Bring a state to where mremap() is called, and return the call's arguments."""
    state.renew()
    state.tracing = False
    for one in remap.areas:
        areas.map_area(
            state, one.start, one.end, one.flags, file=one.file, pgoff=one.pgoff, anon=one.anon
        )
    _fill(state, remap)
    state.events.clear()
    state.chosen = remap.chosen
    state.limits = remap.limits
    state.fails = remap.fails
    return remap.address, remap.old_length, remap.new_length, remap.flags, remap.new_address


def _fill(state: State, scenario: Scenario | Remap) -> None:
    """Put the contents in: they are built once for all the kernels that are run on a scenario."""
    image = _IMAGES.of(scenario, state.geometry)
    if image is not None:
        populate.put(state, image)
        return
    populate.build(state, [(one.at, one.kind, one.bits) for one in scenario.contents])
    _IMAGES.keep(scenario, state)


def finish(state: State, before: Any, value: object) -> None:
    """What is checked when the call has returned; ``before`` are the locks held at its begin."""
    locking.check_none_held(state, before)
    tlb.at_end(state)
    notifier.check_none_open(state)
    for broken in invariants.validate_contents(state):
        state.fault(FaultKind.INVARIANT, broken)
    state.note(EventKind.RETURN, value)
