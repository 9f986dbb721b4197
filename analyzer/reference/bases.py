"""The three eras of the move path that a patch without its tree is spliced onto."""

from __future__ import annotations

from analyzer.reference.base import Base, LocalType

_LOCALS = {
    "vma": LocalType.VMA,
    "old_addr": LocalType.ADDRESS,
    "new_vma": LocalType.VMA,
    "new_addr": LocalType.ADDRESS,
    "len": LocalType.ADDRESS,
    "need_rmap_locks": LocalType.FLAG,
    "extent": LocalType.ADDRESS,
    "next": LocalType.ADDRESS,
    "old_end": LocalType.ADDRESS,
    "old_pmd": LocalType.PMD,
    "new_pmd": LocalType.PMD,
}
# What the notifiers are told: two addresses, and since Linux kernel commit ac46d4f3c432
# ("mm/mmu_notifier: use structure for invalidate_range_start/end calls v2") (in v5.0) one record.
_BOUNDS = {"mmun_start": LocalType.ADDRESS, "mmun_end": LocalType.ADDRESS}
_RANGE = {"range": LocalType.RANGE}

# From Linux kernel commit 5d1904204c99 ("mremap: fix race between mremap() and page cleanning")
# (in v4.9) to v4.18, and enterprise kernels of 3.10 that took it: huge entries are as there.
NEED_FLUSH = Base(
    "4.9-style",
    deferred_flush=True,
    chunk=64,
    both_bounds=False,
    swapped_pmd=False,
    devmap=False,
    early_huge=True,
    locals={**_LOCALS, "need_flush": LocalType.FLAG, **_BOUNDS},
)
# v4.19 to v5.8; v4.20 as to what the notifiers are told.
FLUSH_UNDER_LOCK = Base(
    "4.20-style",
    deferred_flush=False,
    chunk=None,
    both_bounds=False,
    swapped_pmd=True,
    devmap=False,
    early_huge=False,
    locals={**_LOCALS, **_BOUNDS},
)
# Since Linux kernel commit 9ad9718bfa41 ("mm/mremap: calculate extent in one place") (in v5.9).
BOTH_BOUNDS = Base(
    "5.9-style",
    deferred_flush=False,
    chunk=None,
    both_bounds=True,
    swapped_pmd=True,
    devmap=True,
    early_huge=False,
    locals={**_LOCALS, **_RANGE},
)

BASES = (NEED_FLUSH, FLUSH_UNDER_LOCK, BOTH_BOUNDS)
