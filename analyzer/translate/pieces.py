"""A text as a source of names that reads only the piece that a name is asked of.

Which of a text's top-level items may define a name is told by what stands around the name there;
the parser has the last word. A function with its body is read up to the body. Every look is
linear in the text, and done once, whoever asks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from analyzer.csource.expand import Lookup
from analyzer.csource.file import CFile
from analyzer.csource.items import Kind, TopLevel, items
from analyzer.csource.macros import macros_of
from analyzer.csource.mask import Masked, mask
from analyzer.csource.syntax import Function, Macro, Span, Tagged, Unparsed
from analyzer.translate.reading import Reading
from analyzer.translate.scope import Ordinary, has_body, is_of_itself

# An attribute or an annotation between the words of a definition.
_MARKS = rb"(?:\s*+\b__\w++\s*+(?:\((?:[^()]|\([^()]*+\))*+\))?+)*+"
_BEFORE_TAG = re.compile(rb"\b(?:struct|union|enum)\s++(?:__\w++(?:\s*+\([^;{}]*?\)\s*+|\s++))*+\Z")
_BEHIND_TAG = re.compile(_MARKS + rb"\s*+\{")
_BEHIND_NAME = re.compile(_MARKS + rb"\s*+[;,=\[(:){]")
_BEHIND_ARGUMENT = re.compile(rb"\s*+[,)]")
_BEHIND_ENUMERATOR = re.compile(rb"\s*+(?:[,=}]|__\w)")
_POINTER_TO_FUNCTION = re.compile(rb"\(\s*+\*\s*+\Z")
_ENUM = re.compile(rb"\benum\b")
_ENUM_WITH_BODY = re.compile(rb"\benum\b[\s\w]*+\{[^{}]*+\}?+")
_DEFINE = re.compile(rb"^[ \t]*+#[ \t]*+define[ \t]++([A-Za-z_$][\w$]*+)", re.MULTILINE)
_LOGICAL_LINE = re.compile(rb"(?:[^\n\\]|\\(?:\r?\n|.)?)*+", re.DOTALL)
_BEFORE_BODY = re.compile(rb"(?:[\s\w()]|/\*(?:[^*]|\*(?!/))*+\*/|//[^\n]*+)*+\{")
_WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
# How far a look to the left of a name goes, and one to the right of a tag for its body.
_NEAR = 200
_FAR = 2000
# How often a name is looked at in one item before the parser is asked without further ado.
_MOST_LOOKS = 30


def _last(code: bytes, start: int, end: int) -> bytes:
    """Return the last byte before ``end`` that is no blank; comments are blanks here."""
    while end > start:
        near = code[max(start, end - _NEAR) : end].rstrip()
        if near:
            return near[-1:]
        end -= _NEAR
    return b""


class Pieces:
    """The pieces of one text. Nothing is done to the text before something is asked of it.

    Each answer may rest on the macros that the one who asks sees.
    """

    def __init__(self, data: bytes, path: str) -> None:
        self.data = data
        self._path = path
        self._readings: dict[int, Reading] = {}
        self._declaring: dict[str, tuple[TopLevel, ...]] = {}
        self._describing: dict[str, tuple[TopLevel, ...]] = {}
        self._macros: dict[str, tuple[Macro, ...]] = {}

    def ordinary(self, name: str, macro: Lookup) -> Ordinary | None:
        """Return what declares an ordinary name; the first that does."""
        found = (each for _, each in self.declaring(name, macro))
        return next((each for each in found if each is not None), None)

    def declaring(self, name: str, macro: Lookup) -> Iterator[tuple[TopLevel, Ordinary | None]]:
        """Yield every item that looks like declaring a name, and what it declares.

        None where the parser reads nothing of that name in it.
        """
        if name not in self._declaring:
            self._declaring[name] = tuple(dict.fromkeys(self._may_declare(name)))
        for item in self._declaring[name]:
            found = self._reading(item).declared(macro).ordinary(name)
            if found is None or not is_of_itself(found, name):
                yield item, found

    def functions(self, name: str, macro: Lookup) -> tuple[Function | Unparsed, ...]:
        """Return the functions of a name that are defined, with their bodies."""
        found = (item for item, each in self.declaring(name, macro) if each is not None)
        return tuple(
            self._file.function_of(item)
            for item in found
            if item.kind is Kind.FUNCTION and item.brace >= 0
        )

    @cached_property
    def _file(self) -> CFile:
        return CFile(self.data.decode("utf-8", "surrogateescape"), self._path)

    def tagged(self, tag: str, macro: Lookup) -> Tagged | None:
        """Return the struct, union or enum of a tag, with its body."""
        if tag not in self._describing:
            self._describing[tag] = tuple(dict.fromkeys(self._may_describe(tag)))
        for item in self._describing[tag]:
            found = self._reading(item).declared(macro).tagged(tag)
            if found is not None and has_body(found):
                return found
        return None

    def macro(self, name: str) -> Macro | None:
        """Return the first ``#define`` of a name."""
        return next(iter(self.macros(name)), None)

    def macros(self, name: str) -> tuple[Macro, ...]:
        """Return every ``#define`` of a name, in whatever arm that was not decided."""
        if name not in self._macros:
            found = (self._defined(name, at) for at in self._defines.get(name.encode(), ()))
            self._macros[name] = tuple(each for each in found if each is not None)
        return self._macros[name]

    # --- macros ---------------------------------------------------------------------------------

    @cached_property
    def _defines(self) -> dict[bytes, list[int]]:
        """Where the names of macros stand, each behind its ``#define``."""
        found: dict[bytes, list[int]] = {}
        for match in _DEFINE.finditer(self.data):
            found.setdefault(match[1], []).append(match.start(1))
        return found

    def _defined(self, name: str, at: int) -> Macro | None:
        line = _LOGICAL_LINE.match(self.data, at)
        text = "#define " + (line[0] if line else b"").decode("utf-8", "surrogateescape")
        macro = macros_of(text, self._path).get(name)
        if macro is None:
            return None
        return replace(macro, span=_moved(macro.span, self.data.count(b"\n", 0, at)))

    # --- items ----------------------------------------------------------------------------------

    @cached_property
    def _masked(self) -> Masked:
        return mask(self.data)

    @cached_property
    def _items(self) -> list[TopLevel]:
        return items(self._masked)

    @cached_property
    def _starts(self) -> list[int]:
        return [item.start for item in self._items]

    def _uses(self, name: str) -> Iterator[tuple[int, TopLevel]]:
        for at in occurrences(self._masked.data, name.encode()):
            number = bisect_right(self._starts, at) - 1
            if number >= 0 and at < self._items[number].end:
                yield at, self._items[number]

    def _may_declare(self, name: str) -> Iterator[TopLevel]:
        looks: Counter[int] = Counter()
        for at, item in self._uses(name):
            looks[item.start] += 1
            if looks[item.start] > _MOST_LOOKS + 1:
                continue
            if looks[item.start] > _MOST_LOOKS or self._is_declarator(item, at, at + len(name)):
                yield item

    def _is_declarator(self, item: TopLevel, at: int, end: int) -> bool:
        code = self._masked.data
        # Enums are long: nothing here may look at all that stands before an enumerator.
        listed = _last(code, item.start, at) in (b"{", b",")
        if listed and _BEHIND_ENUMERATOR.match(code, end) and _ENUM.search(code, item.start, at):
            return True
        before = code[item.start : at]
        if before.count(b"{") > before.count(b"}"):
            return False
        if item.kind is Kind.MACRO:
            return _BEHIND_ARGUMENT.match(code, end) is not None
        if not _BEHIND_NAME.match(code, end):
            return False
        if before.count(b"(") == before.count(b")"):
            return True
        return _POINTER_TO_FUNCTION.search(before) is not None

    def _may_describe(self, tag: str) -> Iterator[TopLevel]:
        code = self._masked.data
        for at, item in self._uses(tag):
            before = code[max(item.start, at - _NEAR) : at]
            if _BEFORE_TAG.search(before) and _BEHIND_TAG.match(code, at + len(tag)):
                yield item

    def _reading(self, item: TopLevel) -> Reading:
        known = self._readings.get(item.start)
        if known is None:
            line = 1 + self.data.count(b"\n", 0, item.start)
            known = Reading(self._text(item), self._path, line, lambda: self._all_arms(item))
            self._readings[item.start] = known
        return known

    def _text(self, item: TopLevel) -> str:
        """The item by itself; a function without its body."""
        text = self.data[item.start : item.end]
        if item.kind is Kind.FUNCTION and item.brace >= 0:
            text = self.data[item.start : item.brace] + b";"
        return text.decode("utf-8", "surrogateescape")

    def _all_arms(self, item: TopLevel) -> str | None:
        """A struct with all arms of every undecided ``#if`` in it; None where it has none.

        Not where one stands in an enum, whose values depend on what is before them.
        """
        inside = [each for at, each in self._masked.directives.items() if at in _extent(item)]
        text = bytearray(self.data[item.start : item.end])
        enums = _ENUM_WITH_BODY.finditer(self._masked.data, item.start, item.end)
        spans = [(each.start(), each.end()) for each in enums]
        if not inside or any(a <= each.start < b for each in inside for a, b in spans):
            return None
        for each in inside:
            start, end = each.start - item.start, each.end - item.start
            text[start:end] = b" " * len(text[start:end])
        return text.decode("utf-8", "surrogateescape")


def may_have_body(data: bytes, word: bytes) -> bool:
    """Whether a body may begin behind a word somewhere in a text: a cheap look."""
    ends = (at + len(word) for at in occurrences(data, word))
    return any(_BEFORE_BODY.match(data, end, end + _FAR) for end in ends)


def _extent(item: TopLevel) -> range:
    return range(item.start, item.end)


def _moved(span: Span, lines: int) -> Span:
    return span._replace(line=span.line + lines, end_line=span.end_line + lines)


def occurrences(data: bytes, name: bytes) -> Iterator[int]:
    """Yield where a name stands as a word of its own."""
    at = data.find(name)
    while name and at >= 0:
        end = at + len(name)
        before = data[at - 1] if at else 0
        behind = data[end] if end < len(data) else 0
        if before not in _WORDS and behind not in _WORDS:
            yield at
        at = data.find(name, end)
