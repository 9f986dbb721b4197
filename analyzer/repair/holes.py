"""What a hunk lacks of upstream's shape: directives, a ``config`` line, blank lines, braces.

Only kinds of lines that no surviving line of the hunk contradicts, and never more than were lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice

from analyzer.compare import RESTORABLE, Alignment, Step, align, changed, shape_lines
from analyzer.patch.damage import Grade
from analyzer.patch.lines import Hunk, Line, Mark
from analyzer.upstream import Kind, ShapeHunk, ShapeLine

_MAX_CHOICES = 64


def inserted(hunk: Hunk, insertions: list[tuple[int, str, Grade]]) -> Hunk:
    """Put lines before those at the given places, which are in order."""
    lines = list(hunk.lines)
    for at, text, grade in reversed(insertions):
        lines.insert(at, Line(Mark.ADDED, text, None, grade))
    return hunk.with_lines(tuple(lines))


@dataclass(frozen=True, slots=True)
class _Hole:
    """A line of upstream's shape that the hunk lacks, and where it would stand.

    ``guessed``: no line of its run survived, so lost context hides the place.
    """

    at: int
    order: int
    line: ShapeLine
    guessed: bool


def from_shape(hunk: Hunk, path: str, shape: ShapeHunk, room: int) -> list[Hunk]:
    """The ways to fill ``room`` lost added lines of a hunk with what it lacks of a shape.

    Likeliest first, a bounded number; the hunk itself where the shape does not fit.
    """
    ours = shape_lines(hunk, path)
    theirs = changed(shape.lines)
    found = align(theirs, changed(ours))
    if found is None:
        return [hunk]
    kept = _kept_kinds(hunk, path)
    holes = [
        hole
        for hole in _holes(ours, shape, theirs, found.steps)
        if hole.line.kind in RESTORABLE
        and _kind_key(hole.line) not in kept
        # A run of its own needs context around it: the hunk must have as much as upstream's.
        and not (hole.guessed and hunk.old_count != shape.old[1])
    ]
    firm = [hole for hole in holes if hole.line.kind is not Kind.BLANK]
    blanks = [hole for hole in holes if hole.line.kind is Kind.BLANK]
    if len(firm) > room:
        return [hunk]
    grade = Grade.COUNTED if _same_code(found, theirs, changed(ours)) else Grade.ASSUMED
    # A run of its own is the likeliest to be the base's affair.
    blanks.sort(key=lambda hole: hole.guessed)
    wanted = min(room - len(firm), len(blanks))
    return [
        inserted(hunk, _placed(firm, chosen, grade))
        for chosen in islice(combinations(blanks, wanted), _MAX_CHOICES)
    ]


def _placed(
    firm: list[_Hole], blanks: tuple[_Hole, ...], grade: Grade
) -> list[tuple[int, str, Grade]]:
    graded = [
        *((hole, Grade.ASSUMED) for hole in firm),
        *((hole, Grade.ASSUMED if hole.guessed else grade) for hole in blanks),
    ]
    # The order of upstream's lines decides between holes at one place.
    graded.sort(key=lambda one: one[0].order)
    return [(hole.at, _text(hole.line), how) for hole, how in graded]


def _same_code(
    found: Alignment, theirs: tuple[ShapeLine, ...], ours: tuple[ShapeLine, ...]
) -> bool:
    """Whether nothing but lines of restorable kinds is without a partner.

    Where a line of code is, the counts leave two possibilities: a blank line was lost, or the
    line of code.
    """
    alone = [
        theirs[step.theirs] for step in found.steps if step.ours is None and step.theirs is not None
    ]
    alone += [
        ours[step.ours] for step in found.steps if step.theirs is None and step.ours is not None
    ]
    return all(line.kind in RESTORABLE for line in alone)


def _holes(
    ours: tuple[ShapeLine, ...],
    shape: ShapeHunk,
    theirs: tuple[ShapeLine, ...],
    steps: tuple[Step, ...],
) -> Iterator[_Hole]:
    """Every added line of the shape without a partner, in the shape's order.

    It stands behind the line before it of the same unbroken run, or else before the next one.
    """
    places = [i for i, line in enumerate(ours) if line.marker != Mark.CONTEXT.value]
    runs = _runs(shape)
    following = _next_in_run(steps, runs, places)
    at, run_of_at = 0, None
    for i, step in enumerate(steps):
        if step.ours is not None:
            at = places[step.ours] + 1
            run_of_at = runs[step.theirs] if step.theirs is not None else run_of_at
        elif step.theirs is not None and theirs[step.theirs].marker == Mark.ADDED.value:
            line = theirs[step.theirs]
            behind = at if run_of_at == runs[step.theirs] else following[i]
            if behind is not None:
                yield _Hole(behind, i, line, guessed=False)
            elif line.kind is Kind.BLANK:
                yield _Hole(at, i, line, guessed=True)


def _runs(shape: ShapeHunk) -> list[int]:
    """For each changed line of a shape, the number of the unbroken run that it stands in."""
    run, out = 0, []
    for line in shape.lines:
        if line.kind is Kind.CONTEXT:
            run += 1
        else:
            out.append(run)
    return out


def _next_in_run(steps: tuple[Step, ...], runs: list[int], places: list[int]) -> list[int | None]:
    """For each step, where the next surviving line of its run stands in the hunk."""
    out: list[int | None] = []
    place, run = None, None
    for step in reversed(steps):
        if step.theirs is not None:
            if runs[step.theirs] != run:
                place, run = None, runs[step.theirs]
            if step.ours is not None:
                place = places[step.ours]
        out.append(place)
    return out[::-1]


def _kept_kinds(hunk: Hunk, path: str) -> set[tuple[Kind, str]]:
    """The kinds of lines that the transport visibly kept: no line of them was dropped."""
    survivors = tuple(replace(line, mark=Mark.ADDED) for line in hunk.lines if line.grade is None)
    return {_kind_key(line) for line in shape_lines(hunk.with_lines(survivors), path)}


def _kind_key(line: ShapeLine) -> tuple[Kind, str]:
    """Kinds as transports tell them apart: each brace and each directive is one of its own."""
    word = line.detail.split(" ")[0] if line.kind in (Kind.BRACE, Kind.DIRECTIVE) else ""
    return line.kind, word


def _text(line: ShapeLine) -> str:
    match line.kind:
        case Kind.BRACE:
            return "\t" * line.depth + line.detail
        case Kind.SYMBOL:
            return f"config {line.detail}"
        case Kind.DIRECTIVE:
            return line.detail
        case _:
            return ""
