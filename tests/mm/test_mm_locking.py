"""Locks, and each report of lockdep's."""

from analyzer.errors import FaultKind
from analyzer.mm import locking
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import SMALL, Level
from analyzer.mm.state import Lock, State

LOCK, UNLOCK, FAULT = EventKind.LOCK, EventKind.UNLOCK, EventKind.FAULT
SLEEPING = Lock("rwsem", "rwsem", 20, spins=False)
LATER = Lock("later", "later", 30, spins=False)


def spinning(state: State, count: int = 2) -> list[Lock]:
    return [state.new_table(Level.PMD).lock for _ in range(count)]


def faults(state: State) -> list[tuple[object, ...]]:
    return [event.what for event in state.events if event.kind is FAULT]


def test_locks_are_taken_and_given_back() -> None:
    state = State(SMALL)
    state.tracing = True
    one, other = spinning(state)
    locking.acquire(state, SLEEPING, shared=True)
    locking.acquire(state, one)
    locking.acquire(state, other, 1)
    locking.release(state, one)
    locking.release(state, other)
    locking.release(state, SLEEPING, shared=True)
    assert state.events == [
        Event(LOCK, ("rwsem", 0, "read"), ()),
        Event(LOCK, ("PMD lock 1", 0, "write"), ("rwsem",)),
        Event(LOCK, ("PMD lock 2", 1, "write"), ("PMD lock 1", "rwsem")),
        Event(UNLOCK, ("PMD lock 1",), ("PMD lock 2", "rwsem")),
        Event(UNLOCK, ("PMD lock 2",), ("rwsem",)),
        Event(UNLOCK, ("rwsem",), ()),
    ]
    assert (state.held, state.under, state.holding) == ([], (), frozenset())


def test_a_release_is_no_event_unless_traced() -> None:
    state = State(SMALL)
    locking.acquire(state, SLEEPING)
    locking.release(state, SLEEPING)
    assert state.events == [Event(LOCK, ("rwsem", 0, "write"), ())]


def test_what_is_held_is_known() -> None:
    state = State(SMALL)
    locking.acquire(state, SLEEPING, shared=True)
    assert locking.is_held(state, SLEEPING)
    assert not locking.is_held(state, SLEEPING, exclusive=True)
    assert not locking.is_held(state, LATER)


def test_a_lock_that_is_not_held_cannot_be_released() -> None:
    state = State(SMALL)
    locking.release(state, SLEEPING)
    assert faults(state) == [(FaultKind.NOT_HELD, "rwsem is released and not held")]


def test_a_lock_is_released_as_it_was_taken() -> None:
    state = State(SMALL)
    locking.acquire(state, SLEEPING)
    locking.release(state, SLEEPING, shared=True)
    told = "rwsem is released for reading, taken for writing"
    assert faults(state) == [(FaultKind.NOT_HELD, told)]
    assert state.held == []


def test_a_lock_taken_twice_is_a_deadlock() -> None:
    state = State(SMALL)
    (one,) = spinning(state, 1)
    locking.acquire(state, one)
    locking.acquire(state, one, 1)
    assert faults(state) == [(FaultKind.DEADLOCK, "PMD lock 1 is taken and already held")]
    locking.release(state, one)
    assert locking.is_held(state, one)


def test_a_second_lock_of_a_class_needs_a_subclass() -> None:
    state = State(SMALL)
    one, other = spinning(state)
    locking.acquire(state, one)
    locking.acquire(state, other)
    told = "PMD lock 2 is taken beside PMD lock 1, of the same class"
    assert faults(state) == [(FaultKind.NESTING, told)]


def test_tables_of_pages_and_of_pmds_are_one_class() -> None:
    state = State(SMALL)
    pmd, pte = state.new_table(Level.PMD).lock, state.new_table(Level.PTE).lock
    locking.acquire(state, pmd)
    locking.acquire(state, pte)
    assert [kind for kind, _ in faults(state)] == [FaultKind.NESTING]


def test_the_nested_lock_is_not_the_first() -> None:
    state = State(SMALL)
    one, other = spinning(state)
    locking.acquire(state, one, 1)
    locking.acquire(state, other)
    assert faults(state) == [(FaultKind.ORDER, "PMD lock 2 is taken while PMD lock 1 is held")]


def test_locks_have_an_order() -> None:
    state = State(SMALL)
    locking.acquire(state, LATER)
    locking.acquire(state, SLEEPING)
    assert faults(state) == [(FaultKind.ORDER, "rwsem is taken while later is held")]


def test_nobody_sleeps_under_a_spinlock() -> None:
    state = State(SMALL)
    one, other = spinning(state)
    locking.acquire(state, one)
    locking.acquire(state, other, 1)
    locking.may_sleep(state, "kmalloc()")
    told = "kmalloc() can sleep, and PMD lock 1, PMD lock 2 is held"
    assert faults(state) == [(FaultKind.SLEEPS, told)]


def test_a_lock_that_sleeps_is_not_taken_under_a_spinlock() -> None:
    state = State(SMALL)
    (one,) = spinning(state, 1)
    locking.acquire(state, one)
    locking.acquire(state, SLEEPING)
    assert [kind for kind, _ in faults(state)] == [FaultKind.SLEEPS, FaultKind.ORDER]


def test_locks_are_left_as_they_were_found() -> None:
    state = State(SMALL)
    locking.acquire(state, SLEEPING)
    before = tuple(state.held)
    locking.check_none_held(state, before)
    assert faults(state) == []
    locking.release(state, SLEEPING)
    locking.acquire(state, LATER)
    locking.check_none_held(state, before)
    assert faults(state) == [
        (FaultKind.STILL_HELD, "later is held at the return"),
        (FaultKind.NOT_HELD, "rwsem of the caller was released"),
    ]
