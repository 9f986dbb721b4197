"""A C value on its way into Python: the expression that computes it, its type, its bounds.

Integers are carried *unsettled*: ``code`` computes a mathematical integer within ``bounds`` whose
remainder modulo 2^bits is the value. Sums, products and bit operations may then be chained, and
one mask at the end brings the result into its type (``settled``); where the bounds already lie in
the type, none is needed.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from analyzer.translate import emit
from analyzer.translate.types import CType, Integer, Model

Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression comes to.

    ``bounds`` holds for integers only. ``known`` is the value where it is constant. ``truth``
    says that ``code`` is a Python truth value of a C ``int``. ``fresh`` says that a record is
    referred to by nobody else. ``null`` marks a null pointer constant.
    """

    code: ast.expr
    type: CType
    bounds: Bounds = (0, 0)
    known: int | None = None
    truth: bool = False
    fresh: bool = False
    null: bool = False


def limits(kind: Integer) -> Bounds:
    """Return the smallest and the largest value of a type."""
    return kind.low, kind.high


def integer(code: ast.expr, kind: Integer, bounds: Bounds | None = None) -> Value:
    """Make a value of an integer type; without ``bounds`` it may be any of the type."""
    return Value(code, kind, limits(kind) if bounds is None else bounds)


def constant(value: int, kind: Integer) -> Value:
    """Make a constant, brought into its type."""
    value = kind.wrap(value)
    return Value(emit.number(value), kind, (value, value), known=value, null=value == 0)


def truth(code: ast.expr, model: Model) -> Value:
    """Make the ``int`` of a comparison."""
    return Value(code, model.int, (0, 1), truth=True)


def settled(value: Value) -> Value:
    """Bring an integer into its type; other values are returned as they are."""
    kind = value.type
    if not isinstance(kind, Integer):
        return value
    if value.known is not None:
        return value
    if value.truth:
        return replace(value, code=emit.call("_flag", value.code), truth=False)
    low, high = limits(kind)
    if low <= value.bounds[0] and value.bounds[1] <= high:
        return value
    return Value(wrapped(value.code, kind), kind, (low, high))


def wrapped(code: ast.expr, kind: Integer) -> ast.expr:
    """Return the expression that brings a mathematical integer into a type."""
    if kind.name == "_Bool":
        return emit.call("_bool", code)
    if kind.bits in (8, 16, 32, 64, 128):
        if kind.signed:
            return emit.call(f"_i{kind.bits}", code)
        return emit.binary("&", code, emit.name(f"_U{kind.bits}"))
    mask = emit.number((1 << kind.bits) - 1)
    low = emit.binary("&", code, mask)
    if not kind.signed:
        return low
    sign = 1 << (kind.bits - 1)
    return emit.binary("-", emit.binary("^", low, emit.number(sign)), emit.number(sign))


def converted(value: Value, kind: Integer) -> Value:
    """Convert an integer to another integer type, without settling where that can wait."""
    source = value.type
    assert isinstance(source, Integer)
    if value.known is not None:
        return (
            replace(constant(value.known, kind), code=value.code)
            if kind.wrap(value.known) == value.known
            else constant(value.known, kind)
        )
    if kind.name == "_Bool":
        return _to_bool(value, kind)
    if value.truth:
        return replace(value, type=kind)
    if kind.bits > source.bits:
        value = settled(value)
    return replace(value, type=kind, null=False)


def _to_bool(value: Value, kind: Integer) -> Value:
    if value.truth:
        return settled(replace(value, type=kind))
    value = settled(value)
    if value.bounds[0] >= 0 and value.bounds[1] <= 1:
        return replace(value, type=kind)
    return Value(emit.call("_bool", value.code), kind, (0, 1))


MAX_BITS = 192


def within_reason(value: Value) -> Value:
    """Settle a value whose bounds have grown beyond what a chain of operations should carry."""
    low, high = value.bounds
    return settled(value) if max(abs(low), abs(high)) >> MAX_BITS else value


def sum_bounds(left: Bounds, right: Bounds) -> Bounds:
    """Return the bounds of a sum."""
    return left[0] + right[0], left[1] + right[1]


def difference_bounds(left: Bounds, right: Bounds) -> Bounds:
    """Return the bounds of a difference."""
    return left[0] - right[1], left[1] - right[0]


def product_bounds(left: Bounds, right: Bounds) -> Bounds:
    """Return the bounds of a product."""
    corners = [a * b for a in left for b in right]
    return min(corners), max(corners)


def and_bounds(left: Bounds, right: Bounds) -> Bounds:
    """Return the bounds of ``&``: a side that is never negative bounds the result."""
    tops = [side[1] for side in (left, right) if side[0] >= 0]
    return (0, min(tops)) if tops else _signed_bounds(left, right)


def or_bounds(left: Bounds, right: Bounds) -> Bounds:
    """Return the bounds of ``|`` and of ``^``."""
    if left[0] >= 0 and right[0] >= 0:
        return 0, (1 << max(left[1].bit_length(), right[1].bit_length())) - 1
    return _signed_bounds(left, right)


def _signed_bounds(left: Bounds, right: Bounds) -> Bounds:
    bits = max((end if end >= 0 else ~end).bit_length() for end in (*left, *right))
    return -(1 << bits), (1 << bits) - 1
