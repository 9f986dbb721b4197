"""Runs of the reference, and of translated C, from one state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reference_scenarios import Scenario

from analyzer.mm import locking, tlb
from analyzer.mm.api import primitives
from analyzer.mm.areas import copy_area, make_area
from analyzer.mm.events import COMPARED, Event, EventKind
from analyzer.mm.geometry import Geometry
from analyzer.mm.populate import build
from analyzer.mm.state import State
from analyzer.reference.base import Base, Brought
from analyzer.reference.patch import Fix, Upstream
from analyzer.reference.path import NOTHING, move_page_tables, reference_functions
from analyzer.reference.slots import LOOP
from analyzer.translate import Faulted, Program, Returned, Translated


class Runs:
    """One kernel that is run again and again. ``state`` is as the last run left it."""

    def __init__(self, geometry: Geometry, units: Sequence[Translated] = ()) -> None:
        self.state = State(geometry)
        given = primitives(self.state) if units else {}
        self.program = Program([each.unit for each in units], given)

    def run(self, scenario: Scenario, call: Callable[..., object]) -> tuple[Event, ...]:
        """Make one call on a fresh state; the events that are compared."""
        arguments = self._prepared(scenario)
        self.program.renew()
        match self.program.judge(lambda: call(*arguments)):
            case Returned(value=value):
                tlb.at_end(self.state)
                self.state.note(EventKind.RETURN, value)
            case Faulted(fault=fault):
                self.state.note(EventKind.DIED, fault.kind, fault.what)
            case other:
                raise AssertionError(other)
        return tuple(one for one in self.state.events if one.kind in COMPARED)

    def _prepared(self, one: Scenario) -> tuple[Any, ...]:
        state = self.state
        state.renew()
        if one.one_area:
            start, end = min(one.old, one.new), max(one.old, one.new) + one.length
            area = copy = make_area(state, start, end, file=one.file, anon=one.anon)
        else:
            end = one.old + one.length
            area = make_area(state, one.old, end, file=one.file, anon=one.anon)
            copy = copy_area(state, area, one.new, one.new + one.length)
        build(state, one.contents)
        locking.acquire(state, state.mmap_lock)
        state.events.clear()
        state.fails = one.fails
        return area, one.old, copy, one.new, one.length, int(one.need_rmap_locks)


class Reference(Runs):
    """The reference, with upstream's patch (``fixes`` is not None) or without."""

    def __init__(self, geometry: Geometry, base: Base, fixes: Sequence[Fix] | None = None) -> None:
        super().__init__(geometry)
        self.base = base
        self.functions = reference_functions(self.state, base)
        self.brought: Brought = NOTHING
        if fixes is not None:
            self.brought = Upstream(self.state, self.functions, fixes)

    def __call__(self, scenario: Scenario) -> tuple[Event, ...]:
        """Make one call."""
        known = self.state, self.base, self.functions, self.brought
        return self.run(scenario, lambda *arguments: move_page_tables(*known, *arguments))


class Tree(Runs):
    """A tree's own move path, translated."""

    def __call__(self, scenario: Scenario) -> tuple[Event, ...]:
        """Make one call."""
        return self.run(scenario, lambda *arguments: self.program.run(LOOP, *arguments))
