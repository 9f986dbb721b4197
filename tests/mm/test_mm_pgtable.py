"""Page tables: entries read and written, tables made, linked and freed."""

from errno import ENOMEM

import pytest

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import locking, pgtable, populate
from analyzer.mm.entry import DIRTY, EMPTY, Entry, Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import ARM64_64K, I386, REAL, SMALL, SMALL_TWO_LEVELS, Geometry, Level
from analyzer.mm.state import State, Table
from analyzer.translate.runtime.pointers import Pointer

PAGE, BLOCK = 0x1000, 0x8000
WRITE, FAULT = EventKind.WRITE, EventKind.FAULT
NONE = (Kind.NONE, 0, 0)


def faults(state: State) -> list[tuple[object, ...]]:
    return [event.what for event in state.events if event.kind is FAULT]


def locked(level: Level = Level.PTE) -> tuple[State, Table]:
    state = State(SMALL)
    table = state.new_table(level)
    locking.acquire(state, table.lock)
    state.events.clear()
    return state, table


def pmd_pointer(state: State, address: int) -> Pointer:
    found = pgtable.find_pmd(state, address)
    assert found is not None
    return Pointer(*found, None)


def test_an_entry_remembers_the_locks_it_was_read_under() -> None:
    state, table = locked()
    table.entries[2] = Entry(Kind.PAGE, 9, DIRTY)
    entry = pgtable.read(table, 2)
    assert (entry.says(), entry.under) == ((Kind.PAGE, 9, DIRTY), ("PTE lock 1",))
    assert pgtable.read(table, 3) is EMPTY
    assert repr(entry) == "page 9 dirty"
    assert state.events == []


def test_reads_are_events_when_traced() -> None:
    state, table = locked()
    state.tracing = True
    table.entries[2] = Entry(Kind.SWAP, 9)
    assert Pointer(table, 1, None)[1].says() == (Kind.SWAP, 9, 0)
    what = (Level.PTE, 2 * PAGE, 1, 2, (Kind.SWAP, 9, 0))
    assert state.events == [Event(EventKind.READ, what, ("PTE lock 1",))]


def test_a_write_is_an_event_with_what_was_and_what_is() -> None:
    state, table = locked()
    Pointer(table, 2, None)[0] = Entry(Kind.PAGE, 9)
    Pointer(table, 2, None)[0] = Entry(Kind.PAGE, 9, DIRTY)
    taken = pgtable.get_and_clear(table, 2)
    page, dirty = (Kind.PAGE, 9, 0), (Kind.PAGE, 9, DIRTY)
    place = (Level.PTE, 2 * PAGE, 1, 2)
    assert state.events == [
        Event(WRITE, (*place, NONE, page, None), ("PTE lock 1",)),
        Event(WRITE, (*place, page, dirty, None), ("PTE lock 1",)),
        Event(WRITE, (*place, dirty, NONE, None), ("PTE lock 1",)),
    ]
    assert (taken.says(), taken.under) == (dirty, ("PTE lock 1",))


def test_an_entry_of_a_page_needs_its_lock() -> None:
    state = State(SMALL)
    table = state.new_table(Level.PTE)
    pgtable.read(table, 1)
    pgtable.write(table, 1, Entry(Kind.PAGE, 9))
    told = "the PTE entry of 0x1000 is {} without its lock"
    assert faults(state) == [
        (FaultKind.UNGUARDED, told.format("read")),
        (FaultKind.UNGUARDED, told.format("written")),
    ]


def test_an_entry_above_is_read_without_a_lock_and_not_written() -> None:
    state = State(SMALL)
    table = state.new_table(Level.PMD)
    pgtable.read(table, 1)
    assert state.events == []
    pgtable.write(table, 1, Entry(Kind.TABLE, 9))
    told = "the PMD entry of 0x8000 is written without its lock"
    assert faults(state) == [(FaultKind.UNGUARDED, told)]


def test_a_table_that_nobody_knows_needs_no_lock() -> None:
    state = State(SMALL)
    table = pgtable.allocate(state, Level.PTE)
    assert table is not None
    pgtable.write(table, 1, Entry(Kind.PAGE, 9))
    assert faults(state) == []


def test_an_entry_that_is_overwritten_is_lost() -> None:
    state, table = locked()
    table.entries[1] = Entry(Kind.PAGE, 9)
    pgtable.write(table, 1, Entry(Kind.PAGE, 10))
    told = "the PTE entry of 0x1000, page 9, is overwritten"
    assert faults(state) == [(FaultKind.LOST, told)]


