"""Declarations, types and declarators of the grammar's tree in our syntax."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from analyzer.csource.convert import only
from analyzer.csource.convert_expr import BASIC_WORDS, ExpressionReader
from analyzer.csource.idioms import MEMBERS
from analyzer.csource.marks import ArmMark, Group, MemberMacro, NoName, TypeOfPlace, TypePlace
from analyzer.csource.syntax import (
    ArrayOf,
    Basic,
    Declaration,
    Declared,
    Derivation,
    Enumerator,
    Expr,
    FunctionOf,
    Initializers,
    Name,
    Parameter,
    PointerTo,
    Specifier,
    Tag,
    Tagged,
    TypedefName,
    TypeName,
    TypeOf,
    UnsupportedType,
)

if TYPE_CHECKING:
    from analyzer.csource.parse import Raw

_STORAGE = frozenset(("static", "extern", "typedef", "register", "inline"))
_TAGS = {
    "struct_specifier": Tag.STRUCT,
    "union_specifier": Tag.UNION,
    "enum_specifier": Tag.ENUM,
}
_NAMES = frozenset(("identifier", "field_identifier", "type_identifier", "primitive_type"))
_BEHIND_FUNCTION = frozenset(("identifier", "call_expression", "type_qualifier"))
NEEDS_CONFIGURATION = "needs a configuration"


class DeclarationReader(ExpressionReader):
    """Reads declarations, and expressions below them."""

    def declaration(self, node: Raw) -> Declaration:
        """Read a declaration of variables, members, types or functions."""
        self.deeper(node)
        storage: set[str] = set()
        kind: Raw | None = None
        declarators: list[Raw] = []
        for child in node.children:
            if child.kind in _STORAGE:
                storage.add(child.kind)
            elif child.kind == "storage_class_specifier":
                storage.add(self._storage(child))
            elif child.field == "type":
                kind = child
            elif child.field == "declarator" or child.kind == "bitfield_clause":
                declarators.append(child)
            elif child.kind != "type_qualifier":
                raise self.fail(f"a {child.kind.replace('_', ' ')} in a declaration", child)
        if kind is None:
            raise self.fail("a declaration without a type", node)
        specifier = self.specifier(kind)
        declared = tuple(self._declared(declarators, specifier))
        if not declared and node.kind == "field_declaration" and _is_nameless(specifier):
            declared = (Declared(self.span(kind), None, TypeName(self.span(kind), specifier)),)
        self.depth -= 1
        return Declaration(self.span(node), frozenset(storage), specifier, declared)

    def _storage(self, node: Raw) -> str:
        word = self.word(node)
        if word not in _STORAGE:
            raise self.fail(f"the storage class {word!r}", node)
        return word

    def _declared(self, nodes: list[Raw], specifier: Specifier) -> Iterator[Declared]:
        for number, node in enumerate(nodes):
            if node.kind == "bitfield_clause":
                if number and nodes[number - 1].kind != "bitfield_clause":
                    continue
                bits = self.expression(node.children[-1])
                kind = TypeName(self.span(node), specifier)
                yield Declared(self.span(node), None, kind, None, bits)
                continue
            behind = nodes[number + 1] if number + 1 < len(nodes) else None
            width = behind if behind is not None and behind.kind == "bitfield_clause" else None
            yield self._one(node, specifier, width)

    def _one(self, node: Raw, specifier: Specifier, width: Raw | None) -> Declared:
        declarator, value = node, None
        if node.kind == "init_declarator":
            declarator, value = self.field(node, "declarator"), self.field(node, "value")
        if declarator.kind == "parenthesized_declarator" and self.inner(declarator).kind in _NAMES:
            raise self.fail("a macro or a declaration", node)
        nameless = self.mark(declarator, NoName) is not None
        name, shape = (None, ()) if nameless else self.declarator(declarator)
        if name is not None:
            self.declared.add(name)
        initial: Expr | Initializers | None = None if value is None else self.initial(value)
        bits = None if width is None else self.expression(width.children[-1])
        kind = TypeName(self.span(declarator), specifier, shape)
        return Declared(self.span(node), name, kind, initial, bits)

    # --- declarators ---

    def declarator(self, node: Raw | None) -> tuple[str | None, tuple[Derivation, ...]]:
        """Read a declarator: its name, and what is derived, from the name outwards."""
        found: list[Derivation] = []
        while node is not None and node.kind not in _NAMES:
            self.deeper(node)
            reader = self._DECLARATORS.get(node.kind)
            if reader is None:
                raise self.fail(f"a {node.kind.replace('_', ' ')} where a name belongs", node)
            derivation = reader(self, node)
            if derivation is not None:
                found.append(derivation)
            node = self._next_declarator(node)
        self.depth -= len(found)
        found.reverse()
        if node is None:
            return None, tuple(found)
        if node.start in self.rewritten.marks:
            raise self.fail("no name", node)
        return self.word(node), tuple(found)

    def _next_declarator(self, node: Raw) -> Raw | None:
        if node.kind in ("parenthesized_declarator", "abstract_parenthesized_declarator"):
            self.depth -= 1
            return self.inner(node)
        return only(node.children, "declarator")

    def _pointer_to(self, node: Raw) -> Derivation:
        for child in node.children:
            if child.field is None and child.kind not in ("*", "type_qualifier"):
                raise self.fail(f"a {child.kind.replace('_', ' ')} behind a '*'", child)
        return PointerTo()

    def _array_of(self, node: Raw) -> Derivation:
        size = only(node.children, "size")
        return ArrayOf(None if size is None or size.kind == "*" else self.expression(size))

    def _function_of(self, node: Raw) -> Derivation:
        for child in node.children:
            if child.field is None and child.kind not in _BEHIND_FUNCTION:
                raise self.fail(f"a {child.kind.replace('_', ' ')} behind parameters", child)
        return self.parameters(self.field(node, "parameters"))

    def _nothing(self, node: Raw) -> Derivation | None:
        return None

    def parameters(self, node: Raw) -> FunctionOf:
        """Read the parameters of a function."""
        variadic = False
        parameters: list[Parameter] = []
        for child in node.children:
            if child.kind == "variadic_parameter":
                variadic = True
            elif child.kind == "parameter_declaration":
                parameters.append(self._parameter(child))
            else:
                raise self.fail("a parameter without a type", child)
        nothing = TypeName(parameters[0].type.span, Basic(("void",))) if parameters else None
        if len(parameters) == 1 and parameters[0].name is None and parameters[0].type == nothing:
            parameters.clear()
        return FunctionOf(tuple(parameters), variadic)

    def _parameter(self, node: Raw) -> Parameter:
        kind, declarator = self.field(node, "type"), only(node.children, "declarator")
        for child in node.children:
            if child.field is None and child.kind not in (
                "type_qualifier",
                "storage_class_specifier",
            ):
                raise self.fail(f"a {child.kind.replace('_', ' ')} in a parameter", child)
        if declarator is None:
            return Parameter(self.span(node), None, self.whole_type(kind))
        name, shape = self.declarator(declarator)
        if name is not None:
            self.declared.add(name)
        span = self.span(node)
        return Parameter(span, name, TypeName(span, self.specifier(kind), shape))

    # --- types ---

    def type_name(self, node: Raw) -> TypeName:
        """Read a type descriptor."""
        for child in node.children:
            if child.field is None and child.kind != "type_qualifier":
                raise self.fail(f"a {child.kind.replace('_', ' ')} in a type", child)
        kind, declarator = self.field(node, "type"), only(node.children, "declarator")
        if declarator is None:
            return self.whole_type(kind)
        name, shape = self.declarator(declarator)
        if name is not None:
            raise self.fail("a name in a type", node)
        return TypeName(self.span(node), self.specifier(kind), shape)

    def whole_type(self, node: Raw) -> TypeName:
        """Read a specifier with nothing derived from it; the rewrite may have hidden more."""
        place = self.mark(node, TypePlace)
        if place is not None:
            return self.type_at(place.start, place.end)
        return TypeName(self.span(node), self.specifier(node))

    def named_type(self, name: Name) -> TypeName:
        """Take a name for a typedef's."""
        return TypeName(name.span, TypedefName(name.name))

    def specifier(self, node: Raw) -> Specifier:
        """Read a type specifier."""
        if node.kind in _TAGS:
            return self._tagged(node)
        if node.kind == "sized_type_specifier":
            return self._sized(node)
        if node.kind not in ("primitive_type", "type_identifier"):
            raise self.fail(f"a {node.kind.replace('_', ' ')} where a type belongs", node)
        deduced = self.mark(node, TypeOfPlace)
        if deduced is not None:
            return self.typeof_at(deduced, node).specifier
        place = self.mark(node, TypePlace)
        if place is not None and not (hidden := self.type_at(place.start, place.end)).shape:
            return hidden.specifier
        if node.start in self.rewritten.marks:
            raise self.fail("no type", node)
        text = self.word(node)
        if text == "__auto_type":
            return TypeOf(None)
        if text == "__label__":
            raise self.fail("the declaration of a label", node)
        return Basic((text,)) if text in BASIC_WORDS else TypedefName(text)

    def typeof_at(self, mark: TypeOfPlace, node: Raw) -> TypeName:
        """Make the type that a ``typeof`` names."""
        return TypeName(self.span(node), TypeOf(self.operand_at(mark.start, mark.end)))

    def _sized(self, node: Raw) -> Specifier:
        words = [self.word(each) for each in node.children if each.kind != "type_qualifier"]
        if not BASIC_WORDS.issuperset(words):
            raise self.fail("a type of several words", node)
        return Basic(tuple(sorted(words)))

    def _tagged(self, node: Raw) -> Specifier:
        self.deeper(node)
        name, body = only(node.children, "name"), only(node.children, "body")
        tag = None if name is None else self.word(name)
        members = enumerators = None
        for child in node.children:
            if child.field is None and child.kind not in ("struct", "union", "enum"):
                raise self.fail(f"a {child.kind.replace('_', ' ')} in a type", child)
        kind = _TAGS[node.kind]
        if body is not None and kind is Tag.ENUM:
            enumerators = tuple(self._enumerator(child) for child in body.children)
        elif body is not None:
            members = tuple(self.member(child) for child in body.children)
        packed = body is not None and self._has_layout(node)
        self.depth -= 1
        return Tagged(kind, tag, members, enumerators, packed)

    def _has_layout(self, node: Raw) -> bool:
        """Whether an attribute in or right behind the type changes how it is laid out."""
        data, end = self.rewritten.data, node.end
        while end < len(data) and data[end : end + 1].isspace():
            end += 1
        return any(node.start <= at < end for at in self.rewritten.layout)

    def member(self, node: Raw) -> Declaration:
        """Read a member of a struct or union."""
        if self.mark(node, ArmMark) is not None:
            raise self.fail(f"{NEEDS_CONFIGURATION}: #if among members", node)
        if node.kind != "field_declaration":
            raise self.fail(f"a {node.kind.replace('_', ' ')} among members", node)
        made = self.mark(node, MemberMacro)
        if made is not None:
            return self._made(made, node)
        before = set(self.declared)
        declaration = self.declaration(node)
        self.declared = before
        group = self.mark(node, Group)
        return declaration if group is None else _grouped(declaration, group)

    def _made(self, made: MemberMacro, node: Raw) -> Declaration:
        """Read the member that a macro makes; what it makes may be unknown."""
        span, pattern = self.span(node), MEMBERS.get(made.macro)
        arguments = self.arguments(made.start, made.end)
        if pattern is not None and pattern.count("{") <= len(arguments):
            return self.member_from(pattern.format(*arguments), node)
        unknown = UnsupportedType(self.text(node))
        declared = Declared(span, None, TypeName(span, unknown))
        return Declaration(span, frozenset(), unknown, (declared,))

    @abstractmethod
    def member_from(self, text: str, node: Raw) -> Declaration:
        """Read a member from text that stands for a node."""

    def _enumerator(self, node: Raw) -> Enumerator:
        if node.kind != "enumerator":
            raise self.fail(f"a {node.kind.replace('_', ' ')} in an enum", node)
        name = self.word(self.field(node, "name"))
        self.declared.add(name)
        return Enumerator(self.span(node), name, self.optional(node, "value"))

    _DECLARATORS: ClassVar[dict[str, Callable[[DeclarationReader, Raw], Derivation | None]]] = {
        "pointer_declarator": _pointer_to,
        "abstract_pointer_declarator": _pointer_to,
        "array_declarator": _array_of,
        "abstract_array_declarator": _array_of,
        "function_declarator": _function_of,
        "abstract_function_declarator": _function_of,
        "parenthesized_declarator": _nothing,
        "abstract_parenthesized_declarator": _nothing,
    }


def _is_nameless(specifier: Specifier) -> bool:
    return (
        isinstance(specifier, Tagged) and specifier.tag is None and specifier.kind is not Tag.ENUM
    )


def _grouped(declaration: Declaration, group: Group) -> Declaration:
    """Make a group of members what it is: a union of them as they are and as one struct."""
    span, members = declaration.span, declaration.specifier
    if not isinstance(members, Tagged):
        raise TypeError("a group is a struct")
    named = replace(members, tag=group.tag)
    bare, whole = (
        Declaration(span, frozenset(), kind, (Declared(span, name, TypeName(span, kind)),))
        for kind, name in ((members, None), (named, group.name))
    )
    union = Tagged(Tag.UNION, None, (bare, whole), None, members.packed)
    declared = (Declared(span, None, TypeName(span, union)),)
    return Declaration(span, frozenset(), union, declared)
