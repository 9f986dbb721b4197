"""The grammar of ``#if`` expressions over values: precedence, and what need not be known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analyzer.csource.arithmetic import Number, Value, apply, invert, negate


class NotAnExpressionError(Exception):
    """The symbols are no ``#if`` expression. Never leaves what decides conditions."""


_LEVELS = (
    ("*", "/", "%"),
    ("+", "-"),
    ("<<", ">>"),
    ("<", ">", "<=", ">="),
    ("==", "!="),
    ("&",),
    ("^",),
    ("|",),
    ("&&",),
    ("||",),
    ("?:",),
    (",",),
)
_BINDING = {symbol: -level for level, symbols in enumerate(_LEVELS) for symbol in symbols}
_CONDITIONAL = _BINDING["?:"]


def _not(value: Number) -> Number:
    return Number(int(not value.value), fault=value.fault)


_UNARY: dict[str, Callable[[Number], Number]] = {
    "+": lambda value: value,
    "-": negate,
    "~": invert,
    "!": _not,
}


def value_of(symbols: Sequence[Value | str]) -> Value:
    """Return the value of an expression: operands as values, operators and parentheses as text.

    Raises ``NotAnExpressionError``.
    """
    machine = _Machine()
    for symbol in symbols:
        machine.take(symbol)
    return machine.result()


class _Machine:
    """Dijkstra's two stacks. ``pending`` holds operators, ``"u-"`` for a unary one."""

    def __init__(self) -> None:
        self.values: list[Value] = []
        self.pending: list[str] = []
        self.operand_next = True

    def take(self, symbol: Value | str) -> None:
        if not isinstance(symbol, str):
            self._expect(operand=True)
            self.values.append(symbol)
            self.operand_next = False
        elif self.operand_next:
            if symbol not in _UNARY and symbol != "(":
                raise NotAnExpressionError
            self.pending.append(symbol if symbol == "(" else f"u{symbol}")
        elif symbol == ")":
            self._until("(")
        elif symbol == ":":
            self._until("?")
            self._push("?:")
        elif symbol == "?":
            self._reduce(_CONDITIONAL + 1)
            self._push("?")
        elif symbol in _BINDING:
            self._reduce(_BINDING[symbol])
            self._push(symbol)
        else:
            raise NotAnExpressionError

    def result(self) -> Value:
        self._expect(operand=False)
        self._reduce(_BINDING[","])
        if self.pending:
            raise NotAnExpressionError
        return self.values[0]

    def _expect(self, *, operand: bool) -> None:
        if self.operand_next is not operand:
            raise NotAnExpressionError

    def _push(self, symbol: str) -> None:
        self.pending.append(symbol)
        self.operand_next = True

    def _until(self, opening: str) -> None:
        """Reduce to what opened: a parenthesis, or the ``?`` of a ``:``."""
        self._reduce(_BINDING[","])
        if not self.pending or self.pending.pop() != opening:
            raise NotAnExpressionError

    def _reduce(self, binding: int) -> None:
        """Apply the operators on top that bind at least as strongly."""
        while self.pending:
            symbol = self.pending[-1]
            if symbol[0] == "u":
                self.values.append(_unary(symbol[1], self.values.pop()))
            elif symbol in _BINDING and _BINDING[symbol] >= binding:
                self._apply(symbol)
            else:
                return
            self.pending.pop()

    def _apply(self, symbol: str) -> None:
        other, one = self.values.pop(), self.values.pop()
        if symbol == "?:":
            self.values.append(_chosen(self.values.pop(), one, other))
        else:
            self.values.append(_SPECIAL.get(symbol, _binary(symbol))(one, other))


def _unary(symbol: str, value: Value) -> Value:
    if value is None:
        return None
    return _UNARY[symbol](value)._replace(fault=value.fault)


def _binary(symbol: str) -> Callable[[Value, Value], Value]:
    def applied(one: Value, other: Value) -> Value:
        if one is None or other is None:
            return next((each for each in (one, other) if each is not None and each.fault), None)
        made = apply(symbol, one, other)
        return made._replace(fault=made.fault or one.fault or other.fault)

    return applied


def _and(one: Value, other: Value) -> Value:
    return _logical(one, other, decides=False)


def _or(one: Value, other: Value) -> Value:
    return _logical(one, other, decides=True)


def _logical(one: Value, other: Value, *, decides: bool) -> Value:
    """``&&`` and ``||``: one operand may decide alone; an error on the right may not be asked for.

    One on the right of an unknown value is unknown: it may be asked for.
    """
    if one is not None and (one.fault or bool(one.value) is decides):
        return Number(int(bool(one.value)), fault=one.fault)
    if one is None:
        decided = other is not None and not other.fault and bool(other.value) is decides
        return Number(int(decides)) if decided else None
    if other is None:
        return None
    return Number(int(bool(other.value)), fault=other.fault)


def _chosen(test: Value, one: Value, other: Value) -> Value:
    """``test ? one : other``: unsigned where either is, so both must be known."""
    if test is not None and test.fault:
        return test
    if test is None or one is None or other is None:
        return one if one == other and one is not None and not one.fault else None
    unsigned = one.unsigned or other.unsigned
    return apply("|", one if test.value else other, Number(0, unsigned))._replace(
        fault=(one if test.value else other).fault
    )


def _last(one: Value, other: Value) -> Value:
    return one if one is not None and one.fault else other


_SPECIAL: dict[str, Callable[[Value, Value], Value]] = {"&&": _and, "||": _or, ",": _last}
