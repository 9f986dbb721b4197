"""The value of an expression in one configuration, by the kernel's rules.

Source of the rules: ``expr_calc_value()`` and ``expr_parse_string()`` of scripts/kconfig/expr.c.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, assert_never

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
    """The value depends on macro calls that have no value here: anything from low to high."""

    low: Tristate
    high: Tristate
    macros: tuple[str, ...]


_WORDS = {"n": Tristate.N, "m": Tristate.M, "y": Tristate.Y}
_LOGICAL = (SymbolType.BOOL, SymbolType.TRISTATE)
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


def evaluate(expr: Expr, values: Mapping[str, Value]) -> Tristate | Undetermined:
    """Evaluate an expression.

    ``values`` maps symbols to values, and may map a macro call, as it is written, too. A symbol
    that is not in it is n, and its own name where it is compared.
    """
    unknown: dict[str, None] = {}
    low, high = _bounds(expr, values, unknown)
    return low if low == high else Undetermined(low, high, tuple(unknown))


def _bounds(
    expr: Expr, values: Mapping[str, Value], unknown: dict[str, None]
) -> tuple[Tristate, Tristate]:
    match expr:
        case Ref() | Constant() | Macro():
            value = _value(expr, values)
            if value is None:
                return _open(unknown, expr)
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


def _open(unknown: dict[str, None], *operands: Operand) -> tuple[Tristate, Tristate]:
    unknown.update((each.text, None) for each in operands if isinstance(each, Macro))
    return Tristate.N, Tristate.Y


def _compare(
    operator: Comparison,
    left: Operand,
    right: Operand,
    values: Mapping[str, Value],
    unknown: dict[str, None],
) -> tuple[Tristate, Tristate]:
    first, second = _value(left, values), _value(right, values)
    if first is None or second is None:
        missing = (side for side, value in ((left, first), (right, second)) if value is None)
        return _open(unknown, *missing)
    holds = Tristate.Y if _RESULTS[operator](_order(first, second)) else Tristate.N
    return holds, holds


def _value(operand: Operand, values: Mapping[str, Value]) -> Value | None:
    match operand:
        case Ref(name):
            return values.get(name) or Value(SymbolType.UNKNOWN, name)
        case Macro(text):
            return values.get(text)
        case Constant(text, quoted):
            # The kernel gives y, m and n their type whether quoted or not.
            if text in _WORDS:
                return Value(SymbolType.TRISTATE, text)
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
