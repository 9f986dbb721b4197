"""What the translation of one function carries along: scopes, statements written, names used."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analyzer.csource.syntax import Block, Expr, Span, Specifier, TypedefName
from analyzer.translate import emit
from analyzer.translate.identifier import Variable as Declared
from analyzer.translate.naming import mangled
from analyzer.translate.result import Need, RefusedError, Use
from analyzer.translate.types import CType, Record

if TYPE_CHECKING:
    from analyzer.translate.environment import Environment
    from analyzer.translate.function import Source
    from analyzer.translate.jumps import PyLoop
    from analyzer.translate.runtime.shapes import RecordShape
    from analyzer.translate.survey import Survey
    from analyzer.translate.value import Value

# Written nodes a function: the duplication of a loop's step at every ``continue`` could grow
# without limit in hostile text. The largest function of mm/ in Linux 6.1 needs 9,000.
MAX_NODES = 400_000
MAX_DEPTH = 150


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the function: where its value lies.

    ``cell`` says that ``python`` names a pointer to it, since its address is taken or it outlives
    the call; otherwise ``python`` is the value, or the record or array itself.
    """

    python: str
    type: CType
    cell: bool


@dataclass(slots=True)
class Scope:
    """A block: its variables by C name, and the environment with the types declared in it."""

    environment: Environment
    outer: Scope | None
    variables: dict[str, Variable] = field(default_factory=dict)

    def find(self, name: str) -> Variable | None:
        """Return the variable that a name means here, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.variables:
                return scope.variables[name]
            scope = scope.outer
        return None


@dataclass(slots=True)
class Again:
    """What is only known at the end of a translation, and has it done a second time.

    ``addressed`` are the Python locals whose address is taken; ``outer`` the names that mean
    something outside the function although a local was called so before.
    """

    addressed: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        """How much is known; it only grows."""
        return len(self.addressed) + len(self.outer)


class Writer:
    """The state of one translation. Only the modules of this package touch it."""

    def __init__(
        self,
        function: str,
        path: str,
        environment: Environment,
        again: Again,
        source: Source,
    ) -> None:
        self.function = function
        self.path = path
        self.scope = Scope(environment.inner(), None)
        self.text_of: Callable[[Span], str] = source
        self.configuration = source.configuration
        self.outermost = environment
        self.returns: CType | None = None
        self.leave: Callable[[Expr | None, Span], None] | None = None
        self.again = again
        self.needs: dict[str, Need] = {}
        self.constants: dict[str, object] = {}
        self.shapes: dict[CType, int] = {}
        self.records: dict[Record, RecordShape] = {}
        self.statics: list[ast.stmt] = []
        self.notes: dict[str, None] = {}
        self.loops: list[PyLoop] = []
        self.survey: Survey | None = None
        # How many loops were open where a switch without a loop of its own was begun.
        self.chains: list[int] = []
        self.free: Callable[[str, Span], Value] | None = None
        self.labels: dict[str, int] = {}
        self.ways: dict[tuple[int, str], int] = {}
        self.jumping = False
        # What macros expand to, by the identity of the use; nodes of these places are expanded.
        self.expansions: dict[int, Expr | Block | None] = {}
        self.expanded: set[Span] = set()
        self.expressions = 0
        self.calls = False
        # Every name that the function declares anywhere: none of them is a type.
        self.names: frozenset[str] = frozenset()
        self.kept: list[object] = []
        # Python locals that are declared and not written there, with their places.
        self.bare: dict[str, Span] = {}
        self.hoisted: list[ast.stmt] | None = None
        self._sink: list[ast.stmt] = []
        self._taken: set[str] = set()
        self._outer: set[str] = set()
        self._numbers: dict[str, int] = {}
        self.count = 0
        self._nodes = 0
        self._depth = 0

    # --- statements ---

    def write(self, statement: ast.stmt, span: Span) -> None:
        """Append a statement."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise RefusedError("the translation is too large", span)
        self._sink.append(emit.stamped(statement, span))

    def extend(self, statements: Sequence[ast.stmt]) -> None:
        """Append statements that have been written before."""
        self._sink.extend(statements)

    @contextmanager
    def captured(self) -> Iterator[list[ast.stmt]]:
        """Collect what is written inside instead of appending it."""
        outer, self._sink = self._sink, []
        try:
            yield self._sink
        finally:
            self._sink = outer

    @contextmanager
    def nested(self, span: Span) -> Iterator[None]:
        """Count a level of nesting; text that nests without end is refused."""
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise RefusedError("nested too deeply, or too large", span)
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def block(self) -> Iterator[Scope]:
        """Open a block scope."""
        outer = self.scope
        self.scope = Scope(outer.environment.inner(), outer)
        try:
            yield self.scope
        finally:
            self.scope = outer

    @contextmanager
    def within(self, scope: Scope) -> Iterator[None]:
        """Go back to a scope: a loop's step is written where ``continue`` stands."""
        outer, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = outer

    @contextmanager
    def dry(self) -> Iterator[None]:
        """Translate for the type alone: nothing of it stays."""
        needs, constants, statics = dict(self.needs), dict(self.constants), list(self.statics)
        outer, self._sink = self._sink, []
        try:
            yield
        finally:
            self._sink = outer
            self.needs, self.constants, self.statics = needs, constants, statics

    @property
    def environment(self) -> Environment:
        """The types and names that are visible here."""
        return self.scope.environment

    # --- names ---

    def temporary(self) -> str:
        """Return a new Python local that no C name can be."""
        self.count += 1
        return f"_t{self.count}"

    def spilled(self, code: ast.expr, span: Span) -> ast.expr:
        """Compute an expression now, and return the temporary that holds it."""
        variable = self.temporary()
        self.write(emit.assign(variable, code), span)
        return emit.name(variable)

    def local(self, name: str) -> str:
        """Return a Python name for a new C variable: its own, numbered where that is taken."""
        python = base = mangled(name)
        while python in self._taken or python in self.again.outer:
            self._numbers[base] = self._numbers.get(base, 1) + 1
            python = f"{base}_{self._numbers[base]}"
        self._taken.add(python)
        return python

    def declare(self, name: str, kind: CType, *, cell: bool | None = None) -> Variable:
        """Enter a variable into the innermost scope."""
        python = self.local(name)
        held = python in self.again.addressed if cell is None else cell
        variable = Variable(python, kind, held)
        self.scope.variables[name] = variable
        # It hides a typedef or an object-like macro of its name.
        self.scope.environment.bind(Declared(name, kind))
        return variable

    def unwritten(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return what makes the locals known to Python that nothing is ever written to."""
        stored = emit.stored(statements) if self.bare else frozenset()
        return [
            emit.stamped(each, span)
            for name, span in self.bare.items()
            if name not in stored
            for each in emit.forget(name)
        ]

    def outside(self, name: str, use: Use, span: Span) -> ast.expr:
        """Return a name of the run-time table, and note that it is needed."""
        if name not in self.needs or (self.needs[name].use is Use.VALUE and use is Use.CALL):
            self.needs[name] = Need(name, use, span)
        return self._global(mangled(name))

    def named_type(self, specifier: Specifier, span: Span) -> None:
        """Note a type that nothing declares: to pass it on does no harm, but somebody has it."""
        if isinstance(specifier, TypedefName) and self.environment.typedef(specifier.name) is None:
            self.outside(f"typedef {specifier.name}", Use.VALUE, span)

    def given(self, python: str, value: object) -> ast.expr:
        """Return a name for something that the translation itself knows."""
        self.constants[python] = value
        return self._global(python)

    def _global(self, python: str) -> ast.expr:
        if python not in self._outer:
            if python in self._taken:
                self.again.outer.add(python)
            self._taken.add(python)
            self._outer.add(python)
        return emit.name(python)

    def refused(self, reason: str, span: Span) -> RefusedError:
        """Return what gives the function up."""
        return RefusedError(reason, span)
