"""A backport against upstream's own patch: every change paired, and every difference named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.compare.change import (
    Captured,
    Change,
    ChangedLine,
    FileTexts,
    LinePair,
    Owner,
    Run,
    RunPair,
    Texts,
    UpstreamPatch,
)
from analyzer.compare.elsewhere import rejoined
from analyzer.compare.landing import Landing, landings
from analyzer.compare.lineage import Counterpart, Lineage, made_alike, pair_files
from analyzer.compare.outline import is_c
from analyzer.compare.partners import pair_runs
from analyzer.compare.position import Positions
from analyzer.compare.renaming import other_names, renamed
from analyzer.compare.runs import FileChange, read_change
from analyzer.compare.side_by_side import context_of, lay, of_run
from analyzer.compare.words import NAME
from analyzer.finding import NotChecked
from analyzer.patch.lines import FilePatch, Mark
from analyzer.source import Side
from analyzer.upstream import is_kconfig


@dataclass(frozen=True, slots=True)
class FilePair:
    """One file of upstream's patch and the one of ours that stands for it; either may be missing.

    ``runs`` are in upstream's order, those that are ours alone last. ``captured`` are unchanged
    lines that ours alone puts under another owner. ``lineage`` says what each function or symbol
    of upstream's is here. ``placed`` says that all of our hunks were found in the target's text.
    """

    theirs: FilePatch | None
    ours: FilePatch | None
    runs: tuple[RunPair, ...]
    landings: tuple[Landing, ...] = ()
    captured: tuple[Captured, ...] = ()
    lineage: tuple[Counterpart, ...] = ()
    placed: bool = False

    @property
    def path(self) -> str:
        """The file's name, as the backport has it."""
        file = self.ours or self.theirs
        return file.path if file else "?"

    @property
    def bare(self) -> bool:
        """Whether upstream changes the file by other means than lines: mode, name, binary."""
        return self.theirs is not None and not self.theirs.hunks


@dataclass(frozen=True, slots=True)
class Delta:
    """All differences between upstream's patch and a backport of it."""

    files: tuple[FilePair, ...]
    commit: str | None = None
    not_compared: tuple[NotChecked, ...] = ()

    @property
    def runs(self) -> tuple[RunPair, ...]:
        """All pairs of runs."""
        return tuple(pair for file in self.files for pair in file.runs)


def compare(
    upstream: UpstreamPatch, ours: Sequence[FilePatch], texts: Texts | None = None
) -> Delta:
    """Compare two patches. Without whole texts, functions are told by what the hunks show.

    ``ours`` are the repaired files; lines that were put back unproven are no evidence.
    """
    texts = texts or Texts()
    pairs = pair_files(upstream.files, ours)
    changes = [
        (
            _read(theirs, texts.upstream, Side.UPSTREAM, upstream.commit),
            _read(mine, texts.target, Side.INPUT, None),
        )
        for theirs, mine in pairs
    ]
    files = [_compared(theirs, mine) for theirs, mine in changes]
    return Delta(_across(files), upstream.commit, tuple(_not_compared(files)))


def _read(
    file: FilePatch | None,
    texts: FileTexts,
    side: Side,
    commit: str | None,
) -> FileChange | None:
    if file is None:
        return None
    for path in (file.new_path, file.old_path):
        found = texts.get(path) if path is not None else None
        if found is not None:
            return read_change(file, found, side, commit)
    return read_change(file, (None, None), side, commit)


# --- one file ---------------------------------------------------------------------------------


