"""Sizes, alignments and offsets in bytes, as gcc lays types out on x86: LP64 and ILP32.

None wherever something is opaque, unknown, or packed or aligned by an attribute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from analyzer.csource.syntax import Expr, Index, Member, Name
from analyzer.translate.types import (
    Array,
    CType,
    Field,
    Floating,
    FunctionType,
    Integer,
    Model,
    Opaque,
    Pointer,
    Record,
    Unknown,
    Void,
)

if TYPE_CHECKING:
    from analyzer.translate.environment import Environment

_LARGEST = 1 << 40


@dataclass(frozen=True, slots=True)
class Layout:
    """How a struct or union lies: in bytes; ``offsets`` in bits, one for each field."""

    size: int
    align: int
    offsets: tuple[int, ...]


def size_of(kind: CType, environment: Environment) -> int | None:
    """Return ``sizeof`` a type in bytes; 1 for void, as gcc has it. None where it is not known."""
    match kind:
        case Void():
            return 1
        case Integer() | Floating() | Pointer():
            return _scalar(kind, environment.model)[0]
        case Array(of=of, length=length):
            size = size_of(of, environment)
            if size is None or length is None or size * length > _LARGEST:
                return None
            return size * length
        case Record():
            layout = layout_of(kind, environment)
            return layout.size if layout is not None else None
        case Opaque() | Unknown() | FunctionType():
            return None
        case _:
            assert_never(kind)


def align_of(kind: CType, environment: Environment) -> int | None:
    """Return the alignment of a type as a member, in bytes: ``_Alignof``."""
    match kind:
        case Void():
            return 1
        case Integer() | Floating() | Pointer():
            return _scalar(kind, environment.model)[1]
        case Array(of=of):
            return align_of(of, environment)
        case Record():
            layout = layout_of(kind, environment)
            return layout.align if layout is not None else None
        case Opaque() | Unknown() | FunctionType():
            return None
        case _:
            assert_never(kind)


def offset_of(kind: CType, member: Expr, environment: Environment) -> int | None:
    """Return where a member of a nameless object of this type stands, in bytes.

    ``member`` is as :class:`OffsetOf` has it. None for a bit-field, too.
    """
    place = _place(kind, member, environment)
    return place[0] if place is not None else None


def _place(kind: CType, member: Expr, environment: Environment) -> tuple[int, CType] | None:
    steps: list[Name | Member | Index] = []
    while isinstance(member, Member | Index):
        steps.append(member)
        member = member.value
    if not isinstance(member, Name):
        return None
    place: tuple[int, CType] | None = (0, kind)
    for step in (member, *reversed(steps)):
        if place is None or (isinstance(step, Member) and step.arrow):
            return None
        place = (
            _element(*place, step.index, environment)
            if isinstance(step, Index)
            else _member(*place, step.name, environment)
        )
    return place


def _element(
    start: int, kind: CType, index: Expr, environment: Environment
) -> tuple[int, CType] | None:
    number = environment.evaluate(index)
    size = size_of(kind.of, environment) if isinstance(kind, Array) else None
    if not isinstance(kind, Array) or number is None or size is None:
        return None
    return start + size * number[0], kind.of


def _member(
    start: int, kind: CType, name: str, environment: Environment
) -> tuple[int, CType] | None:
    way = environment.field(kind, name) if isinstance(kind, Record) else None
    for field in way or ():
        fields = environment.fields(kind) if isinstance(kind, Record) else None
        layout = layout_of(kind, environment) if isinstance(kind, Record) else None
        if fields is None or layout is None or field.bits is not None:
            return None
        start += layout.offsets[fields.index(field)] // 8
        kind = field.type
    return (start, kind) if way is not None else None


def layout_of(record: Record, environment: Environment) -> Layout | None:
    """Return how a struct or union lies; None where that is not known."""
    fields = environment.fields(record)
    if fields is None or not environment.has_layout(record):
        return None
    known = environment.layouts
    if record not in known:
        # One that many hold is laid out once; one that holds itself has no layout.
        with environment.looking_at(f"layout {record.tag}") as fresh:
            known[record] = _laid_out(record, fields, environment) if fresh else None
    return known[record]


def _laid_out(record: Record, fields: tuple[Field, ...], environment: Environment) -> Layout | None:
    at = end = 0
    widest = 1
    offsets: list[int] = []
    for number, field in enumerate(fields):
        room = _room(field, environment, last=number == len(fields) - 1)
        if room is None:
            return None
        size, align = room
        at = _placed(at, field, size, align)
        offsets.append(at)
        at += size * 8 if field.bits is None else field.bits
        end = max(end, at)
        if record.union:
            at = 0
        if field.bits is None or field.name is not None:
            widest = max(widest, align)
    bytes_used = -(-end // 8)
    return Layout(-(-bytes_used // widest) * widest, widest, tuple(offsets))


def _room(field: Field, environment: Environment, *, last: bool) -> tuple[int, int] | None:
    size = size_of(field.type, environment)
    if size is None and last and isinstance(field.type, Array) and field.type.length is None:
        size = 0
    align = align_of(field.type, environment)
    return (size, align) if size is not None and align is not None else None


def _placed(at: int, field: Field, size: int, align: int) -> int:
    """Return the bit where a field begins: the next aligned one, or, for bits, where they fit.

    Bits may not span more aligned units than their type has (gcc's PCC_BITFIELD_TYPE_MATTERS).
    """
    unit = align * 8
    spans = field.bits and -(-(at % unit + field.bits) // unit) > size // align
    if field.bits is None or field.bits == 0 or spans:
        return -(-at // unit) * unit
    return at


_FLOATS = {"float": (4, 4), "double": (8, 8), "double long": (16, 16)}
_FLOATS_32 = {"float": (4, 4), "double": (8, 4), "double long": (12, 4)}


def _scalar(kind: Integer | Floating | Pointer, model: Model) -> tuple[int, int]:
    """Size and alignment. Nothing of the i386 is aligned to more than 4 bytes."""
    match kind:
        case Pointer():
            size = model.pointer_bits // 8
            return size, size
        case Integer(bits=bits):
            size = -(-bits // 8)
            return size, size if model.pointer_bits == 64 else min(size, 4)
        case Floating(name=name):
            return (_FLOATS if model.pointer_bits == 64 else _FLOATS_32)[name]
        case _:
            assert_never(kind)
