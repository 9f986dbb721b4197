"""Symbolic words: integers of Python's kind, unbounded, whose value is a term.

Translated code computes with mathematical integers and masks them where C does. A ``Word`` does the
same: it knows bounds that hold for all its values, and its term has as many bits as they take. A
comparison gives a ``Truth``; where Python asks whether one holds, the path is decided there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from analyzer.errors import Stopped
from analyzer.prove import terms
from analyzer.prove.terms import Op, Term

# Wider terms than C's own integers make, with room for a product.
_WIDEST = 300


class Decider(Protocol):
    """Who decides, where a run has to know."""

    def decide(self, condition: Term) -> bool:
        """Whether a condition holds on this path."""

    def number(self, word: Word) -> int:
        """The value of a word on this path."""


class Truth:
    """A truth value that depends on the input."""

    __slots__ = ("by", "term")

    def __init__(self, term: Term, by: Decider) -> None:
        self.term = term
        self.by = by

    def __bool__(self) -> bool:
        return self.by.decide(self.term)

    def __eq__(self, other: object) -> Truth | bool:  # type: ignore[override]
        if not isinstance(other, Truth | bool):
            return NotImplemented
        return _truth(terms.eq(self.term, truth_term(other)), self.by)

    def __ne__(self, other: object) -> Truth | bool:  # type: ignore[override]
        found = self.__eq__(other)
        if isinstance(found, Truth):
            return _truth(terms.negate(found.term), self.by)
        return NotImplemented if found is NotImplemented else not found

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self.term!r}>"


def truth_term(value: Truth | bool) -> Term:
    """The term of a truth value."""
    return value.term if isinstance(value, Truth) else terms.truth(value)


def _truth(term: Term, by: Decider) -> Truth | bool:
    if term.op is Op.CONST:
        return bool(term.value)
    return Truth(term, by)


def bits_for(low: int, high: int) -> int:
    """How many bits hold all values from ``low`` to ``high``: in two's complement below zero."""
    if low >= 0:
        return max(high.bit_length(), 1)
    return max((-low - 1).bit_length(), high.bit_length()) + 1


