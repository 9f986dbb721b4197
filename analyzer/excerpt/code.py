"""All code that a patch shows of functions: what it changes, and what it only has as context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.csource.configuration import Configuration
from analyzer.excerpt.decide import symbols_in
from analyzer.excerpt.hunks import MAX_LINE, Around, Shown, is_c, outside, parts, shown, whole
from analyzer.excerpt.piece import Piece
from analyzer.patch.damage import Damage, Grade
from analyzer.patch.lines import FilePatch, Line
from analyzer.repair.image import State

# Lines of headers go to every file that the patch changes: without a bound, a long patch of many
# headers and many files would be read for ever.
_MAX_HEADER_LINES = 20_000
_SOURCE = {State.AFTER: "as the patch leaves it", State.BEFORE: "as the patch finds it"}


@dataclass(frozen=True, slots=True)
class Outside:
    """A line with code that a state of a file has for itself, in no function that can be told.

    ``indented``: it may well stand in one, whose name the hunk's header does not have.
    """

    path: str
    number: int
    text: str
    indented: bool = False


def code_of(
    files: Iterable[FilePatch],
    damage: Sequence[Damage],
    configuration: Configuration,
    state: State,
    source: str = "",
) -> tuple[Piece, ...]:
    """Cut out every function that the hunks of the C files show; nothing is translated yet.

    A function is whole where one hunk holds it from its header to its closing brace, changed or
    not (``Piece.changed``); otherwise its changed lines are there as fragments, each as short as
    it closes. What cannot be cut out is a piece with a ``refusal``. ``damage`` is the repair's,
    ``configuration`` picks the arms of ``#if``, ``source`` says whose lines they are. In the order
    of the patch.
    """
    hunks = _all(files, state, damage, configuration, source or _SOURCE[state])
    around, all_of_it = _arounds(hunks)
    found = [piece for hunk in hunks for piece in _of_hunk(hunk, around[hunk.image.path])]
    if all_of_it:
        return tuple(found)
    said = f"of the patch's headers, {_MAX_HEADER_LINES} lines are read"
    return tuple(replace(piece, notes=(*piece.notes, said)) for piece in found)


def changed_outside(
    files: Iterable[FilePatch], configuration: Configuration, state: State
) -> tuple[Outside, ...]:
    """Return the changed lines with code of the C files that ``code_of`` has no function for."""
    return tuple(
        Outside(
            hunk.image.path,
            hunk.image.lines[place].number,
            text.strip(),
            text[:1].isspace() or text.lstrip().startswith(("}", "else")),
        )
        for hunk in _all(files, state, (), configuration, "")
        for place, text in outside(hunk)
        if hunk.changed(place, place + 1)
    )


def without_assumed(files: Iterable[FilePatch]) -> tuple[FilePatch, ...]:
    """Return the C files as if the lines that were put back without evidence had been blank.

    So the code between is read as it stands; a loss there would hide how statements go on.
    """
    return tuple(
        replace(file, hunks=tuple(hunk.with_lines(_blanked(hunk.lines)) for hunk in file.hunks))
        if is_c(file)
        else file
        for file in files
    )


def _blanked(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(replace(line, text="") if line.grade is Grade.ASSUMED else line for line in lines)


def symbols_named(files: Iterable[FilePatch], state: State) -> tuple[str, ...]:
    """The symbols that the C files' lines name, by a condition or in code, without ``CONFIG_``.

    In order.
    """
    lines = [
        line.text
        for file in files
        if is_c(file)
        for hunk in file.hunks
        for line in hunk.lines
        if line.mark is not state.other
    ]
    return symbols_in("\n".join(lines))


def _all(
    files: Iterable[FilePatch],
    state: State,
    damage: Sequence[Damage],
    configuration: Configuration,
    source: str,
) -> list[Shown]:
    return [
        hunk
        for file in files
        if is_c(file)
        for hunk in shown(file, state, damage, configuration, source)
    ]


def _of_hunk(hunk: Shown, around: Around) -> Iterator[Piece]:
    for owner in hunk.owners:
        if owner.whole:
            yield whole(hunk, owner, around)
        elif hunk.changes(owner):
            yield from parts(hunk, owner, around, join=False)


def _arounds(hunks: Sequence[Shown]) -> tuple[dict[str, Around], bool]:
    """Of each file the lines that stand in no function, and behind them those of the headers.

    As ``hunks.around_of`` has them, for all files at once; and whether all lines are there.
    """
    own: dict[str, dict[int, str]] = {}
    last: dict[str, int] = {}
    headers: list[tuple[str, str]] = []
    for hunk in hunks:
        path = hunk.image.path
        lines = own.setdefault(path, {})
        end = hunk.image.lines[-1].number
        last[path] = max(last.get(path, 0), end)
        for place, text in outside(hunk):
            if end <= MAX_LINE:
                lines.setdefault(hunk.image.lines[place].number, text)
            if path.endswith(".h") and len(headers) <= _MAX_HEADER_LINES:
                headers.append((path, text))
    for path, lines in own.items():
        if last[path] <= MAX_LINE:
            others = (text for header, text in headers[:_MAX_HEADER_LINES] if header != path)
            lines.update(enumerate(others, last[path] + 1))
    found = {path: tuple(sorted(lines.items())) for path, lines in own.items()}
    return found, len(headers) <= _MAX_HEADER_LINES
