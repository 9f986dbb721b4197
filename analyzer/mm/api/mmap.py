"""``linux/mm.h``: areas that are mapped, grown, copied and removed."""

from __future__ import annotations

from typing import Any

from analyzer.errors import FaultKind, KernelFault, Stopped
from analyzer.mm import areas, locking, merge, munmap, placing
from analyzer.mm.api.arguments import Cell, counted
from analyzer.mm.events import EventKind
from analyzer.mm.state import Mm, State, Vma
from analyzer.translate.runtime.nothing import NULL, Null, described

_MAP_FIXED = 0x10


# --- removed ---------------------------------------------------------------------------------


def do_munmap(state: State, mm: Mm, start: int, size: int, *uf: Any) -> int:
    """Remove what is mapped in a range: 0, or a negative errno.

    Takes (mm, start, len) before v4.11, with the list of userfaultfds behind since. Keeps: the
    checks; splits at both ends, and how many areas there may be; entries cleared under their
    locks, one flush, then frames and tables freed; notifiers; what is counted. Drops: that an area
    cannot be allocated; the locks of reverse mapping meanwhile; earlier flushes for dirty pages
    and full batches; areas of hugetlbfs, with userfaultfd or without pages stop the run.
    """
    counted("do_munmap", (mm, start, size, *uf), 3, 4)
    _of(mm)
    return munmap.munmap(state, start, size).error


def __do_munmap(state: State, mm: Mm, start: int, size: int, uf: Any, downgrade: int) -> int:
    """Remove what is mapped in a range: 0, 1 if the lock was downgraded, or a negative errno.

    Keeps: as ``do_munmap()``; that mmap_lock is held for reading only while pages go, except below
    a stack, as since v5.8. Drops: as ``do_munmap()``.
    """
    _of(mm)
    done = munmap.munmap(state, start, size, downgrade=bool(downgrade))
    return done.error or int(done.downgraded)


def do_mas_munmap(
    state: State, mas: Any, mm: Mm, start: int, size: int, uf: Any, downgrade: int
) -> int:
    """Remove what is mapped in a range: as ``__do_munmap()``, in the form of v6.1.

    Keeps: as ``__do_munmap()``; where the iteration stands then. Drops: as ``do_munmap()``.
    """
    _of(mm)
    done = munmap.munmap(state, start, size, downgrade=bool(downgrade))
    if done.found:
        mas.index, mas.last = start, start + _whole(state, size) - 1
    return done.error or int(done.downgraded)


def do_vmi_munmap(
    state: State, vmi: Any, mm: Mm, start: int, size: int, uf: Any, unlock: int
) -> int:
    """Remove what is mapped in a range: 0, or a negative errno; in the form since v6.3.

    Keeps: as ``do_munmap()``; that with ``unlock`` mmap_lock is downgraded, and not held any more
    unless it failed; where the iteration stands then. Drops: as ``do_munmap()``; that the lock is
    downgraded below a stack as well.
    """
    _of(mm)
    done = munmap.munmap(state, start, size, downgrade=bool(unlock))
    if done.found:
        vmi.mas.index, vmi.mas.last = start, start + _whole(state, size) - 1
    if unlock and not done.error:
        locking.release(state, mm.mmap_lock, shared=done.downgraded)
    return done.error


def _whole(state: State, size: int) -> int:
    page = state.geometry.page_size
    return size + page - 1 & -page


def _of(mm: Any) -> None:
    if isinstance(mm, Null):
        raise KernelFault(FaultKind.NULL, "read of member mmap through a null pointer")


# --- split, grown, merged --------------------------------------------------------------------


def split_vma(state: State, owner: Any, vma: Vma, address: int, new_below: int) -> int:
    """Make two areas of one: 0, or -ENOMEM.

    Takes (mm, vma, address, new_below) up to v6.2, an iteration before vma since. Keeps: how many
    areas there may be; which of the two is the new one; a huge page that lies on both sides is
    split. Drops: that an area cannot be allocated; the locks of reverse mapping meanwhile.
    """
    return merge.split_counted(state, vma, address, new_below=bool(new_below))


