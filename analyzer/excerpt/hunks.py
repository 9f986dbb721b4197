"""What the hunks of a patch hold of functions: the whole of one, or the lines that they change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.csource.configuration import Configuration
from analyzer.csource.nesting import Conditional, conditions_at
from analyzer.excerpt.decide import conditionals_of, picked
from analyzer.excerpt.fragment import Excerpt, Fragment, fragments
from analyzer.excerpt.owners import Owner, owners
from analyzer.excerpt.piece import Near, Part, Piece, Refusal
from analyzer.excerpt.statements import words_of
from analyzer.patch.damage import Damage, Grade
from analyzer.patch.lines import FilePatch
from analyzer.repair.image import Image, ImageLine, State, image

_C = (".c", ".h")
# No file of a kernel is longer; a hunk's header can say anything.
MAX_LINE = 10_000_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of one hunk: its image, its lines as a configuration picks them, its functions.

    ``lines`` are those of the image as they stand. ``code`` are the places of lines with code that
    only this side has, in order; ``assumed`` says which lines are put back without evidence.
    """

    image: Image
    source: str
    lines: tuple[str, ...]
    picked: tuple[str, ...]
    owners: tuple[Owner, ...]
    code: tuple[int, ...]
    conditionals: tuple[Conditional, ...]
    assumed: tuple[str, ...]

    def changes(self, owner: Owner) -> bool:
        """Whether lines with code of this side alone stand in a function."""
        return bool(self.changed(owner.first, owner.last + 1))

    def changed(self, first: int, end: int) -> tuple[int, ...]:
        """The places of ``code`` from ``first`` up to ``end``."""
        return self.code[bisect_left(self.code, first) : bisect_left(self.code, end)]

    @property
    def shift(self) -> int:
        """What is added to a line's number: where a header is wild, lines count from 1."""
        first = self.image.lines[0].number
        return 0 if first <= MAX_LINE else 1 - first


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
        one = _slid(image(file, hunk, state, damage))
        if not one.lines:
            continue
        lines = tuple(line.text for line in one.lines)
        text = picked(lines, configuration)
        code = {word.line for word in words_of(text)}
        own = sorted(place for place in code if one.lines[place].own)
        yield Shown(
            one,
            source,
            lines,
            text,
            owners(text, one.heading),
            tuple(own),
            conditionals_of(lines),
            _assumed(one),
        )


def _slid(one: Image) -> Image:
    """The image with runs of own lines moved down past a brace that they as well begin with.

    Where such a run stands is a choice that diff makes: before and after it the file is the same.
    So ``} if (x) { a(); `` before a brace of the context is ``if (x) { a(); }`` behind one.
    """
    lines = list(one.lines)
    starts = (i for i, line in enumerate(lines) if line.own and not (i and lines[i - 1].own))
    for first in tuple(starts):
        if lines[first].text.strip() != "}":
            continue
        end = first + 1
        while end < len(lines) and lines[end].own and not lines[end].gap:
            end += 1
        if end < len(lines) and not lines[end].own and _alike(lines[first], lines[end]):
            lines[first] = replace(lines[first], own=False)
            lines[end] = replace(lines[end], own=True)
    return replace(one, lines=tuple(lines))


def _alike(one: ImageLine, other: ImageLine) -> bool:
    """Whether two lines are the same, with nothing lost before the second or put in for either."""
    return one.text == other.text and not other.gap and one.grade is other.grade is None


def _assumed(one: Image) -> tuple[str, ...]:
    shift = 0 if one.lines[0].number <= MAX_LINE else 1 - one.lines[0].number
    return tuple(
        f"line {line.number + shift}: {line.text.strip()!r} was lost and is taken from the shape "
        "of the upstream commit"
        for line in one.lines
        if line.grade is Grade.ASSUMED and line.text.strip()
    )


# Lines of a file that stand in no function, by number.
Around = tuple[tuple[int, str], ...]


def whole_functions(hunks: Sequence[Shown], name: str) -> list[Piece]:
    """The functions of a name that a hunk holds from the header to the closing brace."""
    return [
        whole(hunk, owner, around_of(hunk.image.path, hunks))
        for hunk in hunks
        for owner in hunk.owners
        if owner.name == name and owner.whole
    ]


def fragments_of(hunks: Sequence[Shown], name: str) -> list[Piece]:
    """The changed lines of a function, as far as they make up statements."""
    return [
        piece
        for hunk in hunks
        for owner in hunk.owners
        if owner.name == name and not owner.whole and hunk.changes(owner)
        for piece in parts(hunk, owner, around_of(hunk.image.path, hunks))
    ]


def _heading(hunk: Shown, owner: Owner) -> str:
    """What the hunk holds of a function's header, or its own header says of it."""
    if not owner.begun:
        return hunk.image.heading
    return " ".join(hunk.picked[owner.first : owner.body]).partition("{")[0]


def whole(hunk: Shown, owner: Owner, around: Around) -> Piece:
    """A function that the hunk holds from its header to its closing brace."""
    lines = hunk.image.lines[owner.first : owner.last + 1]
    changed = hunk.changes(owner)
    piece = _piece(hunk, owner.name, Part.WHOLE, owner.first, owner.last + 1)
    notes = piece.notes if changed else (*piece.notes, "the patch does not change it")
    own = tuple(lines[place - owner.first].number + hunk.shift for place in _own_of(hunk, owner))
    piece = replace(piece, notes=notes, changed=changed, own=own, begun=True)
    lost = next((line.number for line in lines[1:] if line.gap), None)
    if lost is not None:
        why = "lines of unknown text may be lost within it"
        return replace(piece, refusal=Refusal(why, lost))
    return replace(piece, around=around)


