"""What the text of a C file and of its headers says of a name, with nothing translated.

Bodies of functions, macros by the line at which they are used, and declarations, each as tokens:
comments and blanks are gone, and the arms of ``#if`` are picked as far as the configuration says.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from analyzer.csource import Kind, tokens
from analyzer.csource.arms import Conditional, conditions_at, structure
from analyzer.csource.configuration import Absence, Configuration
from analyzer.csource.directives import SPLICE, Directive, directives
from analyzer.csource.file import CFile
from analyzer.csource.items import Kind as ItemKind, TopLevel, items
from analyzer.csource.lexemes import lexemes, spelled
from analyzer.csource.macros import defined_by, undefined_by
from analyzer.csource.mask import mask
from analyzer.csource.syntax import Function, Macro, Unparsed
from analyzer.machine.definition import Spot
from analyzer.translate.function import Source
from analyzer.translate.headers import Headers, Seen, best_of, word_of
from analyzer.translate.pieces import Pieces
from analyzer.translate.scope import Ordinary

_SPLICE = re.compile(SPLICE)


@dataclass(frozen=True, slots=True)
class Body:
    """A function as it is defined: the file's ``own``, or a header's.

    ``text`` is the whole file's that its spans refer to. ``conditions`` are those of the ``#if``
    around it that the configuration leaves open.
    """

    name: str
    spot: Spot
    own: bool
    read: Function | Unparsed
    text: str
    tokens: tuple[str, ...]
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meant:
    """What a macro's name stands for: None for ``parameters`` of one that takes none."""

    spot: Spot
    parameters: tuple[str, ...] | None
    variadic: bool
    tokens: tuple[str, ...]
    conditions: tuple[str, ...]
    macro: Macro = field(compare=False, repr=False)

    def is_as(self, other: Meant) -> bool:
        """Whether both have the same parameters and text, under the same open conditions."""
        return replace(self, spot=other.spot) == other


