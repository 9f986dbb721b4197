"""Calls: of functions, of macros, of what the compiler itself provides."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from analyzer.csource.syntax import (
    Binary,
    Call,
    Cast,
    Expr,
    Member,
    Name,
    OffsetOf,
    Span,
    TypedefName,
    TypeName,
)
from analyzer.translate import emit, expansion, rvalue
from analyzer.translate.conversion import argument, convert, named
from analyzer.translate.naming import mangled
from analyzer.translate.result import Use
from analyzer.translate.shapes import shape_name
from analyzer.translate.types import (
    VOID,
    CType,
    Floating,
    FunctionType,
    Integer,
    Opaque,
    Parameters,
    Pointer,
    Record,
    Unknown,
    Void,
)
from analyzer.translate.value import Value, constant, integer
from analyzer.translate.writer import Writer


def call(w: Writer, expr: Call) -> Value:
    """Translate a call for its value."""
    function = expr.function
    if isinstance(function, Name) and w.scope.find(function.name) is None:
        asked = expansion.configured(w, expr)
        if asked is not None:
            return constant(int(asked), w.environment.model.int)
        if function.name in _BUILT_IN:
            return _BUILT_IN[function.name](w, expr)
        expanded = expansion.function_like(w, expr)
        if expanded is not None:
            return rvalue.rvalue(w, expanded)
        if expansion.is_object_like(w, function):
            # What it expands to may take the parentheses with it.
            raise expansion.LooseError
        kind = rvalue.declared_outside(w, function.name)
        if kind is None:
            return _undeclared(w, expr, function.name)
        if isinstance(kind, FunctionType):
            code = w.outside(function.name, Use.CALL, function.span)
            return _made(w, code, kind, expr)
    called = rvalue.rvalue(w, function)
    match called.type:
        case Pointer(to=FunctionType() as kind):
            return _made(w, called.code, kind, expr)
        case _:
            raise w.refused(f"calls {named(called.type)}", expr.span)


def _undeclared(w: Writer, expr: Call, name: str) -> Value:
    code = w.outside(name, Use.CALL, expr.function.span)
    if not name.startswith("__builtin_"):
        return _made(w, code, FunctionType(Unknown(f"{name}()"), None), expr)
    counted = _COUNTED.fullmatch(name)
    if counted is not None:
        model = w.environment.model
        operand = {"": 32, "l": model.long_bits, "ll": 64}[counted[1]]
        takes = Parameters(
            (model.integer("int" if operand == 32 else "long long", operand, False),), False
        )
        return _made(w, code, FunctionType(model.int, takes), expr)
    if name in ("__builtin_return_address", "__builtin_frame_address"):
        return _made(w, code, FunctionType(Pointer(VOID), None), expr)
    raise w.refused(f"{name} is not known", expr.span)


def _made(w: Writer, function: ast.expr, kind: FunctionType, expr: Call) -> Value:
    w.calls = True
    takes = kind.takes
    if takes is not None:
        given, wanted = len(expr.arguments), len(takes.types)
        if given < wanted or (given > wanted and not takes.variadic):
            raise w.refused(f"{given} arguments where {wanted} are taken", expr.span)
    makers = [_maker(w, each, _taken(takes, number)) for number, each in enumerate(expr.arguments)]
    values = rvalue.in_order(w, [_steady(w, function), *makers], expr.span)
    code = emit.call(values[0].code, *(each.code for each in values[1:]))
    returns = kind.returns
    if isinstance(returns, Integer):
        return integer(code, returns)
    return Value(code, returns, fresh=isinstance(returns, Record | Opaque | Unknown))


def _steady(w: Writer, function: ast.expr) -> Callable[[], Value]:
    return lambda: Value(function, VOID)


def _taken(takes: Parameters | None, number: int) -> CType | None:
    if takes is None or number >= len(takes.types):
        return None
    return takes.types[number]


def _maker(w: Writer, each: Expr | TypeName, kind: CType | None) -> Callable[[], Value]:
    def make() -> Value:
        if isinstance(each, TypeName):
            raise w.refused("a type as an argument of something that has no definition", each.span)
        value = rvalue.rvalue(w, each)
        if isinstance(kind, Pointer) and not value.null and not _leads_to(value.type, kind):
            raise w.refused(f"{named(value.type)} where {named(kind)} is wanted", each.span)
        value = (
            argument(w, value, each.span) if kind is None else convert(w, value, kind, each.span)
        )
        if isinstance(value.type, Record) and not value.fresh:
            return Value(emit.call("_copy", value.code), value.type, fresh=True)
        return value

    return make


def _leads_to(given: CType, wanted: Pointer) -> bool:
    """Whether a compiler passes a value as a pointer without a word: as far as is known."""
    match given, wanted.to:
        case Integer(), _:
            return False
        case Pointer(to=Record(tag=one)), Record(tag=other):
            return one == other
        case Pointer(to=Integer() | Floating() | FunctionType()), Record():
            return False
        case _:
            return True


# --- what the compiler provides -----------------------------------------------------------------


def _expect(w: Writer, expr: Call) -> Value:
    value = rvalue.rvalue(w, _operand(w, expr, 0, 2))
    return convert(w, value, w.environment.model.long, expr.span)


def _is_constant(w: Writer, expr: Call) -> Value:
    value = rvalue.value_of_type(w, _operand(w, expr, 0, 1))
    return constant(int(value.known is not None), w.environment.model.int)


def _choose(w: Writer, expr: Call) -> Value:
    test = rvalue.value_of_type(w, _operand(w, expr, 0, 3))
    if test.known is None:
        raise w.refused("a choice by something that is not constant", expr.span)
    return rvalue.rvalue(w, _operand(w, expr, 1 if test.known else 2, 3))


def _compatible(w: Writer, expr: Call) -> Value:
    kinds = [rvalue.resolved(w, each) for each in expr.arguments if isinstance(each, TypeName)]
    if len(kinds) != 2 or any(isinstance(each, Unknown) for each in kinds):
        raise w.refused("compares types that are not known", expr.span)
    return constant(int(kinds[0] == kinds[1]), w.environment.model.int)


def _unreachable(w: Writer, expr: Call) -> Value:
    w.write(emit.evaluate(emit.call("_unreachable")), expr.span)
    return Value(emit.none(), VOID)


def container(w: Writer, kind: CType, operand: Expr, span: Span) -> Value | None:
    """Translate ``(type *)((char *)pointer - offsetof(type, member))``; None for anything else.

    That is how C finds the struct around a member, which our pointers know without any offset.
    """
    if not isinstance(kind, Pointer) or not isinstance(kind.to, Record):
        return None
    match operand:
        case Binary(op="-", left=Cast(value=pointer) as left, right=OffsetOf() as offset):
            seen = rvalue.resolved(w, left.type)
        case Binary(op="-", left=pointer, right=OffsetOf() as offset):
            seen = rvalue.type_of(w, pointer)
        case _:
            return None
    by_bytes = isinstance(seen, Pointer) and (
        isinstance(seen.to, Void) or (isinstance(seen.to, Integer) and seen.to.bits == 8)
    )
    if not by_bytes or rvalue.resolved(w, offset.type) != kind.to:
        return None
    shape = emit.name(shape_name(w, kind.to, span))
    names = [emit.text(mangled(each)) for each in _path(w, offset.member, span)]
    inside = rvalue.rvalue(w, pointer)
    return Value(emit.call("_container", inside.code, shape, *names), kind)


def _container(w: Writer, expr: Call) -> Value:
    """``__builtin_container_of(pointer, type, member)``: what the kernel's macro of it means."""
    if len(expr.arguments) != 3 or isinstance(expr.arguments[0], TypeName):
        raise w.refused("container_of takes a pointer, a type and a member", expr.span)
    pointer = rvalue.rvalue(w, expr.arguments[0])
    kind, member = expr.arguments[1], expr.arguments[2]
    record = (
        rvalue.resolved(w, kind) if isinstance(kind, TypeName) else rvalue.type_or_typedef(w, kind)
    )
    if not isinstance(record, Record):
        raise w.refused(f"container_of with {named(record)}", expr.span)
    path = _path(w, member, expr.span)
    for each in path[:1]:
        if not w.environment.field(record, each):
            raise w.refused(f"member {each} of {named(record)} is not described", expr.span)
    shape = emit.name(shape_name(w, record, expr.span))
    names = [emit.text(mangled(each)) for each in path]
    return Value(emit.call("_container", pointer.code, shape, *names), Pointer(record))


def _path(w: Writer, member: Expr | TypeName, span: Span) -> list[str]:
    names: list[str] = []
    while isinstance(member, Member) and not member.arrow:
        names.append(member.name)
        member = member.value
    match member:
        case Name(name=name) | TypeName(specifier=TypedefName(name=name), shape=()):
            return [name, *reversed(names)]
        case _:
            raise w.refused("a member that is no plain path", span)


def _operand(w: Writer, expr: Call, number: int, count: int) -> Expr:
    each = expr.arguments[number] if len(expr.arguments) == count else None
    if each is None or isinstance(each, TypeName):
        raise w.refused("arguments that the compiler would not take", expr.span)
    return each


# What counts bits is the table's to give, like any callee: we only know its types.
_COUNTED = re.compile(r"__builtin_(?:clz|ctz|ffs|popcount|parity)(l{0,2})")

_BUILT_IN: dict[str, Callable[[Writer, Call], Value]] = {
    "__builtin_expect": _expect,
    "__builtin_constant_p": _is_constant,
    "__builtin_choose_expr": _choose,
    "__builtin_types_compatible_p": _compatible,
    "__builtin_unreachable": _unreachable,
    "__builtin_trap": _unreachable,
    "__builtin_container_of": _container,
}
