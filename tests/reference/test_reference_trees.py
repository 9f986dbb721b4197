"""The reference against C: the translation of a tree does the same, event for event.

The trees of real kernels are directories named in ``KERNEL_TREES``, separated by colons; without it
only those of our own are looked at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from reference_runs import Reference, Tree
from reference_scenarios import scenarios
from reference_told import told
from reference_trees import FIXTURES, move_path

from analyzer.mm.geometry import (
    I386,
    MEDIUM,
    SMALL,
    SMALL_ONE_LOCK,
    SMALL_TWO_LEVELS,
    X86_64,
    Geometry,
    Level,
    small,
)
from analyzer.reference.base import Base
from analyzer.reference.bases import BOTH_BOUNDS, FLUSH_UNDER_LOCK, NEED_FLUSH
from analyzer.reference.commit import SYMBOL
from analyzer.reference.patch import Fix

TREES = {Path(each).name: each for each in os.environ.get("KERNEL_TREES", "").split(":") if each}
OURS = {"need-flush": NEED_FLUSH, "base-4.20": FLUSH_UNDER_LOCK, "base-5.9": BOTH_BOUNDS}
# Here addresses can wrap: user space ends where they do.
WRAPS = small(10, levels=2, word=32, split_pmd=False)
GEOMETRIES = (SMALL, SMALL_ONE_LOCK, SMALL_TWO_LEVELS, MEDIUM, X86_64, I386, WRAPS)


def real(name: str) -> str:
    """The path of a real kernel's tree; a test that needs it is skipped without."""
    if name not in TREES:
        pytest.skip(f"KERNEL_TREES does not name {name}")
    return TREES[name]


def compare(
    geometry: Geometry, base: Base, tree: str, fixes: tuple[Fix, ...] | None = None
) -> None:
    """Upstream's patch is on where ``fixes`` is not None."""
    symbols = frozenset() if fixes is None else frozenset({SYMBOL})
    ours = Reference(geometry, base, fixes)
    theirs = Tree(geometry, move_path(tree, symbols, geometry.word))
    for one in scenarios(geometry, 1, max(8, 2400 // geometry.entries(Level.PTE))):
        mine, its = ours(one), theirs(one)
        if mine != its:
            assert told(mine) == told(its), one
        assert mine == its, one


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: one.name)
@pytest.mark.parametrize("name", OURS)
def test_a_fixture_tree_does_the_same(name: str, geometry: Geometry) -> None:
    compare(geometry, OURS[name], str(FIXTURES / name))


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: one.name)
def test_v4_20_does_the_same(geometry: Geometry) -> None:
    tree = real("rbates0119+linux-4.20.1")
    compare(geometry, FLUSH_UNDER_LOCK, tree)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: one.name)
@pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
def test_v5_0_does_the_same(geometry: Geometry, on: bool) -> None:
    tree = real("akshaybaviskar+Linux-5.0")
    compare(geometry, FLUSH_UNDER_LOCK, tree, () if on else None)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: one.name)
@pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
def test_v5_11_does_the_same(geometry: Geometry, on: bool) -> None:
    tree = real("CompressionDuck+linux-5.11")
    compare(geometry, BOTH_BOUNDS, tree, (Fix.WARN_ONCE,) if on else None)
