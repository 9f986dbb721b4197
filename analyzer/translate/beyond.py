"""What the conditions of one file rest on in other files.

A configuration says which macros a build defines. The value of one that a header defines, as in
``#if BITS_PER_LONG == 64``, is in no configuration: taken for 0, it would pick a wrong arm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from analyzer.csource.configuration import Absence, Configuration
from analyzer.csource.expand import expand
from analyzer.csource.lexemes import lexemes
from analyzer.csource.syntax import Macro
from analyzer.csource.tokens import Kind

_CONDITION = re.compile(rb"\n[ \t]*+#[ \t]*+(?:el)?if\b((?:[^\n\\]|\\(?:\r?\n|.)?)*+)")
# What asks whether a name is defined, and not what it stands for.
_ASKED = re.compile(
    rb"\b(?:defined|IS_ENABLED|IS_BUILTIN|IS_MODULE|IS_REACHABLE|__is_defined|__has_\w++)"
    rb"\s*+(?:\([^()]*+\)|\w++)|/\*(?:[^*]|\*(?!/))*+\*/|//[^\n]*+|'(?:[^'\\\n]|\\.)*+'"
)
# No header of Linux asks for the values of more names; each may cost a whole expansion.
_MOST_NAMES = 200
_NAME = re.compile(rb"(?<![\w$.])[A-Za-z_]\w*+")


def doubts_of(data: bytes) -> frozenset[bytes]:
    """Return the names whose values the conditions of a text ask for, ``CONFIG_`` ones left out."""
    found: set[bytes] = set()
    for match in _CONDITION.finditer(b"\n" + data):
        found.update(_NAME.findall(_ASKED.sub(b" ", match[1])))
    return frozenset(name for name in found if not name.startswith(b"CONFIG_"))


@dataclass(frozen=True, slots=True)
class Doubting(Configuration):
    """A configuration that does not take what it is not told of for undefined, by name."""

    doubtful: frozenset[str] = frozenset()

    def find(self, name: str) -> Macro | Absence:
        """See :meth:`Configuration.find`."""
        found = Configuration.find(self, name)
        doubted = found is Absence.UNDEFINED and name in self.doubtful
        return Absence.UNKNOWN if doubted else found

    @classmethod
    def made(
        cls, given: Configuration, macros: dict[str, str], doubtful: frozenset[str]
    ) -> Configuration:
        """Make one of what is given, the macros that were found, and the names that were not."""
        told = {**macros, **given.macros}
        return cls(given.symbols, told, given.total, given.undefined, doubtful - told.keys())


class Definer(Protocol):
    """A file that may define a macro."""

    def certain_macro(self, name: str) -> Macro | Absence | None:
        """The macro, where it rests on no other file; why it is not known; None for none."""


# The files that may define a name, the best one first.
Definers: TypeAlias = Callable[[str], Iterable[Definer]]


def values_of(
    names: Iterable[str], definers: Definers, configuration: Configuration
) -> dict[str, str]:
    """Return what macros stand for, down to numbers; those are left out that come to no number."""

    def macro(name: str) -> Macro | None:
        found = configuration.find(name)
        if isinstance(found, Macro):
            return found
        each_found = (each.certain_macro(name) for each in definers(name))
        best = next((each for each in each_found if each is not None), None)
        return best if isinstance(best, Macro) else None

    expanded = ((name, expand(name, macro)) for name in sorted(names)[:_MOST_NAMES])
    return {name: f"({text})" for name, text in expanded if text and not _names_in(text)}


def _names_in(text: str) -> bool:
    return any(each.kind is Kind.NAME for each in lexemes(text))
