"""``linux/userfaultfd_k.h``: areas whose faults another process serves."""

from __future__ import annotations

from analyzer.errors import Stopped
from analyzer.mm.state import State, Vma

_VM_UFFD_MISSING = 0x0000_0200
_VM_UFFD_WP = 0x0000_1000


def userfaultfd_wp(state: State, vma: Vma) -> bool:
    """Tell whether writes to an area are reported.

    Keeps: the area's flag. Drops: nothing.
    """
    return vma.vm_flags & _VM_UFFD_WP != 0


def userfaultfd_armed(state: State, vma: Vma) -> bool:
    """Tell whether anything of an area is reported.

    Keeps: the area's flags. Drops: minor faults.
    """
    return vma.vm_flags & (_VM_UFFD_MISSING | _VM_UFFD_WP) != 0


def vma_has_uffd_without_event_remap(state: State, vma: Vma) -> bool:
    """Tell whether an area is reported on, but not that it is moved.

    Keeps: that it is not, for an area that is not reported on. Drops: all others, which stop the
    run.
    """
    if userfaultfd_armed(state, vma):
        raise Stopped("vma_has_uffd_without_event_remap() of an area with userfaultfd")
    return False
