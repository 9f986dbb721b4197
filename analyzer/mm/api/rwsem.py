"""``linux/rwsem.h``: reader-writer semaphores."""

from __future__ import annotations

from analyzer.mm import locking
from analyzer.mm.state import Lock, State


def down_read(state: State, lock: Lock) -> None:
    """Take a semaphore for reading.

    Keeps: who holds it, and that for reading; that it can sleep. Drops: waiting.
    """
    locking.acquire(state, lock, shared=True)


def up_read(state: State, lock: Lock) -> None:
    """Give back what was taken for reading.

    Keeps: that it was held, and for reading. Drops: nothing.
    """
    locking.release(state, lock, shared=True)


def down_write(state: State, lock: Lock) -> None:
    """Take a semaphore for writing.

    Keeps: who holds it; that it can sleep. Drops: waiting.
    """
    locking.acquire(state, lock)


def down_write_nested(state: State, lock: Lock, subclass: int) -> None:
    """Take a semaphore for writing beside another of its class.

    Keeps: who holds it, the subclass; that it can sleep. Drops: waiting.
    """
    locking.acquire(state, lock, subclass)


def down_write_killable(state: State, lock: Lock) -> int:
    """Take a semaphore for writing, unless killed: 0.

    Keeps: as ``down_write()``. Drops: being killed, so it never fails.
    """
    locking.acquire(state, lock)
    return 0


def up_write(state: State, lock: Lock) -> None:
    """Give back what was taken for writing.

    Keeps: that it was held, and for writing. Drops: nothing.
    """
    locking.release(state, lock, shared=False)


def downgrade_write(state: State, lock: Lock) -> None:
    """Keep for reading what was taken for writing.

    Keeps: that it was held for writing, and for reading now. Drops: those that wait.
    """
    locking.downgrade(state, lock)
