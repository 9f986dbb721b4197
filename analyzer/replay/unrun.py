"""What of both patches was not run: functions beside the move path, and lines no call came to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress

from analyzer.errors import CodePlace, Stopped
from analyzer.machine.movepath import MovePath
from analyzer.machine.touch import alike
from analyzer.machine.whole import Whole
from analyzer.reference.slots import PATH
from analyzer.replay.bench import Bench
from analyzer.replay.outcome import NotRun
from analyzer.replay.trees import Plan, Ran, TreeSubject

# So many are named one by one.
_MOST = 12
_UPSTREAM, _TARGET = 0, 1
_IF = re.compile(r"if \((.*)\)")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_BROUGHT = "the patch changes this line, and no call that was made comes to it"
_TAKEN = "the patch takes this line away or changes it, and no call that was made came to it"


def unrun(
    bench: Bench, subject: TreeSubject, every: Sequence[Ran]
) -> tuple[list[NotRun], list[NotRun]]:
    """What neither kernel of a side ran, each with its place.

    No verdict stands without the first; the second are lines that the other side has word for
    word, and that no call came to on either.
    """
    found, beside = [*_not_reached(subject, every)], list[NotRun]()
    _run_befores(bench, every)
    for state, why in ((1, _BROUGHT), (0, _TAKEN)):
        ours, theirs = (_not_come_to(bench, every, side, state) for side in (_TARGET, _UPSTREAM))
        for kernel, mine, others in (("the target", ours, theirs), ("upstream", theirs, ours)):
            left = Counter(others.values())
            for (path, line), text in mine.items():
                place = CodePlace(path, line, None, "")
                one = NotRun(f"{kernel}: {path}:{line}", why, place)
                alike = left[text] > 0
                left[text] -= alike
                alike = alike or (state == 1 and _asks_as(every, kernel, path, line))
                (beside if alike else found).append(one)
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


def _run_befores(bench: Bench, every: Sequence[Ran]) -> None:
    """Run the kernels before a patch that takes lines of code away, to see if calls come there."""
    for ran in every:
        paths = ran.target[0], ran.upstream[0] if ran.upstream else None
        for side, path in zip(ran.four.befores, paths, strict=True):
            if path is not None and path.touched:
                with suppress(Stopped):
                    for geometry, scenarios in Plan(ran, calls=ran.upstream is not None).sets:
                        bench.shown(side, geometry, scenarios)


def _not_come_to(
    bench: Bench, every: Sequence[Ran], which: int, state: int
) -> dict[tuple[str, int], str]:
    """The touched lines of one side in one state that no run came to, with their text."""
    by_reading: dict[str, tuple[set[tuple[str, int]], set[tuple[str, int]]]] = {}
    texts: dict[tuple[str, int], str] = {}
    for ran in every:
        paths = (ran.upstream, ran.target)[which]
        if paths is None:
            continue
        path, side = paths[state], (ran.four.befores, ran.four.afters)[state][which]
        touched, seen = by_reading.setdefault(ran.reading, (set(), set()))
        for made in bench.made(side):
            if isinstance(made, Whole):
                lines, unseen = made.watched
                touched |= lines - _same_elsewhere(ran, path, lines)
                seen |= lines - unseen
        for place, line in touched:
            texts[place, line] = path.line(CodePlace(place, line, None, "")) or ""
    told = dict.fromkeys(
        one for touched, seen in by_reading.values() for one in sorted(touched - seen)
    )
    return {one: texts[one] for one in told}


def _asks_as(every: Sequence[Ran], kernel: str, where: str, line: int) -> bool:
    """Whether what governs a line is a part of a condition that the other side's patch has too.

    Then the other side asks the same, if beside more: it is not true there either. A name of lower
    case is any other one; what is asked of it is not.
    """
    for ran in (one for one in every if one.main):
        if ran.upstream is None:
            return False
        own, other = ran.target[1], ran.upstream[1]
        if kernel == "upstream":
            own, other = other, own
        asked = _condition(own, where, line)
        theirs = (_shape(_text(other, path, number)) for path, number in other.touched)
        if not asked or not any(asked in one for one in theirs):
            return False
    return True


def _condition(path: MovePath, where: str, line: int) -> str:
    """The shape of the ``if`` in the line above, without what surrounds its condition."""
    match = _IF.fullmatch(_text(path, where, line - 1))
    own = match is not None and (where, line - 1) in path.touched
    return _shape(match[1]) if match is not None and own else ""


def _shape(text: str) -> str:
    return " ".join("v" if one.islower() else one for one in _TOKEN.findall(text))


def _text(path: MovePath, where: str, line: int) -> str:
    return path.line(CodePlace(where, line, None, "")) or ""


def _same_elsewhere(
    ran: Ran, path: MovePath, lines: frozenset[tuple[str, int]]
) -> frozenset[tuple[str, int]]:
    """The lines of functions that the other side has just so."""
    if ran.upstream is None:
        return frozenset()
    state = 1 if path in (ran.target[1], ran.upstream[1]) else 0
    other = ran.upstream[state] if path is ran.target[state] else ran.target[state]
    theirs = other.named()
    same = [one for one in path.functions if one.name in theirs and alike(one, theirs[one.name])]
    return frozenset(
        (where, line)
        for where, line in lines
        for one in same
        if where == one.path and one.span.line <= line <= one.span.end_line
    )
