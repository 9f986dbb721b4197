"""``linux/rmap.h``: the lock of anonymous pages' reverse mapping, which lies at the root."""

from __future__ import annotations

from analyzer.mm import rmap
from analyzer.mm.state import AnonVma, State


def anon_vma_lock_write(state: State, anon_vma: AnonVma) -> None:
    """Take the root's lock for writing.

    Keeps: who holds it, its place behind ``i_mmap`` in the order; that it can sleep. Drops:
    waiting; whether it is a mutex (before v3.8) or a semaphore.
    """
    rmap.anon_vma_lock_write(state, anon_vma)


def anon_vma_unlock_write(state: State, anon_vma: AnonVma) -> None:
    """Give back what was taken for writing.

    Keeps: that it was held, and for writing. Drops: nothing.
    """
    rmap.anon_vma_unlock_write(state, anon_vma)


def anon_vma_lock(state: State, anon_vma: AnonVma) -> None:
    """Take the root's mutex, as it was before v3.8.

    Keeps: who holds it; that it can sleep. Drops: waiting; that it is a mutex.
    """
    rmap.anon_vma_lock_write(state, anon_vma)


def anon_vma_unlock(state: State, anon_vma: AnonVma) -> None:
    """Give the root's mutex back, as it was before v3.8.

    Keeps: that it was held. Drops: nothing.
    """
    rmap.anon_vma_unlock_write(state, anon_vma)


def anon_vma_lock_read(state: State, anon_vma: AnonVma) -> None:
    """Take the root's lock for reading, which does not keep others that read out.

    Keeps: who holds it, and that for reading. Drops: waiting.
    """
    rmap.anon_vma_lock_read(state, anon_vma)


def anon_vma_unlock_read(state: State, anon_vma: AnonVma) -> None:
    """Give back what was taken for reading.

    Keeps: that it was held, and for reading. Drops: nothing.
    """
    rmap.anon_vma_unlock_read(state, anon_vma)
