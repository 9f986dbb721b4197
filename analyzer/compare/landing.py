"""Whether what upstream changes in one function or symbol is changed in the same one here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from analyzer.compare.bodies import Bodies, plain
from analyzer.compare.change import (
    OUTSIDE,
    Change,
    ChangedLine,
    LinePair,
    Owner,
    Run,
    RunPair,
    Scope,
)
from analyzer.compare.enclosed import Within, against, in_words
from analyzer.compare.lineage import How, Lineage
from analyzer.compare.outline import Outline
from analyzer.compare.runs import FileChange
from analyzer.patch.lines import Mark
from analyzer.source import Place
from analyzer.upstream import Kind

_NEAR = 6
_HALF = 0.5
# Of these kinds a pair has upstream's text: what stands in another owner was put there.
_SAME_TEXT = (Change.IDENTICAL, Change.CONTEXT, Change.WHITESPACE, Change.COMMENT, Change.MOVED)


class Where(Enum):
    """Where lines stand, against upstream's."""

    SAME = "in the same"
    RENAMED = "in the same, under another name"
    ELSEWHERE = "in another"
    SPLIT = "in a part that was split off or merged"
    SURROUNDED = "among other blocks"
    UNDER = "not under what upstream's stands under"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Landing:
    """Lines of one upstream owner, what they stand in here, and where the first of them is seen.

    ``around`` is what encloses both where that differs: blocks (``SURROUNDED``), or conditions,
    nodes and labels within one owner.
    """

    theirs: Owner | None
    ours: Owner | None
    where: Where
    place: Place
    their_place: Place
    lines: int = 1
    around: tuple[str, str] | None = None


def landings(
    pairs: Iterable[RunPair], theirs: FileChange, ours: FileChange, lineage: Lineage
) -> tuple[Landing, ...]:
    """Where each owner's lines of code have landed, each pair of owners once, in order."""
    judge = _Judge(theirs, ours, lineage, Bodies(ours.before))
    pairs = tuple(pairs)
    found: dict[tuple[Owner | None, Owner | None, Where], Landing] = {}
    for pair in pairs:
        for line in pair.lines:
            if line.theirs is None or line.ours is None or not _counts(line):
                continue
            where = judge.where(pair, line)
            key = (line.theirs.owner, line.ours.owner, where)
            lines = found[key].lines + 1 if key in found else 1
            places = (
                (found[key].place, found[key].their_place)
                if key in found
                else (line.ours.place, line.theirs.place)
            )
            around = _around_lines(line) if where in (Where.ELSEWHERE, Where.UNDER) else None
            found[key] = Landing(*key, *places, lines, around)
    return (
        *found.values(),
        *judge.surroundings(found.values()),
        *judge.called_elsewhere(pairs),
    )


def _counts(line: LinePair) -> bool:
    return bool(line.theirs and line.ours and line.theirs.is_code and line.ours.certain)


