"""What two kernels differ in, and what is no difference."""

from __future__ import annotations

import pytest

from analyzer.errors import FaultKind
from analyzer.machine.observation import Observation
from analyzer.mm.events import Event
from analyzer.replay.lockstep import Difference, common_faults, first_difference
from tests.growth import growth
from tests.replay.runs_made import (
    BOTH,
    MOVED,
    NEW_LOCK,
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
    page,
    read,
    returned,
    run,
    unlock,
    warning,
)

UPSTREAM = run(*MOVED, returned())


def changed(at: int, *events: Event, drop: int = 1) -> Observation:
    """Upstream's run with events put in place of ``drop`` of its own."""
    return run(*UPSTREAM.events[:at], *events, *UPSTREAM.events[at + drop :])


def test_equal_runs_do_not_differ() -> None:
    assert first_difference(UPSTREAM, run(*MOVED, returned())) is None


@pytest.mark.parametrize(
    ("target", "at"),
    [
        (changed(0, drop=1), 0),
        (changed(1, lock(NEW_LOCK, OLD_LOCK)), 1),
        (changed(1, drop=1), 1),
        (changed(2, clear(OLD_LOCK)), 2),
        (changed(2, drop=1), 2),
        (changed(3, arrive(*BOTH, read_under=())), 3),
        (changed(3, arrive(OLD_LOCK)), 3),
        (changed(4, drop=1), 4),
        (changed(4, flush(OLD, OLD + SIZE // 2, *BOTH)), 4),
        (changed(4, flush(OLD, OLD + SIZE)), 4),
        (changed(5, flush(OLD, OLD + SIZE), returned()), 5),
        (changed(5, returned(0)), 5),
        (changed(5, returned(SIZE, OLD_LOCK)), 5),
        (changed(5, died(FaultKind.BUG)), 5),
        (changed(0, warning(), MOVED[0]), 0),
        (changed(5, fault(FaultKind.STILL_HELD), returned()), 5),
        (changed(0, allocate(5), MOVED[0]), 0),
    ],
)
def test_what_others_can_see_is_a_difference(target: Observation, at: int) -> None:
    assert first_difference(UPSTREAM, target) == Difference(
        at, at, UPSTREAM.events[at], target.events[at]
    )


def test_the_order_of_releases_and_more_reads_are_no_difference() -> None:
    upstream = run(
        *MOVED, unlock(NEW_LOCK, *BOTH), unlock(OLD_LOCK, OLD_LOCK), read(OLD, TABLE), returned()
    )
    target = run(*MOVED, unlock(OLD_LOCK, *BOTH), unlock(NEW_LOCK, NEW_LOCK), returned())
    assert first_difference(upstream, target) is None


def test_a_lock_under_which_nothing_is_done_is_no_difference() -> None:
    by_entries = (allocate(5), returned())
    target = run(lock("i_mmap lock 0"), lock(RMAP, "i_mmap lock 0"), *by_entries)
    assert first_difference(run(*by_entries), target) is None
    assert first_difference(target, run(*by_entries)) is None


def test_the_faults_of_an_empty_section_are_a_difference() -> None:
    order = fault(FaultKind.ORDER, "x", what="order")
    target = run(order, lock(RMAP, "x"), lock("x"), allocate(5), returned())
    upstream = run(allocate(5), returned())
    assert first_difference(upstream, target) == Difference(0, 0, allocate(5), order)


def test_a_lock_kept_over_the_taking_of_another_is_a_difference() -> None:
    upstream = run(lock(OLD_LOCK), clear(OLD_LOCK), returned())
    target = run(lock(RMAP), lock(OLD_LOCK, RMAP), clear(OLD_LOCK), returned())
    assert first_difference(upstream, target) == Difference(0, 0, lock(OLD_LOCK), lock(RMAP))


def test_a_lock_held_at_the_return_is_not_empty() -> None:
    target = run(lock(RMAP), returned(SIZE, RMAP))
    assert first_difference(run(returned()), target) == Difference(0, 0, returned(), lock(RMAP))


def test_a_value_read_under_the_entrys_own_lock_needs_no_other() -> None:
    target = changed(3, arrive(*BOTH, read_under=(OLD_LOCK,)))
    assert first_difference(UPSTREAM, target) is None


def test_a_value_read_under_the_shared_lock_needs_no_other() -> None:
    shared = "mm->page_table_lock"
    upstream = run(clear(shared), arrive(shared, read_under=(RMAP, shared)), returned())
    target = run(clear(shared), arrive(shared, read_under=(shared,)), returned())
    assert first_difference(upstream, target) is None


def test_a_value_read_under_another_lock_only_is_a_difference() -> None:
    target = changed(3, arrive(*BOTH, read_under=(NEW_LOCK,)))
    assert first_difference(UPSTREAM, target) == Difference(3, 3, MOVED[3], target.events[3])


def test_a_value_read_under_a_lock_that_was_given_back_meanwhile_is_a_difference() -> None:
    """Its own lock was held at the read, in a section that looks empty, and again at the write."""
    target = run(lock(OLD_LOCK), *MOVED, returned())
    assert first_difference(UPSTREAM, target) == Difference(1, 1, MOVED[1], lock(OLD_LOCK))


def test_of_what_a_kernel_dies_of_the_words_do_not_count() -> None:
    bug = run(died(FaultKind.BUG, "one"))
    assert first_difference(bug, run(died(FaultKind.BUG, "other"))) is None
    null = run(died(FaultKind.NULL, "one"))
    assert first_difference(bug, null) == Difference(0, 0, bug.events[0], null.events[0])


def test_a_run_that_goes_on_differs_where_the_other_ends() -> None:
    target = run(*UPSTREAM.events, returned())
    assert first_difference(UPSTREAM, target) == Difference(6, 6, None, returned())
    assert first_difference(target, UPSTREAM) == Difference(6, 6, returned(), None)


def test_indexes_are_of_all_events() -> None:
    upstream = run(lock(RMAP), allocate(5), flush(0, 1), returned())
    target = run(allocate(5), flush(0, 2), returned())
    assert first_difference(upstream, target) == Difference(2, 1, flush(0, 1), flush(0, 2))


def test_a_run_that_halted_is_not_compared() -> None:
    with pytest.raises(ValueError, match="halted is not comparable: no such callee"):
        first_difference(UPSTREAM, run(halted="no such callee"))
    with pytest.raises(ValueError, match="halted"):
        first_difference(run(halted="x"), UPSTREAM)


def test_faults_of_both_sides_are_kept() -> None:
    stale, order = fault(FaultKind.STALE_TLB, "x"), fault(FaultKind.ORDER)
    assert common_faults(
        run(stale, stale, order, returned()), run(page(0), stale, stale, stale, returned())
    ) == (stale, stale)


def test_many_events_are_compared_in_linear_time() -> None:
    def build(count: int) -> tuple[Observation, Observation]:
        events = [lock(f"lock {number}") for number in range(count)]
        return run(*events, returned()), run(*events, returned(1))

    assert growth(lambda pair: first_difference(*pair), build, 500) < 8
