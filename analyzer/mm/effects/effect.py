"""What a primitive does to the world, said so that a prover need not look into it.

Parts of an effect are NamedTuples, which are made in a quarter of a dataclass's time: this is
imported by whoever proves anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias


class EffectKind(Enum):
    """How far a call may be moved.

    PURE: the result hangs on the arguments' values alone (and on the machine); nothing else
    happens. Calls with equal arguments are one call. READS: looks at ``reads`` and changes
    nothing; may be repeated, and moved only over what does not write there. LOCKS and RELEASES: a
    lock is held behind it, or no more. DOWNGRADES: one held for writing is held for reading.
    REPORTS: a check, see ``Report``. ACTS: all else, whose order among all but PURE and READS is
    part of what the code does.
    """

    PURE = "pure"
    READS = "reads"
    LOCKS = "locks"
    RELEASES = "releases"
    DOWNGRADES = "downgrades"
    ACTS = "acts"
    REPORTS = "reports"


class PlaceKind(Enum):
    """What part of memory is meant.

    POINTED: the whole of what an argument points to (an entry, a variable, a struct), but not what
    pointers in it lead to. MEMBER: one member of the struct that an argument points to. NAMED: a
    member of that name in any struct, or the variable of that name. LOCKS: which locks are held.
    """

    POINTED = "pointed to"
    MEMBER = "member"
    NAMED = "named"
    LOCKS = "locks held"
    ANYTHING = "anything"


class Place(NamedTuple):
    """A part of memory. ``argument`` is a number from 0 in C's order, ``name`` a member's."""

    kind: PlaceKind
    argument: int | None = None
    name: str | None = None


Places: TypeAlias = tuple[Place, ...]
NOTHING: Places = ()
ANYTHING: Places = (Place(PlaceKind.ANYTHING),)
LOCKS_HELD: Places = (Place(PlaceKind.LOCKS),)


def pointed(*arguments: int) -> Places:
    """All that these arguments point to."""
    return tuple(Place(PlaceKind.POINTED, each) for each in arguments)


def members(argument: int, *names: str) -> Places:
    """These members of the struct that an argument points to."""
    return tuple(Place(PlaceKind.MEMBER, argument, each) for each in names)


def named(*names: str) -> Places:
    """These members or variables, wherever they are."""
    return tuple(Place(PlaceKind.NAMED, None, each) for each in names)


class Where(Enum):
    """Where the lock is: an argument leads to it, it is the result, or an argument points to it.

    STORED: the call writes the address of the lock to where the argument points.
    """

    ARGUMENT = "argument"
    RESULT = "result"
    STORED = "stored"


class When(Enum):
    """At which result the lock was taken; a result of another sort says that it was not."""

    ALWAYS = "always"
    TRUE = "not 0 and not NULL"
    ZERO = "0"


class Handle(NamedTuple):
    """Which lock a call takes or lets go of, and how.

    ``ways`` are the members that lead from the argument to the lock, the newest kernels' first;
    empty where the argument is the lock's own address. ``shared``: for reading. ``subclass`` is the
    argument with lockdep's subclass. ``found`` is the primitive that gives the same lock for the
    same first two arguments and takes nothing.
    """

    where: Where
    argument: int | None = None
    ways: tuple[tuple[str, ...], ...] = ()
    shared: bool = False
    subclass: int | None = None
    when: When = When.ALWAYS
    found: str | None = None


class Occasion(Enum):
    """When a check speaks: always, where an argument is true, or where a lock is not held."""

    ALWAYS = "always"
    TRUE = "true"
    NOT_HELD = "not held"


class Report(NamedTuple):
    """What a check does on its occasion.

    ``argument`` is the condition, or leads to the lock by ``ways``. ``returns``: the result is the
    condition as 0 or 1, on each call. ``ends``: the run ends there. ``once``: only the first time
    at that place in the C. ``debug``: kernels without CONFIG_DEBUG_VM or lockdep say nothing **and
    go on**, and for VM_* macros do not evaluate the arguments: what comes behind counts as well.
    ``writing``: the lock must be held for writing.
    """

    occasion: Occasion
    argument: int | None = None
    returns: bool = False
    ends: bool = False
    once: bool = False
    debug: bool = False
    writing: bool = False
    ways: tuple[tuple[str, ...], ...] = ()


class Stored(Enum):
    """What is written, where it is no argument: the empty entry (0 on x86-64)."""

    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call does.

    ``reads``: what its result and its doing hang on besides the arguments' values. ``writes``: what
    C code may find changed behind it, by it **or by others that it lets in** (a lock taken or
    given back, a sleep, a barrier). ``itself``: the part that it writes itself; the same unless
    said. ``stores``: the value that ``writes``, one place then, has behind it: an argument's
    number or ``Stored.EMPTY``. ``gives``: the result is what stood there at the call. ``lock``: of
    ACTS, the lock that it may downgrade or give back, as its arguments and its result say.
    """

    kind: EffectKind
    lock: Handle | None = None
    writes: Places = NOTHING
    reads: Places = NOTHING
    itself: Places | None = None
    stores: int | Stored | None = None
    gives: Place | None = None
    report: Report | None = None

    def own(self) -> Places:
        """What the call writes itself, others left aside."""
        return self.writes if self.itself is None else self.itself


