"""The bits of mmap(), madvise() and of ``vm_flags``, and how the first give the last.

The numbers are those of include/linux/mm.h and uapi/asm-generic/mman.h, as x86 and arm64 have them.
"""

from __future__ import annotations

from analyzer.mm.vmflags import (
    VM_ACCOUNT as VM_ACCOUNT,
    VM_DONTCOPY as VM_DONTCOPY,
    VM_EXEC as VM_EXEC,
    VM_GROWSDOWN as VM_GROWSDOWN,
    VM_HUGEPAGE as VM_HUGEPAGE,
    VM_HUGETLB as VM_HUGETLB,
    VM_LOCKED as VM_LOCKED,
    VM_MAYEXEC as VM_MAYEXEC,
    VM_MAYREAD as VM_MAYREAD,
    VM_MAYSHARE as VM_MAYSHARE,
    VM_MAYWRITE as VM_MAYWRITE,
    VM_MERGEABLE as VM_MERGEABLE,
    VM_NOHUGEPAGE as VM_NOHUGEPAGE,
    VM_NORESERVE as VM_NORESERVE,
    VM_RAND_READ as VM_RAND_READ,
    VM_READ as VM_READ,
    VM_SEQ_READ as VM_SEQ_READ,
    VM_SHARED as VM_SHARED,
    VM_SOFTDIRTY as VM_SOFTDIRTY,
    VM_WRITE as VM_WRITE,
)

# Of no matter to mremap(), so that mm does without.
VM_WIPEONFORK, VM_DONTDUMP = 0x200_0000, 0x400_0000
ACCESS = VM_READ | VM_WRITE | VM_EXEC
_MAY = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC
# Bits that keep an area from being accounted when it becomes writable (mprotect_fixup).
_NOT_CHARGED = VM_ACCOUNT | VM_WRITE | VM_HUGETLB | VM_SHARED | VM_NORESERVE

MAP_SHARED, MAP_SHARED_VALIDATE, MAP_TYPE = 1, 3, 0xF
MAP_FIXED, MAP_ANONYMOUS, MAP_GROWSDOWN = 0x10, 0x20, 0x100
MAP_LOCKED, MAP_NORESERVE, MAP_POPULATE = 0x2000, 0x4000, 0x8000
MAP_HUGETLB, MAP_FIXED_NOREPLACE = 0x4_0000, 0x10_0000
MAP_HUGE_SHIFT, MAP_HUGE_MASK = 26, 0x3F
# Log2 of the bytes of a huge page where the call does not say.
HUGE_SHIFT = 21

MREMAP_MAYMOVE, MREMAP_FIXED, MREMAP_DONTUNMAP = 1, 2, 4
CLONE_VM, CLONE_THREAD = 0x100, 0x1_0000

MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_DONTNEED_LOCKED = 4, 8, 9, 24
MADV_POPULATE_READ, MADV_POPULATE_WRITE = 22, 23
EMPTYING = frozenset((MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_DONTNEED_LOCKED))
# What an advice clears in vm_flags, and what it sets (madvise_vma_behavior).
ADVICE = {
    0: (VM_SEQ_READ | VM_RAND_READ, 0),
    1: (VM_SEQ_READ, VM_RAND_READ),
    2: (VM_RAND_READ, VM_SEQ_READ),
    10: (0, VM_DONTCOPY),
    11: (VM_DONTCOPY, 0),
    12: (0, VM_MERGEABLE),
    13: (VM_MERGEABLE, 0),
    14: (VM_NOHUGEPAGE, VM_HUGEPAGE),
    15: (VM_HUGEPAGE, VM_NOHUGEPAGE),
    16: (0, VM_DONTDUMP),
    17: (VM_DONTDUMP, 0),
    18: (0, VM_WIPEONFORK),
    19: (VM_WIPEONFORK, 0),
}
HEAP = VM_READ | VM_WRITE | _MAY | VM_ACCOUNT | VM_SOFTDIRTY


def is_shared(flags: int) -> bool:
    """Whether mmap() was asked for a mapping that is shared (flags of the call)."""
    return flags & MAP_TYPE in (MAP_SHARED, MAP_SHARED_VALIDATE)


def area_flags(prot: int, flags: int) -> int:
    """The ``vm_flags`` of an area that mmap() makes (``do_mmap``, ``mmap_region``).

    A shared file is taken as opened for reading and writing, since a log does not show how.
    """
    found = prot & ACCESS | _MAY | VM_SOFTDIRTY
    if is_shared(flags):
        found |= VM_SHARED | VM_MAYSHARE
    for asked, bit in (
        (MAP_LOCKED, VM_LOCKED),
        (MAP_NORESERVE, VM_NORESERVE),
        (MAP_HUGETLB, VM_HUGETLB),
    ):
        found |= bit if flags & asked else 0
    if flags & MAP_GROWSDOWN and flags & MAP_ANONYMOUS:
        found |= VM_GROWSDOWN
    return found | _charge(found)


def _charge(flags: int) -> int:
    """VM_ACCOUNT for private and writable (``accountable_mapping``)."""
    watched = VM_NORESERVE | VM_SHARED | VM_WRITE | VM_HUGETLB
    return VM_ACCOUNT if flags & watched == VM_WRITE else 0


def protected(flags: int, prot: int, *, unused: bool) -> int:
    """The ``vm_flags`` after mprotect() (``mprotect_fixup``).

    ``unused``: anonymous, and no page was ever written: no longer charged once it cannot be, as
    newer kernels have it. An area that stays as it is is left alone.
    """
    found = flags & ~ACCESS | prot & ACCESS
    if found == flags:
        return flags
    if found & VM_WRITE:
        return found if flags & _NOT_CHARGED else found | VM_ACCOUNT
    return found & ~VM_ACCOUNT if unused else found
