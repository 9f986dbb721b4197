"""``linux/lockdep.h``: assertions on locks."""

from __future__ import annotations

from analyzer.errors import FaultKind
from analyzer.mm import locking
from analyzer.mm.state import Lock, State


def lockdep_assert_held(state: State, lock: Lock) -> None:
    """Report a lock that the caller does not hold.

    Keeps: the report. Drops: that a kernel without lockdep says nothing.
    """
    if not locking.is_held(state, lock):
        state.fault(FaultKind.NOT_HELD, f"{lock.name} is not held where it must be")


def lockdep_assert_held_write(state: State, lock: Lock) -> None:
    """Report a lock that the caller does not hold for writing.

    Keeps: the report. Drops: that a kernel without lockdep says nothing.
    """
    if not locking.is_held(state, lock, exclusive=True):
        state.fault(FaultKind.NOT_HELD, f"{lock.name} is not held for writing where it must be")


def assert_spin_locked(state: State, lock: Lock) -> None:
    """Report a spinlock that is not held (the kernel dies of it).

    Keeps: the report. Drops: that the kernel dies of it.
    """
    lockdep_assert_held(state, lock)
