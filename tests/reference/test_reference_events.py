"""Whole runs of the reference, event by event."""

from __future__ import annotations

import pytest
from reference_runs import Reference
from reference_scenarios import Scenario
from reference_told import told

from analyzer.mm.entry import DIRTY, Kind
from analyzer.mm.geometry import SMALL, SMALL_ONE_LOCK
from analyzer.mm.populate import Content
from analyzer.reference.base import Base
from analyzer.reference.bases import BASES, BOTH_BOUNDS, FLUSH_UNDER_LOCK, NEED_FLUSH
from analyzer.reference.patch import Fix

PAGE, PMD = SMALL.page_size, SMALL.pmd_size
NEW = 64 * PMD
# Another table near the new place, so that the tables above it are there.
NEAR: Content = (NEW + 4 * PMD, Kind.TABLE, 0)
ONE: Content = (0, Kind.PAGE, 0)
WARNING = "report warning"


def run(
    base: Base,
    *contents: Content,
    new: int = NEW,
    length: int = PMD,
    fixes: tuple[Fix, ...] | None = (),
    need: bool = False,
    file: bool = False,
    fails: int | None = None,
) -> list[str]:
    kernel = Reference(SMALL, base, fixes)
    one = Scenario(SMALL, 0, new, length, (*contents, NEAR), need, file, fails=fails)
    return told(kernel(one))


@pytest.mark.parametrize("base", BASES, ids=lambda one: one.name)
def test_a_table_is_moved_with_all_locks_held(base: Base) -> None:
    inside = "PMD lock 2, PMD lock 5, anon_vma lock 0, i_mmap lock 0"
    assert run(base, ONE, need=True, file=True) == [
        "notify start 0x0-0x8000",
        "lock i_mmap lock 0",
        "lock anon_vma lock 0 | i_mmap lock 0",
        "lock PMD lock 2 | anon_vma lock 0, i_mmap lock 0",
        "lock PMD lock 5 nested | PMD lock 2, anon_vma lock 0, i_mmap lock 0",
        f"PMD 0x0: table 3 -> none | {inside}",
        f"PMD 0x200000: none -> table 3 | {inside}",
        f"flush 0x0-0x8000 | {inside}",
        "notify end 0x0-0x8000",
        "return 0x8000",
    ]


def test_one_lock_for_all_tables_is_taken_once() -> None:
    one = Scenario(SMALL_ONE_LOCK, 0, NEW, PMD, (ONE, NEAR))
    assert told(Reference(SMALL_ONE_LOCK, FLUSH_UNDER_LOCK, ())(one)) == [
        "notify start 0x0-0x8000",
        "lock page_table_lock",
        "PMD 0x0: table 3 -> none | page_table_lock",
        "PMD 0x200000: none -> table 3 | page_table_lock",
        "flush 0x0-0x8000 | page_table_lock",
        "notify end 0x0-0x8000",
        "return 0x8000",
    ]


def test_pages_are_moved_one_by_one_and_marked() -> None:
    both = "PTE lock 3, PTE lock 7, anon_vma lock 0"
    pages = (0, Kind.PAGE, DIRTY), (PAGE, Kind.PAGE, 0), (3 * PAGE, Kind.SWAP, 0)
    under_lock = [
        "notify start 0x0-0x8000",
        "allocate PTE",
        "lock PMD lock 5",
        "PMD 0x200000: none -> table 7 | PMD lock 5",
        "lock anon_vma lock 0",
        "lock PTE lock 3 | anon_vma lock 0",
        "lock PTE lock 7 nested | PTE lock 3, anon_vma lock 0",
        f"PTE 0x0: page 0 dirty -> none | {both}",
        f"PTE 0x200000: none -> page 0 dirty soft-dirty | {both}",
        f"PTE 0x1000: page 1 -> none | {both}",
        f"PTE 0x201000: none -> page 1 soft-dirty | {both}",
        f"PTE 0x3000: swap 0 -> none | {both}",
        f"PTE 0x203000: none -> swap 0 soft-dirty | {both}",
        f"flush 0x0-0x8000 | {both}",
        "notify end 0x0-0x8000",
        "return 0x8000",
    ]
    after_one_lock = [
        *under_lock[:-3],
        f"fault: stale-translation | {both}",
        "flush 0x0-0x8000 | PTE lock 3, anon_vma lock 0",
        *under_lock[-2:],
    ]
    assert run(FLUSH_UNDER_LOCK, *pages, fixes=None, need=True) == under_lock
    assert run(BOTH_BOUNDS, *pages, fixes=None, need=True) == under_lock
    assert run(NEED_FLUSH, *pages, fixes=None, need=True) == after_one_lock


def test_clean_pages_are_flushed_behind_the_loop_by_the_oldest() -> None:
    assert run(NEED_FLUSH, ONE, fixes=None)[6:] == [
        "PTE 0x0: page 0 -> none | PTE lock 3, PTE lock 7",
        "PTE 0x200000: none -> page 0 soft-dirty | PTE lock 3, PTE lock 7",
        "fault: stale-translation | PTE lock 3, PTE lock 7",
        "fault: stale-translation | PTE lock 3",
        "flush 0x0-0x8000",
        "notify end 0x0-0x8000",
        "return 0x8000",
    ]


def test_a_destination_in_use_is_warned_of_and_filled_page_by_page() -> None:
    assert run(FLUSH_UNDER_LOCK, ONE, (NEW, Kind.TABLE, 0)) == [
        "notify start 0x0-0x8000",
        WARNING,
        "lock PTE lock 3",
        "lock PTE lock 6 nested | PTE lock 3",
        "PTE 0x0: page 0 -> none | PTE lock 3, PTE lock 6",
        "PTE 0x200000: none -> page 0 soft-dirty | PTE lock 3, PTE lock 6",
        "flush 0x0-0x8000 | PTE lock 3, PTE lock 6",
        "notify end 0x0-0x8000",
        "return 0x8000",
    ]


