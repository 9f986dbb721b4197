"""mremap() from the system call down: of our own C, and of real kernels, on the model.

Real trees are directories named in ``KERNEL_TREES``, separated by colons.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from mm_api_mremap import (
    SITUATIONS,
    Situation,
    Traits,
    carried,
    expected,
    mapped,
    moved,
    prepare,
    run,
)
from mm_api_runs import FIXTURES, Kernel, kernel, units_of

from analyzer.mm import invariants
from analyzer.mm.geometry import X86_64
from analyzer.translate import Returned

TREES = [each for each in os.environ.get("KERNEL_TREES", "").split(":") if each]
FILE = "mm/mremap.c"
ON = dict.fromkeys(
    (
        *("MMU", "SMP", "64BIT", "X86", "X86_64", "SWAP", "SHMEM", "MMU_NOTIFIER", "HUGETLB_PAGE"),
        *("TRANSPARENT_HUGEPAGE", "HAVE_ARCH_TRANSPARENT_HUGEPAGE", "ARCH_ENABLE_THP_MIGRATION"),
        *(
            "MEM_SOFT_DIRTY",
            "HAVE_ARCH_SOFT_DIRTY",
            "HAVE_MOVE_PMD",
            "HAVE_MOVE_PUD",
            "USERFAULTFD",
        ),
    ),
    True,
)
OLD_FORMS = Traits(
    no_copies=True,
    first=False,
    counts=False,
    keeps=False,
    keeps_all=False,
    seals=False,
    hugetlb=False,
    joins=False,
)
# Where move_vma() charges memory, what it charged for growth stays charged when the move fails.
LEAKS = ("allocation fails, locked, grown", "vm_committed_as is 1536 and should be 1024")


def _check(ran: Kernel, one: Situation, traits: Traits) -> None:
    arguments = prepare(ran, one)
    areas, pages = mapped(ran), ran.pages()
    outcome = run(ran, one)
    result = expected(one, traits)
    assert outcome == Returned(result), one.name
    broken = [LEAKS[1]] if one.name == LEAKS[0] and traits.first else []
    assert list(invariants.validate(ran.state)) == broken, one.name
    assert ran.faults() == [], one.name
    if result >= 0:
        assert mapped(ran) == moved(areas, arguments, result), one.name
    if result >= 0 and not one.huge:
        assert ran.pages() == carried(pages, arguments, result), one.name
    if one.fails is not None:
        target = range(arguments[4], arguments[4] + arguments[2])
        assert mapped(ran) == {at: page for at, page in areas.items() if at not in target}
        assert ran.pages() == {at: page for at, page in pages.items() if at not in target}


@cache
def _ours() -> Kernel:
    text = (FIXTURES / "base-5.9" / FILE).read_text()
    text += (FIXTURES / "model" / "syscall.c").read_text()
    return kernel(units_of(text, FILE, X86_64, ON, every=True), X86_64)


@pytest.mark.parametrize("one", SITUATIONS, ids=lambda one: one.name)
def test_our_own_system_call(one: Situation) -> None:
    _check(_ours(), one, OLD_FORMS)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: Path(tree).name)
def test_a_real_system_call(tree: str) -> None:
    text = Path(tree, FILE).read_text("utf-8", "surrogateescape")
    ran = kernel(units_of(text, FILE, X86_64, ON, Path(tree), every=True), X86_64)
    for one in SITUATIONS:
        _check(ran, one, Traits.of(text))
