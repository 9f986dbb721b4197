"""What a name that code calls means in a tree: its functions, its macros, or nothing at all.

Every definition that a C file may see is looked for, in whatever arm of an ``#if`` it stands: its
conditions go with it. Of functions of other files the prototypes in headers count, and nothing
else: what no header declares does not build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from analyzer.csource.arms import Conditional, conditions_at, structure
from analyzer.csource.expand import expand
from analyzer.csource.file import CFile
from analyzer.csource.syntax import Function, FunctionOf, Macro, PointerTo, TypeName
from analyzer.machine.definition import Definition, Doubt, Form, Given, Spot
from analyzer.translate.header import Header
from analyzer.translate.headers import Headers, best_of, order_of, word_of
from analyzer.translate.pieces import Pieces
from analyzer.translate.scope import Named, Ordinary, is_typedef
from analyzer.translate.spelling import spelled

# What the build puts before every C file of the kernel, by the names of its headers.
_FORCED = b"#include <linux/kconfig.h>\n#include <linux/compiler_types.h>\n"
_INCLUDE = re.compile(rb'^[ \t]*+#[ \t]*+include[ \t]*+(?:<([^>\n]++)>|"([^"\n]++)")', re.MULTILINE)
# Headers that a build makes and that hold constants alone.
_COMPILER_S = frozenset(
    f"{name}.h" for name in ("float", "iso646", "limits", "stdarg", "stdbool", "stddef", "stdint")
)
_CONSTANTS = re.compile(
    r"asm/(?:unistd|syscalls)_\w+\.h|generated/(?:asm-offsets|bounds|autoconf|autoksyms|timeconst"
    r"|utsrelease|utsversion|compile|rq-offsets)\.h|generated/uapi/linux/version\.h|linux/version\.h"
)
_ALIAS = re.compile(r"[A-Za-z_]\w*+")
# The guard around a whole header, and what every C file of the kernel is compiled with or without.
_ALWAYS = re.compile(
    r"!\s*defined\s*\(?\s*(?:\w*_H_*|__ASSEMBLY__|__ASSEMBLER__)\s*\)?|defined\s*\(?\s*__KERNEL__\s*\)?"
)
_MOST_ALIASES = 8
_MOST_MADE = 4
_MOST_DOUBTS = 3
_WORD = re.compile(rb"\w++")
_SHORTEST_PART = 3


class Declared:
    """What one C file of a tree may call: its own names and those of the headers that it sees."""

    def __init__(self, headers: Headers, file: CFile) -> None:
        self.file = file
        self._headers = headers
        self._data = word_of(file.text)
        self._seen = headers.seen_from(file)
        self._own = Pieces(self._data, file.path)
        self._known: dict[str, tuple[Definition, ...]] = {}
        self._doubted: dict[str, tuple[Doubt, ...]] = {}
        self._nesting: dict[str, tuple[Conditional, ...]] = {}

    def definitions(self, name: str) -> tuple[Definition, ...]:
        """Every definition and prototype: macros first, the file's own before the headers'."""
        if name not in self._known:
            found = (*self._macros(name), *self._functions(name))
            if not found:
                made = (each for each in self._pasted(name) if isinstance(each, Definition))
                found = tuple(islice(made, _MOST_MADE))
            self._known[name] = tuple(dict.fromkeys(self._followed(found)))
        return self._known[name]

    def doubts(self, name: str) -> tuple[Doubt, ...]:
        """Why a name without a definition might have one after all, the first few reasons."""
        if name not in self._doubted:
            self._doubted[name] = tuple(islice(self._doubts(name), _MOST_DOUBTS))
        return self._doubted[name]

    def _doubts(self, name: str) -> Iterator[Doubt]:
        for path, pieces in self._texts(self._headers.declaring, name):
            for item, found in pieces.declaring(name, self._macro):
                if found is None:
                    yield Doubt(
                        "what declares it there is not read", _spot(path, pieces, item.start)
                    )
        yield from (each for each in self._pasted(name) if isinstance(each, Doubt))
        yield from self._named(name)
        for header in self._unfound:
            yield Doubt(f"the tree has no {header[0]}, which a build may make", header[1])

    def _named(self, name: str) -> Iterator[Doubt]:
        """Headers that have the name outside of remarks, in a form that was not read."""
        says = re.compile(
            rb"^(?![ \t]*+(?:/?\*|//))[^\n]*\b%b[ \t]*\(" % name.encode(), re.MULTILINE
        )
        for path, data in self._all_texts.items():
            found = says.search(data) if path != self.file.path else None
            if found is not None:
                line = data.count(b"\n", 0, found.start()) + 1
                yield Doubt("it is named there, in a form that is not read", Spot(path, line))

    # --- the files ------------------------------------------------------------------------------

    @cached_property
    def _order(self) -> dict[str, int]:
        forced = self._headers.reached("include/linux/forced.h", _FORCED)
        return order_of((*self._headers.reached(self.file.path, self._data), *forced))

    def _headers_of(self, index: dict[bytes, list[Header]], name: str) -> list[Header]:
        # The order first: what is seen is in the index only when it was read.
        order = self._order
        return best_of(index.get(word_of(name), ()), order)

    def _texts(self, index: dict[bytes, list[Header]], name: str) -> Iterator[tuple[str, Pieces]]:
        yield self.file.path, self._own
        yield from ((each.path, each.pieces) for each in self._headers_of(index, name))

    def _macro(self, name: str) -> Macro | None:
        return self.file.macros.get(name) or self._seen.macro(name)

    # --- what is defined ------------------------------------------------------------------------

    def _macros(self, name: str) -> Iterator[Definition]:
        for path, pieces in self._texts(self._headers.defining, name):
            for macro in pieces.macros(name):
                if macro.body != name:
                    conditions = self._conditions(path, pieces.data, macro.span.line)
                    yield _of_macro(macro, path, conditions)

    def _functions(self, name: str) -> Iterator[Definition]:
        for path, pieces in self._texts(self._headers.declaring, name):
            for item, found in pieces.declaring(name, self._macro):
                line = _line(pieces, item.start, name)
                inside = tuple(each for each in item.conditions if not _ALWAYS.fullmatch(each))
                made = _of_ordinary(name, found, path, line, inside)
                if made is not None:
                    yield made

    def _followed(self, found: tuple[Definition, ...]) -> Iterator[Definition]:
        """Put what a macro without parameters stands for in its place."""
        for each in found:
            if each.form is Form.OTHER and _ALIAS.fullmatch(each.body):
                yield from self._behind(each)
            else:
                yield each

    def _behind(self, alias: Definition) -> tuple[Definition, ...]:
        """What another name stands for; the alias itself where nothing is found."""
        here, seen = alias, {alias.name}
        while here.body not in seen and len(seen) < _MOST_ALIASES:
            seen.add(here.body)
            found = (*self._macros(here.body), *self._functions(here.body))
            again = [each for each in found if each.form is Form.OTHER]
            if not again or not _ALIAS.fullmatch(again[0].body):
                return found or (alias,)
            here = again[0]
        return (alias,)

    def _conditions(self, path: str, data: bytes, line: int) -> tuple[str, ...]:
        if path not in self._nesting:
            self._nesting[path] = structure(data.decode("utf-8", "surrogateescape"))
        found = conditions_at(self._nesting[path], line)
        return tuple(each for each in found if not _ALWAYS.fullmatch(each))

    # --- what may be made -----------------------------------------------------------------------

    def _pasted(self, name: str) -> Iterator[Definition | Doubt]:
        """What uses of macros at the top level make of a name, as ``PAGEFLAG`` does."""
        whole, says = word_of(name), re.compile(rf"\b{re.escape(name)}\b")
        for path, data, start, macro, words in self._uses:
            parts = any(_is_part(word, whole) for word in words)
            if not (parts or self._has(macro, says) or self._may_paste(macro, name)):
                continue
            use = _whole_use(data, start)
            made = expand(use, self._macro, _LONGEST_MADE)
            line = data.count(b"\n", 0, start) + 1
            if made is None and self._may_paste(macro, name):
                yield Doubt(f"{macro}() may make it", Spot(path, line))
            elif made is not None and says.search(made):
                yield self._made(name, made, path, line) or Doubt(
                    f"{macro}() makes it", Spot(path, line)
                )

    def _may_paste(self, macro: str, name: str) -> bool:
        """Whether a macro, or one in its text, has a piece of the name beside a ``##``."""
        waiting, seen = [macro], {macro}
        while waiting:
            found = self._macro(waiting.pop())
            if found is None:
                continue
            pieces = (each[0] or each[1] for each in _BESIDE.findall(found.body))
            own = found.parameters or ()
            if any(len(each) > 1 and each in name and each not in own for each in pieces):
                return True
            inner = [each for each in dict.fromkeys(_ALIAS.findall(found.body)) if each not in seen]
            if len(seen) < _MOST_INNER:
                seen.update(inner)
                waiting += inner
        return False

    def _has(self, macro: str, says: re.Pattern[str]) -> bool:
        found = self._macro(macro)
        return found is not None and says.search(found.body) is not None

    def _made(self, name: str, text: str, path: str, line: int) -> Definition | None:
        found = Pieces(word_of(text), path)
        each = (one for _, one in found.declaring(name, lambda _: None))
        conditions = self._conditions(path, self._all_texts[path], line)
        made = (_of_ordinary(name, one, path, line, conditions) for one in each)
        return next((one for one in made if one is not None), None)

    @cached_property
    def _uses(self) -> list[tuple[str, bytes, int, str, frozenset[bytes]]]:
        """What is used like a function at the top level: file, text, where, name, words in it."""
        return [
            (path, data, at.start(1), at[1].decode(), frozenset(_WORD.findall(at[2])))
            for path, data in self._all_texts.items()
            for at in _TOP_LEVEL_USE.finditer(data)
        ]

    @cached_property
    def _all_texts(self) -> dict[str, bytes]:
        """The file and every header that it sees, by path."""
        order = self._order
        every = {each.path: each for files in self._headers.declaring.values() for each in files}
        seen = {path: every[path].data for path in order if path in every}
        return {self.file.path: self._data, **seen}

    @cached_property
    def _unfound(self) -> tuple[tuple[str, Spot], ...]:
        """Headers that an ``#include`` names under no condition, and the tree does not have."""
        return tuple(self._each_unfound())

    def _each_unfound(self) -> Iterator[tuple[str, Spot]]:
        seen: set[str] = set()
        for path, data in self._all_texts.items():
            for match in _INCLUDE.finditer(data):
                name = (match[1] or match[2]).decode("utf-8", "surrogateescape").strip()
                if name in seen or _is_outside(name, quoted=match[1] is None):
                    continue
                if self._headers.named_in(path, match[0]):
                    continue
                line = data.count(b"\n", 0, match.start()) + 1
                if not self._conditions(path, data, line):
                    seen.add(name)
                    yield name, Spot(path, line)


