"""Terms: what a symbolic word is made of. Bit-vectors, truth values, arrays from address to value.

A term is made once: equal terms are one object, so that comparing and remembering them costs
nothing. Making one simplifies it, by rules that hold for all values, as far as a glance goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from itertools import count
from typing import Final
from weakref import WeakValueDictionary

# The width of a term that is true or false.
BOOL: Final = 0
# The width of an address, and of the index of every array.
ADDRESS: Final = 64


class Op(Enum):
    """What a term does with its arguments, by SMT-LIB's names."""

    CONST = "const"
    SYMBOL = "symbol"
    ADD = "bvadd"
    MUL = "bvmul"
    AND = "bvand"
    OR = "bvor"
    XOR = "bvxor"
    NOT = "bvnot"
    SHL = "bvshl"
    LSHR = "bvlshr"
    ASHR = "bvashr"
    UDIV = "bvudiv"
    UREM = "bvurem"
    SDIV = "bvsdiv"
    SREM = "bvsrem"
    EXTRACT = "extract"
    ZEXT = "zero_extend"
    SEXT = "sign_extend"
    CONCAT = "concat"
    ITE = "ite"
    EQ = "="
    ULT = "bvult"
    SLT = "bvslt"
    BNOT = "not"
    BAND = "and"
    ARRAY = "array"
    STORE = "store"
    SELECT = "select"
    APPLY = "apply"


class Term:
    """A term. ``width`` is in bits, 0 for truth; an array's is that of its elements.

    ``value`` is a constant's value (unsigned), a symbol's or function's name, or an extract's
    lowest bit.
    """

    __slots__ = ("__weakref__", "args", "op", "serial", "value", "width")

    op: Op
    args: tuple[Term, ...]
    width: int
    value: int | str | None
    serial: int

    def __repr__(self) -> str:
        return show(self)


_known: WeakValueDictionary[tuple[object, ...], Term] = WeakValueDictionary()
# What orders the arguments of a sum: in each run the same, as ``id`` is not.
_serials = count()


def _make(op: Op, args: tuple[Term, ...], width: int, value: int | str | None = None) -> Term:
    key = (op, args, width, value)
    found = _known.get(key)
    if found is None:
        found = Term()
        found.op, found.args, found.width, found.value = op, args, width, value
        found.serial = next(_serials)
        _known[key] = found
    return found


# --- leaves -----------------------------------------------------------------------------------


def const(value: int, width: int) -> Term:
    """A bit-vector constant; ``value`` is taken modulo 2^width."""
    return _make(Op.CONST, (), width, value & ((1 << width) - 1))


TRUE: Final = _make(Op.CONST, (), BOOL, 1)
FALSE: Final = _make(Op.CONST, (), BOOL, 0)


def truth(value: bool) -> Term:
    """TRUE or FALSE."""
    return TRUE if value else FALSE


def symbol(name: str, width: int) -> Term:
    """A free bit-vector (or truth value, of width 0). One name has one width."""
    return _make(Op.SYMBOL, (), width, name)


def array(name: str, width: int) -> Term:
    """A free array from addresses to bit-vectors of so many bits."""
    return _make(Op.ARRAY, (), width, name)


def apply(name: str, args: Iterable[Term], width: int) -> Term:
    """A function of which nothing is known but that it is one. One name has one signature."""
    return _make(Op.APPLY, tuple(args), width, name)


# --- arithmetic -------------------------------------------------------------------------------


def _number(term: Term) -> int | None:
    return term.value if term.op is Op.CONST else None  # type: ignore[return-value]


def _signed(value: int, width: int) -> int:
    return value - (1 << width) if value >> (width - 1) else value


def add(left: Term, right: Term) -> Term:
    """The sum. A constant goes to the right."""
    width = left.width
    a, b = _number(left), _number(right)
    if a is not None:
        if b is not None:
            return const(a + b, width)
        left, right, a, b = right, left, b, a
    if b == 0:
        return left
    if b is not None and left.op is Op.ADD and left.args[1].op is Op.CONST:
        return add(left.args[0], const(b + left.args[1].value, width))  # type: ignore[operator]
    if right.op is Op.ADD and right.args[1].op is Op.CONST:
        return add(add(left, right.args[0]), right.args[1])
    if left.op is Op.ADD and left.args[1].op is Op.CONST:
        return add(add(left.args[0], right), left.args[1])
    if _negated(right) is left or _negated(left) is right:
        return const(0, width)
    return _make(Op.ADD, _ordered(left, right), width)


