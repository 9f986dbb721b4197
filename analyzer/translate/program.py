"""Binding translated functions into a program, and calling it from outside.

Translated code sees one namespace: the run-time table, the constants that it needs, primitives,
and the functions of the program; of Python it sees nothing. Whatever ends a call early becomes an
``Outcome``: a fault of the modelled kernel, or a limit of ours; only our own bugs are raised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from analyzer.errors import CodePlace, FaultKind, KernelFault, Stopped
from analyzer.translate.naming import mangled
from analyzer.translate.runtime.memory import Memory, ticking
from analyzer.translate.runtime.nothing import Unmodelled, UnmodelledCallee
from analyzer.translate.runtime.pointers import unwritten
from analyzer.translate.runtime.table import helpers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import CodeType, FrameType, TracebackType

STEPS = 1_000_000
CELLS = 1_000_000


class Need(Protocol):
    """A C name that a unit uses and does not define."""

    @property
    def name(self) -> str:
        """The C name."""

    @property
    def kind(self) -> Literal["call", "value"]:
        """Whether it is only called, or its value is used."""


class Unit(Protocol):
    """A translated function or variable, as much of it as it takes to run it."""

    @property
    def code(self) -> CodeType:
        """A module that defines it, and a function's static variables, by Python names."""

    @property
    def setup(self) -> CodeType | None:
        """A module that fills the variables, once those of all units are there."""

    @property
    def name(self) -> str:
        """The C name."""

    @property
    def python_name(self) -> str:
        """The name that the code defines it by."""

    @property
    def constants(self) -> Mapping[str, object]:
        """What else the code refers to, by its own names: shapes, enumerators, macros' values."""

    @property
    def needs(self) -> Iterable[Need]:
        """What others must give: functions of the program, or primitives."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The function returned; the value of one that returns none is ``NO_VALUE``'s or None."""

    value: object


@dataclass(frozen=True, slots=True)
class Faulted:
    """The modelled kernel died or warned; the fault has its place."""

    fault: KernelFault


@dataclass(frozen=True, slots=True)
class Halted:
    """We could not go on. The place is None where no translated function was running."""

    reason: str
    place: CodePlace | None


Outcome: TypeAlias = Returned | Faulted | Halted
Accident: TypeAlias = NameError | AttributeError | TypeError | RecursionError


def _defines_function(code: CodeType) -> bool:
    return any(isinstance(each, type(code)) for each in code.co_consts)


