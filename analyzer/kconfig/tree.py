"""A whole tree of Kconfig files, and what can be asked of it.

No file access of its own: the caller gives functions that read and list, so that a directory and
a git revision are the same here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from posixpath import dirname, normpath
from typing import TYPE_CHECKING

from analyzer.kconfig.describe import condition_of, kind_of
from analyzer.kconfig.expr import Expr, names
from analyzer.kconfig.parse import parse
from analyzer.kconfig.symbols import (
    DependsOn,
    Entry,
    EntryKind,
    Imply,
    KconfigFile,
    Property,
    PropertyKind,
    Select,
    Source,
    Symbol,
    Unread,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MAX_SOURCE_DEPTH = 64
MAX_FILES = 50_000
# Linux 6.12 has 17,723 for x86; a file that is read again and again has its own each time.
MAX_SYMBOLS = 400_000

_VARIABLE = re.compile(r"\$(?:\(([^()$]*)\)|([A-Za-z_][A-Za-z0-9_]*))")
_WILD = re.compile(r"[*?\[]")
_AROUND = (EntryKind.MENU, EntryKind.CHOICE)


@dataclass(frozen=True, slots=True)
class KconfigTree:
    """What was read. ``symbols`` carry the conditions inherited over the ``source`` lines.

    A file that is read at several places gives its symbols at each; ``files`` has it once.
    ``blocks`` are the menus and choices around each symbol, where ``source`` was followed.
    """

    files: tuple[KconfigFile, ...]
    symbols: tuple[Symbol, ...]
    unread: tuple[Unread, ...]
    blocks: tuple[tuple[Entry, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """A symbol that selects, implies or depends on another, and the line that says so.

    ``inherited``: it is an enclosing block that says so, and ``line`` is that of the definition.
    """

    symbol: str
    kind: PropertyKind
    condition: Expr | None
    path: str
    line: int
    inherited: bool = False


def read_files(
    files: Iterable[tuple[str, str]], mentioning: Iterable[str] | None = None
) -> KconfigTree:
    """Read files, given as (path, text), each by itself: conditions end at the file.

    With ``mentioning`` only files whose text holds one of these words are parsed, which answers
    every query about these symbols in a fraction of the time.
    """
    words = None if mentioning is None else tuple(mentioning)
    read = [
        parse(text, path)
        for path, text in files
        if words is None or any(word in text for word in words)
    ]
    return KconfigTree(
        tuple(read),
        tuple(symbol for file in read for symbol in file.symbols),
        tuple(unread for file in read for unread in file.unread),
    )


def read_tree(
    read: Callable[[str], str | None],
    list_paths: Callable[[str], Iterable[str]],
    srcarch: str,
    *,
    start: str = "Kconfig",
    variables: Mapping[str, str] | None = None,
    parsed: dict[str, KconfigFile] | None = None,
) -> KconfigTree:
    """Read a kernel's Kconfig from ``start`` on, following ``source``, in the kernel's own order.

    ``read`` gives the text of a path below the root, or None where there is no such file;
    ``list_paths`` gives the paths of all files that begin with a prefix, for globs. ``variables``
    adds to (and overrides) SRCARCH, ARCH and srctree. What is in ``parsed`` is not read again, and
    what is read is put there.
    """
    known = {"SRCARCH": srcarch, "ARCH": srcarch, "srctree": ".", **(variables or {})}
    walk = _Walk(read, list_paths, known, {}, [], [], {} if parsed is None else parsed)
    first = Source(start, False, False, start, 1)
    _follow(walk, first, _Around(), ())
    files = tuple(walk.files.values())
    return KconfigTree(files, tuple(walk.symbols), tuple(walk.unread), tuple(walk.blocks))


def definitions(tree: KconfigTree, name: str) -> tuple[Symbol, ...]:
    """Return the definitions of a symbol, in the order of reading."""
    return tuple(symbol for symbol in tree.symbols if symbol.name == name)


def selectors(tree: KconfigTree, name: str) -> tuple[Use, ...]:
    """Return who selects a symbol."""
    return tuple(
        _use(symbol, item)
        for symbol, item in _properties(tree)
        if isinstance(item, Select) and item.target == name
    )


def impliers(tree: KconfigTree, name: str) -> tuple[Use, ...]:
    """Return who implies a symbol."""
    return tuple(
        _use(symbol, item)
        for symbol, item in _properties(tree)
        if isinstance(item, Imply) and item.target == name
    )


def dependents(tree: KconfigTree, name: str) -> tuple[Use, ...]:
    """Return who depends on a symbol: by a ``depends on`` of its own, or of a block around it."""
    found: list[Use] = []
    # Neighbours share their conditions; to take each tuple apart once saves most of the time.
    answers: dict[int, list[Expr]] = {}
    for symbol in tree.symbols:
        key = id(symbol.conditions)
        if key not in answers:
            answers[key] = [each for each in symbol.conditions if name in names(each)]
        found += (
            Use(symbol.name, PropertyKind.DEPENDS, each, symbol.path, symbol.line, inherited=True)
            for each in answers[key]
        )
        found += (
            Use(symbol.name, PropertyKind.DEPENDS, item.requirement, symbol.path, item.line)
            for item in symbol.properties
            if isinstance(item, DependsOn) and name in names(item.requirement)
        )
    return tuple(found)


def _properties(tree: KconfigTree) -> Iterator[tuple[Symbol, Property]]:
    return ((symbol, item) for symbol in tree.symbols for item in symbol.properties)


def _use(symbol: Symbol, item: Property) -> Use:
    return Use(symbol.name, kind_of(item), condition_of(item), symbol.path, item.line)


@dataclass(slots=True)
class _Walk:
    """The state of one reading. ``files`` is also the store of what is parsed already."""

    read: Callable[[str], str | None]
    list_paths: Callable[[str], Iterable[str]]
    variables: dict[str, str]
    files: dict[str, KconfigFile]
    symbols: list[Symbol]
    unread: list[Unread]
    parsed: dict[str, KconfigFile]
    visits: int = 0
    blocks: list[tuple[Entry, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a ``source`` line: all conditions, and the menus and choices."""

    conditions: tuple[Expr, ...] = ()
    blocks: tuple[Entry, ...] = ()


