"""What a history tells of commits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Known:
    """One commit of the history.

    ``id`` has all its digits; ``author`` is ``Name <mail>``, ``date`` the author's day (ISO 8601).
    ``fixes``, ``reverts`` and ``picked`` (cherry-pick references, "upstream commit" lines) are ids
    as far as the message gives them, lower case. ``stable`` are the texts of its ``Cc: stable``
    lines. ``patch_id`` is git's stable one, empty for merges and commits without a diff, and None
    where it was not computed. ``released`` is the first tag that holds it, empty where none does.
    ``cves`` are those that its message names or the CVE records give it. ``more_files`` is how
    many of its files are not listed; ``edge``: the history ends here because the clone does, so
    its files and its change are not known.
    """

    id: str
    subject: str
    author: str
    date: str
    parents: int
    patch_id: str | None = ""
    fixes: tuple[str, ...] = ()
    reverts: tuple[str, ...] = ()
    picked: tuple[str, ...] = ()
    stable: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    released: str = ""
    cves: tuple[str, ...] = ()
    more_files: int = 0
    edge: bool = False

    @property
    def merge(self) -> bool:
        """Whether it has more than one parent."""
        return self.parents > 1


class How(Enum):
    """What makes a commit a follower of another."""

    FIXES = "fixes"
    REVERTS = "reverts"


@dataclass(frozen=True, slots=True)
class Later:
    """A commit that fixes or reverts another: ``depth`` 1 directly, 2 by way of one more.

    ``of`` is the commit that it fixes or reverts.
    """

    commit: Known
    how: How
    of: str
    depth: int


@dataclass(frozen=True, slots=True)
class Unclear:
    """A commit that may fix, revert or carry another: what it writes does not say which it means.

    ``text`` is the id that it gives, which may be empty; ``why`` is a clause for a report.
    """

    commit: Known
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class CveRecord:
    """A published CVE record: the commits that it names as fixes, and its severity if it has one.

    ``fixed_by`` are full ids of any branch's commits; ``severity`` is in lower case
    (``critical``, ``high``, ``medium``, ``low``), empty where no metric is given. ``rejected``:
    the record was withdrawn.
    """

    id: str
    title: str
    fixed_by: tuple[str, ...]
    severity: str = ""
    rejected: bool = False


class History(Protocol):
    """What can be asked of a history, be it an index or the repository itself.

    ``source`` names it in a report; ``stale`` says why it is not up to date, and is empty where it
    is. ``notes`` say what was not read or searched, and may become more with every question. Every
    question may raise ``AnalyzerError``.
    """

    @property
    def source(self) -> str:
        """What was asked, for a report."""

    @property
    def stale(self) -> str:
        """Why it is not up to date."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not read or searched until now."""

    def close(self) -> None:
        """End it."""

    def by(self, sha: str) -> Known | None:
        """The one commit whose id begins with ``sha`` (7 digits at least)."""

    def by_subject(self, subject: str) -> tuple[Known, ...]:
        """The commits with just this subject."""

    def by_patch_id(self, patch_id: str) -> tuple[Known, ...]:
        """The commits with this patch-id."""

    def touching(self, path: str) -> tuple[Known, ...]:
        """The commits that change the file ``path``, newest first."""

    def later(self, sha: str) -> tuple[Later, ...]:
        """What fixes or reverts a commit, directly or by way of others, nearest first."""

    def unclear(self, sha: str) -> tuple[Unclear, ...]:
        """What may fix, revert or carry a commit, and does not say so clearly."""

    def carriers(self, sha: str) -> tuple[Known, ...]:
        """The commits whose message says that they were picked from ``sha``."""

    def cve(self, name: str) -> CveRecord | None:
        """The record of a CVE, where records were given."""

    def cves_of(self, sha: str) -> tuple[CveRecord, ...]:
        """The records that name a commit as a fix."""

    def named_for(self, cve: str) -> tuple[Known, ...]:
        """The commits that a CVE is given to, by records or by their own message."""
