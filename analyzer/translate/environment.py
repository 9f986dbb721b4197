"""What names mean where a piece of C stands: types, variables, functions, constants, macros.

Names are looked for in the block scopes, innermost first, and then in the sources in their order.
Nothing is read before it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from analyzer.csource.expand import expand
from analyzer.csource.file import CFile, parse_expression
from analyzer.csource.syntax import (
    Declaration,
    Declared,
    Expr,
    Function,
    Macro,
    Name,
    Span,
    Tag,
    Tagged,
    TypeName,
    Unparsed,
)
from analyzer.translate import resolve as types_of
from analyzer.translate.constant import evaluate
from analyzer.translate.headers import Headers, Seen
from analyzer.translate.identifier import Constant, FunctionName, Identifier, Variable
from analyzer.translate.operand import operand_type
from analyzer.translate.resolve import TypeOfExpr, record_of
from analyzer.translate.scope import (
    Source,
    Standing,
    has_body,
)
from analyzer.translate.sources import FileSource, shipped
from analyzer.translate.types import CType, Field, FunctionType, Integer, Model, Record
from analyzer.translate.world import World, declared_as

if TYPE_CHECKING:
    from analyzer.translate.layout import Layout

__all__ = ["Constant", "Environment", "FunctionName", "Identifier", "Variable"]


class Environment:
    """What names mean at one place. ``inner`` makes that of a block within."""

    def __init__(self, model: Model, *sources: Source) -> None:
        self._world = World(model, sources, self)
        self._outer: Environment | None = None
        self._names: dict[str, Identifier | CType] = {}
        self._tags: dict[str, CType] = {}
        # What a C file sees of its tree's headers.
        self.seen: Seen | None = None

    @classmethod
    def of_file(cls, file: CFile, model: Model, headers: Headers | None = None) -> Environment:
        """What names mean in a C file, by itself or with the headers of its tree."""
        language, modelled = shipped()
        tree = (headers.of_width(model.long_bits).seen_from(file),) if headers is not None else ()
        others = (language, *tree)

        def beyond(name: str) -> Macro | None:
            found = (each.macro(name) for each in others)
            return next((each for each in found if each is not None), None)

        made = cls(model, FileSource(file, beyond), *others, modelled)
        made.seen = tree[0] if tree else None
        return made

    @cached_property
    def beyond_file(self) -> Environment:
        """What names mean in the headers that a C file sees: without what is the file's own."""
        world = self._world
        shared = [each for each in world.sources if each.standing is not Standing.OWN]
        return Environment(world.model, *shared)

    @property
    def model(self) -> Model:
        """The data model."""
        return self._world.model

    def inner(self) -> Environment:
        """Make the environment of a block: what it declares shadows what is around it."""
        inside = Environment.__new__(Environment)
        inside._world = self._world
        inside._outer = self
        inside._names = {}
        inside._tags = {}
        return inside

    # --- declaring ------------------------------------------------------------------------------

    def bind(self, identifier: Identifier) -> None:
        """Declare a name in this block, such as a parameter's."""
        self._names[identifier.name] = identifier

    def declare(
        self, declaration: Declaration, typeof: TypeOfExpr | None = None
    ) -> tuple[Identifier, ...]:
        """Declare in this block what a declaration declares.

        Return its variables and functions in order, one for each declarator; none for a typedef.
        """
        owner = f"{declaration.span.line}:{declaration.span.column}"
        if isinstance(declaration.specifier, Tagged) and not declaration.declared:
            self._forward(declaration.specifier, owner)
        base = types_of.specified(declaration.specifier, self, owner, typeof)
        found: list[Identifier] = []
        for declared in declaration.declared:
            kind = types_of.of_declared(declared, base, self, typeof)
            if declared.name is None:
                continue
            if "typedef" in declaration.storage:
                self._names[declared.name] = kind
            else:
                found.append(declared_as(declared.name, kind))
                self.bind(found[-1])
        return tuple(found)

    def _forward(self, tagged: Tagged, owner: str) -> None:
        """``struct x;`` in a block makes a type of its own there."""
        if self._outer and tagged.tag and tagged.kind is not Tag.ENUM:
            self._tags.setdefault(tagged.tag, record_of(tagged, f"{tagged.tag} {owner}"))

    def specified(self, tagged: Tagged, owner: str, typeof: TypeOfExpr | None = None) -> CType:
        """Return the type of a struct, union or enum specifier; declare it where it has a body."""
        if not has_body(tagged):
            return self.tagged(tagged.kind, tagged.tag or "")
        if tagged.kind is Tag.ENUM:
            return self._enum(tagged, typeof)
        if self._outer is None and tagged.tag and self._world.has_tag(tagged.tag):
            return self.tagged(tagged.kind, tagged.tag)
        return self._record(tagged, owner, typeof)

    def _enum(self, tagged: Tagged, typeof: TypeOfExpr | None) -> CType:
        constants, kind = self._world.enumeration(tagged, self, typeof)
        if self._outer is not None:
            for constant in constants:
                self.bind(constant)
            if tagged.tag is not None:
                self._tags[tagged.tag] = kind
        return kind

    def _record(self, tagged: Tagged, owner: str, typeof: TypeOfExpr | None) -> CType:
        """Declare a struct that the sources cannot be asked for: a local or anonymous one."""
        record = self._tags.get(tagged.tag or "")
        if record is None or self._world.is_described(record):
            local = self._outer is not None or tagged.tag is None
            name = tagged.tag or tagged.kind.value
            record = record_of(tagged, f"{name} {owner}" if local else name)
        if not isinstance(record, Record):
            return record
        if tagged.tag is not None:
            self._tags[tagged.tag] = record
        self._world.bodies[record.tag] = (self, tagged)
        if self._outer is not None:
            # Now: the tags that stand inside belong to this block.
            self._world.describe(record, typeof)
        return record

    # --- asking ---------------------------------------------------------------------------------

    def typedef(self, name: str) -> CType | None:
        """Return the type of a typedef's name; None where no typedef declares it."""
        found = self._local(name)
        if found is None:
            return self._world.typedef(name)
        return None if isinstance(found, FunctionName | Variable | Constant) else found

    def identifier(self, name: str) -> Identifier | None:
        """Return the variable, function or enumerator of a name; None where nothing declares it."""
        found = self._local(name)
        if found is None:
            return self._world.identifier(name)
        return found if isinstance(found, FunctionName | Variable | Constant) else None

    def tagged(self, kind: Tag, tag: str) -> CType:
        """Return the struct, union or enum of a tag.

        An enum is its integer type. ``Opaque`` for one whose constants are not all known, and
        for a struct that the shipped header holds to be indivisible.
        """
        scope: Environment | None = self
        while scope is not None:
            if tag in scope._tags:
                return scope._tags[tag]
            scope = scope._outer
        return self._world.tagged(kind, tag)

    def fields(self, record: Record) -> tuple[Field, ...] | None:
        """Return the members of a struct or union; None where it is not described."""
        return self._world.fields_of(record)

    def field(self, record: Record, name: str) -> tuple[Field, ...] | None:
        """Return the way to a member: the anonymous members that it is in, and itself, last."""
        for field in self.fields(record) or ():
            if field.name == name:
                return (field,)
            if field.name is None and isinstance(field.type, Record):
                way = self.field(field.type, name)
                if way is not None:
                    return (field, *way)
        return None

    def has_layout(self, record: Record) -> bool:
        """Whether a struct lies as its members say: no attribute asks for another layout.

        Of a struct that the model's header describes, not all members are known.
        """
        return self._world.has_layout(record)

    @property
    def layouts(self) -> dict[Record, Layout | None]:
        """The layouts that are known: ``layout`` keeps them here."""
        return self._world.layouts

    def forget_layout(self, tag: str) -> None:
        """Note that a struct's members are known, and how they lie is not."""
        self._world.unlaid.add(tag)

    def macro(self, name: str) -> Macro | None:
        """Return the macro of a name; None where there is none, or a block's name hides it."""
        found = self._world.macro(name)
        hidden = found is not None and found.parameters is None and self._local(name) is not None
        return None if hidden else found

    def is_modelled(self, name: str) -> bool:
        """Whether the model's header declares a name that is no type's."""
        return self._world.is_modelled(name)

    def read(self, text: str, span: Span) -> Expr | None:
        """Expand and read the text of an expression, such as a macro's body.

        None where it is none. Its nodes stand at ``span``.
        """
        full = expand(text, self.macro)
        found = parse_expression(full, span, "") if full is not None else None
        return None if isinstance(found, Unparsed) else found

    def evaluate(self, expr: Expr, typeof: TypeOfExpr | None = None) -> tuple[int, Integer] | None:
        """Return the value of an integer constant expression: see ``constant.evaluate``."""
        return evaluate(expr, self, typeof)

    def resolve(self, name: TypeName, typeof: TypeOfExpr | None = None) -> CType:
        """Return the type that a type name means."""
        return types_of.resolve(name, self, f"{name.span.line}:{name.span.column}", typeof)

    def of_declared(self, declared: Declared, typeof: TypeOfExpr | None = None) -> CType:
        """Return the type of a declarator, as :meth:`declare` has it, declaring nothing."""
        owner = f"{declared.span.line}:{declared.span.column}"
        base = types_of.specified(declared.type.specifier, self, owner, typeof)
        return types_of.of_declared(declared, base, self, typeof)

    def signature(self, function: Function) -> FunctionType:
        """Return the type of a function that is defined."""
        returns = self.resolve(function.returns)
        takes = types_of.taken(function.parameters, function.variadic, self)
        return FunctionType(returns, takes)

    def type_of(self, operand: Expr, typeof: TypeOfExpr | None) -> CType:
        """Return the type of an expression; by ``typeof`` if there is one.

        A lone name may be a typedef's, which the parser cannot tell.
        """
        known = self.typedef(operand.name) if isinstance(operand, Name) else None
        if known is not None:
            return known
        return typeof(operand) if typeof is not None else operand_type(operand, self)

    @contextmanager
    def looking_at(self, what: str) -> Iterator[bool]:
        """Guard a meaning that may rest on itself: False where it does, or on too many others."""
        with self._world.looking_at(what) as fresh:
            yield fresh

    @contextmanager
    def nested(self) -> Iterator[bool]:
        """Count a level of an expression's nesting: False where there are too many to go on."""
        with self._world.nested() as bearable:
            yield bearable

    def _local(self, name: str) -> Identifier | CType | None:
        scope: Environment | None = self
        while scope is not None:
            if name in scope._names:
                return scope._names[name]
            scope = scope._outer
        return None