def test_an_address_that_is_not_the_entrys_is_reported() -> None:
    state, table = locked()
    pgtable.check_address(table, 3, 3 * PAGE + 5, "set_pte_at()")
    assert faults(state) == []
    pgtable.check_address(table, 3, 4 * PAGE, "set_pte_at()")
    told = "set_pte_at() is told 0x4000 for the entry of 0x3000"
    assert faults(state) == [(FaultKind.TABLE, told)]


@pytest.mark.parametrize("bounds", [(0, 8), (1, 3), (5, 5), (3, 500)])
def test_present_entries_come_in_order(bounds: tuple[int, int]) -> None:
    _, table = locked()
    for index in (7, 2, 5, 1):
        table.entries[index] = Entry(Kind.PAGE, index)
    first, end = bounds
    assert pgtable.present_in(table, *bounds) == [one for one in (1, 2, 5, 7) if first <= one < end]


def test_what_leads_to_no_table_is_not_followed() -> None:
    state = State(SMALL)
    table = state.new_table(Level.PTE)
    assert pgtable.table_of(state, Entry(Kind.TABLE, 1), Level.PTE) is table
    for entry, level in [
        (Entry(Kind.HUGE, 1), Level.PTE),
        (Entry(Kind.TABLE, 1), Level.PMD),
        (Entry(Kind.TABLE, 7), Level.PTE),
    ]:
        with pytest.raises(KernelFault) as fault:
            pgtable.table_of(state, entry, level)
        told = f"an entry that says {entry!r} is followed to a {level.name} table"
        assert (fault.value.kind, fault.value.what) == (FaultKind.TABLE, told)


def test_a_freed_table_is_no_table() -> None:
    state, table = locked()
    pgtable.free(state, table)
    assert state.events == [Event(EventKind.FREE, (Level.PTE, 1), ("PTE lock 1",))]
    for access in (pgtable.read, pgtable.get_and_clear):
        with pytest.raises(KernelFault, match=r"PTE table 1 is (read|written), which was freed"):
            access(table, 0)
    with pytest.raises(KernelFault, match="is followed to a PTE table"):
        pgtable.table_of(state, Entry(Kind.TABLE, 1), Level.PTE)


@pytest.mark.parametrize("geometry", [*REAL, SMALL, SMALL_TWO_LEVELS], ids=lambda one: one.name)
def test_tables_are_made_down_to_the_entry(geometry: Geometry) -> None:
    state = State(geometry)
    address = geometry.task_size - 3 * geometry.page_size
    pointer = pgtable.pgd_offset(state, address)
    for level in (Level.P4D, Level.PUD, Level.PMD):
        made = pgtable.alloc(pointer, address, level)
        assert made is not None
        pointer = made
    assert pgtable.pte_alloc(pointer) == 0
    assert pgtable.pte_alloc(pointer) == 0
    found = pgtable.find_pmd(state, address)
    assert found == (pointer._home, pointer._index)
    depth = sum(bits > 0 for bits in geometry.bits)
    assert len(state.tables) == depth
    assert state.work.tables_allocated == depth - 1
    assert (state.mm.nr_ptes, state.unlinked) == (1, set())
    pte = pgtable.table_of(state, found[0].entries[found[1]], Level.PTE)
    assert pte.base == address & -geometry.pmd_size
    assert pgtable.pmd_lockptr(found[0]) is found[0].lock
    assert pgtable.pte_lockptr(state, found[0].entries[found[1]]) is pte.lock
    assert faults(state) == []


def test_making_a_table_is_told_step_by_step() -> None:
    state = State(SMALL)
    populate.table_for(state, 0, Level.PMD)
    assert pgtable.pte_alloc(pmd_pointer(state, 2 * BLOCK)) == 0
    link = (Kind.TABLE, 3, 0)
    assert state.events == [
        Event(EventKind.ALLOCATE, (Level.PTE, 3), ()),
        Event(EventKind.LOCK, ("PMD lock 2", 0, "write"), ()),
        Event(WRITE, (Level.PMD, 2 * BLOCK, 2, 2, NONE, link, None), ("PMD lock 2",)),
    ]


