"""The tokens that a preprocessor works on: with the blank before each, comments gone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from analyzer.csource.directives import SPLICE
from analyzer.csource.tokens import CODE, COMMENT, Kind

_SPLICE = re.compile(SPLICE)
_LEXEME = re.compile(rf"(?P<blank>(?:\s|{COMMENT})++)|{CODE}", re.VERBOSE)
_CLOSED = re.compile(r""""(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'""", re.DOTALL)
# Between these and anything else no two tokens become one.
_ALONE = frozenset("()[]{},;")


class Lexeme(NamedTuple):
    """One token; ``spaced`` where a blank or a comment stands before it.

    ``frozen`` marks a name that is never expanded again: a macro's, met in its own expansion.
    """

    kind: Kind
    text: str
    spaced: bool = False
    frozen: bool = False


def lexemes(text: str) -> list[Lexeme]:
    """Take a text apart. No directives are looked for: a ``#`` is a token."""
    found: list[Lexeme] = []
    spaced = False
    for match in _LEXEME.finditer(_SPLICE.sub("", text)):
        kind = match.lastgroup or ""
        if kind == "blank":
            spaced = True
            continue
        found.append(Lexeme(Kind[kind], match[0], spaced))
        spaced = False
    return found


def spelled(pieces: Iterable[Lexeme]) -> str:
    """Write tokens as text that has the same tokens, whatever their neighbours."""
    parts: list[str] = []
    last = ""
    for piece in pieces:
        apart = piece.spaced or not (last in _ALONE or piece.text in _ALONE)
        if parts and apart:
            parts.append(" ")
        parts.append(piece.text)
        last = piece.text
    return "".join(parts)


def is_whole(piece: Lexeme) -> bool:
    """Whether a token is one of the language: false for a literal that its line leaves open."""
    if piece.kind is not Kind.STRING:
        return True
    body = piece.text.lstrip("uUL8")
    return _CLOSED.fullmatch(body) is not None
