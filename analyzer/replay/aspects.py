"""What a call came to, apart from how: what is left of kernels whose ways differ anyhow.

Two kernels of different bases take locks, allocate and flush differently for reasons that a patch
has no part in. What must be equal all the same is what the caller and the machine are left
with: the result, where each page is and with which bits, which page tables were kept, which areas
there are, what was reported, and which rules were broken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.machine.left import Standing, Standings
from analyzer.machine.observation import Observation
from analyzer.mm.entry import BIT_NAMES
from analyzer.mm.events import Event, EventKind

_COUNTED = (EventKind.REPORT, EventKind.FAULT, EventKind.DIED)


@dataclass(frozen=True, slots=True)
class CameTo:
    """A run and what it left."""

    run: Observation
    left: Standings


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing in which two calls came to something else: in a few words, and in what exactly."""

    said: str
    detail: object = None
    counted: bool = False


def differing(one: CameTo, other: CameTo) -> frozenset[Aspect]:
    """The aspects in which two calls came to something else, each told exactly.

    So what differs between two patched kernels hides behind what differed before only if it is the
    same: the same page, the same two results, no more faults of a kind.
    """
    return frozenset((*_told(one.run, other.run), *_standing(one.left, other.left)))


def _told(one: Observation, other: Observation) -> Iterator[Aspect]:
    results = _result(one), _result(other)
    if results[0] != results[1]:
        yield Aspect("result", results)
    if one.done.pmds_moved != other.done.pmds_moved:
        yield Aspect("page tables moved whole", (one.done.pmds_moved, other.done.pmds_moved))
    counts, others = (Counter(map(_key, filter(_is_counted, each.events))) for each in (one, other))
    for key in counts.keys() | others.keys():
        less, more = sorted((counts[key], others[key]))
        for number in range(more - less):
            yield Aspect(key, (counts[key] > others[key], number), counted=True)


def _is_counted(event: Event) -> bool:
    return event.kind in _COUNTED


def _key(event: Event) -> str:
    what = event.what[0]
    return f"{event.kind.value}: {getattr(what, 'value', what)}"


def _result(run: Observation) -> object:
    return next((one.what[0] for one in run.events[-1:] if one.kind is EventKind.RETURN), None)


def _standing(one: Standings, other: Standings) -> Iterator[Aspect]:
    for at in one.pages.keys() | other.pages.keys():
        yield from _entry(at, one.pages.get(at), other.pages.get(at))
    if one.areas != other.areas:
        yield Aspect("areas", (one.areas, other.areas))
    kept, others = _kept(one), _kept(other)
    for key in kept.keys() | others.keys():
        if kept.get(key) != others.get(key):
            yield Aspect("page tables kept", (key, kept.get(key), others.get(key)))


def _entry(at: int, one: Standing | None, other: Standing | None) -> Iterator[Aspect]:
    if one == other:
        return
    if one is None or other is None or one[:2] != other[:2]:
        yield Aspect("what is mapped where", (at, one and one[:2], other and other[:2]))
        return
    for bit, name in BIT_NAMES:
        if (one[2] ^ other[2]) & bit:
            # Which pages go by which code is the patch's to change, not what the code does.
            yield Aspect(f"bit {name}", bool(one[2] & bit))


def _kept(left: Standings) -> dict[object, int]:
    """Where each table stands that was there before the call, but for empty ones."""
    return {key: number for key, number in left.tables.items() if number is not None}
