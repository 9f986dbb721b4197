"""What the rewrite leaves behind: at the byte where a thing stood, what it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from analyzer.csource.mask import Directive


@dataclass(frozen=True, slots=True)
class Loop:
    """A ``while`` that was a loop by macro; the bytes are those between the parentheses."""

    macro: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TypePlace:
    """An identifier, or the operator of a cast, that was a type: the bytes of it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TypeOfPlace:
    """An identifier that was a ``typeof``: the bytes of the operand."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Strange:
    """An identifier that was something our syntax has no word for: what, and its bytes."""

    what: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RangeMark:
    """A ``||`` that was the ``...`` of a range of cases."""


@dataclass(frozen=True, slots=True)
class OffsetMark:
    """A call that was an ``offsetof``."""


@dataclass(frozen=True, slots=True)
class AlignMark:
    """A ``sizeof`` that was an ``_Alignof``, which GNU C allows on a value too."""


@dataclass(frozen=True, slots=True)
class MemberMacro:
    """A member ``M y`` that was a macro's: its name, and the bytes between its parentheses."""

    macro: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NoName:
    """A declarator that was not there: of a bit-field without a name."""


@dataclass(frozen=True, slots=True)
class Group:
    """A ``struct {`` that was a group of members with a name of its own, and perhaps a tag."""

    name: str
    tag: str | None


@dataclass(frozen=True, slots=True)
class ArmMark:
    """A declaration ``X y;`` that was a directive."""

    directive: Directive


Mark: TypeAlias = (
    Loop
    | TypePlace
    | TypeOfPlace
    | Strange
    | RangeMark
    | OffsetMark
    | AlignMark
    | MemberMacro
    | NoName
    | Group
    | ArmMark
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text for the grammar, its marks by the byte where each begins, and two lists of bytes.

    ``layout`` is where an attribute changed the layout of a type, ``cleanups`` where one has code
    run at the end of a scope.
    """

    data: bytes
    marks: dict[int, Mark]
    layout: tuple[int, ...]
    cleanups: tuple[int, ...]
