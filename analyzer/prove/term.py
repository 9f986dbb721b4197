"""Terms: what a symbolic word is made of. Bit-vectors, truth values, arrays from address to value.

A term is made once: equal terms are one object, so that comparing and remembering them costs
nothing. Making one simplifies it, by rules that hold for all values, as far as a glance goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def make(op: Op, args: tuple[Term, ...], width: int, value: int | str | None = None) -> Term:
    """The one term of these parts."""
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
    return make(Op.CONST, (), width, value & ((1 << width) - 1))


TRUE: Final = make(Op.CONST, (), BOOL, 1)
FALSE: Final = make(Op.CONST, (), BOOL, 0)


def truth(value: bool) -> Term:
    """TRUE or FALSE."""
    return TRUE if value else FALSE


def symbol(name: str, width: int) -> Term:
    """A free bit-vector (or truth value, of width 0). One name has one width."""
    return make(Op.SYMBOL, (), width, name)


def array(name: str, width: int) -> Term:
    """A free array from addresses to bit-vectors of so many bits."""
    return make(Op.ARRAY, (), width, name)


def apply(name: str, args: Iterable[Term], width: int) -> Term:
    """A function of which nothing is known but that it is one. One name has one signature."""
    return make(Op.APPLY, tuple(args), width, name)


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
