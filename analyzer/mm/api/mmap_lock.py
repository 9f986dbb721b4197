"""``linux/mmap_lock.h``: the lock of an address space, ``mmap_sem`` before v5.8."""

from __future__ import annotations

from analyzer.errors import FaultKind
from analyzer.mm import locking
from analyzer.mm.state import Mm, State


def mmap_read_lock(state: State, mm: Mm) -> None:
    """Take the address space for reading.

    Keeps: who holds it, and that for reading. Drops: waiting; the lock's trace points.
    """
    locking.acquire(state, mm.mmap_lock, shared=True)


def mmap_read_unlock(state: State, mm: Mm) -> None:
    """Give back what was taken for reading.

    Keeps: that it was held, and for reading. Drops: nothing.
    """
    locking.release(state, mm.mmap_lock, shared=True)


def mmap_write_lock(state: State, mm: Mm) -> None:
    """Take the address space for writing.

    Keeps: who holds it. Drops: waiting; sequence counts of areas.
    """
    locking.acquire(state, mm.mmap_lock)


def mmap_write_lock_killable(state: State, mm: Mm) -> int:
    """Take the address space for writing, unless killed: 0.

    Keeps: as ``mmap_write_lock()``. Drops: being killed, so it never fails.
    """
    locking.acquire(state, mm.mmap_lock)
    return 0


def mmap_write_unlock(state: State, mm: Mm) -> None:
    """Give back what was taken for writing.

    Keeps: that it was held, and for writing. Drops: nothing.
    """
    locking.release(state, mm.mmap_lock, shared=False)


def mmap_write_downgrade(state: State, mm: Mm) -> None:
    """Keep for reading what was taken for writing.

    Keeps: as ``downgrade_write()``. Drops: sequence counts of areas.
    """
    locking.downgrade(state, mm.mmap_lock)


def mmap_assert_locked(state: State, mm: Mm) -> None:
    """Report an address space that is not locked.

    Keeps: the report. Drops: that a kernel without debugging says nothing.
    """
    if not locking.is_held(state, mm.mmap_lock):
        state.fault(FaultKind.NOT_HELD, "mmap_lock is not held where it must be")


def mmap_assert_write_locked(state: State, mm: Mm) -> None:
    """Report an address space that is not locked for writing.

    Keeps: the report. Drops: that a kernel without debugging says nothing.
    """
    if not locking.is_held(state, mm.mmap_lock, exclusive=True):
        state.fault(FaultKind.NOT_HELD, "mmap_lock is not held for writing where it must be")
