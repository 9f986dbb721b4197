"""A difference told step by step: what each kernel did, with the locks held in the margin.

A line is of four columns: ``>`` at the first difference; the locks held before the step; the line
of C, where the step is the patch's own (upstream's file beside upstream); what was done. Long runs
of entries, and what is alike long before the difference, are folded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzer.errors import CodePlace
from analyzer.machine.observation import Observation
from analyzer.mm.events import COMPARED, Event, EventKind
from analyzer.mm.geometry import Level
from analyzer.replay import words
from analyzer.replay.lockstep import Difference, first_difference
from analyzer.replay.place import place_of

# Steps shown before the first difference and behind it.
_BEFORE, _BEHIND = 14, 8
# Of a run of writes of entries of pages, so many are shown.
_OF_RUN = 4

# The text of a line of the patch's C, None where it is not known.
LineText = Callable[[CodePlace], "str | None"]


@dataclass(frozen=True, slots=True)
class Story:
    """Both sides in lines, the first difference marked; where it lies in the patch's C.

    ``upstream_line`` is of upstream's file, None where upstream's patch was not at work.
    """

    place: CodePlace | None
    upstream_line: int | None
    upstream: tuple[str, ...]
    target: tuple[str, ...]


def tell(upstream: Observation, target: Observation, text_of: LineText | None = None) -> Story:
    """Tell the difference between two traced runs of one scenario.

    Raises ValueError where they do not differ, or where one halted.
    """
    difference = first_difference(upstream, target)
    if difference is None:
        raise ValueError("runs that are alike have no story")
    return Story(
        place_of(difference, upstream, target),
        _upstream_line(difference, upstream),
        _lines(upstream, difference.upstream_at, _upstream_places(upstream)),
        _lines(target, difference.target_at, _target_places(target, text_of)),
    )


def _upstream_line(difference: Difference, upstream: Observation) -> int | None:
    at = difference.upstream_at
    step = upstream.steps[at] if at < len(upstream.steps) else None
    return None if step is None else step.line


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
        text = text_of(place) if text_of is not None else None
        found.append(f"{place.path}:{place.line} {text or ''}".rstrip())
    return found


# --- lines -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """One line to be: an event, or what is said of those that are left out."""

    mark: bool
    locks: str
    place: str
    text: str


def _lines(run: Observation, marked: int, places: Sequence[str | None]) -> tuple[str, ...]:
    shown = [at for at, event in enumerate(run.events) if _is_shown(event, places[at])]
    steps = [_step(run.events[at], places[at], mark=at == marked) for at in shown]
    steps = _folded(steps, [run.events[at] for at in shown])
    steps = _cut(steps)
    wide = max((len(one.locks) for one in steps), default=0)
    far = max((len(one.place) for one in steps), default=0)
    return tuple(
        f"{'>' if one.mark else ' '} {one.locks:<{wide}} | {one.place:<{far}} | {one.text}"
        for one in steps
    )


def _is_shown(event: Event, place: str | None) -> bool:
    """Reads are shown of the patch's own code only: the base's are the same on both sides."""
    return event.kind in COMPARED or event.kind is EventKind.UNLOCK or place is not None


def _step(event: Event, place: str | None, *, mark: bool) -> _Step:
    return _Step(mark, words.locks(event.under), place or "", words.said(event))


def _folded(steps: list[_Step], events: list[Event]) -> list[_Step]:
    """Fold runs of writes of pages' entries; a step that is marked is never left out."""
    kept: list[_Step] = []
    at = 0
    while at < len(steps):
        end = at
        while end < len(steps) and _is_of_page(events[end]) and not steps[end].mark:
            end += 1
        if end - at > _OF_RUN + 1:
            kept.extend(steps[at : at + _OF_RUN])
            left = end - at - _OF_RUN
            kept.append(_Step(False, steps[at].locks, "", f"... {left} more writes like these"))
        else:
            kept.extend(steps[at:end])
        if end < len(steps):
            kept.append(steps[end])
        at = end + 1
    return kept


def _is_of_page(event: Event) -> bool:
    return event.kind is EventKind.WRITE and event.what[0] is Level.PTE


def _cut(steps: list[_Step]) -> list[_Step]:
    """What is near the first difference, and how it ends."""
    marked = next((at for at, one in enumerate(steps) if one.mark), len(steps))
    first = max(0, marked - _BEFORE)
    if first == 1:
        first = 0
    last = min(len(steps), marked + 1 + _BEHIND)
    kept = steps[first:last]
    if first:
        kept.insert(0, _Step(False, "", "", f"... {first} steps that both take"))
    left = len(steps) - last
    if left > 1:
        kept.append(_Step(False, "", "", f"... {left - 1} steps more"))
    return kept + (steps[-1:] if left else [])
