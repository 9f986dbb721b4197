"""What the primitives make of C's arguments: places of entries, and forms that changed."""

from __future__ import annotations

from typing import TypeAlias

from analyzer.errors import FaultKind, KernelFault, Stopped
from analyzer.mm.geometry import Level
from analyzer.mm.state import State, Table
from analyzer.translate.runtime.nothing import NULL, Null, described
from analyzer.translate.runtime.pointers import Pointer

# A pointer to something that is no entry of a page table: a local, a member.
Cell: TypeAlias = Pointer


def place(pointer: Pointer) -> tuple[Table, int]:
    """Return the table and the index that a pointer to an entry leads to."""
    table: Table = pointer._home  # type: ignore[assignment]
    index = pointer._index
    if 0 <= index < table.size:
        return table, index
    raise KernelFault(FaultKind.BOUNDS, f"access to entry {index} of {table.size}")


def table_at(pointer: Pointer) -> Table:
    """Return the table that a pointer to an entry leads into."""
    return place(pointer)[0]


def of_entry(name: str, value: object) -> Pointer:
    """Return an argument of a form that changed, where a pointer to an entry must stand.

    NULL is a fault as soon as it is used. Raises Stopped for anything else.
    """
    if isinstance(value, Null) or (type(value) is Pointer and type(value._home) is Table):
        return value  # type: ignore[return-value]
    raise Stopped(f"{name}() is given {described(value)} for a pointer to an entry")


def counted(name: str, arguments: tuple[object, ...], *allowed: int) -> None:
    """Raise Stopped where a form with so many arguments is not known."""
    if len(arguments) not in allowed:
        known = " or ".join(map(str, allowed))
        raise Stopped(f"{name}() takes {known} arguments in the model, not {len(arguments)}")


def from_above(state: State, name: str, pointer: Pointer, level: Level) -> Pointer:
    """Return a pointer to the entry above a level, which must be the next one that is not folded.

    Code from before p4d_t skips a level; on five levels that is no kernel that ever was.
    """
    table = table_at(pointer)
    between = range(level + 1, table.level)
    if any(state.geometry.bits[each] for each in between):
        raise Stopped(f"{name}() skips a level of page tables that {state.geometry.name} has")
    return pointer


def or_null(pointer: Pointer | None) -> object:
    """Return C's NULL for None."""
    return NULL if pointer is None else pointer
