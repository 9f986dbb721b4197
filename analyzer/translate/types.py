"""C's types, as far as the meaning of an expression depends on them.

A type that is only named and never described is ``Opaque``: its values are passed on, stored and
handed to callees as they are, and nothing is computed with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Void:
    """``void``: of no value, and what ``void *`` points to."""


@dataclass(frozen=True, slots=True)
class Integer:
    """An integer type. ``bits`` is its width in bits, ``rank`` orders conversions.

    ``name`` is how C calls it and takes no part in anything but messages. ``_Bool`` has 1 bit.
    """

    name: str
    bits: int
    signed: bool
    rank: int

    @property
    def low(self) -> int:
        """The smallest value."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """The largest value."""
        return (1 << (self.bits - self.signed)) - 1

    def wrap(self, value: int) -> int:
        """Convert a mathematical integer to this type, as a kernel's compiler does."""
        if self.name == "_Bool":
            return int(value != 0)
        value &= (1 << self.bits) - 1
        return value - (1 << self.bits) if self.signed and value > self.high else value


@dataclass(frozen=True, slots=True)
class Floating:
    """A floating type: a kernel computes with none, and neither do we."""

    name: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """A type by its typedef's name that nothing describes, or that is held to be indivisible."""

    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The type of something undeclared, such as a callee's result; ``of`` names that thing."""

    of: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer."""

    to: CType


@dataclass(frozen=True, slots=True)
class Array:
    """An array; ``length`` is None where the declaration leaves it out."""

    of: CType
    length: int | None


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a function takes; None for the whole says that nothing is known (``f()``)."""

    types: tuple[CType, ...]
    variadic: bool


@dataclass(frozen=True, slots=True)
class FunctionType:
    """A function."""

    returns: CType
    takes: Parameters | None


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a struct or union.

    The name is None for an unnamed bit-field, which only takes room. ``bits`` is the width of one.
    """

    name: str | None
    type: CType
    bits: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A struct or union, by its tag; equal tags are equal types.

    An anonymous one has a made-up tag that no C name can have (it holds a blank). What its fields
    are is asked of the ``Environment``, so that a type may hold pointers to itself.
    """

    tag: str
    union: bool


CType: TypeAlias = (
    Void | Integer | Floating | Opaque | Unknown | Pointer | Array | FunctionType | Record
)

Scalar: TypeAlias = Integer | Pointer


@dataclass(frozen=True, slots=True)
class Model:
    """A data model: widths in bits. Linux is built for LP64 or ILP32, char is signed or not."""

    name: str
    long_bits: int
    pointer_bits: int
    char_signed: bool = True

    def integer(self, name: str, bits: int, signed: bool) -> Integer:
        """Make an integer type of this model by C's name for it, without ``unsigned``."""
        return Integer(name if signed else f"unsigned {name}", bits, signed, _RANKS[name])

    @property
    def int(self) -> Integer:
        """``int``."""
        return Integer("int", 32, True, _RANKS["int"])

    @property
    def long(self) -> Integer:
        """``long``: also ``ptrdiff_t``."""
        return Integer("long", self.long_bits, True, _RANKS["long"])

    @property
    def unsigned_long(self) -> Integer:
        """``unsigned long``: also ``size_t``."""
        return Integer("unsigned long", self.long_bits, False, _RANKS["long"])


_RANKS = {"_Bool": 0, "char": 1, "short": 2, "int": 3, "long": 4, "long long": 5, "__int128": 6}

LP64 = Model("LP64", 64, 64)
ILP32 = Model("ILP32", 32, 32)

BOOL = Integer("_Bool", 1, False, 0)
VOID = Void()

_SIGNS = {"signed", "unsigned", "__signed__", "__signed"}


def basic(words: tuple[str, ...], model: Model) -> CType | None:
    """Return the type that these words mean in any order, or None where they mean none."""
    rest = tuple(sorted(word for word in words if word not in _SIGNS))
    unsigned = "unsigned" in words
    if rest == ("void",):
        return VOID
    if rest in (("_Bool",), ("bool",)):
        return BOOL
    if rest in (("float",), ("double",), ("double", "long")):
        return Floating(" ".join(rest))
    if rest == ("char",):
        signed = not unsigned if len(words) > 1 else model.char_signed
        return Integer(" ".join(sorted(words, reverse=True)), 8, signed, _RANKS["char"])
    found = {
        ("short",): ("short", 16),
        ("int", "short"): ("short", 16),
        (): ("int", 32),
        ("int",): ("int", 32),
        ("long",): ("long", model.long_bits),
        ("int", "long"): ("long", model.long_bits),
        ("long", "long"): ("long long", 64),
        ("int", "long", "long"): ("long long", 64),
        ("__int128",): ("__int128", 128),
    }.get(rest)
    return model.integer(found[0], found[1], not unsigned) if found and words else None


def promoted(kind: Integer, model: Model) -> Integer:
    """Return the type after the integer promotions (C11 6.3.1.1): int holds all that is smaller."""
    return model.int if kind.rank < _RANKS["int"] or kind.bits < model.int.bits else kind


def common(left: Integer, right: Integer, model: Model) -> Integer:
    """Return the type of the usual arithmetic conversions (C11 6.3.1.8).

    A bit-field wider than int keeps its width, as gcc has it: the greater width goes first.
    """
    left, right = promoted(left, model), promoted(right, model)
    if left.bits != right.bits:
        return left if left.bits > right.bits else right
    if left.signed == right.signed:
        return left if left.rank >= right.rank else right
    signed, unsigned = (left, right) if left.signed else (right, left)
    if unsigned.rank >= signed.rank:
        return unsigned
    if signed.bits > unsigned.bits:
        return signed
    return Integer(f"unsigned {signed.name}", signed.bits, False, signed.rank)