_LONGEST_USE = 1 << 14
_MOST_INNER = 200
_BESIDE = re.compile(r"(\w++)\s*+##|##\s*+(\w++)")
_LONGEST_MADE = 1 << 19
_BRACKET = re.compile(rb"[()]")
# At the beginning of a line, or behind another use; indented ones are those of macros' names.
_TOP_LEVEL_USE = re.compile(
    rb"(?:^|(?<=\))[ \t]*+|^[ \t]++(?=[A-Z_]))([A-Za-z_]\w*+)[ \t]*+\(([^(){};#]*+)", re.MULTILINE
)


def _whole_use(data: bytes, start: int) -> str:
    """The text of a use up to the parenthesis that closes, or as far as is looked."""
    depth = 0
    for match in _BRACKET.finditer(data, start, start + _LONGEST_USE):
        depth += 1 if match[0] == b"(" else -1
        if depth <= 0:
            return data[start : match.end()].decode("utf-8", "surrogateescape")
    return ""


def _is_part(word: bytes, whole: bytes) -> bool:
    """Whether a word may be a part that was pasted: in a name, and not all of it."""
    return _SHORTEST_PART <= len(word) < len(whole) and word in whole and not word.isdigit()


def _is_outside(name: str, *, quoted: bool) -> bool:
    """Whether a header is the compiler's, or has constants alone.

    Others without a directory in brackets are a driver's own, by an ``-I`` of its Makefile.
    """
    return _CONSTANTS.fullmatch(name) is not None or (name in _COMPILER_S and not quoted)


