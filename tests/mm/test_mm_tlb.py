"""Stale translations: when they are fatal, and what ends them."""

from analyzer.errors import FaultKind
from analyzer.mm import frames, locking, pgtable, tlb
from analyzer.mm.entry import EMPTY, SOFT_DIRTY, Entry, Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import SMALL, Level
from analyzer.mm.state import State, Table

PAGE, BLOCK = 0x1000, 0x8000
FRAME, CHILD = Entry(Kind.PAGE, 70), 3


def two_tables(state: State, level: Level, entry: Entry) -> tuple[Table, Table]:
    """Two tables behind each other, both locked, the entry in the first; CHILD is a third."""
    old, new = state.new_table(level), state.new_table(level)
    new.base = old.each * old.size
    state.new_table(Level.PTE)
    old.entries[0] = entry
    locking.acquire(state, old.lock)
    locking.acquire(state, new.lock, 1)
    state.events.clear()
    return old, new


def faults(state: State) -> list[tuple[object, ...]]:
    return [event.what for event in state.events if event.kind is EventKind.FAULT]


def test_a_move_that_is_flushed_under_both_locks_is_well() -> None:
    state = State(SMALL)
    old, new = two_tables(state, Level.PTE, FRAME)
    entry = pgtable.get_and_clear(old, 0)
    pgtable.write(new, 3, entry.with_bits(SOFT_DIRTY))
    tlb.flush(state, 0, PAGE)
    locking.release(state, new.lock)
    locking.release(state, old.lock)
    both = ("PTE lock 1", "PTE lock 2")
    page, moved, none = (Kind.PAGE, 70, 0), (Kind.PAGE, 70, SOFT_DIRTY), (Kind.NONE, 0, 0)
    assert state.events == [
        Event(EventKind.WRITE, (Level.PTE, 0, 1, 0, page, none, None), both),
        Event(EventKind.WRITE, (Level.PTE, BLOCK + 3 * PAGE, 2, 3, none, moved, both), both),
        Event(EventKind.FLUSH, (0, PAGE), both),
    ]
    assert state.stale == {}


def test_a_release_before_the_flush_is_a_fault_for_either_lock() -> None:
    state = State(SMALL)
    old, new = two_tables(state, Level.PTE, FRAME)
    pgtable.write(new, 3, pgtable.get_and_clear(old, 0))
    locking.release(state, new.lock)
    locking.release(state, old.lock)
    told = "is released while a TLB may still lead from 0x0 to frame 70"
    assert faults(state) == [
        (FaultKind.STALE_TLB, f"PTE lock 2 {told}"),
        (FaultKind.STALE_TLB, f"PTE lock 1 {told}"),
    ]


def test_an_entry_set_before_the_other_is_cleared_guards_as_well() -> None:
    state = State(SMALL)
    old, new = two_tables(state, Level.PTE, FRAME)
    pgtable.write(new, 3, pgtable.read(old, 0))
    pgtable.get_and_clear(old, 0)
    locking.release(state, new.lock)
    locking.release(state, old.lock)
    assert [kind for kind, _ in faults(state)] == [FaultKind.STALE_TLB] * 2


def test_the_link_to_a_table_may_be_cached() -> None:
    state = State(SMALL)
    old, new = two_tables(state, Level.PMD, Entry(Kind.TABLE, CHILD))
    pgtable.write(new, 1, pgtable.get_and_clear(old, 0))
    locking.release(state, new.lock)
    tlb.flush(state, 0, BLOCK)
    locking.release(state, old.lock)
    told = "PMD lock 2 is released while a TLB may still lead from 0x0 to page table 3"
    assert faults(state) == [(FaultKind.STALE_TLB, told)]


