"""Arithmetic on terms: sums, products, bits, shifts, quotients; simplified by sight."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.prove.term import Op, Term, const, make


def number(term: Term) -> int | None:
    """A constant's value; None for any other term."""
    return term.value if term.op is Op.CONST else None  # type: ignore[return-value]


def signed(value: int, width: int) -> int:
    """What an unsigned value of so many bits is in two's complement."""
    return value - (1 << width) if value >> (width - 1) else value


def add(left: Term, right: Term) -> Term:
    """The sum. A constant goes to the right."""
    width = left.width
    a, b = number(left), number(right)
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
    return make(Op.ADD, ordered(left, right), width)


def _negated(term: Term) -> Term | None:
    if term.op is Op.MUL and term.args[1].op is Op.CONST:
        return term.args[0] if term.args[1].value == (1 << term.width) - 1 else None
    return None


def ordered(left: Term, right: Term) -> tuple[Term, Term]:
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
    a, b = number(left), number(right)
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
    return make(Op.MUL, ordered(left, right), width)


def bitand(left: Term, right: Term) -> Term:
    """Bitwise and."""
    width = left.width
    a, b = number(left), number(right)
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
    return make(Op.AND, ordered(left, right), width)


def bitor(left: Term, right: Term) -> Term:
    """Bitwise or."""
    width = left.width
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return const(a | b, width)
    if a is not None:
        left, right, b = right, left, a
    if left is right or b == 0:
        return left
    if b == (1 << width) - 1:
        return right
    return make(Op.OR, ordered(left, right), width)


def bitxor(left: Term, right: Term) -> Term:
    """Bitwise exclusive or."""
    width = left.width
    a, b = number(left), number(right)
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
    return make(Op.XOR, ordered(left, right), width)


def bitnot(term: Term) -> Term:
    """Bitwise complement."""
    a = number(term)
    if a is not None:
        return const(~a, term.width)
    return term.args[0] if term.op is Op.NOT else make(Op.NOT, (term,), term.width)


def _shl(a: int, b: int, width: int) -> int:
    return a << b if b < width else 0


def _ashr(a: int, b: int, width: int) -> int:
    return signed(a, width) >> min(b, width)


def _udiv(a: int, b: int, width: int) -> int:
    return a // b if b else -1


def _urem(a: int, b: int, width: int) -> int:
    return a % b if b else a


def _sdiv(a: int, b: int, width: int) -> int:
    x, y = signed(a, width), signed(b, width)
    if not y:
        return 1 if x < 0 else -1
    return abs(x) // abs(y) if (x < 0) == (y < 0) else -(abs(x) // abs(y))


def _srem(a: int, b: int, width: int) -> int:
    x, y = signed(a, width), signed(b, width)
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
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return const(_FOLDED[op](a, b, width), width)
    if b is not None:
        known = _with_constant(op, left, b)
        if known is not None:
            return known
    return make(op, (left, right), width)


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
