"""``linux/mm.h``, ``linux/rmap.h``: areas that are found, and what their members say."""

from __future__ import annotations

from typing import Any

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import areas, locking, merge
from analyzer.mm.api.arguments import Cell
from analyzer.mm.state import Mm, State, Vma
from analyzer.mm.vmflags import VM_SEALED
from analyzer.translate.runtime.nothing import NULL, Null

_WORD = (1 << 64) - 1


# --- found -----------------------------------------------------------------------------------


def find_vma(state: State, mm: Mm, address: int) -> object:
    """Return the first area that ends above an address, NULL for none.

    Keeps: areas in order; that the address space is locked. Drops: the cache of areas found.
    """
    _looked_up(state, mm)
    return _at(state, areas.first_above(state, address))


def find_vma_prev(state: State, mm: Mm, address: int, before: Cell) -> object:
    """Return what ``find_vma()`` does; the area below goes where the last argument points.

    Keeps: as ``find_vma()``. Drops: nothing.
    """
    _looked_up(state, mm)
    at = areas.first_above(state, address)
    before[0] = _at(state, at - 1)
    return _at(state, at)


def find_vma_intersection(state: State, mm: Mm, start: int, end: int) -> object:
    """Return the first area that has addresses of a range, NULL for none.

    Keeps: as ``find_vma()``. Drops: nothing.
    """
    _looked_up(state, mm)
    found = areas.overlapping(state, start, end)
    return NULL if found is None else found


def vma_lookup(state: State, mm: Mm, address: int) -> object:
    """Return the area that an address lies in, NULL for none.

    Keeps: as ``find_vma()``. Drops: nothing.
    """
    _looked_up(state, mm)
    found = areas.area_of(state, address)
    return NULL if found is None else found


def vma_iter_init(state: State, vmi: Any, mm: Mm, address: int) -> None:
    """Begin an iteration over areas at an address.

    Keeps: where it begins. Drops: the tree that it goes over.
    """
    vmi.mas.index = vmi.mas.last = address


def vma_next(state: State, vmi: Any) -> object:
    """Return the next area of an iteration, the first at or above where it began; NULL for none.

    Keeps: the order, and where the iteration stands then. Drops: the tree that it goes over.
    """
    index, last = vmi.mas.index, vmi.mas.last
    # One that stands on an area or a hole has its whole range; one that just began, an address.
    return _iterated(state, vmi, areas.first_above(state, index if index == last else last + 1))


def vma_prev(state: State, vmi: Any) -> object:
    """Return the area below where an iteration stands; NULL for none.

    Keeps: as ``vma_next()``. Drops: as ``vma_next()``.
    """
    return _iterated(state, vmi, areas.first_above(state, vmi.mas.index) - 1)


def _looked_up(state: State, mm: Any) -> None:
    if isinstance(mm, Null):
        raise KernelFault(FaultKind.NULL, "read of member mmap through a null pointer")
    locking.mmap_lock_held(state, "areas are looked up", exclusive=False)


def _at(state: State, at: int) -> object:
    return state.vmas[at] if 0 <= at < len(state.vmas) else NULL


def _iterated(state: State, vmi: Any, at: int) -> object:
    found: Any = _at(state, at)
    if found is not NULL:
        vmi.mas.index, vmi.mas.last = found.vm_start, found.vm_end - 1
    return found


# --- what they say ---------------------------------------------------------------------------


def vma_start_write(state: State, vma: Vma) -> None:
    """Keep faults out of an area.

    Keeps: that the address space is locked for writing. Drops: the lock of one area, as all are
    let go with the address space.
    """
    locking.mmap_lock_held(state, "an area is locked for a change")


def vm_flags_init(state: State, vma: Vma, flags: int) -> None:
    """Give an area its flags.

    Keeps: the flags. Drops: nothing.
    """
    vma.vm_flags = flags & _WORD


def vm_flags_set(state: State, vma: Vma, flags: int) -> None:
    """Set flags of an area.

    Keeps: the flags; that the address space is locked for writing. Drops: the lock of one area.
    """
    vma_start_write(state, vma)
    vma.vm_flags |= flags & _WORD


def vm_flags_clear(state: State, vma: Vma, flags: int) -> None:
    """Take flags of an area away.

    Keeps: as ``vm_flags_set()``. Drops: as ``vm_flags_set()``.
    """
    vma_start_write(state, vma)
    vma.vm_flags &= ~flags & _WORD


def vm_flags_mod(state: State, vma: Vma, more: int, less: int) -> None:
    """Set some flags of an area and take others away.

    Keeps: as ``vm_flags_set()``. Drops: as ``vm_flags_set()``.
    """
    vma_start_write(state, vma)
    vma.vm_flags = (vma.vm_flags | more) & ~less & _WORD


def can_modify_vma(state: State, vma: Vma) -> bool:
    """Tell whether an area may be changed at all: whether it is not sealed.

    Keeps: its flag. Drops: nothing.
    """
    return not vma.vm_flags & VM_SEALED


def can_modify_mm(state: State, mm: Mm, start: int, end: int) -> bool:
    """Tell whether no area of a range is sealed.

    Keeps: their flags. Drops: nothing.
    """
    return not any(
        one.vm_start < end and start < one.vm_end and one.vm_flags & VM_SEALED for one in state.vmas
    )


def unlink_anon_vmas(state: State, vma: Vma) -> None:
    """Say that an area has no pages of its ``anon_vma`` any more.

    Keeps: that it has none then. Drops: the lists of areas; who else uses the ``anon_vma``.
    """
    merge.unlink_anon(state, vma)
