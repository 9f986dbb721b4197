"""Conversions between C types, and what counts as true."""

from __future__ import annotations

import ast
from dataclasses import replace

from analyzer.csource.syntax import Span
from analyzer.translate import emit
from analyzer.translate.types import (
    Array,
    CType,
    Floating,
    FunctionType,
    Integer,
    Model,
    Opaque,
    Pointer,
    Record,
    Unknown,
    Void,
    common,
    promoted,
)
from analyzer.translate.value import Value, converted, integer, settled, wrapped
from analyzer.translate.writer import Writer


def named(kind: CType) -> str:
    """Return a type in words for a message."""
    match kind:
        case Void():
            return "void"
        case Integer(name=name) | Floating(name=name) | Opaque(name=name):
            return name
        case Unknown(of=of):
            return f"the unknown type of {of}"
        case Pointer(to=FunctionType()) | FunctionType():
            return "a function"
        case Pointer(to=to):
            return f"{named(to)} *"
        case Array(of=of, length=length):
            return f"{named(of)}[{'' if length is None else length}]"
        case Record(tag=tag, union=union):
            return f"{'union' if union else 'struct'} {tag}"


def convert(w: Writer, value: Value, to: CType, span: Span) -> Value:
    """Convert as by assignment or cast, settled where it is an integer."""
    match to:
        case Integer():
            return settled(to_integer(w, value, to, span))
        case Pointer():
            return _to_pointer(w, value, to, span)
        case Void():
            return replace(value, type=to)
        case Floating(name=name):
            raise w.refused(f"computes with {name}", span)
        case Record():
            if value.type == to or isinstance(value.type, Unknown):
                return replace(value, type=to)
            raise w.refused(f"{named(value.type)} where {named(to)} is wanted", span)
        case Opaque() | Unknown():
            return _to_opaque(w, value, to, span)
        case Array() | FunctionType():
            raise w.refused(f"converts to {named(to)}", span)


def to_integer(w: Writer, value: Value, to: Integer, span: Span) -> Value:
    """Convert to an integer type, perhaps not settled yet."""
    match value.type:
        case Integer():
            return converted(value, to)
        case Pointer() if to.name == "_Bool":
            return Value(emit.compare("!=", value.code, emit.name("_null")), to, (0, 1), truth=True)
        case Pointer():
            bits = emit.number(w.environment.model.pointer_bits)
            address = w.environment.model.unsigned_long
            return converted(integer(emit.call("_int_of", value.code, bits), address), to)
        case Unknown() | Opaque():
            return integer(wrapped(value.code, to), to)
        case _:
            raise w.refused(f"{named(value.type)} where {named(to)} is wanted", span)


def _to_pointer(w: Writer, value: Value, to: Pointer, span: Span) -> Value:
    if value.null:
        return Value(emit.name("_null"), to, null=True)
    match value.type:
        case Pointer(to=Array() as source) if not isinstance(to.to, Array):
            first = Value(emit.element(value.code, emit.number(0)), Pointer(source.of))
            return _to_pointer(w, first, to, span)
        case Pointer(to=source):
            return _looked_at(w, value, source, to, span)
        case Integer():
            return Value(emit.call("_pointer_of", settled(value).code), to)
        case Unknown() | Opaque():
            return replace(value, type=to)
        case _:
            raise w.refused(f"{named(value.type)} where {named(to)} is wanted", span)


