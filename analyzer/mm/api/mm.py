"""``linux/mm.h``: tables made, their locks, and what an area is."""

from __future__ import annotations

from typing import Any

from analyzer.mm import locking, pgtable
from analyzer.mm.api.arguments import Cell, counted, from_above, of_entry, or_null, place
from analyzer.mm.api.pgtable import pte_offset_map
from analyzer.mm.geometry import Level
from analyzer.mm.state import Lock, Mm, State, Vma, entry_at
from analyzer.mm.vmflags import VM_HUGETLB
from analyzer.translate.runtime.nothing import NULL
from analyzer.translate.runtime.pointers import Pointer

# --- tables made -----------------------------------------------------------------------------


def p4d_alloc(state: State, mm: Mm, pgd: Pointer, address: int) -> object:
    """Return the entry below a PGD entry, with a new table where there was none; NULL: no memory.

    Keeps: the allocation and that it can sleep and fail, the lock of the link. Drops: accounts of
    tables' pages.
    """
    place(pgd)
    return or_null(pgtable.alloc(pgd, address, Level.P4D))


def pud_alloc(state: State, mm: Mm, above: Pointer, address: int) -> object:
    """Return the entry below a P4D entry (a PGD entry before p4d_t), with a new table if need be.

    Keeps: as ``p4d_alloc()``. Drops: accounts of tables' pages.
    """
    from_above(state, "pud_alloc", above, Level.PUD)
    return or_null(pgtable.alloc(above, address, Level.PUD))


def pmd_alloc(state: State, mm: Mm, pud: Pointer, address: int) -> object:
    """Return the entry below a PUD entry, with a new table where there was none; NULL: no memory.

    Keeps: as ``p4d_alloc()``. Drops: accounts of tables' pages.
    """
    from_above(state, "pmd_alloc", pud, Level.PMD)
    return or_null(pgtable.alloc(pud, address, Level.PMD))


def pte_alloc(state: State, mm: Mm, pmd: Pointer, *address: Any) -> bool:
    """Make a table below a PMD entry that is empty: 0, or 1 without memory.

    Takes (mm, pmd, address) before v5.0, (mm, pmd) since.
    Keeps: the allocation and that it can sleep and fail, the lock of the link. Drops: accounts of
    tables' pages; others that make one at that moment.
    """
    counted("pte_alloc", (mm, pmd, *address), 2, 3)
    place(pmd)
    return pgtable.pte_alloc(pmd) != 0


def __pte_alloc(state: State, mm: Mm, *arguments: Any) -> int:
    """Make a table below a PMD entry: 0, or -ENOMEM.

    Takes (mm, vma, pmd, address) before v4.6, (mm, pmd, address) before v5.0, (mm, pmd) since.
    Keeps: as ``pte_alloc()``. Drops: waiting for a huge page that is being split.
    """
    counted("__pte_alloc", (mm, *arguments), 2, 3, 4)
    pmd = of_entry("__pte_alloc", arguments[1 if len(arguments) == 3 else 0])
    place(pmd)
    return pgtable.__pte_alloc(pmd)


def pte_alloc_map(state: State, mm: Mm, *arguments: Any) -> object:
    """Return the entry of a page, with a new table where there was none; NULL: no memory.

    Takes (mm, vma, pmd, address) before v4.6, (mm, pmd, address) since.
    Keeps: as ``pte_alloc()``. Drops: as ``pte_alloc()``.
    """
    counted("pte_alloc_map", (mm, *arguments), 3, 4)
    pmd = of_entry("pte_alloc_map", arguments[-2])
    if pte_alloc(state, mm, pmd):
        return NULL
    return pte_offset_map(state, pmd, arguments[-1])


def pte_alloc_map_lock(state: State, mm: Mm, pmd: Pointer, address: int, lock: Cell) -> object:
    """Return the entry of a page, its table made if need be and locked; NULL: no memory.

    Keeps: as ``pte_alloc()`` and ``pte_offset_map_lock()``. Drops: as they do.
    """
    if pte_alloc(state, mm, pmd):
        return NULL
    return pte_offset_map_lock(state, mm, pmd, address, lock)


# --- their locks -----------------------------------------------------------------------------


