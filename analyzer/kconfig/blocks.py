"""The block structure of a file: which symbols there are, and under which conditions they stand."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from analyzer.kconfig.describe import type_of
from analyzer.kconfig.expr import Constant, Expr, Macro, Ref, Unparsed, parse_expr
from analyzer.kconfig.layout import SOURCE_WORDS, SYMBOL_WORDS, Group, Statement, assignment
from analyzer.kconfig.symbols import (
    DependsOn,
    Entry,
    EntryKind,
    KconfigFile,
    MacroLine,
    Property,
    Source,
    Symbol,
    Unread,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

# Blocks inside one another. Kernel trees stay below 10 in one file.
MAX_BLOCKS = 64

_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_OPENING = {
    "menu": EntryKind.MENU,
    "choice": EntryKind.CHOICE,
    "if": EntryKind.IF,
}
_CLOSING = {
    "endmenu": EntryKind.MENU,
    "endchoice": EntryKind.CHOICE,
    "endif": EntryKind.IF,
}
_TITLED = {"comment": EntryKind.COMMENT, "mainmenu": EntryKind.MAINMENU}
_WITH_PROPERTIES = SYMBOL_WORDS | {"menu", "choice", "comment"}


@dataclass(slots=True)
class _File:
    """A file while it is read. ``open`` holds each open block and the conditions inside it."""

    path: str
    symbols: list[Symbol] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    macros: list[MacroLine] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    open: list[tuple[int, tuple[Expr, ...]]] = field(default_factory=list)
    open_kinds: Counter[EntryKind] = field(default_factory=Counter)

    @property
    def conditions(self) -> tuple[Expr, ...]:
        return self.open[-1][1] if self.open else ()


def assemble(
    path: str, groups: Sequence[Group], readings: Sequence[Sequence[tuple[Property, ...] | Unread]]
) -> KconfigFile:
    """Make a file of its groups and of what was read of each group's members."""
    file = _File(path)
    for group, reading in zip(groups, readings, strict=True):
        _add(file, group, _sorted_out(file, group, reading))
    while file.open:
        _close_unended(file)
    return KconfigFile(
        path,
        tuple(file.symbols),
        tuple(file.entries),
        tuple(file.sources),
        tuple(file.macros),
        tuple(sorted(file.unread, key=lambda each: each.line)),
    )


def name_in(header: Statement) -> str | None:
    """Return the symbol that a ``config`` or ``menuconfig`` line defines, None if unreadable."""
    return header.rest if _NAME.fullmatch(header.rest) else None


def pattern_in(header: Statement) -> str | None:
    """Return the path that a ``source`` line names, None if it is unreadable."""
    bare = header.rest
    return bare if bare and not any(c in bare for c in " \t\"'") else _title(bare)


def _sorted_out(
    file: _File, group: Group, reading: Sequence[tuple[Property, ...] | Unread]
) -> tuple[Property, ...]:
    """Keep the properties that have something to belong to; record everything else."""
    header = group.header
    owned = header is not None and header.word in _WITH_PROPERTIES
    if header is not None and header.word in SYMBOL_WORDS:
        owned = name_in(header) is not None
    properties: list[Property] = []
    for member, read in zip(group.members, reading, strict=True):
        if isinstance(read, Unread):
            file.unread.append(read)
        elif owned:
            properties += read
        else:
            _report(file, member, "stands under no symbol, menu, choice or comment")
    return tuple(properties)


def _report(file: _File, statement: Statement, reason: str) -> None:
    file.unread.append(Unread(file.path, statement.line, statement.text, reason))


def _add(file: _File, group: Group, properties: tuple[Property, ...]) -> None:
    header = group.header
    if header is None:
        return
    if header.word in SYMBOL_WORDS:
        _add_symbol(file, group, header, properties)
    elif header.word in _OPENING:
        _open(file, header, properties)
    elif header.word in _CLOSING:
        _close(file, header)
    elif header.word in _TITLED:
        _add_titled(file, group, header, properties)
    elif header.word in SOURCE_WORDS:
        _add_source(file, header)
    else:
        _add_macro(file, header)


def _add_symbol(
    file: _File, group: Group, header: Statement, properties: tuple[Property, ...]
) -> None:
    name = name_in(header)
    if name is None:
        _report(file, header, "no name of a symbol")
        return
    symbol = Symbol(
        name,
        header.word == "menuconfig",
        type_of(properties),
        properties,
        file.path,
        header.line,
        _end(group, header),
        file.conditions,
    )
    file.symbols.append(symbol)


def _end(group: Group, header: Statement) -> int:
    return group.members[-1].end_line if group.members else header.end_line


def _open(file: _File, header: Statement, properties: tuple[Property, ...]) -> None:
    kind = _OPENING[header.word]
    title: str | None = None
    if kind is EntryKind.IF:
        properties = _if_condition(file, header)
    elif header.rest:
        title = _title(header.rest)
        if title is None:
            _report(file, header, f"no title of a {header.word}")
    elif kind is EntryKind.MENU:
        _report(file, header, "a menu without a title")
    added = tuple(each.requirement for each in properties if isinstance(each, DependsOn))
    if len(file.open) >= MAX_BLOCKS:
        _report(file, header, f"blocks nested deeper than {MAX_BLOCKS}: its condition is left out")
        added = ()
    outside = file.conditions
    file.entries.append(Entry(kind, title, properties, file.path, header.line, None, outside))
    file.open.append((len(file.entries) - 1, outside + added if added else outside))
    file.open_kinds[kind] += 1


def _if_condition(file: _File, header: Statement) -> tuple[Property, ...]:
    expr = parse_expr(header.rest)
    if isinstance(expr, Unparsed):
        _report(file, header, expr.reason)
        return ()
    return (DependsOn(expr, header.line),)


def _close(file: _File, header: Statement) -> None:
    kind = _CLOSING[header.word]
    if not file.open_kinds[kind]:
        _report(file, header, f"closes no {kind.value}")
        return
    if header.rest:
        _report(file, header, f"{header.word!r} takes nothing after it")
    while file.entries[file.open[-1][0]].kind is not kind:
        _close_unended(file)
    at, _ = file.open.pop()
    file.open_kinds[kind] -= 1
    file.entries[at] = replace(file.entries[at], end_line=header.line)


def _close_unended(file: _File) -> None:
    entry = file.entries[file.open.pop()[0]]
    file.open_kinds[entry.kind] -= 1
    reason = f"this {entry.kind.value} is never closed"
    file.unread.append(Unread(file.path, entry.line, entry.kind.value, reason))


def _title(text: str) -> str | None:
    match parse_expr(text):
        case Ref(name):
            return name
        case Constant(value) | Macro(value):
            return value
        case _:
            return None


def _add_titled(
    file: _File, group: Group, header: Statement, properties: tuple[Property, ...]
) -> None:
    title = _title(header.rest)
    if title is None:
        _report(file, header, f"no text of a {header.word}")
    kind, end = _TITLED[header.word], _end(group, header)
    entry = Entry(kind, title, properties, file.path, header.line, end, file.conditions)
    file.entries.append(entry)


def _add_source(file: _File, header: Statement) -> None:
    pattern = pattern_in(header)
    if pattern is None:
        _report(file, header, "no path")
        return
    relative, optional = "r" in header.word[:-6], "o" in header.word[:-6]
    source = Source(pattern, relative, optional, file.path, header.line, file.conditions)
    file.sources.append(source)


def _add_macro(file: _File, header: Statement) -> None:
    name, operator, value = assignment(header.text) or (header.text, "", "")
    file.macros.append(MacroLine(name, operator, value, file.path, header.line))
