"""TOML that people write by hand, read strictly and with bounded memory.

The text is hostile: at most 4 MiB, and no long dotted keys, on which Python's reader takes memory
that grows with the square of their parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from analyzer.errors import AnalyzerError

LARGEST = 4 << 20
_MOST_DOTS = 8
_SHOWN = 60
_REQUIRED = object()
# Strings and comments are matched to their end, or to the end of the text, and never tried again.
_DOT_OUTSIDE = re.compile(
    r'"""(?:[^\\"]|\\.|"(?!""))*+(?:"{3,5}|\Z)|'
    r"'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)|"
    r'"(?:[^"\\\n]|\\.)*+"?|'
    r"'[^'\n]*+'?|#[^\n]*+|(\.)",
    re.DOTALL,
)


def document(data: bytes, name: str) -> dict[str, Any]:
    """The tables of a TOML text. ``AnalyzerError`` names the file by ``name``."""
    import tomllib

    if len(data) > LARGEST:
        raise AnalyzerError("larger than 4 MiB", where=name, todo="split the file")
    try:
        text = data.decode("utf-8-sig")
        if _most_dots(text) > _MOST_DOTS:
            todo = "write plain keys, and text in quotes"
            what = f"more than {_MOST_DOTS} dots outside of strings in a line"
            raise AnalyzerError(what, where=name, todo=todo)
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        what = f"not UTF-8, at byte {error.start + 1}"
        raise AnalyzerError(what, where=name, todo="save the file as UTF-8") from None
    except ValueError as error:  # also of a number with too many digits
        what = " ".join(str(error).split())
        raise AnalyzerError(f"not TOML: {what}", where=name, todo="correct the file") from None
    except RecursionError:
        raise AnalyzerError("nested too deeply", where=name, todo="correct the file") from None


def _most_dots(text: str) -> int:
    """The dots outside of strings and comments in the line that has most of them."""
    most = dots = 0
    end = -1
    for found in _DOT_OUTSIDE.finditer(text):
        if found[1]:
            if found.start() > end:
                end, dots = text.find("\n", found.start()), 0
                end = len(text) if end < 0 else end
            dots += 1
            most = max(most, dots)
    return most


def contents(file: Path, name: str, todo: str) -> bytes:
    """At most ``LARGEST + 1`` bytes of a file. ``AnalyzerError`` where it cannot be read."""
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # a name with a NUL in it
        why = getattr(error, "strerror", None) or "cannot be read"
        raise AnalyzerError(why, where=name, todo=todo) from None


class UnfitElementError(ValueError):
    """An element of a list does not fit; ``args[0]`` is the element."""


@dataclass(frozen=True, slots=True)
class Field:
    """How one key is read (ValueError: it does not fit), and what it is when absent."""

    read: Callable[[Any], object]
    expected: str
    absent: object = _REQUIRED


def tables(found: Mapping[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    """The ``[[key]]`` tables of a document; none where it has none."""
    value = found.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise AnalyzerError(f"{key} is no list of tables", where=where, todo=f"write [[{key}]]")
    return value


def values(table: Mapping[str, Any], known: Mapping[str, Field], where: str) -> dict[str, Any]:
    """Every known key with its value. ``AnalyzerError`` for unknown keys and unfit values."""
    unknown = next((key for key in table if key not in known), None)
    if unknown is not None:
        todo = f"expected one of {', '.join(known)}"
        raise AnalyzerError(f"unknown key {shown(unknown)}", where=where, todo=todo)
    return {key: _value(table, key, field, where) for key, field in known.items()}


def _value(table: Mapping[str, Any], key: str, field: Field, where: str) -> object:
    todo = f"expected {field.expected}"
    if key not in table:
        if field.absent is _REQUIRED:
            raise AnalyzerError(f"{key} is missing", where=where, todo=todo)
        return field.absent
    try:
        return field.read(table[key])
    except UnfitElementError as error:
        raise AnalyzerError(f"{key} has {shown(error.args[0])}", where=where, todo=todo) from None
    except (ValueError, TypeError):
        raise AnalyzerError(f"{key} is {shown(table[key])}", where=where, todo=todo) from None


def shown(value: object) -> str:
    """A value for a message: short, and on one line."""
    plain = isinstance(value, str) and value.strip() == value != "" and value.isprintable()
    if isinstance(value, date | time):  # what Python prints of these is no TOML
        return str(value)
    try:
        text = str(value)[: _SHOWN + 1] if plain else ascii(_short(value))
    except ValueError:  # Python refuses to print numbers of thousands of digits
        return "a huge number"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _short(value: object) -> object:
    return value[: _SHOWN + 1] if isinstance(value, str | list) else value
