"""``linux/pgtable.h``, ``asm/pgtable.h``, ``asm/pgalloc.h``: entries written.

The address that C gives beside an entry is checked: x86 ignores it, others do not.
"""

from __future__ import annotations

from analyzer.mm import pgtable, tlb
from analyzer.mm.api.arguments import place
from analyzer.mm.entry import EMPTY, Entry, Kind
from analyzer.mm.geometry import Level
from analyzer.mm.state import Mm, State, Vma
from analyzer.translate.runtime.nothing import Address
from analyzer.translate.runtime.pointers import Pointer


class TablePage(Address):
    """``pgtable_t``: the page of a table of pages, as it was read from an entry."""

    __slots__ = ("number", "under")

    def __init__(self, number: int, under: tuple[str, ...] | None) -> None:
        self.number = number
        self.under = under

    def __eq__(self, other: object) -> bool:
        return type(other) is TablePage and other.number == self.number

    def __hash__(self) -> int:
        return hash((TablePage, self.number))

    def __repr__(self) -> str:
        return f"page of table {self.number}"


# --- PTE entries -----------------------------------------------------------------------------


def ptep_get_and_clear(state: State, mm: Mm, address: int, pte: Pointer) -> Entry:
    """Clear an entry, and return what it was.

    Keeps: both at once, under the table's lock; that a TLB may still hold it. Drops: the dirty bit
    that another processor sets at that moment (the value has it, as on x86).
    """
    table, index = place(pte)
    pgtable.check_address(table, index, address, "ptep_get_and_clear()")
    return pgtable.get_and_clear(table, index)


def ptep_clear_flush(state: State, vma: Vma, address: int, pte: Pointer) -> Entry:
    """Clear an entry and flush its translation.

    Keeps: both, and the value. Drops: that an entry which nobody can have cached is not flushed.
    """
    table, index = place(pte)
    pgtable.check_address(table, index, address, "ptep_clear_flush()")
    found = pgtable.get_and_clear(table, index)
    if found.kind is Kind.PAGE:
        # TLB
        tlb.flush(state, address, address + state.geometry.page_size)
    return found


def pte_clear(state: State, mm: Mm, address: int, pte: Pointer) -> None:
    """Clear an entry.

    Keeps: that a TLB may still hold it. Drops: nothing.
    """
    table, index = place(pte)
    pgtable.check_address(table, index, address, "pte_clear()")
    pgtable.write(table, index, EMPTY)


def pte_clear_not_present_full(state: State, mm: Mm, address: int, pte: Pointer, full: int) -> None:
    """Clear an entry that maps no page.

    Keeps: as ``pte_clear()``. Drops: that the whole address space ends.
    """
    pte_clear(state, mm, address, pte)


def set_pte(state: State, pte: Pointer, entry: Entry) -> None:
    """Write an entry.

    Keeps: the value, the locks of the write and of the read before; an entry overwritten is a
    fault. Drops: nothing.
    """
    table, index = place(pte)
    pgtable.write(table, index, entry)


def set_pte_at(state: State, mm: Mm, address: int, pte: Pointer, entry: Entry) -> None:
    """Write the entry of an address.

    Keeps: as ``set_pte()``; an address that is not the entry's is a fault. Drops: nothing.
    """
    table, index = place(pte)
    pgtable.check_address(table, index, address, "set_pte_at()")
    pgtable.write(table, index, entry)


# --- PMD entries -----------------------------------------------------------------------------


def pmdp_get_and_clear(state: State, mm: Mm, address: int, pmd: Pointer) -> Entry:
    """Clear an entry, and return what it was.

    Keeps: both at once, under the table's lock; that a TLB may still hold it. Drops: bits that
    another processor sets at that moment.
    """
    table, index = place(pmd)
    pgtable.check_address(table, index, address, "pmdp_get_and_clear()")
    return pgtable.get_and_clear(table, index)


def pmdp_huge_get_and_clear(state: State, mm: Mm, address: int, pmd: Pointer) -> Entry:
    """Clear the entry of a huge page, and return what it was.

    Keeps: as ``pmdp_get_and_clear()``. Drops: what other architectures have besides.
    """
    return pmdp_get_and_clear(state, mm, address, pmd)


def pmd_clear(state: State, pmd: Pointer) -> None:
    """Clear an entry.

    Keeps: that a TLB may still hold its translations, and the way to its table. Drops: nothing.
    """
    table, index = place(pmd)
    pgtable.write(table, index, EMPTY)


def set_pmd(state: State, pmd: Pointer, entry: Entry) -> None:
    """Write an entry.

    Keeps: the value, the locks of the write and of the read before; an entry overwritten is a
    fault. Drops: nothing.
    """
    table, index = place(pmd)
    pgtable.write(table, index, entry)


def set_pmd_at(state: State, mm: Mm, address: int, pmd: Pointer, entry: Entry) -> None:
    """Write the entry of an address.

    Keeps: as ``set_pmd()``; an address that is not the entry's is a fault. Drops: that powerpc
    forbids it for a table, which Linux kernel commit 0881ace292b6 ("mm/mremap: use pmd/pud_populate
    to update page table entries") (in v5.14) heeds.
    """
    table, index = place(pmd)
    pgtable.check_address(table, index, address, "set_pmd_at()")
    pgtable.write(table, index, entry)


def pmd_populate(state: State, mm: Mm, pmd: Pointer, page: TablePage) -> None:
    """Link a table of pages.

    Keeps: the entry, and under which locks the page was read. Drops: pins and accounts of
    hypervisors.
    """
    table, index = place(pmd)
    pgtable.write(table, index, Entry(Kind.TABLE, page.number, 0, page.under))


def pmd_pgtable(state: State, pmd: Entry) -> TablePage:
    """Return the page of the table that a PMD entry leads to.

    Keeps: which table, and under which locks the value was read; an entry that leads to none is a
    fault. Drops: the page's own fields.
    """
    return TablePage(pgtable.table_of(state, pmd, Level.PTE).number, pmd.under)


# --- PUD entries -----------------------------------------------------------------------------


def pud_clear(state: State, pud: Pointer) -> None:
    """Clear an entry.

    Keeps: that a TLB may still hold the way to its table. Drops: nothing.
    """
    table, index = place(pud)
    pgtable.write(table, index, EMPTY)


def set_pud(state: State, pud: Pointer, entry: Entry) -> None:
    """Write an entry.

    Keeps: the value, the locks of the write and of the read before; an entry overwritten is a
    fault. Drops: nothing.
    """
    table, index = place(pud)
    pgtable.write(table, index, entry)


def set_pud_at(state: State, mm: Mm, address: int, pud: Pointer, entry: Entry) -> None:
    """Write the entry of an address.

    Keeps: as ``set_pud()``; an address that is not the entry's is a fault. Drops: nothing.
    """
    table, index = place(pud)
    pgtable.check_address(table, index, address, "set_pud_at()")
    pgtable.write(table, index, entry)


def pud_populate(state: State, mm: Mm, pud: Pointer, pmd: Pointer) -> None:
    """Link a table of PMD entries, given by its first entry.

    Keeps: the entry. Drops: under which locks it was read; pins and accounts of hypervisors.
    """
    table, index = place(pud)
    pgtable.write(table, index, Entry(Kind.TABLE, place(pmd)[0].number))
