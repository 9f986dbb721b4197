"""C's operators on values."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from analyzer.csource.syntax import Span
from analyzer.translate import emit
from analyzer.translate.conversion import is_indivisible, named, pair, promote
from analyzer.translate.types import FunctionType, Integer, Opaque, Pointer, Unknown, Void
from analyzer.translate.value import (
    Bounds,
    Value,
    and_bounds,
    constant,
    difference_bounds,
    integer,
    or_bounds,
    product_bounds,
    settled,
    sum_bounds,
    truth,
    within_reason,
)
from analyzer.translate.writer import Writer

# Operations that may be done on unsettled integers: modulo 2^bits they agree.
_RING: dict[str, tuple[Callable[[int, int], int], Callable[[Bounds, Bounds], Bounds]]] = {
    "+": (lambda a, b: a + b, sum_bounds),
    "-": (lambda a, b: a - b, difference_bounds),
    "*": (lambda a, b: a * b, product_bounds),
    "&": (lambda a, b: a & b, and_bounds),
    "|": (lambda a, b: a | b, or_bounds),
    "^": (lambda a, b: a ^ b, or_bounds),
}
_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def binary(w: Writer, op: str, left: Value, right: Value, span: Span) -> Value:
    """Apply a binary operator of C (neither assignment nor ``&&``, ``||``, comma)."""
    if op in _COMPARED:
        return _comparison(w, op, left, right, span)
    if isinstance(left.type, Pointer) or isinstance(right.type, Pointer):
        return _on_pointers(w, op, left, right, span)
    if op in ("<<", ">>"):
        return _shift(w, op, left, right, span)
    left, right, kind = pair(w, left, right, span)
    if op in _RING:
        return _ring(op, left, right, kind)
    return _division(op, settled(left), settled(right), kind)


def _ring(op: str, left: Value, right: Value, kind: Integer) -> Value:
    compute, bounds = _RING[op]
    if left.known is not None and right.known is not None:
        return constant(compute(left.known, right.known), kind)
    left, right = _plain(left), _plain(right)
    code = emit.binary(op, left.code, right.code)
    return within_reason(Value(code, kind, bounds(left.bounds, right.bounds)))


def _plain(value: Value) -> Value:
    """Return a comparison's result as an integer; others as they are."""
    return settled(value) if value.truth else value


def _division(op: str, left: Value, right: Value, kind: Integer) -> Value:
    positive = left.bounds[0] >= 0 and right.bounds[0] > 0
    if left.known is not None and right.known and positive:
        quotient, rest = divmod(left.known, right.known)
        return constant(quotient if op == "/" else rest, kind)
    highest = left.bounds[1] if op == "/" else right.bounds[1] - 1
    if positive:
        python = "//" if op == "/" else "%"
        return Value(emit.binary(python, left.code, right.code), kind, (0, highest))
    helper = "_div" if op == "/" else "_mod"
    low = emit.number(kind.low) if kind.signed else emit.none()
    return integer(emit.call(helper, left.code, right.code, low), kind)


def _shift(w: Writer, op: str, left: Value, right: Value, span: Span) -> Value:
    left, right = promote(w, left, span), settled(promote(w, right, span))
    kind = left.type
    assert isinstance(kind, Integer)
    left = settled(left) if op == ">>" else _plain(left)
    inside = right.bounds[0] >= 0 and right.bounds[1] < kind.bits
    if left.known is not None and right.known is not None and inside:
        value = left.known << right.known if op == "<<" else left.known >> right.known
        return constant(value, kind)
    if not inside:
        helper = "_shl" if op == "<<" else "_shr"
        left = settled(left)
        code = emit.call(helper, left.code, right.code, emit.number(kind.bits))
        reach = (0, kind.bits - 1)
    else:
        code = emit.binary(op, left.code, right.code)
        reach = right.bounds
    return within_reason(Value(code, kind, _shifted(op, left.bounds, reach)))


def _shifted(op: str, bounds: Bounds, count: Bounds) -> Bounds:
    if op == "<<":
        ends = [end << many for end in bounds for many in count]
    else:
        ends = [end >> many for end in bounds for many in count]
    return min(ends), max(ends)


