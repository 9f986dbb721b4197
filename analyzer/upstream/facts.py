"""What is known about upstream commits, and how to look it up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.upstream.pattern import Pattern
    from analyzer.upstream.shape import ShapeHunk

# git's own habit for citing commits; two kernel commits that share 12 digits are not known.
CITED = 12
_SHORTEST = 7
_HEX = frozenset("0123456789abcdef")


class Role(Enum):
    """What another commit is to this one.

    ``BASE`` is a fix of the code around it, which a tree may lack with or without this commit.
    """

    SELECT = "select"
    PREREQUISITE = "prerequisite"
    FOLLOW_UP = "follow-up"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class Companion:
    """A commit that belongs to another. A ``SELECT`` names the symbol, and where for."""

    id: str
    role: Role
    symbol: str = ""
    arch: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a follow-up concerns code after a patch.

    One function must show every pattern of ``code`` and none of ``missing_code``. ``arch``
    lists the only architectures that can be hit (empty: all). ``base`` is a precondition on
    the tree that the patch alone cannot show; where it is not empty and the tree is not known,
    the patterns decide nothing.
    """

    code: tuple[Pattern, ...] = ()
    missing_code: tuple[Pattern, ...] = ()
    arch: tuple[str, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True)
class CommitFacts:
    """One upstream commit. An empty ``author``, ``date`` or ``released`` is not known.

    ``id`` has 12 to 40 hexadecimal digits, as many as are known. ``date`` is an ISO 8601 date
    or time, or only a year and a month. ``fixes`` are the commits of its Fixes: tags; ``extends``
    those that it corrects or builds on without such a tag. ``without`` says what goes wrong
    where the commit is absent, ``probe`` which operation and observation tell, ``probed`` whether
    replaying a patch runs that probe. ``applies`` is
    None where the commit's absence is not a gap. ``carried`` are patterns of which fixed code
    shows one: a hint, never a proof. ``hunks`` is the whole patch or empty. ``unsure`` names
    the fields that nobody has checked against a source. ``source`` is the file it was read from.
    """

    id: str
    subject: str
    author: str
    date: str
    released: str
    fixes: tuple[str, ...]
    extends: tuple[str, ...]
    cve: tuple[str, ...]
    introduces: tuple[str, ...]
    companions: tuple[Companion, ...]
    without: str
    probe: str
    property: str
    unsure: tuple[str, ...]
    applies: Conditions | None
    carried: tuple[Pattern, ...]
    hunks: tuple[ShapeHunk, ...]
    source: str
    probed: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """The commit that was asked for, or None and why."""

    commit: CommitFacts | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Follower:
    """A commit that fixes or extends another: ``depth`` 1 directly, 2 by way of one more."""

    commit: CommitFacts
    depth: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All commits that are known, in the order of the files."""

    commits: tuple[CommitFacts, ...]

    def all(self) -> tuple[CommitFacts, ...]:
        """Every commit."""
        return self.commits

    def by(self, sha: str) -> Lookup:
        """The commit whose id begins with ``sha`` (7 digits at least), or that ``sha`` spells out.

        An id of which only the first digits are known matches a longer ``sha``.
        """
        digits = sha.lower()
        if len(digits) < _SHORTEST or not _HEX.issuperset(digits):
            return Lookup(None, f"not {_SHORTEST} or more hexadecimal digits")
        found = [c for c in self.commits if c.id.startswith(digits) or digits.startswith(c.id)]
        if len(found) == 1:
            return Lookup(found[0])
        if found:
            ids = ", ".join(commit.id[:CITED] for commit in found)
            return Lookup(None, f"several commits begin with {digits}: {ids}")
        return Lookup(None, f"no commit that begins with {digits} is known")

    def followers(self, sha: str) -> tuple[Follower, ...]:
        """The commits that fix or extend ``sha``, directly or by way of others, nearest first."""
        by_target: dict[str, list[CommitFacts]] = {}
        for commit in self.commits:
            for target in dict.fromkeys(key_of(cited) for cited in commit.fixes + commit.extends):
                by_target.setdefault(target, []).append(commit)
        found = self.by(sha).commit
        start = key_of(found.id if found else sha)
        seen, wave, out, depth = {start}, [start], [], 0
        while wave:
            depth += 1
            nearest: dict[str, CommitFacts] = {}
            for commit in (c for target in wave for c in by_target.get(target, ())):
                if key_of(commit.id) not in seen:
                    nearest[key_of(commit.id)] = commit
            seen.update(nearest)
            wave = list(nearest)
            out += [Follower(commit, depth) for commit in nearest.values()]
        return tuple(out)

    def selects_of(self, symbol: str) -> tuple[Companion, ...]:
        """The commits known to select a Kconfig symbol, each once."""
        companions = (companion for commit in self.commits for companion in commit.companions)
        fitting = (c for c in companions if c.role is Role.SELECT and c.symbol == symbol)
        return tuple({key_of(companion.id): companion for companion in fitting}.values())


def key_of(sha: str) -> str:
    """The digits by which two spellings of a commit's id are the same commit."""
    return sha[:CITED].lower()
