"""A difference made small, run once more under a tracer, and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analyzer.machine.observation import Observation
from analyzer.machine.scenario import Remap
from analyzer.replay.bench import Bench, Found
from analyzer.replay.lockstep import Difference, first_difference
from analyzer.replay.shrink import ATTEMPTS, shrink
from analyzer.replay.shrink_call import ATTEMPTS as CALL_ATTEMPTS, shrink_call
from analyzer.replay.sides import AnyScenario, AnySide
from analyzer.replay.story import Story, tell


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The smallest scenario that was found, what each side does on it, and how that is told."""

    scenario: AnyScenario
    upstream: Observation
    target: Observation
    difference: Difference
    story: Story

    @property
    def base_function(self) -> str:
        """The function of the base that ran in the target where the two differ first."""
        return next((one for one in self.target.functions[self.difference.target_at :] if one), "")


def confirm_sort(bench: Bench, upstream: AnySide, target: AnySide, found: Found) -> Confirmation:
    """Shrink a difference as long as it stays of its sort, and tell what is left."""

    def still(scenario: AnyScenario) -> bool:
        return bench.sort_of(upstream, target, scenario) == found.sort

    return confirm(bench, upstream, target, found.scenario, still)


def confirm(
    bench: Bench,
    upstream: AnySide,
    target: AnySide,
    scenario: AnyScenario,
    still: Callable[[AnyScenario], bool],
    *,
    attempts: int | None = None,
) -> Confirmation:
    """Shrink a scenario on which two sides differ, as long as ``still`` says so, and tell it.

    ``attempts`` is how often ``still`` may be asked, where not as often as is usual.
    """
    smallest: AnyScenario
    if isinstance(scenario, Remap):
        smallest = shrink_call(scenario, still, attempts=attempts or CALL_ATTEMPTS)
    else:
        smallest = shrink(scenario, still, attempts=attempts or ATTEMPTS)
    ours, theirs = (bench.run(one, smallest, tracing=True) for one in (upstream, target))
    difference = first_difference(ours, theirs)
    if difference is None:
        raise ValueError("the difference is gone under the tracer")
    return Confirmation(
        smallest, ours, theirs, difference, tell(ours, theirs, target.text_of, upstream.text_of)
    )
