"""Two kernels on one scenario: where what they did differs first.

What is compared are the events of ``COMPARED`` kinds, in order, each with the locks held at it.
Four things are no difference, since they change nothing that anybody else can see:

* in which order locks are released, or that an entry is read once more: neither is an event of a
  compared kind. A release shows in the locks of what comes after it; a read in the value that is
  written;
* a lock that is taken and released with nothing done under it but taking others as empty
  (``_empty_sections``): so a test may stand before a lock or behind it. What the empty
  section would fault on (nesting, order, sleeping) is an event of its own and stays;
* the locks that a report is made under: none is there for it, and the test that it tells of may
  stand before a lock or behind it like any other;
* locks beyond the entry's own under which a written value was read, where its own was held: with
  that one held nobody else can have changed the entry (``_write_seen``). A value that was read
  without the entry's lock is compared with all the locks that were held at the read.

Of what a kernel dies of the kind is compared and the words are not: they may name the C.
All else that differs is a difference: an entry written or what it held, a lock, its subclass and
mode, the order of taking, a flush and its range, an allocation, a notifier's range, a report of
the kernel's, a fault of lockdep's or the TLB's, the result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias, cast

from analyzer.machine.observation import Observation
from analyzer.mm.entry import Kind
from analyzer.mm.events import COMPARED, Event, EventKind
from analyzer.mm.geometry import Level

# The lock of every table that has none of its own.
_SHARED_LOCK = "mm->page_table_lock"
_TABLE_LOCKS = (*(f"{level.name} lock " for level in Level), _SHARED_LOCK)
# As in the events' ``what`` for WRITE.
_LEVEL, _TABLE, _BEFORE, _AFTER, _READ_UNDER = 0, 2, 4, 5, 6
_OWN = "its own lock"
_Said: TypeAlias = tuple[Kind, int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first events that differ, and where they stand in each kernel's events.

    An index is the length of the events, and its event None, where a kernel has no more events.
    """

    upstream_at: int
    target_at: int
    upstream: Event | None
    target: Event | None


def first_difference(upstream: Observation, target: Observation) -> Difference | None:
    """Where two runs of one scenario differ first, None where they are alike.

    Both must have come to their end: raises ValueError for a run that halted, of which nothing may
    be concluded. Traced runs may be compared too, with each other.
    """
    for one in (upstream, target):
        if one.halted is not None:
            raise ValueError(f"a run that halted is not comparable: {one.halted}")
    if upstream.events == target.events:
        return None
    ends = (len(upstream.events), None), (len(target.events), None)
    for ours, theirs in zip_longest(seen(upstream.events), seen(target.events)):
        at, mine = ours or ends[0]
        target_at, other = theirs or ends[1]
        if mine != other:
            return Difference(
                at, target_at, _event(upstream.events, at), _event(target.events, target_at)
            )
    return None


def seen(events: Sequence[Event]) -> Iterator[tuple[int, Event]]:
    """The events that are compared, in the form in which they are, with their indexes."""
    empty = _empty_sections(events)
    guards: dict[tuple[object, object], str] = {}
    for at, event in enumerate(events):
        if event.kind not in COMPARED or at in empty:
            continue
        if event.kind is EventKind.WRITE:
            yield at, _write_seen(event, guards)
        elif event.kind is EventKind.DIED:
            yield at, event._replace(what=event.what[:1])
        elif event.kind is EventKind.REPORT:
            yield at, event._replace(under=())
        else:
            yield at, event


def _empty_sections(events: Sequence[Event]) -> set[int]:
    """Where locks are taken under which nothing is done but taking others as empty.

    From the end: ``used`` are the locks of which a section that is open there did something. A
    value that is written later may have been read in what looks empty: a section of a page-table
    lock counts as used where one was read under that lock.
    """
    empty: set[int] = set()
    used: set[str] = set()
    read_under: set[str] = set()
    for at in range(len(events) - 1, -1, -1):
        event = events[at]
        if event.kind not in COMPARED or event.kind is EventKind.REPORT:
            continue
        if event.kind is EventKind.WRITE:
            read_under.update(cast("tuple[str, ...]", event.what[_READ_UNDER] or ()))
        if event.kind is not EventKind.LOCK:
            used = set(event.under)
            continue
        name = cast("str", event.what[0])
        may_have_read = name in read_under and name.startswith(_TABLE_LOCKS)
        if name in used or name in event.under or may_have_read:
            # A section that does something is something done under the locks around it.
            used = set(event.under)
        else:
            empty.add(at)
            used.intersection_update(event.under)
    return empty


def _write_seen(event: Event, guards: dict[tuple[object, object], str]) -> Event:
    """A write with the locks of its value's reading as they matter; ``guards`` are kept.

    ``guards`` tells, for what an entry led to before it was written over, that entry's own lock.
    """
    before, after = cast("_Said", event.what[_BEFORE]), cast("_Said", event.what[_AFTER])
    under = cast("tuple[str, ...] | None", event.what[_READ_UNDER])
    own = f"{cast('Level', event.what[_LEVEL]).name} lock {event.what[_TABLE]}"
    if before[0] is not Kind.NONE:
        guards[before[:2]] = own if own in event.under else _SHARED_LOCK
    if under is None or guards.get(after[:2]) not in under:
        return event
    return event._replace(what=(*event.what[:_READ_UNDER], _OWN))


def _event(events: Sequence[Event], at: int) -> Event | None:
    return events[at] if at < len(events) else None


def common_faults(upstream: Observation, target: Observation) -> tuple[Event, ...]:
    """What both kernels fault on alike, in the target's order: the base does it, not the patch."""
    left = Counter(_faults(upstream))
    found: list[Event] = []
    if not left:
        return ()
    for one in _faults(target):
        if left[one] > 0:
            left[one] -= 1
            found.append(one)
    return tuple(found)


def _faults(run: Observation) -> Iterator[Event]:
    return (one for one in run.events if one.kind is EventKind.FAULT)
