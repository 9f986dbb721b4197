"""Upstream's patch in plain Python: what it brings to the loop, and what was mended later.

Linux kernel commit 2c91bd4a4e2e ("mm: speed up mremap by 20x on large regions") (in v5.0).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum
from typing import Any

from analyzer.mm import locking, tlb
from analyzer.mm.api.bug import VM_BUG_ON, WARN_ON, WARN_ON_ONCE
from analyzer.mm.entry import EMPTY, Kind
from analyzer.mm.pgtable import check_address, write
from analyzer.mm.state import State, Table
from analyzer.reference import steps
from analyzer.reference.base import Frame, Functions, Left
from analyzer.reference.slots import Slot


class Fix(Enum):
    """A later fix that shows on this model, by the commit's first 12 digits.

    RMAP_ALWAYS is Linux kernel commit 97113eb39fa7 ("mm/mremap: hold the rmap lock in write mode
    when moving page table entries.") (in v5.14): whether needed or not. WARN_ONCE is f81fdd0c4ab7
    ("mm: document warning in move_normal_pmd() and make it warn only once") (in v5.8). That a
    table is set with pmd_populate(), 0881ace292b6 ("mm/mremap: use pmd/pud_populate to update page
    table entries") (in v5.14), does not show: the events are the same.
    """

    RMAP_ALWAYS = "97113eb39fa7"
    WARN_ONCE = "f81fdd0c4ab7"


FALLS = Left("falls")
CONTINUE = Left("continue")


class Upstream:
    """What the patch brings, with later fixes: its call site, for the slot where it stands.

    The call site is the other arm of the test for a huge entry. Raises KernelFault where the
    kernel would die.
    """

    def __init__(
        self, state: State, functions: Functions, fixes: Collection[Fix] = frozenset()
    ) -> None:
        self._state = state
        self._functions = functions
        self._rmap_always = Fix.RMAP_ALWAYS in fixes
        self._warn_once = Fix.WARN_ONCE in fixes
        self._pmd_size = state.geometry.pmd_size

    def in_slot(self, slot: Slot) -> Callable[[Frame], Left] | None:
        """The code that stands in a slot, None for none."""
        return self._call_site if slot is Slot.ELSE_HUGE else None

    def _call_site(self, frame: Frame) -> Left:
        state = self._state
        state.step = steps.EXTENT
        left = FALLS
        if frame.extent == self._pmd_size and self._tried(frame):
            left = CONTINUE
        state.step = None
        return left

    def _tried(self, frame: Frame) -> bool:
        """Try to move the whole table, under the rmap locks where they are needed."""
        state = self._state
        state.step = steps.TAKE_RMAP
        rmap = self._rmap_always or frame.need_rmap_locks
        if rmap:
            self._functions["take_rmap_locks"](frame.vma)
        state.step = steps.CALL
        moved = move_normal_pmd(
            state,
            frame.old_addr,
            frame.new_addr,
            frame.old_end,
            frame.old_pmd,
            frame.new_pmd,
            warn_once=self._warn_once,
        )
        state.step = steps.DROP_RMAP
        if rmap:
            self._functions["drop_rmap_locks"](frame.vma)
        state.step = steps.MOVED
        return moved


def move_normal_pmd(
    state: State,
    old_addr: int,
    new_addr: int,
    old_end: int,
    old_pmd: Any,
    new_pmd: Any,
    *,
    warn_once: bool = False,
) -> bool:
    """Take the table below one PMD entry to another, and tell whether it was moved.

    Addresses are in bytes; the range ends at ``old_end``. Kernel function: ``move_normal_pmd()``.
    """
    geometry = state.geometry
    size = geometry.pmd_size
    state.step = steps.GUARD
    if old_addr & (size - 1) or new_addr & (size - 1):
        return False
    if (old_end - old_addr) & geometry.word_mask < size:
        return False
    state.step = steps.WARN
    warn = WARN_ON_ONCE if warn_once else WARN_ON
    if warn(state, new_pmd[0].kind is not Kind.NONE):
        return False
    _moved_under_locks(state, old_addr, new_addr, old_pmd, new_pmd, size)
    state.step = steps.RETURN
    return True


def _moved_under_locks(
    state: State, old_addr: int, new_addr: int, old_pmd: Any, new_pmd: Any, size: int
) -> None:
    """Move it: all of this, the flush as well, with the locks of both entries held."""
    old_table: Table = old_pmd._home
    new_table: Table = new_pmd._home
    nested = new_table.lock is not old_table.lock
    # LOCKS
    state.step = steps.LOCK_OLD
    locking.acquire(state, old_table.lock)
    state.step = steps.LOCK_NEW
    if nested:
        locking.acquire(state, new_table.lock, 1)
    # EFFECT
    state.step = steps.READ
    pmd = old_pmd[0]
    state.step = steps.CLEAR
    write(old_table, old_pmd._index, EMPTY)
    state.step = steps.ASSERT
    VM_BUG_ON(state, new_pmd[0].kind is not Kind.NONE)
    state.step = steps.SET
    check_address(new_table, new_pmd._index, new_addr, "set_pmd_at()")
    write(new_table, new_pmd._index, pmd)
    # TLB
    state.step = steps.FLUSH
    tlb.flush(state, old_addr, old_addr + size & state.geometry.word_mask)
    # LOCKS
    state.step = steps.UNLOCK_NEW
    if nested:
        locking.release(state, new_table.lock)
    state.step = steps.UNLOCK_OLD
    locking.release(state, old_table.lock)
