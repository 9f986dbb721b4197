"""Which way a kernel goes with a page table, told by what it does: whole, by entries, or neither.

A table that moves whole leaves one PMD entry and stands in another, although nobody allocated it
in this call; a huge entry moves likewise. What goes by entries needs a table on the new side, or
writes entries of pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import cast

from analyzer.mm.entry import HUGE_KINDS, Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import Level

_PTE_LOCK = f"{Level.PTE.name} lock "


class Way(Enum):
    """How an extent is moved."""

    WHOLE = "its PMD entry is moved"
    WARNED = "a warning is given first"
    ENTRIES = "its entries are moved one by one"
    NONE = "nothing is moved"


def way_from(events: Sequence[Event], at: int) -> Way:
    """The first way that is gone from an event on."""
    allocated = {event.what[1] for event in events[:at] if event.kind is EventKind.ALLOCATE}
    locked = False
    for event in events[at:]:
        if event.kind is EventKind.ALLOCATE:
            if event.what[0] is Level.PTE or locked:
                return Way.ENTRIES
            allocated.add(event.what[1])
        elif event.kind is EventKind.REPORT:
            return Way.WARNED
        elif event.kind is EventKind.LOCK and _guards_pages(str(event.what[0])):
            locked = True
        elif event.kind is EventKind.WRITE:
            way = _written(event, allocated)
            # Under a lock that guards entries of pages a PMD's is moved whole by mistake alone.
            if way is not Way.NONE and (not locked or any(map(_guards_pages, event.under))):
                return way
        elif locked and not any(map(_guards_pages, event.under)):
            return Way.ENTRIES
    return Way.ENTRIES if locked else Way.NONE


def _guards_pages(lock: str) -> bool:
    return lock.startswith(_PTE_LOCK)


def follows_whole_move(events: Sequence[Event], at: int) -> bool:
    """Whether the last entry written before an event is one of a PMD that arrived whole."""
    allocated = {event.what[1] for event in events[:at] if event.kind is EventKind.ALLOCATE}
    for event in reversed(events[:at]):
        if event.kind is EventKind.ALLOCATE:
            return False
        if event.kind is EventKind.WRITE:
            arrived = _said(event, 5)[0] is not Kind.NONE
            return arrived and _written(event, allocated) is Way.WHOLE
    return False


def _written(event: Event, allocated: set[object]) -> Way:
    """The way that a write belongs to; a new table that is linked above pages belongs to none."""
    if event.what[0] is Level.PTE:
        return Way.ENTRIES
    before, after = _said(event, 4), _said(event, 5)
    if before[0] in HUGE_KINDS or after[0] in HUGE_KINDS:
        return Way.WHOLE
    for said in (before, after):
        if said[0] is Kind.TABLE:
            return Way.NONE if said[1] in allocated else Way.WHOLE
    return Way.NONE


def _said(event: Event, which: int) -> tuple[Kind, int, int]:
    return cast("tuple[Kind, int, int]", event.what[which])
