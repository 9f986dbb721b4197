"""What a run writes down, in order: the observation that two kernels are compared by."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class EventKind(Enum):
    """What happened. Two kernels that differ in one of ``COMPARED`` behave differently."""

    LOCK = "lock"
    UNLOCK = "unlock"
    READ = "read"
    WRITE = "write"
    FLUSH = "flush"
    ALLOCATE = "allocate"
    FREE = "free"
    NOTIFY = "notify"
    AREA = "area"
    ACCOUNT = "account"
    REPORT = "report"
    FAULT = "fault"
    DIED = "died"
    RETURN = "return"

    # Members are one object each: identity will do, and Enum's own hash is a call of Python.
    __hash__ = object.__hash__


# Releases show in the locks that the next event was under; a read in the value that is written.
COMPARED = frozenset(EventKind) - {EventKind.UNLOCK, EventKind.READ}


class Event(NamedTuple):
    """One thing that happened.

    ``what`` says it in numbers and names that are the same in every kernel run from one state;
    ``under`` are the names of the locks held then, in order. For WRITE, ``what`` is (level,
    address or None, table, index, entry before, entry after, the locks under which the value was
    read); for FLUSH (start, end) in bytes; for LOCK (lock, subclass, mode).
    For AREA it is what became of an area, whoever did it: ("new", start, end, flags, file, offset,
    anon_vma), ("unmap", start, end), ("split", start, end, at), ("bounds", start, end, start now,
    end now), ("merged", start, end) of one that a neighbour took in, ("flags", start, end, flags),
    ("pgoff", start, end, offset), ("anon", start, end, anon_vma), ("populate", start, end). For
    ACCOUNT it is ("total" or "locked" or "committed", pages more).
    """

    kind: EventKind
    what: tuple[object, ...]
    under: tuple[str, ...]
