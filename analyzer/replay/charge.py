"""What a difference is charged to: the patch, its configuration, the base, a later fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from analyzer.errors import FaultKind
from analyzer.reference.bases import FLUSH_UNDER_LOCK
from analyzer.reference.patch import Fix
from analyzer.reference.path import FUNCTIONS
from analyzer.reference.slots import LOOP
from analyzer.replay.bench import Bench, Found, faulted
from analyzer.replay.classify import Class, classify
from analyzer.replay.confirm import Confirmation, confirm, confirm_sort
from analyzer.replay.outcome import Cause, Divergence, NotRun, Pictured, Told
from analyzer.replay.probes import PROBES
from analyzer.replay.results import Result
from analyzer.replay.sides import AnyScenario

# The base that upstream's commit was made on.
OWN = FLUSH_UNDER_LOCK
_RUN_THROUGH = frozenset((*FUNCTIONS, LOOP))


def charged(
    bench: Bench,
    results: Sequence[Result],
    readings: int,
    fixes: frozenset[Fix],
    untold: frozenset[Fix],
) -> tuple[list[Divergence], list[NotRun]]:
    """The differences that all readings of the patch show: the first of each check item.

    One mistake comes to light in several ways, the plainest first. What only some readings show is
    returned as not decided, and so is what would be none if the patch carried fixes of which that
    could not be told (``untold``); under upstream's symbol n it belongs to the question how the
    code is gated, and is left to the gates.
    """
    found: list[Divergence] = []
    undecided: list[NotRun] = []
    done: set[str] = set()
    for one in sorted(results, key=lambda one: not one.variant.main):
        for each in one.compared.found:
            if each.sort.item in done or _incomplete(one):
                continue
            showing = _readings_showing(each.sort, one, results)
            if untold and _is_fix(bench, one, each, fixes, untold):
                done.add(each.sort.item)
                why = f"whether {each.sort.observation} is that of a later fix could not be told"
                undecided.append(NotRun("later fixes", why, None, each.sort.item))
            elif len(showing) == readings:
                done.add(each.sort.item)
                cause = Cause.PATCH if one.variant.main else Cause.CONFIGURATION
                found.append(_divergence(bench, one, each, cause, fixes))
            elif one.variant.on:
                done.add(each.sort.item)
                undecided.append(_open(each.sort, showing))
    return found, undecided


def _incomplete(one: Result) -> bool:
    """Whether code is left out that the runs go through: what is missing may be the reason."""
    refused = one.variant.splice.refused
    return any(each.unowned or each.what in _RUN_THROUGH for each in refused)


def _is_fix(
    bench: Bench, one: Result, found: Found, fixes: frozenset[Fix], untold: frozenset[Fix]
) -> bool:
    """Whether a difference is none to upstream with some of the fixes that are not told."""
    target = one.variant.target(one.base)
    more = (
        frozenset(some) for count in range(len(untold)) for some in combinations(untold, count + 1)
    )
    sides = (one.variant.upstream(one.base, fixes | some) for some in more)
    return any(bench.sort_of(side, target, found.scenario) is None for side in sides)


def _readings_showing(sort: Class, one: Result, results: Sequence[Result]) -> tuple[str, ...]:
    """The readings that show a sort of difference under the same configuration.

    Readings may test different symbols: the configurations are those of the same role.
    """
    role = one.variant.main, one.variant.on
    alike = (each for each in results if (each.variant.main, each.variant.on) == role)
    return tuple(
        dict.fromkeys(each.variant.reading for each in alike if sort in each.compared.sorts())
    )


def _open(sort: Class, showing: Sequence[str]) -> NotRun:
    why = f"only {' and '.join(showing)} it differs from upstream: {sort.observation}"
    return NotRun("the lines that are assumed", why, None, sort.item)


def _divergence(
    bench: Bench, one: Result, found: Found, cause: Cause, fixes: frozenset[Fix]
) -> Divergence:
    upstream = one.variant.upstream(one.base, fixes)
    target = one.variant.target(one.base)
    return _told(one, cause, found.sort, confirm_sort(bench, upstream, target, found))


def _told(
    one: Result,
    cause: Cause,
    sort: Class,
    shown: Confirmation,
    *,
    fix: str | None = None,
    item: str | None = None,
) -> Divergence:
    geometry, story = shown.scenario.geometry, shown.story
    # Where nothing of the patch ran, it should have: what calls it is where to look.
    place = story.place or one.variant.splice.start
    return Divergence(
        cause,
        item or sort.item,
        place.function if place else "",
        place,
        story.upstream_line,
        one.setting(geometry.name, geometry.arch),
        shown.scenario.operations(),
        sort.observation,
        sort.invariant,
        story.upstream,
        story.target,
        fix,
        pictured=Pictured(shown.scenario, shown.upstream, shown.target),
    )


# --- later fixes -----------------------------------------------------------------------------


def of_follow_ups(
    bench: Bench, results: Sequence[Result], told: Sequence[tuple[Fix, Told]]
) -> Iterator[Divergence]:
    """For each later fix that is not carried: where upstream with it and the target differ."""
    one = next((each for each in results if each.variant.main), None)
    for fix, said in told:
        if one is None or said.carried is not False:
            continue
        probe = next(each for each in PROBES if each.fix is fix)
        upstream = one.variant.upstream(one.base, frozenset((fix,)))
        target = one.variant.target(one.base)
        sort = bench.sort_of(upstream, target, probe.scenario)
        if sort is not None:
            shown = confirm_sort(bench, upstream, target, Found(sort, probe.scenario))
            kept = replace(sort, invariant=probe.invariant)
            yield _told(one, Cause.FOLLOW_UP, kept, shown, fix=probe.commit, item="DP-2")


# --- the base --------------------------------------------------------------------------------


def of_base(bench: Bench, results: Sequence[Result]) -> Iterator[Divergence]:
    """What both kernels of a base fault on and upstream's own does not: the base lacks a fix."""
    done: set[tuple[str, FaultKind]] = set()
    for one in results:
        if not one.variant.main or one.base is OWN:
            continue
        for kind, scenario in one.compared.faults.items():
            if (one.base.name, kind) not in done:
                done.add((one.base.name, kind))
                yield from _of_base(bench, one, kind, scenario)


def _of_base(
    bench: Bench, one: Result, kind: FaultKind, scenario: AnyScenario
) -> Iterator[Divergence]:
    upstream, target = one.variant.upstream(OWN), one.variant.target(one.base)

    def faults(scenario: AnyScenario) -> bool:
        ours, theirs = (bench.run(side, scenario) for side in (upstream, target))
        return faulted(theirs, kind) and not faulted(ours, kind)

    if faults(scenario):
        shown = confirm(bench, upstream, target, scenario, faults)
        sort = classify(shown.difference, shown.upstream, shown.target)
        own = replace(sort, observation=kind.value.replace("-", " "))
        told = _told(one, Cause.BASE, own, shown)
        yield replace(told, function=shown.base_function or told.function, place=None)
