"""What a hunk that lost lines may be completed to.

Only added lines of kinds that no surviving line of the hunk contradicts are put back: a lone
brace where the C demands it, blank lines where the counts leave room for them, directives and
a Kconfig ``config`` line where upstream's shape has them. An executable line never.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from analyzer.compare import Pair, shape_lines
from analyzer.patch.damage import Grade, Restored
from analyzer.patch.lines import Hunk, Line, Mark
from analyzer.repair.braces import missing_braces
from analyzer.repair.holes import from_shape, inserted
from analyzer.upstream import Kind, ShapeHunk

_GIT_CONTEXT = 3
_C_FILES = (".c", ".h")


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
    if min(old, new) < 0:
        # More lines than declared: what belongs to the hunk and what is lost cannot be told.
        return Lost(context=max(old, 0), added=max(new, 0), exact=False)
    return Lost(context=old, added=max(new - old, 0), exact=no_removals or old == 0)


def completions(hunk: Hunk, path: str, pair: Pair | None, lost: Lost) -> tuple[Completion, ...]:
    """Every completion that the counts, the C and upstream's shape permit, best first.

    The first one is what is reported; the others differ in blank lines alone, and a proof by
    blob id may choose among them.
    """
    if hunk.old_kept > hunk.old_count or hunk.new_kept > hunk.new_count:
        return (Completion(hunk, (), lost.added),)
    base = _with_braces(hunk, path, lost)
    shape = pair.theirs if pair is not None else None
    candidates = (
        [base]
        if shape is None
        else from_shape(base, path, shape, lost.added - _restored_count(base))
    )
    return tuple(_graded(lines, lost, shape, path) for lines in candidates)


def doubted(completion: Completion) -> Completion:
    """The same completion where something speaks against it: nothing in it is counted."""
    lines = tuple(map(_assumed, completion.hunk.lines))
    restored = tuple(replace(one, grade=Grade.ASSUMED) for one in completion.restored)
    return replace(completion, hunk=completion.hunk.with_lines(lines), restored=restored)


def _restored_count(hunk: Hunk) -> int:
    return sum(line.grade is not None for line in hunk.lines)


# --- braces, from the C -----------------------------------------------------------------


def _with_braces(hunk: Hunk, path: str, lost: Lost) -> Hunk:
    if not path.endswith(_C_FILES) or not lost.added:
        return hunk
    demand = missing_braces(hunk.lines, context_lost=lost.context > 0)
    present = {line.text.strip() for line in hunk.lines}
    contradicted = any(brace.text.strip() in present for brace in demand.braces)
    if len(demand.braces) > lost.added or contradicted:
        return hunk
    grade = Grade.COUNTED if demand.sure else Grade.ASSUMED
    return inserted(hunk, [(one.at, one.text, grade) for one in demand.braces])


# --- grades, gaps and line numbers ------------------------------------------------------


def _graded(hunk: Hunk, lost: Lost, shape: ShapeHunk | None, path: str) -> Completion:
    unexplained = lost.added - _restored_count(hunk)
    if unexplained or not lost.exact:
        # The counts leave more than one possibility, so nothing follows from them.
        hunk = hunk.with_lines(tuple(map(_assumed, hunk.lines)))
    layout = _layout(hunk, shape) if lost.context and lost.exact else None
    lines = _gapped(hunk, layout, unexplained)
    numbers = _new_numbers(hunk, lines, None if unexplained else layout)
    kinds = shape_lines(hunk, path)
    restored = tuple(
        Restored(None if unexplained else numbers[i], line.text, kinds[i].kind.value, line.grade)
        for i, line in enumerate(lines)
        if line.grade is not None
    )
    return Completion(hunk.with_lines(lines), restored, unexplained, layout)


def _assumed(line: Line) -> Line:
    return line if line.grade is None else replace(line, grade=Grade.ASSUMED)


def _layout(hunk: Hunk, shape: ShapeHunk | None) -> tuple[int, int] | None:
    """Context lines before and behind the one run of added lines, where both can be told.

    git gives a run three lines of context on either side, so six old-side lines are one run;
    else upstream's shape tells, if it has as many. Lost context then has a place, but no text.
    """
    lead = _lead(hunk, shape)
    added = [i for i, line in enumerate(hunk.lines) if line.mark is Mark.ADDED]
    if lead is None or not added or any(line.mark is Mark.REMOVED for line in hunk.lines):
        return None
    one_run = len(added) == added[-1] - added[0] + 1
    fits = added[0] <= lead and len(hunk.lines) - 1 - added[-1] <= hunk.old_count - lead
    return (lead, hunk.old_count - lead) if one_run and fits else None


def _lead(hunk: Hunk, shape: ShapeHunk | None) -> int | None:
    # At a file's beginning, less context can stand before a run and another run behind it.
    if hunk.old_count == 2 * _GIT_CONTEXT and hunk.old_start > 1:
        return _GIT_CONTEXT
    if shape is None or shape.old[1] != hunk.old_count:
        return None
    runs = [line.kind is Kind.CONTEXT for line in shape.lines]
    alone = runs.count(True) <= 2 and all(line.marker != "-" for line in shape.lines)
    return shape.lines[0].count if alone and runs[0] else None


def _gapped(hunk: Hunk, layout: tuple[int, int] | None, unexplained: int) -> tuple[Line, ...]:
    """Mark the lines before which lost lines may stand."""
    if not unexplained and hunk.old_kept == hunk.old_count:
        return hunk.lines
    if unexplained or layout is None:
        return tuple(replace(line, after_gap=True) for line in hunk.lines)
    first = _first_added(hunk)
    return tuple(
        replace(line, after_gap=line.mark is Mark.CONTEXT or i == first)
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
