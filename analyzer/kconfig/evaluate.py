"""The value of an expression in one configuration, by the kernel's rules.

Source of the rules: ``expr_calc_value()`` and ``expr_parse_string()`` of scripts/kconfig/expr.c.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias, assert_never

from analyzer.kconfig.expr import (
    And,
    Compare,
    Comparison,
    Constant,
    Expr,
    Macro,
    Not,
    Operand,
    Or,
    Ref,
)
from analyzer.kconfig.symbols import SymbolType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Tristate(IntEnum):
    """n < m < y."""

    N = 0
    M = 1
    Y = 2


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a symbol as a configuration file spells it, and the symbol's type."""

    type: SymbolType
    text: str


@dataclass(frozen=True, slots=True)
class Undetermined:
    """The value depends on what has no value here: anything from low to high.

    ``macros`` are the macro calls, or other reasons in words. ``tristate`` is False for a number
    or a string that nobody knows: as a condition it is n.
    """

    low: Tristate
    high: Tristate
    macros: tuple[str, ...]
    tristate: bool = True


_WORDS = {"n": Tristate.N, "m": Tristate.M, "y": Tristate.Y}
_LOGICAL = (SymbolType.BOOL, SymbolType.TRISTATE)
# Before macros came, a string had the symbols of the environment in it.
_OLD_VARIABLE = re.compile(r"\$[A-Z]")
_DECIMAL = re.compile(r"[ \t]*[-+]?[0-9]+")
_HEXADECIMAL = re.compile(r"[ \t]*[-+]?(?:0[xX])?[0-9A-Fa-f]+")
_SIGNED_64 = range(-(1 << 63), 1 << 63)
_UNSIGNED_64 = range(1 - (1 << 64), 1 << 64)  # strtoull() takes a sign and wraps
_RESULTS: dict[Comparison, Callable[[int], bool]] = {
    Comparison.EQUAL: lambda order: order == 0,
    Comparison.UNEQUAL: lambda order: order != 0,
    Comparison.LESS: lambda order: order < 0,
    Comparison.LESS_EQUAL: lambda order: order <= 0,
    Comparison.GREATER: lambda order: order > 0,
    Comparison.GREATER_EQUAL: lambda order: order >= 0,
}


Values: TypeAlias = "Mapping[str, Value | Undetermined]"


def evaluate(expr: Expr, values: Values) -> Tristate | Undetermined:
    """Evaluate an expression.

    ``values`` maps symbols to values, and may map a text with macro calls, as it is written, too.
    A symbol that is not in it is n, and its own name where it is compared. One that is undetermined
    leaves open what depends on it, except comparisons that hold for none of its values, or for all.
    """
    unknown: dict[str, None] = {}
    low, high = _bounds(expr, values, unknown)
    return low if low == high else Undetermined(low, high, tuple(unknown))


def _bounds(expr: Expr, values: Values, unknown: dict[str, None]) -> tuple[Tristate, Tristate]:
    match expr:
        case Ref() | Constant() | Macro():
            value = _value(expr, values)
            if value is None:
                return _open(unknown, expr)
            if isinstance(value, Undetermined):
                unknown.update((each, None) for each in value.macros)
                return value.low, value.high
            tristate = _tristate(value)
            return tristate, tristate
        case Compare(operator, left, right):
            return _compare(operator, left, right, values, unknown)
        case Not(operand):
            low, high = _bounds(operand, values, unknown)
            return Tristate(2 - high), Tristate(2 - low)
        case And(operands):
            parts = [_bounds(each, values, unknown) for each in operands]
            return min(low for low, _ in parts), min(high for _, high in parts)
        case Or(operands):
            parts = [_bounds(each, values, unknown) for each in operands]
            return max(low for low, _ in parts), max(high for _, high in parts)
        case _:
            assert_never(expr)


