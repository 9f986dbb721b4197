"""What a hunk that lost lines may be completed to.

Only added lines of kinds that no surviving line of the hunk contradicts are put back: a lone
brace where the C demands it, blank lines where the counts leave room for them, directives and
a Kconfig ``config`` line where upstream's shape has them. An executable line never.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

from analyzer.compare import RESTORABLE, Pair, Step, align, changed, shape_lines
from analyzer.patch.damage import Grade, Restored
from analyzer.patch.lines import Hunk, Line, Mark
from analyzer.repair.braces import Insertion, missing_braces
from analyzer.upstream import Kind, ShapeHunk, ShapeLine, is_kconfig

_MAX_CHOICES = 64
_GIT_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Lost:
    """Lines that a hunk's counts declare and its body lacks.

    ``added`` is exact if no removed line can be among them (``exact``), else the least number.
    """

    context: int
    added: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to complete a hunk. ``unexplained`` added lines are lost and not put back."""

    hunk: Hunk
    restored: tuple[Restored, ...]
    unexplained: int
    layout: tuple[int, int] | None = None


def lost_lines(hunk: Hunk, *, no_removals: bool) -> Lost:
    """Split what is lost into context and added lines.

    ``no_removals`` says that the diffstat rules out that a removed line is among them.
    """
    old = hunk.old_count - hunk.old_kept
    new = hunk.new_count - hunk.new_kept
    return Lost(context=old, added=max(new - old, 0), exact=no_removals or old == 0)


def completions(hunk: Hunk, path: str, pair: Pair | None, lost: Lost) -> tuple[Completion, ...]:
    """Every completion that the counts, the C and upstream's shape permit, best first.

    The first one is what is reported; the others differ in blank lines alone, and a proof by
    blob id may choose among them.
    """
    base = _with_braces(hunk, path, lost)
    room = lost.added - _restored_count(base)
    shape = pair.theirs if pair is not None else None
    if shape is None:
        return (_graded(base, room, None, path),)
    candidates = _from_shape(base, path, shape, room)
    return tuple(
        _graded(lines, room - (_restored_count(lines) - _restored_count(base)), shape, path)
        for lines in candidates
    )


def _restored_count(hunk: Hunk) -> int:
    return sum(line.grade is not None for line in hunk.lines)


# --- braces, from the C -----------------------------------------------------------------


def _with_braces(hunk: Hunk, path: str, lost: Lost) -> Hunk:
    if is_kconfig(path) or not lost.added:
        return hunk
    braces = missing_braces(hunk.lines)
    present = {line.text.strip() for line in hunk.lines}
    contradicted = any(brace.text.strip() in present for brace in braces)
    if len(braces) > lost.added or contradicted:
        return hunk
    return _inserted(hunk, braces, Grade.COUNTED)


def _inserted(hunk: Hunk, insertions: tuple[Insertion, ...], grade: Grade) -> Hunk:
    lines = list(hunk.lines)
    for insertion in reversed(insertions):
        lines.insert(insertion.at, Line(Mark.ADDED, insertion.text, None, grade))
    return hunk.with_lines(tuple(lines))


# --- the rest, from upstream's shape ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hole:
    """A line of upstream's shape that the hunk lacks, and where it would stand."""

    at: int
    line: ShapeLine
    alone: bool


def _from_shape(hunk: Hunk, path: str, shape: ShapeHunk, room: int) -> list[Hunk]:
    holes = _holes(hunk, path, shape)
    allowed = [hole for hole in holes if not _contradicted(hole.line, hunk, path)]
    firm = [hole for hole in allowed if hole.line.kind is not Kind.BLANK]
    blanks = [hole for hole in allowed if hole.line.kind is Kind.BLANK]
    if len(firm) > room:
        return [hunk]
    # A blank line on its own between context lines is the likeliest to be the base's affair.
    blanks.sort(key=lambda hole: hole.alone)
    wanted = min(room - len(firm), len(blanks))
    choices = []
    for chosen in combinations(range(len(blanks)), wanted):
        picked = sorted((*firm, *(blanks[i] for i in chosen)), key=lambda hole: hole.at)
        choices.append(_filled(hunk, picked))
        if len(choices) == _MAX_CHOICES:
            break
    return choices


def _holes(hunk: Hunk, path: str, shape: ShapeHunk) -> list[_Hole]:
    ours = shape_lines(hunk, path)
    places = [i for i, line in enumerate(ours) if line.marker != Mark.CONTEXT.value]
    theirs = changed(shape.lines)
    found = align(theirs, changed(ours))
    steps = found.steps if found else ()
    runs = _runs(shape)
    holes: list[_Hole] = []
    at, run_of_at = None, None
    for step in steps:
        if step.ours is not None:
            at = places[step.ours] + 1
            run_of_at = runs[step.theirs] if step.theirs is not None else run_of_at
        elif step.theirs is not None and theirs[step.theirs].marker == Mark.ADDED.value:
            run, line = runs[step.theirs], theirs[step.theirs]
            where = at if run_of_at == run else _next_in_run(steps, runs, step.theirs, places)
            if where is None and line.kind is Kind.BLANK:
                where = at
            if where is not None:
                holes.append(_Hole(where, line, alone=runs.count(run) == 1))
    return holes


