"""Where the hunks of a patch stand in whole files: told by both states of the file.

A hunk's header names a line, and git and patch look further where the text there is another. So a
hunk is looked for: its old side before the patch, and its new side after it at a place that fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from analyzer.patch.lines import FilePatch, Hunk, Mark

# Lines compared in the search for one file's hunks: half a second's work.
MAX_LINES = 2_000_000
_MAX_FUZZ = 10


@dataclass(frozen=True, slots=True)
class Landed:
    """The first line of a hunk's body, before and after the patch, from 0."""

    old: int
    new: int


def landed(file: FilePatch, before: str | None, after: str | None) -> tuple[Landed | None, ...]:
    """Where each hunk stands; None where that is not certain: lost lines, a text that differs.

    Where the file after the patch is not at hand, the file before it decides alone.
    """
    if before is None and file.old_path is not None:
        return (None,) * len(file.hunks)
    new = None if after is None and file.new_path is not None else _lines(after)
    search = _Search(_lines(before), new)
    found: list[Landed | None] = []
    drift = 0
    grown = [0, *accumulate(hunk.new_count - hunk.old_count for hunk in file.hunks)]
    for at, hunk in enumerate(file.hunks):
        # Earlier hunks move what follows: usually all that stand before it in the patch.
        shifts = dict.fromkeys((grown[at], 0))
        place = search.find(hunk, drift, tuple(shifts)) if hunk.whole else None
        found.append(place)
        if place is not None:
            drift = place.old - _declared(hunk)
    return tuple(found)


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []


def _declared(hunk: Hunk) -> int:
    return hunk.old_start - 1 if hunk.old_count else hunk.old_start


class _Search:
    """Both states of a file (the new one may be unknown), and what may still be compared."""

    def __init__(self, old: Sequence[str], new: Sequence[str] | None) -> None:
        self.old = old
        self.new = new
        self.left = MAX_LINES
        self.places: dict[str, list[int]] = {}
        for at, line in enumerate(old):
            self.places.setdefault(line, []).append(at)

    def find(self, hunk: Hunk, drift: int, shifts: tuple[int, ...]) -> Landed | None:
        """The place nearest to where the hunk's header and the hunk before it say."""
        for above, below in _fuzz(hunk):
            lines = hunk.lines[above : len(hunk.lines) - below]
            old = [line.text for line in lines if line.mark is not Mark.ADDED]
            new = [line.text for line in lines if line.mark is not Mark.REMOVED]
            for at in self._near(old, _declared(hunk) + drift + above):
                for shift in shifts:
                    if self._same(self.old, at, old) and self._same(self.new, at + shift, new):
                        return Landed(at - above, at + shift - above)
        return None

    def _near(self, old: list[str], near: int) -> list[int]:
        """The places where the old side may begin, the nearest first."""
        if not old:
            return [near]
        places = self.places.get(old[0], [])
        self.left -= len(places)
        return sorted(places, key=lambda at: (abs(at - near), at)) if self.left > 0 else []

    def _same(self, text: Sequence[str] | None, at: int, lines: list[str]) -> bool:
        if text is None:
            return True
        if at < 0 or at + len(lines) > len(text):
            return False
        for i, line in enumerate(lines):
            self.left -= 1
            if self.left <= 0 or text[at + i] != line:
                return False
        return True


def _fuzz(hunk: Hunk) -> list[tuple[int, int]]:
    """How many outer lines of context to look away from: none first, as patch(1) does."""
    marks = [line.mark is Mark.CONTEXT for line in hunk.lines]
    first = next((i for i, context in enumerate(marks) if not context), len(marks))
    last = next((i for i, context in enumerate(reversed(marks)) if not context), len(marks))
    most = min(max(first, last), _MAX_FUZZ)
    return [(min(fuzz, first), min(fuzz, last)) for fuzz in range(most + 1)]
