"""Where names are looked up: what a list of declarations declares, by name and by tag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol, TypeAlias

from analyzer.csource.syntax import (
    ArrayOf,
    Declaration,
    Declared,
    Function,
    Macro,
    Name,
    Tagged,
    TypedefName,
    TypeOf,
)

# The type name that marks a type as indivisible in the shipped header.
_OPAQUE = TypedefName("opaque")


@dataclass(frozen=True, slots=True)
class Named:
    """A name that a declarator declares: a typedef, a variable or a function."""

    declaration: Declaration
    declared: Declared


@dataclass(frozen=True, slots=True)
class Listed:
    """A name that an enum lists."""

    enum: Tagged


Ordinary: TypeAlias = Named | Listed | Function


class Standing(Enum):
    """What a source's word is worth beside the others'.

    A C file's OWN names are nobody else's. What the LANGUAGE header says, of indivisible types and
    of macros, a TREE cannot change. What the MODEL declares has no macro of a tree behind it, and
    its variables are constants of the run-time table.
    """

    OWN = "own"
    LANGUAGE = "language"
    TREE = "tree"
    MODEL = "model"


class Source(Protocol):
    """Something that declares names, such as a file. Each answer is None for what it does not."""

    @property
    def standing(self) -> Standing:
        """What its word is worth."""

    def ordinary(self, name: str) -> Ordinary | None:
        """What declares an ordinary name."""

    def tagged(self, tag: str) -> Tagged | None:
        """The struct, union or enum of a tag, with its body."""

    def macro(self, name: str) -> Macro | None:
        """The ``#define`` of a name."""


class Declarations:
    """What a list of declarations declares. The first of several is kept, unless a later says more.

    Macros are in it by their names, the last one of a name.
    """

    standing = Standing.OWN

    def __init__(
        self, declarations: Iterable[Declaration] = (), macros: Iterable[Macro] = ()
    ) -> None:
        self._names: dict[str, Named | Listed] = {}
        self._tags: dict[str, Tagged] = {}
        self._macros = {macro.name: macro for macro in macros}
        for declaration in declarations:
            self._add(declaration)

    def ordinary(self, name: str) -> Ordinary | None:
        """See :meth:`Source.ordinary`."""
        return self._names.get(name)

    def tagged(self, tag: str) -> Tagged | None:
        """See :meth:`Source.tagged`."""
        return self._tags.get(tag)

    def macro(self, name: str) -> Macro | None:
        """See :meth:`Source.macro`."""
        return self._macros.get(name)

    def _add(self, declaration: Declaration) -> None:
        for declared in declaration.declared:
            if declared.name is not None:
                self._keep(declared.name, Named(declaration, declared))
        for tagged in described(declaration):
            if tagged.tag is not None:
                self._tags.setdefault(tagged.tag, tagged)
            for enumerator in tagged.enumerators or ():
                self._names.setdefault(enumerator.name, Listed(tagged))

    def _keep(self, name: str, found: Named) -> None:
        before = self._names.get(name)
        if before is None or (isinstance(before, Named) and _is_unsized(before)):
            self._names[name] = found


def described(declaration: Declaration) -> Iterator[Tagged]:
    """Yield the tagged types that a declaration gives a body to, nested ones behind theirs.

    A body inside a struct's body declares its tag for all that follows, as C has it.
    """
    waiting = [declaration]
    while waiting:
        specifier = waiting.pop().specifier
        if isinstance(specifier, Tagged) and has_body(specifier):
            yield specifier
            waiting.extend(reversed(specifier.members or ()))


def without_layout(declaration: Declaration) -> Declaration:
    """Mark what a declaration describes as of a layout that is not known."""
    specifier = declaration.specifier
    if not isinstance(specifier, Tagged) or specifier.members is None:
        return declaration
    members = tuple(map(without_layout, specifier.members))
    changed = replace(specifier, members=members, packed=True)
    return replace(declaration, specifier=changed)


def has_body(tagged: Tagged) -> bool:
    """Whether the type is described, and not only named."""
    return tagged.members is not None or tagged.enumerators is not None


def is_opaque(found: Tagged | Named) -> bool:
    """Whether the language header holds a type to be indivisible.

    It says so by the type ``opaque``, as a typedef's type or as that of a struct's only member.
    """
    match found:
        case Tagged(members=(Declaration(specifier=specifier),)):
            return specifier == _OPAQUE
        case Named(declaration=declaration):
            return declaration.specifier == _OPAQUE
        case _:
            return False


def is_typedef(named: Named) -> bool:
    """Whether the name is that of a type."""
    return "typedef" in named.declaration.storage


def is_of_itself(found: Ordinary, name: str) -> bool:
    """Whether a name is declared as of its own type, which says nothing: ``EXPORT_SYMBOL`` does."""
    match found:
        case Named(declaration=Declaration(specifier=TypeOf(operand=Name(name=own)))):
            return own == name
        case _:
            return False


def _is_unsized(named: Named) -> bool:
    shape = named.declared.type.shape
    return bool(shape) and shape[0] == ArrayOf(None)
