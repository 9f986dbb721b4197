"""move_page_tables(): the loop over the extents of a range, as a row of stages with slots between.

Kernel function: ``move_page_tables()`` of mm/mremap.c and the static functions that it calls, in
the eras of ``bases``. A stage is one step of the loop's body; where code of a patch stands in a
slot it is one stage more, so that empty slots cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from analyzer.errors import Stopped
from analyzer.mm.api.bug import VM_BUG_ON
from analyzer.mm.entry import Kind
from analyzer.mm.pgtable import alloc_pmd, find_pmd, read
from analyzer.mm.rmap import (
    anon_vma_lock_write,
    anon_vma_unlock_write,
    i_mmap_lock_write,
    i_mmap_unlock_write,
)
from analyzer.mm.state import Mm, State, Vma
from analyzer.reference import statements
from analyzer.reference.base import Base, Brought, Frame, Functions, Left
from analyzer.reference.ptes import move_ptes
from analyzer.reference.slots import Slot
from analyzer.reference.statements import Call, entry_of
from analyzer.translate.runtime.nothing import NULL, UNSET
from analyzer.translate.runtime.pointers import Pointer

Stage = Callable[[Call], Left | None]

# A turn gets a page on at least, if the loop is upstream's: beyond twice that it is caught.
_MOST_TURNS = 64
_NO_MORE: Mapping[str, object] = MappingProxyType({})

# What the loop calls by its C name: a patch's own functions of these names take their place.
FUNCTIONS = ("take_rmap_locks", "drop_rmap_locks", "get_old_pmd", "alloc_new_pmd", "move_ptes")


# Those of them that do nothing but take locks, or give them back.
LOCKS = ("take_rmap_locks", "drop_rmap_locks")


class Nothing:
    """What no patch brings."""

    def in_slot(self, slot: Slot) -> None:
        """Nothing stands anywhere."""


NOTHING = Nothing()


def reference_functions(state: State, base: Base) -> dict[str, Callable[..., Any]]:
    """The functions that the loop calls, by their C names and with C's arguments of the era.

    Those of a patch take the place of entries of this very mapping: move_ptes() calls the
    others through it.
    """
    functions: dict[str, Callable[..., Any]] = {
        "take_rmap_locks": partial(take_rmap_locks, state),
        "drop_rmap_locks": partial(drop_rmap_locks, state),
        "get_old_pmd": partial(get_old_pmd, state),
        "alloc_new_pmd": partial(alloc_new_pmd, state),
    }
    functions["move_ptes"] = partial(move_ptes, state, base, functions)
    return functions


def take_rmap_locks(state: State, vma: Vma) -> None:
    """Keep everybody out who finds the area's pages from the pages' side, file locks first."""
    if vma.vm_file:
        i_mmap_lock_write(state, vma.vm_file.f_mapping)
    if vma.anon_vma:
        anon_vma_lock_write(state, vma.anon_vma)


def drop_rmap_locks(state: State, vma: Vma) -> None:
    """Let them in again, in the reverse order."""
    if vma.anon_vma:
        anon_vma_unlock_write(state, vma.anon_vma)
    if vma.vm_file:
        i_mmap_unlock_write(state, vma.vm_file.f_mapping)


def get_old_pmd(state: State, mm: Mm, addr: int) -> Any:
    """A pointer to the PMD entry of an address, NULL where there is none or it is empty."""
    place: tuple[Any, int] | None = find_pmd(state, addr)
    if place is None or read(*place).kind is Kind.NONE:
        return NULL
    return Pointer(*place, None)


def alloc_new_pmd(state: State, mm: Mm, *vma_and_addr: Any) -> Any:
    """A pointer to the PMD entry of an address, tables made on the way; NULL without memory.

    Some eras pass the area before the address.
    """
    addr = vma_and_addr[-1]
    pointer = alloc_pmd(state, addr)
    if pointer is None:
        return NULL
    VM_BUG_ON(state, entry_of(pointer).kind is Kind.HUGE)
    return pointer


def move_page_tables(
    state: State,
    base: Base,
    functions: Functions,
    brought: Brought,
    vma: Vma,
    old_addr: int,
    new_vma: Vma,
    new_addr: int,
    length: int,
    need_rmap_locks: int,
    *,
    extra: Mapping[str, object] = _NO_MORE,
    rows: Rows | None = None,
) -> int:
    """Move the page tables' content of a range; return how much of it was moved, in bytes.

    Addresses and ``length`` are in bytes, and wrap as an ``unsigned long`` does. ``extra`` are
    locals that a patch adds, ``rows`` what ``rows_of(brought)`` gave before. Raises KernelFault
    where the kernel would die, and Stopped where code of a patch keeps the loop from coming to
    its end.
    """
    frame = Frame({**extra, **dict.fromkeys(base.locals, UNSET)})
    frame.vma, frame.old_addr = vma, old_addr
    frame.new_vma, frame.new_addr = new_vma, new_addr
    frame.len, frame.need_rmap_locks = length, need_rmap_locks
    call = Call(state, base, functions, frame)
    before, turn, behind = rows or rows_of(brought)
    mask = call.mask

    left = _run(before, call)
    if left is not None:
        return left.value  # type: ignore[return-value]
    turns = _MOST_TURNS + 2 * (length // state.geometry.page_size)
    while frame.old_addr < frame.old_end:
        left = _run(turn, call)
        if left is not None:
            if left.how == "return":
                return left.value  # type: ignore[return-value]
            if left.how == "break":
                break
        frame.old_addr = frame.old_addr + frame.extent & mask
        frame.new_addr = frame.new_addr + frame.extent & mask
        turns -= 1
        if not turns:
            raise Stopped("the loop over the range does not come to its end")
    left = _run(behind, call)
    if left is not None:
        return left.value  # type: ignore[return-value]
    return frame.len + frame.old_addr - frame.old_end & mask


# --- the row of stages -----------------------------------------------------------------------


Part = Slot | Stage

_BEFORE: tuple[Part, ...] = (Slot.DECLARATIONS, statements.begin, Slot.BEFORE_LOOP)
# A turn of the loop: up to the test for a huge entry, its two arms, and on from there.
FIRST: tuple[Part, ...] = (
    statements.resched,
    Slot.TOP,
    statements.extent,
    Slot.AFTER_EXTENT,
    statements.old,
    Slot.AFTER_OLD,
    statements.new,
    Slot.BEFORE_HUGE,
)
HUGE: tuple[Part, ...] = (
    Slot.HUGE_START,
    statements.move_huge,
    Slot.HUGE_MOVED,
    statements.split_huge,
    Slot.HUGE_END,
)
ELSE: tuple[Part, ...] = (Slot.ELSE_HUGE,)
LAST: tuple[Part, ...] = (
    Slot.AFTER_HUGE,
    statements.allocate,
    Slot.AFTER_ALLOC,
    statements.clamp,
    Slot.BEFORE_PTES,
    statements.ptes,
    Slot.AFTER_PTES,
)
_BEHIND: tuple[Part, ...] = (Slot.AFTER_LOOP, statements.end)


class Rows(NamedTuple):
    """The stages of the function: before the loop, in each turn of it, and behind it."""

    before: tuple[Stage, ...]
    turn: tuple[Stage, ...]
    behind: tuple[Stage, ...]


def rows_of(brought: Brought) -> Rows:
    """The function with what a patch has in its slots; the same for all calls of it."""
    arms: Stage = partial(_by_kind, _row(brought, HUGE), _row(brought, ELSE))
    turn = (*_row(brought, FIRST), arms, *_row(brought, LAST))
    return Rows(_row(brought, _BEFORE), turn, _row(brought, _BEHIND))


def _row(brought: Brought, parts: tuple[Part, ...]) -> tuple[Stage, ...]:
    """Stages in order: the function's own, and what the patch has in the slots between."""
    row: list[Stage] = []
    for part in parts:
        if not isinstance(part, Slot):
            row.append(part)
        elif (code := brought.in_slot(part)) is not None:
            row.append(_on_locals(code))
    return tuple(row)


def _on_locals(code: Callable[[Frame], Left]) -> Stage:
    """Code of a patch as a stage: it knows the call's locals only."""
    return lambda call: code(call.frame)


def _run(stages: tuple[Stage, ...], call: Call) -> Left | None:
    """Run stages in order, until one is left otherwise than at its end."""
    for stage in stages:
        left = stage(call)
        if left is not None and left.how != "falls":
            return left
    return None


def _by_kind(whole: tuple[Stage, ...], other: tuple[Stage, ...], call: Call) -> Left | None:
    """The test for a huge entry, with its two arms."""
    return _run(whole if statements.is_huge(call) else other, call)
