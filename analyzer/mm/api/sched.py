"""``linux/sched.h``, ``linux/kernel.h``, ``linux/rcupdate.h``, ``asm/barrier.h``: the processor."""

from __future__ import annotations

from typing import ClassVar

from analyzer.mm import locking
from analyzer.mm.state import Mm, State


def cond_resched(state: State) -> int:
    """Let others run: 0, nobody did.

    Keeps: that it can sleep, so no spinlock may be held. Drops: that others run.
    """
    locking.may_sleep(state, "cond_resched()")
    return 0


def might_sleep(state: State) -> None:
    """Say that what follows can sleep.

    Keeps: that no spinlock may be held. Drops: nothing.
    """
    locking.may_sleep(state, "might_sleep()")


def rcu_read_lock(state: State) -> None:
    """Begin a read-side section.

    Keeps: nothing. Drops: what waits for its end; that the caller may not sleep in it.
    """


def rcu_read_unlock(state: State) -> None:
    """End a read-side section.

    Keeps: nothing. Drops: as ``rcu_read_lock()``.
    """


def smp_mb(state: State) -> None:
    """Order memory accesses.

    Keeps: nothing. Drops: other processors that see accesses in another order.
    """


def smp_rmb(state: State) -> None:
    """Order reads.

    Keeps: nothing. Drops: as ``smp_mb()``.
    """


def smp_wmb(state: State) -> None:
    """Order writes.

    Keeps: nothing. Drops: as ``smp_mb()``.
    """


def cpu_relax(state: State) -> None:
    """Wait a moment in a loop.

    Keeps: nothing. Drops: the moment.
    """


class Task:
    """``struct task_struct`` of the running task: only ``mm`` and ``active_mm`` are kept.

    Its name and number are there for messages, and nobody's.
    """

    comm: ClassVar[int] = 0
    pid: ClassVar[int] = 0
    tgid: ClassVar[int] = 0

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def mm(self) -> Mm:
        """The one address space."""
        return self._state.mm

    @property
    def active_mm(self) -> Mm:
        """The same."""
        return self._state.mm
