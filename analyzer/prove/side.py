"""One side of a proof: a function of one tree's state, bound so that it runs on terms."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from analyzer.csource.syntax import Unparsed
from analyzer.errors import CodePlace, Stopped
from analyzer.prove import terms
from analyzer.prove.layouts import Layouts
from analyzer.prove.memory import Widths
from analyzer.prove.terms import ADDRESS, Term
from analyzer.translate import Environment, Program, Translated, Untranslated, Use
from analyzer.translate.environment import Constant, FunctionName, Variable
from analyzer.translate.layout import size_of
from analyzer.translate.runtime.nothing import NULL
from analyzer.translate.runtime.shapes import (
    ArrayShape,
    FieldShape,
    OpaqueShape,
    RecordShape,
    ScalarShape,
    Shape,
)
from analyzer.translate.types import Array, CType, FunctionType, Integer, Pointer, Record

if TYPE_CHECKING:
    from analyzer.mm.effects import Effect
    from analyzer.prove.run import Run

# Where a kernel's own functions and variables lie; room for each.
_DATA = 0xFFFF_FFFF_8200_0000
_ROOM = 1 << 20
# How large a function may be that is always run as it is: it calls nothing, and does not loop.
_SMALL = 12


class Sees(Protocol):
    """What a file sees of functions: ``definitions.Definitions``."""

    @property
    def environment(self) -> Environment:
        """What names mean."""

    def function(self, name: str) -> Translated | Untranslated | Unparsed | None:
        """A function's translation; None where there is no body."""

    def signature(self, name: str) -> FunctionType | None:
        """A function's type."""

    def has_own(self, name: str) -> bool:
        """Whether the file itself has a body of that name."""


class Shared:
    """What both sides of one proof have in common: layouts, addresses, widths."""

    def __init__(self, *environments: Environment) -> None:
        self.layouts = Layouts(*environments)
        self.widths = Widths()
        # Whether it is asked alone what is done and when, and not under which locks.
        self.guards_alone = False
        self._addresses: dict[str, int] = {}
        self._states: dict[tuple[object, ...], int] = {}

    def address_of(self, name: str) -> Term:
        """The address of a function, a variable or a text: the same on both sides."""
        number = self._addresses.setdefault(name, len(self._addresses))
        return terms.const(_DATA + number * _ROOM, ADDRESS)

    def state(self, state: tuple[object, ...]) -> int:
        """A number for what memory holds: equal memories have one."""
        return self._states.setdefault(state, len(self._states))


