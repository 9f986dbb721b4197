"""The move path of our fixture trees, and of real kernels, runs on the model: nothing is missing.

Real trees are directories named in ``KERNEL_TREES``, separated by colons.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mm_api_runs import FIXTURES, Case, Kernel, Pages, cases, kernel, units_of

from analyzer.errors import FaultKind
from analyzer.mm.entry import HUGE_KINDS, Kind
from analyzer.mm.geometry import (
    I386,
    SMALL,
    SMALL_ONE_LOCK,
    SMALL_TWO_LEVELS,
    X86_64,
    X86_64_ONE_LOCK,
    Geometry,
    small,
)
from analyzer.translate import Faulted, Returned

TREES = [each for each in os.environ.get("KERNEL_TREES", "").split(":") if each]
FILE = "mm/mremap.c"
ON = {
    **dict.fromkeys(("MMU", "SMP", "SWAP", "TRANSPARENT_HUGEPAGE", "MMU_NOTIFIER"), True),
    **dict.fromkeys(("HAVE_MOVE_PMD", "HAVE_MOVE_PUD", "MEM_SOFT_DIRTY"), True),
    **dict.fromkeys(("64BIT", "X86_64", "ARCH_ENABLE_THP_MIGRATION"), True),
}
GEOMETRIES = (SMALL, SMALL_ONE_LOCK, SMALL_TWO_LEVELS, small(4, levels=3), X86_64)
BASES = ("base", "base-4.20", "base-5.9")


def _moved(before: Pages, case: Case, done: object) -> Pages:
    """What must be where, after so many bytes were moved: known without any page table."""
    assert isinstance(done, int)
    assert case.fails is not None or done == case.length
    return {
        at + case.new - case.old if case.old <= at < case.old + done else at: page
        for at, page in before.items()
    }


def _check(ran: Kernel, case: Case, *, clean_stay: bool) -> None:
    """Nothing halts; what faults is what the kernel of that time does wrong, and no more."""
    outcome = ran.run(case)
    kinds = {kind for _, kind, _ in case.contents}
    if isinstance(outcome, Faulted):
        # A huge device entry is no huge page to kernels before v5.8, and its frame no table.
        assert Kind.DEVMAP in kinds, outcome
        assert outcome.fault.kind in (FaultKind.TABLE, FaultKind.BUG, FaultKind.NULL), outcome
        return
    assert isinstance(outcome, Returned), outcome
    allowed = {FaultKind.STALE_TLB} if clean_stay else set()
    if Kind.DEVMAP in kinds:
        allowed |= {FaultKind.STALE_TLB, FaultKind.UNGUARDED, FaultKind.TABLE, FaultKind.LOST}
    if not kinds & HUGE_KINDS:
        assert ran.pages() == _moved(ran.before, case, outcome.value), case
    found = [what for what in ran.faults() if what[0] not in allowed]
    assert found == [], case


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda geometry: geometry.name)
@pytest.mark.parametrize("base", BASES)
def test_a_fixture_runs_without_a_halt_or_a_fault(base: str, geometry: Geometry) -> None:
    text = (FIXTURES / base / FILE).read_text()
    ran = kernel(units_of(text, FILE, geometry, ON), geometry)
    for case in cases(geometry, seed=4, count=150):
        _check(ran, case, clean_stay=base == "base")


@pytest.mark.parametrize("symbols", [ON, {"MMU": True}], ids=["on", "off"])
@pytest.mark.parametrize("geometry", [SMALL, X86_64_ONE_LOCK, I386], ids=lambda one: one.name)
@pytest.mark.parametrize("tree", TREES, ids=lambda tree: Path(tree).name)
def test_a_real_kernel_runs_without_a_halt_or_a_fault(
    tree: str, geometry: Geometry, symbols: dict[str, bool]
) -> None:
    text = Path(tree, FILE).read_text("utf-8", "surrogateescape")
    symbols = {name: on for name, on in symbols.items() if geometry.word == 64 or "64" not in name}
    ran = kernel(units_of(text, FILE, geometry, symbols, Path(tree)), geometry)
    for case in cases(geometry, seed=4, count=100):
        _check(ran, case, clean_stay=False)
