"""Lines of a run that have no partner in the run beside it, looked for in the other runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.compare.bodies import plain
from analyzer.compare.change import Change, ChangedLine, LinePair, Run, RunPair
from analyzer.compare.side_by_side import of_run
from analyzer.patch.lines import FilePatch, Mark

# A single line that stands in something else is the same one only if it says enough.
_TELLING_WORDS = 6


@dataclass(frozen=True, slots=True)
class _Open:
    """A line without a partner: the pair that it is in, its place there, the line."""

    pair: int
    at: int
    line: ChangedLine


def rejoined(pairs: Sequence[RunPair]) -> tuple[RunPair, ...]:
    """The pairs with lines that are alone on both sides joined to each other.

    Context may cut a run in two, and code may be moved. A line that finds its partner in another
    run counts with upstream's; the run of ours that is used up by this is no added one any more.
    """
    theirs = [one for one in _open(pairs, Change.DROPPED) if one.line.is_code]
    ours = [one for one in _open(pairs, Change.ADDED) if one.line.is_code and one.line.certain]
    joined = dict(_joined(theirs, ours))
    if not joined:
        return tuple(pairs)
    used = {(one.pair, one.at) for one in joined.values()}
    return tuple(_rewritten(pairs, joined, used))


def _open(pairs: Sequence[RunPair], change: Change) -> Iterator[_Open]:
    for number, pair in enumerate(pairs):
        for at, line in enumerate(pair.lines):
            one = line.theirs if change is Change.DROPPED else line.ours
            if line.change is change and one is not None:
                yield _Open(number, at, one)


def _joined(theirs: list[_Open], ours: list[_Open]) -> Iterator[tuple[tuple[int, int], _Open]]:
    places: dict[tuple[str, ...], list[_Open]] = {}
    for one in ours:
        places.setdefault(one.line.key, []).append(one)
    counts: dict[tuple[str, ...], int] = {}
    for one in theirs:
        counts[one.line.key] = counts.get(one.line.key, 0) + 1
    before: _Open | None = None
    for one in theirs:
        fits = places.get(one.line.key, [])
        alone = len(fits) == 1 and counts[one.line.key] == 1
        found = next((other for other in fits[:100] if _is_same(one, other, before, alone)), None)
        if found is not None:
            fits.remove(found)
            yield (one.pair, one.at), found
        before = found


def _is_same(one: _Open, other: _Open, before: _Open | None, alone: bool) -> bool:
    """Whether two lines of one text are one: in the same, or in a row of them, or telling."""
    if one.line.owner is not None and one.line.owner == other.line.owner:
        return True
    follows = before is not None and before.pair == other.pair and before.at < other.at
    return alone and (follows or len(one.line.words) >= _TELLING_WORDS)


def _rewritten(
    pairs: Sequence[RunPair],
    joined: dict[tuple[int, int], _Open],
    used: set[tuple[int, int]],
) -> Iterator[RunPair]:
    for number, pair in enumerate(pairs):
        lines = []
        for at, line in enumerate(pair.lines):
            if (number, at) in used:
                continue
            other = joined.get((number, at))
            if other is not None and line.theirs is not None:
                line = LinePair(line.theirs, other.line, _change(number, line.theirs, other))
            lines.append(line)
        if tuple(lines) == pair.lines:
            yield pair
        elif lines:
            yield _changed(pair, tuple(lines))


def _change(number: int, theirs: ChangedLine, other: _Open) -> Change:
    """Within one run lines have changed places; in another run the run is cut otherwise."""
    if theirs.owner != other.line.owner:
        return Change.MOVED
    return Change.REORDERED if number == other.pair else Change.IDENTICAL


def _changed(pair: RunPair, lines: tuple[LinePair, ...]) -> RunPair:
    here = [line for line in lines if line.ours is not None]
    if pair.theirs is None:
        code = any(line.ours is not None and line.ours.is_code for line in lines)
        # Braces and comments around lines that found their partners elsewhere are no added run.
        return replace(pair, lines=lines, change=Change.ADDED if code else Change.WHITESPACE)
    if not here:
        return replace(pair, lines=lines)
    ours = pair.ours
    change = of_run(lines)
    return replace(pair, lines=lines, ours=ours, change=change)


def holds(files: Iterable[FilePatch], run: Run) -> bool:
    """Whether a patch makes the changes of a run, wherever it makes them."""
    wanted = {plain(line.text) for line in run.code if line.mark is Mark.ADDED}
    gone = {plain(line.text) for line in run.code if line.mark is Mark.REMOVED}
    for file in files:
        for hunk in file.hunks:
            sides: dict[Mark, set[str]] = {Mark.ADDED: set(), Mark.REMOVED: set()}
            for line in hunk.lines:
                if line.mark is not Mark.CONTEXT and line.grade is None:
                    sides[line.mark].add(plain(line.text))
            if (wanted or gone) and wanted <= sides[Mark.ADDED] and gone <= sides[Mark.REMOVED]:
                return True
    return False
