"""What happens at the head of a loop: turns are counted, or the loop is proved turn by turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.errors import Stopped
from analyzer.translate.jumps import JUMP

# Turns of all loops in one run, those of which nothing is asked included.
_MOST_TURNS = 5_000


class Cut(Exception):  # noqa: N818 - a limit of ours, which ends a path
    """A loop came to more turns than are run."""

    def __init__(self, head: str) -> None:
        super().__init__(head)
        self.head = head


class Back(Exception):  # noqa: N818 - an end of a path like any other
    """A run came back to the head at which it was cut, by the name of that event."""

    def __init__(self, made: str) -> None:
        super().__init__(made)
        self.made = made


class Unrolled:
    """Loops as they are, up to so many turns of each."""

    def __init__(self, turns: int, decided: Callable[[], int], seen: Callable[[str], None]) -> None:
        self._turns = turns
        self._decided = decided
        self._seen = seen
        self._counts: dict[str, dict[str, tuple[int, int]]] = {}
        self._all = 0

    def enter(self, head: str) -> None:
        """A loop begins."""
        self._counts[head] = {}

    def head(self, head: str, names: tuple[str, ...], *values: Any) -> tuple[Any, ...]:
        """A turn begins. Raises Cut behind the last one that is run.

        A turn in which nothing hung on the input is not counted, up to a limit.
        """
        place = place_of(head, names, values)
        counts = self._counts.setdefault(head, {})
        now = self._decided()
        count, before = counts.get(place, (0, now))
        self._all += 1
        count += now != before
        if count > self._turns or self._all > _MOST_TURNS:
            self._seen(place)
            raise Cut(place)
        counts[place] = count, now
        return values


def place_of(head: str, names: tuple[str, ...], values: tuple[Any, ...]) -> str:
    """Where in a function a turn begins: labels share one loop, and a local says which is meant."""
    jump = values[names.index(JUMP)] if JUMP in names else 0
    if not isinstance(jump, int):
        raise Stopped("a jump that hangs on the input")
    return f"{head} {jump}"
