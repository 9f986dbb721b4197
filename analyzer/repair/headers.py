"""Headers of functions, told from what else stands in the first column of C."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.csource import Kind, Token

_CONTROL = frozenset(("if", "for", "while", "switch", "do", "else", "return", "typedef"))
_STATEMENT_STARTS = frozenset(("*", "(", "++", "--"))
_DECLARING = frozenset(("__attribute__", "__printf", "__scanf", "__alloc_size", "__must_hold"))
_NOT_IN_A_HEADER = frozenset("=;{}")


def outside(words: Sequence[Token]) -> list[str]:
    """The texts that no parentheses enclose, and the parentheses."""
    out, depth = [], 0
    for word in words:
        depth -= word.text == ")"
        if depth <= 0:
            out.append(word.text)
        depth += word.text == "("
    return out


def is_header(columns: int, words: Sequence[Token]) -> bool:
    """Whether a statement that has not ended can be the header of a function."""
    if columns or words[0].kind is not Kind.NAME or words[-1].text != ")":
        return False
    if words[0].text in _CONTROL or not _NOT_IN_A_HEADER.isdisjoint(outside(words)):
        return False
    return not _is_old_style(words)


def _is_old_style(words: Sequence[Token]) -> bool:
    """Whether the parameters are names alone: their types stand before the body."""
    begin = next((i for i, word in enumerate(words) if word.text == "("), 0)
    names, commas = words[begin + 1 : -1 : 2], words[begin + 2 : -1 : 2]
    return (
        begin > 1
        and bool(names)
        and all(word.kind is Kind.NAME and word.text != "void" for word in names)
        and all(word.text == "," for word in commas)
    )


def continues_header(columns: int, words: Sequence[Token]) -> bool:
    """Whether annotations such as ``__acquires(lock)`` stand between a header and its body."""
    return columns > 0 and all(
        text.startswith("__") or text in ("(", ")") for text in outside(words)
    )


def begins_body(columns: int, words: Sequence[Token]) -> bool:
    """Whether the line behind a header is a function's first statement.

    It is none where it goes on with an expression, or ends a declaration with an annotation.
    """
    first = words[0]
    if columns == 0 or not (first.kind is Kind.NAME or first.text in _STATEMENT_STARTS):
        return False
    alone = first.text.startswith("__") and len(words) == 2
    return first.text not in _DECLARING and not alone