class Program:
    """Translated functions, bound. Everything that a run changes is in here or in its arguments.

    ``replaced`` takes the place of entries of the run-time table, for an engine of other values.
    ``refused`` says what an exception of Python's means that a primitive raised, None for nothing.
    Raises Stopped for two units of one name, and for a constant that two of them see
    differently; and what the initializer of a static variable raises.
    """

    def __init__(
        self,
        units: Iterable[Unit],
        primitives: Mapping[str, object] | None = None,
        replaced: Mapping[str, object] | None = None,
        refused: Callable[[Exception], Stopped | None] = lambda _: None,
    ) -> None:
        self._refused = refused
        self.memory = Memory(CELLS)
        self._names: dict[str, str] = {}
        self._namespace: dict[str, Any] = {"__builtins__": {}}
        self._namespace |= helpers(self.memory, STEPS) | dict(replaced or {})
        given = {mangled(name): value for name, value in (primitives or {}).items()}
        bound = list(units)
        self._bind_constants(bound)
        self._namespace |= given
        self._bind_needs(bound)
        for unit in bound:
            self._bind(unit)
        self._setups = tuple(unit.setup for unit in bound if unit.setup is not None)
        self._variables = tuple(unit.code for unit in bound if not _defines_function(unit.code))
        self.restart()

    def _bind_constants(self, units: list[Unit]) -> None:
        mine: dict[str, object] = {}
        for unit in units:
            for name, value in unit.constants.items():
                if name in self._namespace or mine.setdefault(name, value) != value:
                    raise Stopped(f"{name} is not in {unit.name} what it is elsewhere")
        self._namespace |= mine

    def _bind_needs(self, units: list[Unit]) -> None:
        for need in (need for unit in units for need in unit.needs):
            absent = UnmodelledCallee(need.name) if need.kind == "call" else Unmodelled(need.name)
            self._namespace.setdefault(mangled(need.name), absent)

    def _bind(self, unit: Unit) -> None:
        if unit.python_name in self._names:
            raise Stopped(f"two definitions of {unit.name}")
        self._names[unit.python_name] = unit.name
        # The code is compiled from the translator's own tree, and sees the namespace only.
        exec(unit.code, self._namespace)  # noqa: S102

    def __getitem__(self, name: str) -> Any:
        """Return what a C name is bound to: a function, a primitive, a static variable."""
        return self._namespace[mangled(name)]

    def bind(self, name: str, value: object) -> None:
        """Let a C name that others give mean something else from now on."""
        self._namespace[mangled(name)] = value

    def restart(self) -> None:
        """Give every static variable the value that it has before anything runs."""
        # Made anew: an initializer names only some of the elements, if there is one.
        for code in self._variables:
            exec(code, self._namespace)  # noqa: S102 - see _bind
        for setup in self._setups:
            exec(setup, self._namespace)  # noqa: S102 - see _bind

    def renew(self, steps: int = STEPS, cells: int = CELLS) -> None:
        """Begin new budgets: of function entries and loop turns, and of memory."""
        self._namespace["_tick"] = ticking(steps)
        self.memory.renew(cells)

    def call(
        self, name: str, *arguments: object, steps: int = STEPS, cells: int = CELLS
    ) -> Outcome:
        """Call a function by its C name, on budgets of its own. Raises only what is a bug of ours.

        Not to be used inside another call: it would renew that one's budgets.
        """
        self.renew(steps, cells)
        return self.judge(lambda: self.run(name, *arguments))

    def run(self, name: str, *arguments: object) -> object:
        """Call a function as it is, on what is left of the budgets, and let everything through."""
        return self._namespace[mangled(name)](*arguments)

    def judge(self, run: Callable[[], object]) -> Outcome:
        """Turn what ``run`` does, which calls this program's functions, into an outcome."""
        try:
            return Returned(run())
        except KernelFault as fault:
            return self._faulted(fault, fault.__traceback__)
        except Stopped as stopped:
            return Halted(stopped.reason, self._place(stopped.__traceback__))
        except (NameError, AttributeError, TypeError, RecursionError) as accident:
            return self._accident(accident)

    def _faulted(self, fault: KernelFault, traceback: TracebackType | None) -> Faulted:
        if fault.place is None:
            fault.place = self._place(traceback)
        # Its frames would keep alive what they held.
        return Faulted(fault.with_traceback(None))

    def _accident(self, accident: Accident) -> Outcome:
        """Say what an exception of Python's means in C, or raise it again as a bug of ours."""
        mine = [self.is_mine(each.tb_frame) for each in _frames(accident.__traceback__)]
        below = len(mine) if True not in mine else mine[::-1].index(True)
        match _meaning(accident, below) or self._miscalled(accident) or self._refused(accident):
            case KernelFault() as meaning:
                return self._faulted(meaning, accident.__traceback__)
            case Stopped(reason=reason):
                return Halted(reason, self._place(accident.__traceback__))
            case None:
                raise accident

    def _miscalled(self, accident: Accident) -> Stopped | None:
        """A function of the program that is called with more or fewer arguments than it takes."""
        found = _MISCALLED.match(str(accident)) if isinstance(accident, TypeError) else None
        if found is None or found[1] not in self._names:
            return None
        return Stopped(f"{self._names[found[1]]}() is called with a wrong number of arguments")

    def is_mine(self, frame: FrameType) -> bool:
        """Whether a frame runs a translated function of this program."""
        return frame.f_globals is self._namespace

    def c_name(self, code: CodeType) -> str:
        """The C name of the function that translated code belongs to."""
        python_name = code.co_qualname.partition(".")[0]
        return self._names.get(python_name, python_name)

    def _place(self, traceback: TracebackType | None) -> CodePlace | None:
        """Return where the innermost translated function was."""
        mine = [each for each in _frames(traceback) if self.is_mine(each.tb_frame)]
        if not mine:
            return None
        code = mine[-1].tb_frame.f_code
        line, _, column, _ = next(islice(code.co_positions(), mine[-1].tb_lasti // 2, None))
        return CodePlace(code.co_filename, line, column, self.c_name(code))


def _frames(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


# CPython keeps the name of an unbound local in the message alone.
_UNBOUND = re.compile(r"cannot access (?:local|free) variable '([^']+)'")
_MISCALLED = re.compile(r"(\w+)\(\) (?:missing|takes) ")


# So many frames of a model below the innermost one of C, and it is the model that ran away.
_RAN_AWAY = 100


def _meaning(accident: Accident, below: int) -> KernelFault | Stopped | None:
    """Tell a bug of ours (None) from C's doing, by the frames below the innermost one of C."""
    if isinstance(accident, RecursionError):
        return Stopped("call depth") if below < _RAN_AWAY else None
    if below or isinstance(accident, TypeError):
        return None
    if isinstance(accident, NameError):
        unbound = _UNBOUND.match(str(accident))
        if unbound is None:
            return None
        what = f"read of {_c_name(unbound[1])}, never written"
        return KernelFault(FaultKind.UNINITIALISED, what)
    if accident.name is None:  # an assignment
        return Stopped(str(accident))
    return unwritten(accident.obj, accident.name)


def _c_name(python_name: str) -> str:
    # What ``mangled`` puts before a name is put before every name that begins like it.
    return python_name.removeprefix(mangled("_").removesuffix("_"))
