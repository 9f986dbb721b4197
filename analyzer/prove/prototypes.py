"""How a name is declared that has no body on either side."""

from __future__ import annotations

from enum import Enum

from analyzer.csource.syntax import Function, FunctionOf, Parameter
from analyzer.prove.definitions import Definitions
from analyzer.prove.stated import Said
from analyzer.translate.scope import Listed, Named, is_typedef


class Declared(Enum):
    """Whether a side declares a name."""

    YES = "declared"
    MODEL = "declared by the model alone"
    NO = "not declared"


def is_declared(side: Definitions, name: str) -> Declared:
    """Whether a file of a tree sees a declaration of a name."""
    if side.said(name):
        return Declared.YES
    modelled = side.environment.identifier(name) is not None
    return Declared.MODEL if modelled else Declared.NO


def is_type(said: Said) -> bool:
    """Whether a declaration makes a name that of a type."""
    return isinstance(said.ordinary, Named) and is_typedef(said.ordinary)


def is_function(said: Said) -> bool:
    """Whether a declaration is a function's."""
    match said.ordinary:
        case Function():
            return True
        case Named(declared=declared) if not is_type(said):
            shape = declared.type.shape
            return bool(shape) and isinstance(shape[0], FunctionOf)
        case _:
            return False


def is_constant(said: Said) -> bool:
    """Whether a declaration is that of an enum which lists the name."""
    return isinstance(said.ordinary, Listed)


def declared_alike(name: str, one: Definitions, other: Definitions) -> str:
    """In what the declarations of a name differ; nothing where they are alike.

    Alike are the same tokens, or the same types, unless a parameter's name stands elsewhere.
    """
    mine, theirs = one.said(name), other.said(name)
    if {each.tokens for each in mine} & {each.tokens for each in theirs}:
        return ""
    found = one.environment.identifier(name), other.environment.identifier(name)
    if found[0] is None or found[0] != found[1]:
        return f"{name} is declared otherwise"
    for each in mine:
        for their in theirs:
            if moved := _moved(_parameters(each), _parameters(their)):
                return f"{moved} is another parameter of {name}"
    return ""


def _moved(mine: tuple[str | None, ...], theirs: tuple[str | None, ...]) -> str:
    named = (each for each in mine if each is not None and each in theirs)
    return next((each for each in named if mine.index(each) != theirs.index(each)), "")


def _parameters(said: Said) -> tuple[str | None, ...]:
    found: tuple[Parameter, ...] = ()
    match said.ordinary:
        case Function(parameters=parameters):
            found = parameters
        case Named(declared=declared):
            functions = (each for each in declared.type.shape if isinstance(each, FunctionOf))
            first = next(functions, None)
            found = first.parameters if first is not None else ()
    return tuple(each.name for each in found)


def values(found: tuple[Said, ...]) -> tuple[tuple[str, ...], ...]:
    """What declarations say of a variable's value: those of the file itself, and initializers."""
    variables = (each for each in found if not is_function(each))
    return tuple(each.tokens for each in variables if each.own or "=" in each.tokens)
