"""Terms as the prover makes them: width, truth and memory, and all that they are made of."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.prove.arithmetic import (
    add as add,
    bitand as bitand,
    bitnot as bitnot,
    bitor as bitor,
    bitxor as bitxor,
    mul as mul,
    neg as neg,
    number,
    operation as operation,
    ordered,
    signed,
    sub as sub,
)
from analyzer.prove.term import (
    ADDRESS as ADDRESS,
    BOOL as BOOL,
    FALSE as FALSE,
    TRUE as TRUE,
    Op as Op,
    Term as Term,
    apply as apply,
    array as array,
    const as const,
    make,
    show as show,
    symbol as symbol,
    truth as truth,
    walk as walk,
)

# --- width ------------------------------------------------------------------------------------

_RING = {Op.ADD: add, Op.MUL: mul}
_BITS = {Op.AND: bitand, Op.OR: bitor, Op.XOR: bitxor}


def extract(term: Term, low: int, width: int) -> Term:
    """So many bits from bit ``low`` on."""
    if low == 0 and width == term.width:
        return term
    op = term.op
    if op is Op.CONST:
        return const(term.value >> low, width)  # type: ignore[operator]
    if op is Op.EXTRACT:
        return extract(term.args[0], low + term.value, width)  # type: ignore[operator]
    if op in (Op.ZEXT, Op.SEXT):
        inner = term.args[0]
        if low + width <= inner.width:
            return extract(inner, low, width)
        if op is Op.ZEXT and low >= inner.width:
            return const(0, width)
        if low == 0:
            return zext(inner, width) if op is Op.ZEXT else sext(inner, width)
    if low == 0 and op in _RING:
        return _RING[op](extract(term.args[0], 0, width), extract(term.args[1], 0, width))
    if op in _BITS:
        return _BITS[op](extract(term.args[0], low, width), extract(term.args[1], low, width))
    if op is Op.NOT:
        return bitnot(extract(term.args[0], low, width))
    if op is Op.ITE:
        return ite(
            term.args[0], extract(term.args[1], low, width), extract(term.args[2], low, width)
        )
    if op is Op.SHL and low == 0 and term.args[1].op is Op.CONST:
        by = term.args[1].value
        assert isinstance(by, int)
        if by >= width:
            return const(0, width)
        return operation(Op.SHL, extract(term.args[0], 0, width), const(by, width))
    return make(Op.EXTRACT, (term,), width, low)


def zext(term: Term, width: int) -> Term:
    """The same unsigned value in more bits."""
    if width == term.width:
        return term
    if term.op is Op.CONST:
        return const(term.value, width)  # type: ignore[arg-type]
    if term.op is Op.ZEXT:
        return zext(term.args[0], width)
    if term.op is Op.ITE and _is_number(term.args[1]) and _is_number(term.args[2]):
        return ite(term.args[0], zext(term.args[1], width), zext(term.args[2], width))
    return make(Op.ZEXT, (term,), width)


def sext(term: Term, width: int) -> Term:
    """The same signed value in more bits."""
    if width == term.width:
        return term
    if term.op is Op.CONST:
        return const(signed(term.value, term.width), width)  # type: ignore[arg-type]
    if term.op is Op.SEXT:
        return sext(term.args[0], width)
    if term.op is Op.ZEXT:
        return zext(term.args[0], width)
    if term.op is Op.ITE and _is_number(term.args[1]) and _is_number(term.args[2]):
        return ite(term.args[0], sext(term.args[1], width), sext(term.args[2], width))
    return make(Op.SEXT, (term,), width)


def concat(high: Term, low: Term) -> Term:
    """Two side by side."""
    a, b = number(high), number(low)
    if a is not None and b is not None:
        return const(a << low.width | b, high.width + low.width)
    return make(Op.CONCAT, (high, low), high.width + low.width)


def _is_number(term: Term) -> bool:
    return term.op is Op.CONST


# --- truth ------------------------------------------------------------------------------------


def eq(left: Term, right: Term) -> Term:
    """Whether two terms of one width are equal; truth values as well."""
    if left is right:
        return TRUE
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return FALSE
    if a is not None:
        left, right, a, b = right, left, b, a
    if left.width == BOOL and b is not None:
        return left if b else negate(left)
    if b is not None:
        known = _equals(left, b)
        if known is not None:
            return known
    extended = left.op is right.op and left.op in (Op.ZEXT, Op.SEXT)
    if extended and left.args[0].width == right.args[0].width:
        return eq(left.args[0], right.args[0])
    if left.op is Op.ADD and right.op is Op.ADD and left.args[1] is right.args[1]:
        return eq(left.args[0], right.args[0])
    one, other = _base(left), _base(right)
    if one is other:
        # They are not one term, so they lie a constant apart: two elements of an array.
        return FALSE
    return make(Op.EQ, ordered(left, right), BOOL)


def _base(term: Term) -> Term:
    return term.args[0] if term.op is Op.ADD and term.args[1].op is Op.CONST else term


def _equals(left: Term, number: int) -> Term | None:
    """Whether a term is a constant, where that is simpler said of what it is made of."""
    width, op = left.width, left.op
    if op is Op.ADD and left.args[1].op is Op.CONST:
        return eq(left.args[0], const(number - left.args[1].value, width))  # type: ignore[operator]
    if op is Op.ZEXT:
        inner = left.args[0]
        return FALSE if number >> inner.width else eq(inner, const(number, inner.width))
    if op is Op.SEXT:
        inner = left.args[0]
        narrow = const(number, inner.width)
        return eq(inner, narrow) if sext(narrow, width).value == number else FALSE
    if op is Op.ITE and _is_number(left.args[1]) and _is_number(left.args[2]):
        if left.args[1].value == number:
            return left.args[0] if left.args[2].value != number else TRUE
        return negate(left.args[0]) if left.args[2].value == number else FALSE
    if op is Op.NOT:
        return eq(left.args[0], const(~number, width))
    return None


def ult(left: Term, right: Term) -> Term:
    """Whether one is less than the other, both unsigned."""
    a, b = number(left), number(right)
    if left is right or b == 0:
        return FALSE
    if a is not None and b is not None:
        return truth(a < b)
    if left.op is Op.ZEXT and right.op is Op.ZEXT:
        narrow = max(left.args[0].width, right.args[0].width)
        if narrow < left.width:
            return ult(extract(left, 0, narrow), extract(right, 0, narrow))
    if b is not None and left.op is Op.ZEXT:
        inner = left.args[0]
        return TRUE if b >> inner.width else ult(inner, const(b, inner.width))
    if a is not None and right.op is Op.ZEXT:
        inner = right.args[0]
        return FALSE if a >> inner.width else ult(const(a, inner.width), inner)
    if b == 1:
        return eq(left, const(0, left.width))
    if a == 0:
        return negate(eq(right, left))
    return make(Op.ULT, (left, right), BOOL)


def slt(left: Term, right: Term) -> Term:
    """Whether one is less than the other, both signed."""
    a, b = number(left), number(right)
    if left is right:
        return FALSE
    if a is not None and b is not None:
        return truth(signed(a, left.width) < signed(b, left.width))
    if left.op is Op.SEXT and right.op is Op.SEXT and left.args[0].width == right.args[0].width:
        return slt(left.args[0], right.args[0])
    if left.op is Op.SEXT and b is not None:
        inner = left.args[0]
        narrow = const(b, inner.width)
        if sext(narrow, left.width).value == b:
            return slt(inner, narrow)
    if right.op is Op.SEXT and a is not None:
        inner = right.args[0]
        narrow = const(a, inner.width)
        if sext(narrow, right.width).value == a:
            return slt(narrow, inner)
    if _is_unsigned(left) and _is_unsigned(right):
        return ult(left, right)
    return make(Op.SLT, (left, right), BOOL)


def _is_unsigned(term: Term) -> bool:
    """Whether the sign bit is seen to be clear."""
    if term.op is Op.CONST:
        return not term.value >> (term.width - 1)  # type: ignore[operator]
    return term.op is Op.ZEXT


def negate(term: Term) -> Term:
    """Not."""
    if term.op is Op.CONST:
        return FALSE if term.value else TRUE
    return term.args[0] if term.op is Op.BNOT else make(Op.BNOT, (term,), BOOL)


def both(left: Term, right: Term) -> Term:
    """And."""
    if left is FALSE or right is FALSE or negate(left) is right:
        return FALSE
    if left is TRUE or left is right:
        return right
    return left if right is TRUE else make(Op.BAND, ordered(left, right), BOOL)


def either(left: Term, right: Term) -> Term:
    """Or."""
    return negate(both(negate(left), negate(right)))


def every(terms: Iterable[Term]) -> Term:
    """Whether all hold."""
    found = TRUE
    for term in terms:
        found = both(found, term)
    return found


def ite(test: Term, then: Term, other: Term) -> Term:
    """One of two, by a truth value."""
    if test is TRUE or then is other:
        return then
    if test is FALSE:
        return other
    if then.width == BOOL:
        return either(both(test, then), both(negate(test), other))
    if test.op is Op.BNOT:
        return ite(test.args[0], other, then)
    return make(Op.ITE, (test, then, other), then.width)


# --- arrays -----------------------------------------------------------------------------------


def select(memory: Term, index: Term) -> Term:
    """An element. What is written elsewhere by sight is passed over."""
    while memory.op is Op.STORE:
        apart = eq(memory.args[1], index)
        if apart is TRUE:
            return memory.args[2]
        if apart is not FALSE:
            break
        memory = memory.args[0]
    return make(Op.SELECT, (memory, index), memory.width)


def store(memory: Term, index: Term, value: Term) -> Term:
    """The array with one element written."""
    if memory.op is Op.STORE and memory.args[1] is index:
        return store(memory.args[0], index, value)
    if value.op is Op.SELECT and value.args == (memory, index):
        return memory
    return make(Op.STORE, (memory, index, value), memory.width)


def is_array(term: Term) -> bool:
    """Whether a term is memory."""
    return term.op in (Op.ARRAY, Op.STORE)