@dataclass(frozen=True, slots=True)
class Several:
    """A macro that is defined in several ways, the likeliest first.

    ``told``: that the ways are the same elsewhere, in the same order, makes the macro the same.
    """

    ways: tuple[Meant, ...]
    told: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """A ``#define`` or, where it means nothing, an ``#undef``; ``open``: it may not count."""

    line: int
    meant: Meant | None
    open: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A declaration of a name, its text as tokens; ``own``: it stands in the file itself."""

    spot: Spot
    own: bool
    tokens: tuple[str, ...]
    ordinary: Ordinary


class Stated:
    """What the text of one C file, with the headers that it sees, says of names."""

    def __init__(self, file: CFile, headers: Headers | None, configuration: Configuration) -> None:
        """``headers`` are those of the width that is built for, as ``seen`` has them."""
        self._file = file
        self._data = file.text.encode("utf-8", "surrogateescape")
        self._headers = headers
        self._configuration = configuration
        self._own = Pieces(self._data, file.path)
        self._bodies: dict[str, tuple[Body, ...]] = {}
        self._said: dict[str, tuple[Said, ...]] = {}
        self._meant: dict[str, Meant | Several | None] = {}
        self._nesting: dict[str, tuple[Conditional, ...]] = {}

    @cached_property
    def _seen(self) -> Seen | None:
        return self._headers.seen_from(self._file) if self._headers is not None else None

    # --- functions ------------------------------------------------------------------------------

    def bodies(self, name: str) -> tuple[Body, ...]:
        """The functions of a name: the file's own, else the best of the headers', as C has it.

        More than one where it is not told which of them is built.
        """
        if name not in self._bodies:
            self._bodies[name] = tuple(self._own_bodies(name)) or tuple(self._inline(name))
        return self._bodies[name]

    def has_own(self, name: str) -> bool:
        """Whether the file itself has a function or a macro of a name."""
        return name in self._own_items or name in self._own_macros

    def own_texts(self, name: str) -> tuple[bytes, ...]:
        """The texts of a function's definitions in the file itself; nothing is parsed."""
        return tuple(self._data[each.start : each.end] for each in self._own_items.get(name, ()))

    @property
    def own_names(self) -> tuple[str, ...]:
        """The functions that the file itself defines, in order."""
        return tuple(self._own_items)

    @cached_property
    def _own_items(self) -> dict[str, list[TopLevel]]:
        found: dict[str, list[TopLevel]] = {}
        for item in items(mask(self._data)):
            if item.kind is ItemKind.FUNCTION:
                found.setdefault(item.name, []).append(item)
        return found

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in re.finditer(b"\n", self._data)]

    def _own_bodies(self, name: str) -> Iterator[Body]:
        for item in self._own_items.get(name, ()):
            read = self._file.function_of(item)
            text = self._data[item.start : item.end].decode("utf-8", "surrogateescape")
            spot = Spot(self._file.path, 1 + bisect_left(self._line_ends, item.start))
            yield Body(name, spot, True, read, self._file.text, taken_apart(text), item.conditions)

    def _inline(self, name: str) -> Iterator[Body]:
        for each in self._seen.inline(name) if self._seen is not None else ():
            read = each.function
            text = read.text if isinstance(read, Unparsed) else Source(each.text)(read.span)
            spot = Spot(each.path, read.span.line)
            conditions = self._around(each.path, each.text, read.span.line)
            yield Body(name, spot, False, read, each.text, taken_apart(text), conditions)

    # --- macros ---------------------------------------------------------------------------------

    def macro(self, name: str, line: int | None) -> Meant | Several | None:
        """What a name stands for as a macro on a line of the file; in a header where None."""
        own = self._own_macros.get(name, ())
        if line is None:
            return self._in_headers(name, own) if own else self._of_headers(name)
        before = [each for each in own if each.line <= line]
        if any(each.open for each in before):
            return self._either(name, before)
        return before[-1].meant if before else self._of_headers(name)

    def symbol(self, name: str) -> str | Absence:
        """What ``CONFIG_X`` stands for, or why that is not told."""
        found = self._configuration.find(name)
        return found.body if isinstance(found, Macro) else found

    def _in_headers(self, name: str, own: Sequence[_Change]) -> Meant | Several | None:
        """What headers see of a name that the file defines: nothing, if it does so behind them."""
        first, last = self._including
        if all(each.line > last for each in own):
            return self._of_headers(name)
        before = all(each.line < first and not each.open for each in own)
        return self._either(name, own, told=before)

    def _either(self, name: str, own: Sequence[_Change], *, told: bool = False) -> Several:
        theirs = self._of_headers(name)
        ways = [each.meant for each in own if each.meant is not None]
        ways += theirs.ways if isinstance(theirs, Several) else [theirs] if theirs else []
        return Several(tuple(ways), told)

    @cached_property
    def _including(self) -> tuple[int, int]:
        """The lines of the first and the last ``#include``."""
        lines = [each.span.line for each in self._directives if each.name == "include"]
        return (lines[0], lines[-1]) if lines else (0, 0)

    @cached_property
    def _directives(self) -> tuple[Directive, ...]:
        return tuple(directives(self._file.text))

    @cached_property
    def has_open_macros(self) -> bool:
        """Whether the file has macros of its own that may not count."""
        return any(each.open for changes in self._own_macros.values() for each in changes)

    @cached_property
    def _own_macros(self) -> dict[str, list[_Change]]:
        found: dict[str, list[_Change]] = {}
        path, text = self._file.path, self._file.text
        for each in self._directives:
            macro = defined_by(each, path)
            name = macro.name if macro is not None else undefined_by(each)
            if name:
                line = each.span.line
                around = self._around(path, text, line)
                meant = _meant(macro, around) if macro is not None else None
                found.setdefault(name, []).append(_Change(line, meant, bool(around)))
        return found

    def _around(self, path: str, text: str | bytes, line: int) -> tuple[str, ...]:
        """The conditions that a line stands under, of those that the configuration leaves open."""
        if path not in self._nesting:
            self._nesting[path] = structure(text if isinstance(text, str) else _text(text))
        return conditions_at(self._nesting[path], line)

    def _of_headers(self, name: str) -> Meant | Several | None:
        if name not in self._meant:
            self._meant[name] = self._found(name)
        return self._meant[name]

    def _found(self, name: str) -> Meant | Several | None:
        if self._headers is None:
            return None
        order = self._headers.sight(self._file.path, self._data).order
        every = [
            _meant(macro, self._around(file.path, file.pieces.data, macro.span.line))
            for file in best_of(self._headers.defining.get(word_of(name), ()), order)
            for macro in file.pieces.macros(name)
        ]
        if not every:
            return None
        alike = all(each.is_as(every[0]) for each in every)
        return every[0] if alike else Several(tuple(every), True)

    # --- declarations ---------------------------------------------------------------------------

    def said(self, name: str) -> tuple[Said, ...]:
        """Every declaration of a name that can be read: the file's own, then the headers'."""
        if name not in self._said:
            self._said[name] = tuple(self._each_said(name))
        return self._said[name]

    def _each_said(self, name: str) -> Iterator[Said]:
        for path, pieces in self._texts(name):
            for item, found in pieces.declaring(name, self._lookup):
                if found is not None:
                    end = item.brace if item.kind is ItemKind.FUNCTION else item.end
                    data = pieces.data
                    text = data[item.start : max(end, item.start)].decode("utf-8", "replace")
                    spot = Spot(path, 1 + data.count(b"\n", 0, item.start))
                    yield Said(spot, path == self._file.path, taken_apart(text), found)

    def _texts(self, name: str) -> Iterator[tuple[str, Pieces]]:
        yield self._file.path, self._own
        if self._headers is None:
            return
        word = word_of(name)
        for file in self._headers.sight(self._file.path, self._data).naming(word):
            if file.may_declare(word):
                yield file.path, file.pieces

    def _lookup(self, name: str) -> Macro | None:
        mine = self._file.macros.get(name)
        return mine or (self._seen.macro(name) if self._seen is not None else None)


def taken_apart(text: str) -> tuple[str, ...]:
    """The tokens of a piece of C; a directive that is left in it is one."""
    found = tokens(_SPLICE.sub("", text))
    return tuple(
        spelled(lexemes(each.text)) if each.kind is Kind.DIRECTIVE else each.text
        for each in found
        if each.kind is not Kind.COMMENT
    )


def _meant(macro: Macro, conditions: tuple[str, ...]) -> Meant:
    body = tuple(each.text for each in lexemes(macro.body))
    spot = Spot(macro.path, macro.span.line)
    return Meant(spot, macro.parameters, macro.variadic, body, conditions, macro)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
