"""Which hunk of the patch is which hunk of the upstream commit, told by shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.compare.alignment import RESTORABLE, Alignment, align
from analyzer.patch.lines import FilePatch, Hunk, Mark
from analyzer.upstream import CommitFacts, ShapeHunk, ShapeLine, shape_of

# Of all alignments of one file: about a second's work.
MAX_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Pair:
    """An upstream hunk and ours; either may be missing. ``hunk`` counts from 0 in its file.

    ``alignment`` is None where one is missing, or where they are too long to lay side by side.
    """

    theirs: ShapeHunk | None
    file: FilePatch | None
    hunk: int | None
    alignment: Alignment | None = None

    @property
    def ours(self) -> Hunk | None:
        """The patch's hunk itself."""
        return None if self.file is None or self.hunk is None else self.file.hunks[self.hunk]


def shape_lines(hunk: Hunk, path: str) -> tuple[ShapeLine, ...]:
    """The shape of a hunk's lines, one entry a line, context included."""
    return shape_of(((line.mark.value, line.text) for line in hunk.lines), path)


def changed(lines: tuple[ShapeLine, ...]) -> tuple[ShapeLine, ...]:
    """The lines that a hunk adds or removes."""
    return tuple(line for line in lines if line.marker != Mark.CONTEXT.value)


def pair_hunks(files: tuple[FilePatch, ...], commit: CommitFacts) -> tuple[Pair, ...]:
    """Pair the hunks of a patch with those of an upstream commit, file by file, in order.

    Files are paired by path, else by file name where only one of the patch's has it. A hunk
    finds its partner by the cheapest alignment; order breaks ties.
    """
    pairs: list[Pair] = []
    left = list(files)
    for path in dict.fromkeys(hunk.path for hunk in commit.hunks):
        theirs = [hunk for hunk in commit.hunks if hunk.path == path]
        file = _partner(path, left)
        if file is None:
            pairs += [Pair(hunk, None, None) for hunk in theirs]
        else:
            left = [other for other in left if other is not file]
            pairs += _pair_in_file(theirs, file)
    pairs += [Pair(None, file, i) for file in left for i in range(len(file.hunks))]
    return tuple(pairs)


def _partner(path: str, files: list[FilePatch]) -> FilePatch | None:
    exact = [file for file in files if path in (file.new_path, file.old_path)]
    if exact:
        return exact[0]
    name = path.rpartition("/")[2]
    alike = [file for file in files if file.path.rpartition("/")[2] == name]
    return alike[0] if len(alike) == 1 else None


def in_other_hunks(theirs: Sequence[ShapeHunk], file: FilePatch) -> bool:
    """Whether a file's hunks change all that upstream's do and no more, only cut otherwise.

    More lines of context make one hunk of two, fewer make two of one.
    """
    wanted = tuple(line for hunk in theirs for line in changed(hunk.lines))
    found = tuple(line for hunk in file.hunks for line in changed(shape_lines(hunk, file.path)))
    if len(theirs) == len(file.hunks) or len(wanted) * (len(found) + 1) > MAX_CELLS:
        return False
    alignment = align(wanted, found)
    if alignment is None:
        return False
    alone = [step for step in alignment.steps if None in (step.theirs, step.ours)]
    lines = [
        wanted[step.theirs] if step.theirs is not None else found[step.ours or 0] for step in alone
    ]
    return all(line.kind in RESTORABLE for line in lines)


def _pair_in_file(theirs: list[ShapeHunk], file: FilePatch) -> list[Pair]:
    ours = [changed(shape_lines(hunk, file.path)) for hunk in file.hunks]
    cells = sum(len(hunk.lines) for hunk in theirs) * sum(len(lines) + 1 for lines in ours)
    chosen = _in_order(theirs, ours) if cells > MAX_CELLS else _cheapest(theirs, ours)
    taken = {j for j, _alignment in chosen.values()}
    return [
        *(
            Pair(hunk, file, *chosen[i]) if i in chosen else Pair(hunk, None, None)
            for i, hunk in enumerate(theirs)
        ),
        *(Pair(None, file, j) for j in range(len(ours)) if j not in taken),
    ]


# Index of an upstream hunk -> index of ours, and how they lie beside each other.
_Chosen = dict[int, tuple[int, Alignment | None]]


def _in_order(theirs: list[ShapeHunk], ours: list[tuple[ShapeLine, ...]]) -> _Chosen:
    """Far more lines than any backport has: no alignments."""
    return {i: (i, None) for i in range(min(len(theirs), len(ours)))}


def _cheapest(theirs: list[ShapeHunk], ours: list[tuple[ShapeLine, ...]]) -> _Chosen:
    options = []
    for i, hunk in enumerate(theirs):
        for j, lines in enumerate(ours):
            alignment = align(changed(hunk.lines), lines)
            if alignment is not None and _alike(alignment, changed(hunk.lines), lines):
                options.append((alignment.cost, abs(i - j), i, j, alignment))
    chosen: _Chosen = {}
    taken: set[int] = set()
    for _cost, _shift, i, j, alignment in sorted(options, key=lambda option: option[:4]):
        if i not in chosen and j not in taken:
            chosen[i] = (j, alignment)
            taken.add(j)
    return chosen


def _alike(
    alignment: Alignment, theirs: tuple[ShapeLine, ...], ours: tuple[ShapeLine, ...]
) -> bool:
    """Whether at least half of the shorter hunk's lines found a partner."""
    met = sum(step.theirs is not None and step.ours is not None for step in alignment.steps)
    return 2 * met >= min(len(theirs), len(ours))
