"""The words of a Kconfig expression: operators, strings, symbols and macro calls."""

from __future__ import annotations

import re
from enum import Enum
from typing import TypeAlias


class BadExpressionError(Exception):
    """Carries a reason up to ``expr.parse_expr``, which makes it a value."""


class Kind(Enum):
    """What a word of an expression is."""

    OPERATOR = "operator"
    STRING = "string"
    WORD = "word"
    MACRO = "macro"
    END = "end"


Token: TypeAlias = tuple[Kind, str]

_BLANK = " \t\r\f\v\n"
_WORD_CHARACTERS = r"[A-Za-z0-9_./-]"
_TOKEN = re.compile(
    r"(&&|\|\||!=|<=|>=|[=<>!()])"
    rf"|({_WORD_CHARACTERS}+)"
)
_WORD = re.compile(rf"{_WORD_CHARACTERS}*")
_WIDE = re.compile(r"""["'./]|\$\(""")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_KINDS = (Kind.OPERATOR, Kind.WORD)


def unquote(text: str) -> str:
    """Return the value of a quoted string; a text without quotes is its own value."""
    if len(text) >= 2 and text[0] in "\"'" and text[-1] == text[0]:
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text


def end_of_macro(text: str, start: int) -> int | None:
    """Where the ``$(...)`` that opens at ``start`` ends, or None if it does not."""
    depth = 0
    for at in range(start + 1, len(text)):
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth == 0:
                return at + 1
    return None


def end_of_string(text: str, start: int) -> int | None:
    """Where the string that opens at ``start`` ends, or None if it does not.

    Quotes inside a macro call do not end it. A call that is not closed is plain text, and so are
    all after it: to look for each one's end would take quadratic time.
    """
    at, calls = start + 1, True
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == text[start]:
            return at + 1
        else:
            stop = end_of_macro(text, at) if calls and text.startswith("$(", at) else at + 1
            calls = calls and stop is not None
            at = stop or at + 1
    return None


def masked(text: str) -> str:
    """Return ASCII text of equal length that reads alike to a grammar with narrower words.

    What stands in quotes becomes letters, as do macro calls and the dots and slashes of words.
    """
    parts: list[str] = []
    at = 0
    while (found := _WIDE.search(text, at)) is not None:
        start, opening = found.start(), found.group()
        parts.append(text[at:start])
        if opening in "./":
            at = start + 1
            parts.append("_")
        elif opening == "$(":
            at = end_of_macro(text, start) or len(text)
            parts.append("x" * (at - start))
        else:
            end = end_of_string(text, start)
            if end is None:
                # To go on after an open quote would look for its end from every later one.
                parts.append(text[start:])
                return _ascii(parts)
            at = end
            parts.append(opening + "s" * (at - start - 2) + opening)
    parts.append(text[at:])
    return _ascii(parts)


def _ascii(parts: list[str]) -> str:
    return "".join(parts).encode("ascii", "replace").decode()


def tokens_of(text: str) -> list[Token]:
    """Divide an expression into words, an ``END`` last. Raises BadExpressionError. Linear."""
    tokens: list[Token] = []
    at, end = 0, len(text)
    while at < end:
        if text[at] in _BLANK:
            at += 1
            continue
        if text[at] in "\"'":
            stop = end_of_string(text, at)
            if stop is None:
                raise BadExpressionError(f"string at column {at + 1} is not closed")
            tokens.append((Kind.STRING, text[at:stop]))
            at = stop
            continue
        word = _WORD.match(text, at)
        if word is not None and text.startswith("$(", word.end()):
            stop = _end_of_macro_word(text, word.end())
            tokens.append((Kind.MACRO, text[at:stop]))
            at = stop
            continue
        found = _TOKEN.match(text, at)
        if found is None or found.lastindex is None:
            raise BadExpressionError(f"unexpected {text[at]!r} at column {at + 1}")
        tokens.append((_KINDS[found.lastindex - 1], found.group()))
        at = found.end()
    tokens.append((Kind.END, "end of the expression"))
    return tokens


def _end_of_macro_word(text: str, at: int) -> int:
    # One word may hold several calls: $(ARCH)-$(BITS).
    while text.startswith("$(", at):
        stop = end_of_macro(text, at)
        if stop is None:
            raise BadExpressionError(f"macro call at column {at + 1} is not closed")
        word = _WORD.match(text, stop)
        at = word.end() if word is not None else stop
    return at
