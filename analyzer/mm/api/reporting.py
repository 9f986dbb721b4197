"""Messages, and where the C is that asked for one."""

from __future__ import annotations

import sys
from itertools import islice

from analyzer.mm.events import EventKind
from analyzer.mm.state import State


def site(depth: int) -> object:
    """Return a value for the place in the C: of the caller for 1, of its caller for 2.

    One place of C may be in the Python twice, as the step of a loop is; so it is told by where the
    translation says that it stands, not by the instruction.
    """
    frame = sys._getframe(depth)
    code = frame.f_code
    position = next(islice(code.co_positions(), frame.f_lasti // 2, None))
    return code.co_filename, position


def printed(state: State) -> None:
    """Write down that a message was printed; its text names functions and is not compared."""
    state.note(EventKind.REPORT, "message")


def printed_once(state: State, place: object) -> None:
    """Write a message down unless its place (see ``site``) has printed before."""
    if place not in state.warned:
        state.warned.add(place)
        printed(state)


def bad_entry(state: State) -> None:
    """Write down that an entry was found to be no table's (``pmd_clear_bad`` and the like)."""
    state.note(EventKind.REPORT, "bad entry")
