"""Which file and which function of the target is which of upstream's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from analyzer.compare.change import Owner, Scope
from analyzer.compare.outline import Extent, Outline
from analyzer.compare.runs import FileChange
from analyzer.compare.words import NAME, words_in
from analyzer.patch.lines import FilePatch

_LIKE = 0.6
# By how much the best must be better than the second best.
_CLEAR = 0.1
_LIKE_FILES = 0.5
# Words of all bodies of one file that are counted: some seconds' work at most.
_MAX_WORDS = 2_000_000
_MAX_FILES = 200


class How(Enum):
    """How a counterpart was found."""

    SAME = "same name"
    RENAMED = "another name"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What stands in the target for something of upstream's. ``exact``: all but its name is."""

    theirs: Owner
    ours: Owner | None
    how: How
    exact: bool = False


def pair_files(
    theirs: Sequence[FilePatch], ours: Sequence[FilePatch]
) -> list[tuple[FilePatch | None, FilePatch | None]]:
    """Pair files by path, then by a file name that one alone has, then by what they change."""
    left = list(ours)
    found: dict[int, FilePatch] = {}
    for rule in (_same_path, _same_name, _like_change):
        for at, file in enumerate(theirs):
            partner = rule(file, left, theirs) if at not in found else None
            if partner is not None:
                found[at] = partner
                left = [other for other in left if other is not partner]
    pairs: list[tuple[FilePatch | None, FilePatch | None]] = []
    pairs += [(file, found.get(at)) for at, file in enumerate(theirs)]
    return pairs + [(None, file) for file in left]


def _same_path(
    file: FilePatch, left: list[FilePatch], _theirs: Sequence[FilePatch]
) -> FilePatch | None:
    names = {file.old_path, file.new_path} - {None}
    return next((other for other in left if names & {other.new_path, other.old_path}), None)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _same_name(
    file: FilePatch, left: list[FilePatch], theirs: Sequence[FilePatch]
) -> FilePatch | None:
    name = _name(file.path)
    alike = [other for other in left if _name(other.path) == name]
    alone = sum(_name(other.path) == name for other in theirs) == 1
    return alike[0] if len(alike) == 1 and alone else None


def _like_change(
    file: FilePatch, left: list[FilePatch], theirs: Sequence[FilePatch]
) -> FilePatch | None:
    if len(left) * len(theirs) > _MAX_FILES * _MAX_FILES or not file.hunks:
        return None
    words = _words_of(file)
    best = max(left, key=lambda other: likeness(words, _words_of(other)), default=None)
    return best if best and likeness(words, _words_of(best)) >= _LIKE_FILES else None


def _words_of(file: FilePatch) -> Counter[str]:
    lines = (line for hunk in file.hunks for line in hunk.lines if line.mark.value != " ")
    return Counter(word for line in lines for word in NAME.findall(line.text))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """How much two bags of words have in common, from 0 to 1."""
    both = one.total() + other.total()
    return 2 * (one & other).total() / both if both else 0.0


class Lineage:
    """The counterparts of one file's functions, found when they are asked for."""

    def __init__(
        self, theirs: FileChange, ours: FileChange, made: dict[Owner, Owner] | None = None
    ) -> None:
        self.theirs = theirs
        self.ours = ours
        self.made = made or {}
        self._found: dict[Owner, Counterpart] = {}
        self._bags: dict[Owner, Counter[str]] | None = None

    def of(self, owner: Owner) -> Counterpart:
        """The counterpart of something that upstream's lines stand in."""
        if owner not in self._found:
            self._found[owner] = self._look(owner)
        return self._found[owner]

    def all(self) -> tuple[Counterpart, ...]:
        """Everything that was asked for."""
        return tuple(self._found.values())

    def _look(self, owner: Owner) -> Counterpart:
        there = self.ours.after is not None and self.ours.after.extent_of(owner) is not None
        if there or self.ours.knows(owner) or self.ours.is_new(owner):
            return Counterpart(owner, owner, How.SAME)
        if owner in self.made:
            return Counterpart(owner, self.made[owner], How.RENAMED)
        if owner.scope is Scope.FUNCTION and self.theirs.before and self.ours.before:
            return self._by_body(owner, self.theirs.before, self.ours.before)
        return Counterpart(owner, None, How.UNKNOWN)

    def _by_body(self, owner: Owner, before: Outline, target: Outline) -> Counterpart:
        """The one function of the target that upstream has not, with a body like this one's."""
        extent = before.extent_of(owner)
        if extent is None:
            return Counterpart(owner, None, How.UNKNOWN)
        words = body_words(before, extent)
        if self._bags is None:
            self._bags = _bags(target, before)
        ranked = sorted(
            ((likeness(words, bag), other.name) for other, bag in self._bags.items()), reverse=True
        )
        second = ranked[1][0] if len(ranked) > 1 else 0.0
        if not ranked or ranked[0][0] < _LIKE or ranked[0][0] - second < _CLEAR:
            return Counterpart(owner, None, How.UNKNOWN)
        found = Owner(Scope.FUNCTION, ranked[0][1])
        exact = _without(words, owner) == _without(self._bags[found], found)
        return Counterpart(owner, found, How.RENAMED, exact)


def made_alike(
    theirs: FileChange, ours: FileChange, pairs: Iterable[tuple[Owner | None, Owner | None]]
) -> dict[Owner, Owner]:
    """What upstream makes and the backport makes under another name: most of its lines are there.

    ``pairs`` are the owners of all lines of code that are partners.
    """
    counts = Counter(pairs)
    found: dict[Owner, Owner] = {}
    for (a, b), _count in counts.most_common():
        if a is None or b is None or a == b or a in found or b in found.values():
            continue
        same_kind = a.scope is b.scope and a.scope is not Scope.FILE
        new = theirs.is_new(a) and ours.is_new(b)
        if same_kind and new and not ours.is_new(a) and not theirs.is_new(b):
            found[a] = b
    return found


def _without(words: Counter[str], owner: Owner) -> Counter[str]:
    return Counter({word: count for word, count in words.items() if word != owner.name})


def _bags(target: Outline, upstream: Outline) -> dict[Owner, Counter[str]]:
    """The words of the target's functions that upstream does not have by their names."""
    theirs = {each.owner for each in upstream.extents}
    found: dict[Owner, Counter[str]] = {}
    left = _MAX_WORDS
    for extent in target.extents:
        if extent.owner.scope is Scope.FUNCTION and extent.owner not in theirs and left > 0:
            found[extent.owner] = body_words(target, extent)
            left -= found[extent.owner].total()
    return found


def body_words(text: Outline, extent: Extent) -> Counter[str]:
    """The words of a function, comments left out."""
    return Counter(word for words in words_in(text.body(extent), c=True) for word in words)
