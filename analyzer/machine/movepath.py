"""The move path of a kernel tree as it stands there, translated from the system call down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.csource.syntax import Unparsed
from analyzer.errors import AnalyzerError, CodePlace
from analyzer.excerpt.decide import picked
from analyzer.machine.reuse import Translations
from analyzer.machine.touch import touched_in
from analyzer.mm.api import names
from analyzer.reference.slots import LOOP, PATH
from analyzer.repo import Tree
from analyzer.translate import LP64, Environment, Source, Translated, Untranslated
from analyzer.translate.headers import Headers
from analyzer.translate.reach import reached
from analyzer.translate.result import TranslatedVariable

# What SYSCALL_DEFINE5(mremap, ...) defines, and what execve() calls to move a stack.
SYSCALL = "sys_mremap"
ENTRIES = (SYSCALL, LOOP)


@dataclass(frozen=True, slots=True)
class MovePath:
    """mm/mremap.c of one tree in one state under one configuration, ready to be bound.

    ``functions`` are those that the entries reach, ``refused`` those of them that could not be
    translated; ``unmodelled`` are the names that neither the tree's C nor the model gives.
    ``touched`` are the lines of code, by file, that the tree's other state has otherwise or not
    at all: by what they come to, so that one that a changed macro stands in is among them.
    """

    tree: str
    key: object
    text: str = field(repr=False)
    functions: tuple[Translated, ...]
    variables: tuple[TranslatedVariable, ...] = ()
    refused: tuple[Untranslated | Unparsed, ...] = ()
    unmodelled: tuple[str, ...] = ()
    touched: frozenset[tuple[str, int]] = frozenset()

    def line(self, place: CodePlace) -> str | None:
        """The text of a line of the file, None where it has none such."""
        lines = self.text.split("\n")
        known = place.path == PATH and place.line is not None and 0 < place.line <= len(lines)
        return lines[place.line - 1].strip() if known and place.line is not None else None

    def named(self) -> Mapping[str, Translated]:
        """The functions by their names."""
        return {one.name: one for one in self.functions}

    def changed(self) -> frozenset[str]:
        """The functions that have a touched line."""
        return frozenset(
            one.name
            for one in self.functions
            if any(
                path == one.path and one.span.line <= line <= one.span.end_line
                for path, line in self.touched
            )
        )


class Reader:
    """Translates the states of one tree, and reads the headers that they share once."""

    def __init__(self, before: Tree, after: Tree, *, headers: bool = False) -> None:
        """``headers``: headers may differ too. ``AnalyzerError`` where there is no mm/mremap.c."""
        self._trees = before, after
        self._own_headers = headers
        self._texts = _text(before), _text(after)
        self._headers: dict[int, list[Headers]] = {}
        self._translations = Translations()

    @property
    def texts(self) -> tuple[str, str]:
        """The file before and after."""
        return self._texts

    def paths(self, configuration: Configuration) -> tuple[MovePath, MovePath]:
        """The move path before and after, under one configuration."""
        before, after = self._texts
        return _touched(
            self._path(0, configuration),
            self._path(1, configuration),
            frozenset(_lines_apart(after, before)),
            frozenset(_lines_apart(before, after)),
        )

    def gated(
        self, on: Configuration, off: Configuration, names: Sequence[str]
    ) -> tuple[MovePath, MovePath]:
        """The one state that is known, with symbols off as if it were that before, and on.

        What is touched are the lines that the symbols bring in, and those whose code asks for one.
        """
        whole = self._texts[1].split("\n")
        lines = [picked(whole, one) for one in (off, on)]
        pairs = enumerate(zip(*lines, strict=True), 1)
        touched = frozenset(
            number
            for number, (less, more) in pairs
            if less != more or any(f"CONFIG_{name}" in more for name in names)
        )
        before, after = (self._path(1, one) for one in (off, on))
        return _touched(before, after, touched, touched)

    def _path(self, which: int, configuration: Configuration) -> MovePath:
        tree, text = self._trees[which], self._texts[which]
        source = Source(text, configuration)
        file = read(source.text, PATH, configuration)
        headers = self._headers_of(which, configuration)
        environment = Environment.of_file(file, LP64, headers)
        state = self._translations.of(file, headers)
        found = reached(ENTRIES, file, environment, source, known=names(), done=state.known)
        state.keep(found.functions)
        return MovePath(
            tree.name,
            (tree.name, which, configuration),
            text,
            found.functions,
            found.variables,
            found.refused,
            tuple(one.need.name for one in found.open),
        )

    def _headers_of(self, which: int, configuration: Configuration) -> Headers:
        """Headers of a state and a configuration: one set for all in which none differs."""
        kept = self._headers.setdefault(int(which == 1 and self._own_headers), [])
        for headers in kept:
            if not headers.told_apart(configuration):
                return headers
        kept.append(Headers.of_tree(self._trees[which], configuration=configuration))
        return kept[-1]


def _touched(
    before: MovePath, after: MovePath, gone: frozenset[int], brought: frozenset[int]
) -> tuple[MovePath, MovePath]:
    """Both with what of each is the change's; of the texts these lines are not in the other."""
    one, other = before.functions, after.functions
    variables = before.variables, after.variables
    return (
        replace(before, touched=touched_in(one, other, gone, PATH, variables)),
        replace(after, touched=touched_in(other, one, brought, PATH, variables[::-1])),
    )


def _text(tree: Tree) -> str:
    data = tree.read(PATH)
    if data is None:
        todo = "name a tree of the Linux kernel"
        raise AnalyzerError(f"there is no {PATH}", where=tree.name, todo=todo)
    return data.decode("utf-8", "surrogateescape")


def _lines_apart(one: str, other: str) -> Iterator[int]:
    """The lines of ``other``, from 1, that ``one`` does not have in their place."""
    matcher = SequenceMatcher(None, one.split("\n"), other.split("\n"), autojunk=False)
    for kind, _, _, start, end in matcher.get_opcodes():
        if kind != "equal":
            yield from range(start + 1, end + 1)