class Side:
    """A function, and what is run as it is besides: ``opened`` functions and small ones.

    ``refused`` are those that were to be opened and could not. All else is called, not run.
    """

    def __init__(
        self,
        sees: Sees,
        entry: Translated,
        shared: Shared,
        opened: Iterable[str] = (),
        *,
        constants: Mapping[str, int],
        others: Iterable[Translated] = (),
    ) -> None:
        self.sees = sees
        self.entry = entry
        self.parameters, self.names, self.returns = entry.parameters, entry.names, entry.returns
        self.shared = shared
        self.environment = sees.environment
        self.run: Run | None = None
        self._constants = constants
        self._functions = {each.name: each for each in (entry, *others)}
        self.refused: dict[str, str] = {}
        self._shapes: dict[Record, RecordShape] = {}
        self._late: dict[str, _Late] = {}
        # What anonymous structs are called on both sides, by their tags on this one.
        self.called: dict[str, str] = {}
        # Functions whose address was used.
        self.pointed: dict[str, None] = {}
        for name in opened:
            self._open(name)
        self._open_small()
        self.program = self._bound()

    # --- what is run ------------------------------------------------------------------------------

    def is_run(self, name: str) -> bool:
        """Whether a function is run as it is."""
        return name in self._functions

    @property
    def functions(self) -> tuple[Translated, ...]:
        """All that is run as it is."""
        return tuple(self._functions.values())

    def _open(self, name: str) -> None:
        if name in self._functions:
            return
        found = self.sees.function(name)
        if isinstance(found, Translated):
            self._functions[name] = found
        elif found is not None:
            self.refused[name] = found.reason

    def _open_small(self) -> None:
        waiting = list(self._functions.values())
        while waiting:
            here = waiting.pop()
            for need in here.needs:
                name = need.name
                if need.use is not Use.CALL or name in self._functions or self.effect(name):
                    continue
                found = self.sees.function(name)
                if isinstance(found, Translated) and _is_small(found):
                    self._functions[name] = found
                    waiting.append(found)

    def _bound(self) -> Program:
        from analyzer.prove.loops import instrumented
        from analyzer.prove.table import helpers

        units = []
        for each in self._functions.values():
            if each.statics:
                raise Stopped(f"{each.name}() keeps a static variable")
            units.append(instrumented(each))
        given: dict[str, object] = {}
        for each in self._functions.values():
            for need in each.needs:
                if need.name not in self._functions and need.name not in given:
                    given[need.name] = self._given(need.name, call=need.use is Use.CALL)
        hooks = {
            "_head": lambda *all_: self.current.loops.head(*all_),
            "_enter": lambda name: self.current.loops.enter(name),
        }
        return Program(units, given, {**helpers(lambda: self.current), **hooks})

    def _given(self, name: str, *, call: bool) -> object:
        from analyzer.prove.callees import Callee

        found = self.environment.identifier(name)
        match found:
            case FunctionName(type=kind):
                return Callee(self, name, kind)
            case Constant(value=value):
                return value
            case Variable(type=kind, given=True):
                if name in self._constants:
                    return self._constants[name]
                return self._later(name, kind, value=True)
            case Variable(type=kind):
                return self._later(name, kind, value=False)
        if call:
            return Callee(self, name, None)
        return self._later(name, None, value=True)

    def _later(self, name: str, kind: CType | None, *, value: bool) -> object:
        self._late[name] = _Late(self, name, kind, value=value)
        return None

    # --- running ----------------------------------------------------------------------------------

    @property
    def current(self) -> Run:
        """The run that is going on."""
        assert self.run is not None
        return self.run

    def call(self, run: Run, arguments: tuple[object, ...]) -> object:
        """Run the function. Raises what ends it otherwise."""
        self.run = run
        self._bind_late(run)
        return self.program.run(self.entry.name, *arguments)

    def _bind_late(self, run: Run) -> None:
        for name, late in self._late.items():
            self.program.bind(name, late.made(run))

    def place(self) -> CodePlace | None:
        """The line of C that is being run."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            if self.program.is_mine(frame):
                code = frame.f_code
                name = self.program.c_name(code)
                return CodePlace(code.co_filename, frame.f_lineno, None, name)
            frame = frame.f_back
        return None

    # --- what names and types are -----------------------------------------------------------------

    def effect(self, name: str) -> Effect | None:
        """What the model says of a callee; None where it has none, or the tree has a body."""
        from analyzer.mm.effects import EFFECTS

        return None if self.sees.has_own(name) else EFFECTS.get(name)

    def is_known(self, name: str) -> bool:
        """Whether a name is run as the number that it is, or as a constant of the model."""
        found = self.environment.identifier(name)
        return isinstance(found, Constant) or (isinstance(found, Variable) and found.given)

    def address_of_function(self, value: object) -> Term | None:
        """The address of a C function, by what the namespace holds for it."""
        from analyzer.prove.callees import Callee

        if isinstance(value, Callee):
            self.pointed[value.name] = None
            return self.shared.address_of(value.name)
        for name in self._functions:
            if self.program[name] is value:
                self.pointed[name] = None
                return self.shared.address_of(name)
        return None

    def record(self, tag: str) -> Record:
        """The struct or union of a tag."""
        from analyzer.csource.syntax import Tag

        for kind in (Tag.STRUCT, Tag.UNION):
            found = self.environment.tagged(kind, tag)
            if isinstance(found, Record) and self.environment.fields(found) is not None:
                return found
        return Record(tag, False)

    def shape(self, kind: Record) -> RecordShape:
        """What a local struct of a type is made of. Raises Stopped for one not described."""
        if kind not in self._shapes:
            fields = self.environment.fields(kind)
            if fields is None:
                raise Stopped(f"struct {kind.tag} is not described")
            shapes = tuple(FieldShape(one.name, self._shape(one.type, one.bits)) for one in fields)
            size = size_of(kind, self.environment)
            self._shapes[kind] = RecordShape(kind.tag, kind.union, shapes, size)
        return self._shapes[kind]

    def _shape(self, kind: CType, bits: int | None) -> Shape:
        match kind:
            case Integer():
                return ScalarShape(0, bits or kind.bits, kind.signed)
            case Pointer():
                return ScalarShape(NULL, ADDRESS)
            case Array(of=of, length=length):
                return ArrayShape(self._shape(of, None), length or 0)
            case Record():
                return self.shape(kind)
        return OpaqueShape(str(getattr(kind, "name", "")))


class _Late:
    """A variable of a file: what its name stands for is made for each run."""

    def __init__(self, side: Side, name: str, kind: CType | None, *, value: bool) -> None:
        self.side = side
        self.name = name
        self.kind = kind
        self.value = value

    def made(self, run: Run) -> object:
        """The variable's address, as translated code has it, or a constant of the model."""
        from analyzer.prove.values import Blank, part, pointer

        if self.value:
            if isinstance(self.kind, Integer | Pointer):
                return run.fresh(self.kind, self.name)
            return Blank(terms.symbol(self.name, ADDRESS), run)
        address = self.side.shared.address_of(self.name)
        match self.kind:
            case None:
                return Blank(address, run)
            case Array(of=of, length=length):
                return part(run, of, f"{self.name}[]", address, length)
        if isinstance(self.kind, Record):
            return pointer(run, self.kind, address)
        from analyzer.prove.values import Place

        return Place(run, self.kind, self.name, address)


def _is_small(found: Translated) -> bool:
    """Whether a function calls nothing and does not loop."""
    import ast

    calls = any(need.use is Use.CALL for need in found.needs)
    lines = found.span.end_line - found.span.line
    loops = any(isinstance(each, ast.While) for each in ast.walk(found.tree))
    return not calls and not loops and not found.statics and lines <= _SMALL
