"""Places: what stands left of an assignment, and what ``&`` and ``sizeof`` look at."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from analyzer.csource.syntax import (
    Call,
    Expr,
    Index,
    Literal,
    Member,
    Name,
    Span,
    Unary,
)
from analyzer.translate import emit, expansion, rvalue
from analyzer.translate.conversion import convert, named
from analyzer.translate.naming import mangled
from analyzer.translate.operators import binary
from analyzer.translate.result import Use
from analyzer.translate.types import (
    Array,
    CType,
    FunctionType,
    Integer,
    Pointer,
    Record,
    Unknown,
    Void,
)
from analyzer.translate.value import Value, integer, settled
from analyzer.translate.writer import Variable, Writer


@dataclass(frozen=True, slots=True)
class Local:
    """A Python variable that is the value; or the first element of an array."""

    python: str
    type: CType


@dataclass(frozen=True, slots=True)
class Field:
    """A member that is no record: an attribute. A bit-field's type has its width."""

    record: ast.expr
    python: str
    type: CType
    bits: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """What a pointer leads to, ``index`` elements on; never a record."""

    pointer: ast.expr
    index: ast.expr
    type: CType


@dataclass(frozen=True, slots=True)
class Object:
    """A record, by a reference to it."""

    code: ast.expr
    type: CType


@dataclass(frozen=True, slots=True)
class Code:
    """A function, which can only be called or pointed to."""

    code: ast.expr
    type: FunctionType


Place: TypeAlias = Local | Field | Element | Object | Code


def place(w: Writer, expr: Expr) -> Place | None:
    """Return the place that an expression names; None where it is a mere value."""
    with w.nested(expr.span):
        match expr:
            case Name(span, name):
                expanded = None if w.scope.find(name) else expansion.object_like(w, expr)
                return _variable(w, name, span) if expanded is None else place(w, expanded)
            case Unary(span, "*", operand):
                return pointed(w, rvalue.rvalue(w, operand), None, span)
            case Index(span, value, index):
                return _indexed(w, value, index, span)
            case Member(span, value, name, arrow):
                return _member(w, value, name, arrow, span)
            case Literal(span):
                return rvalue.literal_place(w, expr)
            case Call():
                expanded = expansion.function_like(w, expr)
                return None if expanded is None else place(w, expanded)
            case _:
                return None


def _variable(w: Writer, name: str, span: Span) -> Place | None:
    variable = w.scope.find(name)
    if variable is not None:
        return place_of(variable)
    kind = rvalue.declared_outside(w, name)
    if kind is None:
        if w.free is None:
            return None
        w.free(name, span)
        return _variable(w, name, span)
    if isinstance(kind, FunctionType):
        return Code(w.outside(name, Use.VALUE, span), kind)
    code = w.outside(name, Use.VALUE, span)
    if isinstance(kind, Record):
        return Object(code, kind)
    if isinstance(kind, Array):
        return Local(mangled(name), kind)
    return Element(code, emit.number(0), kind)


def place_of(variable: Variable) -> Place:
    """Return the place of a variable of the function."""
    code = emit.name(variable.python)
    if variable.cell and not isinstance(variable.type, Array | Record):
        return Element(code, emit.number(0), variable.type)
    if isinstance(variable.type, Record):
        return Object(code, variable.type)
    return Local(variable.python, variable.type)


def pointed(w: Writer, pointer: Value, index: Value | None, span: Span) -> Place:
    """Return the place that a pointer leads to."""
    kind = pointer.type
    if not isinstance(kind, Pointer):
        raise w.refused(f"looks at what {named(kind)} points to", span)
    to = kind.to
    if isinstance(to, FunctionType):
        return Code(pointer.code, to)
    if isinstance(to, Void | Unknown):
        raise w.refused(f"looks at what {named(kind)} points to", span)
    if isinstance(to, Record):
        at = pointer.code if index is None else emit.element(pointer.code, settled(index).code)
        return Object(at, to)
    return Element(pointer.code, emit.number(0) if index is None else settled(index).code, to)


def _indexed(w: Writer, value: Expr, index: Expr, span: Span) -> Place:
    pointer, offset = rvalue.rvalues(w, (value, index), span)
    if isinstance(offset.type, Pointer):
        pointer, offset = offset, pointer
    if not isinstance(offset.type, Integer):
        raise w.refused(f"an index of {named(offset.type)}", span)
    return pointed(w, pointer, offset, span)


def _member(w: Writer, value: Expr, name: str, arrow: bool, span: Span) -> Place:
    if arrow:
        pointer = rvalue.rvalue(w, value)
        at = pointed(w, pointer, None, span)
    else:
        found = place(w, value)
        if found is None:
            record = rvalue.rvalue(w, value)
            found = Object(record.code, record.type)
        at = found
    if not isinstance(at, Object) or not isinstance(at.type, Record):
        raise w.refused(f"member {name} of {named(at.type)}", span)
    return member(w, at, name, span)


def member(w: Writer, record: Object, name: str, span: Span) -> Place:
    """Return the place of a record's member; those of anonymous members are the record's own."""
    assert isinstance(record.type, Record)
    way = w.environment.field(record.type, name)
    if not way:
        raise w.refused(f"member {name} of {named(record.type)} is not described", span)
    field = way[-1]
    if isinstance(field.type, Record):
        return Object(emit.member(record.code, mangled(name)), field.type)
    kind = field.type
    if field.bits is not None and isinstance(kind, Integer):
        kind = replace(kind, bits=field.bits)
    return Field(record.code, mangled(name), kind, field.bits is not None)


