"""Areas that are split, grown, merged with a neighbour, and copied to another place.

What the kernel does meanwhile under the locks of reverse mapping is one step here.
"""

from __future__ import annotations

from errno import ENOMEM
from typing import Any, NamedTuple

from analyzer.errors import Stopped
from analyzer.mm import areas, huge, locking, pgtable, reports
from analyzer.mm.entry import Kind
from analyzer.mm.events import EventKind
from analyzer.mm.state import AnonVma, File, GoneVma, State, Vma, entry_at
from analyzer.mm.vmflags import SPECIAL, VM_SOFTDIRTY
from analyzer.translate.runtime.nothing import NULL, Null
from analyzer.translate.runtime.pointers import Pointer

_AREA = EventKind.AREA


class Wanted(NamedTuple):
    """A range that is to be mapped: addresses in bytes, ``pgoff`` in pages."""

    start: int
    end: int
    flags: int
    anon: AnonVma | Null
    file: File | Null
    pgoff: int


# --- split -----------------------------------------------------------------------------------


def split(state: State, vma: Vma, address: int, *, new_below: bool) -> None:
    """Make two areas of one (``__split_vma``). ``new_below``: the new one is the lower.

    A huge page that lies on both sides is split first.
    """
    # LOCKS
    locking.mmap_lock_held(state, "an area is split")
    locking.may_sleep(state, "the split of an area")
    # EFFECT
    _split_huge(state, vma, address)
    start, end = vma.vm_start, vma.vm_end
    lower = (address - start) >> state.geometry.page_shift
    if new_below:
        new = areas.alike(vma, start, address, vma.vm_pgoff)
        vma.vm_start = address
        vma._pgoff += lower
    else:
        new = areas.alike(vma, address, end, vma.vm_pgoff + lower)
        vma.vm_end = address
    areas.insert(state, new)
    # EVENT
    state.note(_AREA, "split", start, end, address)


def split_counted(state: State, vma: Vma, address: int, *, new_below: bool) -> int:
    """Split an area unless there are too many: 0, or -ENOMEM (``split_vma``)."""
    if state.mm.map_count >= state.limits.areas:
        return -ENOMEM
    split(state, vma, address, new_below=new_below)
    return 0


def _split_huge(state: State, vma: Vma, address: int) -> None:
    if address & (state.geometry.pmd_size - 1):
        found = pgtable.find_pmd(state, address)
        if found is not None and entry_at(*found).kind not in (Kind.NONE, Kind.TABLE):
            huge.split_huge_pmd(state, vma, Pointer(*found, None), address)


# --- grown -----------------------------------------------------------------------------------


def adjust(state: State, vma: Vma, start: int, end: int, pgoff: int) -> None:
    """Give an area other bounds, within the holes around it (``vma_adjust``).

    Raises Stopped where a neighbour would have to give way.
    """
    # LOCKS
    locking.mmap_lock_held(state, "an area's bounds are changed")
    locking.may_sleep(state, "a change of an area's bounds")
    # EFFECT
    before = vma.vm_prev is not NULL and start < vma.vm_prev.vm_end
    if before or (vma.vm_next is not NULL and end > vma.vm_next.vm_start) or start >= end:
        raise Stopped(f"an area is to go from {start:#x} to {end:#x}, over another")
    was = vma.vm_start, vma.vm_end
    vma.vm_start, vma.vm_end, vma._pgoff = start, end, pgoff
    # EVENT
    state.note(_AREA, "bounds", *was, start, end)


def merge(state: State, wanted: Wanted, prev: Any, upper: Any) -> Vma | None:
    """Map a hole by growing a neighbour over it, or both as one; None where none can.

    ``prev`` and ``upper`` are the areas below and above, NULL for none (``vma_merge``).
    """
    # LOCKS
    locking.mmap_lock_held(state, "areas are merged")
    locking.may_sleep(state, "a merge of areas")
    if wanted.flags & SPECIAL:
        return None
    # EFFECT
    left = prev is not NULL and _fits_behind(state, prev, wanted)
    right = upper is not NULL and _fits_before(state, upper, wanted)
    if left and right and _anons_fit(prev.anon_vma, upper.anon_vma, None):
        return _joined(state, prev, upper)
    if left:
        return _grown(state, prev, prev.vm_start, wanted.end, prev.vm_pgoff)
    if right:
        pages = (wanted.end - wanted.start) >> state.geometry.page_shift
        return _grown(state, upper, wanted.start, upper.vm_end, upper.vm_pgoff - pages)
    return None


def _grown(state: State, vma: Vma, start: int, end: int, pgoff: int) -> Vma:
    adjust(state, vma, start, end, pgoff)
    return vma


