"""Kconfig symbols as a patch has them: defined, selected, used from C and from make files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.csource import Kind, starts_in_comment, tokens
from analyzer.kconfig import (
    DependsOn,
    FragmentLine,
    FragmentProperty,
    FragmentSide,
    PropertyKind,
    Select,
    names,
    read_fragment,
)
from analyzer.patch.lines import FilePatch, Hunk, Mark
from analyzer.source import Place, Side
from analyzer.upstream import is_kconfig

_CONFIG = re.compile(r"\bCONFIG_(\w+)")
_MAKE = re.compile(r"(?:^|/)(?:Makefile|Kbuild)[^/]*$")
_C = re.compile(r"\.[chS]$")
_TYPES = (PropertyKind.TYPE, PropertyKind.HELP)


@dataclass(frozen=True, slots=True)
class Mention:
    """A symbol at a place of the patch. ``symbol`` is None where the line that names it is lost.

    ``path`` is the file where the symbol is defined or used.
    """

    symbol: str | None
    place: Place
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Selection:
    """A ``select`` that the patch adds; ``under`` is None where it cannot be told."""

    symbol: str
    under: str | None
    place: Place
    repeated: bool
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Symbols:
    """What a patch's added lines say about Kconfig symbols.

    ``settable`` are the defined symbols that have a prompt or a default of their own,
    ``mentioned`` those that Kconfig itself selects or depends on, ``used`` those that code names.
    """

    defined: tuple[Mention, ...]
    settable: frozenset[str]
    selected: tuple[Selection, ...]
    mentioned: tuple[Mention, ...]
    used: tuple[Mention, ...]


def symbols_of(files: tuple[FilePatch, ...]) -> Symbols:
    """Gather the symbols of all files."""
    defined: list[Mention] = []
    settable: set[str] = set()
    selected: list[Selection] = []
    mentioned: list[Mention] = []
    used: list[Mention] = []
    for file in files:
        for hunk in file.hunks:
            if is_kconfig(file.path):
                side = _kconfig_side(file, hunk)
                defined += _defined(side, file)
                settable |= _settable(side)
                selected += _selected(side, file)
                mentioned += _mentioned(side, file)
            else:
                used += _used(file, hunk)
    return Symbols(
        tuple(defined), frozenset(settable), tuple(selected), tuple(mentioned), tuple(used)
    )


def _kconfig_side(file: FilePatch, hunk: Hunk) -> FragmentSide:
    # A line that was put back has no input line: it is told by its negative place in the hunk.
    lines = [
        FragmentLine(
            line.text,
            added=line.mark is Mark.ADDED,
            removed=line.mark is Mark.REMOVED,
            line=line.number if line.number is not None else -i - 1,
            gap_before=line.after_gap,
        )
        for i, line in enumerate(hunk.lines)
    ]
    return read_fragment(lines, hunk.heading, file.path).new


def _place(file: FilePatch, line: int | None) -> Place:
    """The input line; of a line that was put back only the file is known."""
    if line is not None and line > 0:
        return Place(Side.INPUT, line=line)
    return Place(Side.PATCH_AFTER, file.path)


def _defined(side: FragmentSide, file: FilePatch) -> Iterator[Mention]:
    named = [definition for definition in side.definitions if definition.added]
    for definition in named:
        yield Mention(definition.name, _place(file, definition.line), file.path)
    if not named:
        # A type or a help text under no symbol that the hunk shows: its config line was lost.
        for item in side.properties:
            if item.added and item.under is None and item.kind in _TYPES:
                yield Mention(None, _place(file, item.line))
                return


def _settable(side: FragmentSide) -> set[str]:
    return {
        item.under
        for item in side.properties
        if item.under and item.added and item.kind in (PropertyKind.PROMPT, PropertyKind.DEFAULT)
    }


def _selected(side: FragmentSide, file: FilePatch) -> Iterator[Selection]:
    selects = [item for item in side.properties if item.kind is PropertyKind.SELECT]
    for item in selects:
        if item.added:
            same = [other for other in selects if _same_select(item, other)]
            yield Selection(
                item.target, item.under, _place(file, item.line), len(same) > 1, file.path
            )


def _same_select(one: FragmentProperty, other: FragmentProperty) -> bool:
    return (one.target, one.under, one.condition) == (other.target, other.under, other.condition)


def _mentioned(side: FragmentSide, file: FilePatch) -> Iterator[Mention]:
    for item in side.properties:
        if item.added and isinstance(item.property, Select):
            yield Mention(item.target, _place(file, item.line))
        if item.added and isinstance(item.property, DependsOn):
            for name in names(item.property.requirement):
                yield Mention(name, _place(file, item.line))


def _used(file: FilePatch, hunk: Hunk) -> Iterator[Mention]:
    if _C.search(file.path):
        yield from _used_in_c(file, hunk)
    elif _MAKE.search(file.path):
        for line in hunk.lines:
            if line.mark is Mark.ADDED:
                for name in _CONFIG.findall(line.text.partition("#")[0]):
                    yield Mention(name, _place(file, line.number), file.path)


def _used_in_c(file: FilePatch, hunk: Hunk) -> Iterator[Mention]:
    new = [line for line in hunk.lines if line.mark is not Mark.REMOVED]
    text = "\n".join(line.text for line in new)
    if "CONFIG_" not in text:
        return
    for token in tokens(text, in_comment=starts_in_comment(text)):
        if token.kind in (Kind.COMMENT, Kind.STRING):
            continue
        # A directive may go on over several lines, and only some of them be added.
        for i, part in enumerate(token.text.split("\n"), token.line - 1):
            if new[i].mark is Mark.ADDED:
                for name in _CONFIG.findall(part):
                    yield Mention(name, _place(file, new[i].number), file.path)
