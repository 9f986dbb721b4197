"""The move path of our tree of v6.12 does what that kernel's own does, event for event.

Real kernels are directories named in ``KERNEL_TREES``, separated by colons. Of the older eras the
reference is the judge, which is compared with real kernels in tests/reference.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from reference_runs import Runs
from reference_scenarios import scenarios
from reference_told import told

from analyzer.mm.geometry import I386, SMALL, SMALL_ONE_LOCK, X86_64, Geometry, small
from analyzer.reference.slots import LOOP
from tests.trees import trees
from tests.trees.translated import translated
from tests.trees.trees import Era, State

NAME = "linux-source-6.12"
REAL = {Path(each).name: each for each in os.environ.get("KERNEL_TREES", "").split(":") if each}
GEOMETRIES = (SMALL, SMALL_ONE_LOCK, small(4, levels=3), X86_64, I386)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: one.name)
@pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
def test_the_same_happens_in_the_real_kernel(
    geometry: Geometry, on: bool, made: Callable[[Era, State], Path]
) -> None:
    if NAME not in REAL:
        pytest.skip(f"KERNEL_TREES does not name {NAME}")
    chosen = trees.configuration(Era.V6_12, **dict.fromkeys(("HAVE_MOVE_PMD", "HAVE_MOVE_PUD"), on))

    def runs(tree: Path) -> Runs:
        return Runs(geometry, tuple(translated(tree, chosen, geometry.word, LOOP).values()))

    ours, theirs = runs(made(Era.V6_12, State.BASE)), runs(Path(REAL[NAME]))
    for one in scenarios(geometry, 1, 40):
        mine, its = (
            each.run(one, lambda *given, each=each: each.program.run(LOOP, *given, 0))
            for each in (ours, theirs)
        )
        if mine != its:
            assert told(mine) == told(its), one
        assert mine == its, one
