"""What is mapped in a range is taken out: entries, frames, swap slots, and empty page tables.

Entries are cleared under the lock of their table; frames wait in a batch, which holds the reference
that the entry had, until translations are flushed (``mmu_gather``). Tables go last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.mm import frames, huge, locking, notifier, pgtable, tlb
from analyzer.mm.entry import Entry, Kind
from analyzer.mm.geometry import Level
from analyzer.mm.state import State, Table, Vma
from analyzer.translate.runtime.pointers import Pointer

_LEVELS = tuple(Level)


@dataclass(slots=True)
class Gather:
    """What waits for the flush: frames, tables, and the addresses they were at."""

    frames: list[int] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    start: int | None = None
    end: int = 0

    def covers(self, start: int, end: int) -> None:
        """Translations of a range are to be flushed."""
        self.start = start if self.start is None else min(self.start, start)
        self.end = max(self.end, end)


def unmap_region(
    state: State, gone: Sequence[Vma], start: int, end: int, floor: int, ceiling: int
) -> None:
    """Empty the areas of a range, which no list has any more (``unmap_region``).

    ``floor`` is the end of the area below, ``ceiling`` the start of the one above, 0 for none: page
    tables between them are not needed any more.
    """
    gather = Gather()
    notifier.invalidate_range_start(state, start, end)
    for vma in gone:
        _zap(state, vma, state.top, vma.vm_start, vma.vm_end, gather)
    notifier.invalidate_range_end(state, start, end)
    for vma, above in zip(gone, [*(one.vm_start for one in gone[1:]), ceiling], strict=True):
        _free_tables(state.top, vma.vm_start, vma.vm_end, floor, above, gather)
    _finish(state, gather)


# --- entries ---------------------------------------------------------------------------------


def _zap(state: State, vma: Vma, table: Table, start: int, end: int, gather: Gather) -> None:
    """Clear what a table, and those below, map from ``start`` up to ``end``."""
    first = max(start - table.base, 0) >> table.shift
    last = min((end - 1 - table.base) >> table.shift, table.last)
    found = pgtable.present_in(table, first, last + 1)
    if table.of is Level.PTE:
        _zap_pages(table, found, gather)
        return
    for index in found:
        _zap_below(state, vma, table, index, (start, end), gather)


def _zap_below(
    state: State, vma: Vma, table: Table, index: int, bounds: tuple[int, int], gather: Gather
) -> None:
    start, end = bounds
    at = pgtable.address_of(table, index)
    if table.of is Level.PMD and huge.is_huge_or_swap(table.entries[index]):
        if start <= at and at + table.each <= end:
            _zap_huge(table, index, gather)
            return
        huge.split_huge_pmd(state, vma, Pointer(table, index, None), at)
        if index not in table.entries:
            return
    lower = pgtable.table_of(state, table.entries[index], _LEVELS[table.of - 1])
    _zap(state, vma, lower, start, end, gather)


def _zap_pages(table: Table, found: list[int], gather: Gather) -> None:
    """Clear entries of pages under the lock of their table (``zap_pte_range``)."""
    if not found:
        return
    state = table.state
    locking.acquire(state, table.lock)
    for index in found:
        _gone(state, pgtable.get_and_clear(table, index), gather)
    at = pgtable.address_of(table, found[0])
    gather.covers(at, pgtable.address_of(table, found[-1]) + table.each)
    locking.release(state, table.lock)


def _zap_huge(table: Table, index: int, gather: Gather) -> None:
    """Clear the entry of a huge page, and free the table put by for it (``zap_huge_pmd``)."""
    state = table.state
    locking.acquire(state, table.lock)
    at = pgtable.address_of(table, index)
    entry = pgtable.get_and_clear(table, index)
    gather.covers(at, at + table.each)
    _gone(state, entry, gather)
    if table.deposited and entry.kind is not Kind.DEVMAP:
        gather.tables.append(state.tables[huge.withdraw(table)])
        state.mm.nr_ptes -= 1
    locking.release(state, table.lock)


def _gone(state: State, entry: Entry, gather: Gather) -> None:
    """Nothing is mapped by an entry any more; a frame keeps its reference until the flush."""
    if entry.kind is Kind.SWAP:
        frames.free_swap(state, entry.target)
        return
    frames.page_remove_rmap(state, entry.target)
    if entry.kind is Kind.MIGRATION:
        # No translation leads there: who migrates the page finds nobody to give it back to.
        frames.put_page(state, entry.target)
    elif entry.kind is not Kind.DEVMAP:
        gather.frames.append(entry.target)


# --- tables ----------------------------------------------------------------------------------


def _free_tables(
    table: Table, start: int, end: int, floor: int, ceiling: int, gather: Gather
) -> None:
    """Unlink the tables below that only addresses between two areas need (``free_pgd_range``)."""
    first = max(start - table.base, 0) >> table.shift
    last = min((end - 1 - table.base) >> table.shift, table.last)
    for index in pgtable.present_in(table, first, last + 1):
        entry = table.entries[index]
        if entry.kind is not Kind.TABLE:
            continue
        at = pgtable.address_of(table, index)
        begin, stop = max(start, at), min(end, at + table.each)
        lower = pgtable.table_of(table.state, entry, _LEVELS[table.of - 1])
        if lower.of is not Level.PTE:
            _free_tables(lower, begin, stop, floor, ceiling, gather)
        if at >= floor and _below(stop, ceiling, table.each):
            gather.tables.append(pgtable.unlink(table, index))
            gather.covers(at, at + table.each)


def _below(end: int, ceiling: int, each: int) -> bool:
    """Whether the area above, if there is one, begins in another entry."""
    return not ceiling or end <= ceiling & -each


def _finish(state: State, gather: Gather) -> None:
    """Flush once, and free what waited for it (``tlb_finish_mmu``)."""
    # TLB
    if gather.start is not None:
        tlb.flush(state, gather.start, gather.end)
    # EFFECT, EVENT
    for number in gather.frames:
        frames.put_page(state, number)
    for table in gather.tables:
        pgtable.free(state, table)
