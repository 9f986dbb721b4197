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


def differing(one: CameTo, other: CameTo) -> frozenset[str]:
    """The aspects in which two calls came to something else, in a few words each."""
    return frozenset((*_told(one.run, other.run), *_standing(one.left, other.left)))


def _told(one: Observation, other: Observation) -> Iterator[str]:
    if _result(one) != _result(other):
        yield "result"
    if one.done.pmds_moved != other.done.pmds_moved:
        yield "page tables moved whole"
    counts, others = (Counter(map(_key, filter(_is_counted, each.events))) for each in (one, other))
    for key in counts.keys() | others.keys():
        if counts[key] != others[key]:
            yield key


def _is_counted(event: Event) -> bool:
    return event.kind in _COUNTED


def _key(event: Event) -> str:
    what = event.what[0]
    return f"{event.kind.value}: {getattr(what, 'value', what)}"


def _result(run: Observation) -> object:
    return next((one.what[0] for one in run.events[-1:] if one.kind is EventKind.RETURN), None)


def _standing(one: Standings, other: Standings) -> Iterator[str]:
    for at in one.pages.keys() | other.pages.keys():
        yield from _entry(one.pages.get(at), other.pages.get(at))
    if one.areas != other.areas:
        yield "areas"
    if _kept(one) != _kept(other):
        yield "page tables kept"


def _entry(one: Standing | None, other: Standing | None) -> Iterator[str]:
    if one == other:
        return
    if one is None or other is None or one[:2] != other[:2]:
        yield "what is mapped where"
        return
    for bit, name in BIT_NAMES:
        if (one[2] ^ other[2]) & bit:
            yield f"bit {name}"


def _kept(left: Standings) -> dict[object, int]:
    """Where each table stands that was there before the call, but for empty ones."""
    return {key: number for key, number in left.tables.items() if number is not None}
