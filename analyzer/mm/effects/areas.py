"""Effects on areas, and on those who are told or asked of them.

These are ``hooks``, ``hugetlb``, ``limits``, ``mmap``, ``mmu_notifier``, ``userfaultfd``, ``vma``.
"""

from __future__ import annotations

from analyzer.mm.effects.effect import (
    ACTS,
    ANYTHING,
    NOTHING,
    PURE,
    SILENT,
    Effect,
    EffectKind,
    Handle,
    Where,
    acts,
    lets_in,
    members,
    named,
    pointed,
    reads,
)
from analyzer.mm.effects.locks import MMAP_LOCK

HOOKS: dict[str, Effect] = {
    "ksm_madvise": ACTS,
    "vma_policy": reads(*members(0, "vm_policy")),
    # Since v5.18 it asserts that mmap_lock is held; the model has no names.
    "anon_vma_name": acts(NOTHING),
    # A look-up in a table that modules add to; how it is locked is not in the header.
    "get_fo_extend": SILENT,
    # Since v6.4 x86 takes a mask of the processor's; the model takes none.
    "untagged_addr": reads(*ANYTHING),
    # Where the vDSO is remembered is the architecture's.
    "arch_remap": ACTS,
    "untrack_pfn_moved": ACTS,
    "untrack_pfn_clear": ACTS,
}

HUGETLB: dict[str, Effect] = {
    # By the file, its inode and its file system.
    "hstate_vma": reads(*ANYTHING),
    "huge_page_size": reads(*pointed(0)),
    "huge_page_mask": reads(*pointed(0)),
    "move_hugetlb_page_tables": ACTS,
    "clear_vma_resv_huge_pages": ACTS,
}

_COUNTS = members(0, "total_vm", "shared_vm", "data_vm", "exec_vm", "stack_vm", "reserved_vm")
_COMMITTED = named("vm_committed_as")

LIMITS: dict[str, Effect] = {
    # Since v4.5 a message, once, where RLIMIT_DATA is exceeded; the model has no such limit.
    "may_expand_vm": SILENT,
    "vm_stat_account": acts(_COUNTS, _COUNTS),
    "vm_acct_memory": acts(_COMMITTED, _COMMITTED),
    "vm_unacct_memory": acts(_COMMITTED, _COMMITTED),
    # Security modules are asked, which may audit; the model has none.
    "security_vm_enough_memory_mm": ACTS,
    # Both ask capable() of what is to be locked.
    "mlock_future_check": ACTS,
    "mlock_future_ok": ACTS,
    "rlimit": reads(*ANYTHING),
    # Security modules are asked; a capability that was used is marked (PF_SUPERPRIV).
    "capable": ACTS,
}


def _unmaps(mm: int) -> Effect:
    """An unmapping that may end with mmap_lock held for reading, or not held."""
    lock = Handle(Where.ARGUMENT, mm, MMAP_LOCK)
    return Effect(EffectKind.ACTS, lock, writes=ANYTHING, reads=ANYTHING)


MMAP: dict[str, Effect] = {
    "do_munmap": ACTS,
    "__do_munmap": _unmaps(0),
    "do_mas_munmap": _unmaps(1),
    "do_vmi_munmap": _unmaps(1),
    "split_vma": ACTS,
    "vma_adjust": ACTS,
    "vma_merge": ACTS,
    "vma_merge_extend": ACTS,
    "copy_vma": ACTS,
    # Drivers and security modules choose; old kernels remember where the last hole was.
    "get_unmapped_area": ACTS,
    "mm_populate": ACTS,
}

MMU_NOTIFIER: dict[str, Effect] = {
    "mmu_notifier_range_init": acts(pointed(0), NOTHING),
    "mmu_notifier_invalidate_range_start": ACTS,
    "mmu_notifier_invalidate_range_end": ACTS,
    # Code of drivers, which the model has none of.
    "mmu_notifier_invalidate_range": ACTS,
}

USERFAULTFD: dict[str, Effect] = {
    "userfaultfd_wp": reads(*members(0, "vm_flags")),
    "userfaultfd_armed": reads(*members(0, "vm_flags")),
    "pte_marker_uffd_wp": PURE,
    "mremap_userfaultfd_prep": ACTS,
    "mremap_userfaultfd_complete": ACTS,
    "mremap_userfaultfd_fail": ACTS,
    "userfaultfd_unmap_complete": ACTS,
    "vma_has_uffd_without_event_remap": reads(
        *members(0, "vm_userfaultfd_ctx"), *named("ctx", "features")
    ),
}

# What was found last: of the address space up to v3.14, then of the task up to v6.0. That, and
# the assertion that mmap_lock is held, make a look-up an act; the model keeps no such thing.
_CACHE = (*members(0, "mmap_cache"), *named("vmacache", "vmacache_seqnum", "seqnum", "vmas"))
_LOOKS_UP = acts(_CACHE)
# Since v6.3 the member goes by two names, one of them constant.
_FLAGS = members(0, "vm_flags", "__vm_flags")
# The lock of one area: held until mmap_lock is given back, so that nothing here gives it back.
_LOCK_OF_AREA = members(0, "vm_lock_seq")
_SETS_FLAGS = lets_in((*_FLAGS, *_LOCK_OF_AREA))

VMA: dict[str, Effect] = {
    "find_vma": _LOOKS_UP,
    "find_vma_prev": acts((*pointed(2), *_CACHE)),
    "find_vma_intersection": _LOOKS_UP,
    "vma_lookup": _LOOKS_UP,
    "vma_iter_init": acts(pointed(0), NOTHING),
    # Where the iteration stands is moved on.
    "vma_next": acts(pointed(0)),
    "vma_prev": acts(pointed(0)),
    # A semaphore, for a moment.
    "vma_start_write": lets_in(_LOCK_OF_AREA),
    "vm_flags_init": acts(_FLAGS, NOTHING),
    "vm_flags_set": _SETS_FLAGS,
    "vm_flags_clear": _SETS_FLAGS,
    "vm_flags_mod": _SETS_FLAGS,
    "can_modify_vma": reads(*members(0, "vm_flags")),
    "can_modify_mm": reads(*ANYTHING),
    "unlink_anon_vmas": ACTS,
}
