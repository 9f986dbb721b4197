"""``linux/pgtable.h``: where an entry lies, and what stands there."""

from __future__ import annotations

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import pgtable
from analyzer.mm.api.arguments import from_above, place
from analyzer.mm.api.reporting import bad_entry
from analyzer.mm.entry import EMPTY, Entry, Kind
from analyzer.mm.geometry import Level
from analyzer.mm.state import Mm, State, entry_at
from analyzer.translate.runtime.nothing import Null
from analyzer.translate.runtime.pointers import Pointer

_UNSTABLE = frozenset((Kind.NONE, Kind.HUGE, Kind.SWAP, Kind.MIGRATION))


# --- where an entry lies ---------------------------------------------------------------------


def pgd_offset(state: State, mm: Mm, address: int) -> Pointer:
    """Return a pointer to the top-level entry of an address.

    Keeps: the table of the one address space. Drops: addresses beyond the user's part.
    """
    if isinstance(mm, Null):
        raise KernelFault(FaultKind.NULL, "read of member pgd through a null pointer")
    return pgtable.pgd_offset(state, address)


def p4d_offset(state: State, pgd: Pointer, address: int) -> Pointer:
    """Return a pointer to the entry below a PGD entry, or the same where the level is folded.

    Keeps: the way through the tables. Drops: nothing.
    """
    place(pgd)
    return pgtable.below(pgd, address, Level.P4D)


def pud_offset(state: State, above: Pointer, address: int) -> Pointer:
    """Return a pointer to the entry below a P4D entry, or below a PGD entry before p4d_t.

    Keeps: the way through the tables. Drops: nothing.
    """
    return pgtable.below(from_above(state, "pud_offset", above, Level.PUD), address, Level.PUD)


def pmd_offset(state: State, pud: Pointer, address: int) -> Pointer:
    """Return a pointer to the entry below a PUD entry, or the same where the level is folded.

    Keeps: the way through the tables. Drops: nothing.
    """
    return pgtable.below(from_above(state, "pmd_offset", pud, Level.PMD), address, Level.PMD)


def pte_offset_map(state: State, pmd: Pointer, address: int) -> Pointer:
    """Return a pointer to the entry below a PMD entry, as it was before v6.5.

    Keeps: the way through the tables; an entry that leads to no table is a fault. Drops: mapping
    tables in high memory; the answer NULL, which it has since v6.5 where no table is.
    """
    table, index = place(pmd)
    found = pgtable.table_of(state, entry_at(table, index), Level.PTE)
    return Pointer(found, state.geometry.index(Level.PTE, address), None)


def pte_offset_map_nested(state: State, pmd: Pointer, address: int) -> Pointer:
    """Return a pointer to the entry below a PMD entry beside another such pointer.

    Keeps: as ``pte_offset_map()``. Drops: mapping tables in high memory.
    """
    return pte_offset_map(state, pmd, address)


def pte_offset_kernel(state: State, pmd: Pointer, address: int) -> Pointer:
    """Return a pointer to the entry below a PMD entry of a table in low memory.

    Keeps: as ``pte_offset_map()``. Drops: nothing.
    """
    return pte_offset_map(state, pmd, address)


def pte_unmap(state: State, pte: Pointer) -> None:
    """End the use of a pointer to an entry.

    Keeps: nothing. Drops: mapping tables in high memory; RCU since v6.5.
    """


def pte_unmap_nested(state: State, pte: Pointer) -> None:
    """End the use of a pointer to an entry, the second one.

    Keeps: nothing. Drops: as ``pte_unmap()``.
    """


def pud_pgtable(state: State, pud: Entry) -> Pointer:
    """Return the table that a PUD entry leads to, as a pointer to its first entry.

    Keeps: which table. Drops: under which locks the value was read.
    """
    return Pointer(pgtable.table_of(state, pud, Level.PMD), 0, None)


def pud_page_vaddr(state: State, pud: Entry) -> Pointer:
    """Return the table that a PUD entry leads to, as before v5.14.

    Keeps: as ``pud_pgtable()``. Drops: that it is an integer on some architectures.
    """
    return pud_pgtable(state, pud)


# --- what stands there -----------------------------------------------------------------------


