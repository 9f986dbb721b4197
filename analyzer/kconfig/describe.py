"""What every property has in common, whatever its kind: kind, target, condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from analyzer.kconfig.expr import print_expr
from analyzer.kconfig.symbols import (
    Default,
    DependsOn,
    Help,
    Imply,
    Modules,
    Option,
    OptionalChoice,
    Prompt,
    Property,
    PropertyKind,
    Range,
    Select,
    SymbolType,
    Transitional,
    TypeLine,
    VisibleIf,
)

if TYPE_CHECKING:
    from analyzer.kconfig.expr import Expr

_KINDS: dict[type, PropertyKind] = {
    TypeLine: PropertyKind.TYPE,
    Prompt: PropertyKind.PROMPT,
    Default: PropertyKind.DEFAULT,
    Select: PropertyKind.SELECT,
    Imply: PropertyKind.IMPLY,
    DependsOn: PropertyKind.DEPENDS,
    Range: PropertyKind.RANGE,
    VisibleIf: PropertyKind.VISIBLE,
    Help: PropertyKind.HELP,
    Modules: PropertyKind.MODULES,
    OptionalChoice: PropertyKind.OPTIONAL,
    Transitional: PropertyKind.TRANSITIONAL,
    Option: PropertyKind.OPTION,
}


def kind_of(item: Property) -> PropertyKind:
    """Return the kind of a property."""
    return _KINDS[type(item)]


def type_of(properties: tuple[Property, ...]) -> SymbolType:
    """Return the first type among the properties, ``UNKNOWN`` without one."""
    types = (item.type for item in properties if isinstance(item, TypeLine))
    return next(types, SymbolType.UNKNOWN)


def condition_of(item: Property) -> Expr | None:
    """Return what follows a property's ``if``."""
    match item:
        case Prompt() | Default() | Select() | Imply() | Range():
            return item.condition
        case _:
            return None


def target_of(item: Property) -> str:
    """Return what a property is about, in words: the symbol selected, the type, the value."""
    match item:
        case Select(target) | Imply(target):
            return target
        case TypeLine(kind):
            return kind.value
        case Prompt(text) | Help(text):
            return text
        case Default(value):
            return print_expr(value)
        case DependsOn(requirement) | VisibleIf(requirement):
            return print_expr(requirement)
        case Range(low, high):
            return f"{print_expr(low)} {print_expr(high)}"
        case Option(name, value):
            return name if value is None else f"{name}={value}"
        case Modules() | OptionalChoice() | Transitional():
            return ""
        case _:
            assert_never(item)
