"""Entries of a PMD that map memory themselves: moved whole, or split into entries of pages.

An anonymous huge page has a page table put by, so that its split cannot fail; the table waits with
the PMD table if that has a lock of its own, else with the mm (``pmd_huge_pte``).
"""

from __future__ import annotations

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import areas, bits, frames, locking, notifier, pgtable, reports, rmap, tlb
from analyzer.mm.entry import DIRTY, HUGE_KINDS, SOFT_DIRTY, UFFD_WP, WRITE, YOUNG, Entry, Kind
from analyzer.mm.state import State, Table, Vma, entry_at
from analyzer.mm.vmflags import VM_NOHUGEPAGE
from analyzer.translate.runtime.pointers import Pointer

_NESTED = 1


def is_huge_or_swap(entry: Entry) -> bool:
    """Whether a PMD entry is none of a table (``__pmd_trans_huge_lock`` would take it)."""
    return entry.kind in HUGE_KINDS or entry.kind in (Kind.MIGRATION, Kind.SWAP)


def pmd_trans_unstable(entry: Entry) -> bool:
    """Whether no table may be expected below a PMD entry: empty, huge, or leading nowhere."""
    return entry.kind is not Kind.TABLE


def has_deposit(state: State, address: int, kind: Kind) -> bool:
    """Whether a table is put by for a huge entry: for those of anonymous memory.

    An address outside every area counts as anonymous.
    """
    vma = areas.area_of(state, address)
    return kind is not Kind.DEVMAP and (vma is None or areas.is_anonymous(vma))


# --- moving ----------------------------------------------------------------------------------


def move_huge_pmd(
    state: State,
    vma: Vma,
    old_addr: int,
    new_addr: int,
    old_end: int | None,
    old_pmd: Pointer,
    new_pmd: Pointer,
    need_flush: Pointer | None = None,
) -> bool:
    """Move a huge entry whole; whether it was (v4.5 and later).

    ``old_end`` is None where the caller has bounded the extent (since Linux kernel commit
    b8aa9d9d95b3 ("mm/mremap: it is sure to have enough space when extent meets requirement") (in
    v5.9)). With ``need_flush`` (before eb66ae030829 ("mremap: properly flush TLB before releasing
    the page") (in v4.19)) what is not dirty is flushed by the caller, which the cell tells.
    """
    size = state.geometry.pmd_size
    if old_end is not None and (
        old_addr % size or new_addr % size or _distance(state, old_addr, old_end) < size
    ):
        return False
    if _is_taken(state, new_pmd):
        return False
    withdraws = areas.is_anonymous(vma)
    return _moved(state, old_addr, new_addr, old_pmd, new_pmd, need_flush, withdraws=withdraws)


def move_huge_pmd_or_fail(
    state: State,
    vma: Vma,
    new_vma: Vma,
    old_addr: int,
    new_addr: int,
    old_end: int,
    old_pmd: Pointer,
    new_pmd: Pointer,
    need_flush: Pointer | None = None,
) -> int:
    """Move a huge entry whole: 1 if it was, 0 if not; the form of before v4.5.

    The kernel says -1 where the page is just being split, which nothing in the model does.
    """
    size = state.geometry.pmd_size
    if old_addr % size or new_addr % size or _distance(state, old_addr, old_end) < size:
        return 0
    if new_vma.vm_flags & VM_NOHUGEPAGE or _is_taken(state, new_pmd):
        return 0
    return int(_moved(state, old_addr, new_addr, old_pmd, new_pmd, need_flush, withdraws=True))


def _distance(state: State, start: int, end: int) -> int:
    """``end - start`` as an ``unsigned long``."""
    return (end - start) & state.geometry.word_mask


def _is_taken(state: State, new_pmd: Pointer) -> bool:
    """Warn of a destination that is not empty, and die of one that is huge."""
    found = entry_at(*_place(new_pmd))
    if found.kind is Kind.NONE:
        return False
    reports.warn(state)
    if found.kind is Kind.HUGE:
        reports.bug("the destination of a huge entry is huge")
    return True


def _moved(
    state: State,
    old_addr: int,
    new_addr: int,
    old_pmd: Pointer,
    new_pmd: Pointer,
    need_flush: Pointer | None,
    *,
    withdraws: bool,
) -> bool:
    """The move itself, under both locks of PMD entries."""
    (old, at), (new, to) = _place(old_pmd), _place(new_pmd)
    # LOCKS
    locking.acquire(state, old.lock)
    if not is_huge_or_swap(entry_at(old, at)):
        locking.release(state, old.lock)
        return False
    if new.lock is not old.lock:
        locking.acquire(state, new.lock, _NESTED)
    # EFFECT
    entry = pgtable.get_and_clear(old, at)
    if withdraws and new.lock is not old.lock:
        deposit(new, withdraw(old))
    pgtable.check_address(new, to, new_addr, "set_pmd_at()")
    pgtable.write(new, to, bits.moved(entry))
    # TLB
    _flush_and_unlock(state, old, new, old_addr, entry, need_flush)
    return True


def _flush_and_unlock(
    state: State, old: Table, new: Table, old_addr: int, entry: Entry, need_flush: Pointer | None
) -> None:
    """Flush under both locks; in the old form under the old one, if the entry was dirty."""
    end = old_addr + state.geometry.pmd_size
    present = entry.kind in HUGE_KINDS
    if need_flush is None and present:
        tlb.flush(state, old_addr, end)
    if new.lock is not old.lock:
        locking.release(state, new.lock)
    if need_flush is not None:
        if present and entry.bits & DIRTY:
            tlb.flush(state, old_addr, end)
        else:
            need_flush[0] = 1
    locking.release(state, old.lock)


