"""Upstream's and our hunks side by side: by text where upstream's is at hand, else by shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from analyzer.compare.alignment import align
from analyzer.compare.change import Change, ChangedLine, LinePair, RunPair
from analyzer.compare.delta import Delta, FilePair
from analyzer.compare.pairing import Pair, changed, shape_lines
from analyzer.finding import NotChecked
from analyzer.patch.damage import Grade
from analyzer.patch.lines import FilePatch, Hunk, Line, Mark
from analyzer.report.exhibits import Cell, HunkBlock, HunkFile, HunkRow, Hunks
from analyzer.review.case import Case
from analyzer.upstream import ShapeHunk, ShapeLine

# Differences that no compiler sees: lines and hunks of these kinds are dimmed.
_QUIET = frozenset({Change.IDENTICAL, Change.CONTEXT, Change.WHITESPACE, Change.COMMENT})
_LAID = "lines were too many to be laid side by side"
_MOST_ROWS = 1500
_MOST_FILES = 60
_NO_UPSTREAM = (
    "Upstream's text is not at hand, only the shape of its lines: give --upstream (a repository, a "
    "directory or a patch file) for its hunks. Our lines have their numbers in the patch."
)
_UNKNOWN = (
    "Upstream's patch is not at hand: these are our hunks alone, by their numbers in the patch. "
    "Give --upstream (a repository, a directory or a patch file)."
)
_COMPARED = (
    "Upstream's lines stand on the left, by their numbers in its file; ours on the right, by their "
    "numbers in the patch. What differs in nothing but its surroundings, white space or comments "
    "is dimmed."
)

_LOST = HunkRow(None, Cell(" ", "", note="lines of unknown text were lost here"), dim=True)

_Found = tuple[Hunks | None, tuple[NotChecked, ...]]


def hunks_of(case: Case) -> _Found:
    """The hunks of a case; with them what is not shown, and why."""
    delta = case.delta
    if delta is not None:
        said, files = _COMPARED, [_compared(one) for one in delta.files]
    else:
        said = _NO_UPSTREAM if case.mended.pairs else _UNKNOWN
        files = _by_shape(case.mended.files, case.mended.pairs)
    if not files:
        return None, (NotChecked("hunks side by side", "the patch changes no file"),)
    kept, missing = _capped(files)
    more = () if delta is None else _not_compared(delta)
    return Hunks(delta is not None, said, kept), (*missing, *more)


def _not_compared(delta: Delta) -> tuple[NotChecked, ...]:
    return tuple(
        NotChecked(f"hunks side by side: {one.what}", one.why) for one in delta.not_compared
    )


def _capped(files: Sequence[HunkFile]) -> tuple[tuple[HunkFile, ...], tuple[NotChecked, ...]]:
    """The files up to a number of rows, and what is left out."""
    kept: list[HunkFile] = []
    left_files = left_rows = rows = 0
    for file in files:
        count = sum(len(block.rows) for block in file.blocks)
        if len(kept) == _MOST_FILES or (rows and rows + count > _MOST_ROWS):
            left_files, left_rows = left_files + 1, left_rows + count
            continue
        kept.append(_cut(file, _MOST_ROWS))
        rows += count
    if not left_files:
        return tuple(kept), ()
    why = f"the page has room for {_MOST_ROWS:,} lines, and they have {left_rows:,}"
    return tuple(kept), (NotChecked(f"the hunks of {left_files:,} more files", why),)


def _cut(file: HunkFile, most: int) -> HunkFile:
    """A file of no more than so many rows, which says so."""
    blocks: list[HunkBlock] = []
    room = most
    for block in file.blocks:
        if len(block.rows) > room:
            said = f"{file.said} Only its first {most:,} lines are shown.".strip()
            rows = block.rows[:room]
            cut = HunkBlock(block.title, block.change, block.dim, rows, block.notes)
            return HunkFile(file.path, (*blocks, cut) if room else tuple(blocks), said)
        blocks.append(block)
        room -= len(block.rows)
    return file


# --- upstream's text is at hand ------------------------------------------------------------------


def _compared(pair: FilePair) -> HunkFile:
    return HunkFile(pair.path, tuple(map(_block, pair.runs)), _said(pair))


def _said(pair: FilePair) -> str:
    if pair.theirs is None:
        return "Upstream's patch does not touch this file."
    if pair.ours is None:
        return "The backport does not touch this file."
    if pair.bare:
        return "Upstream changes its mode, name or binary content, and no lines."
    if pair.theirs.path != pair.ours.path:
        return f"Upstream's file is {pair.theirs.path}."
    return ""


def _block(pair: RunPair) -> HunkBlock:
    owners = ", ".join(str(one) for one in pair.run.owners) or "no function or symbol is shown"
    dim = pair.change in _QUIET
    rows = (*_above(pair), *_lines(pair), *_below(pair))
    return HunkBlock(owners, _word(pair.change), dim, rows, tuple(_notes(pair)))


def _word(change: Change) -> str:
    return "the same" if change is Change.IDENTICAL else change.value


def _notes(pair: RunPair) -> Iterator[str]:
    if pair.names:
        said = ", ".join(f"{theirs} is {ours} here" for theirs, ours in pair.names)
        yield f"Other names: {said}."
    if not pair.compared:
        yield f"The {_LAID}."
    if pair.needless:
        yield "The target has this already."
    if not pair.alike:
        yield "Nothing but their place makes the two a pair."


def _above(pair: RunPair) -> list[HunkRow]:
    theirs = pair.theirs.above if pair.theirs else ()
    ours = pair.ours.above if pair.ours else ()
    return _context(theirs, ours)[::-1]


def _below(pair: RunPair) -> list[HunkRow]:
    theirs = pair.theirs.below if pair.theirs else ()
    ours = pair.ours.below if pair.ours else ()
    return _context(theirs, ours)


def _context(theirs: Sequence[ChangedLine], ours: Sequence[ChangedLine]) -> list[HunkRow]:
    """Unchanged lines, nearest first; one side may show more of them."""
    rows = []
    for i in range(max(len(theirs), len(ours))):
        one = theirs[i] if i < len(theirs) else None
        other = ours[i] if i < len(ours) else None
        both = one is not None and other is not None
        differs = both and one and other and one.words != other.words
        change = _word(Change.CONTEXT) if differs else ""
        rows.append(HunkRow(_cell(one, context=True), _cell(other, context=True), change, dim=True))
    return rows


def _lines(pair: RunPair) -> list[HunkRow]:
    if pair.lines:
        return [_row(one) for one in pair.lines]
    theirs = pair.theirs.lines if pair.theirs else ()
    ours = pair.ours.lines if pair.ours else ()
    change = "" if pair.theirs and pair.ours else _word(pair.change)
    return [
        HunkRow(
            _cell(theirs[i]) if i < len(theirs) else None,
            _cell(ours[i]) if i < len(ours) else None,
            change,
        )
        for i in range(max(len(theirs), len(ours)))
    ]


def _row(pair: LinePair) -> HunkRow:
    quiet = pair.change in _QUIET
    change = "" if pair.change is Change.IDENTICAL else pair.change.value
    return HunkRow(_cell(pair.theirs), _cell(pair.ours), change, dim=quiet)


def _cell(line: ChangedLine | None, *, context: bool = False) -> Cell | None:
    if line is None:
        return None
    number = line.place.line
    mark = Mark.CONTEXT.value if context else line.mark.value
    note = _restored(line.grade)
    return Cell(mark, line.text, number, note)


def _restored(grade: Grade | None) -> str:
    return "" if grade is None else f"put back: {grade.value}"


# --- only shapes are known -----------------------------------------------------------------------


def _by_shape(files: Sequence[FilePatch], pairs: Sequence[Pair]) -> list[HunkFile]:
    """Our files with upstream's shapes, and those that only upstream's shape has."""
    own = {file.path for file in files}
    lacking = [one.theirs for one in pairs if one.hunk is None and one.theirs is not None]
    found = [
        _alone(one, pairs, [each for each in lacking if each.path == one.path]) for one in files
    ]
    for path in dict.fromkeys(one.path for one in lacking if one.path not in own):
        blocks = tuple(_missing(one) for one in lacking if one.path == path)
        found.append(HunkFile(path, blocks, "The backport has no such hunk in this file."))
    return found


def _alone(file: FilePatch, pairs: Iterable[Pair], lacking: Iterable[ShapeHunk]) -> HunkFile:
    """Our hunks with the shape of upstream's beside them, where that is known."""
    mine = [one for one in pairs if one.file is not None and one.file.path == file.path]
    shapes = {one.hunk: one.theirs for one in mine if one.hunk is not None}
    blocks = [
        _of_shape(hunk, file.path, shapes.get(at), known=bool(mine))
        for at, hunk in enumerate(file.hunks)
    ]
    blocks += map(_missing, lacking)
    said = "Its mode, name or binary content is changed, and no lines." if not file.hunks else ""
    return HunkFile(file.path, tuple(blocks), said)


