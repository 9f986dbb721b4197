"""Locks: taken, released, and what lockdep would say."""

from __future__ import annotations

from analyzer.errors import FaultKind
from analyzer.mm import tlb
from analyzer.mm.events import EventKind
from analyzer.mm.state import Held, Lock, State


def acquire(state: State, lock: Lock, subclass: int = 0, *, shared: bool = False) -> None:
    """Take a lock. Lockdep's reports are faults, and the lock is held all the same."""
    # LOCKS
    _checked(state, lock, subclass)
    # EVENT
    state.note(EventKind.LOCK, lock.name, subclass, "read" if shared else "write")
    # EFFECT
    state.held.append(Held(lock, subclass, shared))
    _renew(state)


def release(state: State, lock: Lock, *, shared: bool | None = None) -> None:
    """Give a lock back. What a stale translation leads to must not be reachable through it.

    ``shared``: what was taken must have been taken for reading, or must not; None asks nothing.
    """
    # LOCKS
    mine = [one for one in state.held if one.lock is lock]
    if not mine:
        state.fault(FaultKind.NOT_HELD, f"{lock.name} is released and not held")
        return
    if shared is not None and mine[-1].shared is not shared:
        said = f"{lock.name} is released for {_mode(shared)}, taken for {_mode(not shared)}"
        state.fault(FaultKind.NOT_HELD, said)
    # TLB
    tlb.before_release(state, lock)
    # EFFECT
    state.held.remove(mine[-1])
    _renew(state)
    # EVENT
    if state.tracing:
        state.note(EventKind.UNLOCK, lock.name)


def is_held(state: State, lock: Lock, *, exclusive: bool = False) -> bool:
    """Whether the running task holds a lock (for writing, if ``exclusive``)."""
    return any(one.lock is lock and not (exclusive and one.shared) for one in state.held)


def may_sleep(state: State, what: str) -> None:
    """Something that can sleep is called (``might_sleep``): no spinlock may be held."""
    spinning = [one.lock.name for one in state.held if one.lock.spins]
    if spinning:
        state.fault(FaultKind.SLEEPS, f"{what} can sleep, and {', '.join(spinning)} is held")


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
        if one.lock is lock:
            state.fault(FaultKind.DEADLOCK, f"{lock.name} is taken and already held")
        elif one.lock.family == lock.family and one.subclass == subclass:
            said = f"{lock.name} is taken beside {one.lock.name}, of the same class"
            state.fault(FaultKind.NESTING, said)
        elif one.lock.rank > lock.rank or (
            one.lock.family == lock.family and one.subclass > subclass
        ):
            state.fault(FaultKind.ORDER, f"{lock.name} is taken while {one.lock.name} is held")


def _mode(shared: bool) -> str:
    return "reading" if shared else "writing"


def _renew(state: State) -> None:
    held = [one.lock for one in state.held]
    state.holding = frozenset(held)
    state.under = tuple(sorted([lock.name for lock in held]))
