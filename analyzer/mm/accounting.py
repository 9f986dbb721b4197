"""What a process has and may have: pages mapped, locked and promised, and their limits."""

from __future__ import annotations

from errno import ENOMEM

from analyzer.mm.events import EventKind
from analyzer.mm.state import State
from analyzer.mm.vmflags import VM_LOCKED

# What getrlimit() says of no limit, in an unsigned long of 64 bits.
_INFINITY = (1 << 64) - 1


def count_total(state: State, pages: int) -> None:
    """So many pages more are mapped (``vm_stat_account``)."""
    state.mm.total_vm += pages
    if pages:
        state.note(EventKind.ACCOUNT, "total", pages)


def commit(state: State, pages: int) -> None:
    """So many pages more are promised (``vm_acct_memory``)."""
    state.committed += pages
    if pages:
        state.note(EventKind.ACCOUNT, "committed", pages)


def promise(state: State, pages: int) -> int:
    """Promise pages if there is memory for them: 0, or -ENOMEM (``__vm_enough_memory``)."""
    memory = state.limits.memory
    more = state.committed - state.committed_before + pages
    if memory is not None and more > memory >> state.geometry.page_shift:
        return -ENOMEM
    commit(state, pages)
    return 0


def may_expand(state: State, pages: int) -> bool:
    """Whether so many pages more may be mapped, after RLIMIT_AS (``may_expand_vm``)."""
    space = state.limits.space
    # C counts in an unsigned long: what is less than nothing is more than any limit.
    wanted = state.mm.total_vm + (pages & state.geometry.word_mask) & state.geometry.word_mask
    return wanted <= _limit(state, space) >> state.geometry.page_shift


def may_lock(state: State, flags: int, size: int) -> bool:
    """Whether an area of such flags may have so many bytes more (``mlock_future_ok``)."""
    if not flags & VM_LOCKED:
        return True
    shift = state.geometry.page_shift
    return (size >> shift) + state.mm.locked_vm <= _limit(state, state.limits.locked) >> shift


def memlock_limit(state: State) -> int:
    """RLIMIT_MEMLOCK in bytes, all ones for no limit."""
    return _limit(state, state.limits.locked)


def space_limit(state: State) -> int:
    """RLIMIT_AS in bytes, all ones for no limit."""
    return _limit(state, state.limits.space)


def _limit(state: State, limit: int | None) -> int:
    return (_INFINITY if limit is None else limit) & state.geometry.word_mask