@dataclass(slots=True)
class _Judge:
    theirs: FileChange
    ours: FileChange
    lineage: Lineage
    target: Bodies
    shares: dict[tuple[int, Owner, Owner], Where] = field(default_factory=dict)
    inner: dict[Owner, set[str]] = field(default_factory=dict)
    nodes: list[frozenset[str]] = field(default_factory=list)

    def where(self, pair: RunPair, line: LinePair) -> Where:
        """Where one line stands against its partner."""
        a = line.theirs.owner if line.theirs else None
        b = line.ours.owner if line.ours else None
        if a is None or b is None:
            return Where.UNKNOWN
        if a == b:
            return self._under(line, b)
        found = self._outside(pair, line, a, b) if OUTSIDE in (a, b) else self._other(pair, a, b)
        # Among the lines that a hunk lost may be the one that begins or ends a function.
        unsure = pair.ours is not None and not pair.ours.whole and found is not Where.RENAMED
        return Where.UNKNOWN if unsure else found

    def _under(self, line: LinePair, owner: Owner) -> Where:
        """In one owner of both: under the same conditions, in the same node, behind the same label?

        What surrounds a whole function or file may be another; only contradictions count there.
        """
        theirs, ours = (one.within if one else None for one in (line.theirs, line.ours))
        if theirs is None or ours is None or theirs == ours:
            return Where.SAME
        if against(theirs.arms, ours.arms):
            return Where.ELSEWHERE
        nodes = self._nodes(theirs, ours)
        if nodes is not Where.SAME:
            return nodes
        mine = self._conditions(owner)
        lacks = any(arm[0] in mine for arm in theirs.arms if arm not in ours.arms)
        return Where.UNDER if lacks else Where.SAME

    def _nodes(self, theirs: Within, ours: Within) -> Where:
        """Another node or label than upstream's, which both files have beside upstream's own."""
        if not self.nodes:
            files = (self.theirs, self.ours)
            self.nodes += (frozenset(one.place for one in file.under or ()) for file in files)
        known, here = self.nodes
        a, b = _known(theirs.place, known), _known(ours.place, here)
        if a == b:
            return Where.SAME
        return Where.ELSEWHERE if a in here and b in known else Where.UNDER

    def _conditions(self, owner: Owner) -> set[str]:
        """The conditions within one owner of the target's, or within the file outside of all."""
        if owner not in self.inner:
            under, text = self.ours.under or (), self.ours.before
            extent = text.extent_of(owner) if text else None
            lines = under[extent.first : extent.last + 1] if extent else under
            around = set(lines[0].arms) if extent and lines else set()
            own = {arm[0] for one in set(lines) for arm in one.arms if arm not in around}
            self.inner[owner] = own if extent or _is_flat(owner, self.ours) else set()
        return self.inner[owner]

    def _outside(self, pair: RunPair, line: LinePair, a: Owner, b: Owner) -> Where:
        """One of both stands at the top level: what is no directive may be told apart badly."""
        inside = a if b == OUTSIDE else b
        if inside.scope is Scope.SYMBOL:
            return Where.ELSEWHERE
        if inside.scope is Scope.MACRO:
            # A macro is an owner where the whole file is at hand; a hunk alone shows none.
            own = line.theirs is not None and inside.name in line.theirs.words
            return Where.SAME if own and pair.change in _SAME_TEXT else Where.UNKNOWN
        if line.theirs is None or line.theirs.kind is not Kind.DIRECTIVE:
            return Where.UNKNOWN
        return Where.ELSEWHERE if pair.change in _SAME_TEXT else Where.SPLIT

    def _other(self, pair: RunPair, a: Owner, b: Owner) -> Where:
        found = self.lineage.of(a)
        if found.how is How.RENAMED and found.ours == b:
            return Where.RENAMED
        same_text = pair.change in _SAME_TEXT
        if self.theirs.is_new(a) != self.ours.is_new(b):
            # A helper more, or one less; the text of upstream's own function is no helper's.
            is_helper = self.ours.is_new(b) or not same_text
            return Where.SPLIT if is_helper and a.scope is b.scope else Where.ELSEWHERE
        if found.ours is not None:
            key = (id(pair), a, b)
            if key not in self.shares:
                self.shares[key] = self._split_or_elsewhere(pair, a, b)
            return self.shares[key]
        if a.scope is Scope.SYMBOL or self._is_upstreams(b):
            return Where.ELSEWHERE
        return Where.UNKNOWN

    def _is_upstreams(self, b: Owner) -> bool:
        """Whether upstream has something of this name, which then is another one."""
        if self.theirs.before is not None:
            return self.theirs.before.extent_of(b) is not None
        return self.theirs.knows(b)

    def _split_or_elsewhere(self, pair: RunPair, a: Owner, b: Owner) -> Where:
        """Upstream's surroundings of the lines tell: are they in ours' function of that name?"""
        before, run = self.theirs.before, pair.theirs
        if before is None or run is None or run.old_at is None:
            return Where.ELSEWHERE
        extent = before.extent_at(run.old_at)
        home, away = self.target.of(self.lineage.of(a).ours), self.target.of(b)
        if extent is None or home is None or away is None or a.scope is not Scope.FUNCTION:
            return Where.ELSEWHERE
        near = _telling(before, max(extent.first, run.old_at - _NEAR), run.old_at + _NEAR)
        at_home, there = len(near & home.all), len(near & away.all)
        is_part = there > at_home and at_home < _HALF * len(near)
        return Where.SPLIT if is_part else Where.ELSEWHERE

    def surroundings(self, found: Iterable[Landing]) -> Iterator[Landing]:
        """New functions and symbols that stand under other conditions than upstream's."""
        for each in found:
            if each.theirs is None or each.ours is None or not self.theirs.is_new(each.theirs):
                continue
            around = self._around(each.theirs, each.ours)
            if around is not None and each.where in (Where.SAME, Where.RENAMED):
                yield Landing(
                    each.theirs,
                    each.ours,
                    Where.SURROUNDED,
                    each.place,
                    each.their_place,
                    each.lines,
                    around,
                )

    def called_elsewhere(self, pairs: Sequence[RunPair]) -> Iterator[Landing]:
        """New functions that only functions other than upstream's callers use, as the patch has it.

        The text around a use may be another altogether: then no line of it has a partner.
        """
        for theirs, mine in self._new_functions(pairs):
            wanted = _uses(theirs, (one for pair in pairs for one in _added(pair.theirs)))
            found = _uses(mine, (one for pair in pairs for one in _added(pair.ours)))
            if not wanted or not found or any(self.ours.is_new(owner) for owner in found):
                continue
            if any(self.theirs.is_new(owner) for owner in wanted):
                continue
            if not {self.lineage.of(owner).ours for owner in wanted} & found.keys():
                (a, one), (b, other) = next(iter(wanted.items())), next(iter(found.items()))
                yield Landing(a, b, Where.ELSEWHERE, other.place, one.place)

    def _new_functions(self, pairs: Sequence[RunPair]) -> Iterator[tuple[Owner, Owner]]:
        """Functions that both patches make, as their lines are paired; each pair once."""
        lines = (line for pair in pairs for line in pair.lines if _counts(line))
        owners = dict.fromkeys(
            (one.theirs.owner, one.ours.owner) for one in lines if one.theirs and one.ours
        )
        for a, b in owners:
            if a is None or b is None or not a.scope is b.scope is Scope.FUNCTION:
                continue
            if self.theirs.is_new(a) and self.ours.is_new(b):
                yield a, b

    def _around(self, a: Owner, b: Owner) -> tuple[str, str] | None:
        if self.theirs.after is None or self.ours.after is None:
            return None
        one, other = self.theirs.after.extent_of(a), self.ours.after.extent_of(b)
        if one is None or other is None or one.around == other.around:
            return None
        return " / ".join(one.around) or "nothing", " / ".join(other.around) or "nothing"


