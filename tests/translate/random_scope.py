"""What a random program can name at a place: the writer's own view of C's scopes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

# How tightly an expression's outermost operator binds.
COMMA, ASSIGN, COND, LOR, LAND, OR, XOR, AND, EQ, REL, SHIFT, ADD, MUL, UNARY, POSTFIX, PRIMARY = (
    range(1, 17)
)


class E(NamedTuple):
    """An expression's text and how tightly its outermost operator binds."""

    text: str
    level: int

    def at(self, level: int) -> str:
        """The text as an operand where ``level`` is needed, in parentheses if it binds less."""
        return self.text if self.level >= level else f"({self.text})"


class Effect(NamedTuple):
    """An expression with side effects, and the private variables that they change."""

    text: str
    level: int
    changed: frozenset[str]

    @property
    def plain(self) -> E:
        return E(self.text, self.level)


@dataclass(frozen=True)
class Field:
    """A member: an integer, a bit-field (``bits``), an array (``length``) or a record."""

    name: str
    type: str
    bits: int = 0
    length: int = 0
    shape: Shape | None = None


@dataclass(frozen=True)
class Shape:
    """A struct, or a union of integers of one size; ``plain`` ones hold no pointer."""

    type: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Variable:
    """An integer variable; only a private one is out of the reach of calls and pointers."""

    name: str
    type: str
    private: bool = True
    writable: bool = True


@dataclass(frozen=True)
class Array:
    """An array of integers; ``length`` is a power of two."""

    base: str
    type: str
    length: int


@dataclass(frozen=True)
class Cursor:
    """A pointer variable that stays in an array."""

    name: str
    array: Array


@dataclass(frozen=True)
class Record:
    """Something of a record type; ``prefix`` ends with ``.`` or ``->``.

    For an element of an array of ``length`` its index is left out: ``records[%].``.
    """

    prefix: str
    shape: Shape
    length: int = 0

    @property
    def value(self) -> E:
        if self.prefix.endswith("->"):
            return E(f"*{self.prefix[:-2]}", UNARY)
        return E(self.prefix[:-1], POSTFIX)

    @property
    def address(self) -> E:
        if self.prefix.endswith("->"):
            return E(self.prefix[:-2], POSTFIX)
        return E(f"&{self.prefix[:-1]}", UNARY)


@dataclass(frozen=True)
class Argument:
    """What a parameter takes: an integer, a record by value or by pointer, or an array."""

    name: str
    type: str
    kind: str = "int"
    shape: Shape | None = None
    length: int = 0


@dataclass(frozen=True)
class Callee:
    """A function; a ``constant`` one reads and writes nothing but its parameters."""

    call: str
    arguments: tuple[Argument, ...]
    returns: str
    constant: bool
    cost: int
    shape: Shape | None = None


@dataclass
class Scope:
    """What can be named at a place of a program."""

    variables: list[Variable] = field(default_factory=list)
    arrays: list[Array] = field(default_factory=list)
    cursors: list[Cursor] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    callees: list[Callee] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    macros: list[tuple[str, int]] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    types: list[str] = field(default_factory=list)

    def inner(self) -> Scope:
        """The scope of a block: what it declares is not seen outside."""
        return Scope(*(list(getattr(self, name)) for name in self.__dataclass_fields__))
