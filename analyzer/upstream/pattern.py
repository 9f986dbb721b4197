"""Patterns over C tokens: what facts say about code without quoting it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Wild(Enum):
    """An element that stands for tokens it does not name."""

    ANY = "_"
    REST = "..."


Element = tuple[str, ...] | Wild


@dataclass(frozen=True, slots=True)
class Pattern:
    """A run of C tokens. Comments and line breaks in the code do not count.

    An element is a tuple of texts of which the token must be one, ``Wild.ANY`` (exactly one
    token, whatever it is) or ``Wild.REST`` (any run of tokens, also none, in which round and
    square brackets are balanced; it ends before the one that closes the one it stands in).
    These brackets are balanced in every pattern; braces are tokens like any other.
    """

    text: str
    elements: tuple[Element, ...]


EXPECTED = (
    'C tokens separated by blanks, in which "a|b" is one of several identifiers, "_" any token '
    'and "..." any tokens inside ( ) or [ ]'
)
_CLOSES = {"(": ")", "[": "]"}
_OPERATORS = (
    "( ) [ ] { } ; , . -> + - * / % ++ -- & | ^ ~ ! && || << >> < > <= >= == != "
    "= += -= *= /= %= &= |= ^= <<= >>= ? : # ##"
)
_PUNCTUATION = frozenset(_OPERATORS.split())


def parse_pattern(text: str) -> Pattern:
    """The pattern that ``text`` writes down. ``ValueError`` where it is none."""
    elements: list[Element] = []
    expected: list[str] = []
    for word in text.split(" "):
        element = _element(word)
        if element is Wild.REST and not expected:
            raise ValueError(text)
        if word in _CLOSES:
            expected.append(_CLOSES[word])
        elif word in _CLOSES.values() and (not expected or expected.pop() != word):
            raise ValueError(text)
        elements.append(element)
    if expected:
        raise ValueError(text)
    return Pattern(text, tuple(elements))


def _element(word: str) -> Element:
    if word in (Wild.ANY.value, Wild.REST.value):
        return Wild(word)
    if word in _PUNCTUATION:
        return (word,)
    choices = tuple(word.split("|"))
    if len(choices) == 1 and word.isascii() and word.isalnum():
        return choices  # a number
    if all(choice.isascii() and choice.isidentifier() for choice in choices):
        return choices
    raise ValueError(word)
