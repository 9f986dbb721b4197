"""A kernel that runs a tree's own code, from the system call down, on the model."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from analyzer.errors import CodePlace, KernelFault, Stopped
from analyzer.machine.left import Standings, left_in
from analyzer.machine.movepath import SYSCALL, MovePath
from analyzer.machine.observation import Observation
from analyzer.machine.scenario import Remap, Scenario
from analyzer.machine.staging import finish, prepare, prepare_call
from analyzer.machine.tracing import Touched, Tracer, observed
from analyzer.machine.watch import Watch
from analyzer.mm.api import primitives, refused
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import Geometry
from analyzer.mm.state import State
from analyzer.reference.slots import LOOP
from analyzer.translate.program import Faulted, Halted, Program, Returned

_STEPS, _STEPS_A_PAGE = 20_000, 32
_WIDE = 64
# (vma, old_addr, new_vma, new_addr, len, need_rmap_locks), and from v6.7 on whether it is a stack.
_WITHOUT_STACK, _WITH_STACK = 6, 7


class Whole:
    """One kernel of a tree's own functions. ``run`` begins from scratch; it is deterministic.

    Raises ``Stopped`` where the code cannot be bound, and for a 32-bit geometry: what a tree's
    headers declare is laid out for 64 bits.
    """

    def __init__(self, path: MovePath, geometry: Geometry) -> None:
        if geometry.word != _WIDE:
            raise Stopped("a tree is translated for 64 bits alone")
        self.path = path
        self.geometry = geometry
        self._state = State(geometry)
        units = [*(one.unit for one in path.functions), *(one.unit for one in path.variables)]
        given = primitives(self._state)
        self._program = Program(units, given, refused=refused)
        self._named = path.named()
        self._touched = Touched(path.touched, path.changed())
        self._watch = Watch(path, self._program)
        self._tables_before = 0

    @property
    def watched(self) -> tuple[frozenset[tuple[str, int]], frozenset[tuple[str, int]]]:
        """The touched lines of code, by file: all, and those that no run has come to."""
        return frozenset(self._watch.lines), frozenset(self._watch.unseen)

    def run(self, scenario: Scenario | Remap, *, tracing: bool = False) -> Observation:
        """Make the call. A fault that the kernel dies of is its last event."""
        state = self._state
        entry, arguments, pages = self._entered(scenario)
        before = tuple(state.held)
        self._tables_before = len(state.tables)
        self._program.restart()
        self._program.renew(_STEPS + _STEPS_A_PAGE * pages)
        tracer = Tracer(self._program, {}, state, self._touched) if tracing else None
        outcome = self._program.judge(lambda: self._call(entry, arguments, tracer))
        halted: str | None = None
        at: CodePlace | None = None
        match outcome:
            case Returned(value=value):
                finish(state, before, value)
            case Faulted(fault=KernelFault(kind=kind, what=what)):
                state.note(EventKind.DIED, kind, what)
            case Halted(reason=reason, place=place):
                halted, at = reason, place
        return observed(state, halted, at, tracer)

    def left(self) -> Standings:
        """What stands in the address space after the last run."""
        return left_in(self._state, self._tables_before)

    def _entered(self, scenario: Scenario | Remap) -> tuple[str, tuple[Any, ...], int]:
        shift = self.geometry.page_shift
        if isinstance(scenario, Remap):
            pages = max(scenario.old_length, scenario.new_length) >> shift
            entry = self._entry(SYSCALL)
            least = sum(one.end - one.start for one in scenario.areas) >> shift
            return entry, prepare_call(self._state, scenario), min(pages, least)
        entry = self._entry(LOOP)
        takes = len(self._named[entry].parameters)
        if takes not in (_WITHOUT_STACK, _WITH_STACK):
            raise Stopped(f"{LOOP}() takes {takes} arguments")
        given: tuple[Any, ...] = prepare(self._state, scenario)
        if takes == _WITH_STACK:
            given = (*given, int(scenario.one_area))
        return entry, given, scenario.length >> shift

    def _entry(self, name: str) -> str:
        if name not in self._named:
            why = next((one for one in self.path.refused if one.name == name), None)
            said = f"was not translated: {why.reason}" if why else "is not there"
            raise Stopped(f"{name}() {said}")
        return name

    def _call(self, entry: str, arguments: tuple[Any, ...], tracer: Tracer | None) -> object:
        watch = self._watch if tracer is None and self._watch.looks else nullcontext()
        with tracer or watch:
            return self._program[entry](*arguments)
