"""``asm/pgtable.h``: what the values of entries above the pages say, and values made of them.

A value remembers under which locks it was read; values that are made of it keep that.
"""

from __future__ import annotations

from analyzer.mm import bits
from analyzer.mm.entry import SOFT_DIRTY, Entry, Kind
from analyzer.mm.geometry import Level
from analyzer.mm.state import State

_NONE = Kind.NONE
_TABLE = Kind.TABLE
_HUGE = Kind.HUGE
_DEVMAP = Kind.DEVMAP
_ABSENT = frozenset((Kind.NONE, Kind.SWAP, Kind.MIGRATION))
_SWAPPED = frozenset((Kind.SWAP, Kind.MIGRATION))
_LEAF = frozenset((Kind.HUGE, Kind.DEVMAP))


def pgd_none(state: State, pgd: Entry) -> bool:
    """Tell whether an entry is empty.

    Keeps: its content. Drops: that it is constantly false where p4d_t is folded into it: a look-up
    then ends one level earlier with the same answer.
    """
    return pgd.kind is _NONE and bool(state.geometry.bits[Level.PUD])


def pgd_bad(state: State, pgd: Entry) -> bool:
    """Tell whether an entry leads to no table; never, where the next level is folded into it.

    Keeps: its content. Drops: reserved bits.
    """
    return pgd.kind is not _TABLE and bool(state.geometry.bits[Level.PUD])


def pgd_present(state: State, pgd: Entry) -> bool:
    """Tell whether an entry leads anywhere.

    Keeps: its content. Drops: nothing.
    """
    return not pgd_none(state, pgd)


def p4d_none(state: State, p4d: Entry) -> bool:
    """Tell whether an entry is empty; never, where pud_t is folded into it.

    Keeps: its content. Drops: nothing.
    """
    return p4d.kind is _NONE and bool(state.geometry.bits[Level.PUD])


def p4d_bad(state: State, p4d: Entry) -> bool:
    """Tell whether an entry leads to no table; never, where the next level is folded into it.

    Keeps: its content. Drops: reserved bits.
    """
    return p4d.kind is not _TABLE and bool(state.geometry.bits[Level.PUD])


def p4d_present(state: State, p4d: Entry) -> bool:
    """Tell whether an entry leads anywhere.

    Keeps: its content. Drops: nothing.
    """
    return not p4d_none(state, p4d)


def pud_none(state: State, pud: Entry) -> bool:
    """Tell whether an entry is empty; never, where pmd_t is folded into it.

    Keeps: its content. Drops: nothing.
    """
    return pud.kind is _NONE and bool(state.geometry.bits[Level.PMD])


def pud_bad(state: State, pud: Entry) -> bool:
    """Tell whether an entry leads to no table; never, where the next level is folded into it.

    Keeps: its content. Drops: reserved bits.
    """
    return pud.kind is not _TABLE and bool(state.geometry.bits[Level.PMD])


def pud_present(state: State, pud: Entry) -> bool:
    """Tell whether an entry leads anywhere.

    Keeps: its content. Drops: nothing.
    """
    return pud.kind not in _ABSENT or not state.geometry.bits[Level.PMD]


def pud_leaf(state: State, pud: Entry) -> bool:
    """Tell whether an entry maps memory itself.

    Keeps: its content. Drops: nothing.
    """
    return pud.kind in _LEAF


def pud_large(state: State, pud: Entry) -> bool:
    """Tell whether an entry maps memory itself, as ``pud_leaf()``.

    Keeps: its content. Drops: nothing.
    """
    return pud.kind in _LEAF


def pud_trans_huge(state: State, pud: Entry) -> bool:
    """Tell whether an entry maps a huge page.

    Keeps: its content. Drops: nothing.
    """
    return pud.kind is _HUGE


def pud_devmap(state: State, pud: Entry) -> bool:
    """Tell whether an entry maps huge device memory.

    Keeps: its content. Drops: nothing.
    """
    return pud.kind is _DEVMAP


