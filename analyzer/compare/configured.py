"""A patch's Kconfig symbols in whole architectures: what ``make olddefconfig`` would make of them.

Nothing of the tree is executed. What a macro call gives is not known; where a .config was given it
was made with the release's own compiler, and its word is taken, and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analyzer.kconfig import KconfigTree, Modules, SymbolType, Transitional, read_tree
from analyzer.kconfig.because import because, lacking, shortened
from analyzer.kconfig.model import Model, model_of
from analyzer.kconfig.solve import Solved, Solver
from analyzer.kconfig.symbols import KconfigFile
from analyzer.kconfig.written import fits, user_text
from analyzer.repo import Tree

# Architectures evaluated in one run: each of a whole kernel takes seconds.
MOST_ARCHITECTURES = 8
_MOST_NOTES = 5
_CONFIG = re.compile(rb"^[ \t]*+(?:menu)?config[ \t]++([A-Za-z0-9_]++)[ \t\r]*+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """A symbol in one architecture.

    ``possible`` is its value whatever the user sets, ``configured`` that under the .config, None
    where the .config is not for the architecture. ``why`` explains the second, or else the first.
    ``library`` is Kconfiglib's value where it differs from ours, None where it does not. ``lacks``
    is what it depends on and what is n. ``fits``: what the .config has is a value for its type;
    ``keeps``: and olddefconfig leaves it as it is.
    """

    name: str
    possible: Solved
    configured: Solved | None
    why: str
    library: str | None = None
    lacks: str = ""
    fits: bool = True
    keeps: bool = True


@dataclass(frozen=True, slots=True)
class OfArchitecture:
    """The symbols of one architecture. ``notes`` say what was not read: nothing holds for sure."""

    arch: str
    symbols: tuple[Told, ...]
    notes: tuple[str, ...] = ()
    library: str = ""

    def of(self, name: str) -> Told | None:
        """What is told of a symbol; None where the architecture has no such symbol."""
        return next((one for one in self.symbols if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Configured:
    """``written`` is what the .config has of the symbols that were asked for; None without one.

    ``config_for`` is the architecture that it is for, as far as that can be told.
    """

    architectures: tuple[OfArchitecture, ...]
    written: Mapping[str, str] | None
    config_for: str | None
    notes: tuple[str, ...] = ()

    def of(self, arch: str | None) -> OfArchitecture | None:
        """What is told of an architecture."""
        return next((one for one in self.architectures if one.arch == arch), None)


def configured_in(
    tree: Tree,
    names: Iterable[str],
    architectures: Iterable[str],
    settings: Mapping[str, str] | None,
) -> Configured:
    """Work out symbols in a tree, for the architectures named and the one that a .config is for.

    ``settings`` are the values of a .config. Raises ``AnalyzerError`` where the tree is not read.
    """
    wanted = tuple(dict.fromkeys(names))
    config_for = None if settings is None else architecture_of_config(tree, settings)
    arches = tuple(dict.fromkeys((*architectures, *((config_for,) if config_for else ()))))
    notes = []
    if settings is not None and config_for is None:
        notes.append("which architecture the .config is for cannot be told")
    if len(arches) > MOST_ARCHITECTURES:
        left = ", ".join(arches[MOST_ARCHITECTURES:])
        notes.append(f"more than {MOST_ARCHITECTURES} architectures: not {left}")
    parsed: dict[str, KconfigFile] = {}
    found = tuple(
        _of(tree, arch, wanted, settings if arch == config_for else None, parsed)
        for arch in arches[:MOST_ARCHITECTURES]
    )
    written = None
    if settings is not None:
        written = {name: settings[name] for name in wanted if name in settings}
    return Configured(found, written, config_for, tuple(notes))


def architecture_of_config(tree: Tree, settings: Mapping[str, str]) -> str | None:
    """The architecture whose own symbols a .config sets most of; None where none stands out.

    Its own are those that the Kconfig file of no other architecture defines.
    """
    paths = [path for path in tree.files("arch/") if re.fullmatch(r"arch/[^/]+/Kconfig", path)]
    defined = {path: frozenset(_CONFIG.findall(tree.read(path) or b"")) for path in paths}
    on = {name.encode() for name, value in settings.items() if value == "y"}
    counts: list[tuple[int, str]] = []
    for path, here in defined.items():
        others = (there for other, there in defined.items() if other != path)
        own = (here & on).difference(*others)
        counts.append((len(own), path.split("/")[1]))
    counts.sort(reverse=True)
    if not counts or counts[0][0] == 0:
        return None
    return None if len(counts) > 1 and counts[1][0] == counts[0][0] else counts[0][1]


def _of(
    tree: Tree,
    arch: str,
    names: tuple[str, ...],
    settings: Mapping[str, str] | None,
    parsed: dict[str, KconfigFile],
) -> OfArchitecture:
    def read(path: str) -> str | None:
        data = tree.read(path)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    if tree.read(f"arch/{arch}/Kconfig") is None:
        return OfArchitecture(arch, (), (f"there is no arch/{arch}/Kconfig",))
    variables = {"SRCARCH": arch, "ARCH": arch, "SUBARCH": arch, "HEADER_ARCH": arch}
    whole = read_tree(read, tree.files, arch, variables=variables, parsed=parsed)
    notes = tuple(f"{one.path}:{one.line}: {one.reason}" for one in whole.unread[:_MOST_NOTES])
    model = model_of(whole)
    there = [name for name in names if name in model.nodes]
    theirs, library = _library(tree, whole, there, settings, variables)
    free = Solver(model, None, variables)
    possible = free.solve(there)
    told = []
    for name in there:
        solver, solved = free, None
        if settings is not None:
            solver, solved = _configured(model, name, settings, variables, names)
        why = because(solver, solved or possible[name])
        doubt = _doubt(solved, theirs.get(name))
        lacks = shortened(next(lacking(solver, solved or possible[name]), ""))
        line = None if settings is None else settings.get(name)
        told.append(Told(name, possible[name], solved, why, doubt, lacks, *_line(solved, line)))
    return OfArchitecture(arch, tuple(told), notes, library)


def _configured(
    model: Model,
    name: str,
    settings: Mapping[str, str],
    variables: Mapping[str, str],
    doubted: tuple[str, ...],
) -> tuple[Solver, Solved]:
    """Under a .config: by the tree alone, and where that leaves it open by the file's word too."""
    solver = Solver(model, settings, variables)
    solved = solver.solve([name])[name]
    if not solved.open:
        return solver, solved
    trusting = Solver(model, settings, variables, believe=True, doubted=doubted)
    return trusting, trusting.solve([name])[name]


