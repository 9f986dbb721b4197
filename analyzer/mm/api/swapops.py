"""``linux/swapops.h``: entries of what is in no memory, or on its way."""

from __future__ import annotations

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm.entry import Entry, Kind
from analyzer.mm.state import State

_SWAPPED = frozenset((Kind.SWAP, Kind.MIGRATION))


def is_swap_pte(state: State, pte: Entry) -> bool:
    """Tell whether an entry is neither empty nor present.

    Keeps: its content. Drops: nothing.
    """
    return pte.kind in _SWAPPED


def is_pmd_migration_entry(state: State, pmd: Entry) -> bool:
    """Tell whether a huge page is being migrated.

    Keeps: its content. Drops: nothing.
    """
    return pmd.kind is Kind.MIGRATION


def pte_to_swp_entry(state: State, pte: Entry) -> Entry:
    """Return what an entry that is not present holds.

    Keeps: its kind and target. Drops: its encoding.
    """
    return _swapped("pte_to_swp_entry", pte)


def pmd_to_swp_entry(state: State, pmd: Entry) -> Entry:
    """Return what an entry that is not present holds.

    Keeps: its kind and target. Drops: its encoding.
    """
    return _swapped("pmd_to_swp_entry", pmd)


def non_swap_entry(state: State, entry: Entry) -> bool:
    """Tell whether what an entry holds is no place in swap.

    Keeps: migration entries. Drops: device-private and poisoned pages, markers.
    """
    return entry.kind is Kind.MIGRATION


def is_migration_entry(state: State, entry: Entry) -> bool:
    """Tell whether a page is being migrated.

    Keeps: its kind. Drops: nothing.
    """
    return entry.kind is Kind.MIGRATION


def _swapped(name: str, entry: Entry) -> Entry:
    if entry.kind not in _SWAPPED:
        raise KernelFault(FaultKind.TABLE, f"{name}() of an entry that says {entry!r}")
    return entry
