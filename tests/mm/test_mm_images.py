"""An address space that is put in place again is the one that was built."""

from __future__ import annotations

from typing import Any

import pytest

from analyzer.mm import areas, invariants, populate
from analyzer.mm.entry import DIRTY, WRITE, Kind
from analyzer.mm.geometry import SMALL, SMALL_ONE_LOCK, SMALL_TWO_LEVELS, Geometry, Level
from analyzer.mm.state import State

PAGE, BLOCK = SMALL.page_size, SMALL.pmd_size
CONTENTS: tuple[populate.Content, ...] = (
    (0, Kind.PAGE, WRITE | DIRTY),
    (3 * PAGE, Kind.SWAP, 0),
    (BLOCK, Kind.HUGE, DIRTY),
    (2 * BLOCK, Kind.TABLE, 0),
    (3 * BLOCK, Kind.DEVMAP, 0),
    (4 * BLOCK, Kind.MIGRATION, WRITE, Level.PMD),
    (5 * BLOCK + PAGE, Kind.MIGRATION, 0),
)


def fresh(geometry: Geometry) -> State:
    state = State(geometry)
    areas.make_area(state, 0, 6 * geometry.pmd_size)
    return state


def told(state: State) -> tuple[Any, ...]:
    """All that building an address space changes."""
    tables = [
        (
            *(one.number, one.level, one.base, one.lock.name, one.deposited),
            [(index, repr(entry)) for index, entry in sorted(one.entries.items())],
        )
        for one in state.tables.values()
    ]
    frames = {number: (one.refs, one.maps, one.pages) for number, one in state.frames.items()}
    made = state.frames_made, state.swaps_made, state.mm.nr_ptes
    return tables, frames, made, state.unlinked, state.deposited


@pytest.mark.parametrize("geometry", [SMALL, SMALL_ONE_LOCK, SMALL_TWO_LEVELS], ids=str)
def test_what_is_put_is_what_was_built(geometry: Geometry) -> None:
    built, put, again = fresh(geometry), fresh(geometry), fresh(geometry)
    populate.build(built, CONTENTS)
    image = populate.image_of(built)

    populate.put(put, image)
    assert told(put) == told(built)
    assert invariants.validate(put) == ()

    for table in put.tables.values():
        table.entries.clear()
        table.deposited.clear()
    put.unlinked.clear()
    populate.put(again, image)
    assert told(again) == told(built)
