"""Address spaces that are built without an event."""

import pytest

from analyzer.mm import areas, invariants, populate
from analyzer.mm.entry import DIRTY, WRITE, Kind
from analyzer.mm.geometry import REAL, SMALL, SMALL_TWO_LEVELS, Geometry, Level
from analyzer.mm.pgtable import leaves
from analyzer.mm.state import State

PAGE, BLOCK = 0x1000, 0x8000

CONTENTS: tuple[populate.Content, ...] = (
    (2 * PAGE, Kind.PAGE, WRITE | DIRTY),
    (5 * BLOCK, Kind.TABLE, 0),
    (3 * PAGE, Kind.SWAP, 0),
    (BLOCK, Kind.HUGE, WRITE),
    (4 * PAGE, Kind.PAGE, 0),
    (2 * BLOCK, Kind.DEVMAP, 0),
    (3 * BLOCK, Kind.MIGRATION, 0, Level.PMD),
    (5 * BLOCK, Kind.MIGRATION, 0),
    (4 * BLOCK, Kind.PAGE, 0),
)


def shown(state: State) -> list[tuple[str, str]]:
    return sorted(
        (f"{table.of.name} {address:#x}", repr(entry)) for address, table, _, entry in leaves(state)
    )


def test_contents_are_numbered_as_they_come() -> None:
    state = State(SMALL)
    areas.make_area(state, 0, 6 * BLOCK)
    populate.build(state, CONTENTS)
    assert shown(state) == [
        ("PMD 0x10000", "huge device page 10"),
        ("PMD 0x18000", "migration 18"),
        ("PMD 0x8000", "huge page 1 write"),
        ("PTE 0x2000", "page 0 write dirty"),
        ("PTE 0x20000", "page 27"),
        ("PTE 0x28000", "migration 26"),
        ("PTE 0x3000", "swap 0"),
        ("PTE 0x4000", "page 9"),
    ]
    assert (state.frames_made, state.swaps_made, len(state.tables)) == (28, 1, 8)
    # Two anonymous huge entries: a table is put by for each, and none for the device's.
    assert state.tables[2].deposited == [5, 6]
    assert state.mm.nr_ptes == 5
    assert state.events == []
    assert state.held == []
    assert invariants.validate(state) == ()


def test_the_same_contents_give_the_same_numbers() -> None:
    state = State(SMALL)
    populate.build(state, CONTENTS)
    first = shown(state), state.mm.nr_ptes, sorted(state.tables)
    state.renew()
    assert shown(state) == []
    populate.build(state, CONTENTS)
    assert (shown(state), state.mm.nr_ptes, sorted(state.tables)) == first


def test_a_files_huge_page_has_no_table_put_by() -> None:
    state = State(SMALL)
    areas.make_area(state, 0, BLOCK, file=True)
    populate.build(state, [(0, Kind.HUGE, 0)])
    assert (state.tables[2].deposited, state.mm.nr_ptes) == ([], 0)
    assert invariants.validate(state) == ()


def test_without_locks_of_their_own_tables_share_what_is_put_by() -> None:
    state = State(SMALL_TWO_LEVELS)
    areas.make_area(state, 0, 3 * BLOCK)
    populate.build(state, [(0, Kind.HUGE, 0), (2 * BLOCK, Kind.HUGE, 0)])
    assert state.deposited == [1, 2]
    assert state.top.deposited is state.deposited
    assert invariants.validate(state) == ()


@pytest.mark.parametrize("geometry", [*REAL, SMALL, SMALL_TWO_LEVELS], ids=lambda one: one.name)
def test_the_first_and_the_last_page_can_be_filled(geometry: Geometry) -> None:
    state = State(geometry)
    last = geometry.task_size - geometry.page_size
    areas.make_area(state, 0, geometry.page_size)
    areas.make_area(state, last, geometry.task_size)
    populate.build(state, [(0, Kind.PAGE, 0), (last, Kind.PAGE, 0)])
    assert shown(state) == sorted([("PTE 0x0", "page 0"), (f"PTE {last:#x}", "page 1")])
    assert invariants.validate(state) == ()


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        ([(0, Kind.PAGE, 0), (5, Kind.SWAP, 0)], "two entries at 0x5"),
        ([(0, Kind.PAGE, 0), (0, Kind.HUGE, 0)], "two entries at 0x0"),
        ([(0, Kind.HUGE, 0), (0, Kind.HUGE, 0)], "two entries at 0x0"),
        ([(0, Kind.HUGE, 0), (PAGE, Kind.PAGE, 0)], "0x1000 is covered by huge page 0"),
        ([(0, Kind.HUGE, 0), (0, Kind.TABLE, 0)], "0x0 is covered by huge page 0"),
        ([(1 << 24, Kind.PAGE, 0)], "0x1000000 lies beyond the page tables"),
    ],
)
def test_two_things_cannot_stand_in_one_place(contents: list[populate.Content], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        populate.build(State(SMALL), contents)


def test_one_entry_after_the_other_is_as_all_at_once() -> None:
    one, other = State(SMALL), State(SMALL)
    populate.build(one, CONTENTS)
    for address, kind, bits, *level in CONTENTS:
        if kind is Kind.TABLE:
            populate.empty_table(other, address)
        else:
            populate.map_entry(other, address, kind, bits, *level)
    assert shown(one) == shown(other)
