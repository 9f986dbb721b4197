"""What a difference between trees is charged to: the patch, a function of the base, a setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.errors import Stopped
from analyzer.replay.bench import Bench
from analyzer.replay.confirm import Confirmation, confirm
from analyzer.replay.four import Judged, judge
from analyzer.replay.outcome import Cause, Divergence, NotRun, Pictured
from analyzer.replay.sides import AnyScenario
from analyzer.replay.substitute import substituted
from analyzer.replay.trees import Ran, sort_and_cause
from analyzer.replay.treeside import TreeSide

# Of the base's own differences, so many are told.
_MOST_OF_BASE = 4
_OF_BASE_ATTEMPTS = 40


@dataclass(frozen=True, slots=True)
class _Charge:
    """A difference with its cause settled, and the functions that it is charged to."""

    judged: Judged
    functions: tuple[str, ...]


def charged(
    bench: Bench, every: Sequence[Ran], readings: int
) -> tuple[list[Divergence], list[NotRun]]:
    """The differences that all readings show: the first of each check item, and of each base's."""
    found: list[Divergence] = []
    undecided: list[NotRun] = []
    done: set[object] = set()
    for ran in sorted(every, key=lambda one: not one.main):
        laid = False
        for judged, scenario in ran.found:
            of_patch = judged.cause is not Cause.BASE
            if of_patch and judged.sort.item in done:
                laid = True
                continue
            if not of_patch and _of_base(found) >= _MOST_OF_BASE:
                continue
            charge = _settled(bench, ran, judged, scenario)
            key = _key_of(charge)
            of_base = charge.judged.cause is Cause.BASE
            if key in done or (of_base and _of_base(found) >= _MOST_OF_BASE):
                continue
            done.add(key)
            laid = laid or not of_base
            showing = _readings_showing(judged, ran, every)
            if len(showing) == readings or of_base:
                found.append(_confirmed(bench, ran, charge, scenario))
            elif ran.main:
                why = (
                    f"only {' and '.join(showing)} it differs from upstream: "
                    f"{judged.sort.observation}"
                )
                undecided.append(NotRun("the lines that are assumed", why, None, judged.sort.item))
        if ran.unkept and not laid:
            why = "there are too many: those that were looked at come from the base"
            undecided.append(NotRun("whose all differences are", why))
    return found, undecided


def _of_base(found: Sequence[Divergence]) -> int:
    return sum(one.cause is Cause.BASE for one in found)


def _key_of(charge: _Charge) -> object:
    if charge.judged.cause is Cause.BASE:
        return charge.judged.sort.observation, charge.functions
    return charge.judged.sort.item


def _readings_showing(judged: Judged, ran: Ran, every: Sequence[Ran]) -> tuple[str, ...]:
    alike = (one for one in every if one.config == ran.config)
    return tuple(
        dict.fromkeys(
            one.reading
            for one in alike
            if any(
                other.sort == judged.sort and other.cause is judged.cause for other, _ in one.found
            )
        )
    )


def _settled(bench: Bench, ran: Ran, judged: Judged, scenario: AnyScenario) -> _Charge:
    """The cause by substitution, as far as functions can be substituted."""
    if judged.cause is Cause.BASE or ran.upstream is None:
        return _Charge(judged, ())
    touched = [name for name in ran.target[1].named() if name in ran.target[1].changed()]
    others = [name for name in ran.target[1].named() if name not in touched]
    for names in (*((name,) for name in touched), *([tuple(touched)] if touched[1:] else [])):
        if _gone_with(bench, ran, scenario, names):
            return _Charge(judged, names)
    for name in others:
        if _gone_with(bench, ran, scenario, (name,), both=True):
            own = replace(judged, cause=Cause.BASE, why=f"gone with upstream's {name}()")
            return _Charge(own, (name,))
    return _Charge(judged, ())


def _gone_with(
    bench: Bench,
    ran: Ran,
    scenario: AnyScenario,
    names: tuple[str, ...],
    *,
    both: bool = False,
) -> bool:
    """Whether a difference is gone with functions of upstream's in the target after the patch.

    ``both``: in the target before it as well, as a part of the base must be.
    """
    if ran.upstream is None:
        return False
    paths = [
        substituted(mine, theirs, names)
        for mine, theirs in zip(ran.target, ran.upstream, strict=True)
    ]
    after = paths[1]
    before = paths[0] if both else ran.target[0]
    if after is None or before is None:
        return False
    four = replace(ran.four, target_before=TreeSide(before), target_after=TreeSide(after))
    try:
        found = judge(bench, four, scenario)
    except Stopped:
        return False
    return found is None or found.cause is Cause.BASE


def _confirmed(bench: Bench, ran: Ran, charge: _Charge, scenario: AnyScenario) -> Divergence:
    judged = charge.judged
    wanted = sort_and_cause(replace(judged, cause=_seen(ran, judged)))

    def still(each: AnyScenario) -> bool:
        try:
            return (
                sort_and_cause(judge(bench, ran.judging(each), each, acts=ran.acts(each))) == wanted
            )
        except Stopped:
            return False

    four = ran.judging(scenario)
    # What the base does is told, and no more: it need not be the smallest there is.
    attempts = _OF_BASE_ATTEMPTS if judged.cause is Cause.BASE else None
    shown = confirm(bench, *four.afters, scenario, still, attempts=attempts)
    if judged.cause is Cause.PATCH and not ran.main:
        charge = replace(charge, judged=replace(judged, cause=Cause.CONFIGURATION))
    return divergence_of(ran, charge.judged, shown, functions=charge.functions)


def _seen(ran: Ran, judged: Judged) -> Cause:
    """The cause as ``judge`` told it, before functions were substituted."""
    known = (one.cause for one, _ in ran.found if one.sort == judged.sort)
    causes = tuple(known)
    return judged.cause if judged.cause in causes else Cause.PATCH


def divergence_of(
    ran: Ran,
    judged: Judged,
    shown: Confirmation,
    *,
    functions: tuple[str, ...] = (),
    fix: str | None = None,
    item: str | None = None,
) -> Divergence:
    """A difference as the outcome lists it; ``fix`` is the later fix that it shows the want of."""
    story = shown.story
    of_base = judged.cause is Cause.BASE
    place = None if of_base else story.place
    function = next(iter(functions), "") or (place.function if place else "")
    if of_base and not function:
        function = shown.base_function
    return Divergence(
        judged.cause,
        item or judged.sort.item,
        function,
        place,
        story.upstream_line,
        ran.setting(shown.scenario.geometry),
        shown.scenario.operations(),
        judged.sort.observation,
        judged.sort.invariant,
        story.upstream,
        story.target,
        fix,
        of_tree=True,
        pictured=Pictured(shown.scenario, shown.upstream, shown.target),
    )
