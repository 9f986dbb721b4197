"""A hunk as what stands before and after it, and the ways in which it may be looked for."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.patch.lines import Hunk, Line, Mark


@dataclass(frozen=True, slots=True)
class Sides:
    """A hunk as lines with their line ends, and how much of it is context.

    ``start`` is the index (from 0) at which the old side stands if the header is right.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    lead: int
    trail: int
    start: int

    @property
    def back(self) -> Sides:
        """The hunk taken back."""
        return Sides(self.new, self.old, self.lead, self.trail, self.start)

    @property
    def core(self) -> tuple[str, ...]:
        """What comes between the lines of context."""
        return self.new[self.lead : len(self.new) - self.trail]


def sides_of(hunk: Hunk) -> Sides:
    """Return both sides of a hunk."""
    lines = hunk.lines
    changed = [i for i, line in enumerate(lines) if line.mark is not Mark.CONTEXT]
    return Sides(
        tuple(_whole(line) for line in lines if line.mark is not Mark.ADDED),
        tuple(_whole(line) for line in lines if line.mark is not Mark.REMOVED),
        changed[0] if changed else len(lines),
        len(lines) - 1 - changed[-1] if changed else 0,
        hunk.old_start - 1 if hunk.old_count else hunk.old_start,
    )


def _whole(line: Line) -> str:
    return line.text if line.no_newline is not None else f"{line.text}\n"


@dataclass(frozen=True, slots=True)
class Try:
    """One way to look for a hunk: lines left out in front and behind, and what it is tied to.

    ``apart``: its context may not overlap that of the hunk before it, as git has it.
    """

    fuzz: int
    front: int = 0
    behind: int = 0
    at_start: bool = False
    at_end: bool = False
    apart: bool = False


def tries(sides: Sides, most: int) -> list[Try]:
    """The ways to look for a hunk with at most ``most`` fuzz.

    As patch(1) looks (``locate_hunk``): less context on a side means an end of the file. Git takes
    a shorter context behind for the end of the file only where there is none at all.
    """
    lead, trail = sides.lead, sides.trail
    context = max(lead, trail)
    found: list[Try] = []
    for fuzz in range(min(most, context) + 1):
        front, behind = fuzz + lead - context, fuzz + trail - context
        at_start = front < 0 and sides.start <= 0
        found.append(Try(fuzz, max(front, 0), max(behind, 0), at_start, behind < 0))
        if not fuzz and 0 < trail < lead:
            found.append(Try(0, apart=True))
    return found
