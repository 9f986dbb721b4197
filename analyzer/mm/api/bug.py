"""``asm-generic/bug.h``, ``linux/mmdebug.h``: what must never be so."""

from __future__ import annotations

from typing import Any

from analyzer.mm import reports
from analyzer.mm.api.reporting import site
from analyzer.mm.state import State


def WARN_ON(state: State, condition: int) -> bool:
    """Report a condition that holds, each time, and return it.

    Keeps: the report, and its place among the events. Drops: what it prints; panic_on_warn.
    """
    if condition:
        # EVENT
        reports.warn(state)
        return True
    return False


def WARN_ON_ONCE(state: State, condition: int) -> bool:
    """Report a condition that holds, once a place in the C and run, and return it.

    Keeps: the report, once a run. Drops: that it is once since the machine started.
    """
    if condition:
        # EVENT
        reports.warn_once(state, site(2))
        return True
    return False


def WARN(state: State, condition: int, *message: Any) -> bool:
    """Report a condition that holds, each time, and return it.

    Keeps: as ``WARN_ON()``. Drops: the message.
    """
    return WARN_ON(state, condition)


def WARN_ONCE(state: State, condition: int, *message: Any) -> bool:
    """Report a condition that holds, once a place in the C and run, and return it.

    Keeps: as ``WARN_ON_ONCE()``. Drops: the message.
    """
    if condition:
        # EVENT
        reports.warn_once(state, site(2))
        return True
    return False


def VM_WARN_ON(state: State, condition: int) -> bool:
    """Report a condition that holds, as a kernel with CONFIG_DEBUG_VM does.

    Keeps: as ``WARN_ON()``. Drops: kernels without CONFIG_DEBUG_VM, which say nothing.
    """
    return WARN_ON(state, condition)


def VM_WARN_ON_ONCE(state: State, condition: int) -> bool:
    """Report a condition that holds, once, as a kernel with CONFIG_DEBUG_VM does.

    Keeps: as ``WARN_ON_ONCE()``. Drops: kernels without CONFIG_DEBUG_VM, which say nothing.
    """
    if condition:
        # EVENT
        reports.warn_once(state, site(2))
        return True
    return False


def VM_WARN_ONCE(state: State, condition: int, *message: Any) -> bool:
    """Report a condition that holds, once, as a kernel with CONFIG_DEBUG_VM does.

    Keeps: as ``WARN_ON_ONCE()``. Drops: the message; kernels without CONFIG_DEBUG_VM.
    """
    if condition:
        # EVENT
        reports.warn_once(state, site(2))
        return True
    return False


def BUG(state: State) -> None:
    """Die.

    Keeps: that the call ends here. Drops: what it prints.
    """
    reports.bug("BUG()")


def BUG_ON(state: State, condition: int) -> None:
    """Die of a condition that holds.

    Keeps: that the call ends here. Drops: what it prints.
    """
    if condition:
        reports.bug("BUG_ON() of what holds")


def VM_BUG_ON(state: State, condition: int) -> None:
    """Die of a condition that holds, as a kernel with CONFIG_DEBUG_VM does.

    Keeps: as ``BUG_ON()``. Drops: kernels without CONFIG_DEBUG_VM, which go on.
    """
    if condition:
        reports.bug("VM_BUG_ON() of what holds")


def VM_BUG_ON_VMA(state: State, condition: int, vma: Any) -> None:
    """Die of a condition that holds of an area.

    Keeps: as ``VM_BUG_ON()``. Drops: as ``VM_BUG_ON()``.
    """
    VM_BUG_ON(state, condition)


def VM_BUG_ON_MM(state: State, condition: int, mm: Any) -> None:
    """Die of a condition that holds of an address space.

    Keeps: as ``VM_BUG_ON()``. Drops: as ``VM_BUG_ON()``.
    """
    VM_BUG_ON(state, condition)


def VM_BUG_ON_PAGE(state: State, condition: int, page: Any) -> None:
    """Die of a condition that holds of a page.

    Keeps: as ``VM_BUG_ON()``. Drops: as ``VM_BUG_ON()``.
    """
    VM_BUG_ON(state, condition)
