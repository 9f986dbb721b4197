"""One header of a tree: its text as it is, as the configuration picks it, and what is in it.

Nothing is picked before something is asked of it that the text as it is may answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TypeAlias

from analyzer.csource.arms import Conditional, conditions_at, pick, structure
from analyzer.csource.configuration import Absence, Configuration
from analyzer.csource.syntax import Macro
from analyzer.translate.beyond import Doubting, doubts_of
from analyzer.translate.pieces import Pieces, may_have_body, occurrences

_DEFINED = re.compile(rb"#[ \t]*+define[ \t]++([A-Za-z_$][\w$]*+)")
# Whatever is declared has one of these behind its name, where a ``#`` or ``/`` begins what will be
# blank, and an underscore an annotation; and no operator or open parenthesis before it.
_OPERATOR = rb"=(&!|<>+-"
_DECLARED = re.compile(
    rb"(?<![\w$.%b])(?<![%b] )[A-Za-z_$][\w$]*+(?=\s*+[;,=\[(:){}#/_])" % (_OPERATOR, _OPERATOR)
)
_USED = re.compile(
    rb"\n(?:(?:static|extern|const)[ \t]++)*+[A-Z]\w*+[ \t]*+\(([^(){};#\n]*+)\)",
)
_WORD = re.compile(rb"[A-Za-z_$][\w$]*+")
# All that words are not made of becomes blanks.
_WORDS_ALONE = bytes(each if re.match(rb"[\w$]", bytes([each])) else 0x20 for each in range(256))
_MADE = re.compile(rb"^[ \t]*+DEFINE\([ \t]*+(\w++)[ \t]*+,(.*)\)[ \t]*+;[ \t]*+$")
_KEPT = re.compile(rb"[ \t]*+#[ \t]*+(?:if|el|endif)")

_NESTING = re.compile(rb"\n[ \t]*+#[ \t]*+(ifndef|if|endif|include)")

# Finds what the names stand for that a header's conditions ask for: text by name.
Ask: TypeAlias = Callable[["Header"], dict[str, str]]


class Header:
    """One header of a tree. ``ask`` finds what its conditions rest on in other headers.

    ``guesses``: where several macros of a name are left, the first is taken, as when no
    configuration is given.
    """

    def __init__(
        self,
        path: str,
        data: bytes,
        configuration: Configuration | None,
        ask: Ask,
        *,
        guesses: bool = False,
    ) -> None:
        self.path = path
        self.data = data
        self._configuration = configuration
        self._ask = ask
        self._guesses = guesses or configuration is None
        self._bodies: dict[bytes, bool] = {}
        self._nestings: tuple[Pieces, tuple[Conditional, ...]] | None = None

    @property
    def home(self) -> str:
        """Its directory."""
        return self.path.rpartition("/")[0]

    @cached_property
    def defined(self) -> frozenset[bytes]:
        """The names of its macros, in whatever arm."""
        return frozenset(_DEFINED.findall(self.data))

    @cached_property
    def words(self) -> frozenset[bytes]:
        """Every word in it."""
        return frozenset(self.data.translate(_WORDS_ALONE).split())

    @cached_property
    def _used(self) -> frozenset[bytes]:
        """The words among the arguments of macros that are used where declarations stand."""
        used = _USED.findall(b"\n" + self.data)
        return frozenset(word for each in used for word in _WORD.findall(each))

    def declared(self) -> frozenset[bytes]:
        """Return every word that it may declare: far too many."""
        return frozenset((*_DECLARED.findall(self.data), *self._used))

    def may_declare(self, name: bytes) -> bool:
        """Whether it may declare a name: a cheap look."""
        places = occurrences(self.data, name)
        return any(_DECLARED.match(self.data, at) for at in places) or name in self._used

    def may_describe(self, tag: bytes) -> bool:
        """Whether it may have a body for a tag: a cheap look."""
        if tag not in self._bodies:
            self._bodies[tag] = may_have_body(self.data, tag) and self.may_declare(tag)
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
        others = names - self.defined if names else names
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
        if found and (self._guesses or (alike and not self._is_open(pieces, found))):
            return found[0]
        return Absence.UNKNOWN if found else None

    def _is_open(self, pieces: Pieces, found: tuple[Macro, ...]) -> bool:
        """Whether the only macro of a name hangs on a symbol that is not told.

        It may stand in for a function that is built where the symbol has its other value.
        """
        if len(found) > 1 or b"CONFIG_" not in pieces.data:
            return False
        around = conditions_at(self._nesting(pieces), found[0].span.line)
        return any("CONFIG_" in each for each in around)

    def _nesting(self, pieces: Pieces) -> tuple[Conditional, ...]:
        if self._nestings is None or self._nestings[0] is not pieces:
            text = pieces.data.decode("utf-8", "surrogateescape")
            self._nestings = pieces, structure(text)
        return self._nestings[1]

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
    for match in _NESTING.finditer(b"\n" + data):
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
