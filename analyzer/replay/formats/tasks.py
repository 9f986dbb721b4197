"""Whose line it is: strace names the task only while it traces several of them."""

from __future__ import annotations

_MOST = 1 << 20


class Tasks:
    """The tasks of a strace log by their ids.

    Without ``-o``, lines of the only task that is left have no id. The first task's is not known
    before another one is there: until then it is 0, and its id is another name for 0 from then on.
    """

    def __init__(self) -> None:
        self._alive: set[int] = set()
        self._first: int | None = None
        self._started = False
        self._last = 0

    def of(self, shown: int | None) -> int:
        """The id under which operations tell a task, of the one that a line shows."""
        self._started = True
        if shown is None:
            return self._unnamed()
        self._last = self._named(shown)
        return self._last

    def _unnamed(self) -> int:
        """A line without an id is the only living task's."""
        if not self._alive:
            self._alive.add(self._last)
        if len(self._alive) == 1:
            self._last = next(iter(self._alive))
        return self._last

    def _named(self, shown: int) -> int:
        if self._first is None and 0 in self._alive and shown not in self._alive:
            self._first = shown
        task = 0 if shown == self._first else shown
        self._add(task)
        return task

    def attached(self, shown: int) -> None:
        """Strace says that it traces a task from now on."""
        self._add(shown)
        if not self._started:
            # It was not started by strace, so there is no other task without a name.
            self._last = shown

    def gone(self, task: int) -> None:
        """A task, by the id that operations tell it under, has come to its end."""
        self._alive.discard(task)
        if task == 0 and self._first is not None:
            self._first = -1

    def born(self, task: int) -> None:
        """A task was made by another one."""
        self._add(task)

    def _add(self, task: int) -> None:
        if len(self._alive) < _MOST:
            self._alive.add(task)
