"""Pointers to what is no record: a home and an index in it.

A home is a list, or any object that is a sequence to Python: ``len`` is the number of elements,
and from there on reading and writing raise IndexError. One past the end may be formed and
compared; further out is a fault already where the pointer is formed, as C leaves it undefined.

``__getitem__`` and ``__add__`` are the hot path of all engines: they use no helper.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, cast

from analyzer.errors import FaultKind, KernelFault, Stopped
from analyzer.translate.runtime.nothing import UNSET, Address

# What a program computes with: an int, a pointer, a record, or an engine's own word.
Value: TypeAlias = object


_make = object.__new__
_ONE = 1


class Home(Protocol):
    """Memory that pointers point into."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Value: ...
    def __setitem__(self, index: int, value: Value, /) -> None: ...


class Pointer(Address):
    """The address of element ``_index`` of ``_home``.

    ``_size`` is the number of bytes of an element, negative where the elements are signed integers,
    None where it is not known. Only addresses as integers and casts ask for it.
    """

    __slots__ = ("_after", "_home", "_index", "_size")

    _home: Home
    _index: int
    _size: int | None
    # The next element's pointer, once it was asked for: most steps are by one.
    _after: Pointer

    def __init__(self, home: Home, index: int = 0, size: int | None = 8) -> None:
        self._home = home
        self._index = index
        self._size = size

    def __getitem__(self, offset: int) -> Value:
        at = self._index + offset
        if at >= 0:
            try:
                value = self._home[at]
            except IndexError:
                raise self._out_of_bounds(at, "read") from None
            if value is not UNSET:
                return value
            raise KernelFault(FaultKind.UNINITIALISED, f"read of element {at}, never written")
        raise self._out_of_bounds(at, "read")

    def __setitem__(self, offset: int, value: Value) -> None:
        at = self._index + offset
        if at >= 0:
            try:
                self._home[at] = value
            except (IndexError, TypeError):
                raise self._not_written(at) from None
            return
        raise self._out_of_bounds(at, "write")

    def __add__(self, offset: int) -> Pointer:
        if offset is _ONE:
            try:
                return self._after
            except AttributeError:
                self._after = after = self._moved(offset)
                return after
        return self._moved(offset)

    __radd__ = __add__

    def _moved(self, offset: int) -> Pointer:
        home = self._home
        at = self._index + offset
        if 0 <= at <= len(home):
            # Without __init__: a call less.
            pointer = _make(Pointer)
            pointer._home = home
            pointer._index = at
            pointer._size = self._size
            return pointer
        raise KernelFault(FaultKind.BOUNDS, f"pointer to element {at} of {len(home)}")

    def __sub__(self, other: object) -> Value:
        if type(other) is Pointer and other._home is self._home:
            return self._index - other._index
        if isinstance(other, Address):
            return self._index - self._index_of(other)
        return self + -cast("int", other)

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is type(self) and self._home is other._home and self._index == other._index
        )

    def __ne__(self, other: object) -> bool:
        # Not by ``not``: on a symbolic index that would force the truth.
        return (
            type(other) is not type(self)
            or self._home is not other._home
            or self._index != other._index
        )

    def __hash__(self) -> int:
        return hash((id(self._home), self._index))

    def __lt__(self, other: object) -> bool:
        if type(other) is Pointer and other._home is self._home:
            return self._index < other._index
        return self._index < self._index_of(other)

    def __le__(self, other: object) -> bool:
        if type(other) is Pointer and other._home is self._home:
            return self._index <= other._index
        return self._index <= self._index_of(other)

    def __gt__(self, other: object) -> bool:
        if type(other) is Pointer and other._home is self._home:
            return self._index > other._index
        return self._index > self._index_of(other)

    def __ge__(self, other: object) -> bool:
        if type(other) is Pointer and other._home is self._home:
            return self._index >= other._index
        return self._index >= self._index_of(other)

    def _index_of(self, other: object) -> int:
        if type(other) is not Pointer and not isinstance(other, Address):
            raise TypeError(f"a pointer and {other!r}")
        home, index = other._position()
        if home is self._home:
            return index
        raise KernelFault(FaultKind.UNRELATED, "pointers into different arrays")

    def _position(self) -> tuple[object, int]:
        return self._home, self._index

    def _out_of_bounds(self, at: int, how: str) -> Exception:
        length = len(self._home)
        if 0 <= at < length:
            raise  # the home's own mistake, which is being handled
        return KernelFault(FaultKind.BOUNDS, f"{how} of element {at} of {length}")

    def _not_written(self, at: int) -> Exception:
        if isinstance(self._home, tuple):
            return KernelFault(FaultKind.READ_ONLY, "write to a string literal")
        return self._out_of_bounds(at, "write")

    def __repr__(self) -> str:
        return f"<pointer to element {self._index} of {len(self._home)}>"


class EmbeddedArray(list[Any]):
    """The elements of an array that is a member: where it begins in memory is not known.

    Reading one takes a quarter longer than reading an element of a list.
    """

    __slots__ = ()


class WholeArray(tuple[Any]):
    """The array itself as the only element of an array: what a pointer to it points into."""

    __slots__ = ()


class MemberHome:
    """A scalar member of a record as a home of its own."""

    __slots__ = ("member", "record")

    def __init__(self, record: object, member: str) -> None:
        self.record = record
        self.member = member

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> Value:
        if index != 0:
            raise IndexError(index)
        try:
            return getattr(self.record, self.member)
        except AttributeError:
            raise unwritten(self.record, self.member) from None

    def __setitem__(self, index: int, value: Value) -> None:
        if index != 0:
            raise IndexError(index)
        setattr(self.record, self.member, value)


def unwritten(record: object, member: str) -> KernelFault | Stopped:
    """Say why a member could not be read: it was never written, or there is none of that name."""
    if hasattr(type(record), member):
        return KernelFault(FaultKind.UNINITIALISED, f"read of member {member}, never written")
    return Stopped(f"{type(record).__name__} has no member {member}")


def text(characters: str | bytes, *, signed: bool = True) -> Pointer:
    """Make a string literal with its final 0. Each character of a str stands for one byte."""
    data = characters.encode("latin-1") if isinstance(characters, str) else characters
    home = tuple(byte - 256 if signed and byte > 127 else byte for byte in data)
    return Pointer(cast("Home", (*home, 0)), 0, -1 if signed else 1)