def _missing(shape: ShapeHunk) -> HunkBlock:
    rows = tuple(HunkRow(_shape(one), None, Change.DROPPED.value) for one in changed(shape.lines))
    return HunkBlock(shape.within, Change.DROPPED.value, dim=False, rows=rows)


def _of_shape(hunk: Hunk, path: str, shape: ShapeHunk | None, *, known: bool) -> HunkBlock:
    """Our hunk, the kinds of upstream's lines beside it. ``known``: the file's shapes are."""
    beside = _beside(hunk, path, shape)
    rows: list[HunkRow] = []
    for at in range(len(hunk.lines) + 1):
        alone, partner = beside.get(at, ((), None))
        rows += [HunkRow(_shape(one), None) for one in alone]
        if at < len(hunk.lines):
            line = hunk.lines[at]
            rows += [_LOST] if line.after_gap else []
            rows.append(HunkRow(_shape(partner), _own(line), dim=line.mark is Mark.CONTEXT))
    title = hunk.heading.strip() or (shape.within if shape else "")
    said = Change.ADDED.value if known and shape is None else ""
    notes = () if hunk.whole else (_counts(hunk),)
    return HunkBlock(title, said, dim=False, rows=tuple(rows), notes=notes)


def _beside(
    hunk: Hunk, path: str, shape: ShapeHunk | None
) -> dict[int, tuple[tuple[ShapeLine, ...], ShapeLine | None]]:
    """For each of our lines the shape's lines that only upstream has before it, and its own."""
    if shape is None:
        return {}
    shapes = changed(shape.lines)
    alignment = align(shapes, changed(shape_lines(hunk, path)))
    if alignment is None:
        return {}
    places = [at for at, line in enumerate(hunk.lines) if line.mark is not Mark.CONTEXT]
    found: dict[int, tuple[tuple[ShapeLine, ...], ShapeLine | None]] = {}
    waiting: list[ShapeLine] = []
    for step in alignment.steps:
        theirs = None if step.theirs is None else shapes[step.theirs]
        if step.ours is not None:
            found[places[step.ours]] = tuple(waiting), theirs
            waiting = []
        elif theirs is not None:
            waiting.append(theirs)
    if waiting:
        found[places[-1] + 1 if places else 0] = tuple(waiting), None
    return found


def _counts(hunk: Hunk) -> str:
    return (
        f"Its header declares {hunk.old_count} lines before and {hunk.new_count} after; "
        f"{hunk.old_kept} and {hunk.new_kept} arrived or were put back."
    )


def _own(line: Line) -> Cell:
    return Cell(line.mark.value, line.text, line.number, _restored(line.grade))


def _shape(line: ShapeLine | None) -> Cell | None:
    """What is known of a line of upstream's: its kind, and what it names."""
    if line is None:
        return None
    said = f"{line.kind.value}: {line.detail}" if line.detail else line.kind.value
    return Cell(line.marker, f"({said})")
