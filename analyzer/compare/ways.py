"""Which way out of a function is which of upstream's, and what names both have for one thing."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from analyzer.compare.apart import Beside, called
from analyzer.compare.change import Owner, RunPair
from analyzer.compare.exits import Exit
from analyzer.compare.shown import Shown

Paired = tuple[Exit | None, Exit | None, bool]

_CALL = re.compile(r"\b(?!(?:if|sizeof)\b)[A-Za-z_]\w*[ \t]*\(")
_REMARK = re.compile(r"[ \t]*(?:/\*|\*|//)")


def names_of(runs: Iterable[RunPair], owner: Owner, theirs: Shown, ours: Shown) -> dict[str, str]:
    """What ours calls the names of upstream's function that it has not itself.

    By the patch's own lines, and by what both declare: the only parameter of a place or variable
    of a type that one side has and the other one lacks.
    """
    found: dict[str, set[str]] = {}
    for pair in runs:
        if pair.theirs is not None and owner in pair.theirs.owners:
            for one, other in pair.names:
                found.setdefault(one, set()).add(other)
    names = {one: next(iter(others)) for one, others in found.items() if len(others) == 1}
    mine = _by_type(ours, theirs, frozenset(names.values()))
    for sort, lone in _by_type(theirs, ours, frozenset(names)).items():
        if len(lone) == len(mine.get(sort, ())) == 1:
            names.setdefault(lone[0], mine[sort][0])
    return {one: other for one, other in names.items() if one not in ours.locals}


def _by_type(one: Shown, other: Shown, known: frozenset[str]) -> dict[object, list[str]]:
    """The variables of one side that the other lacks, by their types."""
    found: dict[object, list[str]] = {}
    for name, sort in one.locals.items():
        if name not in other.locals and name not in known:
            found.setdefault(sort, []).append(name)
    return found


def paired(
    theirs: Sequence[Exit], ours: Sequence[Exit], names: Mapping[str, str]
) -> Iterator[Paired]:
    """Pair ways out by what is asked and done before them, the most telling first.

    The third of each says that nothing else could be meant. Every way out is in it once.
    """
    pairs: dict[int, tuple[int, bool]] = {}
    for depth in (2, 1, 0):
        mine = [_key(each, {}, depth) for each in ours]
        other = [_key(each, names, depth) for each in theirs]
        for a, b, c, d in _gaps(pairs, len(theirs), len(ours)):
            _align(pairs, other[a:b], mine[c:d], (a, c), sure=depth > 0)
    for a, b, c, d in list(_gaps(pairs, len(theirs), len(ours))):
        if b - a == d - c == 1:
            pairs[a] = c, False
    taken = {at for at, _sure in pairs.values()}
    for at, one in enumerate(theirs):
        found = pairs.get(at)
        yield (one, None, True) if found is None else (one, ours[found[0]], found[1])
    yield from ((None, one, True) for at, one in enumerate(ours) if at not in taken)


def _key(way: Exit, names: Mapping[str, str], depth: int) -> Hashable:
    before = tuple(called(each, names) for each in way.before[:depth])
    return way.arm, called(way.guard, names), before


def _gaps(
    pairs: Mapping[int, tuple[int, bool]], theirs: int, ours: int
) -> list[tuple[int, int, int, int]]:
    """What lies between pairs on both sides; pairs keep the order of the text."""
    found, a, c = [], 0, 0
    for at in [*sorted(pairs), theirs]:
        end = pairs[at][0] if at < theirs else ours
        if a < at and c < end:
            found.append((a, at, c, end))
        a, c = at + 1, end + 1
    return found


def _align(
    pairs: dict[int, tuple[int, bool]],
    theirs: list[Hashable],
    ours: list[Hashable],
    start: tuple[int, int],
    *,
    sure: bool,
) -> None:
    if not sure:
        # Many ways out share a guard: which is which shows only where as many are on both sides.
        theirs = [key if theirs.count(key) == ours.count(key) else ("theirs",) for key in theirs]
        ours = [key if key in theirs else ("ours",) for key in ours]
    blocks = SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    for block in blocks:
        for i in range(block.size):
            alone = sure or theirs.count(theirs[block.a + i]) == 1
            pairs[start[0] + block.a + i] = start[1] + block.b + i, alone


def is_inherited(both: Beside, pairs: Sequence[Paired], theirs: Shown, ours: Shown) -> bool:
    """Whether what is grave about a new way out is so before the patch: its tree leaves like that.

    Where upstream returns at once, a tree that has taken a lock by then jumps to a label, and a new
    check does as the check before it. The same label on both sides is no such case, nor is a way
    out with a call between the check before it and its own, which may be what has to be undone.
    """
    one, other = both.theirs, both.ours
    if one.label == other.label or not (theirs.is_own(one) and ours.is_own(other)):
        return False
    older = [
        (a, b)
        for a, b, _sure in pairs
        if a is not None and b is not None and a.at < one.at and b.at < other.at
        if not (theirs.changes(a) or ours.changes(b))
    ]
    if not older:
        return False
    a, b = max(older, key=lambda each: each[1].at)
    between = ours.half.text.split("\n")[b.line : other.line - 1]
    called_between = any(_CALL.search(line) for line in between if not _REMARK.match(line))
    if (a.label, b.label) != (one.label, other.label) or called_between:
        return False
    before = {each.text for each in Beside(a, b, both.upstream, both.target).differences()}
    return {each.text for each in both.differences() if each.grave} <= before
