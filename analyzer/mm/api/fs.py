"""``linux/fs.h``: the lock of a file's mappings, which reverse mapping takes."""

from __future__ import annotations

from analyzer.mm import rmap
from analyzer.mm.state import Mapping, State


def i_mmap_lock_write(state: State, mapping: Mapping) -> None:
    """Take a file's mappings for writing.

    Keeps: who holds it, its place before ``anon_vma`` in the order; that it can sleep. Drops:
    waiting.
    """
    rmap.i_mmap_lock_write(state, mapping)


def i_mmap_unlock_write(state: State, mapping: Mapping) -> None:
    """Give back what was taken for writing.

    Keeps: that it was held, and for writing. Drops: nothing.
    """
    rmap.i_mmap_unlock_write(state, mapping)


def i_mmap_lock_read(state: State, mapping: Mapping) -> None:
    """Take a file's mappings for reading, which does not keep others that read out.

    Keeps: who holds it, and that for reading. Drops: waiting.
    """
    rmap.i_mmap_lock_read(state, mapping)


def i_mmap_unlock_read(state: State, mapping: Mapping) -> None:
    """Give back what was taken for reading.

    Keeps: that it was held, and for reading. Drops: nothing.
    """
    rmap.i_mmap_unlock_read(state, mapping)
