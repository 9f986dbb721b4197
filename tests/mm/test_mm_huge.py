"""Huge entries: moved whole in the forms of all eras, and split."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import areas, huge, invariants, locking, pgtable, populate
from analyzer.mm.entry import DIRTY, SOFT_DIRTY, UFFD_WP, WRITE, YOUNG, Entry, Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import SMALL, SMALL_ONE_LOCK, SMALL_TWO_LEVELS, Geometry, Level
from analyzer.mm.state import State, Vma
from analyzer.mm.vmflags import VM_NOHUGEPAGE
from analyzer.translate.runtime.pointers import Pointer

PAGE, BLOCK = 0x1000, 0x8000
# The first address under the second PMD table.
FAR = 8 * BLOCK
LOCK, WRITE_EVENT, FLUSH, NOTIFY = (
    *(EventKind.LOCK, EventKind.WRITE, EventKind.FLUSH, EventKind.NOTIFY),
)
NONE = (Kind.NONE, 0, 0)


def faults(state: State) -> list[tuple[object, ...]]:
    return [event.what for event in state.events if event.kind is EventKind.FAULT]


def stands(
    kind: Kind = Kind.HUGE,
    bits: int = 0,
    *,
    geometry: Geometry = SMALL,
    to: int = FAR,
    file: bool = False,
) -> tuple[State, Vma, Pointer, Pointer]:
    """A huge entry at 0 and, in an area of the same, an empty place for it."""
    state = State(geometry)
    vma = areas.make_area(state, 0, BLOCK, file=file)
    areas.copy_area(state, vma, to, to + BLOCK)
    populate.build(state, [(0, kind, bits, Level.PMD)])
    populate.table_for(state, to, Level.PMD)
    return state, vma, pmd(state, 0), pmd(state, to)


def pmd(state: State, address: int) -> Pointer:
    found = pgtable.find_pmd(state, address)
    assert found is not None
    return Pointer(*found, None)


def leaves(state: State) -> list[tuple[int, str]]:
    return sorted((address, repr(entry)) for address, _, _, entry in pgtable.leaves(state))


def test_a_huge_entry_is_moved_with_the_table_put_by_for_it() -> None:
    state, vma, old, new = stands(bits=WRITE)
    assert huge.move_huge_pmd(state, vma, 0, FAR, BLOCK, old, new)
    both = ("PMD lock 2", "PMD lock 4")
    was, now = (Kind.HUGE, 0, WRITE), (Kind.HUGE, 0, WRITE | SOFT_DIRTY)
    assert state.events == [
        Event(LOCK, ("PMD lock 2", 0, "write"), ()),
        Event(LOCK, ("PMD lock 4", 1, "write"), ("PMD lock 2",)),
        Event(WRITE_EVENT, (Level.PMD, 0, 2, 0, was, NONE, None), both),
        Event(WRITE_EVENT, (Level.PMD, FAR, 4, 0, NONE, now, both), both),
        Event(FLUSH, (0, BLOCK), both),
    ]
    assert (state.tables[2].deposited, state.tables[4].deposited) == ([], [3])
    assert invariants.validate(state) == ()


def test_within_one_table_one_lock_is_enough() -> None:
    state, vma, old, new = stands(to=3 * BLOCK)
    assert huge.move_huge_pmd(state, vma, 0, 3 * BLOCK, None, old, new)
    assert [event.kind for event in state.events] == [LOCK, WRITE_EVENT, WRITE_EVENT, FLUSH]
    assert invariants.validate(state) == ()


@pytest.mark.parametrize("geometry", [SMALL_ONE_LOCK, SMALL_TWO_LEVELS])
def test_with_one_lock_for_all_nothing_that_is_put_by_moves(geometry: Geometry) -> None:
    to = 3 * BLOCK
    state, vma, old, new = stands(geometry=geometry, to=to)
    assert huge.move_huge_pmd(state, vma, 0, to, BLOCK, old, new)
    assert [event.what[0] for event in state.events if event.kind is LOCK] == ["page_table_lock"]
    assert len(state.deposited) == 1
    assert invariants.validate(state) == ()


@pytest.mark.parametrize(
    ("old_addr", "new_addr", "old_end"),
    [(PAGE, FAR, 9 * BLOCK), (0, FAR + PAGE, BLOCK), (0, FAR, BLOCK - PAGE)],
)
def test_what_is_short_or_askew_is_not_moved(old_addr: int, new_addr: int, old_end: int) -> None:
    state, vma, old, new = stands()
    assert not huge.move_huge_pmd(state, vma, old_addr, new_addr, old_end, old, new)
    assert huge.move_huge_pmd_or_fail(state, vma, vma, old_addr, new_addr, old_end, old, new) == 0
    assert state.events == []


def test_a_destination_that_is_taken_is_warned_of() -> None:
    state, vma, old, new = stands()
    populate.empty_table(state, FAR)
    assert not huge.move_huge_pmd(state, vma, 0, FAR, BLOCK, old, new)
    assert state.events == [Event(EventKind.REPORT, ("warning",), ())]


def test_a_destination_that_is_huge_is_a_bug() -> None:
    state, vma, old, new = stands()
    populate.map_entry(state, FAR, Kind.HUGE)
    with pytest.raises(KernelFault) as fault:
        huge.move_huge_pmd(state, vma, 0, FAR, BLOCK, old, new)
    told = "the destination of a huge entry is huge"
    assert (fault.value.kind, fault.value.what) == (FaultKind.BUG, told)


def test_a_table_is_not_moved_as_a_huge_entry() -> None:
    state, vma, old, new = stands()
    state.tables[2].entries[0] = Entry(Kind.TABLE, 3)
    assert not huge.move_huge_pmd(state, vma, 0, FAR, BLOCK, old, new)
    assert state.events == [Event(LOCK, ("PMD lock 2", 0, "write"), ())]
    assert state.held == []


def test_a_migration_entry_needs_no_flush() -> None:
    state, vma, old, new = stands(Kind.MIGRATION)
    assert huge.move_huge_pmd(state, vma, 0, FAR, BLOCK, old, new)
    assert [event.kind for event in state.events] == [LOCK, LOCK, WRITE_EVENT, WRITE_EVENT]
    assert leaves(state) == [(FAR, "migration 0 soft-dirty")]
    assert invariants.validate(state) == ()


@pytest.mark.parametrize("kind", [Kind.HUGE, Kind.DEVMAP])
def test_a_files_huge_entry_is_moved_alone(kind: Kind) -> None:
    state, vma, old, new = stands(kind, file=True)
    assert huge.move_huge_pmd(state, vma, 0, FAR, BLOCK, old, new)
    assert invariants.validate(state) == ()


def test_a_dirty_entry_was_flushed_under_the_old_lock_alone() -> None:
    state, vma, old, new = stands(bits=DIRTY)
    cell = [0]
    assert huge.move_huge_pmd(state, vma, 0, FAR, BLOCK, old, new, Pointer(cell, 0, 1))
    assert cell == [0]
    (flush,) = [event for event in state.events if event.kind is FLUSH]
    assert flush == Event(FLUSH, (0, BLOCK), ("PMD lock 2",))
    # So the new lock's release comes while the old translation is still there.
    assert [kind for kind, _ in faults(state)] == [FaultKind.STALE_TLB]


def test_a_clean_entry_was_left_for_the_caller_to_flush() -> None:
    state, vma, old, new = stands()
    cell = [0]
    assert huge.move_huge_pmd(state, vma, 0, FAR, BLOCK, old, new, Pointer(cell, 0, 1))
    assert cell == [1]
    assert [event for event in state.events if event.kind is FLUSH] == []
    assert [kind for kind, _ in faults(state)] == [FaultKind.STALE_TLB] * 2


def test_the_oldest_form_says_one_for_moved() -> None:
    state, vma, old, new = stands()
    new_vma = state.vmas[1]
    assert huge.move_huge_pmd_or_fail(state, vma, new_vma, 0, FAR, BLOCK, old, new) == 1
    assert invariants.validate(state) == ()


def test_the_oldest_form_obeys_the_new_area() -> None:
    state, vma, old, new = stands()
    state.vmas[1].vm_flags = VM_NOHUGEPAGE
    state.events.clear()
    assert huge.move_huge_pmd_or_fail(state, vma, state.vmas[1], 0, FAR, BLOCK, old, new) == 0
    assert state.events == []


def test_a_split_is_in_place() -> None:
    state, vma, old, _ = stands(bits=WRITE | YOUNG | DIRTY | UFFD_WP)
    huge.split_huge_pmd(state, vma, old, 3 * PAGE)
    was = (Kind.HUGE, 0, WRITE | YOUNG | DIRTY | UFFD_WP)
    lock = ("PMD lock 2",)
    assert state.events == [
        Event(NOTIFY, ("start", 0, BLOCK), ()),
        Event(LOCK, ("PMD lock 2", 0, "write"), ()),
        Event(WRITE_EVENT, (Level.PMD, 0, 2, 0, was, NONE, None), lock),
        Event(FLUSH, (0, BLOCK), lock),
        Event(WRITE_EVENT, (Level.PMD, 0, 2, 0, NONE, (Kind.TABLE, 3, 0), None), lock),
        Event(NOTIFY, ("end", 0, BLOCK), ()),
    ]
    assert leaves(state) == [
        (index * PAGE, f"page {index} write young uffd-wp") for index in range(8)
    ]
    assert state.work.pmds_moved == 0
    assert invariants.validate(state) == ()


def test_a_migration_entry_is_split_into_such() -> None:
    state, vma, old, _ = stands(Kind.MIGRATION, WRITE)
    huge.split_huge_pmd(state, vma, old, 0)
    assert leaves(state) == [(index * PAGE, f"migration {index} write") for index in range(8)]
    assert invariants.validate(state) == ()


@pytest.mark.parametrize("split", [huge.split_huge_pmd, huge.split_huge_page_pmd])
@pytest.mark.parametrize("kind", [Kind.HUGE, Kind.DEVMAP])
def test_a_files_huge_entry_is_cleared(split: Callable[..., None], kind: Kind) -> None:
    state, vma, old, _ = stands(kind, file=True)
    if split is huge.split_huge_pmd:
        split(state, vma, old, PAGE)
    else:
        split(state, vma, PAGE, old)
    kinds = [event.kind for event in state.events]
    freed = [EventKind.FREE] if kind is Kind.HUGE else []
    assert kinds == [NOTIFY, LOCK, WRITE_EVENT, FLUSH, *freed, NOTIFY]
    assert leaves(state) == []


def test_a_page_was_split_under_the_lock_of_its_mappings() -> None:
    state, vma, old, _ = stands(bits=WRITE)
    huge.split_huge_page_pmd(state, vma, 3 * PAGE, old)
    anon, both = ("anon_vma lock 0",), ("PMD lock 2", "anon_vma lock 0")
    was, link = (Kind.HUGE, 0, WRITE), (Kind.TABLE, 3, 0)
    assert state.events == [
        Event(NOTIFY, ("start", 0, BLOCK), ()),
        Event(LOCK, ("PMD lock 2", 0, "write"), ()),
        Event(NOTIFY, ("end", 0, BLOCK), ()),
        Event(LOCK, ("anon_vma lock 0", 0, "write"), ()),
        Event(LOCK, ("PMD lock 2", 0, "write"), anon),
        Event(WRITE_EVENT, (Level.PMD, 0, 2, 0, was, NONE, None), both),
        Event(FLUSH, (0, BLOCK), both),
        Event(WRITE_EVENT, (Level.PMD, 0, 2, 0, NONE, link, None), both),
    ]
    assert leaves(state)[7] == (7 * PAGE, "page 7 write dirty soft-dirty")
    assert invariants.validate(state) == ()


def test_a_page_that_reaches_beyond_its_area_is_a_bug() -> None:
    state, vma, old, _ = stands()
    vma.vm_end = BLOCK - PAGE
    with pytest.raises(KernelFault, match=r"^a huge entry reaches beyond its area$"):
        huge.split_huge_page_pmd(state, vma, 0, old)


def test_what_is_not_huge_is_not_split() -> None:
    state, vma, _, new = stands()
    huge.split_huge_pmd(state, vma, new, FAR)
    huge.split_huge_page_pmd(state, vma, FAR, new)
    populate.empty_table(state, FAR)
    huge.split_huge_pmd(state, vma, new, FAR)
    assert state.events == []


def test_a_split_without_a_table_put_by_reads_through_null() -> None:
    state, vma, old, new = stands()
    # Moved as if it were a table: the table put by stays behind.
    for one in (old, new):
        locking.acquire(state, one._home.lock, 1 if one is new else 0)
    pgtable.write(new._home, 0, pgtable.get_and_clear(old._home, 0))
    assert invariants.validate_deposits(state) == (
        "1 tables are put by with PMD table 2, for 0 huge entries",
        "0 tables are put by with PMD table 4, for 1 huge entries",
    )
    state.held.clear()
    with pytest.raises(KernelFault) as fault:
        huge.split_huge_pmd(state, vma, new, FAR)
    told = "no page table was put by with PMD table 4"
    assert (fault.value.kind, fault.value.what) == (FaultKind.NULL, told)


def test_what_is_put_by_needs_the_lock() -> None:
    state, _, old, _ = stands()
    huge.deposit(old._home, huge.withdraw(old._home))
    assert faults(state) == [
        (FaultKind.UNGUARDED, "a page table that was put by is taken without PMD lock 2"),
        (FaultKind.UNGUARDED, "a page table is put by without PMD lock 2"),
    ]


def test_kinds_are_told_apart() -> None:
    told = {
        kind.name: (huge.is_huge_or_swap(Entry(kind, 0)), huge.pmd_trans_unstable(Entry(kind, 0)))
        for kind in Kind
    }
    assert told == {
        "NONE": (False, True),
        "TABLE": (False, False),
        "PAGE": (False, True),
        "HUGE": (True, True),
        "DEVMAP": (True, True),
        "SWAP": (True, True),
        "MIGRATION": (True, True),
    }
