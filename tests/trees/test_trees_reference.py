"""The move path of our trees does what the reference does, event for event."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reference_runs import Reference, Tree
from reference_scenarios import scenarios
from reference_told import told
from reference_trees import move_path

from analyzer.mm.geometry import (
    SMALL,
    SMALL_TWO_LEVELS,
    X86_64,
    Geometry,
    Level,
)
from analyzer.reference.base import Base
from analyzer.reference.bases import FLUSH_UNDER_LOCK, NEED_FLUSH
from analyzer.reference.commit import SYMBOL
from analyzer.reference.patch import Fix
from tests.trees.trees import Era, State

GEOMETRIES = (SMALL, SMALL_TWO_LEVELS, X86_64)
BOTH = (Fix.WARN_ONCE, Fix.RMAP_ALWAYS)
# The fixes of upstream's patch that a state has; None where it has no patch, or has it off.
CASES = (
    (Era.RHEL7, State.BASE, True, None),
    (Era.RHEL7, State.CORE, False, None),
    (Era.RHEL7, State.CORE, True, ()),
    (Era.V5_0, State.BASE, True, None),
    (Era.V5_0, State.CORE, False, None),
    (Era.V5_0, State.CORE, True, ()),
    (Era.V5_0, State.WARN_ONCE, True, (Fix.WARN_ONCE,)),
    (Era.V5_0, State.RMAP_LOCKS, True, BOTH),
)
BASES: dict[Era, Base] = {Era.RHEL7: NEED_FLUSH, Era.V5_0: FLUSH_UNDER_LOCK}


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("era", "state", "on", "fixes"),
    CASES,
    ids=[f"{era.value}-{state.value}-{'on' if on else 'off'}" for era, state, on, _ in CASES],
)
def test_a_state_does_what_the_reference_does(
    era: Era,
    state: State,
    on: bool,
    fixes: tuple[Fix, ...] | None,
    geometry: Geometry,
    made: Callable[[Era, State], Path],
) -> None:
    symbols = frozenset({SYMBOL} if on else ())
    ours = Reference(geometry, BASES[era], fixes)
    path = move_path(str(made(era, state)), symbols, geometry.word)
    theirs = Tree(geometry, path)
    for one in scenarios(geometry, 1, max(4, 240 // geometry.entries(Level.PTE))):
        mine, its = ours(one), theirs(one)
        if mine != its:
            assert told(mine) == told(its), one
        assert mine == its, one
