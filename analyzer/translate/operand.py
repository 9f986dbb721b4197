"""The type of a plain expression, for what is read outside functions: ``sizeof``, ``typeof``.

A translator knows more; its answer goes first where there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.csource.syntax import (
    Binary,
    Call,
    Cast,
    Character,
    Comma,
    Conditional,
    Expr,
    Index,
    Logical,
    Member,
    Name,
    Number,
    OffsetOf,
    SizeOf,
    String,
    Unary,
)
from analyzer.translate.constant import evaluate, literal, text_bytes
from analyzer.translate.types import (
    Array,
    CType,
    FunctionType,
    Integer,
    Pointer,
    Record,
    Unknown,
    common,
    promoted,
)

if TYPE_CHECKING:
    from analyzer.translate.environment import Environment

_COMPARING = frozenset(("<", ">", "<=", ">=", "==", "!="))


def operand_type(expr: Expr, environment: Environment) -> CType:
    """Return the type of an expression, arrays not yet made pointers; ``Unknown`` beyond that."""
    with environment.nested() as bearable:
        return _operand_type(expr, environment) if bearable else Unknown("expression")


def _operand_type(expr: Expr, environment: Environment) -> CType:
    def of(part: Expr) -> CType:
        return operand_type(part, environment)

    match expr:
        case Name() | Number() | Character() | String():
            return _leaf(expr, environment)
        case Member(value=value, name=name, arrow=arrow):
            return _member(of(value), name, arrow, environment)
        case Index(value=value):
            return _pointed(of(value))
        case Unary(op="*", operand=operand):
            return _pointed(of(operand))
        case Unary(op="&", operand=operand):
            return Pointer(of(operand))
        case Cast(type=name):
            return environment.resolve(name)
        case Call(function=function):
            return _returned(of(function))
        case SizeOf() | OffsetOf():
            return environment.model.unsigned_long
        case Comma(right=right):
            return of(right)
        case Conditional(test=test, then=then, other=other):
            return _mixed(of(then if then is not None else test), of(other), environment)
        case Logical() | Unary(op="!"):
            return environment.model.int
        case Unary(operand=operand):
            return _mixed(of(operand), environment.model.int, environment, one=True)
        case Binary(op=op, left=left, right=right):
            if op in _COMPARING:
                return environment.model.int
            return _mixed(of(left), of(right), environment, one=op in ("<<", ">>"))
        case _:
            return Unknown("expression")


def _leaf(expr: Name | Number | Character | String, environment: Environment) -> CType:
    model = environment.model
    match expr:
        case Name(name=name):
            found = environment.identifier(name) if environment.macro(name) is None else None
            if found is not None:
                return found.type
            value = evaluate(expr, environment)
            return value[1] if value is not None else Unknown(name)
        case Number(text=text):
            number = literal(text, model)
            return number[1] if number is not None else Unknown(text)
        case Character():
            return model.int
        case String():
            content = text_bytes(expr)
            length = len(content) + 1 if content is not None else None
            return Array(Integer("char", 8, model.char_signed, 1), length)


def _member(value: CType, name: str, arrow: bool, environment: Environment) -> CType:
    record = _pointed(value) if arrow else value
    way = environment.field(record, name) if isinstance(record, Record) else None
    return way[-1].type if way is not None else Unknown(name)


def _pointed(kind: CType) -> CType:
    match kind:
        case Pointer(to=to):
            return to
        case Array(of=of):
            return of
        case _:
            return Unknown("*")


def _returned(kind: CType) -> CType:
    called = kind.to if isinstance(kind, Pointer) else kind
    return called.returns if isinstance(called, FunctionType) else Unknown("call")


def _mixed(left: CType, right: CType, environment: Environment, *, one: bool = False) -> CType:
    """The type of an operation on two operands; on the first alone where ``one``."""
    if isinstance(left, Integer) and one:
        return promoted(left, environment.model)
    if isinstance(left, Integer) and isinstance(right, Integer):
        return common(left, right, environment.model)
    for kind in (left, right):
        if isinstance(kind, Array):
            return Pointer(kind.of)
        if isinstance(kind, Pointer):
            return kind
    return left if left == right else Unknown("expression")