def pte_lockptr(state: State, mm: Mm, pmd: Pointer) -> Lock:
    """Return the lock of the table that a PMD entry leads to.

    Keeps: one lock a table, or the address space's where locks are not split. Drops: nothing.
    """
    table, index = place(pmd)
    if not state.geometry.split_pte:
        return mm.page_table_lock
    return pgtable.pte_lockptr(state, entry_at(table, index))


def pte_offset_map_lock(state: State, mm: Mm, pmd: Pointer, address: int, lock: Cell) -> Pointer:
    """Return the entry of a page, with its table locked; the lock goes where ``lock`` points.

    Keeps: the lock; an entry that leads to no table is a fault. Drops: the answer NULL, which it
    has since v6.5 where no table is.
    """
    # LOCKS
    taken = pte_lockptr(state, mm, pmd)
    pte = pte_offset_map(state, pmd, address)
    lock[0] = taken
    locking.acquire(state, taken)
    return pte


def pte_offset_map_rw_nolock(
    state: State, mm: Mm, pmd: Pointer, address: int, value: Cell, lock: Cell
) -> Pointer:
    """Return the entry of a page; the PMD's value and the lock go where the others point.

    Keeps: that nothing is locked yet. Drops: as ``pte_offset_map_lock()``.
    """
    table, index = place(pmd)
    value[0] = pgtable.read(table, index)
    lock[0] = pte_lockptr(state, mm, pmd)
    return pte_offset_map(state, pmd, address)


def pte_offset_map_nolock(state: State, mm: Mm, pmd: Pointer, address: int, lock: Cell) -> Pointer:
    """Return the entry of a page; its table's lock goes where ``lock`` points.

    Keeps: that nothing is locked yet. Drops: as ``pte_offset_map_lock()``.
    """
    lock[0] = pte_lockptr(state, mm, pmd)
    return pte_offset_map(state, pmd, address)


def pte_unmap_unlock(state: State, pte: Pointer, lock: Lock) -> None:
    """End the use of a pointer to an entry, and unlock its table.

    Keeps: as ``spin_unlock()``. Drops: as ``pte_unmap()``.
    """
    locking.release(state, lock)


def pmd_lockptr(state: State, mm: Mm, pmd: Pointer) -> Lock:
    """Return the lock of the table that a PMD entry stands in.

    Keeps: one lock a table, or the address space's where locks are not split. Drops: nothing.
    """
    return pgtable.pmd_lockptr(place(pmd)[0]) if state.geometry.split_pmd else mm.page_table_lock


def pmd_lock(state: State, mm: Mm, pmd: Pointer) -> Lock:
    """Lock the table that a PMD entry stands in, and return the lock.

    Keeps: as ``pmd_lockptr()`` and ``spin_lock()``. Drops: waiting.
    """
    lock = pmd_lockptr(state, mm, pmd)
    locking.acquire(state, lock)
    return lock


def pud_lockptr(state: State, mm: Mm, pud: Pointer) -> Lock:
    """Return the lock of PUD entries: the address space's.

    Keeps: that it is one for all. Drops: nothing.
    """
    return mm.page_table_lock


def pud_lock(state: State, mm: Mm, pud: Pointer) -> Lock:
    """Lock PUD entries, and return the lock.

    Keeps: as ``pud_lockptr()`` and ``spin_lock()``. Drops: waiting.
    """
    lock = pud_lockptr(state, mm, pud)
    locking.acquire(state, lock)
    return lock


# --- areas -----------------------------------------------------------------------------------


def vma_is_anonymous(state: State, vma: Vma) -> bool:
    """Tell whether an area has no operations of its own.

    Keeps: the member it looks at. Drops: nothing.
    """
    return not vma.vm_ops


def vma_pages(state: State, vma: Vma) -> int:
    """Return how many pages an area covers.

    Keeps: its bounds. Drops: nothing.
    """
    pages: int = (vma.vm_end - vma.vm_start) >> state.geometry.page_shift
    return pages


def is_vm_hugetlb_page(state: State, vma: Vma) -> bool:
    """Tell whether an area is one of hugetlbfs (``linux/hugetlb_inline.h``).

    Keeps: its flag. Drops: hugetlbfs itself.
    """
    return vma.vm_flags & VM_HUGETLB != 0
