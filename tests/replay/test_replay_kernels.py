"""The reference's kernels with upstream's patch and without, in lockstep: from sweep to story."""

from __future__ import annotations

from functools import partial

import pytest

from analyzer.machine.kernel import Kernel
from analyzer.machine.observation import Observation
from analyzer.machine.scenario import Content, Scenario
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import SMALL
from analyzer.reference.base import Base
from analyzer.reference.bases import BASES, FLUSH_UNDER_LOCK
from analyzer.reference.patch import Fix, Upstream
from analyzer.replay.classify import Class, classify
from analyzer.replay.generate import sample, sweep
from analyzer.replay.lockstep import first_difference
from analyzer.replay.shrink import shrink
from analyzer.replay.story import tell

PATCHED = Kernel("patched", FLUSH_UNDER_LOCK, SMALL, Upstream, None)
BEFORE = Kernel("before", FLUSH_UNDER_LOCK, SMALL, None, None)


def sort_of(upstream: Observation, target: Observation) -> Class | None:
    difference = first_difference(upstream, target)
    return None if difference is None else classify(difference, upstream, target)


@pytest.mark.parametrize("base", BASES, ids=lambda one: one.name)
def test_a_kernel_is_like_itself(base: Base) -> None:
    one, other = (Kernel(name, base, SMALL, Upstream, None) for name in ("one", "other"))
    assert {sort_of(one.run(each), other.run(each)) for each in sample(SMALL)} == {None}


def test_a_kernel_without_the_patch_goes_another_way() -> None:
    found = {sort_of(PATCHED.run(one), BEFORE.run(one)) for one in sweep(SMALL)}
    assert found == {None, Class("SM-1", "way of moving"), Class("SM-1", "warning")}


def test_a_kernel_that_takes_rmap_locks_always_differs_in_locks() -> None:
    fixed = partial(Upstream, fixes=frozenset({Fix.RMAP_ALWAYS}))
    kernel = Kernel("fixed", FLUSH_UNDER_LOCK, SMALL, fixed, None)
    found = {sort_of(PATCHED.run(one), kernel.run(one)) for one in sweep(SMALL)}
    assert found == {None, Class("SM-4", "locks taken")}


def test_a_difference_is_shrunk_and_told() -> None:
    first = sweep(SMALL)[3]
    sort = sort_of(PATCHED.run(first), BEFORE.run(first))
    smallest = shrink(first, lambda one: sort_of(PATCHED.run(one), BEFORE.run(one)) == sort)
    page = (Content(0x8000, Kind.PAGE),)
    assert smallest == Scenario(SMALL, 0x8000, 0x10000, 0x8000, page)
    told = tell(*(kernel.run(smallest, tracing=True) for kernel in (PATCHED, BEFORE)))
    assert (told.place, told.upstream_line) == (None, 218)
    assert [line.split("|")[2].strip() for line in told.upstream if line.startswith(">")] == [
        "takes PMD lock 2"
    ]
    assert [line.split("|")[2].strip() for line in told.target if line.startswith(">")] == [
        "allocates PTE table 4"
    ]
