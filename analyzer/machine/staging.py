"""A state brought to where a call begins, and what is checked when the call has returned."""

from __future__ import annotations

from typing import Any

from analyzer.errors import FaultKind
from analyzer.machine.scenario import Remap, Scenario
from analyzer.mm import areas, invariants, locking, notifier, populate, tlb
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import Geometry
from analyzer.mm.state import State, Vma

# What was built for a scenario, by its identity: its hash would take longer than the building. The
# scenario is kept with it, so that no other has its identity.
_IMAGES: dict[int, tuple[Scenario | Remap, Geometry, populate.Image]] = {}
_MOST_IMAGES = 2048
# The most contents of all of them: each takes some hundred bytes.
_MOST_CONTENTS = 65536


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
    known = _IMAGES.get(id(scenario))
    if known is not None and known[0] is scenario and known[1] == state.geometry:
        populate.put(state, known[2])
        return
    populate.build(state, [(one.at, one.kind, one.bits) for one in scenario.contents])
    held = sum(len(one[0].contents) for one in _IMAGES.values()) if scenario.contents else 0
    if len(_IMAGES) >= _MOST_IMAGES or held + len(scenario.contents) > _MOST_CONTENTS:
        _IMAGES.clear()
    _IMAGES[id(scenario)] = scenario, state.geometry, populate.image_of(state)


def finish(state: State, before: Any, value: object) -> None:
    """What is checked when the call has returned; ``before`` are the locks held at its begin."""
    locking.check_none_held(state, before)
    tlb.at_end(state)
    notifier.check_none_open(state)
    for broken in invariants.validate_contents(state):
        state.fault(FaultKind.INVARIANT, broken)
    state.note(EventKind.RETURN, value)
