"""What one C file sees of a tree's headers: which are looked into for a name, and in what order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from analyzer.csource.syntax import Function, Macro, Tagged, TypedefName, Unparsed
from analyzer.translate.scope import Named, Ordinary, Standing, is_typedef
from analyzer.translate.sources import shipped

if TYPE_CHECKING:
    from analyzer.translate.header import Header
    from analyzer.translate.headers import Headers


@dataclass(frozen=True, slots=True)
class Inline:
    """A function that a header defines, and the text that its spans refer to."""

    path: str
    text: str
    function: Function | Unparsed


class Sight:
    """The headers that a C file sees, best ones first; the same for all that include the same.

    ``macros`` are those that were asked for, None for a name that is none.
    """

    def __init__(self, files: list[Header]) -> None:
        self.order = order_of(files)
        self.macros: dict[str, Macro | None] = {}
        self._files = files
        self._naming: dict[bytes, list[Header]] = {}

    def naming(self, word: bytes) -> list[Header]:
        """The headers that a word is in, in order."""
        if word not in self._naming:
            self._naming[word] = [file for words, file in self._words if word in words]
        return self._naming[word]

    @cached_property
    def _words(self) -> list[tuple[frozenset[bytes], Header]]:
        return [(file.words, file) for file in self._files]


class Seen:
    """What one C file sees of a tree's headers, as a source of names."""

    standing = Standing.TREE

    def __init__(self, headers: Headers, path: str, data: bytes) -> None:
        self._headers = headers
        self._path = path
        self._data = data

    def ordinary(self, name: str) -> Ordinary | None:
        """See :meth:`Source.ordinary`."""
        first = None
        for found in self._declaring(name):
            if not self._is_of_nothing(found):
                return found
            first = first or found
        return first

    def _declaring(self, name: str) -> Iterator[Ordinary]:
        word = word_of(name)
        files = (file for file in self._naming(word) if file.may_declare(word))
        found = (file.pieces.ordinary(name, self.macro) for file in files)
        return (each for each in found if each is not None)

    def _is_of_nothing(self, found: Ordinary) -> bool:
        """Whether it is a typedef of what nobody declares, as ACPICA's ``u64`` for other systems.

        It stands in an arm that another header's macro rules out, which we are not told.
        """
        if not (isinstance(found, Named) and is_typedef(found)):
            return False
        of = found.declaration.specifier
        if not isinstance(of, TypedefName):
            return False
        language, _ = shipped()
        return next(self._declaring(of.name), None) is None and language.ordinary(of.name) is None

    def tagged(self, tag: str) -> Tagged | None:
        """See :meth:`Source.tagged`."""
        word = word_of(tag)
        files = (file for file in self._naming(word) if file.may_describe(word))
        found = (file.pieces.tagged(tag, self.macro) for file in files)
        return next((each for each in found if each is not None), None)

    def macro(self, name: str) -> Macro | None:
        """See :meth:`Source.macro`."""
        known = self._sight.macros
        if name not in known:
            known[name] = self._macro(name)
        return known[name]

    def inline(self, name: str) -> tuple[Inline, ...]:
        """The functions of a name with a body: the best one, or those that are none better."""
        word = word_of(name)
        found: list[Inline] = []
        for file in self._naming(word):
            if found and self._headers.rank_of(file.path) != self._headers.rank_of(found[0].path):
                break
            if file.may_declare(word):
                text = file.pieces.data.decode("utf-8", "surrogateescape")
                functions = file.pieces.functions(name, self.macro)
                found += [Inline(file.path, text, each) for each in functions]
        return tuple(found)

    def _macro(self, name: str) -> Macro | None:
        if name.startswith("CONFIG_"):
            given = self._headers.configuration.find(name)
            return given if isinstance(given, Macro) else None
        # The order first: what is seen is in the index only when it was read.
        order = self._order
        files = best_of(self._headers.defining.get(word_of(name), ()), order)
        found = (file.macro(name) for file in files)
        best = next((each for each in found if each is not None), None)
        return best if isinstance(best, Macro) else None

    def _naming(self, word: bytes) -> list[Header]:
        return self._sight.naming(word)

    @property
    def _order(self) -> dict[str, int]:
        return self._sight.order

    @cached_property
    def _sight(self) -> Sight:
        return self._headers.sight(self._path, self._data)


def order_of(files: Iterable[Header]) -> dict[str, int]:
    """Return the place of each file in an order, by path."""
    return {file.path: number for number, file in enumerate(files)}


def best_of(files: Iterable[Header], order: dict[str, int]) -> list[Header]:
    """Return the files that stand in an order, in that order."""
    return sorted((each for each in files if each.path in order), key=lambda each: order[each.path])


def word_of(name: str) -> bytes:
    """Return a name as the bytes of a text have it."""
    return name.encode("utf-8", "surrogateescape")
