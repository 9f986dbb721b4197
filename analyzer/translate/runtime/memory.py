"""What one run may take: objects out of a budget of cells, and addresses."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, NoReturn, cast

from analyzer.errors import Stopped
from analyzer.translate.runtime import objects, pointers, records, straight
from analyzer.translate.runtime.addresses import AddressSpace
from analyzer.translate.runtime.nothing import UNSET, Embedded, NoObject, described
from analyzer.translate.runtime.shapes import RecordShape

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyzer.translate.runtime.shapes import ArrayShape, Shape

# An assignment gives no memory away, but takes time: so many cells of it count as one.
_ASSIGNED = 16


class Memory:
    """The memory of a program: a budget of cells, which are never given back, and addresses.

    A cell is a scalar, or what a record or an array takes besides its members. What loops over
    entries do takes its cells by itself: a call of ``take`` is a fifth of a copy.
    """

    def __init__(self, budget: int) -> None:
        self._left = budget
        self._addresses = AddressSpace()
        self._texts: dict[object, pointers.Pointer] = {}
        self._places: dict[tuple[int, str], pointers.Pointer] = {}
        # How records of a class are copied and assigned to, and how many cells that takes; and
        # of which classes they may be assigned so.
        self._copying: dict[type, tuple[Callable[[Any], Any], int]] = {}
        self._assigning: dict[type, tuple[Callable[[Any, Any], object], int, set[type]]] = {}

    def renew(self, budget: int) -> None:
        """Begin a new budget. What was allocated and the addresses given out stay."""
        self._left = budget

    def take(self, count: int) -> None:
        """Take cells out of the budget. Raises Stopped where it is used up."""
        self._left -= count
        if self._left < 0:
            raise Stopped("memory budget")

    def new(self, shape: Shape) -> Any:
        """Make an object that nothing was written to; see ``objects.new``."""
        self._left = left = self._left - shape.cells
        if left < 0:
            raise Stopped("memory budget")
        if type(shape) is not RecordShape:
            return objects.new(shape)
        try:
            make = shape.made["new"]
        except KeyError:
            make = straight.maker(shape, zeroed=False)
        return make()

    def zero(self, shape: Shape) -> Any:
        """Make a zeroed object; see ``objects.zero``."""
        self._left = left = self._left - shape.cells
        if left < 0:
            raise Stopped("memory budget")
        if type(shape) is not RecordShape:
            return objects.zero(shape)
        try:
            make = shape.made["zero"]
        except KeyError:
            make = straight.maker(shape, zeroed=True)
        return make()

    def cell(self, shape: Shape) -> pointers.Pointer:
        """Make a scalar that nothing was written to, as an array of one."""
        self.take(1)
        return pointers.Pointer([UNSET], 0, shape.stride)

    def copy(self, record: Any) -> Any:
        """Copy a record; see ``objects.copy``."""
        try:
            copy, cells = self._copying[type(record)]
        except KeyError:
            copy, cells = self._learn_to_copy(record)
        self._left = left = self._left - cells
        if left < 0:
            raise Stopped("memory budget")
        return copy(record)

    def _learn_to_copy(self, record: Any) -> tuple[Callable[[Any], Any], int]:
        shape = _shape_of(record)
        copy = straight.copier(shape) if _stands_alone(record) else objects.copy
        if isinstance(record, records.Record):
            self._copying[type(record)] = copy, shape.cells
        return copy, shape.cells

    def held(self, value: Any) -> Any:
        """Return a value of unknown type such that nothing done elsewhere changes it."""
        return self.copy(value) if isinstance(value, records.Record) else value

    def assign(self, target: Any, source: Any) -> None:
        """Assign a record; see ``objects.assign``."""
        try:
            assign, cells, sources = self._assigning[type(target)]
        except KeyError:
            assign, cells, sources = self._learn_to_assign(target)
        self._left = left = self._left - cells
        if left < 0:
            raise Stopped("memory budget")
        if type(source) in sources:
            assign(target, source)
        else:
            objects.assign(target, source)
            # It went well: the two classes are of one type, as two files declare it.
            if _stands_alone(source):
                sources.add(type(source))

    def _learn_to_assign(self, target: Any) -> tuple[Callable[[Any, Any], object], int, set[type]]:
        shape = _shape_of(target)
        assign = straight.assigner(shape) if _stands_alone(target) else objects.assign
        learnt = assign, shape.cells // _ASSIGNED, {type(target)}
        if isinstance(target, records.Record):
            self._assigning[type(target)] = learnt
        return learnt

    def reset(self, target: Any, shape: RecordShape | ArrayShape) -> None:
        """Make every byte of an object zero; see ``objects.reset``."""
        self.take(shape.cells // _ASSIGNED)
        objects.reset(target, shape)

    def text(self, characters: str | bytes, *, signed: bool = True) -> pointers.Pointer:
        """Return a string literal: equal ones are one object, as compilers may have it."""
        key = (characters, signed)
        if key not in self._texts:
            self.take(len(characters) + 1)
            self._texts[key] = pointers.text(characters, signed=signed)
        return self._texts[key]

    def address(self, record: Any, member: str) -> object:
        """Return the address of a scalar member, of a record or of a model's own object."""
        if isinstance(record, records.Record):
            return records.address(record, member)
        if isinstance(record, NoObject):
            return record._member_address(member)
        if isinstance(getattr(record, member, None), Embedded):
            return getattr(record, member)
        if not (hasattr(type(record), member) or hasattr(record, member)):
            raise Stopped(f"{described(record)} has no member {member}")
        key = (id(record), member)
        if key not in self._places:
            self.take(1)
            home = pointers.MemberHome(record, member)
            self._places[key] = pointers.Pointer(home, 0, None)
        return self._places[key]

    def whole(self, array: Any) -> pointers.Pointer:
        """Return a pointer to an array itself, from the pointer to its first element."""
        key = (id(array._home), "")
        if key not in self._places:
            self.take(1)
            # As a tuple it refuses what C has no word for: another array in its place.
            home = cast("pointers.Home", pointers.WholeArray((array,)))
            self._places[key] = pointers.Pointer(home, 0, None)
        return self._places[key]

    def int_of(self, pointer: Any, bits: int) -> int:
        """Return a pointer as an integer; see ``AddressSpace``."""
        before = len(self._addresses)
        address = self._addresses.int_of(pointer, bits)
        self.take(len(self._addresses) - before)
        return address

    def pointer_of(self, address: Any) -> object:
        """Return the pointer that an integer is; see ``AddressSpace``."""
        return self._addresses.pointer_of(address)


def _shape_of(record: Any) -> RecordShape:
    try:
        shape: RecordShape = record._shape
    except AttributeError:
        raise Stopped(f"{described(record)} is used as a record") from None
    return shape


def _stands_alone(record: Any) -> bool:
    """Tell whether a value is a record of a class that ``straight`` knows, so in no union."""
    return isinstance(record, records.Record) and record._shape.made.get(False) is type(record)


def ticking(steps: int) -> Callable[[], object]:
    """Make a function that may be called so many times, and then raises Stopped.

    It is C all the way: 20 ns a call. The end is an exception of ours, since a StopIteration would
    silently end whatever loop of a model a translated function is called from.
    """
    return chain(repeat(None, steps), iter(_out_of_steps, None)).__next__


def _out_of_steps() -> NoReturn:
    raise Stopped("step budget")
