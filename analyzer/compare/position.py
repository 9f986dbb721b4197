"""What only whole files show: whether a change stands at its place, or has nothing to do.

Code that is there twice takes a hunk at either place, and git says nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

from analyzer.compare.bodies import Bodies, Body, plain
from analyzer.compare.change import Owner, Run
from analyzer.compare.lineage import Lineage
from analyzer.compare.runs import FileChange
from analyzer.patch.lines import Mark

# Of bodies of one name, of which one is looked for.
_MOST_BODIES, _SEVERAL = 100, 2


class Positions:
    """One file's changes held against both files as they were before."""

    def __init__(self, upstream: FileChange, target: FileChange, lineage: Lineage) -> None:
        self.upstream = Bodies(upstream.before)
        self.target = Bodies(target.before)
        self.lineage = lineage
        self._marks: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._homes: dict[int, int | None] = {}

    def stands_elsewhere(self, theirs: Run, ours: Run) -> bool:
        """Whether lines that both functions hold once show that the place is another one.

        The nearest such line before upstream's change must stand before ours, the nearest behind
        it behind ours. False where the texts are not at hand, or they share no such line.
        """
        upstream, target = self.upstream.text, self.target.text
        if upstream is None or target is None or theirs.old_at is None or ours.old_at is None:
            return False
        owner, mine = upstream.at(theirs.old_at), target.at(ours.old_at)
        if self.lineage.of(owner).ours != mine:
            return False
        one, other = self.upstream.at(theirs.old_at), self.target.at(ours.old_at)
        if one is None or other is None:
            return False
        if one.first not in self._homes:
            self._homes[one.first] = self._home(one, mine)
        if self._homes[one.first] not in (None, other.first):
            return True
        marks = self._shared(one, other)
        at = bisect_left(marks, (theirs.old_at, -1))
        above = marks[at - 1][1] if at else -1
        below = marks[at][1] if at < len(marks) else len(target.lines)
        # Where the two are in the other order themselves, they tell nothing.
        return above < below and not above < ours.old_at <= below

    def _home(self, one: Body, mine: Owner) -> int | None:
        """Where the target's body begins that is upstream's, of several of one name; None unsure.

        By the lines that they share and no other body of that name has.
        """
        bodies = self.target.all_of(mine)[:_MOST_BODIES]
        if len(bodies) < _SEVERAL:
            return None
        counts = Counter(line for body in bodies for line in body.all)
        shares = [sum(counts[line] == 1 for line in body.all & one.all) for body in bodies]
        best = max(shares)
        return bodies[shares.index(best)].first if shares.count(best) == 1 else None

    def _shared(self, one: Body, other: Body) -> list[tuple[int, int]]:
        """(upstream's line, the target's line) of each line that stands once in both."""
        key = one.first, other.first
        if key not in self._marks:
            there = other.once
            self._marks[key] = sorted(
                (at, there[text]) for text, at in one.once.items() if text in there
            )
        return self._marks[key]

    def is_needless(self, run: Run) -> bool:
        """Whether the target has, in the same owner, all that is added and nothing removed.

        Lines are told by their text, so this is a hint for a reader and no proof.
        """
        if not run.code or len(run.owners) != 1:
            return False
        body = self.target.of(self.lineage.of(run.owners[0]).ours)
        if body is None:
            return False
        wanted = {plain(line.text) for line in run.code if line.mark is Mark.ADDED}
        gone = {plain(line.text) for line in run.code if line.mark is Mark.REMOVED}
        return wanted <= body.all and not (gone - wanted) & body.all
