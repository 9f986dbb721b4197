"""What a translation comes to: a function of Python, or the reason why there is none."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import CodeType
from typing import Literal

from analyzer.csource.syntax import Span
from analyzer.translate.types import CType


class Use(Enum):
    """How translated code uses a name that it does not define."""

    CALL = "call"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Need:
    """A name that the run-time table, or another translation, has to give; and its first use."""

    name: str
    use: Use
    span: Span

    @property
    def kind(self) -> Literal["call", "value"]:
        """See ``program.Need``."""
        return self.use.value


@dataclass(frozen=True, slots=True)
class Unit:
    """Python code to bind: it defines ``python_name``.

    ``setup`` fills static variables once all units are defined. ``constants`` are what the code
    names and the translation itself knows: shapes of records, values of enumerators. ``needs``
    are left to other units and the run-time table.
    """

    name: str
    python_name: str
    code: CodeType
    setup: CodeType | None
    constants: Mapping[str, object]
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Translated:
    """A C function as Python.

    ``tree`` and ``statics`` carry the C file's lines and columns; ``unit`` is what they compile
    to. ``notes`` say what was taken for granted.

    ``names`` are the C names of the ``parameters``. Of a fragment, ``changed`` are the names that
    it assigns to, whose values the result ends in, in this order; and ``cells`` those whose address
    it takes: each is given as a ``runtime.pointers.Pointer`` to a list of one, its value, which the
    fragment reads and writes there.
    """

    name: str
    path: str
    span: Span
    parameters: tuple[CType, ...]
    returns: CType
    tree: ast.FunctionDef
    statics: tuple[ast.stmt, ...]
    unit: Unit
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[Need, ...]:
        """What the function leaves to others."""
        return self.unit.needs


@dataclass(frozen=True, slots=True)
class TranslatedVariable:
    """A variable of a file: the unit makes it, and fills it."""

    name: str
    path: str
    span: Span
    type: CType
    unit: Unit


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A function that was read and is not translated: where, and why."""

    name: str
    path: str
    span: Span
    reason: str
    text: str = ""


class RefusedError(Exception):
    """Carries the reason and place of an ``Untranslated``; never leaves this package."""

    def __init__(self, reason: str, span: Span) -> None:
        super().__init__(reason)
        self.reason = reason
        self.span = span
