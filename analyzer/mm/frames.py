"""Frames: pages of memory with references and mappings.

A count is written down where it first differs from that of a frame that one entry maps.
"""

from __future__ import annotations

from analyzer.errors import FaultKind
from analyzer.mm import reports, tlb
from analyzer.mm.entry import Kind
from analyzer.mm.events import EventKind
from analyzer.mm.state import Frame, State

_ONE_ENTRY = Frame()


def counts(state: State, number: int) -> Frame:
    """The counts of a frame, not to be changed."""
    return state.frames.get(number, _ONE_ENTRY)


def get_page(state: State, number: int) -> None:
    """Take a reference: the frame stays although nothing maps it."""
    frame = _own(state, number)
    if frame.refs <= 0:
        state.fault(FaultKind.TABLE, f"frame {number} is referred to after it was freed")
    frame.refs += 1


def put_page(state: State, number: int) -> None:
    """Give a reference back; with the last the frame is freed, and no TLB may lead to it."""
    frame = _own(state, number)
    # EFFECT
    if frame.refs <= 0:
        reports.bug(f"frame {number} has no reference to give back")
    frame.refs -= 1
    if frame.refs:
        return
    if frame.maps:
        state.fault(FaultKind.TABLE, f"frame {number} is freed while {frame.maps} entries map it")
    # TLB
    tlb.before_free(state, Kind.PAGE, number)
    # EVENT
    state.note(EventKind.FREE, "frame", number)


def free_swap(state: State, number: int) -> None:
    """The entry that held a swap slot is gone: the slot is free (``free_swap_and_cache``)."""
    state.swaps_freed.add(number)
    state.note(EventKind.FREE, "swap", number)


def page_add_rmap(state: State, number: int) -> None:
    """One more entry maps the frame."""
    _own(state, number).maps += 1


def page_remove_rmap(state: State, number: int) -> None:
    """One entry less maps the frame."""
    frame = _own(state, number)
    if frame.maps <= 0:
        reports.bug(f"frame {number} is mapped by no entry that could go")
    frame.maps -= 1


def _own(state: State, number: int) -> Frame:
    frame = state.frames.get(number)
    if frame is None:
        frame = state.frames[number] = Frame()
    return frame
