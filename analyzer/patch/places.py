"""Where a row of lines stands in a file: found in linear time, however alike the lines are.

A file is turned into a text with one character for each line, so that Python's own search, which
is linear in the worst case, finds rows of lines.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# A line that no hunk holds; no row has it.
_OTHER = "\0"
MOST_LINES = sys.maxunicode
# Places that are told on either side of the one that was asked for.
MOST_TOLD = 8
# Characters that one file's hunks may have searched: some seconds.
_MOST_SEARCHED = 1 << 29
_MOST_VOTES = 40
_MOST_VOTERS = 2_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Indices of lines (from 0, ascending) at which a row stands; ``more``: not all are told."""

    places: tuple[int, ...]
    more: bool = False

    def nearest(self, guess: int) -> int | None:
        """The place next to ``guess``; None where there is none, or two are as near."""
        ranked = sorted(self.places, key=lambda place: abs(place - guess))
        if len(ranked) > 1 and abs(ranked[0] - guess) == abs(ranked[1] - guess):
            return None
        return ranked[0] if ranked else None


class TooLargeError(Exception):
    """The hunks of one file would be searched for longer than is bearable."""


class Places:
    """The lines of a file, to be searched for rows of the lines ``known``."""

    def __init__(self, lines: Sequence[str], known: Iterable[str]) -> None:
        self._points: dict[str, str] = {}
        for line in known:
            if line not in self._points:
                if len(self._points) + 1 >= MOST_LINES:
                    raise TooLargeError
                self._points[line] = chr(len(self._points) + 1)
        self._size = len(lines)
        self._text = "".join(self._points.get(line, _OTHER) for line in lines)
        self._back = self._text[::-1]
        self._searched = 0
        self._where: dict[str, list[int]] | None = None

    def stands_at(self, row: Sequence[str], place: int) -> bool:
        """Whether the row stands there."""
        return place >= 0 and self._text.startswith(self._row(row), place)

    def standing(self, row: Sequence[str], guess: int, low: int, high: int) -> Standing:
        """Where the row stands, from index ``low`` to ``high``, those next to ``guess`` first told.

        Raises ``TooLargeError`` where the file was searched too often.
        """
        self._count(high - low)
        if not row or low > high:
            return Standing(())
        needle = self._row(row)
        middle = min(max(guess, low), high + 1)
        behind = _found(self._text, needle, middle, high)
        # The same search in the mirror: from the line before the middle towards the first.
        last = self._size - len(row)
        before = _found(self._back, needle[::-1], last - (middle - 1), last - low)
        places = (*(last - place for place in reversed(before)), *behind)
        return Standing(places, MOST_TOLD in (len(before), len(behind)))

    def likely(self, row: Sequence[str], guess: int) -> int:
        """The place at which most lines of the row stand, the one next to ``guess`` of several."""
        if self._where is None:
            self._where = {}
            for index, point in enumerate(self._text):
                if point != _OTHER:
                    self._where.setdefault(point, []).append(index)
        votes = {guess: 0}
        for number, point in enumerate(self._row(row[:_MOST_VOTERS])):
            found = self._where.get(point, [])
            if len(found) <= _MOST_VOTES:  # a blank line says nothing
                for index in found:
                    votes[index - number] = votes.get(index - number, 0) + 1
        return min(votes, key=lambda place: (-votes[place], abs(place - guess), place))

    def _row(self, row: Sequence[str]) -> str:
        return "".join(self._points[line] for line in row)

    def _count(self, size: int) -> None:
        self._searched += max(size, 0)
        if self._searched > _MOST_SEARCHED:
            raise TooLargeError


def _found(text: str, needle: str, low: int, high: int) -> list[int]:
    found: list[int] = []
    at = text.find(needle, max(low, 0), high + len(needle))
    while at >= 0 and len(found) < MOST_TOLD:
        found.append(at)
        at = text.find(needle, at + 1, high + len(needle))
    return found