def test_an_allocation_may_fail() -> None:
    state = State(SMALL)
    populate.table_for(state, 0, Level.PMD)
    state.fails = 1
    assert pgtable.pte_alloc(pmd_pointer(state, 0)) == 0
    assert pgtable.__pte_alloc(pmd_pointer(state, BLOCK)) == -ENOMEM
    assert pgtable.pte_alloc(pmd_pointer(state, BLOCK)) == 0
    assert (state.mm.nr_ptes, state.work.tables_allocated) == (2, 2)
    state.fails = state.allocations
    assert pgtable.alloc(pgtable.pgd_offset(state, 1 << 21), 1 << 21, Level.PUD) is None
    assert state.events[-1] == Event(EventKind.ALLOCATE, (Level.PUD, None), ())


def test_a_table_that_came_second_is_freed() -> None:
    state = State(SMALL)
    populate.empty_table(state, 0)
    assert pgtable.__pte_alloc(pmd_pointer(state, 0)) == 0
    assert [event.kind for event in state.events] == [
        *(EventKind.ALLOCATE, EventKind.LOCK, EventKind.FREE)
    ]
    assert (state.freed, state.unlinked, state.mm.nr_ptes) == ({4}, set(), 1)


def test_an_allocation_sleeps() -> None:
    state, _ = locked()
    pgtable.allocate(state, Level.PTE)
    told = "the allocation of a page table can sleep, and PTE lock 1 is held"
    assert faults(state) == [(FaultKind.SLEEPS, told)]


def test_linking_under_the_same_lock_is_a_deadlock() -> None:
    state = State(SMALL)
    table = populate.table_for(state, 0, Level.PMD)
    locking.acquire(state, table.lock)
    pgtable.pte_alloc(pmd_pointer(state, 0))
    assert [kind for kind, _ in faults(state)] == [FaultKind.SLEEPS, FaultKind.DEADLOCK]


def test_what_was_moved_is_counted_once() -> None:
    state, pmd = locked(Level.PMD)
    child = state.new_table(Level.PTE)
    pmd.entries[0] = Entry(Kind.TABLE, child.number)
    pgtable.write(pmd, 3, pgtable.get_and_clear(pmd, 0))
    assert (state.work.pmds_moved, state.work.ptes_moved, child.base) == (1, 0, 3 * BLOCK)
    locking.release(state, pmd.lock)
    locking.acquire(state, child.lock)
    pgtable.write(child, 0, Entry(Kind.PAGE, 5))
    pgtable.write(child, 1, pgtable.get_and_clear(child, 0))
    pgtable.write(child, 1, pgtable.read(child, 1).with_bits(DIRTY))
    assert (state.work.pmds_moved, state.work.ptes_moved) == (1, 1)


@pytest.mark.parametrize("geometry", [SMALL, SMALL_TWO_LEVELS, I386, ARM64_64K])
def test_leaves_are_all_that_maps(geometry: Geometry) -> None:
    state = State(geometry)
    page, block = geometry.page_size, geometry.pmd_size
    contents = [(0, Kind.PAGE, 0), (3 * page, Kind.SWAP, 0), (block, Kind.HUGE, 0)]
    populate.build(state, contents)
    found = {(address, repr(entry)) for address, _, _, entry in pgtable.leaves(state)}
    assert found == {(0, "page 0"), (3 * page, "swap 0"), (block, "huge page 1")}


def test_leaves_do_not_walk_in_circles() -> None:
    state = State(SMALL)
    pmd = populate.table_for(state, 0, Level.PMD)
    pmd.entries[0] = Entry(Kind.TABLE, pmd.number)
    pmd.entries[1] = Entry(Kind.TABLE, 99)
    assert list(pgtable.leaves(state)) == []


def test_a_pmd_is_not_found_where_no_table_leads() -> None:
    state = State(SMALL)
    assert pgtable.find_pmd(state, 0) is None
    populate.table_for(state, 0, Level.PMD)
    assert pgtable.find_pmd(state, BLOCK) == (state.tables[2], 1)
    assert pgtable.find_pmd(state, SMALL.size(Level.PUD)) is None


def test_a_pointer_keeps_to_its_table() -> None:
    state, table = locked()
    with pytest.raises(KernelFault):
        Pointer(table, 7, None)[1]
    with pytest.raises(KernelFault):
        Pointer(table, 7, None)[1] = EMPTY
    with pytest.raises(TypeError):
        table[0] = 5
    assert len(table) == 8
    assert state.events == []
