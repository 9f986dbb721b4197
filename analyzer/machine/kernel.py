"""One kernel, ready to run: a base of the reference, and what a patch brings to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

from analyzer.errors import CodePlace, KernelFault, Stopped
from analyzer.machine.left import Standings, left_in
from analyzer.machine.observation import Observation
from analyzer.machine.scenario import Remap, Scenario
from analyzer.machine.staging import finish, prepare
from analyzer.machine.tracing import Tracer, observed
from analyzer.mm.api import primitives
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import Geometry
from analyzer.mm.state import State
from analyzer.reference.base import Base, Brought, Frame, Left
from analyzer.reference.path import move_page_tables, reference_functions, rows_of
from analyzer.reference.slots import LOOP, Slot
from analyzer.translate.program import Faulted, Halted, Program, Returned
from analyzer.translate.result import Translated
from analyzer.translate.runtime.nothing import UNSET
from analyzer.translate.runtime.pointers import Pointer

# Function entries and loop turns of translated code in one call, and more for each page of the
# range: several times what moving it entry by entry takes.
_STEPS, _STEPS_A_PAGE = 4_000, 32


@dataclass(frozen=True, slots=True)
class Fragment:
    """Translated statements, and the slot of the loop in which they run."""

    slot: Slot
    code: Translated


@dataclass(frozen=True, slots=True)
class Code:
    """What a patch brings, translated: whole functions, and fragments of the loop's function.

    ``locals`` are names that a fragment declares for others. A function of the patch takes the
    place of the reference's of the same name; ``context`` are those that the patch only shows.
    """

    functions: tuple[Translated, ...] = ()
    fragments: tuple[Fragment, ...] = ()
    locals: tuple[str, ...] = ()
    context: frozenset[str] = frozenset()

    @property
    def translated(self) -> tuple[Translated, ...]:
        """Everything that was translated."""
        return (*self.functions, *(one.code for one in self.fragments))

    @property
    def names(self) -> dict[str, str]:
        """C's name of the function for each unit's own: fragments are numbered."""
        return {each.code.name: LOOP for each in self.fragments}


class Spliced:
    """A patch's fragments as the loop runs them (``Brought``)."""

    def __init__(self, program: Program, fragments: Sequence[Fragment]) -> None:
        self._slots: dict[Slot, Callable[[Frame], Left]] = {}
        for slot in dict.fromkeys(one.slot for one in fragments):
            alike = [_runner(program, one.code) for one in fragments if one.slot is slot]
            self._slots[slot] = alike[0] if len(alike) == 1 else _in_turn(alike)

    def in_slot(self, slot: Slot) -> Callable[[Frame], Left] | None:
        """The code that stands in a slot, None for none."""
        return self._slots.get(slot)


def _in_turn(runners: Sequence[Callable[[Frame], Left]]) -> Callable[[Frame], Left]:
    def run(frame: Frame) -> Left:
        for each in runners:
            left = each(frame)
            if left.how != "falls":
                return left
        return left

    return run


def _runner(program: Program, code: Translated) -> Callable[[Frame], Left]:
    """A fragment as a function of the loop's locals, which it reads and writes by name."""
    function = program[code.unit.name]
    names, changed, cells = code.names, code.changed, frozenset(code.cells)

    def run(frame: Frame) -> Left:
        # Names of C are not Python's to look up: a local is in the frame or it is not there.
        values = frame.__dict__
        homes = {name: [values[name]] for name in cells}
        given = [Pointer(homes[name]) if name in cells else values[name] for name in names]
        how, value, *after = function(*given)
        values.update(zip(changed, after, strict=True))
        if homes:
            values.update((name, home[0]) for name, home in homes.items())
        if how == "goto":
            raise Stopped(f"a goto to {value}, outside of what the patch shows")
        return Left(how, value)

    return run


