"""Numbers of ``#if`` expressions: 64 bits, signed or unsigned, as gcc's preprocessor has them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

_BITS = 64
_MASK = (1 << _BITS) - 1


class Number(NamedTuple):
    """A value that is known; a ``fault`` is an error unless nothing asks for it: ``0 && 1/0``."""

    value: int
    unsigned: bool = False
    fault: bool = False


# None is a value that is not known.
Value: TypeAlias = Number | None

_INTEGER = re.compile(
    r"(?P<digits>0[xX][\da-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)"
    r"(?P<suffix>[uU]?(?:ll|LL|[lL])?|(?:ll|LL|[lL])[uU])"
)
_CHARACTER = re.compile(
    r"'(?:(?P<plain>[^'\\\n])|\\(?:(?P<octal>[0-7]{1,3})|x(?P<hex>[\da-fA-F]+)|(?P<escape>.)))'"
)
_ESCAPES = dict(zip("abefnrtv\\'\"?", (7, 8, 27, 12, 10, 13, 9, 11, 92, 39, 34, 63), strict=True))
# More digits than any 64-bit number has in any base: reading them would take the square of time.
_MAX_DIGITS = 100


def constant(text: str) -> Number | None:
    """Return the value of an integer or character constant as written; None for anything else."""
    if text.startswith("'"):
        return _character(text)
    match = _INTEGER.fullmatch(text) if len(text) <= _MAX_DIGITS else None
    if match is None:
        return None
    digits = match["digits"]
    octal = digits.startswith("0") and digits.isdigit()
    value = int(digits, 8 if octal else 0) & _MASK
    unsigned = "u" in match["suffix"].lower()
    # A constant too large for the signed type is unsigned, a decimal one too.
    return _number(value, unsigned or value >> (_BITS - 1) != 0)


def _character(text: str) -> Number | None:
    match = _CHARACTER.fullmatch(text)
    if match is None or not text.isascii():
        return None
    if match["plain"]:
        return Number(ord(match["plain"]))
    if match["escape"]:
        code = _ESCAPES.get(match["escape"])
        return None if code is None else Number(code)
    code = int(match["octal"], 8) if match["octal"] else int(match["hex"], 16)
    # "char" is signed on x86, and so is the constant.
    return Number((code & 0xFF ^ 0x80) - 0x80) if code <= 0xFF else None


def _number(value: int, unsigned: bool) -> Number:
    value &= _MASK
    if not unsigned and value >> (_BITS - 1):
        value -= 1 << _BITS
    return Number(value, unsigned)


def negate(value: Number) -> Number:
    """``-``."""
    return _number(-value.value, value.unsigned)


def invert(value: Number) -> Number:
    """``~``."""
    return _number(~value.value, value.unsigned)


def _divided(one: int, other: int) -> int:
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def _remainder(one: int, other: int) -> int:
    return one - other * _divided(one, other)


_PLAIN: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "%": _remainder,
    "&": operator.and_,
    "^": operator.xor,
    "|": operator.or_,
}
_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def apply(symbol: str, one: Number, other: Number) -> Number:
    """Apply a binary operator that needs both operands, shifts included."""
    if symbol in ("<<", ">>"):
        return _shifted(one, other.value if symbol == "<<" else -other.value)
    unsigned = one.unsigned or other.unsigned
    left, right = _number(one.value, unsigned), _number(other.value, unsigned)
    if symbol in _COMPARED:
        return Number(int(_COMPARED[symbol](left.value, right.value)))
    if symbol in ("/", "%") and not right.value:
        return Number(0, one.unsigned, fault=True)
    return _number(_PLAIN[symbol](left.value, right.value), unsigned)


def _shifted(one: Number, left: int) -> Number:
    """Shift to the left, or to the right by a negative number; too far shifts everything out."""
    if left >= _BITS:
        return Number(0, one.unsigned)
    if left >= 0:
        return _number(one.value << left, one.unsigned)
    return _number(one.value >> min(-left, _BITS), one.unsigned)
