"""move_ptes(): the entries of one page table, one by one, from one table to another.

Kernel function: ``move_ptes()`` of mm/mremap.c, in the form of v4.9 (``deferred_flush``) and in
that of v4.19 to v6.4.
"""

from __future__ import annotations

from typing import Any

from analyzer.mm import locking, tlb
from analyzer.mm.api.pgtable_set import ptep_get_and_clear, set_pte_at
from analyzer.mm.entry import DIRTY, SOFT_DIRTY, Entry, Kind
from analyzer.mm.geometry import Level
from analyzer.mm.pgtable import (
    address_of,
    get_and_clear,
    offset,
    present_in,
    table_of,
    write,
)
from analyzer.mm.state import State, Table, Vma, entry_at
from analyzer.reference.base import Base, Functions
from analyzer.translate.runtime.pointers import Pointer

_PAGE = Kind.PAGE


def move_ptes(
    state: State,
    base: Base,
    functions: Functions,
    vma: Vma,
    old_pmd: Pointer,
    old_addr: int,
    old_end: int,
    new_vma: Vma,
    new_pmd: Pointer,
    new_addr: int,
    need_rmap_locks: int,
    need_flush: Pointer | None = None,
) -> None:
    """Move what is mapped from ``old_addr`` up to ``old_end``, in bytes, to ``new_addr`` on.

    The entries are those of one table on either side. ``need_flush`` leads to the flag that asks
    for a flush behind the loop; only a base of ``deferred_flush`` passes one.
    """
    if need_rmap_locks:
        functions["take_rmap_locks"](vma)
    old_table = table_of(state, _entry_at(old_pmd), Level.PTE)
    old_pte, old_ptl = offset(old_table, old_addr), old_table.lock
    locking.acquire(state, old_ptl)
    new_table = table_of(state, _entry_at(new_pmd), Level.PTE)
    new_pte, new_ptl = offset(new_table, new_addr), new_table.lock
    if new_ptl is not old_ptl:
        locking.acquire(state, new_ptl, 1)

    pages = -((old_addr - old_end) // state.geometry.page_size)
    if _is_plain(state, old_pte, old_addr, new_pte, new_addr, pages):
        moved = _move_populated(old_pte, new_pte, pages)
    else:
        moved = _move_each(state, old_pte, old_addr, new_pte, new_addr, pages)
    flush_now = _asks_for_flush(moved, dirty_only=base.deferred_flush)

    if not base.deferred_flush and flush_now:
        tlb.flush(state, old_addr, old_end)
    if new_ptl is not old_ptl:
        locking.release(state, new_ptl)
    if need_flush is not None:
        if flush_now:
            tlb.flush(state, old_addr, old_end)
        else:
            need_flush[0] = 1
    locking.release(state, old_ptl)
    if need_rmap_locks:
        functions["drop_rmap_locks"](vma)


def move_soft_dirty_pte(pte: Entry) -> Entry:
    """Mark an entry as moved, so that user space can notice, as CONFIG_MEM_SOFT_DIRTY has it."""
    return pte.with_bits(pte.bits | SOFT_DIRTY)


def _asks_for_flush(moved: list[Entry], *, dirty_only: bool) -> bool:
    """Whether translations of what was moved must go before the locks do."""
    return any(pte.kind is _PAGE and (not dirty_only or pte.bits & DIRTY) for pte in moved)


def _entry_at(pmd: Pointer) -> Entry:
    table: Table = pmd._home  # type: ignore[assignment]
    return entry_at(table, pmd._index)


def _is_plain(
    state: State, old: Pointer, old_addr: int, new: Pointer, new_addr: int, pages: int
) -> bool:
    """Whether empty entries can be left out: nobody counts them, and all stays inside two tables.

    What a patch did to the loop before may make it otherwise.
    """
    source: Table = old._home  # type: ignore[assignment]
    target: Table = new._home  # type: ignore[assignment]
    return (
        not state.tracing
        and source is not target
        and old._index + pages <= source.size
        and new._index + pages <= target.size
        and address_of(source, old._index) == old_addr & -source.each
        and address_of(target, new._index) == new_addr & -target.each
    )


def _move_populated(old: Pointer, new: Pointer, pages: int) -> list[Entry]:
    source: Table = old._home  # type: ignore[assignment]
    target: Table = new._home  # type: ignore[assignment]
    first, shift = old._index, new._index - old._index
    moved = []
    for index in present_in(source, first, first + pages):
        pte = get_and_clear(source, index)
        # As move_soft_dirty_pte(), without its calls.
        marked = Entry(pte.kind, pte.target, pte.bits | SOFT_DIRTY, pte.under)
        write(target, index + shift, marked)
        moved.append(pte)
    return moved


def _move_each(
    state: State, old: Any, old_addr: int, new: Any, new_addr: int, pages: int
) -> list[Entry]:
    """The same, entry by entry as C goes: with its checks, and what moved here is met again."""
    page, mm = state.geometry.page_size, state.mm
    moved = []
    for way in range(0, pages * page, page):
        if old[0].kind is not Kind.NONE:
            pte = ptep_get_and_clear(state, mm, old_addr + way, old)
            set_pte_at(state, mm, new_addr + way, new, move_soft_dirty_pte(pte))
            moved.append(pte)
        old += 1
        new += 1
    return moved
