"""The statements of move_page_tables(), one function each, in the eras of ``bases``.

Each reads and writes the call's locals by their C names, and tells how it was left: None where the
next statement follows. Kernel function: ``move_page_tables()`` of mm/mremap.c.
"""

from __future__ import annotations

from typing import Any

from analyzer.mm import huge, tlb
from analyzer.mm.api.bug import VM_BUG_ON
from analyzer.mm.api.mmu_notifier import (
    mmu_notifier_invalidate_range_end,
    mmu_notifier_invalidate_range_start,
)
from analyzer.mm.api.pgtable import pmd_trans_unstable
from analyzer.mm.api.sched import cond_resched
from analyzer.mm.entry import Entry, Kind
from analyzer.mm.pgtable import pte_alloc, read
from analyzer.mm.state import State, Table
from analyzer.reference.base import Base, Frame, Functions, Left, NotifierRange
from analyzer.translate.runtime.pointers import Pointer

CONTINUE = Left("continue")
BREAK = Left("break")


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


def begin(call: Call) -> None:
    """The range is known, and its notifiers are told."""
    frame = call.frame
    frame.old_end = frame.old_addr + frame.len & call.mask
    if call.base.deferred_flush:
        frame.need_flush = 0
    if "range" in call.base.locals:
        frame.range = NotifierRange(frame.vma.vm_mm, frame.old_addr, frame.old_end)
    else:
        frame.mmun_start, frame.mmun_end = frame.old_addr, frame.old_end
    mmu_notifier_invalidate_range_start(call.state, frame.vma.vm_mm, *_notified(frame))


def resched(call: Call) -> None:
    """Let others run."""
    cond_resched(call.state)


def extent(call: Call) -> None:
    """Up to the next PMD boundary of the old side, and of the new one where the era has it so."""
    frame = call.frame
    frame.next, room = _next(call, frame.old_addr)
    frame.extent = min(room, frame.old_end - frame.old_addr & call.mask)
    if call.base.both_bounds:
        frame.next, room = _next(call, frame.new_addr)
        frame.extent = min(frame.extent, room)


def old(call: Call) -> Left | None:
    """Find what is to be moved; an empty extent is skipped."""
    frame = call.frame
    frame.old_pmd = call.functions["get_old_pmd"](frame.vma.vm_mm, frame.old_addr)
    return None if frame.old_pmd else CONTINUE


def new(call: Call) -> Left | None:
    """Make room for it."""
    frame = call.frame
    frame.new_pmd = call.functions["alloc_new_pmd"](frame.vma.vm_mm, frame.vma, frame.new_addr)
    return None if frame.new_pmd else BREAK


def move_huge(call: Call) -> Left | None:
    """Move a huge entry whole, if the extent is one."""
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


def split_huge(call: Call) -> Left | None:
    """Split what could not be moved whole; without a table then, the extent is skipped."""
    frame, state = call.frame, call.state
    if call.base.early_huge:
        huge.split_huge_page_pmd(state, frame.vma, frame.old_addr, frame.old_pmd)
        VM_BUG_ON(state, entry_of(frame.old_pmd).kind is Kind.HUGE)
        return None
    huge.split_huge_pmd(state, frame.vma, frame.old_pmd, frame.old_addr)
    return CONTINUE if pmd_trans_unstable(state, frame.old_pmd) else None


def allocate(call: Call) -> Left | None:
    """Make a page table at the new place, unless there is one."""
    return BREAK if pte_alloc(call.frame.new_pmd) else None


def clamp(call: Call) -> None:
    """What is left for move_ptes(): within one table of the new side, and not too much at once."""
    frame = call.frame
    if not call.base.both_bounds:
        frame.next, room = _next(call, frame.new_addr)
        frame.extent = min(frame.extent, room)
    if call.base.chunk is not None:
        frame.extent = min(frame.extent, call.base.chunk * call.state.geometry.page_size)


def ptes(call: Call) -> None:
    """Move what the extent holds, entry by entry."""
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


def end(call: Call) -> None:
    """Flush what was put off, and tell the notifiers that it is over."""
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


def entry_of(pointer: Any) -> Entry:
    """An entry, read as C's ``*pmd`` does."""
    # Without the calls between; a patch's code can bring a pointer to anything else.
    if type(pointer) is Pointer:
        home, index = pointer._home, pointer._index
        if type(home) is Table and 0 <= index < home.size:
            return read(home, index)
    return pointer[0]  # type: ignore[no-any-return]


def is_huge(call: Call) -> bool:
    """Whether the old PMD entry takes the arm for huge ones."""
    base, kind = call.base, entry_of(call.frame.old_pmd).kind
    return (
        kind is Kind.HUGE
        or (base.devmap and kind is Kind.DEVMAP)
        or (base.swapped_pmd and kind in (Kind.MIGRATION, Kind.SWAP))
    )
