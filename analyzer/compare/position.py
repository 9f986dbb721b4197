"""What only whole files show: whether a change stands at its place, or has nothing to do.

Code that is there twice takes a hunk at either place, and git says nothing.
"""

from __future__ import annotations

from bisect import bisect_left

from analyzer.compare.bodies import Bodies, plain
from analyzer.compare.change import Owner, Run
from analyzer.compare.lineage import Lineage
from analyzer.compare.runs import FileChange
from analyzer.patch.lines import Mark


class Positions:
    """One file's changes held against both files as they were before."""

    def __init__(self, upstream: FileChange, target: FileChange, lineage: Lineage) -> None:
        self.upstream = Bodies(upstream.before)
        self.target = Bodies(target.before)
        self.lineage = lineage
        self._marks: dict[tuple[Owner, Owner], list[tuple[int, int]]] = {}

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
        marks = self._shared(owner, mine)
        at = bisect_left(marks, (theirs.old_at, -1))
        above = marks[at - 1][1] if at else -1
        below = marks[at][1] if at < len(marks) else len(target.lines)
        # Where the two are in the other order themselves, they tell nothing.
        return above < below and not above < ours.old_at <= below

    def _shared(self, owner: Owner, mine: Owner) -> list[tuple[int, int]]:
        """(upstream's line, the target's line) of each line that stands once in both."""
        if (owner, mine) not in self._marks:
            one, other = self.upstream.of(owner), self.target.of(mine)
            pairs = one.once.items() if one and other else ()
            there = other.once if other else {}
            self._marks[owner, mine] = sorted(
                (at, there[text]) for text, at in pairs if text in there
            )
        return self._marks[owner, mine]

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
