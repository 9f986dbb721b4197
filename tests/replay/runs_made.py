"""Runs written by hand: events in the form in which kernels write them down."""

from __future__ import annotations

from analyzer.errors import CodePlace, FaultKind
from analyzer.machine.observation import Call, Done, Observation
from analyzer.mm.entry import Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import Level
from analyzer.reference.steps import Step

OLD, NEW, SIZE = 0x8000, 0x10000, 0x8000
OLD_LOCK, NEW_LOCK = "PMD lock 2", "PMD lock 4"
RMAP = "anon_vma lock 0"
NONE = (Kind.NONE, 0, 0)
TABLE = (Kind.TABLE, 3, 0)


def lock(name: str, *under: str, nested: bool = False) -> Event:
    """A lock is taken with others held."""
    return Event(EventKind.LOCK, (name, int(nested), "write"), under)


def unlock(name: str, *under: str) -> Event:
    """A lock is released (in traced runs only)."""
    return Event(EventKind.UNLOCK, (name,), under)


def read(at: int, found: tuple[object, ...], *under: str, table: int = 2) -> Event:
    """A PMD entry is read (in traced runs only)."""
    return Event(EventKind.READ, (Level.PMD, at, table, at // SIZE, found), under)


def clear(*under: str) -> Event:
    """The old PMD entry, of table 2, is cleared."""
    return Event(EventKind.WRITE, (Level.PMD, OLD, 2, 1, TABLE, NONE, None), under)


def arrive(*under: str, read_under: tuple[str, ...] = (OLD_LOCK,)) -> Event:
    """The new PMD entry, of table 4, is set to what the old one was."""
    return Event(EventKind.WRITE, (Level.PMD, NEW, 4, 2, NONE, TABLE, read_under), under)


def page(at: int, *under: str, came: bool = False) -> Event:
    """An entry of a page is cleared, or (``came``) set."""
    entry = (Kind.PAGE, 0, 0)
    change = (NONE, entry) if came else (entry, NONE)
    what = (Level.PTE, at, 3, at // 0x1000, *change, under if came else None)
    return Event(EventKind.WRITE, what, under)


def flush(start: int, end: int, *under: str) -> Event:
    """The TLB is flushed."""
    return Event(EventKind.FLUSH, (start, end), under)


def allocate(number: int | None) -> Event:
    """A table of pages is allocated, or (None) not."""
    return Event(EventKind.ALLOCATE, (Level.PTE, number), ())


def warning(*under: str) -> Event:
    """The kernel warns."""
    return Event(EventKind.REPORT, ("warning",), under)


def fault(kind: FaultKind, *under: str, what: str = "said") -> Event:
    """A checker reports."""
    return Event(EventKind.FAULT, (kind, what), under)


def died(kind: FaultKind, what: str = "said") -> Event:
    """The kernel dies."""
    return Event(EventKind.DIED, (kind, what), ())


def returned(value: int = SIZE, *under: str) -> Event:
    """The call returns."""
    return Event(EventKind.RETURN, (value,), under)


BOTH = (OLD_LOCK, NEW_LOCK)
# A table moved whole, as upstream does.
MOVED = (
    lock(OLD_LOCK),
    lock(NEW_LOCK, OLD_LOCK, nested=True),
    clear(*BOTH),
    arrive(*BOTH, read_under=BOTH),
    flush(OLD, OLD + SIZE, *BOTH),
)
# Entries moved one by one.
BY_ENTRIES = (
    allocate(5),
    lock("PTE lock 3"),
    page(OLD, "PTE lock 3"),
    page(NEW, "PTE lock 3", came=True),
    flush(OLD, OLD + SIZE, "PTE lock 3"),
)


def run(*events: Event, halted: str | None = None) -> Observation:
    """A run that is not traced."""
    return Observation(events, Done(0, 0, 0, 0), halted)


def traced(
    *steps: tuple[Event, int | None],
    inside: bool = True,
    calls: tuple[Call, ...] = (),
    upstream: dict[int, Step] | None = None,
    function: str = "move_it",
) -> Observation:
    """A traced run: events, each with the line of the patch's C, None for one of the base.

    ``upstream``: steps of upstream's patch, by the number of the event.
    """
    places: list[CodePlace | None] = []
    for _, line in steps:
        last = places[-1] if places else None
        places.append(last if line is None else CodePlace("mm/mremap.c", line, None, function))
    known = upstream or {}
    return Observation(
        tuple(event for event, _ in steps),
        Done(0, 0, 0, 0),
        places=tuple(places),
        inside=tuple(line is not None for _, line in steps),
        calls=calls,
        steps=tuple(known.get(at) for at in range(len(steps))),
    )
