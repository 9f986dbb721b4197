"""The closed syntax that the rest of the house sees of C: expressions, statements, declarations.

Every node knows its ``Span`` in the file as it stands; nodes that came out of a macro carry the
span of the use. A piece that the parser reads and this syntax has no word for is ``Unsupported``,
with its text; nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

from analyzer.csource.statements import (
    Arm as Arm,
    Arms as Arms,
    Block as Block,
    Break as Break,
    Case as Case,
    Continue as Continue,
    Default as Default,
    Do as Do,
    Evaluate as Evaluate,
    For as For,
    Goto as Goto,
    If as If,
    Iterate as Iterate,
    Label as Label,
    Return as Return,
    Switch as Switch,
    While as While,
)


class Span(NamedTuple):
    """Where a node stands: lines from 1, columns in bytes from 0, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


# --- expressions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier: a variable, a function, an enumerator or an object-like macro."""

    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """An integer or floating constant as it is written: ``0x10UL``, ``1.5``."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Character:
    """A character constant as it is written, with its quotes."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class String:
    """A string literal: the pieces as written, with their quotes; adjacent ones are joined."""

    span: Span
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """``+ - ~ ! * &`` before an operand."""

    span: Span
    op: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Step:
    """``++`` or ``--``, before or behind its operand."""

    span: Span
    op: str
    operand: Expr
    prefix: bool


@dataclass(frozen=True, slots=True)
class Binary:
    """``* / % + - << >> < > <= >= == != & ^ |``."""

    span: Span
    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Logical:
    """``&&`` or ``||``."""

    span: Span
    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Assign:
    """``=`` (``op`` is empty) or a compound assignment (``op`` is the operator before ``=``)."""

    span: Span
    op: str
    target: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class Conditional:
    """``test ? then : other``; ``then`` is None in GNU C's ``test ?: other``."""

    span: Span
    test: Expr
    then: Expr | None
    other: Expr


