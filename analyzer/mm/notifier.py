"""MMU notifiers: others that translate by these page tables, such as a guest's hypervisor.

Between a start and its end they may translate no address of the range, so each start needs its end.
"""

from __future__ import annotations

from analyzer.errors import FaultKind
from analyzer.mm import locking
from analyzer.mm.events import EventKind
from analyzer.mm.state import State


def invalidate_range_start(state: State, start: int, end: int) -> None:
    """Begin: from ``start`` up to ``end``, in bytes, nobody else may translate. It can sleep."""
    # LOCKS
    locking.may_sleep(state, "mmu_notifier_invalidate_range_start()")
    # EFFECT
    state.notified.append((start, end))
    # EVENT
    state.note(EventKind.NOTIFY, "start", start, end)


def invalidate_range_end(state: State, start: int, end: int) -> None:
    """End what was begun with the same range. It can sleep."""
    # LOCKS
    locking.may_sleep(state, "mmu_notifier_invalidate_range_end()")
    # EFFECT
    if (start, end) in state.notified:
        state.notified.remove((start, end))
    else:
        said = f"the notifier range {start:#x}-{end:#x} ends and was not started"
        state.fault(FaultKind.NOTIFIER, said)
    # EVENT
    state.note(EventKind.NOTIFY, "end", start, end)


def check_none_open(state: State) -> None:
    """At the end of an operation every range that was started must have ended."""
    for start, end in state.notified:
        said = f"the call returns inside the notifier range {start:#x}-{end:#x}"
        state.fault(FaultKind.NOTIFIER, said)
