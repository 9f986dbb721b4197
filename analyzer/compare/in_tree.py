"""A patch's Kconfig symbols in a whole tree: definitions, selects, uses, and near misses.

What the patch itself writes is held against every symbol that the tree defines. In the tree, names
that share the end of a new symbol's are looked at; one that is wrong in its end shows in no search.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import basename

from analyzer.compare.spelling import alike, distance
from analyzer.kconfig import PropertyKind
from analyzer.kconfig.uses import Defined, Switch, exclusive, uses_in
from analyzer.repo import Hit, Tree, grep

# The shortest end of a name that is searched for, and the longest line that is kept.
_SHORTEST = 6
_LONGEST = 200
_MOST_UNDEFINED = 20
# Lines that select one symbol under one other, and lines of configuration files that name one.
_MOST_SELECTS = 20
_MOST_SETTINGS = 500
_TAIL_WORDS = 2
_WORD = re.compile(rb"\w+")
_C = re.compile(r"\.(?:[chS]|lds)$")
_MAKE = re.compile(r"(?:^|/)(?:Makefile|Kbuild)[^/]*$")
_CONFIG_FILE = re.compile(
    r"(?:^|/)(?:configs?|debian[^/]*)/|defconfig$|\.config$|(?:^|/)(?:annotations|CONFIG_\w+)$"
)
# Ubuntu's annotations have a policy where others have a value.
_SETTING = re.compile(rb"\s*+(?:#\s*+)?CONFIG_(\w++)(?:=| is not set|\s++policy<)")
_OUTSIDE = ("Documentation/", "tools/", "scripts/")
# Where a name without CONFIG_ is meant to be a symbol's.
_ASKS = re.compile(rb"^\s*#\s*(?:if|elif)|\bIS_(?:ENABLED|BUILTIN|MODULE|REACHABLE)\b|\$\(")
_KCONFIG_LINE = re.compile(rb"^\s*(?:select|imply|depends\s+on|default|if|def_\w+)\b")


@dataclass(frozen=True, slots=True)
class Near:
    """A name that is written and that no Kconfig file defines, and the symbol that is meant."""

    written: str
    meant: str
    why: str
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A line of the tree that names a symbol as ``CONFIG_``."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Setting:
    """A line of a configuration file in the tree that names a symbol: ``CONFIG_X=y``."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class SymbolInTree:
    """One symbol in the tree after the patch. ``settings`` is what configuration files say."""

    name: str
    definitions: tuple[Defined, ...]
    switches: tuple[Switch, ...]
    uses: tuple[Site, ...] = ()
    settings: tuple[Setting, ...] = ()

    @property
    def selects(self) -> tuple[Switch, ...]:
        """The lines that select it."""
        return tuple(one for one in self.switches if one.kind is PropertyKind.SELECT)

    @property
    def architectures(self) -> tuple[str, ...]:
        """The architectures in whose files it is selected, in alphabetical order."""
        return tuple(sorted({one.architecture for one in self.selects if one.architecture}))

    @property
    def settable(self) -> bool:
        """Whether a prompt or a default of its own can switch it on."""
        return any(one.settable for one in self.definitions)

    @property
    def doubled(self) -> tuple[Defined, Defined] | None:
        """Two definitions that are not alternatives."""
        pairs = (
            (one, other)
            for at, one in enumerate(self.definitions)
            for other in self.definitions[at + 1 :]
        )
        return next((pair for pair in pairs if not exclusive(*pair)), None)

    @property
    def selected_twice(self) -> tuple[tuple[Switch, Switch], ...]:
        """Lines that select it under one symbol, of which one is enough.

        They have the same condition, or one of them has none.
        """
        by_symbol: dict[str, list[Switch]] = {}
        for one in self.selects:
            by_symbol.setdefault(one.symbol, []).append(one)
        return tuple(
            (one, other)
            for every in by_symbol.values()
            for at, one in enumerate(every[:_MOST_SELECTS])
            for other in every[at + 1 : _MOST_SELECTS]
            if one.condition == other.condition or None in (one.condition, other.condition)
            if not exclusive(one, other)
        )


@dataclass(frozen=True, slots=True)
class SymbolsInTree:
    """The symbols that were asked for. ``undefined`` are those that no Kconfig file defines.

    ``near`` has what is written and not defined, and looks like one that is. ``notes`` say what
    was not read or not searched. ``whole``: all Kconfig files of a kernel were there.
    """

    tree: str
    symbols: tuple[SymbolInTree, ...]
    undefined: tuple[str, ...]
    near: tuple[Near, ...]
    notes: tuple[str, ...]
    whole: bool = True
    later: bool = False

    def of(self, name: str) -> SymbolInTree | None:
        """What is known of a symbol; None where it was not asked for."""
        return next((one for one in self.symbols if one.name == name), None)


