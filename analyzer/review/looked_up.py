"""SM-2 by the target's tree: what each callee of the changed code is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.finding import Evidence, State
from analyzer.machine.callees import Callee, Problem, Trouble
from analyzer.machine.definition import Spot
from analyzer.result import Item
from analyzer.source import Place, Side

_MOST = 60
# What each trouble makes of the item; the worst decides.
_STATES = {
    Trouble.MISSING: State.FINDING,
    Trouble.ARITY: State.FINDING,
    Trouble.ARGUMENT: State.FINDING,
    Trouble.UNSEEN: State.CANNOT_TELL,
    Trouble.CONDITION: State.NEEDS_REVIEW,
    Trouble.MEANING: State.NEEDS_REVIEW,
    Trouble.FORM: State.NEEDS_REVIEW,
    Trouble.UNKNOWN_UPSTREAM: State.NEEDS_REVIEW,
    Trouble.OTHER_CALLEE: State.NEEDS_REVIEW,
}
_NEXT = {
    State.FINDING: "Mend the call, or take the patch that brings what it needs.",
    State.CANNOT_TELL: "Build the target with the patch; look these callees up.",
    State.NEEDS_REVIEW: "Read both definitions of each callee named here.",
}
_ORDER = (State.FINDING, State.CANNOT_TELL, State.NEEDS_REVIEW)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer, every problem at the call and at the definitions, and whether one is fatal."""

    item: Item
    troubles: tuple[Evidence, ...]
    breaks_build: bool


def looked_up(title: str, found: tuple[Callee, ...], agreed: str = "") -> LookedUp:
    """SM-2 by the target's tree; ``agreed`` is what running said besides.

    A call that the target does not compile is a finding, a callee that could not be looked up
    ``cannot-tell``; what only looks other than upstream's is for a person.
    """
    item = _item(title, found, agreed)
    troubles = tuple(_problems((one, problem) for one in found for problem in one.problems))
    return LookedUp(item, troubles, item.state is State.FINDING)


def _item(title: str, found: tuple[Callee, ...], agreed: str) -> Item:
    troubles = [(one, problem) for one in found for problem in one.problems]
    state = next((s for s in _ORDER if any(_STATES[p.trouble] is s for _, p in troubles)), State.OK)
    if state is State.OK:
        said = f"all {len(found)} calls fit the target's definitions" if found else "nothing called"
        return Item("SM-2", title, state, said + agreed, evidence=tuple(_fitting(found)))
    worst = [problem.said for _, problem in troubles if _STATES[problem.trouble] is state]
    more = f", and {len(worst) - 1} more" if len(worst) > 1 else ""
    return Item(
        "SM-2",
        title,
        state,
        f"{worst[0]}{more}",
        reason=agreed.removeprefix("; "),
        evidence=tuple(_problems(troubles)),
        next=_NEXT[state],
    )


def _problems(troubles: Iterable[tuple[Callee, Problem]]) -> Iterator[Evidence]:
    ranked = sorted(troubles, key=lambda each: _ORDER.index(_STATES[each[1].trouble]))
    for callee, problem in ranked[:_MOST]:
        where = f", in {callee.function}()" if callee.function else ""
        times = f", {callee.calls} times" if callee.calls > 1 else ""
        yield Evidence(f"{problem.said}{where}{times}", _at(Side.PATCH_AFTER, callee.spot))
        if problem.spot is not None:
            yield Evidence(f"the target's line for {callee.name}", _at(Side.TARGET, problem.spot))
        if problem.upstream is not None:
            yield Evidence(
                f"upstream's line for {callee.name}", _at(Side.UPSTREAM, problem.upstream)
            )
    if len(ranked) > _MOST:
        yield Evidence(f"{len(ranked) - _MOST} more problems with callees")


def _fitting(found: tuple[Callee, ...]) -> Iterator[Evidence]:
    for one in found[:_MOST]:
        if one.definition is not None:
            spot = Spot(one.definition.path, one.definition.line)
            yield Evidence(f"{one.name}: {one.definition}", _at(Side.TARGET, spot))
    if len(found) > _MOST:
        yield Evidence(f"{len(found) - _MOST} more callees")


def _at(side: Side, spot: Spot) -> Place:
    return Place(side, spot.path, spot.line)
