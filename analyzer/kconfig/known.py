"""Values that are known, or known between two bounds, and what expressions come to under them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar, overload

from analyzer.kconfig.evaluate import Tristate, Undetermined, Value, evaluate
from analyzer.kconfig.expr import And, Compare, Constant, Expr, Macro, Not, Or, Ref
from analyzer.kconfig.model import Model, Needs
from analyzer.kconfig.symbols import SymbolType

N, M, Y = Tristate.N, Tristate.M, Tristate.Y
T = TypeVar("T")
# Reasons that are kept of all that leave a value open.
_MOST_REASONS = 3
_VARIABLE = re.compile(r"\$\(([A-Za-z0-9_]+)\)|\$([A-Z][A-Z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Span:
    """A tristate between two bounds; ``why`` says what leaves it open, where they differ."""

    low: Tristate
    high: Tristate
    why: tuple[str, ...] = ()

    def or_else(self, other: Span) -> Span:
        """Either of the two."""
        return _span(min(self.low, other.low), max(self.high, other.high), (self, other))

    def value(self, kind: SymbolType) -> Value | Undetermined:
        """As the value of a symbol."""
        if self.low is self.high:
            return Value(kind, self.low.name.lower())
        return Undetermined(self.low, self.high, self.why)


def _span(low: Tristate, high: Tristate, of: Iterable[Span]) -> Span:
    if low is high:
        return Span(low, high)
    return Span(low, high, tuple(dict.fromkeys(w for one in of for w in one.why))[:_MOST_REASONS])


def lowest(spans: Iterable[Span]) -> Span:
    """All of them: y where there is none."""
    every = tuple(spans)
    low, high = min((s.low for s in every), default=Y), min((s.high for s in every), default=Y)
    return _span(low, high, every)


def highest(spans: Iterable[Span]) -> Span:
    """Any of them: n where there is none."""
    every = tuple(spans)
    low, high = max((s.low for s in every), default=N), max((s.high for s in every), default=N)
    return _span(low, high, every)


class Known(Mapping[str, "Value | Undetermined"]):
    """The values of symbols and variables by name, and of expressions under them.

    A condition is worked out once: what it names must be settled before it is asked for.
    """

    def __init__(self, model: Model, variables: Mapping[str, str]) -> None:
        self.settled: dict[str, Value | Undetermined] = {}
        self.variables = variables
        self._model = model
        self._exprs: dict[int, Span] = {}
        self._needs: dict[int, Span] = {}
        self._kept: list[object] = []

    def __getitem__(self, name: str) -> Value | Undetermined:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.settled)

    def __len__(self) -> int:
        return len(self.settled)

    @overload
    def get(self, name: str, /) -> Value | Undetermined | None: ...
    @overload
    def get(self, name: str, /, default: Value | Undetermined) -> Value | Undetermined: ...
    @overload
    def get(self, name: str, /, default: T) -> Value | Undetermined | T: ...
    def get(self, name: str, /, default: object = None) -> object:
        """A symbol's value, or that of a text with macros in it."""
        if "$" in name:
            return self._expanded(name) or default
        return self.settled.get(name, default)

    def _expanded(self, text: str) -> Value | None:
        found = _VARIABLE.sub(lambda one: self.variables.get(one[1] or one[2], one[0]), text)
        if "$" in found:
            return None
        return Value(SymbolType.TRISTATE if found in ("y", "m", "n") else SymbolType.UNKNOWN, found)

    def of(self, name: str) -> Span:
        """What a symbol is as a condition."""
        return self._spanned(Ref(name))

    def condition(self, expr: Expr | None) -> Span:
        """What an ``if`` or ``depends on`` comes to; a lone ``m`` in it asks for modules, too."""
        if expr is None:
            return Span(Y, Y)
        key = id(expr)
        if key not in self._exprs:
            self._exprs[key] = self._spanned(self._with_modules(expr))
            self._kept.append(expr)
        return self._exprs[key]

    def all_of(self, needs: Needs) -> Span:
        """What requirements come to that must all hold."""
        key = id(needs)
        if key not in self._needs:
            self._needs[key] = lowest(map(self.condition, needs))
            self._kept.append(needs)
        return self._needs[key]

    def value_of(self, expr: Expr) -> Span:
        """What a default comes to."""
        return self._spanned(expr)

    def text_of(self, expr: Expr) -> Value | Undetermined:
        """What a default is to a symbol that holds a number or a string."""
        match expr:
            case Ref(name):
                return self.get(name) or Value(SymbolType.UNKNOWN, name)
            case Constant(text) if "$" not in text:
                return self.settled.get(text, Value(SymbolType.UNKNOWN, text))
            case Macro(text) | Constant(text):
                found = self._expanded(text)
                return found or Undetermined(N, N, (text,), tristate=False)
            case _:
                # To the kernel, an expression is no text.
                return Value(SymbolType.UNKNOWN, "")

    def _spanned(self, expr: Expr) -> Span:
        found = evaluate(expr, self)
        if isinstance(found, Tristate):
            return Span(found, found)
        return Span(found.low, found.high, found.macros[:_MOST_REASONS])

    def rounded(self, span: Span, kind: SymbolType) -> Span:
        """The value for a type: what is no tristate, or has no modules, is y where it were m."""
        modules = Span(N, N) if kind is not SymbolType.TRISTATE else self._modules()
        up = modules.high is N
        may = modules.low is N
        low = Y if span.low is M and up else span.low
        high = Y if span.high is M and may else span.high
        why = span.why or (modules.why if low is not high else ())
        return _span(low, high, (Span(low, high, why),))

    def _modules(self) -> Span:
        name = self._model.modules
        return Span(N, N) if name is None else self.of(name)

    def _with_modules(self, expr: Expr) -> Expr:
        match expr:
            case Constant("m"):
                return And((expr, Ref(self._model.modules or "n")))
            case Not(operand):
                inner = self._with_modules(operand)
                return expr if inner is operand else Not(inner)
            case And(operands) | Or(operands):
                inner_ = tuple(map(self._with_modules, operands))
                same = all(a is b for a, b in zip(inner_, operands, strict=True))
                return expr if same else type(expr)(inner_)
            case Ref() | Constant() | Macro() | Compare():
                return expr
