"""What all environments of one translation share: the sources, and what was learnt of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, assert_never

from analyzer.csource.syntax import Function, Macro, Tag, Tagged
from analyzer.translate import resolve as types_of
from analyzer.translate.identifier import Constant, FunctionName, Identifier, Variable
from analyzer.translate.resolve import TypeOfExpr
from analyzer.translate.scope import Listed, Named, Source, Standing, is_opaque, is_typedef
from analyzer.translate.types import CType, Field, FunctionType, Model, Opaque, Record

if TYPE_CHECKING:
    from analyzer.translate.environment import Environment
    from analyzer.translate.layout import Layout

# How deep one name's meaning may rest on others' (a typedef of a typedef, a macro in a macro).
_DEEPEST = 40
# How deep expressions may nest, all those that rest on each other taken together.
_DEEPEST_EXPRESSION = 120
# Words of the language that stand where a name may: nothing declares them.
_KEYWORDS = frozenset(
    [
        "char",
        "short",
        "int",
        "long",
        "float",
        "double",
        "signed",
        "unsigned",
        "void",
        "const",
        "volatile",
        "struct",
        "union",
        "enum",
    ]
)


class World:
    """What all environments of one translation share: the sources, and what was learnt of them."""

    def __init__(self, model: Model, sources: tuple[Source, ...], file: Environment) -> None:
        self.model = model
        self.sources = sources
        self._file = file
        self.bodies: dict[str, tuple[Environment, Tagged]] = {}
        self.fields: dict[str, tuple[Field, ...]] = {}
        self._names: dict[str, Identifier | CType | None] = {}
        self.unlaid: set[str] = set()
        self.layouts: dict[Record, Layout | None] = {}
        self._macros: dict[str, Macro | None] = {}
        self._described: dict[str, tuple[Source, Tagged] | None] = {}
        self._enums: dict[int, tuple[Tagged, tuple[Constant, ...], CType]] = {}
        self._busy: set[str] = set()
        self._depth = 0

    def typedef(self, name: str) -> CType | None:
        """Return the type of a typedef's name at the top level."""
        found = self._meaning(name)
        return None if isinstance(found, FunctionName | Variable | Constant) else found

    def identifier(self, name: str) -> Identifier | None:
        """Return what a name that is no type means at the top level."""
        found = self._meaning(name)
        return found if isinstance(found, FunctionName | Variable | Constant) else None

    def _meaning(self, name: str) -> Identifier | CType | None:
        if name not in self._names:
            with self.looking_at(f"name {name}") as fresh:
                if not fresh:
                    return None
                self._names[name] = self._found(name)
        return self._names[name]

    def _found(self, name: str) -> Identifier | CType | None:
        if name in _KEYWORDS:
            return None
        for source in self.sources:
            if source.standing is Standing.LANGUAGE and source.macro(name) is not None:
                return None
            found = source.ordinary(name)
            if found is None:
                continue
            match found:
                case Listed(enum):
                    constants, _ = self.enumeration(enum, self._file, None)
                    return next((each for each in constants if each.name == name), None)
                case Function():
                    return FunctionName(name, self._file.signature(found))
                case Named():
                    if source.standing is Standing.LANGUAGE and is_opaque(found):
                        return Opaque(name)
                    return self._declared(name, found)
                case _:
                    assert_never(found)
        return None

    def _declared(self, name: str, found: Named) -> Identifier | CType:
        # An anonymous struct belongs to the first name that its declaration declares.
        owner = next(each.name for each in found.declaration.declared if each.name is not None)
        base = types_of.specified(found.declaration.specifier, self._file, owner, None)
        kind = types_of.of_declared(found.declared, base, self._file, None)
        if is_typedef(found):
            return kind
        own = any(each.ordinary(name) for each in self.sources if each.standing is Standing.OWN)
        return declared_as(name, kind, given=not own and self.is_modelled(name))

    def tagged(self, kind: Tag, tag: str) -> CType:
        """Return the struct, union or enum of a tag at the top level."""
        tag = self._renamed(tag)
        body = self._body(tag)
        if body is None or (body[1].kind is Tag.ENUM) != (kind is Tag.ENUM):
            return Opaque(f"enum {tag}") if kind is Tag.ENUM else Record(tag, kind is Tag.UNION)
        source, tagged = body
        if source.standing is Standing.LANGUAGE and is_opaque(tagged):
            return Opaque(f"{tagged.kind.value} {tag}")
        if kind is Tag.ENUM:
            return self.enumeration(tagged, self._file, None)[1]
        return Record(tag, tagged.kind is Tag.UNION)

    def _renamed(self, tag: str) -> str:
        """What a tag is that a macro stands for another by: ``rcu_head`` is ``callback_head``."""
        macro = self.macro(tag) if self._body(tag) is None else None
        if macro is None or macro.parameters is not None or self._body(macro.body) is None:
            return tag
        return macro.body

    def has_tag(self, tag: str) -> bool:
        """Whether a source describes a tag."""
        return self._body(tag) is not None

    def _body(self, tag: str) -> tuple[Source, Tagged] | None:
        if tag not in self._described:
            found = ((source, source.tagged(tag)) for source in self.sources)
            self._described[tag] = next(((at, body) for at, body in found if body), None)
        return self._described[tag]

    def body(self, record: Record) -> tuple[Environment, Tagged] | None:
        """Return what describes a record, and the environment of its members."""
        if record.tag not in self.bodies:
            found = self._body(record.tag)
            if found is None or found[1].members is None:
                return None
            self.bodies[record.tag] = (self._file, found[1])
        return self.bodies[record.tag]

    def has_layout(self, record: Record) -> bool:
        """See ``Environment.has_layout``."""
        body = self.body(record)
        if body is None or body[1].packed or record.tag in self.unlaid:
            return False
        shared = self._body(record.tag)
        return shared is None or shared[0].standing is not Standing.MODEL

    def is_described(self, kind: CType) -> bool:
        """Whether a type is a record that was given a body."""
        return isinstance(kind, Record) and kind.tag in self.bodies

    def fields_of(self, record: Record) -> tuple[Field, ...] | None:
        """Return the members of a record; None where it is not described."""
        if record.tag not in self.fields:
            self.describe(record, None)
        return self.fields.get(record.tag)

    def describe(self, record: Record, typeof: TypeOfExpr | None) -> None:
        """Work out the members of a record."""
        body = self.body(record)
        if body is None:
            return
        with self.looking_at(f"fields {record.tag}") as fresh:
            if fresh:
                members = body[1].members or ()
                self.fields[record.tag] = types_of.fields_of(members, body[0], record.tag, typeof)

    def enumeration(
        self, tagged: Tagged, environment: Environment, typeof: TypeOfExpr | None
    ) -> tuple[tuple[Constant, ...], CType]:
        """Return an enum's known constants and its type, worked out once."""
        known = self._enums.get(id(tagged))
        if known is not None:
            return known[1:]
        with self.looking_at(f"enum {id(tagged)}") as fresh:
            if not fresh:
                return (), Opaque(f"enum {tagged.tag}")
            constants, kind = types_of.enumeration(tagged, environment, typeof)
        self._enums[id(tagged)] = (tagged, constants, kind)
        return constants, kind

    def macro(self, name: str) -> Macro | None:
        """Return the macro of a name at the top level."""
        if name not in self._macros:
            self._macros[name] = self._macro(name)
        return self._macros[name]

    def _macro(self, name: str) -> Macro | None:
        for source in self.sources:
            if source.standing in (Standing.TREE, Standing.MODEL) and self.is_modelled(name):
                return None
            found = source.macro(name)
            if found is not None:
                return found
            if source.standing is Standing.OWN and source.ordinary(name) is not None:
                return None
        return None

    def is_modelled(self, name: str) -> bool:
        """See ``Environment.is_modelled``."""
        model = (each for each in self.sources if each.standing is Standing.MODEL)
        found = (each.ordinary(name) for each in model)
        return any(isinstance(each, Named) and not is_typedef(each) for each in found)

    @contextmanager
    def nested(self) -> Iterator[bool]:
        """See ``Environment.nested``."""
        self._depth += 1
        try:
            yield self._depth <= _DEEPEST_EXPRESSION
        finally:
            self._depth -= 1

    @contextmanager
    def looking_at(self, what: str) -> Iterator[bool]:
        """See ``Environment.looking_at``."""
        if what in self._busy or len(self._busy) >= _DEEPEST:
            yield False
            return
        self._busy.add(what)
        try:
            yield True
        finally:
            self._busy.discard(what)


def declared_as(name: str, kind: CType, *, given: bool = False) -> Identifier:
    """Make what a declarator declares, which is no typedef."""
    if isinstance(kind, FunctionType):
        return FunctionName(name, kind)
    return Variable(name, kind, given)
