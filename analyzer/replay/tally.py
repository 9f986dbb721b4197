"""What was assumed, or not applied, while a log was followed: counted by reason, never silent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that came up: why, how often, and the line of the log where it first did."""

    why: str
    times: int
    line: int


class Tally:
    """Counts reasons."""

    def __init__(self) -> None:
        self._counts: dict[str, Noted] = {}

    def note(self, why: str, line: int) -> None:
        """Count a reason once more."""
        had = self._counts.get(why, Noted(why, 0, line))
        self._counts[why] = Noted(why, had.times + 1, had.line)

    def noted(self) -> tuple[Noted, ...]:
        """All reasons, in the order in which they came up."""
        return tuple(self._counts.values())