def load(w: Writer, at: Place, span: Span) -> Value:
    """Read a place. An array gives a pointer to its first element, a function one to itself."""
    match at:
        case Local(python, kind):
            code = emit.name(python)
        case Field(record, python, kind):
            code = emit.member(record, python)
        case Element(pointer, index, kind):
            code = emit.element(pointer, index)
        case Object(code, kind):
            pass
        case Code(code, kind):
            return Value(code, Pointer(kind))
        case _:
            assert_never(at)
    if isinstance(kind, Array):
        return Value(code, Pointer(kind.of))
    if isinstance(kind, Integer):
        return integer(code, kind)
    if isinstance(kind, Void):
        raise w.refused("the value of a void", span)
    return Value(code, kind)


def store(w: Writer, at: Place, value: Value, span: Span) -> None:
    """Write a value, converted before to the place's type, to it."""
    match at:
        case Local(python, kind) if not isinstance(kind, Array):
            w.write(emit.assign(python, value.code), span)
        case Field(record, python, kind) if not isinstance(kind, Array):
            w.write(emit.assign(emit.member(record, python), value.code), span)
        case Element(pointer, index, kind) if not isinstance(kind, Array):
            w.write(emit.assign(emit.element(pointer, index), value.code), span)
        case Object(code):
            w.write(emit.evaluate(emit.call("_assign", code, value.code)), span)
        case _:
            raise w.refused(f"assigns to {named(at.type)}", span)


def steady(w: Writer, at: Place, span: Span) -> Place:
    """Return the same place such that its code may be used twice."""
    match at:
        case Field(record=record):
            return replace(at, record=_once(w, record, span))
        case Element(pointer, index):
            return replace(at, pointer=_once(w, pointer, span), index=_once(w, index, span))
        case Object(code=code):
            return replace(at, code=_once(w, code, span))
        case _:
            return at


def _calls(at: Place) -> bool:
    """Whether finding a place calls anything of C."""
    match at:
        case Field(record=code) | Object(code=code):
            return calls_out(code)
        case Element(pointer, index):
            return calls_out(pointer) or calls_out(index)
        case _:
            return False


def calls_out(code: ast.expr) -> bool:
    """Whether an expression calls anything but helpers of the run-time table."""
    return any(
        isinstance(node, ast.Call)
        and not (isinstance(node.func, ast.Name) and node.func.id.startswith("_"))
        for node in ast.walk(code)
    )


def _once(w: Writer, code: ast.expr, span: Span) -> ast.expr:
    if isinstance(code, ast.Name | ast.Constant):
        return code
    if isinstance(code, ast.UnaryOp) and isinstance(code.operand, ast.Constant):
        return code
    return w.spilled(code, span)


def address(w: Writer, expr: Expr, span: Span) -> Value:
    """Return what ``&expr`` is."""
    at = place(w, expr)
    match at:
        case None if isinstance(expr, Name):
            # What the table gives for a variable leads to it: see ``Writer.outside``.
            return Value(w.outside(expr.name, Use.VALUE, span), Pointer(Unknown(expr.name)))
        case None:
            raise w.refused("the address of a mere value", span)
        case Local(python, kind) if isinstance(kind, Array):
            return Value(emit.call("_whole", emit.name(python)), Pointer(kind))
        case Local(python, kind):
            # Found out too late: all is done again with this variable in a cell.
            w.again.addressed.add(python)
            return Value(emit.name(python), Pointer(kind))
        case Field(record, python, kind) if isinstance(kind, Array):
            return Value(emit.call("_whole", emit.member(record, python)), Pointer(kind))
        case Field(record, python, kind, bits):
            if bits:
                raise w.refused("the address of a bit-field", span)
            return Value(emit.call("_address", record, emit.text(python)), Pointer(kind))
        case Element(pointer, index, kind):
            if isinstance(index, ast.Constant) and index.value == 0:
                return Value(pointer, Pointer(kind))
            return Value(emit.binary("+", pointer, index), Pointer(kind))
        case Object(code, kind):
            return Value(code, Pointer(kind))
        case Code(code, kind):
            return Value(code, Pointer(kind))
        case _:
            assert_never(at)


def assign(
    w: Writer, op: str, target: Expr, source: Expr, span: Span, *, wanted: bool
) -> Value | None:
    """Translate an assignment; return its value where that is wanted."""
    with w.captured() as before:
        at = place(w, target)
    if at is None:
        raise w.refused("assigns to a mere value", span)
    if before or _calls(at):
        # C leaves open what is first. Like gcc, we first do what finds the place.
        w.extend(before)
        at = steady(w, at, span)
    value = rvalue.rvalue(w, source)
    if op and not isinstance(at, Local) and calls_out(value.code):
        # And what is added to is read last: the call may change it.
        value = settled(value)
        value = replace(value, code=w.spilled(value.code, span))
    if op or wanted:
        at = steady(w, at, span)
    if op:
        value = binary(w, op, load(w, at, span), value, span)
    value = convert(w, value, at.type, span)
    if wanted and not isinstance(value.code, ast.Name | ast.Constant):
        value = replace(value, code=w.spilled(value.code, span))
    store(w, at, value, span)
    if not wanted:
        return None
    return load(w, at, span) if isinstance(at, Object) else value


def step(w: Writer, op: str, target: Expr, prefix: bool, span: Span, *, wanted: bool) -> Value:
    """Translate ``++`` or ``--``; the value is meaningful only where it is wanted."""
    at = place(w, target)
    if at is None:
        raise w.refused("steps a mere value", span)
    at = steady(w, at, span)
    old = load(w, at, span)
    if wanted and not prefix:
        old = replace(old, code=w.spilled(old.code, span))
    one = Value(emit.number(1), w.environment.model.int, (1, 1), known=1)
    new = convert(w, binary(w, op[0], old, one, span), at.type, span)
    if wanted and prefix:
        new = replace(new, code=w.spilled(new.code, span))
    store(w, at, new, span)
    return new if prefix else old