def symbols_in(
    tree: Tree, names: Iterable[str], used: Iterable[str] = (), *, search: bool = True
) -> SymbolsInTree:
    """Look for symbols in a tree: ``names`` wholly, of those that are only ``used`` the definition.

    Reads every Kconfig file; with ``search`` all others too, for the uses of ``names``. Raises
    ``AnalyzerError`` where the tree cannot be read.
    """
    wanted = tuple(dict.fromkeys(names))
    found = uses_in(tree.read, tree.files, wanted)
    known = found.names
    every = tuple(dict.fromkeys((*wanted, *used)))
    undefined = tuple(name for name in every if _plain(name) not in known)
    near = [_meant(name, known) for name in undefined[:_MOST_UNDEFINED]]
    notes = list(found.notes)
    uses: dict[str, list[Site]] = {}
    settings: dict[str, list[Setting]] = {}
    if search and wanted:
        words = sorted({_tail(name).encode() for name in wanted})
        lines = grep(tree, words)
        notes += (f"the search for uses is not complete: {why}" for why in lines.incomplete)
        hits = tuple(hit for hit in lines if not hit.path.startswith(_OUTSIDE))
        near += _strange(hits, wanted, known)
        for name, site in _uses(hits, wanted):
            uses.setdefault(name, []).append(site)
        for name, setting in _settings(hits, wanted):
            settings.setdefault(name, []).append(setting)
    symbols = tuple(
        SymbolInTree(
            name,
            tuple(one for one in found.definitions if one.name == name),
            tuple(one for one in found.switches if one.target == name),
            tuple(uses.get(name, ())),
            tuple(settings.get(name, ())[:_MOST_SETTINGS]),
        )
        for name in wanted
    )
    kept = tuple(dict.fromkeys(one for one in near if one is not None))
    return SymbolsInTree(tree.name, symbols, undefined, kept, tuple(notes), found.whole)


def _plain(name: str) -> str:
    return name.removesuffix("_MODULE")


def _tail(name: str) -> str:
    """The end of a name that is searched for: two words of it, more where they are short."""
    words = name.split("_")
    for count in range(_TAIL_WORDS, len(words)):
        tail = "_".join(words[-count:])
        if len(tail) >= _SHORTEST:
            return tail
    return name


# --- uses ---------------------------------------------------------------------------------------


def _is_code(path: str) -> bool:
    return bool(_C.search(path) or _MAKE.search(path))


def _uses(hits: Iterable[Hit], names: tuple[str, ...]) -> Iterator[tuple[str, Site]]:
    spelt = {f"CONFIG_{name}{end}": name for name in names for end in ("", "_MODULE")}
    for hit in hits:
        if _is_code(hit.path):
            for word in dict.fromkeys(_words(hit)):
                if word in spelt:
                    yield spelt[word], Site(hit.path, hit.line)


def _settings(hits: Iterable[Hit], names: tuple[str, ...]) -> Iterator[tuple[str, Setting]]:
    """Lines of configuration files: of the kernel's own, Red Hat's, SUSE's, Debian's, Android's."""
    for hit in hits:
        found = _SETTING.match(hit.text) if _CONFIG_FILE.search(hit.path) else None
        name = found[1].decode() if found else ""
        if name in names:
            text = hit.text.decode("utf-8", "replace").strip()[:_LONGEST]
            yield name, Setting(hit.path, hit.line, text)


def _words(hit: Hit) -> list[str]:
    return [word.decode("ascii", "replace") for word in _WORD.findall(hit.text)]


def _strange(
    hits: tuple[Hit, ...], names: tuple[str, ...], known: dict[str, str]
) -> Iterator[Near]:
    """Names in the tree that nothing defines and that look like one of the new symbols."""
    macros = {name for name in names if any(_defines(hit.text, name) for hit in hits)}
    for hit in hits:
        if basename(hit.path).startswith("Kconfig"):
            yield from _in_kconfig(hit, names)
        elif _is_code(hit.path):
            yield from _in_code(hit, names, known, macros)


def _defines(text: bytes, name: str) -> bool:
    return re.search(rb"#\s*define\s+%b\b" % name.encode(), text) is not None


def _in_kconfig(hit: Hit, names: tuple[str, ...]) -> Iterator[Near]:
    if _KCONFIG_LINE.match(hit.text):
        for word in _words(hit):
            if word.startswith("CONFIG_") and word.removeprefix("CONFIG_") in names:
                meant = word.removeprefix("CONFIG_")
                why = "Kconfig files have no CONFIG_ before a name"
                yield Near(word, meant, why, hit.path, hit.line)


def _in_code(
    hit: Hit, names: tuple[str, ...], known: dict[str, str], macros: set[str]
) -> Iterator[Near]:
    for word in _words(hit):
        if word in names and word not in macros and _ASKS.search(hit.text):
            yield Near(word, word, "CONFIG_ is missing before it", hit.path, hit.line)
        symbol = _plain(word.removeprefix("CONFIG_"))
        if word.startswith("CONFIG_") and symbol not in known:
            found = next(((name, why) for name in names if (why := alike(symbol, name))), None)
            if found is not None:
                yield Near(word, found[0], found[1], hit.path, hit.line)


# --- near misses --------------------------------------------------------------------------------


def _meant(name: str, known: Iterable[str]) -> Near | None:
    """The symbol that a name which is not defined may be meant to be."""
    plain = _plain(name)
    found = sorted((distance(plain, other), other) for other in known if alike(plain, other))
    if not found:
        return None
    return Near(name, found[0][1], alike(plain, found[0][1]) or "")