def test_half_a_flush_leaves_the_other_half() -> None:
    for flushed, left in [
        ((0, BLOCK // 2), "0x4000"),
        ((BLOCK // 2, BLOCK), "0x0"),
        ((PAGE, BLOCK - PAGE), "0x0"),
        ((BLOCK, 2 * BLOCK), "0x0"),
    ]:
        state = State(SMALL)
        old, new = two_tables(state, Level.PMD, Entry(Kind.TABLE, CHILD))
        pgtable.write(new, 1, pgtable.get_and_clear(old, 0))
        tlb.flush(state, *flushed)
        locking.release(state, old.lock)
        ((_, told),) = faults(state)
        assert f"from {left} to page table 3" in str(told)


def test_another_lock_may_go_meanwhile() -> None:
    state = State(SMALL)
    old, _ = two_tables(state, Level.PTE, FRAME)
    third = state.new_table(Level.PTE)
    locking.acquire(state, third.lock, 2)
    pgtable.get_and_clear(old, 0)
    locking.release(state, third.lock)
    assert faults(state) == []


def test_what_no_tlb_holds_needs_no_flush() -> None:
    for kind in (Kind.SWAP, Kind.MIGRATION):
        state = State(SMALL)
        old, new = two_tables(state, Level.PTE, Entry(kind, 5))
        pgtable.write(new, 0, pgtable.get_and_clear(old, 0))
        locking.release(state, new.lock)
        locking.release(state, old.lock)
        assert faults(state) == []


def test_an_entry_that_is_put_back_is_stale_no_more() -> None:
    state = State(SMALL)
    old, new = two_tables(state, Level.PTE, FRAME)
    pgtable.write(old, 0, pgtable.get_and_clear(old, 0))
    assert state.stale == {}
    pgtable.write(new, 0, pgtable.get_and_clear(old, 0))
    pgtable.write(old, 0, pgtable.get_and_clear(new, 0))
    assert [(one.start, one.end) for one in state.stale[70]] == [(BLOCK, BLOCK + PAGE)]


def test_another_entry_in_its_place_does_not_undo_it() -> None:
    state = State(SMALL)
    old, _ = two_tables(state, Level.PTE, FRAME)
    pgtable.get_and_clear(old, 0)
    pgtable.write(old, 0, Entry(Kind.PAGE, 71))
    locking.release(state, old.lock)
    assert [kind for kind, _ in faults(state)] == [FaultKind.STALE_TLB]


def test_other_bits_in_place_leave_nothing_stale() -> None:
    state = State(SMALL)
    old, _ = two_tables(state, Level.PTE, FRAME)
    pgtable.write(old, 0, FRAME.with_bits(SOFT_DIRTY))
    assert state.stale == {}
    assert state.work.ptes_moved == 0


def test_a_frame_that_is_held_is_a_fault_only_when_it_is_freed() -> None:
    state = State(SMALL)
    old, _ = two_tables(state, Level.PTE, FRAME)
    frames.get_page(state, 70)
    pgtable.get_and_clear(old, 0)
    frames.page_remove_rmap(state, 70)
    frames.put_page(state, 70)
    locking.release(state, old.lock)
    assert faults(state) == []
    frames.put_page(state, 70)
    told = "it is freed while a TLB may still lead from 0x0 to frame 70"
    assert faults(state) == [(FaultKind.STALE_TLB, told)]


def test_a_table_may_not_be_freed_while_its_link_is_cached() -> None:
    state = State(SMALL)
    old, _ = two_tables(state, Level.PMD, Entry(Kind.TABLE, CHILD))
    pgtable.write(old, 0, EMPTY)
    pgtable.free(state, state.tables[CHILD])
    told = "it is freed while a TLB may still lead from 0x0 to page table 3"
    assert faults(state) == [(FaultKind.STALE_TLB, told)]


def test_nothing_may_be_stale_at_the_end() -> None:
    state = State(SMALL)
    old, _ = two_tables(state, Level.PTE, FRAME)
    old.entries[1] = Entry(Kind.PAGE, 71)
    tlb.at_end(state)
    assert faults(state) == []
    pgtable.get_and_clear(old, 0)
    pgtable.get_and_clear(old, 1)
    tlb.at_end(state)
    told = "the call returns while a TLB may still lead from 0x0 to frame 70 (and 1 more)"
    assert faults(state) == [(FaultKind.STALE_TLB, told)]