def _compared(theirs: FileChange | None, ours: FileChange | None) -> FilePair:
    if theirs is None or ours is None:
        return _alone(theirs, ours)
    lineage = Lineage(theirs, ours)
    paired = pair_runs(theirs.runs, ours.runs, lambda owner: lineage.of(owner).ours)
    pairs = rejoined([_run_pair(one, other) for one, other in paired])
    names = _other_names(pairs, theirs, ours)
    pairs = tuple(_named(pair, names) for pair in pairs)
    lineage = Lineage(theirs, ours, made_alike(theirs, ours, _owners(pairs)))
    positions = Positions(theirs, ours, lineage)
    pairs = tuple(_placed(pair, positions) for pair in _ordered(pairs))
    pairs = tuple(_perhaps_lost(pairs, ours))
    found = landings(pairs, theirs, ours, lineage)
    captured = {(each.before, each.after) for each in theirs.captured}
    return FilePair(
        theirs.file,
        ours.file,
        pairs,
        found,
        tuple(each for each in ours.captured if not _expected(each, captured, lineage)),
        lineage.all(),
        ours.placed == len(ours.file.hunks),
    )


def _expected(each: Captured, theirs: set[tuple[Owner, Owner]], lineage: Lineage) -> bool:
    """Whether upstream's patch does the same, under its own names."""
    return any(
        (lineage.of(one).ours, lineage.of(other).ours) == (each.before, each.after)
        for one, other in theirs
    )


def _alone(theirs: FileChange | None, ours: FileChange | None) -> FilePair:
    runs = theirs.runs if theirs else ours.runs if ours else ()
    pairs = (_run_pair(run, None) if theirs else _run_pair(None, run) for run in runs)
    return FilePair(
        theirs.file if theirs else None,
        ours.file if ours else None,
        tuple(pairs),
        captured=ours.captured if ours else (),
    )


def _run_pair(theirs: Run | None, ours: Run | None) -> RunPair:
    if theirs is None or ours is None:
        change = Change.DROPPED if ours is None else Change.ADDED
        lines = [
            *(LinePair(line, None, change) for line in (theirs.lines if theirs else ())),
            *(LinePair(None, line, change) for line in (ours.lines if ours else ())),
        ]
        return RunPair(theirs, ours, change, tuple(lines))
    laid = lay(theirs, ours)
    if laid is None:
        return RunPair(theirs, ours, Change.CHANGED, compared=False)
    alike = any(line.theirs and line.ours for line in laid)
    return RunPair(theirs, ours, of_run(laid), laid, alike=alike)


def _other_names(
    pairs: Sequence[RunPair], theirs: FileChange, ours: FileChange
) -> dict[Owner | None, dict[str, str]]:
    """What is called otherwise here; only C and Kconfig have names, all else has words."""
    if not all(is_c(each.path) or is_kconfig(each.path) for each in (theirs, ours)):
        return {}
    words: dict[bool, frozenset[str]] = {}

    def both(one: str, other: str) -> bool:
        if not words:
            for upstream, file in ((True, theirs), (False, ours)):
                lines = file.before.lines if file.before else ()
                words[upstream] = frozenset(NAME.findall("\n".join(lines)))
        return one in words[False] or other in words[True]

    return other_names(_laid(pairs), _beside(pairs), both)


def _laid(pairs: Iterable[RunPair]) -> list[LinePair]:
    return [line for pair in pairs for line in pair.lines]


def _beside(
    pairs: Iterable[RunPair],
) -> Iterator[tuple[ChangedLine | None, ChangedLine | None]]:
    """Lines whose names count as used, though they have no partner: context, lone lines."""
    for pair in pairs:
        if pair.theirs is not None:
            yield from ((line, None) for line in (*pair.theirs.above, *pair.theirs.below))
        if pair.theirs is not None and pair.ours is not None:
            yield from ((None, line) for line in (*pair.ours.above, *pair.ours.below))
        for line in pair.lines:
            if line.theirs is None or line.ours is None:
                yield line.theirs, line.ours


def _owners(pairs: Iterable[RunPair]) -> Iterator[tuple[Owner | None, Owner | None]]:
    for line in _laid(pairs):
        if line.theirs and line.ours and line.theirs.is_code:
            yield line.theirs.owner, line.ours.owner