PURE = Effect(EffectKind.PURE)
# What nobody said more of: any order matters, anything may be read and changed.
ACTS = Effect(EffectKind.ACTS, writes=ANYTHING, reads=ANYTHING)
# Nothing that C could read is changed: a flush, a message.
SILENT = Effect(EffectKind.ACTS, reads=ANYTHING)


def reads(*places: Place) -> Effect:
    """A look at these places."""
    return Effect(EffectKind.READS, reads=places)


def gets(argument: int) -> Effect:
    """A look at what an argument points to, which is the result."""
    found = pointed(argument)
    return Effect(EffectKind.READS, reads=found, gives=found[0])


def acts(writes: Places, reads: Places = ANYTHING) -> Effect:
    """An act that changes these places."""
    return Effect(EffectKind.ACTS, writes=writes, reads=reads)


def lets_in(itself: Places = NOTHING, reads: Places = ANYTHING) -> Effect:
    """An act after which others' writes may be seen; it changes ``itself`` alone."""
    return Effect(EffectKind.ACTS, writes=ANYTHING, reads=reads, itself=itself)


def stores(argument: int, value: int | Stored) -> Effect:
    """A write to what an argument points to: of another argument, or of the empty entry."""
    return Effect(EffectKind.ACTS, writes=pointed(argument), stores=value)


def takes_out(argument: int) -> Effect:
    """What an argument points to is emptied; the result is what stood there."""
    found = pointed(argument)
    return Effect(EffectKind.ACTS, None, found, found, None, Stored.EMPTY, found[0])


def takes(lock: Handle, itself: Places = NOTHING, reads: Places = NOTHING) -> Effect:
    """A lock is taken. What it guards may have changed until then: what is read before is old."""
    return Effect(EffectKind.LOCKS, lock, ANYTHING, reads, itself)


def drops(lock: Handle, itself: Places = NOTHING, reads: Places = NOTHING) -> Effect:
    """A lock is given back. What it guards may change from then on."""
    return Effect(EffectKind.RELEASES, lock, ANYTHING, reads, itself)


def downgrades(lock: Handle, itself: Places = NOTHING) -> Effect:
    """A lock held for writing is kept for reading."""
    return Effect(EffectKind.DOWNGRADES, lock, ANYTHING, NOTHING, itself)


def reports(report: Report, reads: Places = NOTHING) -> Effect:
    """A check."""
    return Effect(EffectKind.REPORTS, reads=reads, report=report)
