"""The tokens of a piece of C: enough to tell code from comments, and to match idioms.

A piece of a patch may begin inside a comment; ``in_comment`` says so. Linear in the text; a
character that starts no token is a token of its own, so nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    PUNCTUATION = "punctuation"
    COMMENT = "comment"
    DIRECTIVE = "directive"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``line`` counts from 1 within the text and is that of its first character."""

    kind: Kind
    text: str
    line: int


# What is repeated here never gives back what it took: time and memory stay linear in text that
# closes nothing. A comment runs to its end or the text's, a literal to its end or the line's.
UP_TO_CLOSE = r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
TO_LINE_END = r"//(?:[^\n\\]|\\(?:\r?\n|.)?)*+"
COMMENT = f"{UP_TO_CLOSE}|{TO_LINE_END}"
LITERAL = r""""(?:[^"\\\n]|\\(?:\r?\n|.))*+"?|'(?:[^'\\\n]|\\(?:\r?\n|.))*+'?"""
# What one token of code is; the last alternative takes any character that starts none.
CODE = rf"""
    (?P<STRING>(?:u8|[LuU])?(?:{LITERAL}))
    |(?P<NAME>[A-Za-z_$][\w$]*+)
    |(?P<NUMBER>\.?\d(?:[eEpP][+-]|[\w.])*+)
    |(?P<PUNCTUATION><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\#\#|\S)
"""
_TOKEN = re.compile(
    rf"""
    (?P<COMMENT>{COMMENT})
    |(?P<DIRECTIVE>^[ \t]*+\#(?:{COMMENT}|{LITERAL}|[^\n\\]|\\(?:\r?\n|.)?)*+)
    |{CODE}
    """,
    re.VERBOSE | re.MULTILINE,
)


def tokens(text: str, *, in_comment: bool = False) -> Iterator[Token]:
    """Yield every token of the text, comments and directives included."""
    line, at = 1, 0
    if in_comment:
        close = text.find("*/")
        at = len(text) if close < 0 else close + 2
        yield Token(Kind.COMMENT, text[:at], 1)
        line += text.count("\n", 0, at)
    last = at
    for match in _TOKEN.finditer(text, at):
        line += text.count("\n", last, match.start())
        last = match.start()
        yield Token(Kind[match.lastgroup or "PUNCTUATION"], match[0], line)


def code_tokens(text: str, *, in_comment: bool = False) -> list[Token]:
    """Return the tokens that the compiler proper sees: neither comments nor directives."""
    skip = (Kind.COMMENT, Kind.DIRECTIVE)
    return [token for token in tokens(text, in_comment=in_comment) if token.kind not in skip]


def starts_in_comment(text: str) -> bool:
    """Whether a comment is closed before one is opened: the text began inside it.

    A ``*/`` in a string or behind ``//`` closes none. An apostrophe tells nothing, since the
    prose of a comment has them too.
    """
    close, begin = text.find("*/"), text.find("/*")
    if close < 0 or 0 <= begin < close:
        return False
    before = text[text.rfind("\n", 0, close) + 1 : close]
    return before.lstrip().startswith("*") or not (before.count('"') % 2 or "//" in before)
