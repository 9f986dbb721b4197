"""``asm/pgtable.h``: what the values of entries of pages say, and values made of them.

A value remembers under which locks it was read; values that are made of it keep that.
"""

from __future__ import annotations

from typing import Any

from analyzer.errors import Stopped
from analyzer.mm import bits
from analyzer.mm.api.arguments import counted
from analyzer.mm.entry import DIRTY, EMPTY, SOFT_DIRTY, UFFD_WP, WRITE, YOUNG, Entry, Kind
from analyzer.mm.state import State

_NONE = Kind.NONE
_PAGE = Kind.PAGE


def pte_none(state: State, pte: Entry) -> bool:
    """Tell whether an entry is empty.

    Keeps: its content. Drops: nothing.
    """
    return pte.kind is _NONE


def pte_present(state: State, pte: Entry) -> bool:
    """Tell whether an entry maps a page.

    Keeps: its content. Drops: pages that NUMA balancing made inaccessible.
    """
    return pte.kind is _PAGE


def pte_file(state: State, pte: Entry) -> bool:
    """Tell whether an entry is one of a nonlinear file mapping, which were before v4.0.

    Keeps: nothing, it is false. Drops: nonlinear mappings.
    """
    return False


def pte_same(state: State, one: Entry, other: Entry) -> bool:
    """Tell whether two values say the same.

    Keeps: kind, target and all bits. Drops: nothing.
    """
    return one.says() == other.says()


def pte_dirty(state: State, pte: Entry) -> bool:
    """Tell the dirty bit.

    Keeps: the bit. Drops: nothing.
    """
    return pte.bits & DIRTY != 0


def pte_young(state: State, pte: Entry) -> bool:
    """Tell the accessed bit.

    Keeps: the bit. Drops: nothing.
    """
    return pte.bits & YOUNG != 0


def pte_write(state: State, pte: Entry) -> bool:
    """Tell the write bit.

    Keeps: the bit. Drops: nothing.
    """
    return pte.bits & WRITE != 0


def pte_soft_dirty(state: State, pte: Entry) -> bool:
    """Tell the soft-dirty bit.

    Keeps: the bit. Drops: CONFIG_MEM_SOFT_DIRTY off.
    """
    return pte.bits & SOFT_DIRTY != 0


def pte_swp_soft_dirty(state: State, pte: Entry) -> bool:
    """Tell the soft-dirty bit of an entry that is not present.

    Keeps: the bit. Drops: CONFIG_MEM_SOFT_DIRTY off.
    """
    return pte.bits & SOFT_DIRTY != 0


def pte_uffd_wp(state: State, pte: Entry) -> bool:
    """Tell the bit of userfaultfd's write protection.

    Keeps: the bit. Drops: nothing.
    """
    return pte.bits & UFFD_WP != 0


def pte_swp_uffd_wp(state: State, pte: Entry) -> bool:
    """Tell the bit of userfaultfd's write protection of an entry that is not present.

    Keeps: the bit. Drops: nothing.
    """
    return pte.bits & UFFD_WP != 0


def pte_mkdirty(state: State, pte: Entry) -> Entry:
    """Set the dirty bit, and with it the soft-dirty bit, as x86 does.

    Keeps: both bits. Drops: architectures that have one of them only.
    """
    return bits.mkdirty(pte)


def pte_mkclean(state: State, pte: Entry) -> Entry:
    """Clear the dirty bit.

    Keeps: the bit. Drops: nothing.
    """
    return bits.mkclean(pte)


def pte_mkyoung(state: State, pte: Entry) -> Entry:
    """Set the accessed bit.

    Keeps: the bit. Drops: nothing.
    """
    return bits.mkyoung(pte)


def pte_mkold(state: State, pte: Entry) -> Entry:
    """Clear the accessed bit.

    Keeps: the bit. Drops: nothing.
    """
    return bits.mkold(pte)


def pte_mkwrite(state: State, pte: Entry, *vma: Any) -> Entry:
    """Set the write bit; with the area since v6.6.

    Keeps: the bit. Drops: shadow stacks, which are why the area is given.
    """
    return bits.mkwrite(pte)


def pte_wrprotect(state: State, pte: Entry) -> Entry:
    """Clear the write bit.

    Keeps: the bit. Drops: nothing.
    """
    return bits.wrprotect(pte)


def pte_mksoft_dirty(state: State, pte: Entry) -> Entry:
    """Set the soft-dirty bit.

    Keeps: the bit. Drops: CONFIG_MEM_SOFT_DIRTY off.
    """
    return bits.mksoft_dirty(pte)


def pte_swp_mksoft_dirty(state: State, pte: Entry) -> Entry:
    """Set the soft-dirty bit of an entry that is not present.

    Keeps: the bit. Drops: CONFIG_MEM_SOFT_DIRTY off.
    """
    return bits.mksoft_dirty(pte)


def pte_file_mksoft_dirty(state: State, pte: Entry) -> Entry:
    """Set the soft-dirty bit of a nonlinear mapping's entry.

    Keeps: the bit. Drops: as ``pte_file()``, so that it is never called.
    """
    return bits.mksoft_dirty(pte)


def pte_clear_soft_dirty(state: State, pte: Entry) -> Entry:
    """Clear the soft-dirty bit.

    Keeps: the bit. Drops: CONFIG_MEM_SOFT_DIRTY off.
    """
    return bits.clear_soft_dirty(pte)


def pte_mkuffd_wp(state: State, pte: Entry) -> Entry:
    """Set the bit of userfaultfd's write protection, which takes the write bit.

    Keeps: both bits. Drops: nothing.
    """
    return bits.mkuffd_wp(pte)


def pte_clear_uffd_wp(state: State, pte: Entry) -> Entry:
    """Clear the bit of userfaultfd's write protection.

    Keeps: the bit. Drops: nothing.
    """
    return bits.clear_uffd_wp(pte)


def pte_swp_clear_uffd_wp(state: State, pte: Entry) -> Entry:
    """Clear the bit of userfaultfd's write protection of an entry that is not present.

    Keeps: the bit. Drops: nothing.
    """
    return bits.clear_uffd_wp(pte)


def move_pte(state: State, pte: Entry, *rest: Any) -> Entry:
    """Make an entry fit for another address: the same. Takes a protection in most kernels.

    Keeps: the entry. Drops: caches that are coloured by address (sparc64).
    """
    counted("move_pte", (pte, *rest), 3, 4)
    return pte


def __pte(state: State, value: int) -> Entry:
    """Make an entry of its bits.

    Keeps: the empty one. Drops: all others, which stop the run.
    """
    return _of_number("__pte", value)


def __pmd(state: State, value: int) -> Entry:
    """Make an entry of its bits.

    Keeps: the empty one. Drops: all others, which stop the run.
    """
    return _of_number("__pmd", value)


def __pud(state: State, value: int) -> Entry:
    """Make an entry of its bits.

    Keeps: the empty one. Drops: all others, which stop the run.
    """
    return _of_number("__pud", value)


def _of_number(name: str, value: int) -> Entry:
    if value != 0:
        raise Stopped(f"{name}() of what is not 0: the model knows no bits of entries")
    return EMPTY
