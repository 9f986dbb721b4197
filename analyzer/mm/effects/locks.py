"""Effects of ``fs``, ``mmap_lock``, ``mutex``, ``rmap``, ``rwsem`` and ``spinlock``: locks.

None of the primitives tries a lock: ``spin_trylock()`` and the like are not in the model.
"""

from __future__ import annotations

from analyzer.mm.effects.effect import (
    ANYTHING,
    LOCKS_HELD,
    Effect,
    Handle,
    Occasion,
    Report,
    When,
    Where,
    downgrades,
    drops,
    members,
    reads,
    reports,
    takes,
)

_ARGUMENT = Where.ARGUMENT
# By what members kernels reach a lock: since v5.8, v3.19 and v3.8, and before.
MMAP_LOCK = (("mmap_lock",), ("mmap_sem",))
_I_MMAP = (("i_mmap_rwsem",), ("i_mmap_mutex",))
_ANON_VMA = (("root", "rwsem"), ("root", "mutex"))

_WRITE = Handle(_ARGUMENT, 0)
_READ = Handle(_ARGUMENT, 0, shared=True)
_NESTED = Handle(_ARGUMENT, 0, subclass=1)
_KILLABLE = Handle(_ARGUMENT, 0, when=When.ZERO)


def _by(ways: tuple[tuple[str, ...], ...], *, shared: bool = False) -> Handle:
    return Handle(_ARGUMENT, 0, ways, shared)


FS: dict[str, Effect] = {
    "i_mmap_lock_write": takes(_by(_I_MMAP)),
    "i_mmap_unlock_write": drops(_by(_I_MMAP)),
    "i_mmap_lock_read": takes(_by(_I_MMAP, shared=True)),
    "i_mmap_unlock_read": drops(_by(_I_MMAP, shared=True)),
}

# The sequence count of areas' locks, which taking and giving back for writing raise.
_SEQ = members(0, "mm_lock_seq")
_MM_WRITE = _by(MMAP_LOCK)
_MM_READ = _by(MMAP_LOCK, shared=True)

MMAP: dict[str, Effect] = {
    "mmap_read_lock": takes(_MM_READ),
    "mmap_read_unlock": drops(_MM_READ),
    "mmap_write_lock": takes(_MM_WRITE, _SEQ),
    "mmap_write_lock_killable": takes(Handle(_ARGUMENT, 0, MMAP_LOCK, when=When.ZERO), _SEQ),
    # With it go the locks of all areas that vma_start_write() locked.
    "mmap_write_unlock": drops(_MM_WRITE, _SEQ),
    "mmap_write_downgrade": downgrades(_MM_WRITE, _SEQ),
    # VM_BUG_ON_MM() up to v6.11, a warning of the rwsem's since: the worse of the two.
    "mmap_assert_locked": reports(
        Report(Occasion.NOT_HELD, 0, ends=True, debug=True, ways=MMAP_LOCK), LOCKS_HELD
    ),
    "mmap_assert_write_locked": reports(
        Report(Occasion.NOT_HELD, 0, ends=True, debug=True, writing=True, ways=MMAP_LOCK),
        LOCKS_HELD,
    ),
}

MUTEX: dict[str, Effect] = {
    "mutex_lock": takes(_WRITE),
    "mutex_lock_nested": takes(_NESTED),
    "mutex_unlock": drops(_WRITE),
}

# The root is looked up in the anon_vma: it is its member that is read.
_ROOT = members(0, "root")

RMAP: dict[str, Effect] = {
    "anon_vma_lock_write": takes(_by(_ANON_VMA), reads=_ROOT),
    "anon_vma_unlock_write": drops(_by(_ANON_VMA), reads=_ROOT),
    "anon_vma_lock": takes(_by(_ANON_VMA), reads=_ROOT),
    "anon_vma_unlock": drops(_by(_ANON_VMA), reads=_ROOT),
    "anon_vma_lock_read": takes(_by(_ANON_VMA, shared=True), reads=_ROOT),
    "anon_vma_unlock_read": drops(_by(_ANON_VMA, shared=True), reads=_ROOT),
}

RWSEM: dict[str, Effect] = {
    "down_read": takes(_READ),
    "up_read": drops(_READ),
    "down_write": takes(_WRITE),
    "down_write_nested": takes(_NESTED),
    "down_write_killable": takes(_KILLABLE),
    "up_write": drops(_WRITE),
    "downgrade_write": downgrades(_WRITE),
}

SPINLOCK: dict[str, Effect] = {
    "spin_lock": takes(_WRITE),
    "spin_lock_nested": takes(_NESTED),
    "spin_unlock": drops(_WRITE),
    # Anybody's, not only the caller's: so it is not told by the locks held.
    "spin_is_locked": reads(*ANYTHING),
}
