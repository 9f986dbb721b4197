"""Areas of the address space, and the locks of their reverse mappings."""

from __future__ import annotations

from analyzer.mm.state import AnonVma, File, Mapping, State, Vma, VmOperations
from analyzer.translate.runtime.nothing import NULL

# The order of locks (mm/rmap.c): mmap_lock 10, i_mmap 20, anon_vma 30, page tables 40.
_I_MMAP, _ANON_VMA = 20, 30


def make_area(
    state: State, start: int, end: int, flags: int = 0, *, file: bool = False, anon: bool = True
) -> Vma:
    """Map addresses from ``start`` up to ``end``, both in bytes; nothing is written down.

    ``file``: of a file, as page cache or by copies of its pages; ``anon``: it has an ``anon_vma``.
    Raises ValueError for a range that is empty or taken.
    """
    vma = Vma(state.mm, start, end, flags)
    if file:
        vma.vm_file = new_file(state)
        vma.vm_ops = VmOperations()
    else:
        vma.vm_pgoff = start >> state.geometry.page_shift
    if anon:
        vma.anon_vma = new_anon_vma(state)
    return _inserted(state, vma)


def copy_area(state: State, vma: Vma, start: int, end: int) -> Vma:
    """A second area of the same file and ``anon_vma`` (``copy_vma``), from ``start`` up to ``end``.

    Raises ValueError for a range that is empty or taken.
    """
    copy = Vma(state.mm, start, end, vma.vm_flags)
    copy.vm_page_prot = vma.vm_page_prot
    copy.vm_pgoff = vma.vm_pgoff
    copy.vm_file = vma.vm_file
    copy.anon_vma = vma.anon_vma
    copy.vm_ops = vma.vm_ops
    copy.vm_private_data = vma.vm_private_data
    return _inserted(state, copy)


def new_file(state: State) -> File:
    """A file with a mapping of its own, which is locked before ``anon_vma``."""
    state.files_made += 1
    lock = state.lock("i_mmap", "i_mmap lock", state.files_made - 1, _I_MMAP, spins=False)
    return File(Mapping(lock))


def new_anon_vma(state: State) -> AnonVma:
    """An ``anon_vma`` that is its own root."""
    state.anon_vmas_made += 1
    number = state.anon_vmas_made - 1
    return AnonVma(state.lock("anon_vma", "anon_vma lock", number, _ANON_VMA, spins=False))


def area_of(state: State, address: int) -> Vma | None:
    """The area that an address lies in."""
    return next((one for one in state.vmas if one.vm_start <= address < one.vm_end), None)


def is_anonymous(vma: Vma) -> bool:
    """Whether faults in an area are served with new pages (``vma_is_anonymous``)."""
    return vma.vm_ops is NULL


def _inserted(state: State, vma: Vma) -> Vma:
    """Put an area in its place among the others."""
    if vma.vm_start >= vma.vm_end:
        raise ValueError(f"an area from {vma.vm_start:#x} to {vma.vm_end:#x}")
    vmas = state.vmas
    at = len([one for one in vmas if one.vm_start < vma.vm_start])
    if at and vmas[at - 1].vm_end > vma.vm_start:
        raise ValueError(f"{vma.vm_start:#x} lies in another area")
    if at < len(vmas) and vmas[at].vm_start < vma.vm_end:
        raise ValueError(f"{vmas[at].vm_start:#x} lies in another area")
    vmas.insert(at, vma)
    _link(state, at)
    state.mm.map_count += 1
    state.mm.total_vm += (vma.vm_end - vma.vm_start) >> state.geometry.page_shift
    return vma


def _link(state: State, at: int) -> None:
    vmas = state.vmas
    vma = vmas[at]
    if at:
        vma.vm_prev, vmas[at - 1].vm_next = vmas[at - 1], vma
    else:
        state.mm.mmap = vma
    if at + 1 < len(vmas):
        vma.vm_next, vmas[at + 1].vm_prev = vmas[at + 1], vma
