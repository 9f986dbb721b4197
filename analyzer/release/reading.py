"""Tables of TOML, read strictly: every key known, every value of its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.upstream import fields

_SHOWN = 60
_REQUIRED = object()


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
    except fields.UnfitElementError as error:
        raise AnalyzerError(f"{key} has {shown(error.args[0])}", where=where, todo=todo) from None
    except (ValueError, TypeError):
        raise AnalyzerError(f"{key} is {shown(table[key])}", where=where, todo=todo) from None


def shown(value: object) -> str:
    """A value for a message: short, and on one line."""
    plain = isinstance(value, str) and value.strip() == value != "" and value.isprintable()
    try:
        text = str(value)[: _SHOWN + 1] if plain else ascii(_short(value))
    except ValueError:  # Python refuses to print numbers of thousands of digits
        return "a huge number"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _short(value: object) -> object:
    return value[: _SHOWN + 1] if isinstance(value, str | list) else value
