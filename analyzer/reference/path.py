"""move_page_tables(): the loop over the extents of a range, as a row of stages with slots between.

Kernel function: ``move_page_tables()`` of mm/mremap.c and the static functions that it calls, in
the eras of ``bases``. A stage is one step of the loop's body; where code of a patch stands in a
slot it is one stage more, so that empty slots cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from analyzer.errors import Stopped
from analyzer.mm import huge, tlb
from analyzer.mm.api.bug import VM_BUG_ON
from analyzer.mm.api.fs import i_mmap_lock_write, i_mmap_unlock_write
from analyzer.mm.api.mmu_notifier import (
    mmu_notifier_invalidate_range_end,
    mmu_notifier_invalidate_range_start,
)
from analyzer.mm.api.pgtable import pmd_trans_unstable
from analyzer.mm.api.rmap import anon_vma_lock_write, anon_vma_unlock_write
from analyzer.mm.api.sched import cond_resched
from analyzer.mm.entry import Entry, Kind
from analyzer.mm.geometry import Level
from analyzer.mm.pgtable import alloc, find_pmd, pgd_offset, pte_alloc, read
from analyzer.mm.state import Mm, State, Vma
from analyzer.reference.base import Base, Brought, Frame, Functions, Left, NotifierRange
from analyzer.reference.ptes import move_ptes
from analyzer.reference.slots import Slot
from analyzer.translate.runtime.nothing import NULL, UNSET
from analyzer.translate.runtime.pointers import Pointer

Stage = Callable[[], Left | None]

CONTINUE = Left("continue")
BREAK = Left("break")

# A turn gets a page on at least, if the loop is upstream's: beyond twice that it is caught.
_MOST_TURNS = 64
_NO_MORE: Mapping[str, object] = MappingProxyType({})

# What the loop calls by its C name: a patch's own functions of these names take their place.
FUNCTIONS = ("take_rmap_locks", "drop_rmap_locks", "get_old_pmd", "alloc_new_pmd", "move_ptes")


class Nothing:
    """What no patch brings."""

    def in_slot(self, slot: Slot) -> None:
        """Nothing stands anywhere."""


NOTHING = Nothing()


class Call:
    """One call of move_page_tables(): whose it is, and its locals.

    ``pmd_size`` is in bytes; addresses wrap at ``mask``.
    """

    __slots__ = ("base", "frame", "functions", "mask", "pmd_size", "state")

    def __init__(self, state: State, base: Base, functions: Functions, frame: Frame) -> None:
        self.state = state
        self.base = base
        self.functions = functions
        self.frame = frame
        self.pmd_size = state.geometry.pmd_size
        self.mask = state.geometry.word_mask


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


def alloc_new_pmd(state: State, mm: Mm, vma: Vma, addr: int) -> Any:
    """A pointer to the PMD entry of an address, tables made on the way; NULL without memory."""
    pointer: Pointer | None = pgd_offset(state, addr)
    for level in (Level.P4D, Level.PUD, Level.PMD):
        pointer = pointer and alloc(pointer, addr, level)
    if pointer is None:
        return NULL
    VM_BUG_ON(state, _entry(pointer).kind is Kind.HUGE)
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
) -> int:
    """Move the page tables' content of a range; return how much of it was moved, in bytes.

    Addresses and ``length`` are in bytes, and wrap as an ``unsigned long`` does. ``extra`` are
    locals that a patch adds. Raises KernelFault where the kernel would die, and Stopped where
    code of a patch keeps the loop from coming to its end.
    """
    frame = Frame({**extra, **dict.fromkeys(base.locals, UNSET)})
    frame.vma, frame.old_addr = vma, old_addr
    frame.new_vma, frame.new_addr = new_vma, new_addr
    frame.len, frame.need_rmap_locks = length, need_rmap_locks
    call = Call(state, base, functions, frame)
    before, turn, behind = _stages(call, brought)
    mask = call.mask

    left = _run(before)
    if left is not None:
        return left.value  # type: ignore[return-value]
    turns = _MOST_TURNS + 2 * (length // state.geometry.page_size)
    while frame.old_addr < frame.old_end:
        left = _run(turn)
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
    left = _run(behind)
    if left is not None:
        return left.value  # type: ignore[return-value]
    return frame.len + frame.old_addr - frame.old_end & mask


# --- the row of stages -----------------------------------------------------------------------


def _stages(call: Call, brought: Brought) -> tuple[list[Stage], list[Stage], list[Stage]]:
    """What runs before the loop, in each turn of it, and behind it."""
    before = _row(call, brought, (Slot.DECLARATIONS, _begin, Slot.BEFORE_LOOP))
    whole = _row(
        call,
        brought,
        (Slot.HUGE_START, _move_huge, Slot.HUGE_MOVED, _split_huge, Slot.HUGE_END),
    )
    other = _row(call, brought, (Slot.ELSE_HUGE,))
    row = _row(
        call,
        brought,
        (
            *(_resched, Slot.TOP, _extent, Slot.AFTER_EXTENT, _old, Slot.AFTER_OLD, _new),
            *(Slot.BEFORE_HUGE, partial(_huge, whole, other), Slot.AFTER_HUGE, _allocate),
            *(Slot.AFTER_ALLOC, _clamp, Slot.BEFORE_PTES, _ptes, Slot.AFTER_PTES),
        ),
    )
    return before, row, _row(call, brought, (Slot.AFTER_LOOP, _end))


def _row(
    call: Call, brought: Brought, parts: tuple[Slot | Callable[[Call], Left | None], ...]
) -> list[Stage]:
    row: list[Stage] = []
    for part in parts:
        if not isinstance(part, Slot):
            row.append(partial(part, call))
        elif (code := brought.in_slot(part)) is not None:
            row.append(partial(code, call.frame))
    return row


def _run(stages: list[Stage]) -> Left | None:
    """Run stages in order, until one is left otherwise than at its end."""
    for stage in stages:
        left = stage()
        if left is not None and left.how != "falls":
            return left
    return None


# --- the stages ------------------------------------------------------------------------------


def _begin(call: Call) -> None:
    frame = call.frame
    frame.old_end = frame.old_addr + frame.len & call.mask
    if call.base.deferred_flush:
        frame.need_flush = 0
    if "range" in call.base.locals:
        frame.range = NotifierRange(frame.vma.vm_mm, frame.old_addr, frame.old_end)
    else:
        frame.mmun_start, frame.mmun_end = frame.old_addr, frame.old_end
    mmu_notifier_invalidate_range_start(call.state, frame.vma.vm_mm, *_notified(frame))


def _resched(call: Call) -> None:
    cond_resched(call.state)


def _extent(call: Call) -> None:
    """Up to the next PMD boundary of the old side, and of the new one where the era has it so."""
    frame = call.frame
    frame.next, room = _next(call, frame.old_addr)
    frame.extent = min(room, frame.old_end - frame.old_addr & call.mask)
    if call.base.both_bounds:
        frame.next, room = _next(call, frame.new_addr)
        frame.extent = min(frame.extent, room)


def _old(call: Call) -> Left | None:
    frame = call.frame
    frame.old_pmd = call.functions["get_old_pmd"](frame.vma.vm_mm, frame.old_addr)
    return None if frame.old_pmd else CONTINUE


def _new(call: Call) -> Left | None:
    frame = call.frame
    frame.new_pmd = call.functions["alloc_new_pmd"](frame.vma.vm_mm, frame.vma, frame.new_addr)
    return None if frame.new_pmd else BREAK


def _huge(whole: list[Stage], other: list[Stage], call: Call) -> Left | None:
    return _run(whole if _is_huge(call.base, _entry(call.frame.old_pmd)) else other)


def _move_huge(call: Call) -> Left | None:
    frame = call.frame
    if frame.extent != call.pmd_size:
        return None
    if frame.need_rmap_locks:
        call.functions["take_rmap_locks"](frame.vma)
    moved = _moved_huge(call)
    if frame.need_rmap_locks:
        call.functions["drop_rmap_locks"](frame.vma)
    return CONTINUE if moved else None


def _moved_huge(call: Call) -> int:
    frame = call.frame
    old_end = None if call.base.both_bounds else frame.old_end
    places = frame.old_addr, frame.new_addr, old_end, frame.old_pmd, frame.new_pmd
    if not call.base.early_huge:
        return huge.move_huge_pmd(call.state, frame.vma, *places)
    cell: list[Any] = [frame.need_flush]
    moved = huge.move_huge_pmd_or_fail(
        call.state,
        frame.vma,
        frame.new_vma,
        frame.old_addr,
        frame.new_addr,
        frame.old_end,
        frame.old_pmd,
        frame.new_pmd,
        Pointer(cell, 0, None),
    )
    frame.need_flush = cell[0]
    return moved


def _split_huge(call: Call) -> Left | None:
    frame, state = call.frame, call.state
    if call.base.early_huge:
        huge.split_huge_page_pmd(state, frame.vma, frame.old_addr, frame.old_pmd)
        VM_BUG_ON(state, _entry(frame.old_pmd).kind is Kind.HUGE)
        return None
    huge.split_huge_pmd(state, frame.vma, frame.old_pmd, frame.old_addr)
    return CONTINUE if pmd_trans_unstable(state, frame.old_pmd) else None


def _allocate(call: Call) -> Left | None:
    return BREAK if pte_alloc(call.frame.new_pmd) else None


def _clamp(call: Call) -> None:
    """What is left for move_ptes(): within one table of the new side, and not too much at once."""
    frame = call.frame
    if not call.base.both_bounds:
        frame.next, room = _next(call, frame.new_addr)
        frame.extent = min(frame.extent, room)
    if call.base.chunk is not None:
        frame.extent = min(frame.extent, call.base.chunk * call.state.geometry.page_size)


def _ptes(call: Call) -> None:
    frame = call.frame
    arguments = (
        *(frame.vma, frame.old_pmd, frame.old_addr),
        frame.old_addr + frame.extent & call.mask,
        *(frame.new_vma, frame.new_pmd, frame.new_addr, frame.need_rmap_locks),
    )
    if not call.base.deferred_flush:
        call.functions["move_ptes"](*arguments)
        return
    cell: list[Any] = [frame.need_flush]
    call.functions["move_ptes"](*arguments, Pointer(cell, 0, None))
    frame.need_flush = cell[0]


def _end(call: Call) -> None:
    frame = call.frame
    if call.base.deferred_flush and frame.need_flush:
        start = frame.old_end - frame.len & call.mask
        tlb.flush(call.state, start, frame.old_addr)
    mmu_notifier_invalidate_range_end(call.state, frame.vma.vm_mm, *_notified(frame))


# --- what they look at -----------------------------------------------------------------------


def _notified(frame: Frame) -> tuple[int, int]:
    """The range that the notifiers are told, as the locals have it now."""
    told = frame.__dict__.get("range")
    return (told.start, told.end) if told else (frame.mmun_start, frame.mmun_end)


def _next(call: Call, address: int) -> tuple[int, int]:
    """The next PMD boundary behind an address, which may wrap to 0, and how far it is, in bytes."""
    behind = (address + call.pmd_size) & -call.pmd_size & call.mask
    return behind, (behind - address) & call.mask


def _entry(pointer: Any) -> Entry:
    """An entry, read as C's ``*pmd`` does."""
    return pointer[0]  # type: ignore[no-any-return]


def _is_huge(base: Base, entry: Entry) -> bool:
    kind = entry.kind
    return (
        kind is Kind.HUGE
        or (base.devmap and kind is Kind.DEVMAP)
        or (base.swapped_pmd and kind in (Kind.MIGRATION, Kind.SWAP))
    )
