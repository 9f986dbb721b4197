"""Constant expressions, with C's types and widths.

What C leaves undefined, and what is no integer constant, is None: never a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.csource.syntax import (
    Binary,
    Call,
    Cast,
    Character,
    Conditional,
    Expr,
    Logical,
    Name,
    Number,
    OffsetOf,
    SizeOf,
    TypeName,
    Unary,
)
from analyzer.translate.identifier import Constant
from analyzer.translate.layout import align_of, offset_of, size_of
from analyzer.translate.literals import Value, character, literal, text_bytes
from analyzer.translate.spelling import spelled
from analyzer.translate.types import Integer, common, promoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyzer.translate.environment import Environment
    from analyzer.translate.resolve import TypeOfExpr


__all__ = ["Value", "character", "evaluate", "literal", "text_bytes"]


def evaluate(
    expr: Expr, environment: Environment, typeof: TypeOfExpr | None = None
) -> Value | None:
    """Return the value and type of an integer constant expression; None where it is none.

    Enumerators and object-like macros that are constant expressions are constant; so are sizes,
    alignments and offsets that :mod:`analyzer.translate.layout` knows. ``typeof`` is asked for
    the type of an expression below ``sizeof``.
    """
    return _Evaluation(environment, typeof).value(expr)


class _Evaluation:
    """One evaluation: where names are looked up, and how types of expressions are found."""

    def __init__(self, environment: Environment, typeof: TypeOfExpr | None) -> None:
        self.environment = environment
        self.model = environment.model
        self.typeof = typeof

    def value(self, expr: Expr) -> Value | None:
        with self.environment.nested() as bearable:
            return self._value(expr) if bearable else None

    def _value(self, expr: Expr) -> Value | None:
        match expr:
            case Number(text=text):
                return literal(text, self.model)
            case Character(text=text):
                return character(text, self.model)
            case Name(name=name):
                return self._name(name, expr)
            case Unary(op=op, operand=operand):
                return self._unary(op, self.value(operand))
            case Binary(op=op, left=left, right=right):
                return self._binary(op, self.value(left), self.value(right))
            case Logical():
                return self._logical(expr)
            case Conditional():
                return self._conditional(expr)
            case Cast(type=name, value=operand):
                return self._cast(name, self.value(operand))
            case SizeOf(operand=operand, align=align):
                return self._size(operand, align)
            case OffsetOf(type=name, member=member):
                return self._offset(name, member)
            case Call(function=Name(name=name)) if self.environment.macro(name) is not None:
                return self._call(expr)
            case _:
                return None

    def _name(self, name: str, expr: Expr) -> Value | None:
        macro = self.environment.macro(name)
        if macro is not None and macro.parameters is None:
            with self.environment.looking_at(f"use {name}") as fresh:
                # A macro in its own expansion is a plain name: "#define X X" beside an enum.
                if fresh:
                    return self._expanded(name, expr)
        found = self.environment.identifier(name)
        return (found.value, found.type) if isinstance(found, Constant) else None

    def _call(self, call: Call) -> Value | None:
        text = spelled(call)
        with self.environment.looking_at(f"use {text}") as fresh:
            return self._expanded(text, call) if fresh and text is not None else None

    def _expanded(self, text: str, expr: Expr) -> Value | None:
        """Evaluate what a use of a macro stands for."""
        found = self.environment.read(text, expr.span)
        return self.value(found) if found is not None else None

    def _unary(self, op: str, operand: Value | None) -> Value | None:
        if operand is None:
            return None
        value, kind = operand
        if op == "!":
            return int(value == 0), self.model.int
        kind = promoted(kind, self.model)
        match op:
            case "+":
                return value, kind
            case "-":
                return self._in_range(-value, kind)
            case "~":
                return kind.wrap(~value), kind
            case _:
                return None

    def _binary(self, op: str, left: Value | None, right: Value | None) -> Value | None:
        if left is None or right is None:
            return None
        if op in ("<<", ">>"):
            return self._shifted(op, left, right)
        kind = common(left[1], right[1], self.model)
        first, second = kind.wrap(left[0]), kind.wrap(right[0])
        if op in _COMPARISONS:
            return int(_COMPARISONS[op](first, second)), self.model.int
        if op in _ARITHMETIC:
            return self._in_range(_ARITHMETIC[op](first, second), kind)
        if op in ("/", "%") and second != 0:
            quotient = abs(first) // abs(second)
            if (first < 0) != (second < 0):
                quotient = -quotient
            value = self._in_range(quotient, kind)
            return value if op == "/" or value is None else (first - second * quotient, kind)
        return None

    def _shifted(self, op: str, left: Value, right: Value) -> Value | None:
        kind = promoted(left[1], self.model)
        if not 0 <= right[0] < kind.bits:
            return None
        # gcc shifts into and past the sign bit as on unsigned numbers.
        return kind.wrap(left[0] << right[0] if op == "<<" else left[0] >> right[0]), kind

    def _in_range(self, value: int, kind: Integer) -> Value | None:
        wrapped = kind.wrap(value)
        return None if kind.signed and wrapped != value else (wrapped, kind)

    def _logical(self, expr: Logical) -> Value | None:
        left = self.value(expr.left)
        if left is None:
            return None
        if (left[0] == 0) == (expr.op == "&&"):
            return int(left[0] != 0), self.model.int
        right = self.value(expr.right)
        return (int(right[0] != 0), self.model.int) if right is not None else None

    def _conditional(self, expr: Conditional) -> Value | None:
        test = self.value(expr.test)
        then = self.value(expr.then) if expr.then is not None else test
        other = self.value(expr.other)
        if test is None:
            return None
        chosen, unchosen = (then, other) if test[0] else (other, then)
        if chosen is None:
            return None
        if unchosen is None:
            # Its value does not matter, but its type does: only that of a plain type is known.
            left_out = expr.other if test[0] else expr.then
            kind = self.environment.type_of(left_out, self.typeof) if left_out else None
            if not isinstance(kind, Integer):
                return None
            unchosen = (0, kind)
        kind = common(chosen[1], unchosen[1], self.model)
        return kind.wrap(chosen[0]), kind

    def _cast(self, name: TypeName, operand: Value | None) -> Value | None:
        kind = self.environment.resolve(name, self.typeof)
        if operand is None or not isinstance(kind, Integer):
            return None
        return kind.wrap(operand[0]), kind

    def _size(self, operand: Expr | TypeName, align: bool) -> Value | None:
        if isinstance(operand, TypeName):
            kind = self.environment.resolve(operand, self.typeof)
        else:
            kind = self.environment.type_of(operand, self.typeof)
        size = (align_of if align else size_of)(kind, self.environment)
        return (size, self.model.unsigned_long) if size is not None else None

    def _offset(self, name: TypeName, member: Expr) -> Value | None:
        kind = self.environment.resolve(name, self.typeof)
        offset = offset_of(kind, member, self.environment)
        return (offset, self.model.unsigned_long) if offset is not None else None


_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
}