def vma_adjust(
    state: State, vma: Vma, start: int, end: int, pgoff: int, insert: Any, *expand: Any
) -> int:
    """Give an area other bounds: 0.

    Keeps: the bounds. Drops: the locks of reverse mapping meanwhile; that it cannot fail; an area
    to be put in, or one that would have to give way, stops the run.
    """
    counted("vma_adjust", (vma, start, end, pgoff, insert, *expand), 5)
    if insert:
        raise Stopped("vma_adjust() with an area to put in")
    merge.adjust(state, vma, start, end, pgoff)
    return 0


def vma_merge(state: State, mm: Mm, prev: Any, start: int, end: int, *wanted: Any) -> object:
    """Map a range by growing a neighbour, or by making one of both; NULL where none can.

    Takes (mm, prev, start, end, flags, anon_vma, file, pgoff, policy), with the context of
    userfaultfd behind since v4.3, and the name since v5.17. Keeps: flags but for soft-dirty, file,
    offset and ``anon_vma`` must fit; which area stays. Drops: policies and names; the locks of
    reverse mapping meanwhile; a range that is mapped already stops the run.
    """
    counted("vma_merge", (mm, prev, start, end, *wanted), 9, 10, 11)
    flags, anon, file, pgoff, *others = wanted
    if areas.overlapping(state, start, end) is not None:
        raise Stopped("vma_merge() of a range that is mapped")
    _check_plain(others)
    upper = prev.vm_next if prev else mm.mmap
    found = merge.merge(state, merge.Wanted(start, end, flags, anon, file, pgoff), prev, upper)
    return NULL if found is None else found


def vma_merge_extend(state: State, vmi: Any, vma: Vma, delta: int) -> object:
    """Grow an area upwards by so many bytes, over a neighbour that fits as well; NULL: it cannot.

    Keeps: as ``vma_merge()``. Drops: as ``vma_merge()``.
    """
    end = vma.vm_end + delta
    if areas.overlapping(state, vma.vm_end, end) is not None:
        raise Stopped("vma_merge_extend() over a range that is mapped")
    pgoff = vma.vm_pgoff + areas.pages_of(vma)
    wanted = merge.Wanted(vma.vm_end, end, vma.vm_flags, vma.anon_vma, vma.vm_file, pgoff)
    found = merge.merge(state, wanted, vma, vma.vm_next)
    return NULL if found is None else found


def copy_vma(
    state: State, area: Cell, start: int, size: int, pgoff: int, need: Cell, *keep_source: Any
) -> object:
    """Map a range like an area, in a neighbour or on its own; NULL where it is mapped already.

    Takes (&vma, address, len, pgoff, &need_rmap_locks), and in some kernels whether the source
    stays. Keeps: the offset of what was not faulted in yet; which neighbour takes it; file and
    ``anon_vma`` shared; the source, if it became a part of another area; need_rmap_locks. Drops:
    that an area cannot be allocated; vm_ops->open; the locks of reverse mapping meanwhile.
    """
    counted("copy_vma", (area, start, size, pgoff, need, *keep_source), 5, 6)
    keep = any(keep_source)
    source: Any = area[0]
    done = merge.copy(state, source, start, size, pgoff, keep_source=keep)
    if done is None:
        return NULL
    area[0] = done.source
    need[0] = int(done.need_rmap_locks)
    return done.area


def _check_plain(others: list[Any]) -> None:
    """Raise Stopped for a policy, a context of userfaultfd or a name that is none."""
    for one in others:
        if not isinstance(one, Null) and getattr(one, "ctx", one):
            raise Stopped(f"vma_merge() is given {described(one)} for nothing")


# --- where they go ---------------------------------------------------------------------------


def get_unmapped_area(
    state: State, file: Any, address: int, size: int, pgoff: int, flags: int
) -> int:
    """Return where an area may go: an address, or a negative errno.

    Keeps: what MAP_FIXED is checked for; a hint, if there is room; else what the machine at hand
    chose, or the highest hole; the gap below a stack. Drops: the lowest address that is allowed;
    alignment for huge pages and caches; file systems that choose for themselves.
    """
    if flags & _MAP_FIXED:
        found = placing.fixed(state, address, size)
    else:
        found = placing.free_place(state, address, size)
    return found & state.geometry.word_mask


def mm_populate(state: State, start: int, size: int) -> int:
    """Fault the pages of a range in: 0.

    Keeps: the range; that the address space must not be locked. Drops: the pages.
    """
    locking.acquire(state, state.mmap_lock, shared=True)
    state.note(EventKind.AREA, "populate", start, start + size)
    locking.release(state, state.mmap_lock, shared=True)
    return 0
