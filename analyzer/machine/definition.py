"""What a definition in a tree is: a function, a macro, and what it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from analyzer.csource.syntax import TypeName


class Form(Enum):
    """What a name that is called stands for."""

    FUNCTION = "function"
    INLINE = "inline function"
    MACRO = "macro"
    VARIABLE = "variable"
    OTHER = "macro without parameters"


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter: its name and its type as text and as written; a macro's has no type."""

    name: str | None
    type: str | None
    written: TypeName | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition or prototype of a name. ``path`` and ``line`` are the tree's.

    ``parameters`` is None where they do not show. The last one of a variadic macro takes the rest;
    ``variadic`` of a function means more than these. ``conditions`` are those of the ``#if`` around
    it, the guard of the header left out. ``body`` is a macro's.
    """

    name: str
    form: Form
    path: str
    line: int
    parameters: tuple[Given, ...] | None
    variadic: bool = False
    conditions: tuple[str, ...] = ()
    body: str = ""

    def takes(self, count: int | None) -> bool:
        """Whether it can be called with so many arguments; also where that is not known."""
        if self.parameters is None or count is None:
            return True
        least = most = len(self.parameters)
        if self.form is Form.MACRO:
            # gcc: the rest may be left out. One empty argument is how none are written.
            least -= self.variadic or most == 1
        return count >= least and (self.variadic or count <= most)

    @property
    def certain(self) -> bool:
        """Whether no ``#if`` decides that it is there."""
        return not self.conditions

    def __str__(self) -> str:
        if self.parameters is None:
            return self.name
        shown = [_shown(each) for each in self.parameters]
        if self.variadic and self.form is not Form.MACRO:
            shown.append("...")
        return f"{self.name}({', '.join(shown)})"


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of the tree."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why it cannot be said that a name is not there, and where that shows."""

    why: str
    spot: Spot | None = None


def _shown(parameter: Given) -> str:
    return " ".join(filter(None, (parameter.type, parameter.name)))
