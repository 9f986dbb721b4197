"""What objects look like: facts that the translator writes down and the run-time builds from.

A record refers to itself through pointers only, and a pointer is a scalar whatever it points to,
so a shape is never infinite. It may still be large beyond all memory: ``cells`` says how large,
before anything is built: one for each scalar, record and array in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from analyzer.errors import Stopped
from analyzer.translate.runtime.nothing import Unmodelled

# Compilers must allow 63 levels of nested records; each record or array is one here.
_MAX_DEPTH = 150
_MAX_COMPARED = 100_000


@dataclass(frozen=True, slots=True)
class ScalarShape:
    """An integer (``zero`` is 0) or a pointer (``zero`` is NULL); ``bits`` is its width."""

    cells: ClassVar[int] = 1
    depth: ClassVar[int] = 0
    zero: object = 0
    bits: int = 64
    signed: bool = False
    bytes: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bytes", (self.bits + 7) // 8)

    @property
    def stride(self) -> int:
        """What a pointer to such elements has for their size: negative where they are signed."""
        return -self.bytes if self.signed else self.bytes


@dataclass(frozen=True, slots=True)
class OpaqueShape:
    """A value of a type that nothing describes; ``zero`` is None where no model gives one."""

    cells: ClassVar[int] = 1
    depth: ClassVar[int] = 0
    bytes: ClassVar[None] = None
    stride: ClassVar[None] = None
    name: str
    zero: object = None


@dataclass(frozen=True, slots=True)
class FieldShape:
    """A member by its C name, None for an anonymous record or an unnamed bit-field."""

    name: str | None
    shape: Shape


@dataclass(frozen=True, slots=True)
class RecordShape:
    """A struct or union. ``size`` is in bytes, None where the layout is not known.

    ``tag`` is what messages call it. Raises Stopped when nested too deeply.
    """

    tag: str
    union: bool
    fields: tuple[FieldShape, ...]
    size: int | None = None
    # What was derived from this shape: its classes, by whether they stand inside a union, and the
    # functions of ``straight``, by name.
    made: dict[bool | str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    cells: int = field(init=False, compare=False, repr=False)
    depth: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        within = [each.shape for each in self.fields]
        object.__setattr__(self, "cells", 1 + sum(each.cells for each in within))
        below = max((each.depth for each in within), default=0)
        object.__setattr__(self, "depth", _deeper(self.tag, below))

    @property
    def bytes(self) -> int | None:
        """The size by the name that all shapes have for it."""
        return self.size

    @property
    def stride(self) -> int | None:
        """See ``ScalarShape.stride``."""
        return self.size

    # A shape may share its parts, and both of these may walk them once for each path. There are
    # no more paths than cells; a shape too large to be built is equal to itself alone.

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RecordShape):
            return NotImplemented
        return self is other or (
            (self.tag, self.union, self.size, self.cells)
            == (other.tag, other.union, other.size, other.cells)
            and self.cells <= _MAX_COMPARED
            and self.fields == other.fields
        )

    def __hash__(self) -> int:
        return hash((self.tag, self.union, len(self.fields)))


@dataclass(frozen=True, slots=True)
class ArrayShape:
    """An array of ``length`` elements. Raises Stopped when nested too deeply."""

    of: Shape
    length: int
    cells: int = field(init=False, compare=False, repr=False)
    depth: int = field(init=False, compare=False, repr=False)

    bytes: int | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.length < 0:
            raise Stopped(f"an array of {self.length} elements")
        each = self.of.bytes
        object.__setattr__(self, "bytes", None if each is None else each * self.length)
        object.__setattr__(self, "cells", 1 + self.length * self.of.cells)
        object.__setattr__(self, "depth", _deeper("an array", self.of.depth))

    @property
    def stride(self) -> int | None:
        """See ``ScalarShape.stride``."""
        return self.bytes

    def __hash__(self) -> int:
        return hash((self.length, self.cells))


Shape: TypeAlias = ScalarShape | OpaqueShape | RecordShape | ArrayShape


def zero_of(shape: ScalarShape | OpaqueShape) -> object:
    """Return what a zeroed scalar holds."""
    if isinstance(shape, OpaqueShape) and shape.zero is None:
        return Unmodelled(f"a zeroed {shape.name}")
    return shape.zero


def alike(one: Shape, other: Shape) -> bool:
    """Tell whether values of two shapes can be copied into each other, records left aside."""
    match one, other:
        case (ScalarShape(bits=bits), ScalarShape(bits=others)):
            return bits == others
        case (OpaqueShape(name=name), OpaqueShape(name=others)):
            return name == others
        case (ArrayShape(), ArrayShape()):
            return one.length == other.length and alike(one.of, other.of)
        case _:
            return isinstance(one, RecordShape) and isinstance(other, RecordShape)


def same_record(one: RecordShape, other: RecordShape) -> bool:
    """Tell whether two shapes are of one record type, as two files declare it.

    What the members are is not compared: that would walk shared parts once for each path.
    """
    return one is other or (
        (one.tag, one.union, one.cells, one.size)
        == (other.tag, other.union, other.cells, other.size)
        and [each.name for each in one.fields] == [each.name for each in other.fields]
    )


def _deeper(what: str, depth: int) -> int:
    if depth >= _MAX_DEPTH:
        raise Stopped(f"{what} is nested more than {_MAX_DEPTH} deep")
    return depth + 1