def _named(pair: RunPair, names: dict[Owner | None, dict[str, str]]) -> RunPair:
    """The pair with lines told apart that differ in names alone, and its context."""
    lines = tuple(renamed(line, names) for line in pair.lines)
    used = {
        (a, b)
        for line in lines
        if line.change is Change.RENAMED and line.theirs and line.ours
        for a, b in zip(line.theirs.words, line.ours.words, strict=True)
        if a != b
    }
    change = pair.change
    if change is Change.CHANGED and pair.compared:
        change = of_run(lines)
    context = context_of(pair.theirs, pair.ours) if pair.theirs and pair.ours else ()
    if change is Change.IDENTICAL and context:
        change = Change.CONTEXT
    return replace(pair, lines=lines, change=change, names=tuple(sorted(used)), context=context)


def _ordered(pairs: tuple[RunPair, ...]) -> Iterator[RunPair]:
    """The pairs, with those marked that stand before one of the same owner that they follow."""
    last: dict[Owner | None, tuple[int, int]] = {}
    for pair in pairs:
        if pair.theirs is None or pair.ours is None:
            yield pair
            continue
        owner = next(iter(pair.theirs.owners), None)
        same = owner in pair.ours.owners or owner is None
        at = (pair.ours.hunk, pair.ours.place.line or 0)
        behind = last.get(owner, (-1, -1))
        last[owner] = max(at, behind)
        is_late = same and pair.ours.code and at < behind
        yield replace(pair, change=_graver(pair.change, Change.REORDERED)) if is_late else pair


def _graver(change: Change, other: Change) -> Change:
    return change if change in (Change.CHANGED, Change.MOVED) else other


def _placed(pair: RunPair, positions: Positions) -> RunPair:
    """What only whole texts show: another place in the function, nothing left to do."""
    if pair.theirs is not None and pair.change is Change.DROPPED:
        return replace(pair, needless=positions.is_needless(pair.theirs))
    if pair.theirs is None or pair.ours is None or not pair.ours.code:
        return pair
    if positions.stands_elsewhere(pair.theirs, pair.ours):
        return replace(pair, change=_graver(pair.change, Change.MOVED))
    return pair


def _perhaps_lost(pairs: Iterable[RunPair], ours: FileChange) -> Iterator[RunPair]:
    """What a damaged file lacks may have been lost, as far as its hunks' counts leave room."""
    for pair in pairs:
        added = sum(line.mark is Mark.ADDED for line in pair.run.code)
        if pair.change is Change.DROPPED and 0 < added <= ours.lost:
            lines = tuple(replace(line, change=Change.LOST) for line in pair.lines)
            pair = replace(pair, change=Change.LOST, lines=lines)
        yield pair


# --- several files ----------------------------------------------------------------------------


def _across(files: list[FilePair]) -> tuple[FilePair, ...]:
    """Join what is dropped in one file and added in another: it was moved between files."""
    added = {
        _key(pair.ours): (at, pair)
        for at, file in enumerate(files)
        for pair in file.runs
        if pair.theirs is None and pair.ours is not None and pair.change is Change.ADDED
    }
    taken: set[int] = set()
    out = []
    for file in files:
        runs = []
        for pair in file.runs:
            found = added.get(_key(pair.theirs)) if pair.change is Change.DROPPED else None
            if found is not None and pair.theirs and pair.theirs.code and id(found[1]) not in taken:
                taken.add(id(found[1]))
                laid = lay(pair.theirs, found[1].run) or ()
                pair = replace(pair, ours=found[1].ours, lines=laid, change=Change.MOVED)
            runs.append(pair)
        out.append(replace(file, runs=tuple(runs)))
    return tuple(
        replace(file, runs=tuple(pair for pair in file.runs if id(pair) not in taken))
        for file in out
    )


def _key(run: Run | None) -> tuple[tuple[str, ...], ...]:
    return tuple(line.key for line in run.code) if run else ()


def _not_compared(files: Iterable[FilePair]) -> Iterator[NotChecked]:
    for file in files:
        for side, one in (("upstream's", file.theirs), ("our", file.ours)):
            if one is not None and one.binary:
                yield NotChecked(f"{one.path}: {side} change", "a binary file is not compared")
        long = sum(not pair.compared for pair in file.runs)
        if long:
            yield NotChecked(f"{file.path}: {long} changes line by line", "they are too long")