class Word:
    """An integer that depends on the input, from ``low`` to ``high``.

    The term is its value, in two's complement if ``low`` is negative, unsigned otherwise.
    """

    __slots__ = ("by", "high", "low", "term")

    def __init__(self, term: Term, low: int, high: int, by: Decider) -> None:
        self.term = term
        self.low = low
        self.high = high
        self.by = by

    # --- arithmetic -----------------------------------------------------------------------------

    def __add__(self, other: object) -> Number:
        if not isinstance(other, Word | int):
            return NotImplemented
        low, high = _bounds(other)
        return _ring(terms.add, self, other, self.low + low, self.high + high)

    __radd__ = __add__

    def __sub__(self, other: object) -> Number:
        if not isinstance(other, Word | int):
            return NotImplemented
        low, high = _bounds(other)
        return _ring(terms.sub, self, other, self.low - high, self.high - low)

    def __rsub__(self, other: object) -> Number:
        if not isinstance(other, int):
            return NotImplemented
        return -self + other

    def __mul__(self, other: object) -> Number:
        if not isinstance(other, Word | int):
            return NotImplemented
        ends = [one * two for one in (self.low, self.high) for two in _bounds(other)]
        return _ring(terms.mul, self, other, min(ends), max(ends))

    __rmul__ = __mul__

    def __neg__(self) -> Number:
        return _ring(terms.sub, 0, self, -self.high, -self.low)

    def __pos__(self) -> Number:
        return self

    def __invert__(self) -> Number:
        width = bits_for(~self.high, ~self.low)
        return _word(terms.bitnot(at(self, width)), ~self.high, ~self.low, self.by)

    def __and__(self, other: object) -> Number:
        if not isinstance(other, Word | int):
            return NotImplemented
        low, high = _bounds(other)
        if self.low >= 0 or low >= 0:
            # The one that is not negative bounds the result.
            top = min(end for end, start in ((self.high, self.low), (high, low)) if start >= 0)
            return _ring(terms.bitand, self, other, 0, top)
        width = max(bits_for(self.low, self.high), bits_for(low, high))
        return _signed(terms.bitand, self, other, width)

    __rand__ = __and__

    def __or__(self, other: object) -> Number:
        return (
            self._bitwise(terms.bitor, other) if isinstance(other, Word | int) else NotImplemented
        )

    __ror__ = __or__

    def __xor__(self, other: object) -> Number:
        return (
            self._bitwise(terms.bitxor, other) if isinstance(other, Word | int) else NotImplemented
        )

    __rxor__ = __xor__

    def _bitwise(self, made: Made, other: Number) -> Number:
        low, high = _bounds(other)
        width = bits_for(min(self.low, low), max(self.high, high))
        if self.low >= 0 and low >= 0:
            return _ring(made, self, other, 0, (1 << width) - 1)
        return _signed(made, self, other, width)

    def __lshift__(self, count: object) -> Number:
        if not isinstance(count, Word | int):
            return NotImplemented
        return _shifted_left(self, count, self.by)

    def __rlshift__(self, value: object) -> Number:
        if not isinstance(value, int):
            return NotImplemented
        return _shifted_left(value, self, self.by)

    def __rshift__(self, count: object) -> Number:
        if not isinstance(count, Word | int):
            return NotImplemented
        return _shifted_right(self, count, self.by)

    def __rrshift__(self, value: object) -> Number:
        if not isinstance(value, int):
            return NotImplemented
        return _shifted_right(value, self, self.by)

    def __floordiv__(self, other: object) -> Number:
        if not isinstance(other, Word | int):
            return NotImplemented
        return _quotient(self, other, self.by)

    def __rfloordiv__(self, other: object) -> Number:
        if not isinstance(other, int):
            return NotImplemented
        return _quotient(other, self, self.by)

    def __mod__(self, other: object) -> Number:
        if not isinstance(other, Word | int):
            return NotImplemented
        return _remainder(self, other, self.by)

    def __rmod__(self, other: object) -> Number:
        if not isinstance(other, int):
            return NotImplemented
        return _remainder(other, self, self.by)

    # --- comparison -----------------------------------------------------------------------------

    def __eq__(self, other: object) -> Truth | bool:  # type: ignore[override]
        if not isinstance(other, Word | int):
            return NotImplemented
        low, high = _bounds(other)
        if self.high < low or high < self.low:
            return False
        return _truth(terms.eq(*_level(self, other)), self.by)

    def __ne__(self, other: object) -> Truth | bool:  # type: ignore[override]
        found = self.__eq__(other)
        if isinstance(found, Truth):
            return _truth(terms.negate(found.term), self.by)
        return NotImplemented if found is NotImplemented else not found

    def __lt__(self, other: object) -> Truth | bool:
        if not isinstance(other, Word | int):
            return NotImplemented
        return _less(self, other, self.by)

    def __gt__(self, other: object) -> Truth | bool:
        if not isinstance(other, Word | int):
            return NotImplemented
        return _less(other, self, self.by)

    def __le__(self, other: object) -> Truth | bool:
        if not isinstance(other, Word | int):
            return NotImplemented
        return _not(_less(other, self, self.by))

    def __ge__(self, other: object) -> Truth | bool:
        if not isinstance(other, Word | int):
            return NotImplemented
        return _not(_less(self, other, self.by))

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self != 0)

    def __index__(self) -> int:
        return self.by.number(self)

    def __repr__(self) -> str:
        return f"<{self.term!r} in {self.low}..{self.high}>"


Number: TypeAlias = Word | int
Made: TypeAlias = Callable[[Term, Term], Term]


def _bounds(number: Number) -> tuple[int, int]:
    return (number.low, number.high) if isinstance(number, Word) else (number, number)


def at(number: Number, width: int) -> Term:
    """A number's term in so many bits: modulo 2^width where it has more."""
    if not isinstance(number, Word):
        return terms.const(int(number), width)
    if width <= number.term.width:
        return terms.extract(number.term, 0, width)
    return (terms.zext if number.low >= 0 else terms.sext)(number.term, width)


def _word(term: Term, low: int, high: int, by: Decider) -> Number:
    if term.op is Op.CONST:
        value = term.value
        assert isinstance(value, int)
        return value - (1 << term.width) if low < 0 and value >> (term.width - 1) else value
    return Word(term, low, high, by)