def _runs(shape: ShapeHunk) -> list[int]:
    """For each changed line of a shape, the number of the unbroken run that it stands in."""
    run, out = 0, []
    for line in shape.lines:
        if line.kind is Kind.CONTEXT:
            run += 1
        else:
            out.append(run)
    return out


def _next_in_run(
    steps: tuple[Step, ...], runs: list[int], hole: int, places: list[int]
) -> int | None:
    """Where the next surviving line of the same run stands: a hole at its front goes before it."""
    return next(
        (
            places[step.ours]
            for step in steps
            if step.theirs is not None
            and step.ours is not None
            and step.theirs > hole
            and runs[step.theirs] == runs[hole]
        ),
        None,
    )


def _contradicted(line: ShapeLine, hunk: Hunk, path: str) -> bool:
    """Whether a surviving line of the same kind shows that the transport kept such lines."""
    if line.kind not in RESTORABLE:
        return True
    survivors = tuple(replace(kept, mark=Mark.ADDED) for kept in hunk.lines if kept.grade is None)
    kept_kinds = shape_lines(hunk.with_lines(survivors), path)
    return any(_kind_key(kept) == _kind_key(line) for kept in kept_kinds)


def _kind_key(line: ShapeLine) -> tuple[Kind, str]:
    """Kinds as transports tell them apart: each brace and each directive is one of its own."""
    word = line.detail.split(" ")[0] if line.kind in (Kind.BRACE, Kind.DIRECTIVE) else ""
    return line.kind, word


def _filled(hunk: Hunk, holes: list[_Hole]) -> Hunk:
    lines = list(hunk.lines)
    for hole in reversed(holes):
        grade = Grade.COUNTED if hole.line.kind is Kind.BLANK else Grade.ASSUMED
        lines.insert(hole.at, Line(Mark.ADDED, _text(hole.line), None, grade))
    return hunk.with_lines(tuple(lines))


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


# --- grades, gaps and line numbers ------------------------------------------------------


def _graded(hunk: Hunk, unexplained: int, shape: ShapeHunk | None, path: str) -> Completion:
    layout = _layout(hunk, shape)
    lines = _gapped(hunk, layout)
    numbers = _new_numbers(hunk, lines, layout)
    kinds = shape_lines(hunk, path)
    restored = tuple(
        Restored(numbers[i], line.text, kinds[i].kind.value, line.grade)
        for i, line in enumerate(lines)
        if line.grade is not None
    )
    return Completion(hunk.with_lines(lines), restored, unexplained, layout)


def _layout(hunk: Hunk, shape: ShapeHunk | None) -> tuple[int, int] | None:
    """Context lines before and behind the one run of added lines, where both can be told.

    git gives a run three lines of context on either side, so six old-side lines are one run;
    else upstream's shape tells, if it has as many. Lost context then has a place, but no text.
    """
    if hunk.old_kept == hunk.old_count:
        return None
    lead = _lead(hunk, shape)
    added = [i for i, line in enumerate(hunk.lines) if line.mark is Mark.ADDED]
    if lead is None or not added:
        return None
    one_run = len(added) == added[-1] - added[0] + 1
    fits = added[0] <= lead and len(hunk.lines) - 1 - added[-1] <= hunk.old_count - lead
    return (lead, hunk.old_count - lead) if one_run and fits else None


def _lead(hunk: Hunk, shape: ShapeHunk | None) -> int | None:
    if hunk.old_count == 2 * _GIT_CONTEXT:
        return _GIT_CONTEXT
    if shape is None or shape.old[1] != hunk.old_count:
        return None
    runs = [line.kind is Kind.CONTEXT for line in shape.lines]
    alone = runs.count(True) <= 2 and all(line.marker != "-" for line in shape.lines)
    return shape.lines[0].count if alone and runs[0] else None


def _gapped(hunk: Hunk, layout: tuple[int, int] | None) -> tuple[Line, ...]:
    """Mark the lines before which lost lines may stand."""
    if hunk.old_kept == hunk.old_count:
        return hunk.lines
    if layout is None:
        return tuple(replace(line, after_gap=True) for line in hunk.lines)
    return tuple(
        replace(line, after_gap=line.mark is Mark.CONTEXT or i == _first_added(hunk))
        for i, line in enumerate(hunk.lines)
    )


def _first_added(hunk: Hunk) -> int:
    return next(i for i, line in enumerate(hunk.lines) if line.mark is Mark.ADDED)


def _new_numbers(
    hunk: Hunk, lines: tuple[Line, ...], layout: tuple[int, int] | None
) -> list[int | None]:
    """The line of the file after the patch for each line; None where lost context hides it."""
    if hunk.old_kept != hunk.old_count and layout is None:
        return [None] * len(lines)
    number = hunk.new_start
    if layout is not None:
        number += layout[0] - _first_added(hunk)
    numbers: list[int | None] = []
    for line in lines:
        hidden = layout is not None and line.mark is Mark.CONTEXT
        numbers.append(None if hidden or line.mark is Mark.REMOVED else number)
        number += line.mark is not Mark.REMOVED
    return numbers
