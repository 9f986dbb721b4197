"""Each invariant: kept by what is built, and told when broken."""

from analyzer.mm import areas, invariants, locking, notifier, pgtable, populate
from analyzer.mm.entry import Entry, Kind
from analyzer.mm.geometry import SMALL, Level
from analyzer.mm.state import Frame, State

PAGE, BLOCK = 0x1000, 0x8000


def built() -> State:
    """Top table 0, PUD table 1, PMD table 2, PTE tables 3 and 5, 4 put by for the huge page."""
    state = State(SMALL)
    areas.make_area(state, 0, 4 * BLOCK)
    contents = [(0, Kind.PAGE, 0), (PAGE, Kind.SWAP, 0), (BLOCK, Kind.HUGE, 0)]
    populate.build(state, [*contents, (2 * BLOCK, Kind.PAGE, 0)])
    return state


def test_what_was_built_is_whole() -> None:
    assert invariants.validate(State(SMALL)) == ()
    assert invariants.validate(built()) == ()


def test_a_table_that_is_linked_twice() -> None:
    state = built()
    state.tables[2].entries[3] = Entry(Kind.TABLE, 3)
    assert invariants.validate_tables(state) == (
        "PTE table 3 covers 0x0 and is linked at 0x18000",
        "PTE table 3 is linked 2 times",
    )
    assert invariants.validate_counts(state) == ("nr_ptes is 3 and should be 4",)


def test_a_table_that_is_lost() -> None:
    state = built()
    del state.tables[2].entries[0]
    assert invariants.validate(state) == (
        "PTE table 3 is linked 0 times",
        "nr_ptes is 3 and should be 2",
        "frame 0 is mapped nowhere",
        "swap slot 0 is in 0 entries",
    )


def test_a_table_that_was_allocated_and_forgotten() -> None:
    state = built()
    pgtable.allocate(state, Level.PTE)
    assert invariants.validate(state) == ("PTE table 6 is never linked",)


def test_a_table_that_was_freed_and_is_used() -> None:
    state = built()
    pgtable.free(state, state.tables[3])
    assert invariants.validate(state) == ("PTE table 3 was freed and is still in use",)
    del state.tables[2].entries[0]
    assert invariants.validate_tables(state) == ()


def test_a_link_to_what_is_no_such_table() -> None:
    state = built()
    state.tables[2].entries[3] = Entry(Kind.TABLE, 77)
    state.tables[2].entries[4] = Entry(Kind.TABLE, 1)
    assert invariants.validate_tables(state) == (
        "the PMD entry of 0x18000 says table 77",
        "the PMD entry of 0x20000 says table 1",
        "PUD table 1 is linked 2 times",
    )


def test_a_table_that_takes_itself_to_be_elsewhere() -> None:
    state = built()
    state.tables[3].base = BLOCK
    told = "PTE table 3 covers 0x8000 and is linked at 0x0"
    assert invariants.validate_tables(state) == (told,)


def test_a_table_that_is_put_by_and_used() -> None:
    state = built()
    state.tables[4].entries[0] = Entry(Kind.SWAP, 3)
    assert invariants.validate_tables(state) == ("PTE table 4 is put by and not empty",)
    state.tables[2].entries[3] = Entry(Kind.TABLE, 4)
    state.tables[4].base = 3 * BLOCK
    told = "PTE table 4 is never linked and put by"
    assert invariants.validate_tables(state) == (told,)
    state.unlinked.discard(4)
    told = "PTE table 4 is linked 1 times and put by"
    assert invariants.validate_tables(state) == (told,)


def test_counts_that_are_wrong() -> None:
    state = built()
    state.mm.nr_ptes, state.mm.map_count, state.mm.total_vm = 9, 8, 7
    assert invariants.validate(state) == (
        "nr_ptes is 9 and should be 3",
        "map_count is 8 and should be 1",
        "total_vm is 7 and should be 32",
    )


def test_frames_and_swap_slots_that_are_doubled_or_lost() -> None:
    state = built()
    state.tables[3].entries[2] = Entry(Kind.PAGE, 0)
    state.tables[3].entries[3] = Entry(Kind.SWAP, 0)
    del state.tables[5].entries[0]
    assert invariants.validate(state) == (
        "frame 0 counts 1 mappings and has 2",
        "frame 9 is mapped nowhere",
        "swap slot 0 is in 2 entries",
    )


def test_a_huge_frame_that_is_lost() -> None:
    state = built()
    del state.tables[2].entries[1]
    assert invariants.validate_frames(state) == (
        "frame 1 counts 1 mappings and has 0",
        *(f"frame {number} is mapped nowhere" for number in range(1, 9)),
    )
    state.frames[1] = Frame(0, 0, 8)
    assert invariants.validate_frames(state) == ()


def test_a_frame_in_place_of_another() -> None:
    state = State(SMALL)
    areas.make_area(state, 0, BLOCK)
    populate.build(state, [(0, Kind.PAGE, 0), (PAGE, Kind.PAGE, 0)])
    state.tables[3].entries[1] = Entry(Kind.PAGE, 70)
    assert invariants.validate(state) == ("frame 1 is mapped nowhere",)


def test_contents_are_looked_at_alone() -> None:
    state = built()
    locking.acquire(state, state.tables[2].lock)
    assert invariants.validate_contents(state) == ()
    del state.tables[2].entries[1]
    assert len(invariants.validate_contents(state)) == 10


def test_a_frame_with_fewer_references_than_mappings() -> None:
    state = built()
    state.frames[0] = Frame(0, 1)
    told = "frame 0 has 0 references for 1 mappings"
    assert invariants.validate(state) == (told,)


def test_entries_that_lie_in_no_area() -> None:
    state = built()
    (vma,) = state.vmas
    vma.vm_end = BLOCK + PAGE
    state.mm.total_vm = 9
    assert invariants.validate(state) == (
        "huge page 1 at 0x8000 reaches beyond its area",
        "page 9 at 0x10000 lies in no area",
    )


def test_areas_that_overlap() -> None:
    state = built()
    areas.make_area(state, 4 * BLOCK, 5 * BLOCK)
    state.vmas[1].vm_start -= PAGE
    assert invariants.validate_areas(state) == ("the areas at 0x0 and 0x1f000 overlap",)


def test_tables_put_by_in_the_wrong_place() -> None:
    state = built()
    state.tables[2].deposited.clear()
    told = "0 tables are put by with PMD table 2, for 1 huge entries"
    assert invariants.validate_deposits(state) == (told,)


def test_locks_and_ranges_that_stay() -> None:
    state = built()
    lock, other = state.tables[2].lock, state.mmap_lock
    locking.acquire(state, other)
    before = tuple(state.held)
    assert invariants.validate(state, before) == ()
    locking.release(state, other)
    notifier.invalidate_range_start(state, 0, PAGE)
    locking.acquire(state, lock)
    assert invariants.validate(state, before) == (
        "PMD lock 2 is held",
        "mmap_lock was released",
        "the notifier range 0x0-0x1000 is open",
    )


def test_translations_that_stay() -> None:
    state = built()
    locking.acquire(state, state.tables[2].lock)
    pgtable.write(state.tables[2], 3, pgtable.get_and_clear(state.tables[2], 0))
    locking.acquire(state, state.tables[5].lock, 1)
    pgtable.write(state.tables[5], 1, pgtable.get_and_clear(state.tables[5], 0))
    assert invariants.validate_translations(state) == (
        "a TLB may still lead from 0x0 to table 3",
        "a TLB may still lead from 0x10000 to frame 9",
    )