def pmd_none(state: State, pmd: Entry) -> bool:
    """Tell whether an entry is empty.

    Keeps: its content. Drops: nothing.
    """
    return pmd.kind is _NONE


def pmd_bad(state: State, pmd: Entry) -> bool:
    """Tell whether an entry leads to no table, as an empty and a huge one do not.

    Keeps: its content. Drops: reserved bits.
    """
    return pmd.kind is not _TABLE


def pmd_present(state: State, pmd: Entry) -> bool:
    """Tell whether an entry leads to a table or maps memory.

    Keeps: its content. Drops: entries that are invalid for a moment while a huge page is split.
    """
    return pmd.kind not in _ABSENT


def pmd_leaf(state: State, pmd: Entry) -> bool:
    """Tell whether an entry maps memory itself, huge pages and device memory.

    Keeps: its content. Drops: nothing.
    """
    return pmd.kind in _LEAF


def pmd_large(state: State, pmd: Entry) -> bool:
    """Tell whether an entry maps memory itself, as ``pmd_leaf()``.

    Keeps: its content. Drops: nothing.
    """
    return pmd.kind in _LEAF


def pmd_trans_huge(state: State, pmd: Entry) -> bool:
    """Tell whether an entry maps a huge page; device memory is none.

    Keeps: its content. Drops: CONFIG_TRANSPARENT_HUGEPAGE off: then no state has such entries.
    """
    return pmd.kind is _HUGE


def pmd_trans_splitting(state: State, pmd: Entry) -> bool:
    """Tell whether a huge page is being split.

    Keeps: nothing, it is false. Drops: others that split it meanwhile.
    """
    return False


def pmd_devmap(state: State, pmd: Entry) -> bool:
    """Tell whether an entry maps huge device memory.

    Keeps: its content. Drops: nothing.
    """
    return pmd.kind is _DEVMAP


def pmd_protnone(state: State, pmd: Entry) -> bool:
    """Tell whether an entry is one that NUMA balancing made inaccessible.

    Keeps: nothing, it is false. Drops: NUMA balancing.
    """
    return False


def pmd_same(state: State, one: Entry, other: Entry) -> bool:
    """Tell whether two values say the same.

    Keeps: kind, target and all bits. Drops: nothing.
    """
    return one.says() == other.says()


def pmd_soft_dirty(state: State, pmd: Entry) -> bool:
    """Tell the soft-dirty bit.

    Keeps: the bit. Drops: CONFIG_MEM_SOFT_DIRTY off.
    """
    return pmd.bits & SOFT_DIRTY != 0


def pmd_mksoft_dirty(state: State, pmd: Entry) -> Entry:
    """Set the soft-dirty bit.

    Keeps: the bit. Drops: CONFIG_MEM_SOFT_DIRTY off.
    """
    return bits.mksoft_dirty(pmd)


def pmd_swp_mksoft_dirty(state: State, pmd: Entry) -> Entry:
    """Set the soft-dirty bit of an entry that is not present.

    Keeps: the bit. Drops: CONFIG_MEM_SOFT_DIRTY off.
    """
    return bits.mksoft_dirty(pmd)


def pmd_clear_uffd_wp(state: State, pmd: Entry) -> Entry:
    """Clear the bit of userfaultfd's write protection.

    Keeps: the bit. Drops: nothing.
    """
    return bits.clear_uffd_wp(pmd)


def pmd_swp_clear_uffd_wp(state: State, pmd: Entry) -> Entry:
    """Clear the bit of userfaultfd's write protection of an entry that is not present.

    Keeps: the bit. Drops: nothing.
    """
    return bits.clear_uffd_wp(pmd)


def is_swap_pmd(state: State, pmd: Entry) -> bool:
    """Tell whether an entry is neither empty nor present (``linux/huge_mm.h``).

    Keeps: its content: a migration entry. Drops: nothing.
    """
    return pmd.kind in _SWAPPED
