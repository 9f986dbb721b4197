"""Making, copying and assigning objects. No budget is kept here: see ``memory``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from analyzer.errors import Stopped
from analyzer.translate.runtime.nothing import PUNNED, UNSET, described, punned
from analyzer.translate.runtime.pointers import EmbeddedArray, Pointer
from analyzer.translate.runtime.records import Record, RecordEnd, class_of
from analyzer.translate.runtime.shapes import (
    ArrayShape,
    RecordShape,
    alike,
    same_record,
    zero_of,
)
from analyzer.translate.runtime.unions import (
    UNWRITTEN,
    ZEROED,
    GuardedHome,
    activate,
    check_readable,
)

if TYPE_CHECKING:
    from analyzer.translate.runtime.records import Guard
    from analyzer.translate.runtime.shapes import Shape

_MISSING: Final = object()


def new(shape: Shape) -> Any:
    """Make an object that nothing was written to. A scalar becomes a cell, an array a pointer."""
    return _made(shape, zeroed=False)


def zero(shape: Shape) -> Any:
    """Make an object whose every byte is zero."""
    return _made(shape, zeroed=True)


def _made(shape: Shape, *, zeroed: bool) -> Any:
    match shape:
        case RecordShape():
            return _record(shape, None, zeroed, None, None)
        case ArrayShape():
            return _array(shape, None, zeroed, embedded=False)
        case _:
            return Pointer([zero_of(shape) if zeroed else UNSET], 0, shape.stride)


def _record(shape: RecordShape, guard: Guard | None, zeroed: bool, home: Any, index: Any) -> Record:
    record: Any = class_of(shape, guarded=guard is not None)()
    record._home = home
    record._index = index
    if guard is not None:
        record._guard = guard
    opened = record._layout
    if opened.unions:
        record._active = [ZEROED if zeroed else UNWRITTEN] * len(opened.unions)
    if zeroed:
        for raw, value in opened.scalars:
            setattr(record, raw, value)
    for part in opened.parts:
        inner = (record, part.path) if part.path or guard is not None else None
        match part.shape:
            case RecordShape() as within:
                made: object = _record(within, inner, zeroed, record, part.name)
            case ArrayShape() as within:
                made = _array(within, inner, zeroed, embedded=True)
            case _:
                continue
        setattr(record, part.name, made)
    return cast("Record", record)


def _array(shape: ArrayShape, guard: Guard | None, zeroed: bool, *, embedded: bool) -> Any:
    of, length = shape.of, shape.length
    home: type[list[Any]] = EmbeddedArray if embedded else list
    match of:
        case RecordShape():
            records = home()
            for index in range(length):
                records.append(_record(of, guard, zeroed, records, index))
            return records[0] if records else RecordEnd(records, 0)
        case ArrayShape():
            arrays = home(_array(of, guard, zeroed, embedded=embedded) for _ in range(length))
            return Pointer(arrays, 0, of.stride)
        case _:
            items = [zero_of(of) if zeroed else UNSET] * length
            if guard is not None:
                return Pointer(GuardedHome(items, guard), 0, of.stride)
            return Pointer(EmbeddedArray(items) if embedded else items, 0, of.stride)


def copy(record: Record) -> Record:
    """Copy a record with what is embedded in it, not with what it points to.

    Members that were never written stay so. Raises Stopped where that reads another field of a
    union than the one in use.
    """
    made = _record(record._shape, None, False, None, None)
    if record._guard is not None or record._layout.flat is None:
        _transfer(made, record)
        return made
    for name in record._layout.flat:
        value = getattr(record, name, _MISSING)
        if value is not _MISSING:
            setattr(made, name, value)
    return made


def assign(target: Record, source: Record) -> None:
    """Copy a record into another one of the same type. Raises Stopped as ``copy`` does."""
    # Asked for its shape, what is no object at all faults.
    if not (getattr(source, "_shape", None) and isinstance(source, Record)):
        raise Stopped(f"type-punned assignment of {described(source)} to {target!r}")
    _transfer(target, source)


def reset(target: Any, shape: RecordShape | ArrayShape) -> None:
    """Make every byte of an object zero where it lies: pointers into it stay good."""
    if isinstance(shape, RecordShape):
        _transfer(target, zero(shape))
    else:
        _transfer_part(shape, target, zero(shape))


def _transfer(target: Record, source: Record) -> None:
    check_readable(source._guard, source._shape.tag)
    if target._guard is not None:
        activate(*target._guard)
    _transfer_members(target, source)


def _transfer_members(target: Record, source: Record) -> None:
    into, out_of = target._layout, source._layout
    if into is out_of and into.flat is not None:
        for name in into.flat:
            value = getattr(source, name, _MISSING)
            if value is not _MISSING:
                setattr(target, name, value)
            else:
                _transfer_scalar(target, name, value)
        return
    if target._shape is not source._shape:
        _check_same(target, source)
    if into.unions:
        target._active[:] = source._active
    for mine, theirs in zip(into.members, out_of.members, strict=True):
        if isinstance(mine.shape, RecordShape | ArrayShape):
            _transfer_part(mine.shape, getattr(target, mine.name), getattr(source, theirs.name))
            continue
        value = getattr(source, theirs.raw, _MISSING)
        if value is PUNNED and not mine.checked:
            raise punned(mine.name)
        _transfer_scalar(target, mine.raw, value)


def _transfer_scalar(target: Record, slot: str, value: object) -> None:
    if value is not _MISSING:
        setattr(target, slot, value)
    elif hasattr(target, slot):
        delattr(target, slot)


def _check_same(target: Record, source: Record) -> None:
    """Raise Stopped unless the two are of one type, be it from two files."""
    into, out_of = target._layout, source._layout
    if not (
        same_record(target._shape, source._shape)
        and into.unions == out_of.unions
        and len(into.members) == len(out_of.members)
        and all(
            mine.name == theirs.name
            and mine.path == theirs.path
            and alike(mine.shape, theirs.shape)
            for mine, theirs in zip(into.members, out_of.members, strict=True)
        )
    ):
        raise Stopped(f"type-punned assignment of {source!r} to {target!r}")


def _transfer_part(shape: RecordShape | ArrayShape, target: Any, source: Any) -> None:
    match shape:
        case RecordShape():
            _transfer_members(target, source)
        case ArrayShape(of=RecordShape() | ArrayShape() as of):
            for mine, theirs in zip(target._home, source._home, strict=True):
                _transfer_part(of, mine, theirs)
        case _:
            _transfer_items(target._home, source._home)


def _transfer_items(target: Any, source: Any) -> None:
    items = source.items if isinstance(source, GuardedHome) else source
    if isinstance(target, GuardedHome):
        target.items[:] = items
    elif isinstance(source, GuardedHome) and any(each is PUNNED for each in items):
        raise punned("an array")
    else:
        target[:] = items