def _negated(term: Term) -> Term | None:
    if term.op is Op.MUL and term.args[1].op is Op.CONST:
        return term.args[0] if term.args[1].value == (1 << term.width) - 1 else None
    return None


def _ordered(left: Term, right: Term) -> tuple[Term, Term]:
    """Equal sums are one term, whichever way round they are written. Constants last."""
    if right.op is Op.CONST or (left.op is not Op.CONST and left.serial <= right.serial):
        return left, right
    return right, left


def neg(term: Term) -> Term:
    """The two's complement."""
    return mul(term, const(-1, term.width))


def sub(left: Term, right: Term) -> Term:
    """The difference."""
    return add(left, neg(right))


def mul(left: Term, right: Term) -> Term:
    """The product."""
    width = left.width
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return const(a * b, width)
    if a is not None:
        left, right, b = right, left, a
    if b == 0:
        return const(0, width)
    if b == 1:
        return left
    if b is not None and left.op is Op.MUL and left.args[1].op is Op.CONST:
        return mul(left.args[0], const(b * left.args[1].value, width))  # type: ignore[operator,arg-type]
    if b is not None and left.op is Op.ADD and b == (1 << width) - 1:
        return add(mul(left.args[0], right), mul(left.args[1], right))
    return _make(Op.MUL, _ordered(left, right), width)


def bitand(left: Term, right: Term) -> Term:
    """Bitwise and."""
    width = left.width
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return const(a & b, width)
    if a is not None:
        left, right, b = right, left, a
    if b == 0:
        return const(0, width)
    if left is right or b == (1 << width) - 1:
        return left
    if b is not None and left.op is Op.AND and left.args[1].op is Op.CONST:
        return bitand(left.args[0], const(b & left.args[1].value, width))  # type: ignore[operator]
    return _make(Op.AND, _ordered(left, right), width)


def bitor(left: Term, right: Term) -> Term:
    """Bitwise or."""
    width = left.width
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return const(a | b, width)
    if a is not None:
        left, right, b = right, left, a
    if left is right or b == 0:
        return left
    if b == (1 << width) - 1:
        return right
    return _make(Op.OR, _ordered(left, right), width)


def bitxor(left: Term, right: Term) -> Term:
    """Bitwise exclusive or."""
    width = left.width
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return const(a ^ b, width)
    if a is not None:
        left, right, b = right, left, a
    if left is right:
        return const(0, width)
    if b == 0:
        return left
    if b == (1 << width) - 1:
        return bitnot(left)
    return _make(Op.XOR, _ordered(left, right), width)


def bitnot(term: Term) -> Term:
    """Bitwise complement."""
    a = _number(term)
    if a is not None:
        return const(~a, term.width)
    return term.args[0] if term.op is Op.NOT else _make(Op.NOT, (term,), term.width)


def _shl(a: int, b: int, width: int) -> int:
    return a << b if b < width else 0


def _ashr(a: int, b: int, width: int) -> int:
    return _signed(a, width) >> min(b, width)


def _udiv(a: int, b: int, width: int) -> int:
    return a // b if b else -1


def _urem(a: int, b: int, width: int) -> int:
    return a % b if b else a


def _sdiv(a: int, b: int, width: int) -> int:
    x, y = _signed(a, width), _signed(b, width)
    if not y:
        return 1 if x < 0 else -1
    return abs(x) // abs(y) if (x < 0) == (y < 0) else -(abs(x) // abs(y))


def _srem(a: int, b: int, width: int) -> int:
    x, y = _signed(a, width), _signed(b, width)
    if not y:
        return a
    return abs(x) % abs(y) if x >= 0 else -(abs(x) % abs(y))


# As SMT-LIB has them, where a divisor is 0 or a shift count too large as well.
_FOLDED: dict[Op, Callable[[int, int, int], int]] = {
    Op.SHL: _shl,
    Op.LSHR: lambda a, b, width: a >> b,
    Op.ASHR: _ashr,
    Op.UDIV: _udiv,
    Op.UREM: _urem,
    Op.SDIV: _sdiv,
    Op.SREM: _srem,
}


def operation(op: Op, left: Term, right: Term) -> Term:
    """A shift, a quotient or a remainder, by SMT-LIB's meaning of the operator."""
    width = left.width
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return const(_FOLDED[op](a, b, width), width)
    if b is not None:
        known = _with_constant(op, left, b)
        if known is not None:
            return known
    return _make(op, (left, right), width)