def _looked_at(w: Writer, value: Value, source: CType, to: Pointer, span: Span) -> Value:
    """Look at what a pointer points to as another type.

    Through ``void *`` everything goes, and what is found there is checked when it runs.
    """
    if isinstance(to.to, Void | Unknown | Opaque) or _same_memory(source, to.to):
        return replace(value, type=to)
    match to.to:
        case Record(tag=tag):
            return Value(emit.call("_as_record", value.code, emit.text(tag)), to)
        case Integer(bits=bits, signed=signed):
            size, sign = emit.number(-(-bits // 8)), emit.truth(signed)
            return Value(emit.call("_as_array", value.code, size, sign), to)
        case Pointer():
            size = emit.number(w.environment.model.pointer_bits // 8)
            return Value(emit.call("_as_array", value.code, size, emit.none()), to)
        case Void() | Unknown() | Opaque():
            return replace(value, type=to)
        case _:
            what = f"a cast of a pointer to {named(source)} to one to {named(to.to)}"
            raise w.refused(what, span)


def _same_memory(source: CType, to: CType) -> bool:
    """Whether two types are the same memory, read with the same bits."""
    if isinstance(source, Integer) and isinstance(to, Integer):
        return source.bits == to.bits and source.signed == to.signed
    if isinstance(source, Array) and isinstance(to, Array):
        return _same_memory(source.of, to.of)
    return source == to or (isinstance(source, Pointer) and isinstance(to, Pointer))


def _to_opaque(w: Writer, value: Value, to: Opaque | Unknown, span: Span) -> Value:
    number = isinstance(value.type, Integer | Pointer)
    if number and isinstance(to, Opaque) and is_indivisible(w, to):
        raise w.refused(f"{named(value.type)} where {named(to)} is wanted", span)
    if value.type == to or isinstance(value.type, Unknown | Opaque):
        if value.fresh or not _may_be_record(w, value.type) or not _may_be_record(w, to):
            return replace(value, type=to)
        return Value(emit.call("_held", value.code), to, fresh=True)
    if isinstance(value.type, Integer):
        if value.known is not None and 0 <= value.known < 128:
            return replace(value, type=to)
        if isinstance(to, Unknown):
            return replace(settled(value), type=to)
        raise w.refused(f"converts to {named(to)}, which is not described", span)
    return replace(value, type=to)


def _may_be_record(w: Writer, kind: CType) -> bool:
    """Whether values of a type that we do not see into have to be copied.

    What a header holds to be indivisible need not: such values never change.
    """
    if isinstance(kind, Opaque):
        return w.environment.typedef(kind.name) is None and " " not in kind.name
    return isinstance(kind, Unknown)


def is_indivisible(w: Writer, kind: Opaque) -> bool:
    """Whether a header says that a type is no number: nothing is known of others."""
    return w.environment.typedef(kind.name) is not None


def truth_of(w: Writer, value: Value, span: Span) -> ast.expr:
    """Return a Python expression that is true where the C value is not zero."""
    match value.type:
        case Integer():
            return value.code if value.truth else settled(value).code
        case Opaque() if is_indivisible(w, value.type):
            raise w.refused(f"tests {named(value.type)}", span)
        case Pointer() | Unknown() | Opaque():
            return value.code
        case _:
            raise w.refused(f"tests {named(value.type)}", span)


def promote(w: Writer, value: Value, span: Span) -> Value:
    """Apply the integer promotions; refuse what is no integer, or not known to be one."""
    match value.type:
        case Integer() as kind:
            return converted(value, promoted(kind, w.environment.model))
        case Unknown() | Opaque():
            raise w.refused(f"computes with {named(value.type)}", span)
        case _:
            raise w.refused(f"computes with {named(value.type)}", span)


def pair(w: Writer, left: Value, right: Value, span: Span) -> tuple[Value, Value, Integer]:
    """Apply the usual arithmetic conversions to two operands."""
    model = w.environment.model
    left, right = _beside(w, left, right, model), _beside(w, right, left, model)
    left, right = promote(w, left, span), promote(w, right, span)
    assert isinstance(left.type, Integer) and isinstance(right.type, Integer)
    kind = common(left.type, right.type, model)
    return converted(left, kind), converted(right, kind), kind


def _beside(w: Writer, value: Value, other: Value, model: Model) -> Value:
    """Give an integer of unknown type the type that C converts it to beside the other operand.

    Beside an unsigned integer of the greatest width, that is the other's, whatever its own is.
    """
    kind = other.type
    if not isinstance(value.type, Unknown | Opaque) or not isinstance(kind, Integer):
        return value
    if kind.signed or kind.bits < 64:
        return value
    w.notes.setdefault(f"{named(value.type)} is taken to be an integer type")
    return integer(wrapped(value.code, kind), kind)


def argument(w: Writer, value: Value, span: Span) -> Value:
    """Apply what C does to an argument of a function that does not say what it takes."""
    match value.type:
        case Integer():
            return settled(promote(w, value, span))
        case Floating(name=name):
            raise w.refused(f"computes with {name}", span)
        case _:
            return value