def _line(solved: Solved | None, line: str | None) -> tuple[bool, bool]:
    """Whether a .config's value fits the symbol's type, and whether it stays."""
    if solved is None or line is None:
        return True, True
    if solved.type in (SymbolType.BOOL, SymbolType.TRISTATE):
        return fits(line, solved.type), line == solved.text
    said = user_text({"": line}, "", solved.type)
    unset = line == "n" and solved.visible.high == 0
    return fits(line, solved.type), unset or said == solved.text


def _doubt(ours: Solved | None, theirs: str | None) -> str | None:
    """Kconfiglib's value where it is another than ours; what hangs on a command is not held."""
    if ours is None or theirs is None or ours.text is None or ours.type is SymbolType.UNKNOWN:
        return None
    return None if theirs == ours.text else theirs


def _library(
    tree: Tree,
    whole: KconfigTree,
    names: list[str],
    settings: Mapping[str, str] | None,
    variables: Mapping[str, str],
) -> tuple[Mapping[str, str], str]:
    """Kconfiglib's values, and in words whether there are any."""
    if settings is None or not names:
        return {}, ""
    newer = next((word for word in map(_newer, whole.files) if word), None)
    if newer is not None:
        return {}, f"Kconfiglib was not asked: the tree has `{newer}`, which it does not read"
    from analyzer.kconfig.library import ask_library

    texts = {one.path: (tree.read(one.path) or b"") for one in whole.files}
    files = {path: data.decode("utf-8", "surrogateescape") for path, data in texts.items()}
    answer = ask_library(files, settings, variables)
    if answer.why_not:
        return {}, f"Kconfiglib did not read the tree: {answer.why_not}"
    if answer.asked:
        return answer.values, f"Kconfiglib was asked, too; {answer.asked} commands were not run"
    return answer.values, "Kconfiglib was asked, too"


def _newer(file: KconfigFile) -> str:
    """A word of the language that came after Kconfiglib's last release."""
    for symbol in file.symbols:
        for item in symbol.properties:
            if isinstance(item, Modules | Transitional):
                return "modules" if isinstance(item, Modules) else "transitional"
    return ""
