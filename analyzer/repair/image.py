"""One side of a patch as text: what its hunks show of a file, and the file with it applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from analyzer.patch.damage import Damage, Grade
from analyzer.patch.lines import FilePatch, Hunk, Line, Mark


class State(Enum):
    """Which of the two states of a file."""

    BEFORE = "before"
    AFTER = "after"

    @property
    def own(self) -> Mark:
        """The mark of the lines that only this state has."""
        return Mark.ADDED if self is State.AFTER else Mark.REMOVED

    @property
    def other(self) -> Mark:
        """The mark of the lines that only the other state has."""
        return Mark.REMOVED if self is State.AFTER else Mark.ADDED


@dataclass(frozen=True, slots=True)
class ImageLine:
    """A line of the file. ``number`` is its place, or where it would stand without a loss.

    ``own``: only this state of the file has it. ``gap``: lines of unknown text were lost before
    it. ``grade`` is set on lines that were put back.
    """

    number: int
    text: str
    own: bool
    gap: bool
    grade: Grade | None


@dataclass(frozen=True, slots=True)
class Image:
    """What a hunk shows of one state of a file.

    ``heading`` is the text behind the hunk's second ``@@``. ``numbered`` says whether the own
    lines' numbers are the file's: lost context can hide that. ``lost_context`` and
    ``lost_own`` count lines that the header declares and nothing has brought back.
    """

    path: str
    heading: str
    lines: tuple[ImageLine, ...]
    numbered: bool
    lost_context: int
    lost_own: int


def image(file: FilePatch, hunk: Hunk, state: State, damage: Sequence[Damage] = ()) -> Image:
    """Return what the hunk shows. ``damage`` is the repair's, which knows restored lines' places.

    Lines never have numbers below 1.
    """
    lines = [line for line in hunk.lines if line.mark is not state.other]
    after = state is State.AFTER
    start = hunk.new_start if after else hunk.old_start
    lost_old = max(hunk.old_count - hunk.old_kept, 0)
    lost_new = max(hunk.new_count - hunk.new_kept, 0)
    first = start if hunk.whole else _first_number(file, hunk, lines, after, damage)
    path = (file.new_path if after else file.old_path) or file.path
    return Image(
        path,
        hunk.heading,
        tuple(
            ImageLine(
                max(first or start, 1) + i,
                line.text,
                line.mark is state.own,
                line.after_gap,
                line.grade,
            )
            for i, line in enumerate(lines)
        ),
        first is not None,
        min(lost_old, lost_new),
        max(lost_new - lost_old if after else lost_old - lost_new, 0),
    )


def _first_number(
    file: FilePatch, hunk: Hunk, lines: list[Line], after: bool, damage: Sequence[Damage]
) -> int | None:
    """The number that makes a restored line's place its own; None where no place is known."""
    if not after:
        return None
    for case in damage:
        if (case.path, case.line) != (file.path, hunk.number) or not case.restored:
            continue
        place = next((i for i, line in enumerate(lines) if line.grade is not None), None)
        number = case.restored[0].line
        if place is not None and number is not None:
            return number - place
    return None


def after_patch(file: FilePatch, text: str) -> str | None:
    """Return the file with the patch applied where its hunks say, or None where it does not fit."""
    return _replaced(file, text, State.BEFORE, State.AFTER)


def before_patch(file: FilePatch, text: str) -> str | None:
    """Return the file with the patch taken back, or None where the file is not what it leaves."""
    return _replaced(file, text, State.AFTER, State.BEFORE)


def _replaced(file: FilePatch, text: str, old: State, new: State) -> str | None:
    lines = text.split("\n")
    out: list[str] = []
    at = 0
    for hunk in file.hunks:
        if not hunk.whole:
            return None
        first, count = _extent(hunk, old)
        expected = [line.text for line in hunk.lines if line.mark is not old.other]
        if first < at or lines[first : first + count] != expected:
            return None
        out += lines[at:first]
        out += [line.text for line in hunk.lines if line.mark is not new.other]
        at = first + count
    return "\n".join([*out, *lines[at:]])


def _extent(hunk: Hunk, state: State) -> tuple[int, int]:
    """Where the hunk's lines begin (from 0) and how many they are; an empty side stands behind."""
    after = state is State.AFTER
    start = hunk.new_start if after else hunk.old_start
    count = hunk.new_count if after else hunk.old_count
    return (start - 1 if count else start), count
