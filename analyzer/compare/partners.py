"""Which run of changed lines is which, by what is changed and not by line number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from analyzer.compare.change import OUTSIDE, Owner, Run
from analyzer.compare.enclosed import against
from analyzer.compare.lineage import likeness
from analyzer.compare.runs import slid

# Of likenesses of runs of one file: half a second's work.
MAX_LIKENESSES = 40_000
_LIKE = 0.5
_SAME_OWNER = 0.25

# What upstream's owner is called here; None where that is not known.
Called = Callable[[Owner], Owner | None]


def pair_runs(
    theirs: Sequence[Run], ours: Sequence[Run], called: Called
) -> list[tuple[Run | None, Run | None]]:
    """Pair runs: the same text first, where it stands in the same; then likeness, then order.

    Every run of both sides is in the result once, upstream's order first.
    """
    work = _Work(list(theirs), list(ours), called)
    work.by_key(_text)
    work.by_slide()
    work.by_key(_code)
    work.by_likeness()
    work.by_owner()
    return work.result()


def _text(run: Run) -> Hashable:
    return tuple((line.mark, line.text) for line in run.lines)


def _code(run: Run) -> Hashable:
    """The code alone; runs without any are told by their text."""
    return tuple(line.key for line in run.code) or None


class _Work:
    """The runs that have no partner yet, by their places."""

    def __init__(self, theirs: list[Run], ours: list[Run], called: Called) -> None:
        self.theirs = theirs
        self.ours = ours
        self.called = called
        self.found: dict[int, int] = {}
        self.shown: dict[int, Run] = {}
        self.free = dict.fromkeys(range(len(ours)))

    def _open(self) -> list[int]:
        return [i for i in range(len(self.theirs)) if i not in self.found]

    def _take(self, i: int, j: int) -> None:
        self.found[i] = j
        del self.free[j]

    def by_key(self, key: Callable[[Run], Hashable]) -> None:
        """Pair runs of one key: those in the same owner first, the rest in order."""
        places: dict[Hashable, list[int]] = {}
        for j in self.free:
            places.setdefault(key(self.ours[j]), []).append(j)
        for same_owner in (True, False):
            for i in self._open():
                wanted = key(self.theirs[i])
                if wanted is None:
                    continue
                fits = places.get(wanted, [])
                at = next((j for j in fits[:_MAX_ALIKE] if self._fits(i, j, same_owner)), None)
                if at is not None:
                    fits.remove(at)
                    self._take(i, at)

    def _fits(self, i: int, j: int, same_owner: bool) -> bool:
        return not same_owner or self._in_same(i, j)

    def _in_same(self, i: int, j: int) -> bool:
        one, other = (next((line.within for line in run.lines), None) for run in self._both(i, j))
        if one and other and (one.place != other.place or against(one.arms, other.arms)):
            return False
        wanted = self.theirs[i].owners
        theirs = {owner if owner == OUTSIDE else self.called(owner) for owner in wanted}
        ours = set(self.ours[j].owners)
        return theirs == ours or bool((theirs & ours) - {None})

    def _both(self, i: int, j: int) -> tuple[Run, Run]:
        return self.theirs[i], self.ours[j]

    def by_slide(self) -> None:
        """Pair runs that are one change, shown a few lines higher or lower."""
        texts: dict[Hashable, tuple[int, Run]] = {}
        for j in self.free:
            for other in slid(self.ours[j]):
                texts.setdefault(_text(other), (j, other))
        for i in self._open():
            at = texts.get(_text(self.theirs[i]))
            if at is not None and at[0] in self.free:
                self.shown[i] = at[1]
                self._take(i, at[0])

    def by_likeness(self) -> None:
        """Pair runs by the words that they share; order breaks ties."""
        opened = self._open()
        if len(opened) * len(self.free) > MAX_LIKENESSES:
            return
        words = {j: _words(self.ours[j]) for j in self.free}
        options = []
        for i in opened:
            mine = _words(self.theirs[i])
            for j, other in words.items():
                like = likeness(mine, other)
                if like >= _LIKE:
                    bonus = _SAME_OWNER if self._in_same(i, j) else 0.0
                    options.append((-(like + bonus), abs(i - j), i, j))
        for _like, _shift, i, j in sorted(options):
            if i not in self.found and j in self.free:
                self._take(i, j)

    def by_owner(self) -> None:
        """Pair what is left in the same owner, in order: one stands in for the other."""
        places: dict[Owner | None, list[int]] = {}
        for j in self.free:
            if self.ours[j].code:
                for owner in self.ours[j].owners:
                    places.setdefault(owner, []).append(j)
        for i in self._open():
            for owner in self.theirs[i].owners if self.theirs[i].code else ():
                fits = [
                    j for j in places.get(self.called(owner), [])[:_MAX_ALIKE] if j in self.free
                ]
                if fits:
                    self._take(i, fits[0])
                    break

    def result(self) -> list[tuple[Run | None, Run | None]]:
        pairs: list[tuple[Run | None, Run | None]] = []
        for i, run in enumerate(self.theirs):
            at = self.found.get(i)
            pairs.append((run, None if at is None else self.shown.get(i, self.ours[at])))
        return pairs + [(None, self.ours[j]) for j in self.free]


# Of runs with the very same text, or in the same owner, that are tried for one.
_MAX_ALIKE = 100


def _words(run: Run) -> Counter[str]:
    return Counter(word for line in run.lines for word in line.key)
