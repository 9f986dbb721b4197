"""Locks: taken, released, and what lockdep would say."""

from __future__ import annotations

from operator import itemgetter

from analyzer.errors import FaultKind, Stopped
from analyzer.mm import tlb
from analyzer.mm.events import Event, EventKind
from analyzer.mm.state import Held, Lock, LockSet, State

_LOCK = EventKind.LOCK
# The first member of what is held: NamedTuple's own way to it is no function of C's.
_lock_of = itemgetter(0)
# Without NamedTuple's own __new__: a call less for each lock that is taken.
_new = tuple.__new__
# Lockdep gives up at 48 (MAX_LOCK_DEPTH); code that leaks a lock a turn still shows what it does.
_MOST_HELD = 256
# What follows from so many locks is looked up; more are held by code that leaks them alone.
_MOST_LOOKED_UP = 8


def acquire(state: State, lock: Lock, subclass: int = 0, *, shared: bool = False) -> None:
    """Take a lock. Lockdep's reports are faults, and the lock is held all the same.

    Raises Stopped for locks without end.
    """
    # LOCKS
    _checked(state, lock, subclass)
    # EVENT
    what = (lock.name, subclass, "read" if shared else "write")
    state.events.append(_new(Event, (_LOCK, what, state.under)))
    # EFFECT
    state.held.append(_new(Held, (lock, subclass, shared)))
    _renew(state)


def release(state: State, lock: Lock, *, shared: bool | None = None) -> None:
    """Give a lock back. What a stale translation leads to must not be reachable through it.

    ``shared``: what was taken must have been taken for reading, or must not; None asks nothing.
    """
    # LOCKS
    mine = _held_last(state, lock)
    if mine is None:
        state.fault(FaultKind.NOT_HELD, f"{lock.name} is released and not held")
        return
    if shared is not None and mine.shared is not shared:
        said = f"{lock.name} is released for {_mode(shared)}, taken for {_mode(not shared)}"
        state.fault(FaultKind.NOT_HELD, said)
    # TLB
    if state.stale:
        tlb.before_release(state, lock)
    # EFFECT
    state.held.remove(mine)
    _renew(state)
    # EVENT
    if state.tracing:
        state.note(EventKind.UNLOCK, lock.name)


def downgrade(state: State, lock: Lock) -> None:
    """Keep a lock that was taken for writing, for reading only (``downgrade_write``)."""
    # LOCKS
    mine = _held_last(state, lock)
    if mine is None or mine.shared:
        state.fault(FaultKind.NOT_HELD, f"{lock.name} is downgraded and not held for writing")
        return
    # EFFECT
    state.held[state.held.index(mine)] = mine._replace(shared=True)
    # EVENT
    state.note(_LOCK, lock.name, mine.subclass, "downgrade")


def is_held(state: State, lock: Lock, *, exclusive: bool = False) -> bool:
    """Whether the running task holds a lock (for writing, if ``exclusive``)."""
    return any(one.lock is lock and not (exclusive and one.shared) for one in state.held)


def may_sleep(state: State, what: str) -> None:
    """Something that can sleep is called (``might_sleep``): no spinlock may be held."""
    for held in state.held:
        if held.lock.spins:
            spinning = ", ".join(one.lock.name for one in state.held if one.lock.spins)
            state.fault(FaultKind.SLEEPS, f"{what} can sleep, and {spinning} is held")
            return


def mmap_lock_held(state: State, what: str, *, exclusive: bool = True) -> None:
    """Report what is done without the lock of the address space (``mmap_assert_write_locked``)."""
    if not is_held(state, state.mmap_lock, exclusive=exclusive):
        how = "for writing" if exclusive else "at all"
        state.fault(FaultKind.NOT_HELD, f"{what} while mmap_lock is not held {how}")


def check_none_held(state: State, before: tuple[Held, ...]) -> None:
    """At the end of an operation: the locks held are those that its caller held."""
    for one in state.held:
        if one not in before:
            state.fault(FaultKind.STILL_HELD, f"{one.lock.name} is held at the return")
    for one in before:
        if one not in state.held:
            state.fault(FaultKind.NOT_HELD, f"{one.lock.name} of the caller was released")


def _checked(state: State, lock: Lock, subclass: int) -> None:
    """Report what lockdep does. A subclass is a class of its own, taken after the lower ones."""
    if not lock.spins:
        may_sleep(state, f"taking {lock.name}")
    for one in state.held:
        other = one.lock
        # Locks of one class have one rank.
        if other.rank < lock.rank:
            continue
        if other is lock:
            state.fault(FaultKind.DEADLOCK, f"{lock.name} is taken and already held")
        elif other.family == lock.family and one.subclass == subclass:
            said = f"{lock.name} is taken beside {other.name}, of the same class"
            state.fault(FaultKind.NESTING, said)
        elif other.rank > lock.rank or (other.family == lock.family and one.subclass > subclass):
            state.fault(FaultKind.ORDER, f"{lock.name} is taken while {other.name} is held")


def _held_last(state: State, lock: Lock) -> Held | None:
    """A lock as it was taken last; None where it is not held."""
    for one in reversed(state.held):
        if one.lock is lock:
            return one
    return None


def _mode(shared: bool) -> str:
    return "reading" if shared else "writing"


def _renew(state: State) -> None:
    held = tuple(map(_lock_of, state.held))
    try:
        state.holding, state.under = state.lock_sets[held]
    except KeyError:
        state.holding, state.under = found = _lock_set(held)
        if len(held) <= _MOST_LOOKED_UP:
            state.lock_sets[held] = found
        elif len(held) > _MOST_HELD:
            raise Stopped(f"more than {_MOST_HELD} locks are held at once") from None


def _lock_set(held: tuple[Lock, ...]) -> LockSet:
    return frozenset(held), tuple(sorted([lock.name for lock in held]))
