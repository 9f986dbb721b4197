"""One header of a tree: its text as it is, as the configuration picks it, and what is in it.

Nothing is picked before something is asked of it that the text as it is may answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TypeAlias

from analyzer.csource.arms import pick
from analyzer.csource.configuration import Absence, Configuration
from analyzer.csource.syntax import Macro
from analyzer.translate.beyond import Doubting, doubts_of
from analyzer.translate.pieces import Pieces, may_have_body

_DEFINED = re.compile(rb"#[ \t]*+define[ \t]++([A-Za-z_$][\w$]*+)")
# Whatever is declared has one of these behind its name, where a ``#`` or ``/`` begins what will be
# blank, and an underscore an annotation; and no operator or open parenthesis before it.
_OPERATOR = rb"=(&!|<>+-"
_DECLARED = re.compile(
    rb"(?<![\w$.%b])(?<![%b] )[A-Za-z_$][\w$]*+(?=\s*+[;,=\[(:){}#/_])" % (_OPERATOR, _OPERATOR)
)
_USED = re.compile(
    rb"^(?:(?:static|extern|const)[ \t]++)*+[A-Z]\w*+[ \t]*+\(([^(){};#\n]*+)\)", re.MULTILINE
)
_WORD = re.compile(rb"[A-Za-z_$][\w$]*+")
_MADE = re.compile(rb"^[ \t]*+DEFINE\([ \t]*+(\w++)[ \t]*+,(.*)\)[ \t]*+;[ \t]*+$")
_KEPT = re.compile(rb"[ \t]*+#[ \t]*+(?:if|el|endif)")

_NESTING = re.compile(rb"^[ \t]*+#[ \t]*+(ifndef|if|endif|include)", re.MULTILINE)

# Finds what the names stand for that a header's conditions ask for: text by name.
Ask: TypeAlias = Callable[["Header"], dict[str, str]]


class Header:
    """One header of a tree. ``ask`` finds what its conditions rest on in other headers."""

    def __init__(
        self, path: str, data: bytes, configuration: Configuration | None, ask: Ask
    ) -> None:
        self.path = path
        self.data = data
        self._configuration = configuration
        self._ask = ask
        self._bodies: dict[bytes, bool] = {}

    @property
    def home(self) -> str:
        """Its directory."""
        return self.path.rpartition("/")[0]

    def defined(self) -> frozenset[bytes]:
        """Return the names of its macros, in whatever arm."""
        return frozenset(_DEFINED.findall(self.data))

    def declared(self) -> frozenset[bytes]:
        """Return every word that it may declare: a cheap look, and far too many."""
        used = (word for each in _USED.findall(self.data) for word in _WORD.findall(each))
        return frozenset((*_DECLARED.findall(self.data), *used))

    def may_describe(self, tag: bytes) -> bool:
        """Whether it may have a body for a tag: a cheap look."""
        if tag not in self._bodies:
            self._bodies[tag] = may_have_body(self.data, tag)
        return self._bodies[tag]

    @property
    def including(self) -> bytes:
        """The text to look for ``#include`` lines in: only those of arms that may be selected."""
        chosen = self._configuration is not None and _includes_on_condition(self.data)
        return self.certain.data if chosen else self.data

    @cached_property
    def doubts(self) -> frozenset[str]:
        """The names whose values its conditions ask for, and that others define."""
        names = doubts_of(self.data)
        others = names - self.defined() if names else names
        return frozenset(name.decode("ascii") for name in others)

    @cached_property
    def pieces(self) -> Pieces:
        """What the configuration picks of it; all of it, where there is none."""
        rests = self._configuration is not None and self.doubts
        return self._picked(self._ask(self)) if rests else self.certain

    @cached_property
    def certain(self) -> Pieces:
        """What is picked of it with no word of other headers: what rests on them all stays."""
        return self._picked({})

    def macro(self, name: str) -> Macro | Absence | None:
        """Return the ``#define`` of a name; what has several is not known by a configuration."""
        return self._of(self.pieces, name)

    def certain_macro(self, name: str) -> Macro | Absence | None:
        """Return the macro of a name that rests on no other header, as :meth:`macro` has it."""
        return self._of(self.certain, name)

    def _of(self, pieces: Pieces, name: str) -> Macro | Absence | None:
        found = pieces.macros(name)
        alike = len({(each.parameters, each.body) for each in found}) <= 1
        if found and (alike or self._configuration is None):
            return found[0]
        return Absence.UNKNOWN if found else None

    def _picked(self, macros: dict[str, str]) -> Pieces:
        if self._configuration is None:
            return Pieces(self.data, self.path)
        told = self._configuration
        if self.doubts:
            told = Doubting.made(told, macros, self.doubts)
        text = pick(self.data.decode("utf-8", "surrogateescape"), told)
        return Pieces(text.encode("utf-8", "surrogateescape"), self.path)


def _includes_on_condition(data: bytes) -> bool:
    """Whether an ``#include`` stands in a conditional other than the guard of the whole header."""
    depth, first = 0, True
    for match in _NESTING.finditer(data):
        match match[1]:
            case b"include" if depth:
                return True
            case b"include":
                pass
            case b"endif":
                depth = max(depth - 1, 0)
            case opening:
                depth += not (first and opening == b"ifndef")
                first = False
    return False


def made_from(source: bytes) -> bytes:
    """Return the header that a build makes of a C file's lines of ``DEFINE(NAME, expression);``."""
    return b"\n".join(map(_made_line, source.split(b"\n")))


def _made_line(line: bytes) -> bytes:
    made = _MADE.match(line)
    if made is not None:
        return b"#define %b (%b)" % (made[1], made[2].strip())
    return line if _KEPT.match(line) else b""
