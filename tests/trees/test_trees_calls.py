"""mremap() itself, as our trees have it: each situation comes to the answer of its era."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from mm_api_mremap import SITUATIONS, Situation, Traits, expected, mapped, moved, prepare, run
from mm_api_runs import Kernel, kernel

from analyzer.errors import FaultKind
from analyzer.mm.geometry import X86_64
from analyzer.translate import Returned
from tests.trees import trees
from tests.trees.translated import translated
from tests.trees.trees import Era, State, states

_NONE = dict.fromkeys(Traits.__dataclass_fields__, False)
TRAITS = {
    Era.RHEL7: Traits(**_NONE),
    Era.V5_0: Traits(**{**_NONE, "no_copies": True}),
    Era.V6_12: Traits(**dict.fromkeys(Traits.__dataclass_fields__, True)),
}


@cache
def _kernel(tree: Path, era: Era) -> Kernel:
    chosen = trees.configuration(era, HAVE_MOVE_PMD=True)
    return kernel([each.unit for each in translated(tree, chosen).values()], X86_64)


@pytest.mark.parametrize("era", Era, ids=lambda era: era.value)
@pytest.mark.parametrize("one", SITUATIONS, ids=lambda one: one.name)
def test_a_call_is_answered_as_the_era_does(
    one: Situation, era: Era, made: Callable[[Era, State], Path]
) -> None:
    ran = _kernel(made(era, states(era)[-1]), era)
    arguments = prepare(ran, one)
    areas = mapped(ran)
    outcome = run(ran, one)
    result = expected(one, TRAITS[era])
    assert outcome == Returned(result)
    # What is clean may be found for a while, where the flush is behind the loop.
    fine = {FaultKind.STALE_TLB} if era is Era.RHEL7 else set()
    assert [what for what in ran.faults() if what[0] not in fine] == []
    if result >= 0:
        assert mapped(ran) == moved(areas, arguments, result)
