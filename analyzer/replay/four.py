"""Four kernels on one scenario: what a difference between the two that are patched comes from.

The bases of upstream and of the target differ for reasons of their own. So a difference between
upstream.after and target.after is charged by what the patch does on each side:

* it does nothing on either (each ``after`` runs as its own ``before``, event for event): what
  differs was there before, and belongs to the base;
* upstream dies without the patch, and the target comes to its end with and without it and breaks no
  rule: it has what mends upstream's base, and there is nothing to compare with;
* it does something on one side alone: the patch's, unless the target dies without the patch and
  with it differs in nothing new;
* it does something on both. Where the two ``before`` do the same, no base is to blame. Else what it
  does itself (the events that happen while a line runs that the patch brought, or that such a line
  called) must be equal event for event, with the locks held at each; so must what it takes away
  (the same of the lines that the patch removes, in the ``before``); and what the call came to
  (``aspects``) must differ in nothing in which the two ``before`` did not differ in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from analyzer.errors import Stopped
from analyzer.machine.observation import Observation
from analyzer.mm.events import EventKind
from analyzer.replay.aspects import Aspect, CameTo, differing
from analyzer.replay.bench import Bench
from analyzer.replay.classify import Class, classify
from analyzer.replay.lockstep import Difference, first_difference
from analyzer.replay.outcome import Cause
from analyzer.replay.sides import AnyScenario, AnySide
from analyzer.replay.treeside import TreeSide

_DOES = "what the patch itself does differs"
_TAKES = "what the patch takes away differs"


@dataclass(frozen=True, slots=True)
class Four:
    """The four kernels of a comparison, before and after the patch, under one configuration."""

    upstream_before: AnySide
    upstream_after: AnySide
    target_before: AnySide
    target_after: AnySide

    @property
    def befores(self) -> tuple[AnySide, AnySide]:
        """Upstream's and the target's without the patch."""
        return self.upstream_before, self.target_before

    @property
    def afters(self) -> tuple[AnySide, AnySide]:
        """Upstream's and the target's with it."""
        return self.upstream_after, self.target_after

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for kernels that behave alike."""
        return (
            *self.upstream_before.key,
            *self.upstream_after.key,
            *self.target_before.key,
            *self.target_after.key,
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A difference, whose it is, and why it is charged so."""

    sort: Class
    cause: Cause
    why: str


def judge(
    bench: Bench,
    four: Four,
    scenario: AnyScenario,
    *,
    acts: bool = True,
    seen: tuple[Observation, Observation] | None = None,
) -> Judged | None:
    """Whose the difference on a scenario is; None where both ``after`` do the same.

    Without ``acts`` what the patch itself does is not compared, only what it comes to. ``seen`` is
    what both ``after`` showed, where that is known. Raises ``Stopped`` where one of the four halts:
    then nothing may be concluded.
    """
    ours, theirs = seen or (
        _run(bench, four.upstream_after, scenario),
        _run(bench, four.target_after, scenario),
    )
    difference = first_difference(ours, theirs)
    if difference is None:
        return None
    sort = classify(difference, ours, theirs)
    # What is left is looked at further down: one run tells both.
    before, earlier = (_came_to(bench, side, scenario).run for side in four.befores)
    mine = first_difference(before, ours) is not None
    its = first_difference(earlier, theirs) is not None
    if not mine and not its:
        return Judged(sort, Cause.BASE, "the patch changes nothing here on either side")
    if _dies(before) and _is_sound(earlier) and _is_sound(theirs):
        return Judged(sort, Cause.BASE, "upstream dies here without the patch, the target does not")
    if mine != its and not (_dies(earlier) and not _new(bench, four, scenario)):
        whose = "upstream's patch" if mine else "the target's patch"
        return Judged(sort, Cause.PATCH, f"{whose} alone changes something here")
    if mine != its:
        return Judged(sort, Cause.BASE, "the target dies here without the patch")
    return _both_act(bench, four, scenario, sort, acts=acts)


def _both_act(
    bench: Bench, four: Four, scenario: AnyScenario, sort: Class, *, acts: bool
) -> Judged:
    before, earlier = (_run(bench, side, scenario) for side in four.befores)
    if acts and first_difference(before, earlier) is None:
        return Judged(sort, Cause.PATCH, "without the patch they do the same here")
    for pair, why in ((four.afters, _DOES), (four.befores, _TAKES)) if acts else ():
        if not any(map(_has_lines, pair)):
            continue
        mine, its = (_acts_of(_run(bench, side, scenario, tracing=True)) for side in pair)
        apart = first_difference(mine, its)
        if apart is not None:
            sort = _sort_of_acts(apart, mine, its, sort) if why is _DOES else sort
            return Judged(sort, Cause.PATCH, why)
    new = _new(bench, four, scenario)
    if new:
        return Judged(sort, Cause.PATCH, f"only with the patch they differ in: {_listed(new)}")
    return Judged(sort, Cause.BASE, "what the patch itself does, and what it comes to, is the same")


def _is_sound(run: Observation) -> bool:
    """Whether a run came to its end, and broke no rule."""
    return not any(one.kind in (EventKind.DIED, EventKind.FAULT) for one in run.events)


def _has_lines(side: AnySide) -> bool:
    """Whether a kernel has lines of code that its other state has not."""
    return not isinstance(side, TreeSide) or bool(side.path.touched)


def _new(bench: Bench, four: Four, scenario: AnyScenario) -> frozenset[Aspect]:
    """In what the patched kernels come to something else, and the others do not."""
    before, earlier, ours, theirs = (
        _came_to(bench, side, scenario) for side in (*four.befores, *four.afters)
    )
    known = differing(before, earlier)
    if _dies(before.run) != _dies(ours.run) or _dies(earlier.run) != _dies(theirs.run):
        # What a kernel that died left behind hides nothing of what one that lives on does.
        known = frozenset(one for one in known if one.counted)
    return differing(ours, theirs) - known


def _dies(run: Observation) -> bool:
    return any(one.kind is EventKind.DIED for one in run.events[-1:])


def _sort_of_acts(apart: Difference, mine: Observation, its: Observation, sort: Class) -> Class:
    """The sort of what the patches do, unless the whole runs tell it already."""
    own = classify(apart, mine, its)
    return own if own.item != "SM-6" else sort


def _acts_of(run: Observation) -> Observation:
    """A run's events as far as the patch was at work; what follows the last line is no line's."""
    acting = [
        inside or step is not None for inside, step in zip(run.inside, run.steps, strict=True)
    ]
    kept = (one for one, acts in zip(run.events, acting, strict=False) if acts)
    return replace(run, events=tuple(kept))


def _run(
    bench: Bench, side: AnySide, scenario: AnyScenario, *, tracing: bool = False
) -> Observation:
    found = bench.run(side, scenario, tracing=tracing)
    if found.halted is not None:
        raise Stopped(found.halted)
    return found


def _came_to(bench: Bench, side: AnySide, scenario: AnyScenario) -> CameTo:
    found = bench.came_to(side, scenario)
    if found.run.halted is not None:
        raise Stopped(found.run.halted)
    return found


def _listed(aspects: frozenset[Aspect]) -> str:
    return ", ".join(sorted({one.said for one in aspects}))
