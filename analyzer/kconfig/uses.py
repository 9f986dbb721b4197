"""A few symbols in all Kconfig files of a tree: where they are defined, and who switches them on.

Only files that hold a symbol's name are parsed; of all others the names that they define are taken,
by a look at their lines. Each file is read by itself: a condition around a ``source`` line is not
followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, normpath
from typing import TypeAlias

from analyzer.kconfig.describe import condition_of, kind_of
from analyzer.kconfig.expr import Expr, Not, names as names_in, print_expr
from analyzer.kconfig.parse import parse
from analyzer.kconfig.symbols import (
    Default,
    DependsOn,
    Entry,
    EntryKind,
    Imply,
    KconfigFile,
    Prompt,
    Property,
    PropertyKind,
    Select,
    Symbol,
    SymbolType,
)

ReadBytes: TypeAlias = Callable[[str], bytes | None]
ListPaths: TypeAlias = Callable[[str], Iterable[str]]

MOST_FILES = 50_000
_TOP = "Kconfig"
_SOURCE = re.compile(rb"^[ \t]*+o?r?source[ \t]++\"?([^\"\n#]++)", re.MULTILINE)
_RELATIVE = re.compile(rb"o?rsource")
_CONFIG = re.compile(rb"^[ \t]*+(?:menu)?config[ \t]++([A-Za-z0-9_]++)[ \t\r]*+$", re.MULTILINE)
_STRUCTURE = rb"(?:menu)?config|o?r?source|mainmenu|(?:end)?(?:menu|choice|if)|comment"
_HEADER = re.compile(rb"^(?:%b)\b" % _STRUCTURE, re.MULTILINE)
_INNER = re.compile(rb"^[ \t]++(?:%b)\b" % _STRUCTURE, re.MULTILINE)
# A name of the directory of an architecture in a path, or of one that stands in for it (um).
_ARCH = re.compile(r"\$\(?(?:SRCARCH|ARCH|HEADER_ARCH|SUBARCH)\)?")
_TREE = re.compile(r"\$\(?srctree\)?/")
_WILD = re.compile(r"[*?\[$]")
# User-mode Linux reads its own files in another architecture's directory, and not that one's.
_ARCH_DIRECTORY = re.compile(r"arch/(?:[^/]+/(?=um/))?([^/]+)/")


@dataclass(frozen=True, slots=True)
class Defined:
    """One definition of a symbol. ``requires`` are all conditions that it stands under.

    ``settable``: it has a prompt, or a default other than ``n``. ``chosen``: it is a member of a
    choice.
    """

    name: str
    type: SymbolType
    settable: bool
    requires: tuple[Expr, ...]
    path: str
    line: int
    chosen: bool = False

    @property
    def architecture(self) -> str | None:
        """The architecture whose file it stands in, None where all read it."""
        return architecture_of(self.path)


@dataclass(frozen=True, slots=True)
class Switch:
    """A line that selects or implies ``target``, or makes it depend; under which symbol it stands.

    A default is one of the target's own: ``symbol`` is then the target. ``requires`` are all
    conditions that the definition stands under which holds it.
    """

    target: str
    symbol: str
    kind: PropertyKind
    condition: Expr | None
    path: str
    line: int
    requires: tuple[Expr, ...] = ()

    @property
    def architecture(self) -> str | None:
        """The architecture whose file it stands in, None where all read it."""
        return architecture_of(self.path)


@dataclass(frozen=True, slots=True)
class KconfigUses:
    """What all Kconfig files of a tree say of a few symbols.

    ``names`` are all symbols that the tree defines, with the files. ``notes`` say what was not
    read, and why. ``whole``: every file was found from the top on, so that what is not in ``names``
    is nowhere.
    """

    definitions: tuple[Defined, ...]
    switches: tuple[Switch, ...]
    names: dict[str, str]
    files: int
    notes: tuple[str, ...]
    whole: bool = True


def architecture_of(path: str) -> str | None:
    """The architecture whose directory a path leads into."""
    found = _ARCH_DIRECTORY.match(path)
    return found[1] if found else None


def exclusive(one: Defined | Switch, other: Defined | Switch) -> bool:
    """Whether two are alternatives: two architectures', or on opposite conditions."""
    here, there = one.architecture, other.architecture
    if here and there and here != there:
        return True
    return any(
        (isinstance(a, Not) and a.operand == b) or (isinstance(b, Not) and b.operand == a)
        for a in one.requires
        for b in other.requires
    )


def uses_in(read: ReadBytes, list_paths: ListPaths, wanted: Iterable[str]) -> KconfigUses:
    """Look for symbols in a tree's Kconfig files. Linear in the files; reads each once."""
    symbols = frozenset(wanted)
    choice = b"|".join(re.escape(name.encode()) for name in sorted(symbols)) or rb"\Z."
    words = re.compile(rb"(?<!\w)(?:%b)(?!\w)" % choice)
    walk = _Walk(read, list_paths)
    definitions: list[Defined] = []
    switches: list[Switch] = []
    names: dict[str, str] = {}
    for path, data in walk.files():
        for name in _CONFIG.findall(data):
            names.setdefault(name.decode(), path)
        if words.search(data):
            file = parse(_about(words, data).decode("utf-8", "replace"), path)
            walk.notes += (f"{each.path}:{each.line}: {each.reason}" for each in file.unread)
            definitions += _definitions(file, symbols)
            switches += _switches(file, symbols)
    return KconfigUses(
        tuple(definitions), tuple(switches), names, len(walk.seen), tuple(walk.notes), walk.whole
    )


