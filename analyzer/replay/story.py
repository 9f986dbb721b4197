"""A difference told step by step: what each kernel did, with the locks held in the margin.

A line is of four columns: ``>`` at the first difference; the locks held before the step; the line
of C, where the step is the patch's own (upstream's file beside upstream); what was done. Long runs
of entries, and what is alike long before the difference, are folded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from analyzer.errors import CodePlace
from analyzer.machine.observation import Call, Observation
from analyzer.mm.events import COMPARED, Event, EventKind
from analyzer.mm.geometry import Level
from analyzer.replay import words
from analyzer.replay.lockstep import Difference, first_difference
from analyzer.replay.place import place_of
from analyzer.replay.sides import LineText

# Steps shown before the first difference and behind it.
_BEFORE, _BEHIND = 14, 8
# Of a run of writes of entries of pages, so many are shown.
_OF_RUN = 4

# Of a line of C, so many characters stand beside a step.
_LONGEST = 36


@dataclass(frozen=True, slots=True)
class Story:
    """Both sides in lines, the first difference marked; where it lies in the patch's C.

    ``upstream_line`` is of upstream's file, None where upstream's patch was not at work.
    """

    place: CodePlace | None
    upstream_line: int | None
    upstream: tuple[str, ...]
    target: tuple[str, ...]


def tell(
    upstream: Observation,
    target: Observation,
    text_of: LineText | None = None,
    upstream_text_of: LineText | None = None,
) -> Story:
    """Tell the difference between two traced runs of one scenario.

    ``text_of`` gives lines of the target's C, ``upstream_text_of`` of upstream's where that is C as
    well. Raises ValueError where they do not differ, or where one halted.
    """
    difference = first_difference(upstream, target)
    if difference is None:
        raise ValueError("runs that are alike have no story")
    reads = _of_reading(difference)
    is_c = upstream_text_of is not None
    own = _target_places(upstream, upstream_text_of) if is_c else _upstream_places(upstream)
    ours = _Side(upstream, own, difference.upstream_at, reads)
    theirs = _Side(target, _target_places(target, text_of), difference.target_at, reads)
    return Story(
        place_of(difference, upstream, target),
        _upstream_line(difference, upstream),
        _lines(ours),
        _lines(theirs),
    )


def _upstream_line(difference: Difference, upstream: Observation) -> int | None:
    at = difference.upstream_at
    step = upstream.steps[at] if at < len(upstream.steps) else None
    if step is not None:
        return step.line
    # Outside of the code that is followed, the last line of it is where nothing happened.
    is_there = at < len(upstream.places) and upstream.inside[at]
    place = upstream.places[at] if is_there else None
    return None if place is None else place.line


def _of_reading(difference: Difference) -> bool:
    """Whether two writes differ in the locks alone under which their value was read."""
    ours, theirs = difference.upstream, difference.target
    if ours is None or theirs is None or ours.kind is not EventKind.WRITE:
        return False
    return ours._replace(what=ours.what[:-1]) == theirs._replace(what=theirs.what[:-1])


# --- the patch's own lines ---------------------------------------------------------------------


def _upstream_places(run: Observation) -> list[str | None]:
    """For each event the line of upstream's patch, None where it was not at work."""
    if not run.steps:
        return [None] * len(run.events)
    return [
        None if step is None else f"{step.place.path}:{step.line} {step.calls}".rstrip()
        for step in run.steps
    ]


def _target_places(run: Observation, text_of: LineText | None) -> list[str | None]:
    """For each event the line of the patch's C, None where it was not there."""
    found: list[str | None] = []
    for place, inside in zip(run.places, run.inside, strict=True):
        if place is None or not inside:
            found.append(None)
            continue
        text = (text_of(place) if text_of is not None else None) or ""
        if len(text) > _LONGEST:
            text = text[: _LONGEST - 3] + "..."
        found.append(f"{place.path}:{place.line} {text}".rstrip())
    return found


# --- lines -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Side:
    """One kernel's run, the places of its events, and which event is marked.

    ``reads``: the marked event is told with the locks under which its value was read.
    """

    run: Observation
    places: Sequence[str | None]
    marked: int
    reads: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """One line to be: an event, a function's return, or what is said of those left out."""

    mark: bool
    locks: str
    place: str
    text: str
    of_page: bool = False


def _lines(side: _Side) -> tuple[str, ...]:
    steps = _cut(_folded(list(_steps(side))))
    wide = max((len(one.locks) for one in steps), default=0)
    far = max((len(one.place) for one in steps), default=0)
    return tuple(
        f"{'>' if one.mark else ' '} {one.locks:<{wide}} | {one.place:<{far}} | {one.text}"
        for one in steps
    )


def _steps(side: _Side) -> Iterator[_Step]:
    """Events that are shown, and between them what functions of the patch came back with.

    Reads are shown of the patch's own code only: the base's are the same on both sides.
    """
    calls = list(reversed(side.run.calls))
    for at, event in enumerate(side.run.events):
        locks, place = words.locks(event.under), side.places[at]
        while calls and calls[-1].before <= at:
            yield from _returned(calls.pop(), locks)
        if event.kind in COMPARED or event.kind is EventKind.UNLOCK or place is not None:
            mark = at == side.marked
            text = words.said(event)
            if mark and side.reads:
                text += f", read under {words.locks(_read_under(event)) or 'no lock'}"
            yield _Step(mark, locks, place or "", text, _is_of_page(event))


def _read_under(event: Event) -> tuple[str, ...]:
    return cast("tuple[str, ...]", event.what[-1] or ())


def _returned(call: Call, locks: str) -> Iterator[_Step]:
    """What a function of the patch returned; how a fragment was left, if not at its end."""
    where = f"{call.place.path}:{call.place.line}"
    if isinstance(call.value, int):
        yield _Step(False, locks, where, f"{call.place.function}() returns {int(call.value)}")
    elif isinstance(call.value, tuple) and call.value[0] in ("continue", "break"):
        yield _Step(False, locks, where, f"{call.value[0]}")


def _folded(steps: Sequence[_Step]) -> list[_Step]:
    """Fold runs of writes of pages' entries; a step that is marked is never left out."""
    kept: list[_Step] = []
    for foldable, run in groupby(steps, key=lambda one: one.of_page and not one.mark):
        alike = list(run)
        left = len(alike) - _OF_RUN
        if foldable and left > 1:
            more = _Step(False, alike[0].locks, "", f"... {left} more writes like these")
            alike[_OF_RUN:] = [more]
        kept.extend(alike)
    return kept


def _is_of_page(event: Event) -> bool:
    return event.kind is EventKind.WRITE and event.what[0] is Level.PTE


def _cut(steps: list[_Step]) -> list[_Step]:
    """What is near the first difference, and how it ends; nothing is left out for one line."""
    marked = next((at for at, one in enumerate(steps) if one.mark), len(steps))
    first, last = max(0, marked - _BEFORE), marked + 1 + _BEHIND
    kept = list(steps[first:last])
    if first > 1:
        kept.insert(0, _Step(False, "", "", f"... {first} steps that both take"))
    elif first:
        kept.insert(0, steps[0])
    rest = steps[last:]
    if len(rest) > 2:
        rest = [_Step(False, "", "", f"... {len(rest) - 1} steps more"), rest[-1]]
    return [*kept, *rest]
