"""Calls that overlap in time, put into an order in which the kernel can have done them.

A log shows a call when it has come back. While one thread's munmap() is on its way, another's
mmap() may already have been given the range, and have come back first; the first steps of a child
may be shown before its parent's clone() has returned. Told in the log's order, the first would lose
the new area and the second would have no address space.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, takewhile

from analyzer.replay.formats.calls import Begun, Entry, unread
from analyzer.replay.operation import Call, Operation

# Calls on their way and entries that wait for them; a log with more of either is told as it comes.
_MOST_FLYING = 1024
_MOST_WAITING = 64
_MOST_TASKS = 1 << 20
_MAP_FIXED = 0x10
_MREMAP_FIXED = 2

Addresses = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Flight:
    """A call on its way, and when it began: times count what begins and what comes back."""

    begun: Begun
    began: int


@dataclass(slots=True)
class _Waiting:
    """An entry that has come back but is not told yet.

    ``behind`` are the calls, by when they began, that have done their work before it.
    """

    entry: Entry
    began: int
    ended: int
    behind: tuple[int, ...]
    told: bool = False


class Order:
    """The calls of a log that are on their way, and the entries that wait for them.

    An entry goes behind each call that freed the addresses it was given, and a new task's first
    behind the clone() that may have made it. Whatever had come back when a call began goes before
    that call. All else stays in the log's order.
    """

    def __init__(self) -> None:
        self._flying: dict[int, _Flight] = {}
        self._waiting: deque[_Waiting] = deque()
        self._known: set[int] = set()
        self._time = 0
        # When the call began that the first entry waits for.
        self._awaited: int | None = None

    def begin(self, begun: Begun) -> list[Entry]:
        """A call has begun. What is returned can be told."""
        told = self.drop(begun.task)
        if len(self._flying) >= _MOST_FLYING:
            told += self.drop(next(iter(self._flying)))
        self._time += 1
        self._flying[begun.task] = _Flight(begun, self._time)
        return told

    def flying(self, task: int) -> Begun | None:
        """The call that a task is in."""
        flight = self._flying.get(task)
        return None if flight is None else flight.begun

    def end(self, begun: Begun, entry: Entry | None) -> list[Entry]:
        """A call on its way has come back, and is ``entry``. What is returned can be told."""
        flight = self._flying.pop(begun.task)
        return self._landed(flight.began) if entry is None else self._put(entry, flight.began)

    def drop(self, task: int, why: str = "the call never came back") -> list[Entry]:
        """A task's call, if it is in one, will not come back."""
        flight = self._flying.pop(task, None)
        if flight is None:
            return []
        return self._put(unread(flight.begun.line, flight.begun.text, why), flight.began)

    def put(self, entry: Entry) -> list[Entry]:
        """An entry that began and came back at once. What is returned can be told."""
        if self._flying or self._waiting:
            return self._put(entry, None)
        self._learn(entry)
        return [entry]

    def rename(self, task: int, new: int) -> None:
        """A task goes on under another's id, as one that calls execve() does."""
        flight = self._flying.pop(task, None)
        if flight is not None:
            self._flying[new] = replace(flight, begun=replace(flight.begun, task=new))

    def close(self) -> list[Entry]:
        """The log is at its end."""
        told: list[Entry] = []
        for task in tuple(self._flying):
            told += self.drop(task, "the log ends before the call came back")
        return told

    def _put(self, entry: Entry, began: int | None) -> list[Entry]:
        self._time += 1
        behind = self._behind(entry) if isinstance(entry, Operation) else ()
        self._learn(entry)
        if not behind and not self._waiting:
            return [entry]
        began = self._time if began is None else began
        self._waiting.append(_Waiting(entry, began, self._time, behind))
        return self._landed(began)

    def _learn(self, entry: Entry) -> None:
        """Which tasks there are: only a new one can be the child of a clone() on its way."""
        if not isinstance(entry, Operation):
            return
        if entry.call is Call.EXIT:
            self._known.discard(entry.task)
        elif len(self._known) < _MOST_TASKS:
            self._known.add(entry.task)
            if entry.call is Call.CLONE and entry.result is not None:
                self._known.add(entry.result)

    def _behind(self, entry: Operation) -> tuple[int, ...]:
        """The calls that must have done their work before this entry."""
        new = entry.task not in self._known and len(self._known) < _MOST_TASKS
        taken = _taken(entry)
        if taken is None and not new:
            return ()
        flying = tuple(
            one.began
            for one in self._flying.values()
            if (new and one.begun.syscall.call is Call.CLONE)
            or _overlap(taken, _freed(one.begun.syscall.call, one.begun.values))
        )
        return flying + tuple(
            one.began
            for one in self._waiting
            if not one.told
            and isinstance(one.entry, Operation)
            and _overlap(taken, _freed(one.entry.call, one.entry.arguments))
        )

    def _landed(self, began: int) -> list[Entry]:
        """A call has come back: what can be told now."""
        patient = len(self._waiting) <= _MOST_WAITING
        if patient and self._awaited not in (None, began) and self._is_flying(self._awaited):
            return []
        told: list[Entry] = []
        self._awaited = None
        while self._waiting and self._awaited is None:
            if not self._waiting[0].told:
                for one in self._before(self._waiting[0]):
                    one.told = True
                    told.append(one.entry)
            if self._awaited is None:
                self._waiting.popleft()
        return told

    def _before(self, head: _Waiting) -> list[_Waiting]:
        """An entry behind all that goes before it; none while one of them is on its way."""
        patient = len(self._waiting) <= _MOST_WAITING
        by_began = {one.began: one for one in self._waiting if not one.told}
        found: list[_Waiting] = []
        seen = {head.began}
        stack = [(head, self._earlier(head))]
        while stack:
            one, earlier = stack[-1]
            began = next(earlier, None)
            if began is None:
                stack.pop()
                found.append(one)
            elif began in by_began:
                if began not in seen:
                    seen.add(began)
                    stack.append((by_began[began], self._earlier(by_began[began])))
            elif patient and self._is_flying(began):
                self._awaited = began
                return []
        return found

    def _earlier(self, one: _Waiting) -> Iterator[int]:
        """When the calls began that go before an entry."""
        back = takewhile(lambda other: other.ended < one.began, tuple(self._waiting))
        return chain(one.behind, (other.began for other in back if not other.told))

    def _is_flying(self, began: int | None) -> bool:
        return any(one.began == began for one in self._flying.values())


def _freed(call: Call | None, values: tuple[int | None, ...]) -> Addresses | None:
    """The addresses that a call may free."""
    if call not in (Call.MUNMAP, Call.MREMAP):
        return None
    return _range(*values[:2])


def _taken(entry: Operation) -> Addresses | None:
    """The addresses that the kernel chose for an area, so that they were free at that time."""
    if entry.result is None or entry.result < 0:
        return None
    if entry.call is Call.MMAP:
        _, length, _, flags, _, _ = entry.arguments
        return None if flags is None or flags & _MAP_FIXED else _range(entry.result, length)
    if entry.call is Call.MREMAP:
        return _remapped(entry.result, entry.arguments)
    return None


def _remapped(result: int, arguments: tuple[int | None, ...]) -> Addresses | None:
    address, old, new, flags, _ = arguments
    if flags is None or flags & _MREMAP_FIXED or old is None or new is None:
        return None
    return _range(result, new) if result != address else _range(result + old, new - old)


def _range(start: int | None, length: int | None) -> Addresses | None:
    return None if start is None or length is None else (start, start + length)


def _overlap(one: Addresses | None, other: Addresses | None) -> bool:
    return one is not None and other is not None and max(one[0], other[0]) < min(one[1], other[1])