def _of_macro(macro: Macro, path: str, conditions: tuple[str, ...]) -> Definition:
    given = macro.parameters
    parameters = tuple(Given(each, None) for each in given) if given is not None else None
    form = Form.MACRO if given is not None else Form.OTHER
    line = macro.span.line
    return Definition(
        macro.name, form, path, line, parameters, macro.variadic, conditions, macro.body
    )


def _of_ordinary(
    name: str, found: Ordinary | None, path: str, line: int, conditions: tuple[str, ...]
) -> Definition | None:
    match found:
        case Function(parameters=parameters, variadic=variadic, storage=storage):
            form = Form.INLINE if "inline" in storage else Form.FUNCTION
        case Named(declared=declared, declaration=declaration) if not is_typedef(found):
            shape = declared.type.shape
            while shape and isinstance(shape[0], PointerTo):
                shape = shape[1:]
            if not shape or not isinstance(shape[0], FunctionOf):
                return Definition(name, Form.VARIABLE, path, line, None, False, conditions)
            parameters, variadic = shape[0].parameters, shape[0].variadic
            inline = "inline" in declaration.storage
            form = Form.INLINE if inline else Form.FUNCTION
            if shape is not declared.type.shape:
                form = Form.VARIABLE
        case _:
            return None
    given = tuple(Given(each.name, _type(each.type), each.type) for each in parameters)
    return Definition(name, form, path, line, given, variadic, conditions)


def _type(type_name: TypeName) -> str:
    return spelled(type_name) or "?"


def _line(pieces: Pieces, start: int, name: str) -> int:
    """The line of a name in an item."""
    at = pieces.data.find(word_of(name), start)
    return pieces.data.count(b"\n", 0, max(at, start)) + 1


def _spot(path: str, pieces: Pieces, start: int) -> Spot:
    return Spot(path, pieces.data.count(b"\n", 0, start) + 1)