def _about(words: re.Pattern[bytes], data: bytes) -> bytes:
    """The text with blank lines for entries that hold none of the words: these take the time.

    Only entries from the first column on, whose help texts are indented, and of these none that
    holds an indented word of structure.
    """
    starts = [match.start() for match in _HEADER.finditer(data)]
    parts = [data[: starts[0]] if starts else data]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        entry = data[start:end]
        plain = entry.startswith((b"config", b"menuconfig")) and not _INNER.search(entry)
        idle = plain and not words.search(entry)
        parts.append(b"\n" * entry.count(b"\n") if idle else entry)
    return b"".join(parts)


def _definitions(file: KconfigFile, wanted: frozenset[str]) -> Iterator[Defined]:
    choices = [each for each in file.entries if each.kind is EntryKind.CHOICE]
    for symbol in file.symbols:
        if symbol.name in wanted:
            yield Defined(
                symbol.name,
                symbol.type,
                any(map(_sets, symbol.properties)),
                _requires(symbol),
                symbol.path,
                symbol.line,
                any(_holds(each, symbol.line) for each in choices),
            )


def _requires(symbol: Symbol) -> tuple[Expr, ...]:
    own = (each.requirement for each in symbol.properties if isinstance(each, DependsOn))
    return (*symbol.conditions, *own)


def _holds(block: Entry, line: int) -> bool:
    return block.line < line and (block.end_line is None or line < block.end_line)


def _sets(item: Property) -> bool:
    match item:
        case Prompt():
            return True
        case Default(value=value):
            return print_expr(value) != "n"
        case _:
            return False


def _switches(file: KconfigFile, wanted: frozenset[str]) -> Iterator[Switch]:
    for symbol in file.symbols:
        for item in symbol.properties:
            for target in _targets(symbol, item):
                if target in wanted:
                    kind, when = kind_of(item), condition_of(item)
                    needs = _requires(symbol)
                    yield Switch(target, symbol.name, kind, when, symbol.path, item.line, needs)


def _targets(symbol: Symbol, item: Property) -> tuple[str, ...]:
    match item:
        case Select(target) | Imply(target):
            return (target,)
        case Default():
            return (symbol.name,)
        case DependsOn(requirement):
            return tuple(names_in(requirement))
        case _:
            return ()


# --- the files ----------------------------------------------------------------------------------


class _Walk:
    """All Kconfig files of a tree: from the top and from each architecture's by ``source``."""

    def __init__(self, read: ReadBytes, list_paths: ListPaths) -> None:
        self._read = read
        self._list = list_paths
        self.seen: set[str] = set()
        self.notes: list[str] = []
        self.whole = True
        self._listed: dict[str, tuple[str, ...]] = {}

    def files(self) -> Iterator[tuple[str, bytes]]:
        waiting = [*self._architectures(), _TOP][::-1]
        top = self._read(_TOP)
        if top is None:
            self._partly("no Kconfig at the top: every file of that name was read")
            waiting += [each for each in self._paths("") if basename(each).startswith(_TOP)][::-1]
        while waiting:
            path = waiting.pop()
            data = self._read(path) if path not in self.seen else None
            if data is None:
                continue
            self.seen.add(path)
            yield path, data
            if len(self.seen) >= MOST_FILES:
                self._partly(f"more than {MOST_FILES} files")
                return
            waiting += [each for each in self._sourced(path, data) if each not in self.seen][::-1]

    def _partly(self, why: str) -> None:
        self.whole = False
        self.notes.append(why)

    def _architectures(self) -> list[str]:
        found = (each for each in self._paths("arch/") if each.count("/") == 2)
        return [each for each in found if basename(each) == _TOP]

    def _paths(self, prefix: str) -> tuple[str, ...]:
        if prefix not in self._listed:
            self._listed[prefix] = tuple(self._list(prefix))
        return self._listed[prefix]

    def _sourced(self, path: str, data: bytes) -> Iterator[str]:
        for match in _SOURCE.finditer(data):
            pattern = match[1].decode("utf-8", "surrogateescape").strip()
            if _RELATIVE.match(match[0].lstrip()):
                pattern = f"{dirname(path)}/{pattern}"
            pattern = normpath(_TREE.sub("", _ARCH.sub("*", pattern)))
            if not _WILD.search(pattern):
                yield pattern
            elif "$" in pattern or pattern.startswith(("/", "..")):
                line = data.count(b"\n", 0, match.start()) + 1
                self._partly(f"{path}:{line}: {pattern} is not followed")
            else:
                yield from self._matching(pattern)

    def _matching(self, pattern: str) -> Iterator[str]:
        from fnmatch import fnmatchcase

        parts = pattern.split("/")
        fixed = _WILD.split(pattern, maxsplit=1)[0].rpartition("/")[0]
        for path in self._paths(f"{fixed}/" if fixed else ""):
            here = path.split("/")
            if len(here) == len(parts) and all(map(fnmatchcase, here, parts)):
                yield path
