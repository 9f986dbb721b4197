"""What a kernel writes to its log: warnings, and the bug that it dies of."""

from __future__ import annotations

from typing import NoReturn

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm.events import EventKind
from analyzer.mm.state import State


def warn(state: State) -> None:
    """Warn (``WARN_ON`` of what is true). The text is none of the event: it names source lines."""
    state.note(EventKind.REPORT, "warning")


def warn_once(state: State, site: object) -> None:
    """Warn at a site unless it did before (``WARN_ON_ONCE``); a site is any hashable value."""
    if site not in state.warned:
        state.warned.add(site)
        warn(state)


def bug(what: str) -> NoReturn:
    """Die (``BUG_ON`` and ``VM_BUG_ON`` of what is true). Raises ``KernelFault``."""
    raise KernelFault(FaultKind.BUG, what)
