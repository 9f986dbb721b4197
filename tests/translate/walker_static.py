"""The types of expressions that are not evaluated, for the walking evaluator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walker_declarations import Constant, Declarations, Variable
from walker_types import (
    VOID,
    Array,
    IntType,
    Pointer,
    Record,
    Routine,
    Type,
    Void,
    WalkerFault,
    WalkerRefusal,
)

from analyzer.csource import syntax as c

COMPARISONS = frozenset(("<", ">", "<=", ">=", "==", "!="))


class Types(Declarations):
    """The visitor of expressions that gives types alone."""

    def __init__(self, model_name: str) -> None:
        super().__init__(model_name)
        self.types: dict[int, Type] = {}
        self.kinds: dict[type, Callable[[Any], Type]] = {
            c.Name: self.name_type,
            c.Number: lambda node: self.number(node)[0],
            c.Character: lambda node: self.model.int,
            c.String: lambda node: Array(self.model.char, len(self.characters(node))),
            c.Unary: self.unary_type,
            c.Step: lambda node: self.type_of(node.operand),
            c.Binary: self.binary_type,
            c.Logical: lambda node: self.model.int,
            c.Assign: lambda node: self.type_of(node.target),
            c.Conditional: self.conditional_type,
            c.Comma: lambda node: self.decayed(self.type_of(node.right)),
            c.Call: self.call_type,
            c.Member: self.member_type,
            c.Index: self.index_type,
            c.Cast: lambda node: self.type_named(node.type),
            c.SizeOf: lambda node: self.model.size_type,
            c.OffsetOf: lambda node: self.model.size_type,
            c.Literal: lambda node: self.sized(self.type_named(node.type), node.value),
            c.StatementExpression: self.statement_type,
        }

    # The next layers say what numbers, statements and macros are.
    number: Callable[[c.Number], tuple[IntType, int]]
    statement_type: Callable[[c.StatementExpression], Type]
    expansion: Callable[[c.Expr], c.Expr | None]
    builtin_type: Callable[[str], Type | None]

    def type_of(self, node: c.Expr) -> Type:
        """The type of an expression that is not evaluated, before it decays."""
        known = self.types.get(id(node))
        if known is None:
            visit = self.kinds.get(type(node))
            if visit is None:
                raise WalkerRefusal(f"the type of {type(node).__name__}", node.span.line)
            known = self.types[id(node)] = visit(node)
        return known

    def name_type(self, node: c.Name) -> Type:
        expanded = self.expansion(node)
        if expanded is not None:
            return self.type_of(expanded)
        found = self.find(node.name)
        if isinstance(found, Variable | Constant):
            return found.type
        raise WalkerRefusal(f"the name {node.name}", node.span.line)

    def unary_type(self, node: c.Unary) -> Type:
        inner = self.type_of(node.operand)
        if node.op == "&":
            return Pointer(inner, self.model.pointer_size)
        if node.op == "*":
            inner = self.decayed(inner)
            return inner.to if isinstance(inner, Pointer) else VOID
        return self.model.int if node.op == "!" else self.promoted(inner, node)

    def binary_type(self, node: c.Binary) -> Type:
        left, right = self.decayed(self.type_of(node.left)), self.decayed(self.type_of(node.right))
        if node.op in COMPARISONS:
            return self.model.int
        if isinstance(left, Pointer):
            return self.model.long if isinstance(right, Pointer) else left
        if isinstance(right, Pointer):
            return right
        left, right = self.promoted(left, node), self.promoted(right, node)
        return left if node.op in ("<<", ">>") else self.model.common(left, right)

    def conditional_type(self, node: c.Conditional) -> Type:
        then = node.test if node.then is None else node.then
        left, right = self.decayed(self.type_of(then)), self.decayed(self.type_of(node.other))
        if isinstance(left, IntType) and isinstance(right, IntType):
            return self.model.common(self.promoted(left, node), self.promoted(right, node))
        if isinstance(left, Pointer) and isinstance(right, Pointer):
            # A void pointer wins, unless it is the null pointer constant.
            if isinstance(left.to, Void) != isinstance(right.to, Void):
                void, other = (left, right) if isinstance(left.to, Void) else (right, left)
                return other if _is_null(then if void is left else node.other) else void
            return left
        if isinstance(left, Pointer) or isinstance(right, Pointer):
            return left if isinstance(left, Pointer) else right
        return VOID if isinstance(left, Void) or isinstance(right, Void) else left

    def call_type(self, node: c.Call) -> Type:
        if isinstance(node.function, c.Name):
            expanded = self.expansion(node)
            if expanded is not None:
                return self.type_of(expanded)
            builtin = self.builtin_type(node.function.name)
            if builtin is not None:
                return builtin
        kind = self.type_of(node.function)
        if isinstance(kind, Pointer):
            kind = kind.to
        if not isinstance(kind, Routine):
            raise WalkerRefusal("a call of no function", node.span.line)
        return kind.returns

    def member_type(self, node: c.Member) -> Type:
        kind = self.type_of(node.value)
        if node.arrow:
            pointer = self.decayed(kind)
            kind = pointer.to if isinstance(pointer, Pointer) else VOID
        if not isinstance(kind, Record) or node.name not in kind.named:
            raise WalkerRefusal(f"the member {node.name}", node.span.line)
        member = kind.named[node.name]
        if member.bits is not None:
            return self.bits_type(member.type, member.bits)
        return member.type

    def index_type(self, node: c.Index) -> Type:
        for side in (node.value, node.index):
            kind = self.decayed(self.type_of(side))
            if isinstance(kind, Pointer):
                return kind.to
        raise WalkerRefusal("an index of these types", node.span.line)

    def decayed(self, kind: Type) -> Type:
        if isinstance(kind, Array):
            return Pointer(kind.of, self.model.pointer_size)
        return Pointer(kind, self.model.pointer_size) if isinstance(kind, Routine) else kind

    def promoted(self, kind: Type, node: c.Expr) -> IntType:
        if isinstance(kind, Void):
            raise WalkerFault("no value", node.span.line)
        if not isinstance(kind, IntType):
            raise WalkerRefusal("arithmetic with no integer", node.span.line)
        return self.model.promote(kind)

    def bits_type(self, kind: Type, bits: int) -> IntType:
        """The type of a bit-field in an expression, as gcc has it."""
        assert isinstance(kind, IntType)
        if bits <= 32:
            return self.model.int if bits < 32 or kind.signed else self.model.unsigned
        return kind if bits == kind.bits else self.model.wide(bits, kind.signed)


def _is_null(node: c.Expr) -> bool:
    while isinstance(node, c.Cast):
        node = node.value
    return isinstance(node, c.Number) and node.text.rstrip("uUlL") in ("0", "0x0")
