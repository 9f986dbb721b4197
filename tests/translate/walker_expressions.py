"""Expressions, for the walking evaluator: each visit gives a type and a value, or a place.

Integers and addresses are ints, records are bytes with their shadow.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from walker_declarations import Alias, Constant, Variable
from walker_literals import codes, number
from walker_static import Types
from walker_types import (
    VOID,
    Array,
    IntType,
    Member,
    Pointer,
    Record,
    Routine,
    Type,
    Void,
    WalkerFault,
    WalkerRefusal,
)

from analyzer.csource import syntax as c

Place = tuple[Type, int, Member | None]
Valued = tuple[Type, Any]

_COMPARISONS = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_PLAIN = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}


class Expressions(Types):
    """The visitor of expressions."""

    def __init__(self, model_name: str) -> None:
        super().__init__(model_name)
        self.texts: dict[int, int] = {}
        self.values: dict[type, Callable[[Any], Valued]] = {
            c.Name: self.name,
            c.Number: self.number,
            c.Character: self.character,
            c.String: self.string,
            c.Unary: self.unary,
            c.Step: self.step,
            c.Binary: self.binary,
            c.Logical: self.logical,
            c.Assign: self.assign,
            c.Conditional: self.conditional,
            c.Comma: self.comma,
            c.Call: self.call_expression,
            c.Member: self.read,
            c.Index: self.read,
            c.Cast: self.cast,
            c.SizeOf: self.size_of,
            c.OffsetOf: self.offset_of,
            c.Literal: self.read,
            c.StatementExpression: self.statement_expression,
        }
        self.places: dict[type, Callable[[Any], Place]] = {
            c.Name: self.name_place,
            c.String: self.string_place,
            c.Unary: self.unary_place,
            c.Member: self.member_place,
            c.Index: self.index_place,
            c.Literal: self.literal_place,
            c.Call: self.call_place,
        }

    # The next layer says what calls and statements do, and what macros stand for.
    call_expression: Callable[[c.Call], Valued]
    statement_expression: Callable[[c.StatementExpression], Valued]

    def value(self, node: c.Expr) -> Valued:
        """The type and value of an expression; arrays and functions have become addresses."""
        visit = self.values.get(type(node))
        if visit is None:
            raise WalkerRefusal(f"the expression {type(node).__name__}", node.span.line)
        return visit(node)

    def place(self, node: c.Expr) -> Place:
        """The place of an lvalue; a record that is none is put into a temporary object."""
        visit = self.places.get(type(node))
        return self.temporary(node) if visit is None else visit(node)

    def call_place(self, node: c.Call) -> Place:
        expanded = self.expansion(node)
        return self.temporary(node) if expanded is None else self.place(expanded)

    def temporary(self, node: c.Expr) -> Place:
        kind, value = self.value(node)
        if not isinstance(kind, Record):
            raise WalkerRefusal("no lvalue", node.span.line)
        at = self.memory.reserve(kind)
        self.memory.store_bytes(at, value)
        return kind, at, None

    def truth(self, node: c.Expr) -> bool:
        kind, value = self.value(node)
        if not isinstance(kind, IntType | Pointer):
            raise WalkerFault("no value", node.span.line)
        return bool(value)

    # --- objects --------------------------------------------------------------------------------

    def load(self, kind: Type, at: int, member: Member | None) -> Valued:
        if member is not None and member.bits is not None:
            return self.load_bits(kind, at, member.shift, member.bits)
        if isinstance(kind, IntType):
            return kind, self.memory.load(at, kind.size, kind.signed)
        if isinstance(kind, Pointer):
            return kind, self.memory.load(at, kind.size, False)
        if isinstance(kind, Array):
            return Pointer(kind.of, self.model.pointer_size), at
        if isinstance(kind, Routine):
            return Pointer(kind, self.model.pointer_size), at
        if isinstance(kind, Record):
            return kind, self.memory.load_bytes(at, kind.size)
        return kind, None

    def load_bits(self, kind: Type, at: int, shift: int, bits: int) -> Valued:
        assert isinstance(kind, IntType)
        value = self.memory.load_bits(at, shift, bits, kind.signed and kind.rank > 0)
        return self.bits_type(kind, bits), value

    def store(self, kind: Type, at: int, member: Member | None, value: Any) -> Any:
        """Store a value of the type; return what the object then holds."""
        if member is not None and member.bits is not None:
            self.memory.store_bits(at, member.shift, member.bits, value)
            assert isinstance(kind, IntType)
            signed = kind.signed and kind.rank > 0
            return self.memory.load_bits(at, member.shift, member.bits, signed)
        if isinstance(kind, Record):
            self.memory.store_bytes(at, value)
        elif isinstance(kind, IntType | Pointer):
            self.memory.store(at, kind.size, value)
        else:
            raise WalkerRefusal("an assignment to no object", self.memory.line)
        return value

    def convert(self, given: Type, value: Any, wanted: Type) -> Any:
        """The value, converted as if by assignment or a cast."""
        if isinstance(wanted, IntType):
            if isinstance(given, IntType | Pointer):
                return value if given is wanted else wanted.wrap(value)
        elif isinstance(wanted, Pointer):
            if isinstance(given, IntType | Pointer):
                return value & ((1 << wanted.size * 8) - 1)
        elif isinstance(wanted, Void) or given is wanted:
            return value
        if isinstance(given, Void):
            raise WalkerFault("no value", self.memory.line)
        raise WalkerRefusal("a conversion of these types", self.memory.line)

    def read(self, node: c.Expr) -> Valued:
        place = self.places[type(node)](node)
        self.memory.line = node.span.line
        return self.load(*place)

    # --- leaves ---------------------------------------------------------------------------------

    def name(self, node: c.Name) -> Valued:
        found = self.scope.get(node.name)
        if found is None or self.is_macro(node.name):
            expanded = self.expansion(node)
            if expanded is not None:
                return self.value(expanded)
            found = self.globals.get(node.name)
        if isinstance(found, Constant):
            return found.type, found.value
        if isinstance(found, Variable):
            self.memory.line = node.span.line
            return self.load(found.type, found.address, None)
        raise WalkerRefusal(f"the name {node.name}", node.span.line)

    is_macro: Callable[[str], bool]

    def name_place(self, node: c.Name) -> Place:
        expanded = self.expansion(node)
        if expanded is not None:
            return self.place(expanded)
        found = self.find(node.name)
        if not isinstance(found, Variable):
            raise WalkerRefusal(f"the name {node.name}", node.span.line)
        return found.type, found.address, None

    def number(self, node: c.Number) -> Valued:
        found = number(node.text, self.model)
        if found is None:
            raise WalkerRefusal(f"the constant {node.text}", node.span.line)
        return found

    def character(self, node: c.Character) -> Valued:
        found = codes(node.text)
        if len(found) != 1:
            raise WalkerRefusal(f"the character {node.text}", node.span.line)
        return self.model.int, self.model.char.wrap(found[0])

    def string(self, node: c.String) -> Valued:
        kind, at, _ = self.string_place(node)
        return self.decayed(kind), at

    def string_place(self, node: c.String) -> Place:
        data = self.characters(node)
        kind = Array(self.model.char, len(data))
        at = self.texts.get(id(node))
        if at is None:
            at = self.texts[id(node)] = self.memory.reserve(kind, static=True)
            self.store_text(kind, at, node)
        return kind, at, None

    # --- operators ------------------------------------------------------------------------------

    def unary(self, node: c.Unary) -> Valued:
        op = node.op
        if op == "*":
            return self.read(node)
        if op == "&":
            kind, at, member = self.place(node.operand)
            if member is not None and member.bits is not None:
                raise WalkerRefusal("the address of a bit-field", node.span.line)
            return Pointer(kind, self.model.pointer_size), at
        kind, value = self.value(node.operand)
        if op == "!":
            self.convert(kind, value, self.model.bool)
            return self.model.int, 0 if value else 1
        kind = self.promoted(kind, node)
        if op == "-":
            return kind, kind.wrap(-value)
        return kind, kind.wrap(~value) if op == "~" else value

    def unary_place(self, node: c.Unary) -> Place:
        if node.op != "*":
            raise WalkerRefusal("no lvalue", node.span.line)
        kind, at = self.value(node.operand)
        if not isinstance(kind, Pointer):
            raise WalkerRefusal("an access through no pointer", node.span.line)
        return kind.to, at, None

    def step(self, node: c.Step) -> Valued:
        kind, at, member = self.place(node.operand)
        self.memory.line = node.span.line
        read, old = self.load(kind, at, member)
        by = 1 if node.op == "++" else -1
        if isinstance(kind, Pointer):
            new = self.moved(kind, old, by)
        elif isinstance(kind, IntType):
            new = kind.wrap(old + by)
        else:
            raise WalkerRefusal("a step of no scalar", node.span.line)
        new = self.store(kind, at, member, new)
        return read, new if node.prefix else old

    def moved(self, kind: Pointer, at: int, by: int) -> int:
        return (at + by * kind.to.size) & ((1 << kind.size * 8) - 1)

    def binary(self, node: c.Binary) -> Valued:
        left, a = self.value(node.left)
        right, b = self.value(node.right)
        return self.operate(node.op, left, a, right, b, node)

    def operate(self, op: str, left: Type, a: Any, right: Type, b: Any, node: c.Expr) -> Valued:
        if isinstance(left, Pointer) or isinstance(right, Pointer):
            return self.operate_pointers(op, left, a, right, b, node)
        left, right = self.promoted(left, node), self.promoted(right, node)
        if op in ("<<", ">>"):
            if not 0 <= b < left.bits:
                raise WalkerFault("shift", node.span.line)
            return left, left.wrap(a << b) if op == "<<" else a >> b
        kind = self.model.common(left, right)
        a, b = kind.wrap(a), kind.wrap(b)
        plain = _PLAIN.get(op)
        if plain is not None:
            return kind, kind.wrap(plain(a, b))
        compare = _COMPARISONS.get(op)
        if compare is not None:
            return self.model.int, 1 if compare(a, b) else 0
        return kind, self.divide(op, kind, a, b, node)

    def divide(self, op: str, kind: IntType, a: int, b: int, node: c.Expr) -> int:
        if b == 0 or (b == -1 and kind.signed and a == -kind.high - 1):
            raise WalkerFault("division", node.span.line)
        quotient = abs(a) // abs(b)
        if (a < 0) != (b < 0):
            quotient = -quotient
        return quotient if op == "/" else a - quotient * b

    def operate_pointers(
        self, op: str, left: Type, a: Any, right: Type, b: Any, node: c.Expr
    ) -> Valued:
        compare = _COMPARISONS.get(op)
        if compare is not None:
            wide = left if isinstance(left, Pointer) else right
            a, b = self.convert(left, a, wide), self.convert(right, b, wide)
            return self.model.int, 1 if compare(a, b) else 0
        if op == "+" and isinstance(right, Pointer) and isinstance(left, IntType):
            left, a, right, b = right, b, left, a
        if op in ("+", "-") and isinstance(left, Pointer):
            if isinstance(right, IntType):
                return left, self.moved(left, a, b if op == "+" else -b)
            if op == "-" and isinstance(right, Pointer) and left.to.size:
                return self.model.long, (a - b) // left.to.size
        raise WalkerRefusal(f"{op} of these types", node.span.line)

    def logical(self, node: c.Logical) -> Valued:
        held = self.truth(node.left)
        if held == (node.op == "&&"):
            held = self.truth(node.right)
        return self.model.int, 1 if held else 0

    def assign(self, node: c.Assign) -> Valued:
        kind, at, member = self.place(node.target)
        given, value = self.value(node.value)
        self.memory.line = node.span.line
        if node.op:
            read, old = self.load(kind, at, member)
            given, value = self.operate(node.op, read, old, given, value, node)
            self.memory.line = node.span.line
        value = self.store(kind, at, member, self.convert(given, value, kind))
        return kind, value

    def conditional(self, node: c.Conditional) -> Valued:
        if node.then is None:
            given, value = self.value(node.test)
            if not self.convert(given, value, self.model.bool):
                given, value = self.value(node.other)
        else:
            given, value = self.value(node.then if self.truth(node.test) else node.other)
        kind = self.type_of(node)
        return kind, self.convert(given, value, kind)

    def comma(self, node: c.Comma) -> Valued:
        self.value(node.left)
        return self.value(node.right)

    def cast(self, node: c.Cast) -> Valued:
        given, value = self.value(node.value)
        kind = self.type_named(node.type)
        self.memory.line = node.span.line
        return kind, self.convert(given, value, kind)

    def size_of(self, node: c.SizeOf) -> Valued:
        kind = self.operand_type(node.operand)
        if isinstance(kind, Record) and kind.members is None:
            raise WalkerRefusal(f"the size of {kind.tag}", node.span.line)
        return self.model.size_type, kind.align if node.align else kind.size

    def operand_type(self, node: c.Expr | c.TypeName) -> Type:
        if isinstance(node, c.TypeName):
            return self.type_named(node)
        # A parser may take a typedef's name for a variable's.
        found = self.find(node.name) if isinstance(node, c.Name) else None
        return found.type if isinstance(found, Alias) else self.type_of(node)

    def offset_of(self, node: c.OffsetOf) -> Valued:
        return self.model.size_type, self.offset(self.type_named(node.type), node.member)[1]

    def offset(self, base: Type, path: c.Expr) -> tuple[Type, int]:
        match path:
            case c.Name(_, name) | c.Member(_, c.Name(_, ""), name, _):
                kind, at = base, 0
            case c.Member(_, inner, name, False):
                kind, at = self.offset(base, inner)
            case c.Index(_, inner, index):
                kind, at = self.offset(base, inner)
                if isinstance(kind, Array):
                    return kind.of, at + self.constant(index) * kind.of.size
                raise WalkerRefusal("an offset", path.span.line)
            case _:
                raise WalkerRefusal("an offset", path.span.line)
        if not isinstance(kind, Record) or name not in kind.named:
            raise WalkerRefusal("an offset", path.span.line)
        return kind.named[name].type, at + kind.named[name].offset

    # --- places ---------------------------------------------------------------------------------

    def member_place(self, node: c.Member) -> Place:
        if node.arrow:
            pointer, at = self.value(node.value)
            kind = pointer.to if isinstance(pointer, Pointer) else VOID
        else:
            kind, at, _ = self.place(node.value)
        if not isinstance(kind, Record) or node.name not in kind.named:
            raise WalkerRefusal(f"the member {node.name}", node.span.line)
        member = kind.named[node.name]
        if at == 0:
            raise WalkerFault("null", node.span.line)
        return member.type, at + member.offset, member

    def index_place(self, node: c.Index) -> Place:
        left, a = self.value(node.value)
        right, b = self.value(node.index)
        if isinstance(right, Pointer):
            left, a, right, b = right, b, left, a
        if not isinstance(left, Pointer) or not isinstance(right, IntType):
            raise WalkerRefusal("an index of these types", node.span.line)
        return left.to, self.moved(left, a, b), None

    def literal_place(self, node: c.Literal) -> Place:
        kind = self.sized(self.type_named(node.type), node.value)
        outside = self.scope is self.globals
        variable = Variable(kind, self.memory.reserve(kind, static=outside))
        self.initialize(variable, node.value)
        return kind, variable.address, None


__all__ = ["Alias", "Expressions", "Place", "Valued"]
