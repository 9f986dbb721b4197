"""What the messages of a range say: who claims which upstream commit, and who speaks of whom."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.patch.message import message_end
from analyzer.patch.references import ReferenceForm, read_references

if TYPE_CHECKING:
    from analyzer.repo.ranges import Listed

# A patch may belong to its neighbours without a word about them: a symbol, and who selects it.
_NEAREST = 2
# Of those that speak of a commit; a range in which everything speaks of everything stays linear.
_MOST_RELATED = 16
_MOST_WORDS = 64
_KEY = 8
# Characters of a subject or a name; every format shows less.
_LONGEST = 1000
_MOST_CLAIMS = 16

_WORD = re.compile(r"(?<![0-9A-Za-z_])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{8,40})(?![0-9A-Za-z_])")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One commit of the range without its text.

    ``claims`` are the upstream commits that its message names in a form that distributions use; a
    stable tree's where it names no other. ``words`` are the ids in the message, lower case.
    ``open`` says why the commit is not reviewed, and is empty where it is; ``claiming`` whether it
    should be.
    """

    commit: str
    tree: str
    parents: tuple[str, ...]
    author: str
    subject: str
    claims: tuple[str, ...]
    words: tuple[str, ...]
    open: str = ""

    @property
    def claiming(self) -> bool:
        """Whether somebody has to review it: it is no merge, and claims an upstream."""
        return bool(self.claims) and len(self.parents) < 2


def spoken(commit: Listed) -> Spoken:
    """What the review of a commit will read in its message as well."""
    lines = commit.message.split("\n")
    lines = lines[: message_end(lines)]
    found = read_references(lines, range(1, len(lines) + 1)).upstream
    mainline = [one.sha for one in found if one.form is not ReferenceForm.STABLE_INCLUSION]
    claims = tuple(dict.fromkeys(mainline or [one.sha for one in found]))[:_MOST_CLAIMS]
    words = dict.fromkeys(word[0].lower() for word in _WORD.finditer("\n".join(lines)))
    return Spoken(
        commit.commit,
        commit.tree,
        commit.parents,
        commit.author[:_LONGEST],
        commit.subject[:_LONGEST],
        claims,
        tuple(words)[:_MOST_WORDS],
        _why_open(commit, claims),
    )


def _why_open(commit: Listed, claims: Sequence[str]) -> str:
    if len(commit.parents) > 1:
        return "is a merge: its own patches are reviewed"
    if not commit.parents:
        return "has no parent here: there is no tree before it to review it on"
    if claims:
        return ""
    beyond = " in the first MiB of its message" if commit.cut else ""
    return f"names no upstream commit{beyond}"


class Relations:
    """Which commits of a range belong together, by their messages and by where they stand."""

    def __init__(self, commits: Sequence[Spoken]) -> None:
        self._commits = commits
        self._patches = [at for at, one in enumerate(commits) if len(one.parents) < 2]
        self._named: dict[str, list[int]] = {}
        self._speaking: dict[str, list[int]] = {}
        for at in self._patches:
            one = commits[at]
            for key in dict.fromkeys(name[:_KEY] for name in (one.commit, *one.claims)):
                self._named.setdefault(key, []).append(at)
            for key in dict.fromkeys(word[:_KEY] for word in one.words):
                self._speaking.setdefault(key, []).append(at)

    def of(self, at: int, more: Iterable[str] = ()) -> tuple[int, ...]:
        """The positions that belong to the commit at a position, in order, without its own.

        Its nearest neighbours; those that it speaks of, or that ``more`` ids name; those that speak
        of it; at most 16 of each sort.
        """
        own = self._commits[at]
        place = bisect_left(self._patches, at)
        found = set(self._patches[max(place - _NEAREST, 0) : place + _NEAREST + 1])
        for word in dict.fromkeys((*own.words, *more)):
            found.update(self._matching(self._named, word, at, spoken=False))
        for name in (own.commit, *own.claims):
            found.update(self._matching(self._speaking, name, at, spoken=True))
        found.discard(at)
        near = sorted(found, key=lambda other: abs(other - at))[: 2 * _MOST_RELATED]
        return tuple(sorted(near))

    def _matching(
        self, index: dict[str, list[int]], name: str, at: int, *, spoken: bool
    ) -> list[int]:
        """The nearest positions that have a name, on both sides."""
        places = index.get(name[:_KEY], [])
        middle = bisect_left(places, at)
        near = places[max(middle - _MOST_RELATED // 2, 0) : middle + _MOST_RELATED // 2 + 1]
        return [other for other in near if self._has(other, name, spoken=spoken)]

    def _has(self, at: int, name: str, *, spoken: bool) -> bool:
        one = self._commits[at]
        names = one.words if spoken else (one.commit, *one.claims)
        return any(same(name, other) for other in names)


def same(one: str, other: str) -> bool:
    """Whether two ids of 8 to 40 digits may be the same commit's."""
    return one.startswith(other) or other.startswith(one)
