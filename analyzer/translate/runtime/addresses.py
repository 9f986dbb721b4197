"""Pointers as integers: every object that a program looks at that way gets an address of its own.

Addresses lie where a kernel's do, are multiples of 16 and never overlap; between two objects there
is room, so that one past the end of one is not the other. An integer that is no address given out
becomes a wild pointer, which converts back to the same integer.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from analyzer.errors import Stopped
from analyzer.translate.runtime.nothing import NULL, Address, Misplaced, Null, Wild, described
from analyzer.translate.runtime.pointers import EmbeddedArray, MemberHome, Pointer, WholeArray
from analyzer.translate.runtime.records import Record, RecordEnd
from analyzer.translate.runtime.unions import GuardedHome

_ALIGN = 16
# Where the kernel's own memory begins, with 4-level tables on x86-64 and the usual split on 32 bit.
_START = {True: 0xFFFF_8880_0000_0000, False: 0xC000_0000}
_U64 = (1 << 64) - 1


class AddressSpace:
    """The addresses given out in one run, and what is there. It keeps the objects alive."""

    __slots__ = ("_bases", "_known", "_next", "_there")

    def __init__(self) -> None:
        self._next = 0
        self._bases: list[int] = []
        self._there: list[tuple[object, int, int]] = []
        self._known: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._bases)

    def int_of(self, pointer: Any, bits: int) -> int:
        """Return the address as an integer of so many bits.

        Raises Stopped for a place in the middle of a record, whose layout is not ours to know.
        """
        if isinstance(pointer, Null):
            return 0
        if isinstance(pointer, Wild):
            return pointer._address & ((1 << bits) - 1)
        what, each, count, index = _extent(pointer)
        return self._base(what, each, count, bits) + index * each

    def pointer_of(self, address: Any) -> object:
        """Return the pointer that an integer, in the range of ``uintptr_t``, is the address of."""
        if address == 0:
            return NULL
        number = bisect_right(self._bases, address) - 1
        if number >= 0:
            what, each, count = self._there[number]
            offset = address - self._bases[number]
            if offset % each == 0 and offset <= each * count:
                found = _at(what, offset // each, each)
                if found is not None:
                    return found
        return Wild(address & _U64)

    def _base(self, what: object, each: int, count: int, bits: int) -> int:
        known = self._known.get(id(what))
        if known is None:
            known = self._next or _START[bits > 32]
            self._next = -(-(known + each * count + 1) // _ALIGN) * _ALIGN
            if self._next > (1 << bits) - 4096:
                raise Stopped("no address left")
            self._known[id(what)] = known
            self._bases.append(known)
            self._there.append((what, each, count))
        return known


def _extent(pointer: Any) -> tuple[object, int, int, int]:
    """Return what lies in memory as a whole, its elements' size and number, and which is meant."""
    if isinstance(pointer, Record | RecordEnd):
        return _record_extent(pointer)
    if isinstance(pointer, Pointer):
        return _plain_extent(pointer)
    if isinstance(pointer, Misplaced):
        raise Stopped(f"address of {pointer!r} as an integer")
    if isinstance(pointer, Address) or callable(pointer):
        return pointer, _ALIGN, 1, 0
    raise Stopped(f"{described(pointer)} is used as a pointer")


def _plain_extent(pointer: Pointer) -> tuple[object, int, int, int]:
    home: Any = pointer._home
    if isinstance(home, WholeArray) and pointer._index == 0:
        return _extent(home[0])
    if isinstance(home, MemberHome | EmbeddedArray | GuardedHome):
        raise Stopped("address of a member as an integer")
    if pointer._size is None or isinstance(home, WholeArray):
        raise Stopped("address in an array whose elements' size is not known")
    return home, max(abs(pointer._size), 1), len(home), pointer._index


def _record_extent(pointer: Record | RecordEnd) -> tuple[object, int, int, int]:
    home: Any
    home, index = pointer._position()
    if isinstance(pointer, Record) and isinstance(pointer._index, str):
        raise Stopped("address of a member as an integer")
    if isinstance(home, EmbeddedArray):
        raise Stopped("address of a member as an integer")
    known = home[0]._shape.size if len(home) else None
    if known is None and index:
        raise Stopped("address in an array of records whose size is not known")
    # A size that is not known is never seen: only the address of the beginning is given out.
    each = max(known, 1) if known is not None else _ALIGN * (home[0]._shape.cells if home else 1)
    return home, each, len(home), index


def _at(what: Any, index: int, each: int) -> object:
    """Return the pointer to an element of what lies somewhere; None where there can be none."""
    if isinstance(what, Address) or callable(what):
        return what if index == 0 else None
    if len(what) and isinstance(what[0], Record):
        if index < len(what):
            return what[index]
        return RecordEnd(what, index)
    return Pointer(what, index, each)
