"""Locks without end, and locks that are the same ones from run to run."""

from __future__ import annotations

import pytest

from analyzer.errors import Stopped
from analyzer.mm import areas, locking
from analyzer.mm.geometry import SMALL, Level
from analyzer.mm.state import State


def test_locks_without_end_stop_the_run() -> None:
    state = State(SMALL)
    with pytest.raises(Stopped, match=r"^more than 256 locks are held at once$"):
        for _ in range(300):
            locking.acquire(state, state.new_table(Level.PTE).lock)
    assert len(state.held) == 257


def test_what_is_held_is_told_alike_in_every_run() -> None:
    state = State(SMALL)
    told = []
    for _ in range(2):
        state.renew()
        vma = areas.make_area(state, 0, SMALL.pmd_size)
        tables = [state.new_table(Level.PTE) for _ in range(2)]
        for lock in (vma.anon_vma.rwsem, tables[1].lock, tables[0].lock):
            locking.acquire(state, lock)
        assert state.holding == {one.lock for one in state.held}
        locking.release(state, tables[1].lock)
        told.append((state.under, sorted(one.name for one in state.holding), state.held))
    names = ("PTE lock 1", "anon_vma lock 0")
    assert told[0][:2] == (names, list(names))
    assert told[0] == told[1]


def test_of_one_lock_that_is_taken_twice_one_is_left() -> None:
    state = State(SMALL)
    lock = state.new_table(Level.PTE).lock
    locking.acquire(state, lock)
    locking.acquire(state, lock, 1)
    locking.release(state, lock)
    assert [one.subclass for one in state.held] == [0]
    assert (state.under, state.holding) == (("PTE lock 1",), {lock})
