"""``linux/userfaultfd_k.h``: areas whose faults another process serves."""

from __future__ import annotations

from typing import Any

from analyzer.errors import Stopped
from analyzer.mm.entry import Entry
from analyzer.mm.state import Mm, State, Vma
from analyzer.mm.vmflags import UFFD, VM_UFFD_WP


def userfaultfd_wp(state: State, vma: Vma) -> bool:
    """Tell whether writes to an area are reported.

    Keeps: the area's flag. Drops: nothing.
    """
    return vma.vm_flags & VM_UFFD_WP != 0


def userfaultfd_armed(state: State, vma: Vma) -> bool:
    """Tell whether anything of an area is reported.

    Keeps: the area's flags. Drops: nothing.
    """
    return vma.vm_flags & UFFD != 0


def pte_marker_uffd_wp(state: State, pte: Entry) -> bool:
    """Tell whether an entry marks a page as write-protected that is not there.

    Keeps: that none does. Drops: markers.
    """
    return False


def mremap_userfaultfd_prep(state: State, vma: Vma, context: Any) -> None:
    """Say that an area is the new place of another.

    Keeps: that nobody is told of an area that is not reported on. Drops: all others, which stop
    the run.
    """
    if userfaultfd_armed(state, vma):
        raise Stopped("mremap_userfaultfd_prep() of an area with userfaultfd")


def mremap_userfaultfd_complete(state: State, context: Any, old: int, new: int, size: int) -> None:
    """Say that a range was moved.

    Keeps: that nobody is told of an area that is not reported on. Drops: all others, which stop
    the run.
    """
    if context.ctx:
        raise Stopped("mremap_userfaultfd_complete() of an area with userfaultfd")


def mremap_userfaultfd_fail(state: State, context: Any) -> None:
    """Say that a range was not moved after all.

    Keeps: as ``mremap_userfaultfd_complete()``. Drops: as ``mremap_userfaultfd_complete()``.
    """
    if context.ctx:
        raise Stopped("mremap_userfaultfd_fail() of an area with userfaultfd")


def userfaultfd_unmap_complete(state: State, mm: Mm, removed: Any) -> None:
    """Say that ranges were unmapped.

    Keeps: that nobody is told of areas that are not reported on: the unmapping of others stops the
    run. Drops: nothing.
    """


def vma_has_uffd_without_event_remap(state: State, vma: Vma) -> bool:
    """Tell whether an area is reported on, but not that it is moved.

    Keeps: that it is not, for an area that is not reported on. Drops: all others, which stop the
    run.
    """
    if userfaultfd_armed(state, vma):
        raise Stopped("vma_has_uffd_without_event_remap() of an area with userfaultfd")
    return False
