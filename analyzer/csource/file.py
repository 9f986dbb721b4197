"""A file of C: what is in it from one look, and each function when it is asked for."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property

from analyzer.csource.arms import pick
from analyzer.csource.buffer import Buffer
from analyzer.csource.configuration import Configuration
from analyzer.csource.convert import NotReadError, Places, Reader, Source
from analyzer.csource.convert_decl import NEEDS_CONFIGURATION
from analyzer.csource.fragment import (
    declaration_in,
    encoded,
    function_in,
    parse_expression,
    parse_statements,
    parse_type,
)
from analyzer.csource.idioms import ANNOTATION
from analyzer.csource.items import Kind, TopLevel, items
from analyzer.csource.macros import macros_of
from analyzer.csource.marks import Rewritten
from analyzer.csource.mask import Directive, Masked, mask
from analyzer.csource.parse import trouble
from analyzer.csource.rewrite import rewrite
from analyzer.csource.syntax import (
    Call,
    Declaration,
    Function,
    Iterate,
    Macro,
    Name,
    Span,
    Tagged,
    Unparsed,
)
from analyzer.csource.walk import walk

__all__ = [
    "CFile",
    "MacroUse",
    "Outline",
    "parse_expression",
    "parse_statements",
    "parse_type",
    "read",
]

_TYPEDEF = re.compile(rb"typedef\b")
_FUNCTION_TYPE = re.compile(rb"\(\s*+\*\s*+(\w++)|(\w++)\s*+\(")
_DECLARATOR = re.compile(rb"(\w++)\s*+(?:\[[^][]*+\]\s*+)*+[,;]")
_USE = re.compile(rb"([A-Za-z_]\w*+)\s*+\(")
_CALL = re.compile(r"([A-Za-z_]\w*+)\s*+\(")
_WORD = re.compile(r"[A-Za-z_]\w*+")

# A macro whose text begins so is no type's name.
_IN_VALUES = tuple("(~-+!&'\"0123456789")


@dataclass(frozen=True, slots=True)
class Outline:
    """A function as it shows from outside.

    ``conditions`` are those of the ``#if`` around it, as expressions, innermost last.
    ``readable`` says that the grammar takes it, at least after a choice of arms.
    """

    name: str
    span: Span
    conditions: tuple[str, ...]
    readable: bool


@dataclass(frozen=True, slots=True)
class MacroUse:
    """A macro used at the top level, as ``DEFINE_SPINLOCK(x);`` or ``EXPORT_SYMBOL(f);``."""

    span: Span
    path: str
    name: str
    arguments: tuple[str, ...]
    text: str


class _Values:
    """The names of a file's values, looked for only where a piece could be read in two ways."""

    def __init__(self, file: CFile) -> None:
        self._file = file

    def __contains__(self, name: object) -> bool:
        return name in self._file.values


