"""How long all of proving may take: what reads a tree asks, and is stopped in the midst of it."""

from __future__ import annotations

from math import inf
from time import process_time


class OutOfTime(Exception):  # noqa: N818 - a limit, no error
    """The time for all functions is up."""


class Clock:
    """Counts the processor time since it was made, in seconds."""

    def __init__(self, seconds: float = inf) -> None:
        self._seconds = seconds
        self._began = process_time()

    @property
    def left(self) -> float:
        """What is left, negative where it is up."""
        return self._seconds - (process_time() - self._began)

    @property
    def limit(self) -> str:
        """The limit in words."""
        return f"the limit of {self._seconds:g} seconds for all functions"

    def check(self) -> None:
        """Raise OutOfTime where the time is up."""
        if self.left < 0:
            raise OutOfTime(self.limit)
