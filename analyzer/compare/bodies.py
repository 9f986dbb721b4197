"""The lines of a file's functions without their layout, each worked out once."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from analyzer.compare.change import Owner
from analyzer.compare.outline import Outline

_LEAST_WORDS = 2


def plain(text: str) -> str:
    """A line with every run of blanks as one."""
    return " ".join(text.split())


class Body:
    """What one function or symbol holds."""

    def __init__(self, first: int, lines: tuple[str, ...]) -> None:
        self.first = first
        self.lines = tuple(map(plain, lines))

    @cached_property
    def all(self) -> frozenset[str]:
        """Its lines."""
        return frozenset(self.lines)

    @cached_property
    def once(self) -> dict[str, int]:
        """The lines that stand in it once and say something, and where in the file, from 0."""
        counts = Counter(self.lines)
        return {
            line: self.first + i
            for i, line in enumerate(self.lines)
            if counts[line] == 1 and len(line.split()) >= _LEAST_WORDS
        }


class Bodies:
    """The bodies of one file by what they are of."""

    def __init__(self, text: Outline | None) -> None:
        self.text = text
        self._found: dict[Owner, Body | None] = {}

    def of(self, owner: Owner | None) -> Body | None:
        """One body; None where the file is not at hand or does not hold it."""
        if self.text is None or owner is None:
            return None
        if owner not in self._found:
            extent = self.text.extent_of(owner)
            self._found[owner] = Body(extent.first, self.text.body(extent)) if extent else None
        return self._found[owner]
