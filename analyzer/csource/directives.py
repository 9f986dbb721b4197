"""The preprocessor directives of a text, each with its place, and with comments and joints gone.

A ``#`` begins a directive where nothing but blanks and comments stand before it on its logical
line; inside a comment or a literal it begins none. Linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from analyzer.csource.syntax import Span
from analyzer.csource.tokens import COMMENT, LITERAL, TO_LINE_END, UP_TO_CLOSE

# A continued line. Blanks before the line's end do not matter: gcc warns of them and goes on.
SPLICE = r"\\[ \t\r\f\v]*+\n"

_BEHIND_HASH = rf"""(?:{COMMENT}|{LITERAL}|{SPLICE}|[^\n"'/\\]++|.)*+"""
# One logical line; possessive throughout, so that what closes nothing costs no second look.
_LINE = re.compile(
    rf"""
    (?P<blank>(?:[ \t\f\v\r]|{SPLICE}|{COMMENT})*+)
    (?P<rest>{_BEHIND_HASH})
    \n?
    """,
    re.VERBOSE,
)
# Lines that have nothing in them that could matter here: passed over at once.
_PLAIN = re.compile(r"(?:[^\"'/\\#\n]*+\n)++")
# A directive on a line of its own, and what may hide one. Every alternative begins with a character
# of its own: that is what makes the search fast. ``odd`` is a ``#`` behind a comment.
_PLACE = re.compile(
    rf"""
    {UP_TO_CLOSE}(?P<odd>[ \t\f\v\r]*+\#)?+
    |{TO_LINE_END}
    |{LITERAL}
    |\n[ \t\f\v\r]*+(?P<directive>\#{_BEHIND_HASH})
    """,
    re.VERBOSE,
)
_JOINT = re.compile(SPLICE)
_CLEAN = re.compile(rf"(?P<comment>{COMMENT})|(?P<literal>{LITERAL})|(?P<splice>{SPLICE})")
_WORDS = re.compile(r"\#\s*+(?P<name>[A-Za-z_]\w*+)?+(?P<rest>.*+)", re.DOTALL)
# The word of a directive where neither a comment nor a joint is in it or before it.
_WORD = re.compile(r"\#[ \t\f\v\r]*+([A-Za-z_]\w*+)(?!\\)")
_BEFORE_NEWLINE = frozenset(" \t\f\v\r\\")


class Lines:
    """A text, and where its lines begin."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, at: int) -> tuple[int, int]:
        """Return the line of a character, from 1, and its column in bytes, from 0."""
        row = bisect_right(self._starts, at) - 1
        return row + 1, width(self.text[self._starts[row] : at])


class Directive(NamedTuple):
    """One directive. The name is empty where no word follows the ``#``.

    ``start`` and ``end`` count characters of the text, from the ``#`` to the end of its last
    line, the newline excluded. ``behind`` is where the name ends, -1 where comments or joints
    have to be taken out before that shows.
    """

    name: str
    start: int
    end: int
    behind: int
    lines: Lines

    @property
    def rest(self) -> str:
        """What follows the name, on one line and without comments."""
        if self.behind >= 0:
            return joined(self.lines.text[self.behind : self.end]).strip()
        return _words(self.lines.text[self.start : self.end])[1]

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(*self.lines.place(self.start), *self.lines.place(self.end))


def directives(text: str) -> Iterator[Directive]:
    """Yield every directive of the text in order."""
    lines = Lines(text)
    places = _places(text)
    for start, end in _each_place(text) if places is None else places:
        word = _WORD.match(text, start, end)
        if word is not None:
            yield Directive(word[1], start, end, word.end(), lines)
        else:
            yield Directive(_words(text[start:end])[0], start, end, -1, lines)


def _places(text: str) -> list[tuple[int, int]] | None:
    """Return where directives stand; None where only a look at every line tells.

    That is where a comment or a joint stands before a ``#`` that may begin one.
    """
    found: list[tuple[int, int]] = []
    # The first line begins as the others do, behind a newline.
    for match in _PLACE.finditer(f"\n{text}"):
        kind = match.lastgroup
        if kind == "directive":
            if _is_joined(text, match.start() - 2):
                return None
            start, end = match.span("directive")
            found.append((start - 1, end - 1))
        elif kind == "odd":
            return None
    return found


def _is_joined(text: str, at: int) -> bool:
    """Whether the line that ends with this character goes on."""
    while at >= 0 and text[at] in _BEFORE_NEWLINE:
        if text[at] == "\\":
            return True
        at -= 1
    return False


def _each_place(text: str) -> Iterator[tuple[int, int]]:
    """Yield where directives stand, by a look at every logical line."""
    at = 0
    while at < len(text):
        plain = _PLAIN.match(text, at)
        match = plain or _LINE.match(text, at)
        if match is None:  # the second pattern takes nothing as well
            return
        if plain is None and match["rest"].startswith("#"):
            yield match.span("rest")
        at = match.end()


def _words(text: str) -> tuple[str, str]:
    """Return the name of a directive and what follows it."""
    words = _WORDS.fullmatch(joined(text))
    return (words["name"] or "", words["rest"].strip()) if words else ("", "")


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


def _cleaned(match: re.Match[str]) -> str:
    if match.lastgroup == "literal":
        return _JOINT.sub("", match[0])
    return " " if match.lastgroup == "comment" else ""
