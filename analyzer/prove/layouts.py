"""Where members lie: one layout of each struct for both sides, whatever each tree's is.

What a member is does not depend on its offset. Where both trees lay a struct out alike the offsets
are the real ones, otherwise ours, in which all members of either tree have room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.errors import Stopped
from analyzer.translate import Environment
from analyzer.translate.layout import layout_of, size_of
from analyzer.translate.naming import mangled
from analyzer.translate.types import Array, CType, Opaque, Record

# What a type takes that nothing describes, and what an array of unknown length does, in bytes.
_UNKNOWN = 64
_OPAQUE = 8
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Member:
    """A member by one side's declaration, anonymous ones opened.

    ``offset`` is in bytes from the struct's beginning. ``bits`` is the width of a bit-field.
    ``union`` names the union that it stands in, and ``field`` its alternative there.
    """

    name: str
    type: CType
    offset: int
    bits: int | None
    union: str | None
    field: str | None


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    type: CType
    bits: int | None
    real: int | None
    union: str | None
    field: str | None


class Layouts:
    """The layouts of all structs that the two sides name."""

    def __init__(self, *environments: Environment) -> None:
        self._environments = tuple(dict.fromkeys(environments))
        self._members: dict[tuple[str, Environment], Mapping[str, Member]] = {}
        self._laid: dict[str, tuple[Mapping[str, int], int]] = {}
        self._depth = 0

    def members(self, record: Record, environment: Environment) -> Mapping[str, Member]:
        """The members by their Python names. Raises Stopped for a struct nothing describes."""
        key = record.tag, environment
        if key not in self._members:
            offsets, _ = self._layout(record)
            self._members[key] = {
                mangled(one.name): Member(
                    one.name, one.type, offsets[one.name], one.bits, one.union, one.field
                )
                for one in _named(record, environment)
            }
            if not self._members[key] and environment.fields(record) is None:
                raise Stopped(f"struct {record.tag} is not described")
        return self._members[key]

    def stride(self, kind: CType) -> int:
        """How many bytes lie between two elements of an array."""
        if isinstance(kind, Record):
            return max(self._layout(kind)[1], 1)
        if isinstance(kind, Opaque):
            return _OPAQUE
        if isinstance(kind, Array):
            return self.stride(kind.of) * (kind.length or 1)
        return size_of(kind, self._environments[0]) or _UNKNOWN

    def _layout(self, record: Record) -> tuple[Mapping[str, int], int]:
        if record.tag not in self._laid:
            if self._depth > _DEEPEST:
                raise Stopped(f"struct {record.tag} is nested too deeply")
            self._depth += 1
            try:
                self._laid[record.tag] = self._worked_out(record)
            finally:
                self._depth -= 1
        return self._laid[record.tag]

    def _worked_out(self, record: Record) -> tuple[Mapping[str, int], int]:
        seen = [list(_named(record, each)) for each in self._environments]
        real = [{one.name: one.real for one in members} for members in seen if members]
        sizes = {
            size_of(record, each)
            for each, members in zip(self._environments, seen, strict=True)
            if members
        }
        offsets = real[0] if real else {}
        if len(sizes) == 1 and None not in sizes and all(each == offsets for each in real):
            known = {name: at for name, at in offsets.items() if at is not None}
            size = sizes.pop()
            if len(known) == len(offsets) and size is not None:
                return known, size
        return self._ours(seen)

    def _ours(self, seen: list[list[_Named]]) -> tuple[Mapping[str, int], int]:
        at = 0
        offsets: dict[str, int] = {}
        for one in (one for members in seen for one in members):
            if one.name not in offsets:
                offsets[one.name] = at
                at += -(-self._room(one.type) // 16) * 16
        return offsets, max(at, 16)

    def _room(self, kind: CType) -> int:
        return min(self.stride(kind), 1 << 30) + 16


def _named(record: Record, environment: Environment) -> Iterator[_Named]:
    """The named members, those of anonymous structs and unions too."""
    yield from _opened(record, environment, 0, (record.tag if record.union else None, None), 0)


def _opened(
    record: Record,
    environment: Environment,
    start: int | None,
    within: tuple[str | None, str | None],
    depth: int,
) -> Iterator[_Named]:
    if depth > _DEEPEST:
        raise Stopped(f"struct {record.tag} is nested too deeply")
    layout = layout_of(record, environment)
    fields = environment.fields(record) or ()
    for number, field in enumerate(fields):
        at = None if layout is None or start is None else start + layout.offsets[number] // 8
        union, chosen = within
        if record.union:
            union, chosen = record.tag, str(number)
        if field.name is not None:
            last = record.union or number == len(fields) - 1
            yield _Named(field.name, _open(field.type, last), field.bits, at, union, chosen)
        elif isinstance(field.type, Record):
            yield from _opened(field.type, environment, at, (union, chosen), depth + 1)


def _open(kind: CType, last: bool) -> CType:
    """A member's type: an array of none, or of one at the end, has as many as there is room for."""
    if isinstance(kind, Array) and (kind.length == 0 or (kind.length == 1 and last)):
        return Array(kind.of, None)
    return kind
