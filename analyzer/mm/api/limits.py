"""``linux/mman.h``, ``linux/security.h``, ``linux/capability.h``: what a process may have."""

from __future__ import annotations

from errno import EAGAIN
from typing import Any

from analyzer.errors import Stopped
from analyzer.mm import accounting
from analyzer.mm.api.arguments import counted
from analyzer.mm.state import Mm, State
from analyzer.translate.runtime.nothing import described

_RLIMIT_MEMLOCK, _RLIMIT_AS = 8, 9


def may_expand_vm(state: State, mm: Mm, *arguments: Any) -> bool:
    """Tell whether so many pages more may be mapped.

    Takes (mm, npages) before v4.5, (mm, flags, npages) since. Keeps: RLIMIT_AS. Drops: RLIMIT_DATA.
    """
    counted("may_expand_vm", (mm, *arguments), 2, 3)
    return accounting.may_expand(state, _pages("may_expand_vm", arguments[-1]))


def vm_stat_account(state: State, mm: Mm, flags: int, *arguments: Any) -> None:
    """Count so many pages more, or less, as mapped.

    Takes (mm, flags, file, pages) before v4.5, (mm, flags, pages) since. Keeps: their total. Drops:
    what they are: data, code, a stack.
    """
    counted("vm_stat_account", (mm, flags, *arguments), 3, 4)
    accounting.count_total(state, _signed(state, _pages("vm_stat_account", arguments[-1])))


def vm_acct_memory(state: State, pages: int) -> None:
    """Promise so many pages more.

    Keeps: the count. Drops: that it is kept for each processor.
    """
    accounting.commit(state, _signed(state, pages))


def vm_unacct_memory(state: State, pages: int) -> None:
    """Take back the promise of so many pages.

    Keeps: the count. Drops: that it is kept for each processor.
    """
    accounting.commit(state, -_signed(state, pages))


def security_vm_enough_memory_mm(state: State, mm: Mm, pages: int) -> int:
    """Promise so many pages more if there is memory for them: 0, or -ENOMEM.

    Keeps: what overcommit leaves; the count. Drops: security modules; how much memory there is.
    """
    return accounting.promise(state, _signed(state, pages))


def mlock_future_check(state: State, mm: Mm, flags: int, size: int) -> int:
    """Tell whether an area of such flags may have so many bytes more: 0, or -EAGAIN.

    Keeps: RLIMIT_MEMLOCK. Drops: who may lock without limit.
    """
    return 0 if accounting.may_lock(state, flags, size) else -EAGAIN


def mlock_future_ok(state: State, mm: Mm, flags: int, size: int) -> bool:
    """Tell whether an area of such flags may have so many bytes more.

    Keeps: RLIMIT_MEMLOCK. Drops: who may lock without limit.
    """
    return accounting.may_lock(state, flags, size)


def rlimit(state: State, which: int) -> int:
    """Return a limit of the process: bytes, or all ones for none.

    Keeps: RLIMIT_MEMLOCK and RLIMIT_AS. Drops: all others, which stop the run.
    """
    if which == _RLIMIT_MEMLOCK:
        return accounting.memlock_limit(state)
    if which == _RLIMIT_AS:
        return accounting.space_limit(state)
    raise Stopped(f"rlimit({described(which)}) is not modelled")


def capable(state: State, capability: int) -> bool:
    """Tell whether the process may do what others may not: it may not.

    Keeps: a process without privileges, or one without limits. Drops: all capabilities.
    """
    return False


def _pages(name: str, pages: Any) -> int:
    if not isinstance(pages, int):
        raise Stopped(f"{name}() is given {described(pages)} for pages")
    return pages


def _signed(state: State, pages: int) -> int:
    """Return what C passes for a ``long``."""
    word = state.geometry.word
    pages &= state.geometry.word_mask
    return pages - (pages >> (word - 1) << word)
