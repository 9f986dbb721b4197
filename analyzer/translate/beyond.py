"""What the conditions of one file rest on in other files.

A configuration says which macros a build defines. The value of one that a header defines, as in
``#if BITS_PER_LONG == 64``, is in no configuration: taken for 0, it would pick a wrong arm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.csource.configuration import Absence, Configuration
from analyzer.csource.syntax import Macro

_CONDITION = re.compile(rb"^[ \t]*+#[ \t]*+(?:el)?if\b((?:[^\n\\]|\\(?:\r?\n|.)?)*+)", re.MULTILINE)
# What asks whether a name is defined, and not what it stands for.
_ASKED = re.compile(
    rb"\b(?:defined|IS_ENABLED|IS_BUILTIN|IS_MODULE|IS_REACHABLE|__is_defined|__has_\w++)"
    rb"\s*+(?:\([^()]*+\)|\w++)|/\*(?:[^*]|\*(?!/))*+\*/|//[^\n]*+|'(?:[^'\\\n]|\\.)*+'"
)
_NAME = re.compile(rb"(?<![\w$.])[A-Za-z_]\w*+")


def doubts_of(data: bytes) -> frozenset[bytes]:
    """Return the names whose values the conditions of a text ask for, ``CONFIG_`` ones left out."""
    found: set[bytes] = set()
    for match in _CONDITION.finditer(data):
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
