"""``linux/spinlock.h``: locks whose holder may not sleep."""

from __future__ import annotations

from analyzer.mm import locking
from analyzer.mm.state import Lock, State


def spin_lock(state: State, lock: Lock) -> None:
    """Take a spinlock.

    Keeps: who holds it, lockdep's class and order rules. Drops: waiting; preemption.
    """
    locking.acquire(state, lock)


def spin_lock_nested(state: State, lock: Lock, subclass: int) -> None:
    """Take a spinlock beside another of its class, under a subclass of lockdep's.

    Keeps: who holds it, the subclass. Drops: waiting; preemption.
    """
    locking.acquire(state, lock, subclass)


def spin_unlock(state: State, lock: Lock) -> None:
    """Give a spinlock back.

    Keeps: that it was held; what a TLB may still lead to at that moment. Drops: preemption.
    """
    locking.release(state, lock)


def spin_is_locked(state: State, lock: Lock) -> bool:
    """Tell whether a spinlock is taken.

    Keeps: whether the caller holds it. Drops: that somebody else may.
    """
    return locking.is_held(state, lock)
