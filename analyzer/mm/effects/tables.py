"""Effects of ``huge_mm``, ``mm``, ``pgtable``, ``pgtable_set`` and ``tlbflush``: page tables.

What is written is that of x86-64. Others write besides (arm64 marks pages' flags, MIPS loads its
TLB), which no constant of the prover's speaks of either.
"""

from __future__ import annotations

from analyzer.mm.effects.effect import (
    ACTS,
    NOTHING,
    PURE,
    SILENT,
    Effect,
    EffectKind,
    Handle,
    Stored,
    When,
    Where,
    acts,
    drops,
    gets,
    lets_in,
    members,
    named,
    pointed,
    reads,
    stores,
    takes,
    takes_out,
)

# Forms of three eras, and two locks within; whether anything happened is the result.
HUGE_MM: dict[str, Effect] = {
    "move_huge_pmd": ACTS,
    "split_huge_pmd": ACTS,
    "split_huge_page_pmd": ACTS,
}

# Where spinlock_t is large, the lock of a table is behind a pointer in its page.
_PTL = named("ptl")
_RESULT = Where.RESULT
# Since v6.5 all of pte_offset_map*() are rcu_read_lock() where the result is not NULL, which it
# may be, and clear an entry that is bad; the model has neither. In high memory they map a page.
_MAPS = lets_in(pointed(0), pointed(0))
_MAPPED_LOCK = Handle(Where.STORED, 3, when=When.TRUE, found="pte_lockptr")

MM: dict[str, Effect] = {
    # Nothing but a look where the table is there; else memory that may be waited for.
    "p4d_alloc": ACTS,
    "pud_alloc": ACTS,
    "pmd_alloc": ACTS,
    "pte_alloc": ACTS,
    "__pte_alloc": ACTS,
    "pte_alloc_map": ACTS,
    "pte_alloc_map_lock": Effect(
        EffectKind.LOCKS, _MAPPED_LOCK, writes=ACTS.writes, reads=ACTS.reads
    ),
    "pte_lockptr": reads(*pointed(1), *_PTL),
    # Before v6.5 it takes the lock whatever the entry says.
    "pte_offset_map_lock": takes(_MAPPED_LOCK, pointed(1, 3), (*pointed(1), *_PTL)),
    "pte_offset_map_rw_nolock": lets_in(pointed(1, 3, 4), (*pointed(1), *_PTL)),
    "pte_offset_map_nolock": lets_in(pointed(1, 3), (*pointed(1), *_PTL)),
    "pte_unmap_unlock": drops(Handle(Where.ARGUMENT, 1)),
    "pmd_lockptr": reads(*_PTL),
    "pmd_lock": takes(Handle(_RESULT, found="pmd_lockptr"), reads=_PTL),
    # The address of a member, whatever stands there.
    "pud_lockptr": PURE,
    "pud_lock": takes(Handle(_RESULT, found="pud_lockptr")),
    "vma_is_anonymous": reads(*members(0, "vm_ops")),
    "vma_pages": reads(*members(0, "vm_start", "vm_end")),
    "is_vm_hugetlb_page": reads(*members(0, "vm_flags")),
}

# Since v6.5 it is rcu_read_unlock(), in high memory it takes the table out of the mapped.
_UNMAPS = lets_in(NOTHING, NOTHING)
# An entry that is bad is reported and cleared.
_CLEARS_BAD = acts(pointed(0), pointed(0))

PGTABLE: dict[str, Effect] = {
    "pgd_offset": reads(*members(0, "pgd")),
    # Where a level is folded the entry is not read: which levels are is the machine's.
    "p4d_offset": reads(*pointed(0)),
    "pud_offset": reads(*pointed(0)),
    "pmd_offset": reads(*pointed(0)),
    "pte_offset_map": _MAPS,
    "pte_offset_map_nested": _MAPS,
    "pte_offset_kernel": reads(*pointed(0)),
    "pte_unmap": _UNMAPS,
    "pte_unmap_nested": _UNMAPS,
    # An address computed from the value: the table itself is not looked at.
    "pud_pgtable": PURE,
    "pud_page_vaddr": PURE,
    "ptep_get": gets(0),
    "pmdp_get": gets(0),
    "pudp_get": gets(0),
    # Others may write the entry meanwhile: read twice it may differ, which no sequential proof
    # sees, of these or of a plain "*pmd".
    "pmdp_get_lockless": gets(0),
    "pmd_read_atomic": gets(0),
    "pgd_none_or_clear_bad": _CLEARS_BAD,
    "p4d_none_or_clear_bad": _CLEARS_BAD,
    "pud_none_or_clear_bad": _CLEARS_BAD,
    "pmd_none_or_clear_bad": _CLEARS_BAD,
    "pmd_trans_unstable": _CLEARS_BAD,
    "pmd_none_or_trans_huge_or_clear_bad": _CLEARS_BAD,
    # The model drops both. Hypervisors put writes of entries off until the second: then it is what
    # makes them readable.
    "arch_enter_lazy_mmu_mode": acts(NOTHING, NOTHING),
    "arch_leave_lazy_mmu_mode": lets_in(NOTHING, NOTHING),
    # Learnt when the machine starts, and the same ever after.
    "arch_supports_page_table_move": PURE,
}

# The value written to an entry is the argument, bit by bit, and 0 is the empty one. Only
# CONFIG_PAGE_TABLE_CHECK counts besides, for itself.
PGTABLE_SET: dict[str, Effect] = {
    "ptep_get_and_clear": takes_out(2),
    # Flushes, where a processor may have cached the entry.
    "ptep_clear_flush": takes_out(2),
    "pte_clear": stores(2, Stored.EMPTY),
    "pte_clear_not_present_full": stores(2, Stored.EMPTY),
    "set_pte": stores(0, 1),
    "set_pte_at": stores(2, 3),
    "pmdp_get_and_clear": takes_out(2),
    "pmdp_huge_get_and_clear": takes_out(2),
    "pmd_clear": stores(0, Stored.EMPTY),
    "set_pmd": stores(0, 1),
    "set_pmd_at": stores(2, 3),
    # The value is made of the page's address; Xen is told of the page.
    "pmd_populate": acts(pointed(1), NOTHING),
    "pmd_pgtable": PURE,
    "pud_clear": stores(0, Stored.EMPTY),
    "set_pud": stores(0, 1),
    "set_pud_at": stores(2, 3),
    "pud_populate": acts(pointed(1), NOTHING),
}

# Flushes wait for other processors and sleep nowhere; counts of them are the TLB code's own.
# Which range, for which processors, hangs on the area and its address space.
TLBFLUSH: dict[str, Effect] = {
    "flush_tlb_range": SILENT,
    "flush_pmd_tlb_range": SILENT,
    "flush_pud_tlb_range": SILENT,
    "flush_tlb_page": SILENT,
    "flush_tlb_mm": SILENT,
    # Reclaim's mark is taken away; the model has no reclaim.
    "flush_tlb_batched_pending": acts(members(0, "tlb_flush_batched")),
    # Nothing on x86-64, and in the model; an act where caches go by virtual addresses.
    "flush_cache_range": SILENT,
    "flush_cache_page": SILENT,
    "update_mmu_cache": SILENT,
}
