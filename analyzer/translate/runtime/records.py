"""Structs and unions: classes made of shapes. A pointer to a record is the record itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeAlias, cast

from analyzer.errors import FaultKind, KernelFault
from analyzer.translate.runtime.layouts import Layout, Path, layout
from analyzer.translate.runtime.nothing import Address
from analyzer.translate.runtime.pointers import Home, MemberHome, Pointer, Value
from analyzer.translate.runtime.unions import checked_member

if TYPE_CHECKING:
    from analyzer.translate.runtime.shapes import RecordShape

# The union that a record stands in: the record that holds the union, and the way to the field.
Guard: TypeAlias = "tuple[Record, Path]"


class Record(Address):
    """A record: its members are attributes, by their Python names. Made by ``objects`` alone.

    ``_home`` and ``_index`` are the parent and the member's name, or the array and the index in
    it, or both None. An attribute of a struct or array member is never set: it is assigned into.
    """

    __slots__ = ("_home", "_index", "_places")

    _shape: ClassVar[RecordShape]
    _layout: ClassVar[Layout]
    _guard: Guard | None = None
    _home: Record | list[Record] | None
    _index: str | int | None
    # What stands for addresses of the record and its scalar members, made when first asked for.
    _places: dict[str, Any]
    _active: list[int]

    def __add__(self, offset: int) -> Any:
        if offset == 0:
            return self
        index = self._index
        if type(index) is int:
            # Without a helper: loops over entries step so.
            home: Any = self._home
            at = index + offset
            return home[at] if 0 <= at < len(home) else _neighbour(home, at)
        home, index = self._position()
        return _neighbour(home, index + offset)

    __radd__ = __add__

    def __sub__(self, other: object) -> Value:
        if isinstance(other, Address):
            return self._position()[1] - _index_in(self, other)
        return self + -cast("int", other)

    def __getitem__(self, offset: int) -> Any:
        if offset == 0:
            return self
        index = self._index
        if type(index) is int:
            home: Any = self._home
            at = index + offset
            return home[at] if 0 <= at < len(home) else _element(home, at)
        home, index = self._position()
        return _element(home, index + offset)

    def __lt__(self, other: Address) -> bool:
        return self._position()[1] < _index_in(self, other)

    def __le__(self, other: Address) -> bool:
        return self._position()[1] <= _index_in(self, other)

    def __gt__(self, other: Address) -> bool:
        return self._position()[1] > _index_in(self, other)

    def __ge__(self, other: Address) -> bool:
        return self._position()[1] >= _index_in(self, other)

    def _position(self) -> tuple[Any, int]:
        index = self._index
        if type(index) is int:
            return self._home, index
        places = places_of(self)
        if "" not in places:
            places[""] = (self,)
        return places[""], 0

    def __repr__(self) -> str:
        return f"<{self._shape.tag}>"


class RecordEnd(Pointer):
    """The pointer one past the last record of an array: it compares, and steps back."""

    __slots__ = ()

    def __init__(self, home: Home, index: int) -> None:
        for name, value in (("_home", home), ("_index", index), ("_size", None)):
            object.__setattr__(self, name, value)

    def __add__(self, offset: int) -> Any:
        return _neighbour(self._home, self._index + offset)

    __radd__ = __add__

    def __getitem__(self, offset: int) -> Any:
        return _element(self._home, self._index + offset)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name, name=name, obj=self)
        raise KernelFault(FaultKind.BOUNDS, "read through a pointer past the last record")

    def __setattr__(self, name: str, value: object) -> None:
        raise KernelFault(FaultKind.BOUNDS, "write through a pointer past the last record")


def _index_in(record: Record, other: Address) -> int:
    home, index = other._position()
    if home is record._position()[0]:
        return index
    raise KernelFault(FaultKind.UNRELATED, "pointers to records of different arrays")


def _neighbour(home: Any, at: int) -> Any:
    if 0 <= at < len(home):
        return home[at]
    if at == len(home):
        return RecordEnd(home, at)
    raise KernelFault(FaultKind.BOUNDS, f"pointer to record {at} of {len(home)}")


def _element(home: Any, at: int) -> Any:
    if 0 <= at < len(home):
        return home[at]
    raise KernelFault(FaultKind.BOUNDS, f"access to record {at} of {len(home)}")


def places_of(record: Record) -> dict[str, Any]:
    """Return the record's places, so that each address taken of it is the same one each time."""
    try:
        return record._places
    except AttributeError:
        record._places = {}
        return record._places


def address(record: Record, member: str) -> Pointer:
    """Return the address of a scalar member, by its Python name."""
    places = places_of(record)
    if member not in places:
        shape = next((each.shape for each in record._layout.members if each.name == member), None)
        home = MemberHome(record, member)
        places[member] = Pointer(home, 0, None if shape is None else shape.stride)
    return cast("Pointer", places[member])


def class_of(shape: RecordShape, *, guarded: bool = False) -> type[Record]:
    """Return the class of a shape's records. ``guarded``: of those that stand in a union.

    Raises Stopped for a shape that no record can have.
    """
    made = shape.made
    if guarded not in made:
        made[guarded] = _make_class(shape, layout(shape, guarded=guarded), guarded=guarded)
    return cast("type[Record]", made[guarded])


def _make_class(shape: RecordShape, opened: Layout, *, guarded: bool) -> type[Record]:
    slots = [each.raw for each in opened.members]
    slots += ["_guard"] * guarded + ["_active"] * bool(opened.unions)
    content: dict[str, object] = {"__slots__": tuple(slots), "_shape": shape, "_layout": opened}
    content |= {each.name: checked_member(each) for each in opened.members if each.checked}
    return type(shape.tag, (Record,), content)
