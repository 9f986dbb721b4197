"""Which member of a union is in use, and what reading another one means.

A record's unions are numbered, its own and its anonymous ones; ``_active`` holds for each the
number of the field written last. A record inside a union knows the way to it by its ``_guard``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.errors import FaultKind, KernelFault
from analyzer.translate.runtime.nothing import PUNNED, Null, punned
from analyzer.translate.runtime.shapes import ArrayShape, RecordShape, ScalarShape

if TYPE_CHECKING:
    from analyzer.translate.runtime.layouts import Branch, Member, Path
    from analyzer.translate.runtime.records import Guard, Record
    from analyzer.translate.runtime.shapes import Shape

# Instead of a field's number: never written; zeroed as a whole; bytes of an outer union's field.
UNWRITTEN, ZEROED, FOREIGN = -1, -2, -3


def checked_member(member: Member) -> property:
    """Make the attribute of a scalar that stands in a union."""
    raw, path, name = member.raw, member.path, member.name

    def read(record: Record) -> object:
        stale = _stale(record, path)
        if stale is not None:
            return _reinterpreted(record, member, stale)
        if record._guard is not None:
            check_readable(record._guard, name)
        try:
            value: object = getattr(record, raw)
        except AttributeError:
            raise KernelFault(
                FaultKind.UNINITIALISED, f"read of member {name}, never written"
            ) from None
        if value is PUNNED:
            raise punned(name)
        return value

    def write(record: Record, value: object) -> None:
        activate(record, path)
        setattr(record, raw, value)

    return property(read, write)


def _stale(record: Record, path: Path) -> Branch | None:
    """Return the first union on the way whose last written field is another one."""
    for branch in path:
        active = record._active[branch[0]]
        if active != branch[1] and active not in (UNWRITTEN, ZEROED):
            return branch
    return None


def _reinterpreted(record: Record, member: Member, stale: Branch) -> object:
    """Read a scalar that was written as another one of the same size."""
    union, _ = stale
    written = record._layout.whole((union, record._active[union]))
    if written is None or not member.whole or member.path[-1] != stale:
        raise punned(member.name)
    match written.shape, member.shape:
        case ScalarShape(zero=Null(), bits=had), ScalarShape(zero=Null(), bits=bits) if had == bits:
            # Which type it points to is in no bit of a pointer.
            return getattr(record, written.name)
        case ScalarShape(zero=0, bits=had), ScalarShape(zero=0, bits=bits, signed=signed) if (
            had == bits
        ):
            value: Any = getattr(record, written.name)
            half = 1 << (bits - 1)
            return (value & (2 * half - 1) ^ half) - half if signed else value & (2 * half - 1)
        case _:
            raise punned(member.name)


def check_readable(guard: Guard | None, what: str) -> None:
    """Raise Stopped where a union was last written as something else than what stands here."""
    while guard is not None:
        record, path = guard
        if _stale(record, path) is not None:
            raise punned(what)
        guard = record._guard


def activate(record: Record, path: Path) -> None:
    """Take note of a write: the unions on the way, outermost first, are now in use this way."""
    if record._guard is not None:
        activate(*record._guard)
    for branch in path:
        union, field = branch
        active = record._active[union]
        if active == field:
            continue
        if active >= 0:
            _pun(record, branch)
        record._active[union] = field


def _pun(record: Record, branch: Branch | None) -> None:
    """Let a field's members, or all of a record, hold what was written as another field."""
    opened = record._layout
    for member in opened.members:
        if branch is None or branch in member.path:
            if member.checked:
                setattr(record, member.raw, PUNNED)
            else:
                _pun_part(member.shape, getattr(record, member.name))
    for union, path in enumerate(opened.unions):
        if branch is None or branch in path:
            record._active[union] = FOREIGN


def _pun_part(shape: Shape, part: Any) -> None:
    match shape:
        case RecordShape():
            _pun(part, None)
        case ArrayShape(of=RecordShape() | ArrayShape() as of):
            for element in part._home:
                _pun_part(of, element)
        case _:
            part._home.fill(PUNNED)


class GuardedHome:
    """An array of scalars that stands in a union."""

    __slots__ = ("guard", "items")

    def __init__(self, items: list[object], guard: Guard) -> None:
        self.items = items
        self.guard = guard

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> object:
        value = self.items[index]
        check_readable(self.guard, "an array")
        if value is PUNNED:
            raise punned("an array")
        return value

    def __setitem__(self, index: int, value: object) -> None:
        if index >= len(self.items):
            raise IndexError(index)
        activate(*self.guard)
        self.items[index] = value

    def fill(self, value: object) -> None:
        """Set every element, without a look at the union."""
        self.items[:] = [value] * len(self.items)
