"""A hunk's changed lines laid against the shape of an upstream hunk, line by line.

Edit distance over kinds of lines: cheap to leave out what a transport may have dropped or a
style may have changed (blank lines, lone braces, directives), dear to leave out code.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.upstream import Kind, ShapeLine

# Kinds that a damaged patch may get back; `repair` says under which conditions.
RESTORABLE = frozenset({Kind.BLANK, Kind.BRACE, Kind.DIRECTIVE, Kind.SYMBOL})
MAX_CELLS = 400_000

_CHEAP, _DEAR, _OTHER_DEPTH = 1, 4, 1


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the alignment: indices into the shape's and the hunk's changed lines.

    ``ours`` None: the hunk lacks the line. ``theirs`` None: upstream's hunk lacks it.
    """

    theirs: int | None
    ours: int | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """The cheapest way to lay two runs of changed lines against each other. 0 is the same shape."""

    cost: int
    steps: tuple[Step, ...]


def align(theirs: tuple[ShapeLine, ...], ours: tuple[ShapeLine, ...]) -> Alignment | None:
    """Align changed lines (no context among them); None where they are too many to compare."""
    if (len(theirs) + 1) * (len(ours) + 1) > MAX_CELLS:
        return None
    rows, columns = [_Cost.of(line) for line in theirs], [_Cost.of(line) for line in ours]
    table = _costs(rows, columns)
    return Alignment(table[-1][-1], tuple(_way_back(table, rows, columns)))


@dataclass(frozen=True, slots=True)
class _Cost:
    """What a line costs alone, and what two must have in common to be partners."""

    gap: int
    key: tuple[str, str, str]
    depth: int

    @staticmethod
    def of(line: ShapeLine) -> _Cost:
        gap = _CHEAP if line.kind in RESTORABLE else _DEAR
        return _Cost(gap, (line.marker, line.kind.value, line.detail), line.depth)


def _costs(theirs: list[_Cost], ours: list[_Cost]) -> list[list[int]]:
    row = [0]
    for line in ours:
        row.append(row[-1] + line.gap)
    table = [row]
    for their in theirs:
        above, row = row, [row[0] + their.gap]
        for j, our in enumerate(ours):
            row.append(
                min(above[j] + _match(their, our), above[j + 1] + their.gap, row[j] + our.gap)
            )
        table.append(row)
    return table


def _way_back(table: list[list[int]], theirs: list[_Cost], ours: list[_Cost]) -> list[Step]:
    i, j = len(theirs), len(ours)
    steps: list[Step] = []
    while i or j:
        here = table[i][j]
        if i and j and here == table[i - 1][j - 1] + _match(theirs[i - 1], ours[j - 1]):
            i, j = i - 1, j - 1
            steps.append(Step(i, j))
        elif i and here == table[i - 1][j] + theirs[i - 1].gap:
            i -= 1
            steps.append(Step(i, None))
        else:
            j -= 1
            steps.append(Step(None, j))
    return steps[::-1]


def _match(their: _Cost, our: _Cost) -> int:
    """The cost of two lines as partners: for different ones, more than leaving both alone."""
    if their.key != our.key:
        return 2 * _DEAR + 1
    return 0 if their.depth == our.depth else _OTHER_DEPTH