@dataclass(frozen=True, slots=True)
class Comma:
    """``left, right``."""

    span: Span
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Call:
    """A call, or the use of a function-like macro: an argument may then be a type."""

    span: Span
    function: Expr
    arguments: tuple[Expr | TypeName, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """``value.name``, or ``value->name`` where ``arrow``."""

    span: Span
    value: Expr
    name: str
    arrow: bool


@dataclass(frozen=True, slots=True)
class Index:
    """``value[index]``."""

    span: Span
    value: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Cast:
    """``(type) value``."""

    span: Span
    type: TypeName
    value: Expr


@dataclass(frozen=True, slots=True)
class SizeOf:
    """``sizeof`` of a type or an expression; ``_Alignof`` where ``align``."""

    span: Span
    operand: Expr | TypeName
    align: bool = False


@dataclass(frozen=True, slots=True)
class OffsetOf:
    """``offsetof(type, member)``; the member is an expression on a nameless object's field."""

    span: Span
    type: TypeName
    member: Expr


@dataclass(frozen=True, slots=True)
class Literal:
    """A compound literal: ``(type){ ... }``."""

    span: Span
    type: TypeName
    value: Initializers


@dataclass(frozen=True, slots=True)
class Item:
    """One initializer of a list, with its designators: a str is ``.name``, an Expr ``[index]``.

    ``[first ... last]`` is an ``IndexRange``.
    """

    span: Span
    designators: tuple[str | Expr | IndexRange, ...]
    value: Expr | Initializers


@dataclass(frozen=True, slots=True)
class IndexRange:
    """GNU C's ``[first ... last]`` in an initializer."""

    span: Span
    first: Expr
    last: Expr


@dataclass(frozen=True, slots=True)
class Initializers:
    """``{ ... }`` in a declaration or a compound literal."""

    span: Span
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class StatementExpression:
    """GNU C's ``({ ... })``: the value is that of the last expression statement."""

    span: Span
    body: Block


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something that the parser reads and this syntax has no word for, as it stands."""

    span: Span
    what: str
    text: str


Expr: TypeAlias = (
    Name
    | Number
    | Character
    | String
    | Unary
    | Step
    | Binary
    | Logical
    | Assign
    | Conditional
    | Comma
    | Call
    | Member
    | Index
    | Cast
    | SizeOf
    | OffsetOf
    | Literal
    | StatementExpression
    | Unsupported
)

# --- types and declarations ---------------------------------------------------------------------


class Tag(Enum):
    """What kind of tagged type: each kind shares one space of tags."""

    STRUCT = "struct"
    UNION = "union"
    ENUM = "enum"


@dataclass(frozen=True, slots=True)
class Basic:
    """The words of a built-in type, sorted: ``('long', 'unsigned')``, ``('void',)``."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypedefName:
    """A type by its typedef's name."""

    name: str


@dataclass(frozen=True, slots=True)
class Enumerator:
    """One constant of an enum."""

    span: Span
    name: str
    value: Expr | None


@dataclass(frozen=True, slots=True)
class Tagged:
    """A struct, union or enum: by its tag, or with its body (None where only named).

    ``packed`` where an attribute asks for it, or for an alignment: the layout is then not ours.
    """

    kind: Tag
    tag: str | None
    members: tuple[Declaration, ...] | None = None
    enumerators: tuple[Enumerator, ...] | None = None
    packed: bool = False


@dataclass(frozen=True, slots=True)
class TypeOf:
    """``typeof(...)`` of an expression or a type; ``__auto_type`` has no operand."""

    operand: Expr | TypeName | None


@dataclass(frozen=True, slots=True)
class UnsupportedType:
    """Type specifiers that this syntax has no word for."""

    text: str


Specifier: TypeAlias = Basic | TypedefName | Tagged | TypeOf | UnsupportedType


@dataclass(frozen=True, slots=True)
class PointerTo:
    """A ``*`` of a declarator."""


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """A ``[size]`` of a declarator; None for ``[]``."""

    size: Expr | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function; the name may be missing in a prototype."""

    span: Span
    name: str | None
    type: TypeName


@dataclass(frozen=True, slots=True)
class FunctionOf:
    """A ``(parameters)`` of a declarator. ``(void)`` has no parameters and is not ``variadic``."""

    parameters: tuple[Parameter, ...]
    variadic: bool = False


Derivation: TypeAlias = PointerTo | ArrayOf | FunctionOf


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type as written: its specifier, and how it is derived, read outwards from the name.

    ``int *a[3]`` has the shape ``(ArrayOf(3), PointerTo())``: an array of pointers.
    Qualifiers are dropped.
    """

    span: Span
    specifier: Specifier
    shape: tuple[Derivation, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """One declarator of a declaration, its initializer or the width of a bit-field with it.

    The name is missing for an anonymous struct or union member and an unnamed bit-field.
    """

    span: Span
    name: str | None
    type: TypeName
    initial: Expr | Initializers | None = None
    bits: Expr | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration: of variables, members, types or functions.

    ``storage`` holds of ``static extern typedef register inline`` what is written. A declaration
    without declarators defines the type of its specifier alone.
    """

    span: Span
    storage: frozenset[str]
    specifier: Specifier
    declared: tuple[Declared, ...]


# --- statements: their classes are in ``statements`` --------------------------------------------

Statement: TypeAlias = (
    Block
    | Evaluate
    | Declaration
    | If
    | While
    | Do
    | For
    | Iterate
    | Switch
    | Case
    | Default
    | Label
    | Goto
    | Break
    | Continue
    | Return
    | Arms
    | Unsupported
)

# --- what a file holds --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Function:
    """A function with its body, read."""

    span: Span
    path: str
    name: str
    storage: frozenset[str]
    returns: TypeName
    parameters: tuple[Parameter, ...]
    variadic: bool
    body: Block


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A function or declaration that could not be read: where, why, and the text there."""

    span: Span
    path: str
    name: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Macro:
    """A ``#define``: ``parameters`` is None for an object-like one.

    ``body`` is the replacement as written, comments gone and continued lines joined. The last
    parameter of a variadic one is its name (``__VA_ARGS__`` for a plain ``...``).
    """

    span: Span
    path: str
    name: str
    parameters: tuple[str, ...] | None
    body: str
    variadic: bool = False
