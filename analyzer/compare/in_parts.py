"""Jumps of functions that hunks show in part: compared where a hunk shows all of the clean-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.compare.apart import Beside, Body
from analyzer.compare.change import ChangedLine, RunPair, Scope
from analyzer.compare.exits import Code, Exit
from analyzer.compare.shown import Half, Shown
from analyzer.patch.lines import Mark
from analyzer.source import Place


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a function from a label on, and the jump to it, which may be in another hunk."""

    name: str
    half: Half
    jump: ChangedLine
    upstream: bool

    @property
    def added(self) -> frozenset[int]:
        """Lines that the patch adds."""
        return self.half.added

    def is_own(self, way: Exit) -> bool:
        """Whether the patch adds the jump."""
        return way.label is not None

    def place(self, line: int) -> Place:
        """Where a line is seen; the jump has no line of the piece."""
        return self.half.place(line) if line > 0 else self.jump.place


def in_parts(
    runs: Iterable[RunPair], name: str, upstream: Sequence[Half], target: Sequence[Half]
) -> Iterator[tuple[Beside, Part, Part]]:
    """The added jumps of one function of ours that have a partner of upstream's.

    Only those whose labels are shown with all that follows, on both sides.
    """
    for pair in runs:
        names = dict(pair.names)
        for line in pair.lines:
            theirs, ours = _label(line.theirs), _label(line.ours)
            if not (line.theirs and line.ours and theirs and ours and _stands_in(line.ours, name)):
                continue
            one, other = _found(upstream, name, theirs), _found(target, name, ours)
            if one is None or other is None:
                continue
            ways = one[1].way_to(theirs, 0), other[1].way_to(ours, 0)
            if ways[0] is None or ways[1] is None:
                continue
            bodies = Body(one[1], names, one[0].said), Body(other[1], None, other[0].said)
            yield (
                Beside(ways[0], ways[1], *bodies),
                Part(name, one[0], line.theirs, upstream=True),
                Part(name, other[0], line.ours, upstream=False),
            )


def _stands_in(line: ChangedLine, name: str) -> bool:
    owner = line.owner
    return owner is not None and owner.scope is Scope.FUNCTION and owner.name == name


def _label(line: ChangedLine | None) -> str:
    """Where an added line jumps to."""
    if line is None or line.mark is not Mark.ADDED or "goto" not in line.words:
        return ""
    at = line.words.index("goto")
    return line.words[at + 1] if line.words[at + 2 : at + 3] == (";",) else ""


def _found(sides: Sequence[Half], name: str, label: str) -> tuple[Half, Code] | None:
    for half in sides:
        shown = half.function(name)
        code = shown.code if isinstance(shown, Shown) else None
        if code is None and half.is_hunk:
            code = half.tail(label)
        if code is not None and label in code.labels:
            return half, code
    return None
