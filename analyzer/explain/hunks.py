"""What the hunks of a patch hold of a function: the whole of it, or the lines that they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.csource.configuration import Configuration
from analyzer.explain.decide import conditions_of, picked
from analyzer.explain.fragment import Excerpt, Fragment, fragments
from analyzer.explain.owners import Owner, owners
from analyzer.explain.piece import Piece
from analyzer.explain.statements import words_of
from analyzer.patch.damage import Damage, Grade
from analyzer.patch.lines import FilePatch
from analyzer.repair.image import Image, State, image
from analyzer.report.listing import Part, Refusal

_C = (".c", ".h")
# No file of a kernel is longer; a hunk's header can say anything.
_MAX_LINE = 10_000_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of one hunk: its image, its lines as a configuration picks them, its functions.

    ``code`` are the places of lines with code that only this side has.
    """

    image: Image
    source: str
    picked: tuple[str, ...]
    owners: tuple[Owner, ...]
    code: frozenset[int]

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines as they stand."""
        return tuple(line.text for line in self.image.lines)

    def changes(self, owner: Owner) -> bool:
        """Whether lines with code of this side alone stand in a function."""
        return any(owner.first <= place <= owner.last for place in self.code)


def is_c(file: FilePatch) -> bool:
    """Whether a file is C by its name."""
    return file.path.endswith(_C)


def shown(
    file: FilePatch,
    state: State,
    damage: Sequence[Damage],
    configuration: Configuration,
    source: str,
) -> Iterator[Shown]:
    """One side of every hunk of a file."""
    for hunk in file.hunks:
        one = image(file, hunk, state, damage)
        if not one.lines:
            continue
        text = picked([line.text for line in one.lines], configuration)
        code = {word.line for word in words_of(text)}
        own = frozenset(place for place in code if one.lines[place].own)
        yield Shown(one, source, text, owners(text, one.heading), own)


def whole_functions(hunks: Sequence[Shown], name: str) -> list[Piece]:
    """The functions of a name that a hunk holds from the header to the closing brace."""
    return [
        _whole(hunk, owner, hunks)
        for hunk in hunks
        for owner in hunk.owners
        if owner.name == name and owner.whole
    ]


def fragments_of(hunks: Sequence[Shown], name: str) -> list[Piece]:
    """The changed lines of a function, as far as they make up statements."""
    return [
        replace(piece, heading=_heading(hunk, owner))
        for hunk in hunks
        for owner in hunk.owners
        if owner.name == name and not owner.whole and hunk.changes(owner)
        for piece in _fragments(hunk, owner, _around(hunk.image.path, hunks))
    ]


def _heading(hunk: Shown, owner: Owner) -> str:
    """What the hunk holds of a function's header, or its own header says of it."""
    if not owner.begun:
        return hunk.image.heading
    return " ".join(hunk.picked[owner.first : owner.body]).partition("{")[0]


def _whole(hunk: Shown, owner: Owner, hunks: Sequence[Shown]) -> Piece:
    lines = hunk.image.lines[owner.first : owner.last + 1]
    piece = _piece(hunk, owner.name, Part.WHOLE, owner.first, owner.last + 1)
    notes = piece.notes if hunk.changes(owner) else (*piece.notes, "the patch does not change it")
    lost = next((line.number for line in lines[1:] if line.gap), None)
    if lost is not None:
        why = "lines of unknown text may be lost within it"
        return replace(piece, notes=notes, refusal=Refusal(why, lost))
    return replace(piece, notes=notes, around=_around(hunk.image.path, hunks))


def _piece(hunk: Shown, name: str, part: Part, first: int, end: int) -> Piece:
    lines = hunk.image.lines
    number = lines[0].number if lines[0].number <= _MAX_LINE else 1
    notes: list[str] = []
    if not hunk.image.numbered or number != lines[0].number:
        notes.append(
            "its line numbers are not the file's, which lost context or a wild header hide"
        )
    restored = [line for line in lines[first:end] if line.grade is Grade.COUNTED]
    notes += [
        f"line {number - lines[0].number + line.number}: {line.text.strip()!r} was lost and is "
        "put back, since the hunk's counts and its syntax leave nothing else"
        for line in restored
        if line.text.strip()
    ]
    return Piece(
        name,
        hunk.image.path,
        hunk.source,
        part,
        number + first,
        hunk.lines[first:end],
        hunk.picked[first:end],
        conditions=conditions_of(hunk.lines, first),
        notes=tuple(notes),
        assumptions=_assumed(hunk, number - lines[0].number),
    )


def _assumed(hunk: Shown, shift: int) -> tuple[str, ...]:
    return tuple(
        f"line {line.number + shift}: {line.text.strip()!r} was lost and is taken from the shape "
        "of the upstream commit"
        for line in hunk.image.lines
        if line.grade is Grade.ASSUMED and line.text.strip()
    )


def _around(path: str, hunks: Sequence[Shown]) -> tuple[tuple[int, str], ...]:
    """The lines of the hunks of a file that stand in no function, by number.

    Behind them those of the patch's headers: order means nothing to what declares.
    """
    found: dict[int, str] = {}
    for hunk in hunks:
        if hunk.image.path == path and hunk.image.lines[-1].number <= _MAX_LINE:
            for place, text in _outside(hunk):
                found.setdefault(hunk.image.lines[place].number, text)
    behind = max((one.image.lines[-1].number for one in hunks if one.image.path == path), default=0)
    headers = [
        text
        for hunk in hunks
        if hunk.image.path != path and hunk.image.path.endswith(".h")
        for _place, text in _outside(hunk)
    ]
    if behind <= _MAX_LINE:
        found.update(enumerate(headers, behind + 1))
    return tuple(sorted(found.items()))


def _outside(hunk: Shown) -> Iterator[tuple[int, str]]:
    inside = {place for one in hunk.owners for place in range(one.first, one.last + 1)}
    return ((place, text) for place, text in enumerate(hunk.picked) if place not in inside)


def _fragments(hunk: Shown, owner: Owner, around: tuple[tuple[int, str], ...]) -> Iterator[Piece]:
    # The brace that ends the function is none of its statements.
    closed = owner.ended and hunk.picked[owner.last].startswith("}")
    begin, end = owner.body, owner.last + (not closed)
    lines = hunk.image.lines[begin:end]
    excerpt = Excerpt(
        hunk.picked[begin:end],
        tuple(line.number for line in lines),
        tuple(line.own for line in lines),
        tuple(line.gap for line in lines),
        hunk.image.lost_own == 0,
        owner.begun,
    )
    header = [place for place in range(owner.first, begin) if place in hunk.code]
    changed = [
        f"line {hunk.image.lines[place].number}: its header is changed" for place in header[:1]
    ]
    found = fragments(excerpt) or ([Refusal("only its header is changed")] if header else [])
    for one in found:
        match one:
            case Fragment():
                first = begin + one.first
                count = len(one.lines) - one.closed
                piece = _piece(hunk, owner.name, Part.FRAGMENT, first, first + count)
                yield replace(
                    piece,
                    lines=(*piece.lines, *one.lines[count:]),
                    text=one.lines,
                    closed=one.closed,
                    around=around,
                    notes=(*piece.notes, *changed, *one.notes),
                    assumptions=(*piece.assumptions, *one.assumptions),
                )
            case Refusal():
                piece = _piece(hunk, owner.name, Part.FRAGMENT, owner.first, end)
                yield replace(piece, notes=(*piece.notes, *changed), refusal=one)