def _joined(state: State, prev: Vma, upper: Vma) -> Vma:
    """One area of two and the hole between them: the lower stays."""
    at = areas.first_above(state, upper.vm_start)
    areas.remove(state, at, 1)
    if prev.anon_vma is NULL:
        prev._anon = upper.anon_vma
    start, end = upper.vm_start, upper.vm_end
    adjust(state, prev, prev.vm_start, end, prev.vm_pgoff)
    state.note(_AREA, "merged", start, end)
    free(upper)
    return prev


def free(vma: Vma) -> None:
    """Nobody may look at an area any more (``vm_area_free``)."""
    vma.__class__ = GoneVma  # type: ignore[assignment]


def _fits_behind(state: State, vma: Vma, wanted: Wanted) -> bool:
    """Whether an area can grow upwards over a range (``can_vma_merge_after``)."""
    pages = areas.pages_of(vma)
    return (
        vma.vm_end == wanted.start
        and vma.vm_pgoff + pages == wanted.pgoff
        and _is_like(vma, wanted)
    )


def _fits_before(state: State, vma: Vma, wanted: Wanted) -> bool:
    """Whether an area can grow downwards over a range (``can_vma_merge_before``)."""
    pages = (wanted.end - wanted.start) >> state.geometry.page_shift
    return (
        vma.vm_start == wanted.end
        and vma.vm_pgoff == wanted.pgoff + pages
        and _is_like(vma, wanted)
    )


def _is_like(vma: Vma, wanted: Wanted) -> bool:
    return (
        not (vma.vm_flags ^ wanted.flags) & ~VM_SOFTDIRTY
        and vma.vm_file is wanted.file
        and _anons_fit(wanted.anon, vma.anon_vma, vma)
    )


def _anons_fit(one: Any, other: Any, vma: Vma | None) -> bool:
    """Whether pages of two ``anon_vma`` may lie in one area (``is_mergeable_anon_vma``).

    An area that has none yet takes no pages of one: its list of them is empty, not of one.
    """
    if (one is NULL or other is NULL) and (vma is None or vma.anon_vma is not NULL):
        return True
    return one is other


# --- copied ----------------------------------------------------------------------------------


class Copied(NamedTuple):
    """Where an area was copied to; ``source`` is where it stands now: a merge may have taken it."""

    area: Vma
    source: Vma
    need_rmap_locks: bool


def copy(
    state: State, vma: Vma, start: int, size: int, pgoff: int, *, keep_source: bool
) -> Copied | None:
    """Map a range like an area, in a neighbour or on its own (``copy_vma``); None: it is taken."""
    unfaulted = areas.is_anonymous(vma) and vma.anon_vma is NULL
    if unfaulted:
        # Nothing is mapped yet, so it may as well look as if it had been made there.
        pgoff = start >> state.geometry.page_shift
    end, source = start + size, (vma.vm_start, vma.vm_end)
    if areas.overlapping(state, start, end) is not None:
        return None
    at = areas.first_above(state, start)
    prev = state.vmas[at - 1] if at else NULL
    upper = state.vmas[at] if at < len(state.vmas) else NULL
    if unfaulted and keep_source:
        prev = NULL if prev is vma else prev
        upper = NULL if upper is vma else upper
    wanted = Wanted(start, end, vma.vm_flags, vma.anon_vma, vma.vm_file, pgoff)
    merged = merge(state, wanted, prev, upper)
    if merged is None:
        return Copied(_new(state, vma, start, end, pgoff), vma, need_rmap_locks=False)
    if merged.vm_start <= source[0] < merged.vm_end:
        if not unfaulted or keep_source:
            reports.bug("an area is merged with what its pages are moved to")
        vma = merged
    return Copied(merged, vma, merged.vm_pgoff <= vma.vm_pgoff)


def _new(state: State, vma: Vma, start: int, end: int, pgoff: int) -> Vma:
    """A new area like another one, and of its ``anon_vma``."""
    # LOCKS
    locking.mmap_lock_held(state, "an area is made")
    locking.may_sleep(state, "the allocation of an area")
    # EFFECT
    new = areas.alike(vma, start, end, pgoff)
    areas.insert(state, new)
    # EVENT
    numbers = areas.file_number(new), pgoff, areas.anon_number(new)
    state.note(_AREA, "new", start, end, new.vm_flags, *numbers)
    return new


def unlink_anon(state: State, vma: Vma) -> None:
    """An area has no pages of its ``anon_vma`` any more (``unlink_anon_vmas``)."""
    if vma.anon_vma is not NULL:
        vma.anon_vma = NULL
