"""Which check item a difference belongs to, told by events."""

from __future__ import annotations

import pytest

from analyzer.errors import FaultKind
from analyzer.machine.observation import Observation
from analyzer.mm.entry import Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import Level
from analyzer.replay.classify import Class, classify
from analyzer.replay.lockstep import first_difference
from analyzer.replay.ways import Way, follows_whole_move, way_from
from tests.replay.runs_made import (
    BOTH,
    BY_ENTRIES,
    MOVED,
    NEW,
    NEW_LOCK,
    NONE,
    OLD,
    OLD_LOCK,
    RMAP,
    SIZE,
    TABLE,
    allocate,
    arrive,
    clear,
    died,
    fault,
    flush,
    lock,
    returned,
    run,
    warning,
)

UPSTREAM = run(*MOVED, returned())
FALLS_BACK = run(*BY_ENTRIES, returned())
STALE = fault(FaultKind.STALE_TLB, *BOTH)
NO_STALE = "no stale translation when a page-table lock is released"


def sort_of(upstream: Observation, target: Observation) -> tuple[str, str, str | None]:
    difference = first_difference(upstream, target)
    assert difference is not None
    found = classify(difference, upstream, target)
    return found.item, found.observation, found.invariant


def changed(at: int, *events: Event, drop: int = 1) -> Observation:
    return run(*UPSTREAM.events[:at], *events, *UPSTREAM.events[at + drop :])


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        # Locks and the TLB.
        (changed(4, STALE), ("SM-4", "flush", NO_STALE)),
        (changed(4, flush(NEW, NEW + SIZE, *BOTH), STALE), ("SM-4", "flush", NO_STALE)),
        (changed(5, flush(OLD, OLD + SIZE), returned()), ("SM-4", "flush", None)),
        (
            changed(2, clear(OLD_LOCK)),
            ("SM-4", "locks held at a PMD write", None),
        ),
        (
            changed(3, arrive(*BOTH, read_under=())),
            ("SM-4", "locks held where the value of a PMD write was read", None),
        ),
        (changed(1, drop=1), ("SM-4", "locks taken", None)),
        (changed(1, lock(NEW_LOCK, OLD_LOCK)), ("SM-4", "locks taken", None)),
        (
            changed(1, fault(FaultKind.NESTING, OLD_LOCK), lock(NEW_LOCK, OLD_LOCK)),
            ("SM-4", "lock nesting", "a second lock of one class is taken as nested"),
        ),
        (
            changed(5, fault(FaultKind.STILL_HELD, OLD_LOCK), returned(SIZE, OLD_LOCK)),
            ("SM-4", "lock still held", "no lock is held at the return"),
        ),
        # Guards, and the way that is gone.
        (FALLS_BACK, ("SM-1", "way of moving", None)),
        (run(warning(), *BY_ENTRIES, returned()), ("SM-1", "warning", None)),
        # What is written.
        (changed(2, drop=1), ("SM-6", "PMD entry written", None)),
        (
            run(*MOVED[:3], died(FaultKind.NULL)),
            ("SM-2", "crash", "no pointer to nothing is followed"),
        ),
        (
            run(died(FaultKind.BOUNDS)),
            ("SM-2", "crash", "nothing is reached beyond its end"),
        ),
        # What follows a move.
        (
            run(*MOVED, died(FaultKind.TABLE)),
            (
                "SM-5",
                "what follows a move",
                "a page table is reached through its own entry, by its own address",
            ),
        ),
        (changed(5, returned(0)), ("SM-5", "what follows a move", None)),
        (changed(5, *BY_ENTRIES, returned()), ("SM-5", "tables allocated", None)),
    ],
)
def test_a_change_of_a_whole_move(
    target: Observation, expected: tuple[str, str, str | None]
) -> None:
    assert sort_of(UPSTREAM, target) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (UPSTREAM, ("SM-1", "way of moving", None)),
        (run(returned(0)), ("SM-5", "tables allocated", None)),
        (run(died(FaultKind.BUG)), ("SM-5", "crash", "no BUG is reached")),
        (
            run(*BY_ENTRIES[:2], flush(0, 1), returned()),
            ("SM-4", "flush", None),
        ),
        (run(warning(), *BY_ENTRIES, returned()), ("SM-1", "warning", None)),
        (run(*BY_ENTRIES, returned(0)), ("SM-6", "result", None)),
    ],
)
def test_a_change_of_a_move_by_entries(
    target: Observation, expected: tuple[str, str, str | None]
) -> None:
    assert sort_of(FALLS_BACK, target) == expected


def test_whatever_differs_behind_a_failed_allocation_is_of_the_error_path() -> None:
    upstream = run(allocate(None), returned(0))
    assert sort_of(upstream, run(allocate(None), returned())) == (
        "SM-3",
        "after a failed allocation: result",
        None,
    )


def test_the_allocation_that_fails_is_not_behind_itself() -> None:
    upstream = run(allocate(None), returned(0))
    assert sort_of(upstream, UPSTREAM) == ("SM-1", "way of moving", None)


def test_rmap_locks_missing_at_a_write_let_walkers_in() -> None:
    upstream = run(lock(RMAP), clear(RMAP, OLD_LOCK), returned())
    target = run(lock(RMAP), clear(OLD_LOCK), returned())
    assert sort_of(run(clear(RMAP, OLD_LOCK), returned()), run(*target.events[1:])) == (
        "SM-4",
        "locks held at a PMD write",
        "who walks the rmap is kept out while entries move",
    )
    assert sort_of(upstream, target) == ("SM-4", "locks taken", None)


def test_a_fault_that_upstream_shows_later_is_no_broken_invariant() -> None:
    upstream = run(flush(0, 1), STALE, returned())
    target = run(flush(0, 2), STALE, returned())
    assert sort_of(upstream, target) == ("SM-4", "flush", None)


def test_the_invariant_is_no_part_of_a_sort() -> None:
    assert Class("SM-4", "flush", NO_STALE) == Class("SM-4", "flush")
    assert len({Class("SM-4", "flush", NO_STALE), Class("SM-4", "flush")}) == 1
    assert Class("SM-4", "flush") != Class("SM-4", "locks taken")


def test_a_new_table_that_is_linked_is_no_whole_move() -> None:
    linked = Event(EventKind.WRITE, (Level.PMD, NEW, 4, 2, NONE, (Kind.TABLE, 5, 0), None), ())
    events = (allocate(5), linked, *BY_ENTRIES[1:])
    assert way_from(events, 1) is Way.ENTRIES
    assert not follows_whole_move(events, 2)


def test_a_huge_entry_is_moved_whole() -> None:
    huge = (Kind.HUGE, 0, 0)
    gone = Event(EventKind.WRITE, (Level.PMD, OLD, 2, 1, huge, NONE, None), ())
    there = Event(EventKind.WRITE, (Level.PMD, NEW, 4, 2, NONE, huge, ()), ())
    assert way_from((gone, there), 0) is Way.WHOLE
    assert follows_whole_move((gone, there), 2)
    assert not follows_whole_move((gone,), 1)


def test_nothing_moved_is_no_way() -> None:
    read_only = Event(EventKind.WRITE, (Level.PMD, OLD, 2, 1, NONE, NONE, None), ())
    assert way_from((lock(RMAP), read_only, returned()), 0) is Way.NONE
    assert TABLE != NONE
