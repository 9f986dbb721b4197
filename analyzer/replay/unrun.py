"""What of both patches was not run: functions beside the move path, and lines no call came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.errors import CodePlace
from analyzer.machine.movepath import MovePath
from analyzer.machine.touch import alike
from analyzer.machine.whole import Whole
from analyzer.reference.slots import PATH
from analyzer.replay.bench import Bench
from analyzer.replay.outcome import NotRun
from analyzer.replay.trees import Ran, TreeSubject

# So many are named one by one.
_MOST = 12


def unrun(
    bench: Bench, subject: TreeSubject, every: Sequence[Ran]
) -> tuple[list[NotRun], list[NotRun]]:
    """What neither kernel of a side ran, each with its place.

    No verdict stands without the first; the second are lines that the other side has word for
    word, and that no call came to on either.
    """
    found, beside = [*_not_reached(subject, every)], list[NotRun]()
    for kernel, pairs in _kernels(every):
        for one, has in _not_come_to(bench, kernel, pairs):
            (beside if has else found).append(one)
    more = len(found) - _MOST
    if more > 0:
        found[_MOST:] = [NotRun(f"{more} more of such lines and functions", "see those named")]
    return found, beside[:_MOST]


def _not_reached(subject: TreeSubject, every: Sequence[Ran]) -> Iterator[NotRun]:
    known = {
        (kernel, one.path, one.name)
        for ran in every
        for kernel, paths in (("upstream", ran.upstream), ("the target", ran.target))
        for path in paths or ()
        for one in (*path.functions, *path.refused)
    }
    for kernel, one in dict.fromkeys(subject.changes):
        if one.function is None and one.path == PATH:
            # What that comes to in what is run is a part of the run.
            continue
        if one.function is None or (kernel, one.path, one.function) not in known:
            name = f"{one.function}()" if one.function else "what stands outside of functions"
            why = "the patch changes it, and no call of mremap() runs it"
            place = CodePlace(one.path, one.line, None, one.function or "")
            yield NotRun(f"{kernel}: {name} of {one.path}", why, place if one.line else None)


def _kernels(every: Sequence[Ran]) -> Iterator[tuple[str, list[tuple[Ran, MovePath]]]]:
    yield "the target", [(ran, ran.target[1]) for ran in every]
    yield "upstream", [(ran, ran.upstream[1]) for ran in every if ran.upstream is not None]


def _not_come_to(
    bench: Bench, kernel: str, pairs: Sequence[tuple[Ran, MovePath]]
) -> Iterator[tuple[NotRun, bool]]:
    by_reading: dict[str, tuple[set[tuple[str, int]], set[tuple[str, int]]]] = {}
    for ran, path in pairs:
        every, seen = by_reading.setdefault(ran.reading, (set(), set()))
        side = ran.four.target_after if kernel == "the target" else ran.four.upstream_after
        for made in bench.made(side):
            if isinstance(made, Whole):
                lines, unseen = made.watched
                every |= lines - _same_elsewhere(ran, path, lines)
                seen |= lines - unseen
    told = dict.fromkeys(one for every, seen in by_reading.values() for one in sorted(every - seen))
    for where, line in told:
        why = "the patch changes this line, and no call that was made comes to it"
        place = CodePlace(where, line, None, "")
        yield NotRun(f"{kernel}: {where}:{line}", why, place), _has_so(pairs, place)


def _has_so(pairs: Sequence[tuple[Ran, MovePath]], place: CodePlace) -> bool:
    """Whether the other side's patch brings the same line; the reference has no lines to ask."""
    for ran, path in pairs:
        if ran.upstream is None:
            return True
        other = ran.upstream[1] if path is ran.target[1] else ran.target[1]
        theirs = (other.line(CodePlace(where, line, None, "")) for where, line in other.touched)
        if path.line(place) in set(theirs):
            return True
    return False


def _same_elsewhere(
    ran: Ran, path: MovePath, lines: frozenset[tuple[str, int]]
) -> frozenset[tuple[str, int]]:
    """The lines of functions that the other side has just so."""
    if ran.upstream is None:
        return frozenset()
    other = ran.upstream[1] if path is ran.target[1] else ran.target[1]
    theirs = other.named()
    same = [one for one in path.functions if one.name in theirs and alike(one, theirs[one.name])]
    return frozenset(
        (where, line)
        for where, line in lines
        for one in same
        if where == one.path and one.span.line <= line <= one.span.end_line
    )