class Kernel:
    """One kernel. ``run`` makes one call on one state, from scratch; it is deterministic.

    ``brought`` is Python of the reference; ``code`` is a patch's. Raises ``Stopped`` where the code
    cannot be bound.
    """

    def __init__(
        self,
        name: str,
        base: Base,
        geometry: Geometry,
        brought: Callable[[State, dict[str, Callable[..., Any]]], Brought] | None,
        code: Code | None,
    ) -> None:
        self.name = name
        self.base = base
        self.geometry = geometry
        self._extra = dict.fromkeys(code.locals if code else (), UNSET)
        self._names = code.names if code else {}
        self._state = State(geometry)
        self._tables_before = 0
        # Changed in place: the reference's own functions call each other through it.
        functions = reference_functions(self._state, base)
        units = [] if code is None else [each.unit for each in code.functions]
        fragments = () if code is None else code.fragments
        given: Mapping[str, object] = {**primitives(self._state), **functions}
        self._changes = any(each.code.changed or each.code.cells for each in fragments)
        bound = [*units, *(each.code.unit for each in fragments)]
        self._program = Program(bound, given, refused=self._refused)
        own = {unit.name: self._program[unit.name] for unit in units}
        if code is not None:
            functions.update(_fitting(code, own, functions, base))
        self._functions = functions
        # A patch that shows the whole function brings its own loop.
        self._loop: Callable[..., int] | None = own.get(LOOP)
        self._brought: Brought = (
            brought(self._state, functions) if brought else Spliced(self._program, fragments)
        )
        self._rows = rows_of(self._brought)

    def _refused(self, accident: Exception) -> Stopped | None:
        # Needed by hardly any patch, and it brings much with it.
        from analyzer.machine.accident import meaning

        return meaning(accident, changes=self._changes)

    def run(self, scenario: Scenario | Remap, *, tracing: bool = False) -> Observation:
        """Make the call. A fault that the kernel dies of is its last event.

        Raises ``Stopped`` for a system call: the reference has none.
        """
        if isinstance(scenario, Remap):
            raise Stopped("the reference begins at move_page_tables(), not at the system call")
        state = self._state
        arguments = prepare(state, scenario)
        before = tuple(state.held)
        self._tables_before = len(state.tables)
        self._program.restart()
        pages = scenario.length >> self.geometry.page_shift
        self._program.renew(_STEPS + _STEPS_A_PAGE * pages)
        tracer = Tracer(self._program, self._names, state) if tracing else None
        outcome = self._program.judge(lambda: self._call(arguments, tracer))
        halted: str | None = None
        at: CodePlace | None = None
        match outcome:
            case Returned(value=value):
                finish(state, before, value)
            case Faulted(fault=KernelFault(kind=kind, what=what)):
                state.note(EventKind.DIED, kind, what)
            case Halted(reason=reason, place=place):
                halted, at = reason, self._named(place)
        return observed(state, halted, at, tracer)

    def left(self) -> Standings:
        """What stands in the address space after the last run."""
        return left_in(self._state, self._tables_before)

    def _call(self, arguments: tuple[Any, ...], tracer: Tracer | None) -> int:
        with tracer or nullcontext():
            if self._loop is not None:
                return self._loop(*arguments)
            known = self._state, self.base, self._functions, self._brought
            return move_page_tables(*known, *arguments, extra=self._extra, rows=self._rows)

    def _named(self, place: CodePlace | None) -> CodePlace | None:
        if place is None or place.function not in self._names:
            return place
        return CodePlace(place.path, place.line, place.column, self._names[place.function])


def _fitting(
    code: Code, own: Mapping[str, Any], functions: Mapping[str, Any], base: Base
) -> Iterator[tuple[str, Any]]:
    """The patch's functions that the base can call as it calls its own of the same name.

    Raises ``Stopped`` for one that the patch changes and the base cannot call; what is only shown
    belongs to a base of another form then.
    """
    for each in code.functions:
        known = functions.get(each.name)
        if known is None or _takes(known, len(each.parameters)):
            yield each.name, own[each.name]
        elif each.name not in code.context:
            count = len(each.parameters)
            raise Stopped(
                f"{each.name}() takes {count} arguments, not those of the {base.name} base"
            )


def _takes(function: Any, count: int) -> bool:
    """Whether a function of the reference is called with so many arguments."""
    parameters = signature(function).parameters.values()
    any_more = any(one.kind is Parameter.VAR_POSITIONAL for one in parameters)
    least = sum(one.default is Parameter.empty for one in parameters) - any_more
    return least <= count and (any_more or count <= len(parameters))