def _open(unknown: dict[str, None], *operands: Operand | Undetermined) -> tuple[Tristate, Tristate]:
    for each in operands:
        if isinstance(each, Undetermined):
            unknown.update((macro, None) for macro in each.macros)
        elif isinstance(each, Macro | Constant):
            unknown[each.text] = None
    return Tristate.N, Tristate.Y


def _compare(
    operator: Comparison,
    left: Operand,
    right: Operand,
    values: Values,
    unknown: dict[str, None],
) -> tuple[Tristate, Tristate]:
    first, second = _value(left, values), _value(right, values)
    answers: set[bool] = set()
    for here in _possible(first):
        answers |= {_RESULTS[operator](_order(here, there)) for there in _possible(second)}
    if len(answers) != 1:
        missing = ((left, first), (right, second))
        return _open(
            unknown,
            *(
                value if isinstance(value, Undetermined) else side
                for side, value in missing
                if not isinstance(value, Value)
            ),
        )
    holds = Tristate.Y if answers.pop() else Tristate.N
    return holds, holds


def _possible(value: Value | Undetermined | None) -> tuple[Value, ...]:
    """All values that an operand may have; empty where that is no list."""
    match value:
        case Value():
            return (value,)
        case Undetermined(low, high, _, tristate=True):
            return tuple(
                Value(SymbolType.TRISTATE, one.name.lower())
                for one in Tristate
                if low <= one <= high
            )
        case _:
            return ()


def _value(operand: Operand, values: Values) -> Value | Undetermined | None:
    match operand:
        case Ref(name):
            return values.get(name) or Value(SymbolType.UNKNOWN, name)
        case Macro(text):
            return values.get(text)
        case Constant(text, quoted):
            # The kernel gives y, m and n their type whether quoted or not.
            if text in _WORDS:
                return Value(SymbolType.TRISTATE, text)
            if "$(" in text or _OLD_VARIABLE.search(text):
                return values.get(text)
            plain = Value(SymbolType.UNKNOWN, text)
            # A bare number is a symbol to the kernel; powerpc has some of that name.
            return plain if quoted else values.get(text, plain)
        case _:
            assert_never(operand)


def _tristate(value: Value) -> Tristate:
    return _WORDS.get(value.text, Tristate.N) if value.type in _LOGICAL else Tristate.N


def _order(left: Value, right: Value) -> int:
    if not (left.type is right.type is SymbolType.STRING):
        first, second = _number(left), _number(right)
        if first is not None and second is not None:
            # One hexadecimal side makes both unsigned, as the kernel's union does.
            if SymbolType.HEX in (left.type, right.type):
                first, second = first % (1 << 64), second % (1 << 64)
            return (first > second) - (first < second)
    # strcmp() orders bytes.
    here, there = (side.text.encode(errors="surrogatepass") for side in (left, right))
    return (here > there) - (here < there)


def _number(value: Value) -> int | None:
    """Read a number as strtoll() or strtoull() does for the type, None where it stays a string."""
    match value.type:
        case SymbolType.BOOL | SymbolType.TRISTATE:
            return _WORDS.get(value.text, -1)
        case SymbolType.INT:
            return _in_base(value.text, _DECIMAL, 10, _SIGNED_64)
        case SymbolType.HEX:
            return _in_base(value.text, _HEXADECIMAL, 16, _UNSIGNED_64)
        case SymbolType.STRING | SymbolType.UNKNOWN:
            digits = value.text.strip(" \t").lstrip("+-")
            if digits[:2] in ("0x", "0X"):
                return _in_base(value.text, _HEXADECIMAL, 16, _SIGNED_64)
            base = 8 if digits[:1] == "0" else 10
            return _in_base(value.text, _DECIMAL, base, _SIGNED_64)
        case _:
            assert_never(value.type)


def _in_base(text: str, shape: re.Pattern[str], base: int, limits: range) -> int | None:
    # 64 bits are 20 digits; a longer run is out of range and not worth the conversion.
    if len(text) > 70 or not shape.fullmatch(text):
        return None
    try:
        number = int(text, base)
    except ValueError:
        return None
    return number if number in limits else None
