"""The ``#if`` lines of a hunk's code: what a configuration picks, and what it leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from analyzer.csource import starts_in_comment
from analyzer.csource.arms import pick
from analyzer.csource.configuration import Configuration, from_config_text
from analyzer.csource.directives import directives
from analyzer.csource.nesting import Conditional, conditions_at, structure, unbalanced
from analyzer.errors import AnalyzerError

_MAX_CONFIG = 16 * 1024 * 1024
_OPENING = frozenset(("if", "ifdef", "ifndef"))
_CONDITIONS = _OPENING | {"elif", "elifdef", "elifndef"}
_SYMBOL = re.compile(r"\bCONFIG_(\w+)")
# How the lines of a long comment begin.
_STARRED = re.compile(r"\s*\*(?:\s|$)")
_SETTING = re.compile(r"(?:CONFIG_)?(?P<name>\w+)=(?P<value>[ynm])", re.ASCII)


def configuration_of(file: Path | None, settings: Iterable[str]) -> Configuration:
    """Read a ``.config`` and the settings beside it, which win. ``AnalyzerError`` where wrong.

    A ``.config`` decides every symbol; settings alone leave the others open.
    """
    symbols: dict[str, str] = {}
    if file is not None:
        symbols.update(from_config_text(_config_text(file)).symbols)
        if not symbols:
            what = "holds no CONFIG_ line"
            raise AnalyzerError(what, where=str(file), todo="give a .config")
    for setting in settings:
        match = _SETTING.fullmatch(setting)
        if match is None:
            what = f"{setting!r} sets no symbol"
            raise AnalyzerError(what, where="--set", todo="give SYMBOL=y, SYMBOL=n or SYMBOL=m")
        symbols[match["name"]] = match["value"]
    return Configuration(symbols, {}, total=False)


def _config_text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_CONFIG + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        what = f"cannot be read: {why}"
        raise AnalyzerError(what, where=str(file), todo="give another file") from None
    if len(data) > _MAX_CONFIG:
        raise AnalyzerError("is over 16 MiB", where=str(file), todo="give a .config")
    return data.decode("utf-8", "surrogateescape")


def symbols_in(text: str) -> tuple[str, ...]:
    """The symbols that a text names, without ``CONFIG_``, in order."""
    names = (name.removesuffix("_MODULE") for name in _SYMBOL.findall(text))
    return tuple(dict.fromkeys(names))


def tested_symbols(text: str) -> tuple[str, ...]:
    """The symbols that the text's conditions name, without ``CONFIG_``, in order."""
    tested = (one.rest for one in directives(text) if one.name in _CONDITIONS)
    return symbols_in("\n".join(tested))


def with_taken(
    configuration: Configuration, symbols: Sequence[str], *, on: bool
) -> tuple[Configuration, tuple[str, ...]]:
    """The configuration with the symbols that it does not know set, and which those are."""
    taken = tuple(one for one in symbols if one not in configuration.symbols)
    added = dict.fromkeys(taken, "y" if on else "n")
    return Configuration({**configuration.symbols, **added}, {}, total=False), taken


def closed_piece(lines: Sequence[str]) -> tuple[str, ...]:
    """A piece of a file made a text of its own; lines are only added behind it.

    The rest of a comment that began before it is blanked, and so are directives of conditionals
    that did; what it opens and leaves open is closed behind it.
    """
    text = "\n".join(lines)
    end = text.find("*/") + 2 if starts_in_comment(text) else _comment_lines(lines)
    text = "".join("\n" if char == "\n" else " " for char in text[:end]) + text[end:]
    out = text.split("\n")
    for one in unbalanced(text):
        if one.word in _OPENING:
            out.append("#endif")
        else:
            out[one.line - 1] = " " * len(out[one.line - 1])
    return tuple(out)


def _comment_lines(lines: Sequence[str]) -> int:
    """The length of the lines at the beginning that go on with a comment which ends nowhere."""
    count = next((i for i, line in enumerate(lines) if not _STARRED.match(line)), len(lines))
    return sum(len(line) + 1 for line in lines[:count])


def picked(lines: Sequence[str], configuration: Configuration) -> tuple[str, ...]:
    """The lines of a piece with what the configuration does not select blanked."""
    text = pick("\n".join(closed_piece(lines)), configuration)
    return tuple(text.split("\n")[: len(lines)])


def conditionals_of(lines: Sequence[str]) -> tuple[Conditional, ...]:
    """The conditionals of a piece, for ``conditions_at`` with line numbers from 1."""
    return structure("\n".join(closed_piece(lines)))


def conditions_of(lines: Sequence[str], place: int) -> tuple[str, ...]:
    """The conditions that the line at ``place`` (from 0) of a piece stands under."""
    return conditions_at(conditionals_of(lines), place + 1)