def _added(run: Run | None) -> Iterator[ChangedLine]:
    lines = run.code if run is not None else ()
    return (one for one in lines if one.mark is Mark.ADDED and one.certain)


def _uses(function: Owner, lines: Iterable[ChangedLine]) -> dict[Owner, ChangedLine]:
    """The functions besides itself in which lines name a function, with the first such line."""
    found: dict[Owner, ChangedLine] = {}
    for line in lines:
        owner = line.owner
        if owner is None or owner == function or owner.scope is not Scope.FUNCTION:
            continue
        if function.name in line.words:
            found.setdefault(owner, line)
    return found


def _telling(text: Outline, first: int, last: int) -> set[str]:
    """Lines that say enough to be known again."""
    near = map(plain, text.lines[first:last])
    return {line for line in near if " " in line}


def _known(node: str, known: frozenset[str]) -> str:
    """The innermost node around a line that is there without the patch."""
    while node and node not in known:
        node = node.rpartition(" / ")[0]
    return node


def _is_flat(owner: Owner, file: FileChange) -> bool:
    """Whether nothing in a file is an owner: a makefile, a device tree, assembly."""
    return owner == OUTSIDE and file.before is not None and not file.before.extents


def _around_lines(line: LinePair) -> tuple[str, str] | None:
    """What two lines of one owner stand under, in words: what they have in common is left out."""
    theirs, ours = (one.within if one else None for one in (line.theirs, line.ours))
    same = line.theirs and line.ours and line.theirs.owner == line.ours.owner
    if not same or theirs is None or ours is None:
        return None
    return in_words(theirs, ours), in_words(ours, theirs)
