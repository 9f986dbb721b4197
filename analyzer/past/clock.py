"""The time that looking into histories may take."""

from __future__ import annotations

import time

MOST_SECONDS = 5.0


class Clock:
    """What is left of a number of seconds, from now on."""

    def __init__(self, seconds: float = MOST_SECONDS) -> None:
        self._until = time.monotonic() + seconds

    def left(self, most: float = MOST_SECONDS) -> float:
        """The seconds that one look-up may take, ``most`` of them; at least a moment."""
        return max(min(self._until - time.monotonic(), most), 0.05)

    @property
    def over(self) -> bool:
        """Whether the time has passed."""
        return time.monotonic() >= self._until
