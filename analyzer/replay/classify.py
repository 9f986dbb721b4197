"""What sort of difference it is: the check item that it belongs to, told by the events alone.

The first rule that fits decides:

1. an allocation failed before: SM-3, whatever differs;
2. a fault of locks or of the TLB on one side, events that are equal but for the locks, or a flush
   on one side, or another one: SM-4;
3. an entry was moved whole, alike, and the target then moves nothing more: SM-5;
4. both go the same way from here, and one takes a lock: SM-4;
5. one moves the entry whole, and the other dies of it: SM-2, a callee is given what it cannot take;
6. one warns first, or one moves the entry whole, and the other does not: SM-1;
7. both move it whole: SM-6, what is written where;
8. a difference on the way entry by entry, or behind a whole move: SM-5;
9. all else: SM-6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from analyzer.errors import FaultKind
from analyzer.machine.observation import Observation
from analyzer.mm.events import Event, EventKind
from analyzer.replay.lockstep import Difference
from analyzer.replay.ways import Way, follows_whole_move, way_from

GUARDS, CALLEES, ERRORS, LOCKS, FALLBACK, OTHER = (f"SM-{number}" for number in range(1, 7))

# Faults of locks and of the TLB: what they are is what is compared under SM-4.
_INVARIANTS_OF_LOCKS = {
    FaultKind.STALE_TLB: "no stale translation when a page-table lock is released",
    FaultKind.UNGUARDED: "an entry is written under its table's lock",
    FaultKind.NOT_HELD: "only a lock that is held is released",
    FaultKind.STILL_HELD: "no lock is held at the return",
    FaultKind.DEADLOCK: "no lock is taken that is held already",
    FaultKind.NESTING: "a second lock of one class is taken as nested",
    FaultKind.ORDER: "locks are taken in one order",
    FaultKind.SLEEPS: "nothing that can sleep is called under a spinlock",
}
_INVARIANTS = {
    **_INVARIANTS_OF_LOCKS,
    FaultKind.TABLE: "a page table is reached through its own entry, by its own address",
    FaultKind.NOTIFIER: "each range that notifiers are told to leave alone is ended",
    FaultKind.INVARIANT: "page tables, frames and areas agree with each other",
    FaultKind.LOST: "no entry is overwritten",
    FaultKind.BUG: "no BUG is reached",
    FaultKind.WARNING: "no warning is given",
    FaultKind.NULL: "no pointer to nothing is followed",
    FaultKind.WILD: "no pointer to nowhere is followed",
    FaultKind.BOUNDS: "nothing is reached beyond its end",
    FaultKind.UNINITIALISED: "nothing is read before it is written",
}
_RMAP_KEPT_OUT = "who walks the rmap is kept out while entries move"
# What the names of rmap locks begin with.
_RMAP = ("i_mmap", "anon_vma")

_OBSERVED = {
    EventKind.LOCK: "locks taken",
    EventKind.WRITE: "entry written",
    EventKind.FLUSH: "flush",
    EventKind.ALLOCATE: "tables allocated",
    EventKind.FREE: "tables freed",
    EventKind.NOTIFY: "notifier range",
    EventKind.AREA: "areas",
    EventKind.ACCOUNT: "accounting",
    EventKind.REPORT: "warning",
    EventKind.DIED: "crash",
    EventKind.RETURN: "result",
}
# Which of two events that differ in kind is spoken of.
_FIRST_SPOKEN_OF = (
    *(EventKind.FLUSH, EventKind.REPORT, EventKind.DIED, EventKind.LOCK, EventKind.WRITE),
    *(EventKind.ALLOCATE, EventKind.FREE, EventKind.NOTIFY),
    *(EventKind.AREA, EventKind.ACCOUNT, EventKind.RETURN),
)
_READ_UNDER = 6


@dataclass(frozen=True, slots=True)
class Class:
    """A sort of difference: its primary check item, and what differs, in a few words.

    ``invariant`` is what the target breaks and upstream keeps, None where it breaks none; it is
    not part of the sort, since one mistake may come to light by a fault on one scenario
    and without on another.
    """

    item: str
    observation: str
    invariant: str | None = field(default=None, compare=False)


def classify(difference: Difference, upstream: Observation, target: Observation) -> Class:
    """The sort of a difference between two runs; the runs are those it was found in."""
    item, observation = _item(difference, upstream.events, target.events)
    return Class(item, observation, _invariant(difference, upstream, target))


def _item(
    difference: Difference, upstream: Sequence[Event], target: Sequence[Event]
) -> tuple[str, str]:
    ours, theirs = difference.upstream, difference.target
    observed = _observed(difference)
    if _failed_before(target[: difference.target_at]):
        return ERRORS, f"after a failed allocation: {observed}"
    if _of_locks(ours) or _of_locks(theirs) or _same_but_for_locks(ours, theirs):
        return LOCKS, observed
    kinds = {one.kind for one in (ours, theirs) if one is not None}
    wanted, gone = (
        way_from(upstream, difference.upstream_at),
        way_from(target, difference.target_at),
    )
    if EventKind.FLUSH in kinds and EventKind.DIED not in kinds:
        return LOCKS, observed
    if gone is Way.NONE and follows_whole_move(target, difference.target_at):
        return FALLBACK, "what follows a move"
    if wanted is gone is not Way.NONE and EventKind.LOCK in kinds:
        return LOCKS, _OBSERVED[EventKind.LOCK]
    if EventKind.DIED in kinds and Way.WHOLE in (wanted, gone):
        return CALLEES, observed
    if wanted is not gone and Way.WARNED in (wanted, gone):
        return GUARDS, _OBSERVED[EventKind.REPORT]
    if wanted is not gone and Way.WHOLE in (wanted, gone):
        return GUARDS, "way of moving"
    if wanted is gone is Way.WHOLE:
        return OTHER, observed
    if Way.ENTRIES in (wanted, gone) or follows_whole_move(target, difference.target_at):
        return FALLBACK, observed
    return OTHER, observed


def _failed_before(events: Sequence[Event]) -> bool:
    return any(one.kind is EventKind.ALLOCATE and one.what[1] is None for one in events)


def _of_locks(event: Event | None) -> bool:
    if event is None or event.kind is not EventKind.FAULT:
        return False
    return event.what[0] in _INVARIANTS_OF_LOCKS


def _same_but_for_locks(ours: Event | None, theirs: Event | None) -> bool:
    """Whether two events differ in the locks held at them, or at the reading of a value, alone."""
    if ours is None or theirs is None or ours.kind is not theirs.kind:
        return False
    return ours.what[:_READ_UNDER] == theirs.what[:_READ_UNDER]


# --- in words ----------------------------------------------------------------------------------


def _observed(difference: Difference) -> str:
    """What differs, in a few words."""
    ours, theirs = difference.upstream, difference.target
    if ours is not None and theirs is not None and _same_but_for_locks(ours, theirs):
        if ours.under != theirs.under:
            return f"locks held at {_noun(theirs)}" if _noun(theirs) else "locks held"
        return f"locks held where the value of {_noun(theirs)} was read"
    both = [one for one in (theirs, ours) if one is not None]
    kinds = {one.kind for one in both}
    fault = next((one for one in both if one.kind is EventKind.FAULT), None)
    if fault is not None and EventKind.FLUSH not in kinds:
        return str(cast("FaultKind", fault.what[0]).value).replace("-", " ")
    for kind in _FIRST_SPOKEN_OF:
        if kind in kinds:
            spoken_of = next(one for one in both if one.kind is kind)
            level = f"{_level(spoken_of)} " if kind is EventKind.WRITE else ""
            return f"{level}{_OBSERVED[kind]}"
    return "events"


def _noun(event: Event) -> str | None:
    """The events that are told apart where locks held at them differ."""
    if event.kind is EventKind.WRITE:
        return f"a {_level(event)} write"
    return "a flush" if event.kind is EventKind.FLUSH else None


def _level(event: Event) -> str:
    return str(getattr(event.what[0], "name", event.what[0]))


def _invariant(difference: Difference, upstream: Observation, target: Observation) -> str | None:
    """What the target breaks from the difference on, and upstream does not."""
    kept = {one.what[0] for one in upstream.events[difference.upstream_at :] if _is_fault(one)}
    for event in target.events[difference.target_at :]:
        if _is_fault(event) and event.what[0] not in kept:
            return _INVARIANTS.get(cast("FaultKind", event.what[0]))
    ours, theirs = difference.upstream, difference.target
    if ours is None or theirs is None or not _same_but_for_locks(ours, theirs):
        return None
    missing = set(ours.under) - set(theirs.under)
    return _RMAP_KEPT_OUT if any(name.startswith(_RMAP) for name in missing) else None


def _is_fault(event: Event) -> bool:
    return event.kind in (EventKind.FAULT, EventKind.DIED)
