"""The checks of single values in a facts file: each gives the value to keep, or ValueError."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from analyzer.toml import UnfitElementError

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_LAST_LINE = 1_000_000_000

_HEX = frozenset("0123456789abcdef")
_ARCH = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_SYMBOL = _ARCH | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def line(value: object) -> str:
    """A string of one line."""
    if not isinstance(value, str) or "\n" in value or value != value.strip():
        raise ValueError(value)
    return value


def sentence(value: object) -> str:
    """A string of one line that is not empty."""
    if not line(value):
        raise ValueError(value)
    return line(value)


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def sha(value: object) -> str:
    """A commit's id, 12 to 40 digits of it."""
    text = line(value)
    if not 12 <= len(text) <= 40 or not _HEX.issuperset(text):
        raise ValueError(value)
    return text


def author(value: object) -> str:
    """``Name <email>``, or empty."""
    text = line(value)
    name, opening, address = text.partition(" <")
    if text and not (name and opening and address.endswith(">") and "@" in address):
        raise ValueError(value)
    return text


def date(value: object) -> str:
    """An ISO 8601 date, a date and time, or a year and month; or empty."""
    text = line(value)
    if text:
        datetime.fromisoformat(text + "-01" if len(text) == len("2019-01") else text)
        if text[4] != "-":
            raise ValueError(value)
    return text


def version(value: object) -> str:
    """A release as its tag is called, or empty."""
    text = line(value)
    if text and not (text[0] == "v" and all(part.isdecimal() for part in text[1:].split("."))):
        raise ValueError(value)
    return text


def cve(value: object) -> str:
    """A CVE's number."""
    text = line(value)
    head, *numbers = text.split("-")
    if head != "CVE" or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        raise ValueError(value)
    return text


def symbol(value: object) -> str:
    """A Kconfig symbol, without CONFIG_."""
    return _of_characters(value, _SYMBOL)


def arch(value: object) -> str:
    """An architecture, as its directory below arch/ is called."""
    return _of_characters(value, _ARCH)


def path(value: object) -> str:
    """A file of the tree: relative, and without a way out."""
    text = sentence(value)
    if text.startswith("/") or "\\" in text or not {"", ".", ".."}.isdisjoint(text.split("/")):
        raise ValueError(value)
    return text


def span(value: object) -> tuple[int, int]:
    """The first line and the number of lines of one side of a hunk."""
    match value:
        case [bool(), _] | [_, bool()]:
            raise ValueError(value)
        case [int(start), int(count)] if 0 <= start <= _LAST_LINE and 0 <= count <= _LAST_LINE:
            return start, count
    raise ValueError(value)


def each(check: Callable[[object], _T]) -> Callable[[object], tuple[_T, ...]]:
    """The check of a list whose elements all pass ``check``."""

    def check_list(value: object) -> tuple[_T, ...]:
        if not isinstance(value, list):
            raise ValueError(value)
        return tuple(_element(check, element) for element in value)

    return check_list


def _element(check: Callable[[object], _T], element: object) -> _T:
    try:
        return check(element)
    except ValueError:
        raise UnfitElementError(element) from None


def _of_characters(value: object, allowed: frozenset[str]) -> str:
    text = sentence(value)
    if not allowed.issuperset(text):
        raise ValueError(value)
    return text
