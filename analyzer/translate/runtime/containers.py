"""From a member to its record: container_of."""

from __future__ import annotations

from analyzer.errors import FaultKind, KernelFault, Stopped
from analyzer.translate.runtime.nothing import NULL, Misplaced, Wild, described
from analyzer.translate.runtime.pointers import MemberHome, Pointer
from analyzer.translate.runtime.records import Record
from analyzer.translate.runtime.shapes import RecordShape, same_record


def container(pointer: object, shape: RecordShape, *path: str) -> object:
    """Return the record that holds what ``pointer`` points to as its member ``path``.

    ``path`` goes inwards, by Python names: ``a.b`` is ``"a", "b"``. Where the pointer is not that
    member of such a record, the result may be held and asked for that member, as a loop over a
    list does with the list's head; everything else of it is a fault.
    """
    place: object = pointer
    for name in reversed(path):
        holder, member = _holder(place)
        if member != name:
            return Misplaced(pointer, path[0], shape.tag)
        place = holder
    if isinstance(place, Record) and same_record(place._shape, shape):
        return place
    return Misplaced(pointer, path[0], shape.tag)


def _holder(place: object) -> tuple[object, object]:
    if isinstance(place, Record):
        return place._home, place._index
    if isinstance(place, Pointer):
        if isinstance(place._home, MemberHome):
            return place._home.record, place._home.member
        raise Stopped("container of an element of an array")
    if place is NULL:
        raise KernelFault(FaultKind.NULL, "container of a null pointer")
    if isinstance(place, Wild):
        raise KernelFault(FaultKind.WILD, "container of a wild pointer")
    if isinstance(place, Misplaced):
        raise KernelFault(FaultKind.CONTAINER, f"container of {place!r}")
    raise Stopped(f"container of {described(place)}")
