"""Where in the patch's own C a difference lies.

It is where the patch's C was at the target's first event that differs, with four exceptions, the
first of which that fits is taken:

* a value that was read under other locks: where it was read;
* a lock that the target holds on and upstream does not: where the function that took it returned
  without releasing it;
* the event is of code that the patch did not bring, and before it a function of the patch that
  others of it call told its caller otherwise than what upstream does there (that an entry was
  moved, or was not), or came back where upstream warns: where that function returned;
* the event is of code that the patch did not bring: where the patch's C had been last.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.errors import CodePlace
from analyzer.machine.observation import Call, Observation
from analyzer.mm.events import Event, EventKind
from analyzer.replay.lockstep import Difference
from analyzer.replay.ways import Way, follows_whole_move, way_from

_AFTER, _READ_UNDER = 5, 6
_FOUND = 4


def place_of(
    difference: Difference, upstream: Observation, target: Observation
) -> CodePlace | None:
    """The place in the patch's C; None where none of it had run.

    The difference is between these two runs, which are traced.
    """
    read = _other_read(difference, target.events)
    if read is not None and target.places[read] is not None:
        return target.places[read]
    kept = _kept_lock(difference, target)
    if kept is not None:
        return kept
    at = min(difference.target_at, len(target.places) - 1)
    if at < 0:
        return None
    if not target.inside[at]:
        told = _told_otherwise(difference, upstream, target)
        if told is not None:
            return told
    return target.places[at]


def _other_read(difference: Difference, events: Sequence[Event]) -> int | None:
    """Where the value of a write was read, if only the locks of that are not upstream's."""
    ours, theirs = difference.upstream, difference.target
    if ours is None or theirs is None or not ours.kind is theirs.kind is EventKind.WRITE:
        return None
    if ours.under != theirs.under or ours.what[:_READ_UNDER] != theirs.what[:_READ_UNDER]:
        return None
    for at in range(difference.target_at - 1, -1, -1):
        event = events[at]
        if event.kind is not EventKind.READ or event.under != theirs.what[_READ_UNDER]:
            continue
        if _lead(event.what[_FOUND]) == _lead(theirs.what[_AFTER]):
            return at
    return None


def _lead(entry: object) -> object:
    """Kind and target of an entry: its bits may be changed on the way."""
    return entry[:2] if isinstance(entry, tuple) else entry


def _kept_lock(difference: Difference, target: Observation) -> CodePlace | None:
    """Where a function came back with a lock that it took, and that upstream does not hold."""
    ours, theirs = difference.upstream, difference.target
    if theirs is None:
        return None
    more = set(theirs.under) - set(() if ours is None else ours.under)
    for at in range(difference.target_at - 1, -1, -1):
        event = target.events[at]
        if event.kind is EventKind.LOCK and event.what[0] in more and target.inside[at]:
            return _return_of(target.places[at], at, difference.target_at, target.calls)
    return None


def _return_of(
    place: CodePlace | None, after: int, before: int, calls: Sequence[Call]
) -> CodePlace | None:
    """Where the function of a place came back between two events."""
    for call in calls:
        if after < call.before <= before and place and call.place.function == place.function:
            return call.place
    return None


def _told_otherwise(
    difference: Difference, upstream: Observation, target: Observation
) -> CodePlace | None:
    """Where the patch's function came back whose answer is not what upstream does there."""
    at = difference.upstream_at
    wanted = way_from(upstream.events, at)
    moves = wanted is Way.WHOLE or follows_whole_move(upstream.events, at)
    call = _last_answer(target.calls, difference.target_at)
    if call is None or (bool(call.value) is moves and wanted is not Way.WARNED):
        return None
    return call.place


def _last_answer(calls: Sequence[Call], before: int) -> Call | None:
    """The outermost call that answered to code of the patch, in the last run of that code."""
    done = [call for call in calls if call.before <= before]
    while done and done[-1].depth:
        done.pop()
    run: list[Call] = []
    for call in reversed(done[:-1]):
        if call.depth == 0:
            break
        run.append(call)
    answers = [call for call in run if isinstance(call.value, int)]
    return min(answers, key=lambda call: call.depth, default=None)
