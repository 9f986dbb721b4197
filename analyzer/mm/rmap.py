"""The locks that keep reverse mapping out while entries move.

Up to v3.18 ``i_mmap_mutex`` was a mutex, as ``anon_vma->mutex`` was up to v3.7; since then both are
reader-writer semaphores. Taken for writing, nothing tells one from the other.
"""

from __future__ import annotations

from analyzer.mm import locking
from analyzer.mm.state import AnonVma, Mapping, State, Vma


def i_mmap_lock_write(state: State, mapping: Mapping) -> None:
    """Keep everybody from walking a file's mappings."""
    locking.acquire(state, mapping.i_mmap_rwsem)


def i_mmap_unlock_write(state: State, mapping: Mapping) -> None:
    """Let others walk a file's mappings again."""
    locking.release(state, mapping.i_mmap_rwsem, shared=False)


def i_mmap_lock_read(state: State, mapping: Mapping) -> None:
    """Walk a file's mappings beside others that do."""
    locking.acquire(state, mapping.i_mmap_rwsem, shared=True)


def i_mmap_unlock_read(state: State, mapping: Mapping) -> None:
    """Be done with a walk of a file's mappings."""
    locking.release(state, mapping.i_mmap_rwsem, shared=True)


def anon_vma_lock_write(state: State, anon_vma: AnonVma) -> None:
    """Keep everybody from walking the mappings of anonymous pages; the lock is the root's."""
    locking.acquire(state, anon_vma.root.rwsem)


def anon_vma_unlock_write(state: State, anon_vma: AnonVma) -> None:
    """Let others walk the mappings of anonymous pages again."""
    locking.release(state, anon_vma.root.rwsem, shared=False)


def anon_vma_lock_read(state: State, anon_vma: AnonVma) -> None:
    """Walk the mappings of anonymous pages beside others that do; the lock is the root's."""
    locking.acquire(state, anon_vma.root.rwsem, shared=True)


def anon_vma_unlock_read(state: State, anon_vma: AnonVma) -> None:
    """Be done with a walk of the mappings of anonymous pages."""
    locking.release(state, anon_vma.root.rwsem, shared=True)


def take_rmap_locks(state: State, vma: Vma) -> None:
    """Take both locks of an area for writing, those that it has: the file's first."""
    if vma.vm_file:
        i_mmap_lock_write(state, vma.vm_file.f_mapping)
    if vma.anon_vma:
        anon_vma_lock_write(state, vma.anon_vma)


def drop_rmap_locks(state: State, vma: Vma) -> None:
    """Give both locks of an area back, in reverse."""
    if vma.anon_vma:
        anon_vma_unlock_write(state, vma.anon_vma)
    if vma.vm_file:
        i_mmap_unlock_write(state, vma.vm_file.f_mapping)
