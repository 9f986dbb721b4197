"""What each primitive of ``mm/api`` does to the world, for those who do not run it.

Written by hand from what the kernel's function of that name does, not from the model's. Where the
model drops an effect (a barrier, a sleep, a write, a report), it is said here all the same: as an
act, if in doubt. Whether a primitive acts is asked of all architectures; what it writes is that of
x86-64, whose constants the prover takes. Nothing here imports the model.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.mm.effects import areas, checks, locks, tables, values
from analyzer.mm.effects.effect import (
    ANYTHING,
    LOCKS_HELD,
    NOTHING,
    Effect,
    EffectKind,
    Handle,
    Occasion,
    Place,
    PlaceKind,
    Places,
    Report,
    Stored,
    When,
    Where,
)

# By the modules of mm/api, in their order there.
BY_HEADER: Mapping[str, Mapping[str, Effect]] = {
    "bug": checks.BUG,
    "fs": locks.FS,
    "hooks": areas.HOOKS,
    "huge_mm": tables.HUGE_MM,
    "hugetlb": areas.HUGETLB,
    "limits": areas.LIMITS,
    "lockdep": checks.LOCKDEP,
    "mm": tables.MM,
    "mmap": areas.MMAP,
    "mmap_lock": locks.MMAP,
    "mmu_notifier": areas.MMU_NOTIFIER,
    "mutex": locks.MUTEX,
    "pgtable": tables.PGTABLE,
    "pgtable_set": tables.PGTABLE_SET,
    "pmd_value": values.PMD_VALUE,
    "printk": checks.PRINTK,
    "pte_value": values.PTE_VALUE,
    "rmap": locks.RMAP,
    "rwsem": locks.RWSEM,
    "sched": checks.SCHED,
    "spinlock": locks.SPINLOCK,
    "swapops": values.SWAPOPS,
    "tlbflush": tables.TLBFLUSH,
    "userfaultfd": areas.USERFAULTFD,
    "vma": areas.VMA,
}
EFFECTS: Mapping[str, Effect] = {
    name: effect for header in BY_HEADER.values() for name, effect in header.items()
}

__all__ = [
    "ANYTHING",
    "BY_HEADER",
    "EFFECTS",
    "LOCKS_HELD",
    "NOTHING",
    "Effect",
    "EffectKind",
    "Handle",
    "Occasion",
    "Place",
    "PlaceKind",
    "Places",
    "Report",
    "Stored",
    "When",
    "Where",
]
