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
    table = _costs(theirs, ours)
    return Alignment(table[-1][-1], tuple(_way_back(table, theirs, ours)))


def _costs(theirs: tuple[ShapeLine, ...], ours: tuple[ShapeLine, ...]) -> list[list[int]]:
    row = [0]
    for line in ours:
        row.append(row[-1] + _gap(line))
    table = [row]
    for their in theirs:
        above, row = row, [row[0] + _gap(their)]
        for j, our in enumerate(ours):
            row.append(
                min(above[j] + _match(their, our), above[j + 1] + _gap(their), row[j] + _gap(our))
            )
        table.append(row)
    return table


def _way_back(
    table: list[list[int]], theirs: tuple[ShapeLine, ...], ours: tuple[ShapeLine, ...]
) -> list[Step]:
    i, j = len(theirs), len(ours)
    steps: list[Step] = []
    while i or j:
        here = table[i][j]
        if i and j and here == table[i - 1][j - 1] + _match(theirs[i - 1], ours[j - 1]):
            i, j = i - 1, j - 1
            steps.append(Step(i, j))
        elif i and here == table[i - 1][j] + _gap(theirs[i - 1]):
            i -= 1
            steps.append(Step(i, None))
        else:
            j -= 1
            steps.append(Step(None, j))
    return steps[::-1]


def _gap(line: ShapeLine) -> int:
    return _CHEAP if line.kind in RESTORABLE else _DEAR


def _match(their: ShapeLine, our: ShapeLine) -> int:
    if (their.marker, their.kind, their.detail) != (our.marker, our.kind, our.detail):
        return 2 * _DEAR + 1
    return 0 if their.depth == our.depth else _OTHER_DEPTH
