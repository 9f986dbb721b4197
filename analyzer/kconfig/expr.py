"""Kconfig expressions: our own closed syntax, its reader, its printer, the names in it.

The reader works on text and not on tree-sitter's nodes: that grammar binds ``!`` tighter than
``=``, and the kernel's own (scripts/kconfig/parser.y) the other way round.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias, assert_never

from analyzer.kconfig.tokens import (
    BadExpressionError,
    Kind,
    Token,
    end_of_macro,
    tokens_of,
    unquote,
)

# Parentheses and negations inside one another. Kernel trees stay below 10.
MAX_DEPTH = 64


class Comparison(Enum):
    """The six relations between two operands."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Ref:
    """A symbol by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A quoted string, or one of the bare words that no symbol can have: y, m, n and numbers."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Macro:
    """A word with a macro call in it, ``$(cc-option,-m64)``: opaque, as it is written."""

    text: str


Operand: TypeAlias = Ref | Constant | Macro


@dataclass(frozen=True, slots=True)
class Compare:
    """``A = B``. The language compares operands only, never expressions."""

    operator: Comparison
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Not:
    """``!A``."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class And:
    """``A && B && ...``: two or more, so that a long chain is no deep one."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """``A || B || ...``: two or more."""

    operands: tuple[Expr, ...]


Expr: TypeAlias = Operand | Compare | Not | And | Or


@dataclass(frozen=True, slots=True)
class Unparsed:
    """Text that is no expression, and why."""

    text: str
    reason: str


_TO_ESCAPE = re.compile(r'(["\\])')
_NUMBER = re.compile(r"-?[0-9]+|0[xX][0-9A-Fa-f]+")
_COMPARISONS = {comparison.value: comparison for comparison in Comparison}


def parse_expr(text: str) -> Expr | Unparsed:
    """Read one whole expression. Never raises; linear in the length of the text."""
    try:
        tokens = tokens_of(text)
        expr, at = _or(tokens, 0, 0)
        if tokens[at][0] is not Kind.END:
            raise BadExpressionError(f"unexpected {tokens[at][1]!r} after the expression")
    except BadExpressionError as error:
        return Unparsed(text, str(error))
    return expr


def _or(tokens: list[Token], at: int, depth: int) -> tuple[Expr, int]:
    expr, at = _and(tokens, at, depth)
    operands = [expr]
    while tokens[at] == (Kind.OPERATOR, "||"):
        expr, at = _and(tokens, at + 1, depth)
        operands.append(expr)
    return (operands[0] if len(operands) == 1 else Or(tuple(operands))), at


def _and(tokens: list[Token], at: int, depth: int) -> tuple[Expr, int]:
    expr, at = _unary(tokens, at, depth)
    operands = [expr]
    while tokens[at] == (Kind.OPERATOR, "&&"):
        expr, at = _unary(tokens, at + 1, depth)
        operands.append(expr)
    return (operands[0] if len(operands) == 1 else And(tuple(operands))), at


def _unary(tokens: list[Token], at: int, depth: int) -> tuple[Expr, int]:
    if depth > MAX_DEPTH:
        raise BadExpressionError(f"nested deeper than {MAX_DEPTH}")
    if tokens[at] == (Kind.OPERATOR, "!"):
        expr, at = _unary(tokens, at + 1, depth + 1)
        return Not(expr), at
    if tokens[at] == (Kind.OPERATOR, "("):
        expr, at = _or(tokens, at + 1, depth + 1)
        if tokens[at] != (Kind.OPERATOR, ")"):
            raise BadExpressionError(f"expected ')', found {tokens[at][1]!r}")
        return expr, at + 1
    left = _operand(tokens[at])
    kind, text = tokens[at + 1]
    if kind is Kind.OPERATOR and text in _COMPARISONS:
        return Compare(_COMPARISONS[text], left, _operand(tokens[at + 2])), at + 3
    return left, at + 1


def _operand(token: Token) -> Operand:
    kind, text = token
    match kind:
        case Kind.STRING:
            return Constant(unquote(text), quoted=True)
        case Kind.MACRO:
            return Macro(text)
        case Kind.WORD:
            bare = text in ("y", "m", "n") or _NUMBER.fullmatch(text)
            return Constant(text) if bare else Ref(text)
        case Kind.OPERATOR | Kind.END:
            raise BadExpressionError(f"expected a symbol or a value, found {text!r}")
        case _:
            assert_never(kind)


def print_expr(expr: Expr) -> str:
    """Print an expression in the kernel's spacing; reading it again gives an equal one."""
    match expr:
        case Ref(name):
            return name
        case Macro(text):
            return text
        case Constant(text, quoted):
            return _quote(text) if quoted else text
        case Compare(operator, left, right):
            return f"{print_expr(left)} {operator.value} {print_expr(right)}"
        case Not(operand):
            return "!" + _print_inside(operand, (Compare, And, Or))
        case And(operands):
            return " && ".join(_print_inside(each, (And, Or)) for each in operands)
        case Or(operands):
            return " || ".join(_print_inside(each, (Or,)) for each in operands)
        case _:
            assert_never(expr)


def _quote(text: str) -> str:
    escaped = _TO_ESCAPE.sub(r"\\\1", text)
    # A call left open would swallow the closing quote.
    return '"' + (escaped if _calls_closed(escaped) else escaped.replace("$(", r"\$(")) + '"'


def _calls_closed(text: str) -> bool:
    at: int | None = text.find("$(")
    while at is not None and at >= 0:
        at = end_of_macro(text, at)
        at = at if at is None else text.find("$(", at)
    return at is not None


def _print_inside(expr: Expr, bracketed: tuple[type, ...]) -> str:
    text = print_expr(expr)
    return f"({text})" if isinstance(expr, bracketed) else text


def names(expr: Expr) -> tuple[str, ...]:
    """Return the symbols that an expression names, each once, in order of appearance."""
    found: dict[str, None] = {}
    pending: list[Expr] = [expr]
    while pending:
        match pending.pop():
            case Ref(name):
                found[name] = None
            case Constant() | Macro():
                pass
            case Compare(_, left, right):
                pending += (right, left)
            case Not(operand):
                pending.append(operand)
            case And(operands) | Or(operands):
                pending += reversed(operands)
            case _ as never:
                assert_never(never)
    return tuple(found)