# --- tables that are put by ------------------------------------------------------------------


def deposit(table: Table, number: int) -> None:
    """Put a page table by, under the lock of the PMD entry (``pgtable_trans_huge_deposit``)."""
    _with_lock(table, "a page table is put by")
    table.deposited.append(number)


def withdraw(table: Table) -> int:
    """Take the page table that was put by last (``pgtable_trans_huge_withdraw``); its number.

    Raises ``KernelFault`` where there is none: the kernel reads through a null pointer.
    """
    _with_lock(table, "a page table that was put by is taken")
    if not table.deposited:
        raise KernelFault(FaultKind.NULL, f"no page table was put by with {table!r}")
    return table.deposited.pop()


def _with_lock(table: Table, done: str) -> None:
    if table.lock not in table.state.holding:
        table.state.fault(FaultKind.UNGUARDED, f"{done} without {table.lock.name}")


# --- splitting -------------------------------------------------------------------------------


def split_huge_pmd(state: State, vma: Vma, pmd: Pointer, address: int) -> None:
    """Split a huge entry into entries of pages, in place (v4.5 and later).

    An entry of a file's page is cleared instead: faults bring its pages back. Nothing is done to
    an entry of a table.
    """
    if not is_huge_or_swap(entry_at(*_place(pmd))):
        return
    start, end = _covered(state, address)
    notifier.invalidate_range_start(state, start, end)
    table, index = _place(pmd)
    locking.acquire(state, table.lock)
    if is_huge_or_swap(entry_at(table, index)):
        if areas.is_anonymous(vma):
            _split(table, index, start, mkdirty=False)
        else:
            _zapped(table, index, start)
    locking.release(state, table.lock)
    notifier.invalidate_range_end(state, start, end)


def split_huge_page_pmd(state: State, vma: Vma, address: int, pmd: Pointer) -> None:
    """Split a huge page, and with it its entry (before v4.5): under the ``anon_vma`` lock.

    What maps a file's memory is cleared instead.
    """
    table, index = _place(pmd)
    if entry_at(table, index).kind not in HUGE_KINDS:
        return
    start, end = _covered(state, address)
    notifier.invalidate_range_start(state, start, end)
    locking.acquire(state, table.lock)
    if vma.vm_start > start or vma.vm_end < end:
        reports.bug("a huge entry reaches beyond its area")
    if not areas.is_anonymous(vma):
        _zapped(table, index, start)
    locking.release(state, table.lock)
    notifier.invalidate_range_end(state, start, end)
    if areas.is_anonymous(vma):
        rmap.anon_vma_lock_write(state, vma.anon_vma)
        locking.acquire(state, table.lock)
        _split(table, index, start, mkdirty=True)
        locking.release(state, table.lock)
        rmap.anon_vma_unlock_write(state, vma.anon_vma)


def _split(table: Table, index: int, start: int, *, mkdirty: bool) -> None:
    """Replace a huge entry by the table that was put by for it.

    Between the two the kernel leaves the entry marked invalid and huge; here it is empty.
    """
    state = table.state
    # EFFECT
    entry = pgtable.get_and_clear(table, index)
    # TLB
    tlb.flush(state, start, start + table.each)
    # EFFECT
    number = withdraw(table)
    _fill(state, state.tables[number], entry, mkdirty=mkdirty)
    pgtable.write(table, index, Entry(Kind.TABLE, number))


def _fill(state: State, table: Table, entry: Entry, *, mkdirty: bool) -> None:
    """Entries of all pages of a huge one. Nobody knows the table yet: nothing is written down.

    Dirty goes to the page since v4.5, and is set in each entry before.
    """
    migrates = entry.kind is Kind.MIGRATION
    kept = WRITE | SOFT_DIRTY | (0 if migrates else YOUNG)
    value = entry.with_bits(entry.bits & (kept | UFFD_WP))
    if mkdirty:
        value = bits.mkdirty(value)
    kind = Kind.MIGRATION if migrates else Kind.PAGE
    table.entries = {
        index: Entry(kind, entry.target + index, value.bits) for index in range(table.size)
    }
    # A reference that somebody else holds stays with the first page.
    if entry.target in state.frames:
        state.frames[entry.target].pages = 1


def _zapped(table: Table, index: int, start: int) -> None:
    """Clear a huge entry of a file's page, flush it, and drop its mapping.

    The frames of a device are its own: no reference goes with the entry.
    """
    state = table.state
    # EFFECT
    entry = pgtable.get_and_clear(table, index)
    # TLB
    tlb.flush(state, start, start + table.each)
    # EFFECT
    frames.page_remove_rmap(state, entry.target)
    if entry.kind is Kind.HUGE:
        frames.put_page(state, entry.target)


def _covered(state: State, address: int) -> tuple[int, int]:
    """The addresses of the huge page that an address lies in."""
    size = state.geometry.pmd_size
    return address & -size, (address & -size) + size


def _place(pointer: Pointer) -> tuple[Table, int]:
    table: Table = pointer._home  # type: ignore[assignment]
    return table, pointer._index
