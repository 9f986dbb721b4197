"""What Kconfig text says: symbols, their properties, blocks, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from analyzer.kconfig.expr import Expr, Operand


class SymbolType(Enum):
    """The type of a symbol. ``UNKNOWN`` is the kernel's word for a symbol without one."""

    BOOL = "bool"
    TRISTATE = "tristate"
    STRING = "string"
    INT = "int"
    HEX = "hex"
    UNKNOWN = "unknown"


class PropertyKind(Enum):
    """The kinds of property, in the language's own words."""

    TYPE = "type"
    PROMPT = "prompt"
    DEFAULT = "default"
    SELECT = "select"
    IMPLY = "imply"
    DEPENDS = "depends"
    RANGE = "range"
    VISIBLE = "visible"
    HELP = "help"
    MODULES = "modules"
    OPTIONAL = "optional"
    TRANSITIONAL = "transitional"
    OPTION = "option"


@dataclass(frozen=True, slots=True)
class TypeLine:
    """``bool``, also as the first half of ``bool "text"`` and of ``def_bool y``."""

    type: SymbolType
    line: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """``prompt "text" if CONDITION``, also as the second half of ``bool "text"``."""

    text: str
    condition: Expr | None
    line: int


@dataclass(frozen=True, slots=True)
class Default:
    """``default VALUE if CONDITION``. ``shorthand``: it came as ``def_bool``, ``def_tristate``."""

    value: Expr
    condition: Expr | None
    line: int
    shorthand: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """``select TARGET if CONDITION``."""

    target: str
    condition: Expr | None
    line: int


@dataclass(frozen=True, slots=True)
class Imply:
    """``imply TARGET if CONDITION``."""

    target: str
    condition: Expr | None
    line: int


@dataclass(frozen=True, slots=True)
class DependsOn:
    """``depends on REQUIREMENT``; also the expression of an ``if`` block."""

    requirement: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Range:
    """``range LOW HIGH if CONDITION``."""

    low: Operand
    high: Operand
    condition: Expr | None
    line: int


@dataclass(frozen=True, slots=True)
class VisibleIf:
    """``visible if REQUIREMENT`` of a menu."""

    requirement: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Help:
    """A help text without its common indentation. ``line`` is that of the word ``help``."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Modules:
    """``modules``: this symbol says whether modules are there at all."""

    line: int


@dataclass(frozen=True, slots=True)
class OptionalChoice:
    """``optional`` of a choice: none of its symbols need be y."""

    line: int


@dataclass(frozen=True, slots=True)
class Transitional:
    """``transitional``: the symbol is kept for old configuration files only."""

    line: int


@dataclass(frozen=True, slots=True)
class Option:
    """``option NAME`` or ``option NAME="VALUE"``, the form of kernels before 5.14."""

    name: str
    value: str | None
    line: int


Property: TypeAlias = (
    TypeLine
    | Prompt
    | Default
    | Select
    | Imply
    | DependsOn
    | Range
    | VisibleIf
    | Help
    | Modules
    | OptionalChoice
    | Transitional
    | Option
)


@dataclass(frozen=True, slots=True)
class Unread:
    """A piece of Kconfig that was not understood, and why."""

    path: str
    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """One definition of a symbol: one ``config`` or ``menuconfig`` with all that belongs to it.

    ``conditions`` are the requirements of the enclosing ``if``, ``menu`` and ``choice`` blocks,
    outermost first; the symbol's own ``depends on`` lines are among its properties.
    """

    name: str
    menuconfig: bool
    type: SymbolType
    properties: tuple[Property, ...]
    path: str
    line: int
    end_line: int
    conditions: tuple[Expr, ...] = ()


class EntryKind(Enum):
    """What else a Kconfig file is made of, besides symbols."""

    MENU = "menu"
    CHOICE = "choice"
    IF = "if"
    COMMENT = "comment"
    MAINMENU = "mainmenu"


@dataclass(frozen=True, slots=True)
class Entry:
    """A block, or a comment. ``title`` is the text of a menu or comment, the name of a choice.

    The expression of an ``if`` is its one ``DependsOn``. ``end_line`` is that of the closing word,
    or None if there is none.
    """

    kind: EntryKind
    title: str | None
    properties: tuple[Property, ...]
    path: str
    line: int
    end_line: int | None
    conditions: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """``source "PATTERN"``. ``relative``: to the file's directory; ``optional``: may be absent."""

    pattern: str
    relative: bool
    optional: bool
    path: str
    line: int
    conditions: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class MacroLine:
    """``NAME = VALUE`` (also ``:=`` and ``+=``), or a lone ``$(call)`` with an empty operator."""

    name: str
    operator: str
    value: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class KconfigFile:
    """One file, each kind of thing in the order of the file."""

    path: str
    symbols: tuple[Symbol, ...] = ()
    entries: tuple[Entry, ...] = ()
    sources: tuple[Source, ...] = ()
    macros: tuple[MacroLine, ...] = ()
    unread: tuple[Unread, ...] = ()
