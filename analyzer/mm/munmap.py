"""Areas, and what is mapped in them, are removed (``do_munmap`` and its forms)."""

from __future__ import annotations

from errno import EINVAL, ENOMEM, EPERM
from typing import NamedTuple

from analyzer.errors import Stopped
from analyzer.mm import accounting, areas, locking, merge, zap
from analyzer.mm.events import EventKind
from analyzer.mm.state import State, Vma
from analyzer.mm.vmflags import (
    UFFD,
    VM_ACCOUNT,
    VM_GROWSDOWN,
    VM_HUGETLB,
    VM_LOCKED,
    VM_PFNMAP,
    VM_SEALED,
)

# What areas may be of that the model cannot take apart.
_UNMODELLED = {
    VM_HUGETLB: "is one of hugetlbfs",
    VM_PFNMAP: "maps memory without pages",
    UFFD: "has userfaultfd",
}


class Unmapped(NamedTuple):
    """What came of it: ``error`` is 0 or a negative errno.

    ``found``: there was an area; ``downgraded``: mmap_lock is held for reading now.
    """

    error: int
    found: bool = False
    downgraded: bool = False


def munmap(state: State, start: int, size: int, *, downgrade: bool = False) -> Unmapped:
    """Remove what is mapped from ``start`` on, ``size`` bytes up to a whole page.

    ``downgrade``: hold mmap_lock for reading only while pages go, except beside a stack, which
    could grow meanwhile.
    """
    page, task_size = state.geometry.page_size, state.geometry.task_size
    # LOCKS
    locking.mmap_lock_held(state, "areas are removed")
    if start & (page - 1) or start > task_size or size > task_size - start:
        return Unmapped(-EINVAL)
    end = start + (size + page - 1 & -page)
    if end == start:
        return Unmapped(-EINVAL)
    if areas.overlapping(state, start, end) is None:
        return Unmapped(0)
    # EFFECT
    error = _cut_out(state, start, end)
    if error:
        return Unmapped(error)
    first = areas.first_above(state, start)
    return _removed(state, first, (start, end), downgrade=downgrade)


def _cut_out(state: State, start: int, end: int) -> int:
    """Split areas at both ends: 0, or what forbids it."""
    vma = state.vmas[areas.first_above(state, start)]
    if start > vma.vm_start:
        # One more area than before is left; more than that are not forbidden in between.
        if end < vma.vm_end and state.mm.map_count >= state.limits.areas:
            return -ENOMEM
        if vma.vm_flags & VM_SEALED:
            return -EPERM
        merge.split(state, vma, start, new_below=False)
    at = areas.first_above(state, start)
    while at < len(state.vmas) and state.vmas[at].vm_start < end:
        vma = state.vmas[at]
        if vma.vm_flags & VM_SEALED:
            return -EPERM
        _check_modelled(vma)
        if vma.vm_end > end:
            merge.split(state, vma, end, new_below=True)
        at += 1
    return 0


def _check_modelled(vma: Vma) -> None:
    for flags, what in _UNMODELLED.items():
        if vma.vm_flags & flags:
            raise Stopped(f"do_munmap() of an area that {what}")


def _removed(state: State, first: int, bounds: tuple[int, int], *, downgrade: bool) -> Unmapped:
    """Take the areas out, then what they map, then what they count for."""
    start, end = bounds
    last = first
    while last < len(state.vmas) and state.vmas[last].vm_start < end:
        last += 1
    gone = areas.remove(state, first, last - first)
    _count_locked(state, gone)
    for vma in gone:
        state.note(EventKind.AREA, "unmap", vma.vm_start, vma.vm_end)
    above = state.vmas[first] if first < len(state.vmas) else None
    below = state.vmas[first - 1] if first else None
    downgraded = downgrade and not (above is not None and above.vm_flags & VM_GROWSDOWN)
    if downgraded:
        locking.downgrade(state, state.mmap_lock)
    floor = 0 if below is None else below.vm_end
    ceiling = 0 if above is None else above.vm_start
    zap.unmap_region(state, gone, start, end, floor, ceiling)
    _count_out(state, gone)
    return Unmapped(0, found=True, downgraded=downgraded)


def _count_locked(state: State, gone: list[Vma]) -> None:
    locked = sum(areas.pages_of(one) for one in gone if one.vm_flags & VM_LOCKED)
    if locked:
        state.mm.locked_vm -= locked


def _count_out(state: State, gone: list[Vma]) -> None:
    """The pages of areas are mapped no more, nor promised (``remove_vma_list``)."""
    mm = state.mm
    mm.hiwater_vm = max(mm.hiwater_vm, mm.total_vm)
    promised = sum(areas.pages_of(one) for one in gone if one.vm_flags & VM_ACCOUNT)
    accounting.count_total(state, -sum(areas.pages_of(one) for one in gone))
    accounting.commit(state, -promised)
    for vma in gone:
        merge.free(vma)