def _follow(walk: _Walk, source: Source, around: _Around, inside: tuple[str, ...]) -> None:
    """Read what a ``source`` line names. ``inside`` holds the paths that are being read."""
    if len(inside) >= MAX_SOURCE_DEPTH:
        _report(walk, source, f"files nested deeper than {MAX_SOURCE_DEPTH}")
        return
    for path in _paths(walk, source):
        if path in inside:
            _report(walk, source, f"{path} includes itself")
        elif walk.visits >= MAX_FILES:
            _report(walk, source, f"more than {MAX_FILES} files")
        elif (file := _file(walk, path)) is None:
            if not source.optional:
                _report(walk, source, f"there is no file {path}")
        else:
            walk.visits += 1
            _take(walk, file, around, (*inside, path))


def _file(walk: _Walk, path: str) -> KconfigFile | None:
    if path not in walk.files:
        text = None if path in walk.parsed else walk.read(path)
        if text is not None:
            walk.parsed[path] = parse(text, path)
        if path not in walk.parsed:
            return None
        walk.files[path] = walk.parsed[path]
        walk.unread += walk.files[path].unread
    return walk.files[path]


def _take(walk: _Walk, file: KconfigFile, around: _Around, inside: tuple[str, ...]) -> None:
    conditions = around.conditions
    joined: dict[int, tuple[Expr, ...]] = {}
    own = _blocks(file, around)
    for piece in _pieces(file):
        key = id(piece.conditions)
        if key not in joined:
            joined[key] = conditions + piece.conditions
        blocks = own(piece.line)
        if isinstance(piece, Source):
            _follow(walk, piece, _Around(joined[key], blocks), inside)
        elif len(walk.symbols) >= MAX_SYMBOLS:
            reason = f"more than {MAX_SYMBOLS} symbols"
            walk.unread.append(Unread(file.path, piece.line, piece.name, reason))
            return
        else:
            walk.symbols.append(replace(piece, conditions=joined[key]) if conditions else piece)
            walk.blocks.append(blocks)


def _pieces(file: KconfigFile) -> list[Symbol | Source]:
    return sorted((*file.symbols, *file.sources), key=lambda each: each.line)


def _blocks(file: KconfigFile, around: _Around) -> Callable[[int], tuple[Entry, ...]]:
    """What tells the menus and choices around a line; to be asked for lines in rising order."""
    waiting = [each for each in file.entries if each.kind in _AROUND][::-1]
    # A file that is read twice has each of its choices twice.
    stack = list(around.blocks)
    outside = len(stack)
    shown: list[tuple[Entry, ...]] = [around.blocks]

    def at(line: int) -> tuple[Entry, ...]:
        changed = False
        while waiting and waiting[-1].line < line:
            entry = waiting.pop()
            conditions = around.conditions + entry.conditions
            stack.append(replace(entry, conditions=conditions))
            changed = True
        kept = [one for one in stack[outside:] if one.end_line is None or one.end_line > line]
        if changed or len(kept) != len(stack) - outside:
            stack[outside:] = kept
            shown[0] = tuple(stack)
        return shown[0]

    return at


def _report(walk: _Walk, source: Source, reason: str) -> None:
    walk.unread.append(Unread(source.path, source.line, source.pattern, reason))


def _paths(walk: _Walk, source: Source) -> tuple[str, ...]:
    missing = [
        name
        for call, plain in _VARIABLE.findall(source.pattern)
        if (name := call or plain) not in walk.variables
    ]
    if missing:
        _report(walk, source, f"{missing[0]} has no value here")
        return ()
    pattern = _VARIABLE.sub(lambda found: walk.variables[found[1] or found[2]], source.pattern)
    joined = f"{dirname(source.path)}/{pattern}" if source.relative else pattern
    path = normpath(joined.lstrip("/") if source.relative else joined)
    if path.startswith(("/", "../")) or path == ".." or "$(" in path:
        _report(walk, source, "not a path inside the tree")
        return ()
    if not _WILD.search(path):
        return (path,)
    found = _globbed(walk, path)
    if not found and not source.optional:
        _report(walk, source, "no file matches")
    return found


def _globbed(walk: _Walk, pattern: str) -> tuple[str, ...]:
    from fnmatch import fnmatchcase

    parts = pattern.split("/")
    fixed = _WILD.split(pattern, maxsplit=1)[0]
    return tuple(
        path
        for path in sorted(walk.list_paths(fixed))
        if path.count("/") == len(parts) - 1 and all(map(fnmatchcase, path.split("/"), parts))
    )
