"""What a variable of a type is made of at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.csource.syntax import Span
from analyzer.errors import Stopped
from analyzer.translate.conversion import named
from analyzer.translate.layout import size_of
from analyzer.translate.naming import mangled
from analyzer.translate.runtime.nothing import NULL
from analyzer.translate.runtime.shapes import (
    ArrayShape,
    FieldShape,
    OpaqueShape,
    RecordShape,
    ScalarShape,
    Shape,
)
from analyzer.translate.types import (
    Array,
    CType,
    Field,
    Floating,
    FunctionType,
    Integer,
    Opaque,
    Pointer,
    Record,
    Unknown,
    Void,
)

if TYPE_CHECKING:
    from analyzer.translate.writer import Writer


def shape_name(w: Writer, kind: CType, span: Span) -> str:
    """Return the name that generated code has for the shape of a type."""
    shape = shape_of(w, kind, span)
    if isinstance(kind, Record) and kind.tag.isidentifier() and _is_of_file(w, kind):
        name = f"_{'union' if kind.union else 'struct'}_{mangled(kind.tag)}"
    else:
        known = w.shapes.setdefault(kind, len(w.shapes) + 1)
        name = f"_shape_{mangled(w.function)}_{known}"
    w.given(name, shape)
    return name


def _is_of_file(w: Writer, kind: Record) -> bool:
    """Whether a tag means the same type all over the file."""
    return w.outermost.fields(kind) == w.environment.fields(kind)


def shape_of(w: Writer, kind: CType, span: Span) -> Shape:
    """Return the shape of a type; refuse one that cannot be made."""
    try:
        return _shape(w, kind, span)
    except Stopped as stop:
        raise w.refused(str(stop), span) from None


def _shape(w: Writer, kind: CType, span: Span) -> Shape:
    match kind:
        case Integer(bits=bits, signed=signed):
            return ScalarShape(0, bits, signed)
        case Pointer():
            return ScalarShape(NULL, w.environment.model.pointer_bits)
        case Floating(name=name) | Opaque(name=name):
            return OpaqueShape(name)
        case Array(of=of, length=length):
            if length is None:
                raise w.refused(f"an array of unknown length: {named(kind)}", span)
            return ArrayShape(_shape(w, of, span), length)
        case Record():
            return _record(w, kind, span)
        case Unknown() | Void() | FunctionType():
            raise w.refused(f"an object of {named(kind)}", span)


def _record(w: Writer, kind: Record, span: Span) -> RecordShape:
    known = w.records.get(kind)
    if known is not None:
        return known
    fields = w.environment.fields(kind)
    if fields is None:
        raise w.refused(f"{named(kind)} is not described", span)
    shapes = tuple(FieldShape(each.name, _member(w, each, span)) for each in fields)
    w.records[kind] = RecordShape(kind.tag, kind.union, shapes, size_of(kind, w.environment))
    return w.records[kind]


def _member(w: Writer, field: Field, span: Span) -> Shape:
    match field.type:
        case Integer() as kind if field.bits is not None:
            return ScalarShape(0, field.bits, kind.signed)
        case Unknown(of=of):
            return OpaqueShape(of)
        case Array(of=of, length=None):
            return ArrayShape(_shape(w, of, span), 0)
        case kind:
            return _shape(w, kind, span)
