"""One header of a tree: its text as it is, as the configuration picks it, and what is in it.

Nothing is picked before something is asked of it that the text as it is may answer.
"""

from __future__ import annotations

import re
from functools import cached_property

from analyzer.csource.arms import pick
from analyzer.csource.configuration import Configuration
from analyzer.translate.pieces import Pieces, may_have_body

_DEFINED = re.compile(rb"#[ \t]*+define[ \t]++([A-Za-z_$][\w$]*+)")
# Whatever is defined or declared has one of these behind its name: a ``#`` or ``/`` begins what
# will be blank there, an underscore an annotation.
_DECLARED = re.compile(rb"(?<![\w$])[A-Za-z_$][\w$]*+(?=\s*+[;,=\[(:){}#/_])")


class Header:
    """One header of a tree."""

    def __init__(self, path: str, data: bytes, configuration: Configuration | None) -> None:
        self.path = path
        self.data = data
        self._configuration = configuration
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
        return frozenset(_DECLARED.findall(self.data))

    def may_describe(self, tag: bytes) -> bool:
        """Whether it may have a body for a tag: a cheap look."""
        if tag not in self._bodies:
            self._bodies[tag] = may_have_body(self.data, tag)
        return self._bodies[tag]

    @cached_property
    def pieces(self) -> Pieces:
        """What the configuration picks of it; all of it, where there is none."""
        if self._configuration is None:
            return Pieces(self.data, self.path)
        text = pick(self.data.decode("utf-8", "surrogateescape"), self._configuration)
        return Pieces(text.encode("utf-8", "surrogateescape"), self.path)
