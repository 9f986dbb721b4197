"""The ``VM_`` flags of areas: one set of values, those of x86-64 since v5.13.

Bits below are the same in every kernel that the model knows, but for those of userfaultfd's minor
faults and of sealing. A tree that has other values for one of them cannot be run on the model's
areas: ``differing`` tells.
"""

from __future__ import annotations

from collections.abc import Mapping

VM_READ = 0x0000_0001
VM_WRITE = 0x0000_0002
VM_EXEC = 0x0000_0004
VM_SHARED = 0x0000_0008
VM_MAYREAD = 0x0000_0010
VM_MAYWRITE = 0x0000_0020
VM_MAYEXEC = 0x0000_0040
VM_MAYSHARE = 0x0000_0080
VM_GROWSDOWN = 0x0000_0100
VM_UFFD_MISSING = 0x0000_0200
VM_PFNMAP = 0x0000_0400
VM_UFFD_WP = 0x0000_1000
VM_LOCKED = 0x0000_2000
VM_IO = 0x0000_4000
VM_SEQ_READ = 0x0000_8000
VM_RAND_READ = 0x0001_0000
VM_DONTCOPY = 0x0002_0000
VM_DONTEXPAND = 0x0004_0000
VM_LOCKONFAULT = 0x0008_0000
VM_ACCOUNT = 0x0010_0000
VM_NORESERVE = 0x0020_0000
VM_HUGETLB = 0x0040_0000
VM_SOFTDIRTY = 0x0800_0000
VM_MIXEDMAP = 0x1000_0000
VM_HUGEPAGE = 0x2000_0000
VM_NOHUGEPAGE = 0x4000_0000
VM_MERGEABLE = 0x8000_0000
VM_UFFD_MINOR = 1 << 38
VM_SEALED = 1 << 63

# All of them by their C names.
FLAGS: dict[str, int] = {name: value for name, value in globals().items() if name[:3] == "VM_"}

# Areas with one of these are never merged with a neighbour.
SPECIAL = VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP
# Areas whose faults a userfaultfd is told of.
UFFD = VM_UFFD_MISSING | VM_UFFD_WP | VM_UFFD_MINOR


def differing(values: Mapping[str, int]) -> tuple[str, ...]:
    """The names of a tree's own flags, in order, whose values are not the model's.

    ``values`` are the tree's flags by name. 0 is a flag that its configuration leaves out, and a
    name that the model does not have is none of its business.
    """
    return tuple(
        sorted(name for name, value in values.items() if value and FLAGS.get(name, value) != value)
    )
