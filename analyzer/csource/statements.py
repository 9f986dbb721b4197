"""Statements: the part of the syntax that has no value. ``syntax`` gives them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.csource.syntax import Declaration, Expr, Span, Statement


@dataclass(frozen=True, slots=True)
class Block:
    """``{ ... }``. Labels, ``case`` and ``default`` are statements of their own in it."""

    span: Span
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression statement; None for a lone ``;``."""

    span: Span
    value: Expr | None


@dataclass(frozen=True, slots=True)
class If:
    """``if (test) then else other``."""

    span: Span
    test: Expr
    then: Block
    other: Block | If | None


@dataclass(frozen=True, slots=True)
class While:
    """``while (test) body``."""

    span: Span
    test: Expr
    body: Block


@dataclass(frozen=True, slots=True)
class Do:
    """``do body while (test);``."""

    span: Span
    body: Block
    test: Expr


@dataclass(frozen=True, slots=True)
class For:
    """``for (start; test; step) body``."""

    span: Span
    start: Declaration | Expr | None
    test: Expr | None
    step: Expr | None
    body: Block


@dataclass(frozen=True, slots=True)
class Iterate:
    """A loop by a macro: ``list_for_each_entry(pos, head, member) body``.

    The arguments are kept as text too, since a macro takes tokens.
    """

    span: Span
    macro: str
    arguments: tuple[str, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class Switch:
    """``switch (value) body``."""

    span: Span
    value: Expr
    body: Block


@dataclass(frozen=True, slots=True)
class Case:
    """``case value:``, or GNU C's ``case value ... upto:``."""

    span: Span
    value: Expr
    upto: Expr | None = None


@dataclass(frozen=True, slots=True)
class Default:
    """``default:``."""

    span: Span


@dataclass(frozen=True, slots=True)
class Label:
    """``name:``."""

    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Goto:
    """``goto label;``."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class Break:
    """``break;``."""

    span: Span


@dataclass(frozen=True, slots=True)
class Continue:
    """``continue;``."""

    span: Span


@dataclass(frozen=True, slots=True)
class Return:
    """``return value;``."""

    span: Span
    value: Expr | None


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of an ``#if``: its condition as written (None for ``#else``) and what it holds."""

    span: Span
    condition: str | None
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Arms:
    """An ``#if`` among statements that no configuration has decided."""

    span: Span
    arms: tuple[Arm, ...]
