"""``linux/ksm.h``, ``linux/mempolicy.h``, ``linux/uaccess.h``, ``asm``: who is told of a move."""

from __future__ import annotations

from typing import Any

from analyzer.errors import Stopped
from analyzer.mm.api.arguments import Cell
from analyzer.mm.state import Mm, State, Vma
from analyzer.mm.vmflags import VM_MERGEABLE
from analyzer.translate.runtime.nothing import NULL

_MADV_UNMERGEABLE = 13


def ksm_madvise(state: State, vma: Vma, start: int, end: int, advice: int, flags: Cell) -> int:
    """Part the pages that KSM has merged: 0.

    Keeps: the flag, which is taken out of the copy. Drops: pages that KSM has merged; all advice
    but MADV_UNMERGEABLE, which stops the run.
    """
    if advice != _MADV_UNMERGEABLE:
        raise Stopped("ksm_madvise() with another advice than MADV_UNMERGEABLE")
    kept: Any = flags[0]
    flags[0] = kept & ~VM_MERGEABLE
    return 0


def vma_policy(state: State, vma: Vma) -> object:
    """Return the memory policy of an area: NULL.

    Keeps: nothing. Drops: memory policies.
    """
    return NULL


def anon_vma_name(state: State, vma: Vma) -> object:
    """Return the name of anonymous memory: NULL.

    Keeps: nothing. Drops: names.
    """
    return NULL


def get_fo_extend(state: State, file: object) -> object:
    """Return the file operations that RHEL 7 has beside the file's own: NULL.

    Keeps: nothing. Drops: files that want to know that they are moved.
    """
    return NULL


def untagged_addr(state: State, address: int) -> int:
    """Return an address without its tag.

    Keeps: the address. Drops: tags.
    """
    return address


def arch_remap(
    state: State, mm: Mm, old_start: int, old_end: int, new_start: int, new_end: int
) -> None:
    """Say that a range was moved.

    Keeps: nothing. Drops: architectures that look for their vDSO.
    """


def untrack_pfn_moved(state: State, vma: Vma) -> None:
    """Say that memory without pages was moved away from an area.

    Keeps: nothing. Drops: the tracking of such memory, so it stops the run.
    """
    raise Stopped("untrack_pfn_moved() of an area that maps memory without pages")


def untrack_pfn_clear(state: State, vma: Vma) -> None:
    """Say that memory without pages was moved away from an area.

    Keeps: nothing. Drops: the tracking of such memory, so it stops the run.
    """
    raise Stopped("untrack_pfn_clear() of an area that maps memory without pages")
