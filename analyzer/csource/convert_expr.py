"""Expressions of the grammar's tree in our syntax."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from analyzer.csource.convert import Reader, only
from analyzer.csource.marks import AlignMark, OffsetMark, Strange, TypeOfPlace, TypePlace
from analyzer.csource.syntax import (
    Assign,
    Basic,
    Binary,
    Block,
    Call,
    Cast,
    Character,
    Comma,
    Conditional,
    Expr,
    Index,
    IndexRange,
    Initializers,
    Item,
    Literal,
    Logical,
    Member,
    Name,
    Number,
    OffsetOf,
    SizeOf,
    Span,
    StatementExpression,
    Step,
    String,
    TypeName,
    Unary,
    Unsupported,
)

if TYPE_CHECKING:
    from analyzer.csource.parse import Raw

BASIC_WORDS = frozenset(
    [
        "void",
        "char",
        "short",
        "int",
        "long",
        "float",
        "double",
        "signed",
        "unsigned",
        "_Bool",
        "bool",
        "__int128",
        "__signed__",
        "__signed",
        "_Complex",
    ]
)
_NO_NAMES = frozenset(
    [
        "auto",
        "break",
        "case",
        "const",
        "continue",
        "default",
        "do",
        "else",
        "enum",
        "extern",
        "for",
        "goto",
        "if",
        "register",
        "return",
        "sizeof",
        "static",
        "struct",
        "switch",
        "typedef",
        "union",
        "volatile",
        "while",
    ]
)
_EITHER = frozenset("-+*&")


class ExpressionReader(Reader):
    """Reads expressions."""

    @abstractmethod
    def type_name(self, node: Raw) -> TypeName:
        """Read a type descriptor."""

    @abstractmethod
    def type_at(self, start: int, end: int) -> TypeName:
        """Read a type from bytes of the piece that the rewrite took out of the grammar's sight."""

    @abstractmethod
    def value_at(self, start: int, end: int) -> Expr:
        """Read an expression from bytes of the piece that the grammar took for something else."""

    @abstractmethod
    def operand_at(self, start: int, end: int) -> Expr | TypeName:
        """Read the operand of a ``typeof``, likewise."""

    @abstractmethod
    def typeof_at(self, mark: TypeOfPlace, node: Raw) -> TypeName:
        """Make the type that a ``typeof`` names."""

    @abstractmethod
    def block(self, node: Raw) -> Block:
        """Read a block."""

    def expression(self, node: Raw) -> Expr:
        """Read an expression."""
        reader = self._EXPRESSIONS.get(node.kind)
        if reader is None:
            raise self.fail(f"a {node.kind.replace('_', ' ')} where a value belongs", node)
        self.deeper(node)
        result = reader(self, node)
        self.depth -= 1
        return result

    def field(self, node: Raw, name: str) -> Raw:
        """The child in a field that the grammar always fills."""
        child = only(node.children, name)
        if child is None:
            raise self.fail(f"a {node.kind.replace('_', ' ')} without its {name}", node)
        return child

    def optional(self, node: Raw, name: str) -> Expr | None:
        """The expression in a field, if any."""
        child = only(node.children, name)
        return None if child is None else self.expression(child)

    def inner(self, node: Raw) -> Raw:
        """The only child."""
        if len(node.children) != 1:
            raise self.fail(f"a {node.kind.replace('_', ' ')} of {len(node.children)} parts", node)
        return node.children[0]

    def condition(self, node: Raw) -> Expr:
        """The expression in the parenthesis of a statement."""
        return self.expression(self.field(node, "condition"))

    def operator(self, node: Raw) -> str:
        """The operator of an expression."""
        return self.field(node, "operator").kind

    # --- one for each kind of node ---

    def _name(self, node: Raw) -> Expr:
        if node.start in self.rewritten.marks:
            strange = self.mark(node, Strange)
            if strange is not None:
                text = self.slice(strange.start, strange.end)
                return Unsupported(self.span(node), strange.what, text)
            raise self.fail("a type where a value belongs", node)
        text = self.word(node)
        if text in BASIC_WORDS or text in _NO_NAMES:
            raise self.fail(f"the keyword {text!r} where a value belongs", node)
        return Name(self.span(node), text)

    def _number(self, node: Raw) -> Expr:
        span, text = self.span(node), self.text(node)
        if text[0] not in "+-":
            return Number(span, text)
        # The grammar takes a sign into the constant; C has it as an operator.
        digits = text[1:].lstrip()
        inner = Span(span.end_line, span.end_column - len(digits), span.end_line, span.end_column)
        return Unary(span, text[0], Number(inner, digits))

    def _character(self, node: Raw) -> Expr:
        return Character(self.span(node), self.text(node))

    def _string(self, node: Raw) -> Expr:
        return String(self.span(node), (self.text(node),))

    def _strings(self, node: Raw) -> Expr:
        return String(self.span(node), tuple(self.text(piece) for piece in node.children))

    def _parenthesized(self, node: Raw) -> Expr:
        inner = self.inner(node)
        if inner.kind == "compound_statement":
            return StatementExpression(self.span(node), self.block(inner))
        return self.expression(inner)

    def _unary(self, node: Raw) -> Expr:
        place = self.mark(node, TypePlace)
        deduced = None if place is not None else self.mark(node, TypeOfPlace)
        if place is None and deduced is None:
            operand = self.expression(self.field(node, "argument"))
            return Unary(self.span(node), self.operator(node), operand)
        value = self.expression(self.field(node, "argument"))
        if place is not None:
            kind = self.type_at(place.start, place.end)
        elif deduced is not None:
            kind = self.typeof_at(deduced, node)
        return Cast(self.span(node), kind, value)

    def _pointer(self, node: Raw) -> Expr:
        operator, argument = self.operator(node), self.field(node, "argument")
        if operator == "&" and self.rewritten.data[node.start : node.start + 2] == b"&&":
            return Unsupported(self.span(node), "the address of a label", self.text(node))
        return Unary(self.span(node), operator, self.expression(argument))

    def _update(self, node: Raw) -> Expr:
        operator, argument = self.field(node, "operator"), self.field(node, "argument")
        prefix = operator.start < argument.start
        value = self.expression(argument)
        if not prefix and isinstance(value, Unary) and argument.kind != "parenthesized_expression":
            # The grammar has "!x++" as "(!x)++"; to C the step binds first.
            operand = value.operand.span
            inner = Span(operand.line, operand.column, *self.span(node)[2:])
            stepped = Step(inner, operator.kind, value.operand, prefix=False)
            return Unary(self.span(node), value.op, stepped)
        return Step(self.span(node), operator.kind, value, prefix)

    def _binary(self, node: Raw) -> Expr:
        operator, left = self.operator(node), self.field(node, "left")
        if operator in _EITHER and (doubt := self._could_be_type(left)):
            return Unsupported(
                self.span(node), f"a cast to {doubt} or an operation", self.text(node)
            )
        make = Logical if operator in ("&&", "||") else Binary
        right = self.field(node, "right")
        return make(self.span(node), operator, self.expression(left), self.expression(right))

    def _could_be_type(self, node: Raw) -> str | None:
        """The name in a parenthesis of which nothing shows whether it is a type."""
        if node.kind != "parenthesized_expression" or len(node.children) != 1:
            return None
        inner = node.children[0]
        if inner.kind != "identifier" or inner.start in self.rewritten.marks:
            return None
        name = self.word(inner)
        if self.is_value(name) or (name.isupper() and not self.is_type(name)):
            return None
        return name

    def _assignment(self, node: Raw) -> Expr:
        target, value = self.field(node, "left"), self.field(node, "right")
        operator = self.operator(node)[:-1]
        return Assign(self.span(node), operator, self.expression(target), self.expression(value))

    def _conditional(self, node: Raw) -> Expr:
        then = self.optional(node, "consequence")
        test, other = self.condition(node), self.field(node, "alternative")
        return Conditional(self.span(node), test, then, self.expression(other))

    def _comma(self, node: Raw) -> Expr:
        left, right = self.field(node, "left"), self.field(node, "right")
        return Comma(self.span(node), self.expression(left), self.expression(right))

    def _call(self, node: Raw) -> Expr:
        function, arguments = self.field(node, "function"), self.field(node, "arguments")
        if self.mark(node, OffsetMark) is not None:
            return self._offset_of(node, arguments)
        doubt = self._could_be_type(function)
        if doubt is not None:
            return Unsupported(self.span(node), f"a cast to {doubt} or a call", self.text(node))
        read = tuple(self._argument(child) for child in arguments.children)
        return Call(self.span(node), self.expression(function), read)

    def _argument(self, node: Raw) -> Expr | TypeName:
        if node.kind == "identifier":
            place = self.mark(node, TypePlace)
            if place is not None:
                return self.type_at(place.start, place.end)
            deduced = self.mark(node, TypeOfPlace)
            if deduced is not None:
                return self.typeof_at(deduced, node)
            text = self.word(node)
            if text in BASIC_WORDS:
                return TypeName(self.span(node), Basic((text,)))
        if node.kind == "compound_statement":
            return Unsupported(self.span(node), "a block as an argument", self.text(node))
        return self.expression(node)

    def _offset_of(self, node: Raw, arguments: Raw) -> Expr:
        if len(arguments.children) != 2:
            raise self.fail("offsetof takes a type and a member", node)
        kind = self._argument(arguments.children[0])
        if isinstance(kind, Name):
            kind = self.named_type(kind)
        if not isinstance(kind, TypeName):
            raise self.fail("offsetof takes a type", node)
        return OffsetOf(self.span(node), kind, self.expression(arguments.children[1]))

    @abstractmethod
    def named_type(self, name: Name) -> TypeName:
        """Take a name for a typedef's."""

    def _member(self, node: Raw) -> Expr:
        value, name = self.field(node, "argument"), self.field(node, "field")
        arrow = self.operator(node) == "->"
        return Member(self.span(node), self.expression(value), self.word(name), arrow)

    def _index(self, node: Raw) -> Expr:
        value, index = self.field(node, "argument"), self.field(node, "index")
        return Index(self.span(node), self.expression(value), self.expression(index))

    def _cast(self, node: Raw) -> Expr:
        kind, value = self.field(node, "type"), self.field(node, "value")
        return Cast(self.span(node), self.type_name(kind), self.expression(value))

    def _sizeof(self, node: Raw) -> Expr:
        align = self.mark(node, AlignMark) is not None
        kind = only(node.children, "type")
        if kind is not None:
            return SizeOf(self.span(node), self.type_name(kind), align)
        value = self.field(node, "value")
        inner = value
        while inner.kind == "parenthesized_expression" and len(inner.children) == 1:
            inner = inner.children[0]
        if inner.kind == "identifier":
            found = self._argument(inner)
            if (
                isinstance(found, Name)
                and self.is_type(found.name)
                and not self.is_value(found.name)
            ):
                found = self.named_type(found)
            return SizeOf(self.span(node), found, align)
        return SizeOf(self.span(node), self.expression(value), align)

    def _literal(self, node: Raw) -> Expr:
        kind, value = self.field(node, "type"), self.field(node, "value")
        return Literal(self.span(node), self.type_name(kind), self.initializers(value))

    def _unsupported(self, node: Raw) -> Expr:
        self.used.update(at for at in self.rewritten.marks if node.start <= at < node.end)
        return Unsupported(self.span(node), node.kind.replace("_", " "), self.text(node))

    # --- initializers ---

    def initial(self, node: Raw) -> Expr | Initializers:
        """Read what a variable or member is initialized with."""
        if node.kind == "initializer_list":
            return self.initializers(node)
        return self.expression(node)

    def initializers(self, node: Raw) -> Initializers:
        """Read ``{ ... }``."""
        self.deeper(node)
        items = tuple(self._item(child) for child in node.children)
        self.depth -= 1
        return Initializers(self.span(node), items)

    def _item(self, node: Raw) -> Item:
        if node.kind != "initializer_pair":
            return Item(self.span(node), (), self.initial(node))
        designators = tuple(
            self._designator(child) for child in node.children if child.field == "designator"
        )
        return Item(self.span(node), designators, self.initial(self.field(node, "value")))

    def _designator(self, node: Raw) -> str | Expr | IndexRange:
        if node.kind == "field_identifier":
            return self.word(node)
        if node.kind == "field_designator":
            return self.word(node.children[-1])
        if node.kind == "subscript_range_designator":
            first, last = self.field(node, "start"), self.field(node, "end")
            return IndexRange(self.span(node), self.expression(first), self.expression(last))
        return self.expression(self.inner(node))

    _EXPRESSIONS: ClassVar[dict[str, Callable[[ExpressionReader, Raw], Expr]]] = {
        "identifier": _name,
        "true": _name,
        "false": _name,
        "null": _name,
        "number_literal": _number,
        "char_literal": _character,
        "string_literal": _string,
        "concatenated_string": _strings,
        "parenthesized_expression": _parenthesized,
        "unary_expression": _unary,
        "pointer_expression": _pointer,
        "update_expression": _update,
        "binary_expression": _binary,
        "assignment_expression": _assignment,
        "conditional_expression": _conditional,
        "comma_expression": _comma,
        "call_expression": _call,
        "field_expression": _member,
        "subscript_expression": _index,
        "cast_expression": _cast,
        "sizeof_expression": _sizeof,
        "compound_literal_expression": _literal,
        "generic_expression": _unsupported,
    }