def ptep_get(state: State, pte: Pointer) -> Entry:
    """Read an entry.

    Keeps: the value, and the locks that it is read under; without the table's it is a fault. Drops:
    reads in two halves on 32 bits.
    """
    return pgtable.read(*place(pte))


def pmdp_get(state: State, pmd: Pointer) -> Entry:
    """Read an entry.

    Keeps: the value, and the locks that it is read under. Drops: reads in two halves on 32 bits.
    """
    return pgtable.read(*place(pmd))


def pudp_get(state: State, pud: Pointer) -> Entry:
    """Read an entry.

    Keeps: the value, and the locks that it is read under. Drops: nothing.
    """
    return pgtable.read(*place(pud))


def pmdp_get_lockless(state: State, pmd: Pointer) -> Entry:
    """Read an entry that others may write.

    Keeps: as ``pmdp_get()``. Drops: that others may write it.
    """
    return pgtable.read(*place(pmd))


def pmd_read_atomic(state: State, pmd: Pointer) -> Entry:
    """Read an entry that others may write, as before v6.2.

    Keeps: as ``pmdp_get()``. Drops: that others may write it.
    """
    return pgtable.read(*place(pmd))


def pgd_none_or_clear_bad(state: State, pgd: Pointer) -> bool:
    """Tell whether an entry leads to no table; report and clear what leads elsewhere.

    Keeps: the answer, the report, the clearing. Drops: what the report prints.
    """
    return _none_or_clear_bad(state, pgd, Level.PUD)


def p4d_none_or_clear_bad(state: State, p4d: Pointer) -> bool:
    """Tell whether an entry leads to no table; report and clear what leads elsewhere.

    Keeps: the answer, the report, the clearing. Drops: what the report prints.
    """
    return _none_or_clear_bad(state, p4d, Level.PUD)


def pud_none_or_clear_bad(state: State, pud: Pointer) -> bool:
    """Tell whether an entry leads to no table; report and clear what leads elsewhere.

    Keeps: the answer, the report, the clearing. Drops: what the report prints.
    """
    return _none_or_clear_bad(state, pud, Level.PMD)


def pmd_none_or_clear_bad(state: State, pmd: Pointer) -> bool:
    """Tell whether an entry leads to no table; report and clear what leads elsewhere.

    Keeps: the answer, the report, the clearing. Drops: what the report prints.
    """
    return _none_or_clear_bad(state, pmd, Level.PTE)


def pmd_trans_unstable(state: State, pmd: Pointer) -> bool:
    """Tell whether there may be no table below an entry; report and clear a bad one.

    Keeps: the answer, that a huge entry of device memory is a bad one. Drops: others that change
    the entry.
    """
    table, index = place(pmd)
    found = pgtable.read(table, index)
    if found.kind in _UNSTABLE:
        return True
    return _cleared_bad(state, pmd, found)


def pmd_none_or_trans_huge_or_clear_bad(state: State, pmd: Pointer) -> bool:
    """Tell whether there may be no table below an entry; report and clear a bad one.

    Keeps: as ``pmd_trans_unstable()``. Drops: others that change the entry.
    """
    return pmd_trans_unstable(state, pmd)


def _none_or_clear_bad(state: State, pointer: Pointer, below: Level) -> bool:
    table, index = place(pointer)
    if table.of <= below:
        # The level below is folded into this one: it always leads there.
        return False
    found = pgtable.read(table, index)
    return found.kind is Kind.NONE or _cleared_bad(state, pointer, found)


def _cleared_bad(state: State, pointer: Pointer, found: Entry) -> bool:
    if found.kind is Kind.TABLE:
        return False
    # EVENT
    bad_entry(state)
    # EFFECT
    pgtable.write(*place(pointer), EMPTY)
    return True


# --- the processor's side --------------------------------------------------------------------


def arch_enter_lazy_mmu_mode(state: State) -> None:
    """Begin to gather writes of entries.

    Keeps: nothing. Drops: hypervisors that see the writes later.
    """


def arch_leave_lazy_mmu_mode(state: State) -> None:
    """End gathering writes of entries.

    Keeps: nothing. Drops: hypervisors that see the writes later.
    """


def arch_supports_page_table_move(state: State) -> bool:
    """Tell whether whole tables may be moved, which some machines learn when they start.

    Keeps: nothing, they may. Drops: powerpc with a hash table.
    """
    return True