def _comparison(w: Writer, op: str, left: Value, right: Value, span: Span) -> Value:
    model = w.environment.model
    if isinstance(left.type, Pointer) or isinstance(right.type, Pointer):
        left, right = _pointers(w, left, right, span)
        if op in ("==", "!=") and not _alike(left, right):
            same = emit.call("_same", left.code, right.code)
            return truth(same if op == "==" else emit.without(same), model)
        return truth(emit.compare(op, left.code, right.code), model)
    if op in ("==", "!=") and isinstance(left.type, Opaque) and left.type == right.type:
        return truth(emit.compare(op, left.code, right.code), model)
    left, right, _ = pair(w, left, right, span)
    left, right = settled(left), settled(right)
    if left.known is not None and right.known is not None:
        return constant(int(_COMPARED[op](left.known, right.known)), model.int)
    return truth(emit.compare(op, left.code, right.code), model)


def _pointers(w: Writer, left: Value, right: Value, span: Span) -> tuple[Value, Value]:
    null = Value(emit.name("_null"), left.type)
    if left.null:
        left = null
    if right.null:
        right = null
    for side in (left, right):
        if isinstance(side.type, Integer) and side is not null:
            raise w.refused(f"compares a pointer with {named(side.type)}", span)
    return left, right


def _alike(left: Value, right: Value) -> bool:
    """Whether two pointers that are equal to C are equal to us, as they point to one type."""
    if isinstance(left.code, ast.Name) and left.code.id == "_null":
        return True
    if isinstance(right.code, ast.Name) and right.code.id == "_null":
        return True
    to = left.type.to if isinstance(left.type, Pointer) else None
    return left.type == right.type and not isinstance(to, Void | Unknown)


def _on_pointers(w: Writer, op: str, left: Value, right: Value, span: Span) -> Value:
    both = isinstance(left.type, Pointer) and isinstance(right.type, Pointer)
    if op == "-" and both:
        _sized(w, left, span)
        _sized(w, right, span)
        return integer(emit.binary("-", left.code, right.code), w.environment.model.long)
    if op == "+" and isinstance(right.type, Pointer):
        left, right = right, left
    if both or op not in ("+", "-") or not isinstance(left.type, Pointer):
        raise w.refused(f"{named(left.type)} {op} {named(right.type)}", span)
    _sized(w, left, span)
    code = left.code
    if isinstance(left.type.to, Void):
        # GNU C steps by bytes: right where the elements are bytes, which is seen when it runs.
        code = emit.call("_as_array", code, emit.number(1), emit.none())
    return Value(emit.binary(op, code, settled(promote(w, right, span)).code), left.type)


def _sized(w: Writer, value: Value, span: Span) -> None:
    assert isinstance(value.type, Pointer)
    to = value.type.to
    if isinstance(to, FunctionType):
        raise w.refused(f"steps a pointer to {named(to)}", span)
    if isinstance(to, Unknown):
        raise w.refused(f"steps a pointer to {named(to)}", span)


def unary(w: Writer, op: str, value: Value, span: Span) -> Value:
    """Apply ``+``, ``-`` or ``~``."""
    value = _plain(promote(w, value, span))
    kind = value.type
    assert isinstance(kind, Integer)
    if value.known is not None:
        return constant({"+": value.known, "-": -value.known, "~": ~value.known}[op], kind)
    low, high = value.bounds
    if op == "-":
        return Value(emit.negated(value.code), kind, (-high, -low))
    if op == "~":
        return Value(emit.inverted(value.code), kind, (~high, ~low))
    return replace(value, bounds=(low, high))


def inverse(w: Writer, value: Value, span: Span) -> Value:
    """Apply ``!`` to a value: an ``int``."""
    model = w.environment.model
    if value.known is not None:
        return constant(int(not value.known), model.int)
    if value.truth:
        return truth(emit.without(value.code), model)
    match value.type:
        case Integer():
            return truth(emit.compare("==", settled(value).code, emit.number(0)), model)
        case Pointer():
            return truth(emit.compare("==", value.code, emit.name("_null")), model)
        case Opaque() if is_indivisible(w, value.type):
            raise w.refused(f"tests {named(value.type)}", span)
        case Unknown() | Opaque():
            return truth(emit.without(value.code), model)
        case _:
            raise w.refused(f"tests {named(value.type)}", span)
