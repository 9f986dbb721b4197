"""What looks whole at a glance is whole: the quick look never says more than the long one."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from analyzer.mm import areas, invariants, populate
from analyzer.mm.entry import Entry, Kind
from analyzer.mm.geometry import SMALL, SMALL_ONE_LOCK, Geometry, Level
from analyzer.mm.state import Frame, State, Table

PAGE, BLOCK = SMALL.page_size, SMALL.pmd_size
CONTENTS: tuple[populate.Content, ...] = (
    (0, Kind.PAGE, 0),
    (PAGE, Kind.SWAP, 0),
    (7 * PAGE, Kind.MIGRATION, 0),
    (BLOCK + PAGE, Kind.PAGE, 0),
    (8 * BLOCK, Kind.PAGE, 0),
    (9 * BLOCK, Kind.TABLE, 0),
)


def filled(geometry: Geometry) -> State:
    state = State(geometry)
    areas.make_area(state, 0, 2 * BLOCK)
    areas.make_area(state, 8 * BLOCK, 10 * BLOCK)
    populate.build(state, CONTENTS)
    return state


def looked_at(state: State) -> tuple[str, ...]:
    """What the long look finds."""
    return (
        *invariants.validate_tables(state),
        *invariants.validate_counts(state),
        *invariants.validate_frames(state),
        *invariants.validate_areas(state),
        *invariants.validate_deposits(state),
    )


@pytest.mark.parametrize("geometry", [SMALL, SMALL_ONE_LOCK], ids=str)
def test_a_sound_state_is_whole_at_a_glance(geometry: Geometry) -> None:
    state = filled(geometry)
    assert invariants.is_whole_at_a_glance(state)
    assert looked_at(state) == ()


def _some_table(state: State, random: Random) -> Table:
    return random.choice(list(state.tables.values()))


def _drop(state: State, random: Random) -> None:
    table = _some_table(state, random)
    if table.entries:
        table.entries.pop(random.choice(list(table.entries)))


def _copy(state: State, random: Random) -> None:
    source, target = _some_table(state, random), _some_table(state, random)
    if source.entries:
        entry = random.choice(list(source.entries.values()))
        target.entries[random.randrange(target.size)] = entry


def _swap(state: State, random: Random) -> None:
    one, other = _some_table(state, random), _some_table(state, random)
    one.entries, other.entries = other.entries, one.entries


def _new_entry(state: State, random: Random) -> None:
    kind = random.choice([one for one in Kind if one is not Kind.NONE])
    table = _some_table(state, random)
    table.entries[random.randrange(table.size)] = Entry(kind, random.randrange(9))


def _base(state: State, random: Random) -> None:
    _some_table(state, random).base += random.choice((-1, 1)) * BLOCK


def _table(state: State, random: Random) -> None:
    state.new_table(random.choice((Level.PTE, Level.PMD)))


def _counts(state: State, random: Random) -> None:
    name = random.choice(("nr_ptes", "map_count", "total_vm"))
    setattr(state.mm, name, getattr(state.mm, name) + random.choice((-1, 1)))


def _made(state: State, random: Random) -> None:
    state.frames_made += random.choice((-1, 0, 1))
    state.swaps_made += random.choice((-1, 0, 1))


def _frame(state: State, random: Random) -> None:
    state.frames[random.randrange(4)] = Frame(random.randrange(3), random.randrange(3))


def _put_by(state: State, random: Random) -> None:
    _some_table(state, random).deposited.append(random.randrange(len(state.tables)))


def _freed(state: State, random: Random) -> None:
    random.choice((state.freed, state.unlinked)).add(random.randrange(len(state.tables)))


def _area(state: State, random: Random) -> None:
    vma = random.choice(state.vmas)
    vma.vm_start += random.choice((-1, 0, 1)) * PAGE
    vma.vm_end += random.choice((-8, 0, 1)) * BLOCK


HARM: tuple[Callable[[State, Random], None], ...] = (
    *(_drop, _copy, _swap, _new_entry, _base, _table, _counts, _made, _frame, _put_by, _freed),
    _area,
)


@pytest.mark.parametrize("geometry", [SMALL, SMALL_ONE_LOCK], ids=str)
@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_what_is_broken_is_never_whole_at_a_glance(
    harm: Callable[[State, Random], None], geometry: Geometry
) -> None:
    broken = 0
    for seed in range(60):
        random = Random(seed)  # noqa: S311 - chance that repeats
        state = filled(geometry)
        harm(state, random)
        # One more, which may make up for it.
        if seed % 2:
            random.choice(HARM)(state, random)
        found = looked_at(state)
        broken += bool(found)
        assert not (found and invariants.is_whole_at_a_glance(state)), (seed, found)
    assert broken
