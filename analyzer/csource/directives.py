"""The preprocessor directives of a text, each with its place, and with comments and joints gone.

A ``#`` begins a directive where nothing but blanks and comments stand before it on its logical
line; inside a comment or a literal it begins none. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.csource.syntax import Span
from analyzer.csource.tokens import COMMENT, LITERAL

# A continued line. Blanks before the line's end do not matter: gcc warns of them and goes on.
SPLICE = r"\\[ \t\r\f\v]*+\n"

# One logical line; possessive throughout, so that what closes nothing costs no second look.
_LINE = re.compile(
    rf"""
    (?P<blank>(?:[ \t\f\v\r]|{SPLICE}|{COMMENT})*+)
    (?P<rest>(?:{COMMENT}|{LITERAL}|{SPLICE}|[^\n"'/\\]++|.)*+)
    \n?
    """,
    re.VERBOSE,
)
# Lines that have nothing in them that could matter here: passed over at once.
_PLAIN = re.compile(r"(?:[^\"'/\\#\n]*+\n)++")
_JOINT = re.compile(SPLICE)
_CLEAN = re.compile(rf"(?P<comment>{COMMENT})|(?P<literal>{LITERAL})|(?P<splice>{SPLICE})")
_WORDS = re.compile(r"\#\s*+(?P<name>[A-Za-z_]\w*+)?+(?P<rest>.*+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive: ``rest`` is what follows the name, on one line and without comments.

    ``start`` and ``end`` count characters of the text, from the ``#`` to the end of its last
    line, the newline excluded. The name is empty where no word follows the ``#``.
    """

    name: str
    rest: str
    span: Span
    start: int
    end: int


def directives(text: str) -> Iterator[Directive]:
    """Yield every directive of the text in order."""
    at, line = 0, 1
    while at < len(text):
        plain = _PLAIN.match(text, at)
        match = plain or _LINE.match(text, at)
        if match is None:  # the second pattern takes nothing as well
            return
        if plain is None and match["rest"].startswith("#"):
            yield _directive(text, match, line)
        line += text.count("\n", at, match.end())
        at = match.end()


def joined(text: str) -> str:
    """Return the text with each comment made a blank and continued lines joined."""
    if "/" not in text and "\\" not in text:
        return text
    return _CLEAN.sub(_cleaned, text)


def width(text: str) -> int:
    """Return the length in bytes of UTF-8; a byte that was no text and was kept counts as one."""
    if text.isascii():
        return len(text)
    return sum(_width_of(character) for character in text)


def _width_of(character: str) -> int:
    code = ord(character)
    if code < 0x80 or 0xDC80 <= code <= 0xDCFF:
        return 1
    return 2 if code < 0x800 else 3 if code < 0x10000 else 4


def _directive(text: str, match: re.Match[str], line: int) -> Directive:
    start, end = match.span("rest")
    words = _WORDS.fullmatch(joined(text[start:end]))
    line += text.count("\n", match.start(), start)
    span = Span(
        line,
        width(text[text.rfind("\n", 0, start) + 1 : start]),
        line + text.count("\n", start, end),
        width(text[text.rfind("\n", 0, end) + 1 : end]),
    )
    name, rest = (words["name"] or "", words["rest"].strip()) if words else ("", "")
    return Directive(name, rest, span, start, end)


def _cleaned(match: re.Match[str]) -> str:
    if match.lastgroup == "literal":
        return _JOINT.sub("", match[0])
    return " " if match.lastgroup == "comment" else ""