def _with_constant(op: Op, left: Term, b: int) -> Term | None:
    width = left.width
    if op in (Op.SHL, Op.LSHR, Op.ASHR) and b == 0:
        return left
    if op in (Op.SHL, Op.LSHR) and b >= width:
        return const(0, width)
    if b and not b & (b - 1):
        # What compilers do as well; the solver divides at great cost.
        power = b.bit_length() - 1
        if op is Op.UDIV:
            return operation(Op.LSHR, left, const(power, width))
        if op is Op.UREM:
            return bitand(left, const(b - 1, width))
        if op is Op.SHL and power == 0:
            return None
    return None


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
    return _make(Op.EXTRACT, (term,), width, low)


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
    return _make(Op.ZEXT, (term,), width)


def sext(term: Term, width: int) -> Term:
    """The same signed value in more bits."""
    if width == term.width:
        return term
    if term.op is Op.CONST:
        return const(_signed(term.value, term.width), width)  # type: ignore[arg-type]
    if term.op is Op.SEXT:
        return sext(term.args[0], width)
    if term.op is Op.ZEXT:
        return zext(term.args[0], width)
    if term.op is Op.ITE and _is_number(term.args[1]) and _is_number(term.args[2]):
        return ite(term.args[0], sext(term.args[1], width), sext(term.args[2], width))
    return _make(Op.SEXT, (term,), width)


def concat(high: Term, low: Term) -> Term:
    """Two side by side."""
    a, b = _number(high), _number(low)
    if a is not None and b is not None:
        return const(a << low.width | b, high.width + low.width)
    return _make(Op.CONCAT, (high, low), high.width + low.width)


def _is_number(term: Term) -> bool:
    return term.op is Op.CONST


# --- truth ------------------------------------------------------------------------------------


def eq(left: Term, right: Term) -> Term:
    """Whether two terms of one width are equal; truth values as well."""
    if left is right:
        return TRUE
    a, b = _number(left), _number(right)
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
    return _make(Op.EQ, _ordered(left, right), BOOL)


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
    a, b = _number(left), _number(right)
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
    return _make(Op.ULT, (left, right), BOOL)


def slt(left: Term, right: Term) -> Term:
    """Whether one is less than the other, both signed."""
    a, b = _number(left), _number(right)
    if left is right:
        return FALSE
    if a is not None and b is not None:
        return truth(_signed(a, left.width) < _signed(b, left.width))
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
    return _make(Op.SLT, (left, right), BOOL)


def _is_unsigned(term: Term) -> bool:
    """Whether the sign bit is seen to be clear."""
    if term.op is Op.CONST:
        return not term.value >> (term.width - 1)  # type: ignore[operator]
    return term.op is Op.ZEXT


def negate(term: Term) -> Term:
    """Not."""
    if term.op is Op.CONST:
        return FALSE if term.value else TRUE
    return term.args[0] if term.op is Op.BNOT else _make(Op.BNOT, (term,), BOOL)


def both(left: Term, right: Term) -> Term:
    """And."""
    if left is FALSE or right is FALSE or negate(left) is right:
        return FALSE
    if left is TRUE or left is right:
        return right
    return left if right is TRUE else _make(Op.BAND, _ordered(left, right), BOOL)


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
    return _make(Op.ITE, (test, then, other), then.width)


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
    return _make(Op.SELECT, (memory, index), memory.width)


def store(memory: Term, index: Term, value: Term) -> Term:
    """The array with one element written."""
    if memory.op is Op.STORE and memory.args[1] is index:
        return store(memory.args[0], index, value)
    if value.op is Op.SELECT and value.args == (memory, index):
        return memory
    return _make(Op.STORE, (memory, index, value), memory.width)


def is_array(term: Term) -> bool:
    """Whether a term is memory."""
    return term.op in (Op.ARRAY, Op.STORE)


# --- looking at them --------------------------------------------------------------------------


def walk(roots: Iterable[Term]) -> Iterator[Term]:
    """Every term of which these are made, once, each behind its arguments."""
    seen: set[Term] = set()
    stack = [(root, False) for root in roots]
    while stack:
        term, done = stack.pop()
        if done:
            yield term
        elif term not in seen:
            seen.add(term)
            stack.append((term, True))
            stack.extend((each, False) for each in term.args)


def show(term: Term, depth: int = 6) -> str:
    """A term in SMT-LIB's order, cut off at some depth."""
    if term.op is Op.CONST:
        return str(bool(term.value)).lower() if term.width == BOOL else hex(term.value)  # type: ignore[arg-type]
    if term.op in (Op.SYMBOL, Op.ARRAY):
        return str(term.value)
    if depth == 0:
        return "..."
    head = term.op.value if term.value is None else f"{term.op.value} {term.value}"
    return f"({' '.join([head, *(show(each, depth - 1) for each in term.args)])})"