def test_rmap_locks_are_taken_for_tables_whether_needed_or_not_once_that_is_fixed() -> None:
    found = run(FLUSH_UNDER_LOCK, ONE, fixes=(Fix.RMAP_ALWAYS,))
    assert found == run(FLUSH_UNDER_LOCK, ONE, need=True)
    assert found != run(FLUSH_UNDER_LOCK, ONE)
    # Of pages and huge pages the fix says nothing.
    for contents in ((PAGE, Kind.PAGE, 0), (0, Kind.HUGE, 0)):
        odd = {"length": PMD - PAGE} if contents[0] else {}
        fixed = run(FLUSH_UNDER_LOCK, contents, fixes=(Fix.RMAP_ALWAYS,), **odd)  # type: ignore[arg-type]
        assert fixed == run(FLUSH_UNDER_LOCK, contents, **odd)  # type: ignore[arg-type]


def test_what_was_moved_before_memory_ran_out_is_returned() -> None:
    both = "PMD lock 2, PMD lock 6"
    assert run(FLUSH_UNDER_LOCK, ONE, (PMD, Kind.PAGE, 0), length=PMD + PAGE, fails=0) == [
        "notify start 0x0-0x9000",
        "lock PMD lock 2",
        "lock PMD lock 6 nested | PMD lock 2",
        f"PMD 0x0: table 3 -> none | {both}",
        f"PMD 0x200000: none -> table 3 | {both}",
        f"flush 0x0-0x8000 | {both}",
        "allocate PTE fails",
        "notify end 0x0-0x9000",
        "return 0x8000",
    ]


def test_a_huge_page_is_moved_whole_and_marked() -> None:
    both = "PMD lock 2, PMD lock 5"
    moved = [
        "notify start 0x0-0x8000",
        "lock PMD lock 2",
        "lock PMD lock 5 nested | PMD lock 2",
        f"PMD 0x0: huge page 0 -> none | {both}",
        f"PMD 0x200000: none -> huge page 0 soft-dirty | {both}",
        f"flush 0x0-0x8000 | {both}",
        "notify end 0x0-0x8000",
        "return 0x8000",
    ]
    huge = (0, Kind.HUGE, 0)
    assert run(FLUSH_UNDER_LOCK, huge) == moved
    assert run(BOTH_BOUNDS, huge) == moved
    assert run(NEED_FLUSH, huge) == [
        *moved[:5],
        f"fault: stale-translation | {both}",
        "fault: stale-translation | PMD lock 2",
        "flush 0x0-0x8000",
        *moved[-2:],
    ]


@pytest.mark.parametrize("new", [NEW + PAGE, NEW + PMD - PAGE])
@pytest.mark.parametrize("base", BASES, ids=lambda one: one.name)
def test_an_address_off_the_boundary_is_never_moved_as_a_table(base: Base, new: int) -> None:
    pages = tuple((at, Kind.PAGE, 0) for at in range(0, 3 * PMD, PAGE))
    with_patch = run(base, *pages, new=new, length=3 * PMD)
    assert with_patch == run(base, *pages, new=new, length=3 * PMD, fixes=None)


@pytest.mark.parametrize(
    ("base", "kind"), [(FLUSH_UNDER_LOCK, "died: no-page-table"), (BOTH_BOUNDS, "return 0x7000")]
)
def test_device_memory_in_part_is_walked_as_a_table_before_that_was_fixed(
    base: Base, kind: str
) -> None:
    assert run(base, (0, Kind.DEVMAP, 0), length=PMD - PAGE, file=True)[-1] == kind


def stack(below: int, fixes: tuple[Fix, ...] = ()) -> list[str]:
    """A stack that execve() moves down by so many PMDs: it begins a page before a PMD."""
    start = 4 * PMD - PAGE
    pages = tuple((at * PMD, Kind.PAGE, 0) for at in (4, 5, 6, 7))
    contents = ((start, Kind.PAGE, 0), *pages)
    length = PAGE + len(pages) * PMD
    one = Scenario(SMALL, start, start - below * PMD, length, contents, one_area=True)
    return told(Reference(SMALL, FLUSH_UNDER_LOCK, fixes)(one))


def moves(lines: list[str]) -> list[str]:
    """What became of each PMD, in order."""
    found = []
    for line in lines:
        if line == WARNING:
            found.append("warning")
        elif line.startswith("PMD") and "-> table" in line:
            found.append("table " + line.split(":")[0].split()[1])
        elif line.startswith("PTE") and "none -> page" in line:
            found.append("page " + line.split(":")[0].split()[1])
    return found


def test_a_stack_that_moves_by_one_pmd_is_warned_of_at_each_full_one() -> None:
    assert moves(stack(1)) == [
        *("table 0x10000", "page 0x17000"),
        *("warning", "page 0x18000", "warning", "page 0x20000"),
        *("warning", "page 0x28000", "warning", "page 0x30000"),
    ]


def test_a_stack_that_moves_by_two_is_warned_of_at_every_second_one() -> None:
    # Each that was moved page by page leaves an empty table where the one two further on goes.
    assert moves(stack(2)) == [
        *("table 0x8000", "page 0xf000"),
        *("table 0x10000", "warning", "page 0x18000"),
        *("table 0x20000", "warning", "page 0x28000"),
    ]


def test_it_is_warned_of_once_since_that_was_changed() -> None:
    often, once = stack(1), stack(1, (Fix.WARN_ONCE,))
    assert (often.count(WARNING), once.count(WARNING)) == (4, 1)
    assert [one for one in often if one != WARNING] == [one for one in once if one != WARNING]