def word(term: Term, by: Decider, *, signed: bool = False) -> Number:
    """The number that a term of any width is, by its type."""
    half = 1 << (term.width - 1)
    low, high = (-half, half - 1) if signed else (0, 2 * half - 1)
    return _word(term, low, high, by)


def _by(left: Number, right: Number) -> Decider:
    return left.by if isinstance(left, Word) else right.by  # type: ignore[union-attr]


def _ring(made: Made, left: Number, right: Number, low: int, high: int) -> Number:
    width = _bearable(bits_for(low, high))
    term = made(at(left, width), at(right, width))
    return _word(term, low, high, _by(left, right))


def _signed(made: Made, left: Number, right: Number, width: int) -> Number:
    return _ring(made, left, right, -(1 << (width - 1)), (1 << (width - 1)) - 1)


def _bearable(width: int) -> int:
    if width > _WIDEST:
        raise Stopped(f"an integer of {width} bits")
    return width


def _level(left: Number, right: Number) -> tuple[Term, Term]:
    """Both terms in as many bits as hold either."""
    ends = (*_bounds(left), *_bounds(right))
    width = bits_for(min(ends), max(ends))
    return at(left, width), at(right, width)


def _less(left: Number, right: Number, by: Decider) -> Truth | bool:
    low, high = _bounds(left)
    other_low, other_high = _bounds(right)
    if high < other_low:
        return True
    if low >= other_high:
        return False
    compare = terms.ult if low >= 0 and other_low >= 0 else terms.slt
    return _truth(compare(*_level(left, right)), by)


def _not(value: Truth | bool) -> Truth | bool:
    return _truth(terms.negate(value.term), value.by) if isinstance(value, Truth) else not value


def _shifted_left(value: Number, count: Number, by: Decider) -> Number:
    low, high = _bounds(value)
    least, most = _bounds(count)
    if least < 0:
        raise Stopped("a shift by a negative count")
    ends = [end << many for end in (low, high) for many in (least, min(most, _WIDEST + 1))]
    low, high = min(ends), max(ends)
    width = _bearable(bits_for(low, high))
    counted = terms.const(count, width) if isinstance(count, int) else at(count, width)
    return _word(terms.operation(Op.SHL, at(value, width), counted), low, high, by)


def _shifted_right(value: Number, count: Number, by: Decider) -> Number:
    low, high = _bounds(value)
    least, most = _bounds(count)
    if least < 0:
        raise Stopped("a shift by a negative count")
    width = max(bits_for(low, high), bits_for(0, most))
    op = Op.LSHR if low >= 0 else Op.ASHR
    made = terms.operation(op, at(value, width), at(count, width))
    ends = [end >> many for end in (low, high) for many in (least, most)]
    return _narrowed(made, min(ends), max(ends), by)


def _narrowed(term: Term, low: int, high: int, by: Decider) -> Number:
    """A number whose term has more bits than its bounds take."""
    return _word(terms.extract(term, 0, min(bits_for(low, high), term.width)), low, high, by)


def _quotient(left: Number, right: Number, by: Decider) -> Number:
    """The quotient towards zero. Python's rounds down: they are one where it is not negative.

    Nothing else is asked of it: see ``arithmetic.div``.
    """
    one, two = _level(left, right)
    ends = (*_bounds(left), *_bounds(right))
    most = max(abs(each) for each in _bounds(left))
    if min(ends) >= 0:
        return _narrowed(terms.operation(Op.UDIV, one, two), 0, most, by)
    width = one.width + 1
    wide = terms.operation(Op.SDIV, terms.sext(one, width), terms.sext(two, width))
    return _narrowed(wide, -most, most, by)


def _remainder(left: Number, right: Number, by: Decider) -> Number:
    if min(*_bounds(left), *_bounds(right)) < 0:
        raise Stopped("a remainder of negative numbers")
    one, two = _level(left, right)
    most = min(_bounds(left)[1], max(_bounds(right)[1] - 1, 0))
    return _narrowed(terms.operation(Op.UREM, one, two), 0, most, by)
