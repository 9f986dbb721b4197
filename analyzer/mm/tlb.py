"""Stale translations: what a TLB may still hold, and when that is fatal.

Every translation that was valid since the last flush that covers it may be cached, by any CPU,
and so may the link from a PMD entry to its table (page-walk caches). A stale one is a fault where
a lock is released that guards an entry with the same target, the old or the new: from then on
somebody else may free the target, or write to it, and rely on having flushed its translations.
Who holds a reference of its own to a frame keeps it from being freed; then the fault is at the
free.
"""

from __future__ import annotations

from analyzer.errors import FaultKind
from analyzer.mm.entry import MAPPING, Entry, Kind
from analyzer.mm.events import EventKind
from analyzer.mm.state import Lock, Stale, State, Table

_TABLE = Kind.TABLE
# Without NamedTuple's own __new__: a call less, one for each page that moves.
_new = tuple.__new__


def key_of(kind: Kind, target: int) -> int | None:
    """What stale translations to a target are kept by; None for what no TLB leads to."""
    if kind is _TABLE:
        return ~target
    return target if kind in MAPPING else None


def entry_gone(state: State, table: Table, entry: Entry, start: int) -> None:
    """An entry of a table that covered addresses from ``start`` on was cleared or replaced."""
    kind = entry.kind
    key = key_of(kind, entry.target)
    if key is None:
        return
    guards: tuple[Lock, ...] = (table.lock,)
    if key in state.doubled:
        guards += tuple(lock for lock in state.doubled.pop(key) if lock is not table.lock)
    one = _new(Stale, (start, start + table.each, kind, entry.target, guards))
    state.stale[key] = (*state.stale[key], one) if key in state.stale else (one,)


def entry_set(state: State, table: Table, entry: Entry, start: int) -> None:
    """An entry leads to a target that stale translations may still lead to as well.

    What is at an address again is stale there no more.
    """
    key = key_of(entry.kind, entry.target)
    if key is None:
        return
    if key not in state.stale:
        state.doubled[key] = (*state.doubled.get(key, ()), table.lock)
        return
    lock, end = table.lock, start + table.each
    left: list[Stale] = []
    for one in state.stale[key]:
        apart = end <= one.start or one.end <= start
        for part in (one,) if apart else _uncovered(one, start, end):
            if lock in part.guards:
                left.append(part)
            else:
                left.append(_new(Stale, (*part[:4], (*part.guards, lock))))
    if left:
        state.stale[key] = tuple(left)
    else:
        del state.stale[key]


def flush(state: State, start: int, end: int) -> None:
    """Drop all translations of addresses from ``start`` up to ``end`` (``flush_tlb_range``)."""
    # TLB
    kept: dict[int, tuple[Stale, ...]] = {}
    for key, stale in state.stale.items():
        left = [
            part
            for one in stale
            if one.start < start or end < one.end
            for part in _uncovered(one, start, end)
        ]
        if left:
            kept[key] = tuple(left)
    state.stale = kept
    # EVENT
    state.work.flushes += 1
    state.note(EventKind.FLUSH, start, end)


def before_release(state: State, lock: Lock) -> None:
    """A lock is about to be released: nothing that it guards may be stale."""
    if state.stale:
        found = [
            one
            for stale in state.stale.values()
            for one in stale
            if lock in one.guards and not _kept(state, one)
        ]
        if found:
            state.fault(FaultKind.STALE_TLB, f"{lock.name} is released while {_told(found)}")


def before_free(state: State, kind: Kind, target: int) -> None:
    """A frame or a table is about to be freed: no translation may lead to it."""
    key = key_of(kind, target)
    found = state.stale.get(key) if key is not None else None
    if found:
        state.fault(FaultKind.STALE_TLB, f"it is freed while {_told(list(found))}")


def at_end(state: State) -> None:
    """At the end of an operation no translation may be stale."""
    if state.stale:
        found = [one for stale in state.stale.values() for one in stale]
        state.fault(FaultKind.STALE_TLB, f"the call returns while {_told(found)}")


def _kept(state: State, one: Stale) -> bool:
    """Whether a reference beyond those of its mappings keeps a frame from being freed."""
    frame = state.frames.get(one.target) if one.kind is not _TABLE else None
    return frame is not None and frame.refs > frame.maps


def _uncovered(one: Stale, start: int, end: int) -> tuple[Stale, ...]:
    """What is left of a stale range without the addresses from ``start`` up to ``end``."""
    if end <= one.start or one.end <= start:
        return (one,)
    kept = ((one.start, min(one.end, start)), (max(one.start, end), one.end))
    return tuple(one._replace(start=a, end=b) for a, b in kept if a < b)


def _told(stale: list[Stale]) -> str:
    first = stale[0]
    more = f" (and {len(stale) - 1} more)" if len(stale) > 1 else ""
    what = "page table" if first.kind is _TABLE else "frame"
    return f"a TLB may still lead from {first.start:#x} to {what} {first.target}{more}"
