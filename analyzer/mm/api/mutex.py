"""``linux/mutex.h``: mutexes, as ``i_mmap_mutex`` was one before v3.19."""

from __future__ import annotations

from analyzer.mm import locking
from analyzer.mm.state import Lock, State


def mutex_lock(state: State, lock: Lock) -> None:
    """Take a mutex.

    Keeps: who holds it, lockdep's class and order rules; that it can sleep. Drops: waiting.
    """
    locking.acquire(state, lock)


def mutex_lock_nested(state: State, lock: Lock, subclass: int) -> None:
    """Take a mutex beside another of its class.

    Keeps: who holds it, the subclass; that it can sleep. Drops: waiting.
    """
    locking.acquire(state, lock, subclass)


def mutex_unlock(state: State, lock: Lock) -> None:
    """Give a mutex back.

    Keeps: that it was held. Drops: nothing.
    """
    locking.release(state, lock)