def _own_of(hunk: Shown, owner: Owner) -> tuple[int, ...]:
    return hunk.changed(owner.first, owner.last + 1)


def _piece(hunk: Shown, name: str, part: Part, first: int, end: int) -> Piece:
    lines, shift = hunk.image.lines, hunk.shift
    notes: list[str] = []
    if not hunk.image.numbered or shift:
        notes.append(
            "its line numbers are not the file's, which lost context or a wild header hide"
        )
    restored = [line for line in lines[first:end] if line.grade is Grade.COUNTED]
    notes += [
        f"line {shift + line.number}: {line.text.strip()!r} was lost and is "
        "put back, since the hunk's counts and its syntax leave nothing else"
        for line in restored
        if line.text.strip()
    ]
    return Piece(
        name,
        hunk.image.path,
        hunk.source,
        part,
        lines[0].number + shift + first,
        hunk.lines[first:end],
        hunk.picked[first:end],
        conditions=conditions_at(hunk.conditionals, first + 1),
        notes=tuple(notes),
        assumptions=hunk.assumed,
    )


def around_of(path: str, hunks: Sequence[Shown]) -> Around:
    """The lines of the hunks of a file that stand in no function, by number.

    Behind them those of the patch's headers: order means nothing to what declares.
    """
    found: dict[int, str] = {}
    for hunk in hunks:
        if hunk.image.path == path and hunk.image.lines[-1].number <= MAX_LINE:
            for place, text in outside(hunk):
                found.setdefault(hunk.image.lines[place].number, text)
    behind = max((one.image.lines[-1].number for one in hunks if one.image.path == path), default=0)
    headers = [
        text
        for hunk in hunks
        if hunk.image.path != path and hunk.image.path.endswith(".h")
        for _place, text in outside(hunk)
    ]
    if behind <= MAX_LINE:
        found.update(enumerate(headers, behind + 1))
    return tuple(sorted(found.items()))


def outside(hunk: Shown) -> Iterator[tuple[int, str]]:
    """The places and the picked text of the lines that stand in no function."""
    inside = {place for one in hunk.owners for place in range(one.first, one.last + 1)}
    return ((place, text) for place, text in enumerate(hunk.picked) if place not in inside)


def parts(hunk: Shown, owner: Owner, around: Around, *, join: bool = True) -> Iterator[Piece]:
    """The changed lines of one function of a hunk, as far as they make up statements.

    ``join``: where only whole statements of the context stand between two, they are one.
    """
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
    header = hunk.changed(owner.first, begin)
    changed = [
        f"line {hunk.image.lines[place].number}: its header is changed" for place in header[:1]
    ]
    found = fragments(excerpt, join=join) or (
        [Refusal("only its header is changed")] if header else []
    )
    heading = _heading(hunk, owner)
    for one in found:
        match one:
            case Fragment():
                piece = _cut_out(hunk, owner, begin, end, one)
                notes = (*piece.notes, *changed, *one.notes)
                yield replace(piece, heading=heading, around=around, notes=notes)
            case Refusal():
                piece = _piece(hunk, owner.name, Part.FRAGMENT, owner.first, end)
                notes = (*piece.notes, *changed)
                yield replace(piece, heading=heading, notes=notes, refusal=one)


def _cut_out(hunk: Shown, owner: Owner, begin: int, end: int, one: Fragment) -> Piece:
    """A fragment of the lines from ``begin`` up to ``end``, with what stands around it."""
    first = begin + one.first
    count = len(one.lines) - one.closed
    piece = _piece(hunk, owner.name, Part.FRAGMENT, first, first + count)
    ahead, rest = _left_out(hunk, first, one.lines[:count])
    return replace(
        piece,
        lines=(*piece.lines, *one.lines[count:]),
        text=one.lines,
        closed=one.closed,
        assumptions=(*piece.assumptions, *one.assumptions),
        before=(*_near(hunk, begin, first), *ahead),
        behind=(*rest, *_near(hunk, first + count, end)),
        own=tuple(
            line.number + hunk.shift for line in hunk.image.lines[first : first + count] if line.own
        ),
        gap=hunk.image.lines[first].gap,
        begun=owner.begun,
    )


def _near(hunk: Shown, first: int, end: int) -> tuple[Near, ...]:
    return tuple(
        Near(line.number + hunk.shift, text, line.own, line.gap)
        for line, text in zip(hunk.image.lines[first:end], hunk.picked[first:end], strict=True)
    )


def _left_out(
    hunk: Shown, first: int, lines: Sequence[str]
) -> tuple[tuple[Near, ...], tuple[Near, ...]]:
    """What a fragment leaves out of its own first lines, and of its last one.

    What is cut off is blanked in ``lines``, and columns stay.
    """
    ahead: list[tuple[int, str]] = []
    for place, kept in enumerate(lines, first):
        blank = len(kept) - len(kept.lstrip())
        ahead.append((place, hunk.picked[place][: blank if kept.strip() else None]))
        if kept.strip():
            break
    last = first + len(lines) - 1
    upto = len(lines[-1])
    lead = "".join(char if char == "\t" else " " for char in hunk.picked[last][:upto])
    rest = [(last, lead + hunk.picked[last][upto:])]
    return _with_text(hunk, ahead), _with_text(hunk, rest)


def _with_text(hunk: Shown, texts: Sequence[tuple[int, str]]) -> tuple[Near, ...]:
    return tuple(
        Near(line.number + hunk.shift, text.rstrip(), line.own, line.gap)
        for place, text in texts
        if text.strip()
        for line in (hunk.image.lines[place],)
    )
