"""Where in the address space an area may stand (``get_unmapped_area``)."""

from __future__ import annotations

from errno import EINVAL, ENOMEM

from analyzer.errors import Stopped
from analyzer.mm import areas
from analyzer.mm.state import State, Vma
from analyzer.mm.vmflags import VM_GROWSDOWN

# Pages that stay free below a stack (stack_guard_gap).
_GUARD = 256


def fixed(state: State, address: int, size: int) -> int:
    """An address that the caller fixes, or a negative errno; what stands there is not looked at."""
    end = state.geometry.task_size
    if size > end or address > end - size:
        return -ENOMEM
    return -EINVAL if address & (state.geometry.page_size - 1) else address


def free_place(state: State, hint: int, size: int) -> int:
    """Where an area of so many bytes goes: the address, or a negative errno.

    ``state.chosen`` is what the machine at hand chose. Without it the hint is taken if there is
    room, else the highest hole. Raises Stopped for a choice that is no hole.
    """
    end = state.geometry.task_size
    if size > end:
        return -ENOMEM
    if state.chosen is not None:
        return _checked(state, state.chosen, size)
    page = state.geometry.page_size
    hint = hint + page - 1 & -page
    if hint and hint <= end - size and _is_free(state, hint, size):
        return hint
    return _highest(state, size)


def _checked(state: State, chosen: int, size: int) -> int:
    taken = chosen >= 0 and areas.overlapping(state, chosen, chosen + size)
    if taken:
        raise Stopped(
            f"the address {chosen:#x} was chosen for a new area, and another stands there"
        )
    return chosen if chosen < 0 else fixed(state, chosen, size)


def _highest(state: State, size: int) -> int:
    """The last hole that is large enough; address 0 is none."""
    end = state.geometry.task_size
    for vma in reversed(state.vmas):
        if end - size >= vma.vm_end:
            return end - size
        end = _begin(state, vma)
    return end - size if end - size > 0 else -ENOMEM


def _is_free(state: State, start: int, size: int) -> bool:
    at = areas.first_above(state, start)
    return at == len(state.vmas) or start + size <= _begin(state, state.vmas[at])


def _begin(state: State, vma: Vma) -> int:
    """The first address that an area needs for itself (``vm_start_gap``)."""
    if not vma.vm_flags & VM_GROWSDOWN:
        start: int = vma.vm_start
        return start
    return max(0, vma.vm_start - _GUARD * state.geometry.page_size)