class CFile:
    """A file of C. Everything is found when it is first asked for.

    ``line`` is where in its file a piece of one begins.
    """

    def __init__(self, text: str, path: str, *, line: int = 1) -> None:
        self.text = text
        self.path = path
        self._line = line
        self._data = encoded(text)
        self._functions: dict[str, Function | Unparsed] = {}

    @cached_property
    def _masked(self) -> Masked:
        return mask(self._data)

    @cached_property
    def _items(self) -> tuple[TopLevel, ...]:
        return tuple(items(self._masked))

    @cached_property
    def _function_items(self) -> tuple[TopLevel, ...]:
        return tuple(each for each in self._items if each.kind is Kind.FUNCTION)

    @cached_property
    def _first_of(self) -> dict[str, TopLevel]:
        """The first function of each name."""
        return {each.name: each for each in reversed(self._function_items)}

    @cached_property
    def _places(self) -> Places:
        return Places(self._data, self._line)

    @cached_property
    def _source(self) -> Source:
        types = frozenset(name for each in self._items for name in self._typedefs(each))
        return self._source_knowing(types, _Values(self))

    def _source_knowing(self, types: Container[str], values: Container[str]) -> Source:
        return Source(self._data, self._masked.data, self.path, self._places, types, values)

    def _typedefs(self, item: TopLevel) -> list[str]:
        """The names that an item defines as types."""
        data = self._masked.data
        if not _TYPEDEF.match(data, item.start):
            return []
        start = max(data.rfind(b"}", item.start, item.end), item.start)
        text = ANNOTATION.sub(b" ", data[start : item.end])
        function = _FUNCTION_TYPE.search(text)
        found = [function[1] or function[2]] if function else _DECLARATOR.findall(text)
        return [name.decode("utf-8", "replace") for name in found]

    # --- functions ---

    @cached_property
    def functions(self) -> tuple[Outline, ...]:
        """The functions that the file defines, in order; nothing is converted for it."""
        return tuple(
            Outline(each.name, self._span(each), each.conditions, self._is_readable(each))
            for each in self._function_items
        )

    def function(self, name: str) -> Function | Unparsed | None:
        """The function of this name, read; the first where arms of an ``#if`` have one each."""
        if name not in self._functions:
            item = self._first_of.get(name)
            if item is None:
                return None
            self._functions[name] = self._read_function(item)
        return self._functions[name]

    def text_of(self, name: str) -> tuple[int, bytes, bytes] | None:
        """The first line, the heading and the whole text of the function of this name, unread."""
        item = self._first_of.get(name)
        if item is None:
            return None
        whole, end = self._data[item.start : item.end], max(item.brace, item.start)
        return self._span(item).line, self._data[item.start : end], whole

    def outside(self) -> bytes:
        """What stands in no function, without comments."""
        kept, at = bytearray(), 0
        for item in self._function_items:
            kept += self._masked.data[at : item.start]
            at = item.end
        return bytes(kept + self._masked.data[at:])

    def function_at(self, line: int) -> Outline | None:
        """The function that has this line, from 1."""
        at = bisect_right([each.span.line for each in self.functions], line) - 1
        if at < 0 or self.functions[at].span.end_line < line:
            return None
        return self.functions[at]

    def each_function(self) -> Iterator[Function | Unparsed]:
        """Read every function, in order."""
        for item in self._function_items:
            yield self._read_function(item)

    def function_of(self, item: TopLevel) -> Function | Unparsed:
        """Read the function of an item of this text."""
        return self._read_function(item)

    def _read_function(self, item: TopLevel) -> Function | Unparsed:
        try:
            if not item.closed:
                raise NotReadError("a brace is never closed", item.start)
            if item.macro:
                raise NotReadError(f"made a function by the macro {item.macro}", item.start)
            directives = self._directives(item)
            return function_in(
                self._source, item.start, item.end, item.brace, item.name, directives
            )
        except NotReadError as error:
            return self._unparsed(item, error, self._reason(item, error))

    def _reason(self, item: TopLevel, error: NotReadError) -> str:
        """The error's reason, unless a choice of arms would have helped."""
        if NEEDS_CONFIGURATION in error.reason or not self._directives(item):
            return error.reason
        if self._is_readable(item):
            return f"{NEEDS_CONFIGURATION}: #if splits a statement"
        return error.reason

    def _is_readable(self, item: TopLevel) -> bool:
        if item.macro:
            return False
        data = self._masked.data[item.start : item.end]
        body, types = item.brace - item.start, self._source.types
        directives = {at - item.start: each for at, each in self._directives(item).items()}
        if item.closed and _is_grammatical(data, body, types, directives):
            return True
        return bool(directives) and all(
            _is_grammatical(_arms(data, directives, last=last), body, types, {})
            for last in (False, True)
        )

    @cached_property
    def _directive_offsets(self) -> tuple[int, ...]:
        return tuple(sorted(self._masked.directives))

    def _directives(self, item: TopLevel) -> dict[int, Directive]:
        offsets = self._directive_offsets
        first, last = bisect_left(offsets, item.start), bisect_left(offsets, item.end)
        return {at: self._masked.directives[at] for at in offsets[first:last]}

    def _span(self, item: TopLevel) -> Span:
        return self._places.span(item.start, item.end)

    def _unparsed(self, item: TopLevel, error: NotReadError, reason: str) -> Unparsed:
        text = self._data[item.start : item.end].decode("utf-8", "replace")
        return Unparsed(self._places.span(error.at, error.at), self.path, item.name, reason, text)

    # --- everything else ---

    @cached_property
    def declarations(self) -> tuple[Declaration | Unparsed, ...]:
        """The declarations at the top level, in order: types, variables, prototypes."""
        return tuple(self._declarations(self._source))

    def _declarations(self, source: Source) -> Iterator[Declaration | Unparsed]:
        for each in self._items:
            if each.kind is Kind.DECLARATION:
                yield self._read_declaration(each, source)

    @cached_property
    def values(self) -> frozenset[str]:
        """The names that the file declares as anything but a type, as far as that is certain."""
        functions = frozenset(each.name for each in self._function_items)
        macros = (each for each in self.macros.values() if each.parameters is None)
        found = set(functions) | {each.name for each in macros if each.body[:1] in _IN_VALUES}
        # Where a declaration itself may be read in two ways, functions alone are known.
        for each in self._declarations(self._source_knowing(self._source.types, functions)):
            if isinstance(each, Unparsed):
                continue
            if "typedef" not in each.storage:
                found.update(one.name for one in each.declared if one.name is not None)
            if isinstance(each.specifier, Tagged):
                found.update(one.name for one in each.specifier.enumerators or ())
        return frozenset(found)

    def _read_declaration(self, item: TopLevel, source: Source) -> Declaration | Unparsed:
        try:
            directives = self._directives(item)
            return declaration_in(source, item.start, item.end, item.brace, directives)
        except NotReadError as error:
            reason = error.reason
            if self._directives(item) and NEEDS_CONFIGURATION not in reason:
                reason = f"{NEEDS_CONFIGURATION}: #if in a declaration"
            return self._unparsed(item, error, reason)

    @cached_property
    def macro_uses(self) -> tuple[MacroUse, ...]:
        """The macros used at the top level, in order: what they define shows in no declaration."""
        return tuple(self._macro_use(each) for each in self._items if each.kind is Kind.MACRO)

    def _macro_use(self, item: TopLevel) -> MacroUse:
        data = self._masked.data[item.start : item.end]
        text = self._data[item.start : item.end].decode("utf-8", "replace")
        use = _USE.search(data)
        buffer = Buffer(data, 0, frozenset())
        close = buffer.closing.get(use.end() - 1) if use is not None else None
        name = use[1].decode("utf-8", "replace") if use is not None else ""
        arguments: tuple[str, ...] = ()
        if use is not None and close is not None:
            reader = Reader(self._source, Rewritten(data, {}, (), ()), item.start)
            arguments = reader.arguments(use.end(), close)
        return MacroUse(self._span(item), self.path, name, arguments, text)

    @cached_property
    def macros(self) -> dict[str, Macro]:
        """The macros that the file defines, by name."""
        return macros_of(self.text, self.path)

    # --- who names whom ---

    def callees(self, function: Function) -> tuple[str, ...]:
        """The names that a function calls, macros too, in the order of the text, each once."""
        found: dict[str, None] = {}
        for node in walk(function.body):
            if isinstance(node, Call) and isinstance(node.function, Name):
                found[node.function.name] = None
            elif isinstance(node, Iterate):
                for argument in node.arguments:
                    found.update(dict.fromkeys(_CALL.findall(argument)))
        return tuple(found)

    def callers(self, name: str) -> tuple[str, ...]:
        """The functions of this file that call a name; one that is not read counts by its text."""
        call = re.compile(rb"\b" + re.escape(name.encode()) + rb"\s*+\(")
        found: dict[str, None] = {}
        for item in self._function_items:
            if item.brace < 0 or not call.search(self._masked.data, item.brace, item.end):
                continue
            read = self._read_function(item)
            if isinstance(read, Unparsed) or name in self.callees(read):
                found[item.name] = None
        return tuple(found)

    def names(self, function: Function) -> tuple[str, ...]:
        """The names that stand for values in a function, in the order of the text, each once."""
        found: dict[str, None] = {}
        for node in walk(function.body):
            if isinstance(node, Name):
                found[node.name] = None
            elif isinstance(node, Iterate):
                for argument in node.arguments:
                    found.update(dict.fromkeys(_WORD.findall(argument)))
        return tuple(found)


def _is_grammatical(
    data: bytes, body: int, types: Container[str], directives: dict[int, Directive]
) -> bool:
    return any(
        trouble(rewrite(data, body=body, types=types, directives=directives, wider=wider).data)
        is None
        for wider in (False, True)
    )


def _arms(data: bytes, directives: dict[int, Directive], *, last: bool) -> bytes:
    """Blank all arms but the first, or the last, of every ``#if``."""
    out = bytearray(data)
    open_: list[int] = []
    taken: list[bool] = []
    for at, each in sorted(directives.items()):
        out[at] = 0x20
        if each.opens:
            open_.append(at)
            taken.append(False)
            continue
        if not open_:
            continue
        begin = open_[-1]
        is_last = each.word == "endif"
        keep = is_last if last else not taken[-1]
        if not keep:
            out[begin:at] = b" " * (at - begin)
        taken[-1] = True
        open_[-1] = at
        if is_last:
            open_.pop()
            taken.pop()
    return bytes(out)


def read(text: str, path: str, configuration: Configuration | None = None) -> CFile:
    """Read a file of C, with the arms picked that a configuration selects. Never raises."""
    return CFile(pick(text, configuration) if configuration is not None else text, path)
