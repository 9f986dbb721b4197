"""C's integer operations that Python has no operator for.

Only operators, comparisons and branches touch the values, so that a symbolic word with the
semantics of mathematical integers passes through as an int does.
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer.errors import FaultKind, KernelFault

U8, U16, U32, U64, U128 = ((1 << bits) - 1 for bits in (8, 16, 32, 64, 128))


def _wrapping(bits: int) -> Callable[[int], int]:
    mask, half = (1 << bits) - 1, 1 << (bits - 1)

    def wrap(value: int) -> int:
        return (value & mask ^ half) - half

    return wrap


i8, i16, i32, i64, i128 = map(_wrapping, (8, 16, 32, 64, 128))


def flag(condition: object) -> int:
    """Return 1 where the condition holds, 0 where it does not: also the conversion to _Bool."""
    return 1 if condition else 0


def div(left: int, right: int, low: int | None) -> int:
    """Divide towards zero. ``low`` is the type's smallest value, None if it is unsigned."""
    if right == 0:
        raise KernelFault(FaultKind.DIVISION, "division by zero")
    if low is None:
        return left // right
    if right == -1 and left == low:
        raise KernelFault(FaultKind.DIVISION, "the quotient does not fit its type")
    # Python rounds down: right for a quotient that is not negative, and for the mirrored one.
    return left // right if (left >= 0) == (right > 0) else -(-left // right)


def mod(left: int, right: int, low: int | None) -> int:
    """Return what ``div`` leaves over: it has the sign of ``left``."""
    if low is None and right != 0:
        return left % right
    return left - right * div(left, right, low)


def shl(value: int, count: int, bits: int) -> int:
    """Shift left within a type of so many bits; the caller wraps the result."""
    _check_count(count, bits)
    return value << count


def shr(value: int, count: int, bits: int) -> int:
    """Shift right within a type of so many bits; the sign is kept, as compilers do."""
    _check_count(count, bits)
    return value >> count


def unreachable() -> None:
    """Fault: the code says of itself that it is never run."""
    raise KernelFault(FaultKind.BUG, "code that is marked unreachable was reached")


def _check_count(count: int, bits: int) -> None:
    if count < 0 or count >= bits:
        raise KernelFault(FaultKind.SHIFT, f"shift count outside 0..{bits - 1}")
