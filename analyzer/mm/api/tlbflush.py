"""``asm/tlbflush.h``, ``asm/cacheflush.h``: translations and caches."""

from __future__ import annotations

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import tlb
from analyzer.mm.state import Mm, State, Vma
from analyzer.translate.runtime.nothing import Null
from analyzer.translate.runtime.pointers import Pointer


def flush_tlb_range(state: State, vma: Vma, start: int, end: int) -> None:
    """Drop all translations of a range of addresses, in bytes, on all processors.

    Keeps: the range, which page-walk caches are flushed with. Drops: how it is done: which
    processors, whether all is flushed because the range is long.
    """
    _mm_of(vma)
    # TLB, EVENT
    tlb.flush(state, start, end)


def flush_pmd_tlb_range(state: State, vma: Vma, start: int, end: int) -> None:
    """Drop all translations of a range that huge pages map.

    Keeps: as ``flush_tlb_range()``. Drops: as ``flush_tlb_range()``.
    """
    flush_tlb_range(state, vma, start, end)


def flush_pud_tlb_range(state: State, vma: Vma, start: int, end: int) -> None:
    """Drop all translations of a range that huge pages of the next size map.

    Keeps: as ``flush_tlb_range()``. Drops: as ``flush_tlb_range()``.
    """
    flush_tlb_range(state, vma, start, end)


def flush_tlb_page(state: State, vma: Vma, address: int) -> None:
    """Drop the translation of one page.

    Keeps: its address. Drops: as ``flush_tlb_range()``.
    """
    _mm_of(vma)
    start = address & -state.geometry.page_size
    # TLB, EVENT
    tlb.flush(state, start, start + state.geometry.page_size)


def flush_tlb_mm(state: State, mm: Mm) -> None:
    """Drop all translations of the address space.

    Keeps: that all go. Drops: as ``flush_tlb_range()``.
    """
    # TLB, EVENT
    tlb.flush(state, 0, state.geometry.word_mask + 1)


def flush_tlb_batched_pending(state: State, mm: Mm) -> None:
    """Flush what reclaim put off.

    Keeps: nothing. Drops: reclaim, which is what puts flushes off; so its absence is not seen.
    """


def flush_cache_range(state: State, vma: Vma, start: int, end: int) -> None:
    """Write back caches of a range of addresses.

    Keeps: nothing. Drops: caches that are found by virtual addresses.
    """


def flush_cache_page(state: State, vma: Vma, address: int, frame: int) -> None:
    """Write back caches of a page.

    Keeps: nothing. Drops: caches that are found by virtual addresses.
    """


def update_mmu_cache(state: State, vma: Vma, address: int, pte: Pointer) -> None:
    """Load a translation beforehand.

    Keeps: nothing. Drops: machines that do so.
    """


def _mm_of(vma: Vma) -> None:
    # The flush is one of the area's address space: without an area it dies.
    if isinstance(vma, Null):
        raise KernelFault(FaultKind.NULL, "read of member vm_mm through a null pointer")
