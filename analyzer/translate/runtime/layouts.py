"""Which members a record has once its anonymous ones are opened, and which of them share bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from analyzer.errors import Stopped
from analyzer.translate.naming import mangled
from analyzer.translate.runtime.shapes import (
    ArrayShape,
    OpaqueShape,
    RecordShape,
    ScalarShape,
    Shape,
    zero_of,
)

# (union, alternative): the record's own unions are counted, and the fields of each. A path leads
# from the outermost union to the field that a member stands in, or is.
Branch: TypeAlias = tuple[int, int]
Path: TypeAlias = tuple[Branch, ...]

_MAX_UNION = 8192  # changing the member in use writes to all of its cells


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the attribute of a record: ``raw`` is the slot that holds it.

    ``whole`` where it is a union's field itself, not a member of an anonymous struct in one.
    """

    name: str
    raw: str
    shape: Shape
    path: Path
    whole: bool

    @property
    def checked(self) -> bool:
        """Whether reading and writing go through a check of the union that it stands in."""
        return self.raw != self.name


@dataclass(frozen=True, slots=True)
class Layout:
    """The members of a record, and where each of its unions stands in the others."""

    members: tuple[Member, ...]
    unions: tuple[Path, ...]
    scalars: tuple[tuple[str, object], ...]
    parts: tuple[Member, ...]
    flat: tuple[str, ...] | None
    """The slots of a record that is nothing but unchecked scalars."""

    def whole(self, branch: Branch) -> Member | None:
        """Return the member that a union's field is."""
        return next((each for each in self.members if each.whole and each.path[-1] == branch), None)


def layout(shape: RecordShape, *, guarded: bool) -> Layout:
    """Open a record; ``guarded`` where it stands in a union, so that all its scalars are checked.

    Raises Stopped for two members of one name, and for a union too large to be kept track of.
    """
    members: list[Member] = []
    unions: list[Path] = []

    def walk(record: RecordShape, path: Path) -> None:
        union = len(unions)
        if record.union:
            if record.cells > _MAX_UNION:
                raise Stopped(f"{shape.tag} holds a union of more than {_MAX_UNION} cells")
            unions.append(path)
        for number, field in enumerate(record.fields):
            below = (*path, (union, number)) if record.union else path
            if field.name is not None:
                name = mangled(field.name)
                members.append(_member(name, field.shape, below, record.union, guarded))
            elif isinstance(field.shape, RecordShape):
                walk(field.shape, below)

    walk(shape, ())
    _refuse_twins(shape, members)
    scalars = tuple(
        (each.raw, zero_of(each.shape))
        for each in members
        if isinstance(each.shape, ScalarShape | OpaqueShape)
    )
    parts = tuple(each for each in members if isinstance(each.shape, RecordShape | ArrayShape))
    simple = not parts and not any(each.checked for each in members)
    flat = tuple(each.name for each in members) if simple else None
    return Layout(tuple(members), tuple(unions), scalars, parts, flat)


def _member(name: str, shape: Shape, path: Path, in_union: bool, guarded: bool) -> Member:
    scalar = isinstance(shape, ScalarShape | OpaqueShape)
    checked = scalar and (guarded or bool(path))
    return Member(name, f"_raw_{name}" if checked else name, shape, path, in_union)


def _refuse_twins(shape: RecordShape, members: list[Member]) -> None:
    seen: set[str] = set()
    for each in members:
        if each.name in seen:
            raise Stopped(f"{shape.tag} has two members named {each.name}")
        seen.add(each.name)
