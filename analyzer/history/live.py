"""A history without an index: the same questions, asked of git itself, within a time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from analyzer.history.asking import is_id
from analyzer.history.facts import CveRecord, History, How, Known, Later, Unclear
from analyzer.history.following import Edge, followers
from analyzer.history.message import plain
from analyzer.history.reading import Read
from analyzer.history.searching import MOST, Search
from analyzer.repo.git import Repository, is_repository, opened, resolved
from analyzer.repo.spec import split_spec

SECONDS = 5.0
_MOST_AT_ONCE = 50
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_PARTLY = "partly"
_VERBS = {"fixes": "fixes", "reverts": "reverts", "picked": "was picked from"}


class Live(History):
    """A repository that is asked directly: all its branches and tags, and HEAD or the revision.

    Git searches line by line, so a subject is found where it stands in one line with single blanks.
    All questions together get one time; ``notes`` say for what it was over, and what is never
    searched without an index. A commit that no branch holds any more may be found by its id.
    """

    stale = ""

    def __init__(self, repository: Repository, tip: str, until: float) -> None:
        self._repository = repository
        self._search = Search(repository, tip, until)

    @property
    def source(self) -> str:
        """The repository."""
        return f"the repository {self._repository.name}, without an index"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not searched until now."""
        return self._search.notes

    def close(self) -> None:
        """Nothing is open."""

    def by(self, sha: str) -> Known | None:
        """The one commit whose id begins with ``sha`` (7 digits at least)."""
        whole = self._search.whole(sha)
        return self._search.known(self._search.reads([whole]))[0] if whole else None

    def by_subject(self, subject: str) -> tuple[Known, ...]:
        """The commits with just this subject."""
        wanted = " ".join(subject[:1000].split())
        if not wanted:
            return ()
        found = self._search.search(f"the subject '{wanted}'", (wanted,), "")
        return self._search.known(read for read in found if read.subject == wanted)

    def by_patch_id(self, patch_id: str) -> tuple[Known, ...]:
        """None: git can only compute the patch-ids of all commits."""
        self._search.note("commits by patch-id are not searched without an index")
        return ()

    def by_diff(self, diff: bytes) -> tuple[Known, ...]:
        """None, likewise."""
        return self.by_patch_id("")

    def touching(self, path: str) -> tuple[Known, ...]:
        """The commits that change the file ``path``, newest first."""
        if not path or "\0" in path:
            return ()
        return self._search.known(self._search.touching(path))

    def later(self, sha: str) -> tuple[Later, ...]:
        """What fixes or reverts a commit, directly or by way of others, nearest first."""
        start = self._search.whole(sha) or sha.lower()
        if not is_id(start):
            return ()
        after = self._search.whole(sha) or ""
        edges, more = followers(start, lambda level: self._following(level, after), MOST)
        if more:
            self._search.note(f"more than {MOST:,} later fixes of {start[:12]}")
        commits = self._search.known(self._search.reads(edge.id for _, edge in edges))
        return tuple(
            Later(commit, edge.how, edge.of, depth)
            for commit, (depth, edge) in zip(commits, edges, strict=True)
        )

    def _following(self, level: Sequence[str], after: str) -> Iterator[Edge]:
        for at in range(0, len(level), _MOST_AT_ONCE):
            some = level[at : at + _MOST_AT_ONCE]
            for read in self._search.naming(some, after):
                named = ((How.FIXES, read.named.fixes), (How.REVERTS, read.named.reverts))
                for how, pairs in named:
                    for text, title in pairs:
                        whole = (of for of in some if self._search.means(text, title, of))
                        yield from (Edge(read.id, read.time, how, of) for of in whole)

    def unclear(self, sha: str) -> tuple[Unclear, ...]:
        """What may fix, revert or carry a commit, and does not say so clearly."""
        start = self._search.whole(sha)
        if start is None:
            return ()
        title = plain(self._search.reads([start])[0].subject)
        found: dict[tuple[str, str], tuple[Read, str]] = {}
        search = self._search.search(
            f"what names {start[:12]} or its subject", (start[:7], title), start
        )
        for read in search:
            for kind, text, beside in _mentions(read):
                if kind == _PARTLY:
                    if read.id != start and self._search.means(text, "", start):
                        found[read.id, text] = (read, f"reverts {text}, perhaps in part")
                elif why := self._why_unclear(text, beside, start, title):
                    found[read.id, text] = (read, f"{_VERBS[kind]} {why}")
        commits = self._search.known(read for read, _ in found.values())
        return tuple(
            Unclear(commit, text, why)
            for commit, ((_, text), (_, why)) in zip(commits, found.items(), strict=True)
        )

    def _why_unclear(self, text: str, beside: str, start: str, title: str) -> str:
        if text and start.startswith(text):
            count = (
                1
                if self._search.means(text, beside, start)
                else len(self._search.abbreviated(text))
            )
            return "" if count == 1 else f"{text}, which abbreviates {count} commits"
        if not beside or beside != title:
            return ""
        if not text:
            return "a commit with this one's title"
        if self._repository.resolve(f"{text}^{{commit}}"):
            return ""
        return f"{text}, which is no commit here, with this one's title"

    def carriers(self, sha: str) -> tuple[Known, ...]:
        """The commits whose message says that they were picked from ``sha``."""
        whole = self._search.whole(sha) or sha.lower()
        if not is_id(whole):
            return ()
        found = [
            read
            for read in self._search.naming([whole], self._search.whole(sha) or "")
            if any(self._search.means(text, "", whole) for text in read.named.picked)
        ]
        return self._search.known(sorted(found, key=lambda read: (-read.time, read.id)))

    def cve(self, name: str) -> CveRecord | None:
        """None: records are read into an index."""
        self._search.note("CVE records are not read without an index")
        return None

    def cves_of(self, sha: str) -> tuple[CveRecord, ...]:
        """None, likewise."""
        self._search.note("CVE records are not read without an index")
        return ()

    def named_for(self, cve: str) -> tuple[Known, ...]:
        """The commits that name a CVE in their message."""
        name = cve.upper()
        self._search.note("CVE records are not read without an index")
        if not _CVE.fullmatch(name):
            return ()
        found = self._search.search(f"what names {name}", (name,), "")
        return self._search.known(read for read in found if name in read.named.cves)


def open_live(repo: str, seconds: float = SECONDS) -> Live | None:
    """The history of a repository (``REPO`` or ``REPO@REV``); None for what is none.

    All questions together take not much more than ``seconds``. Raises ``AnalyzerError`` where there
    is no such revision.
    """
    path, revision = split_spec(repo)
    if not is_repository(Path(path)):
        return None
    repository = opened(path)
    return Live(repository, resolved(repository, revision), time.monotonic() + seconds)


def _mentions(read: Read) -> list[tuple[str, str, str]]:
    named = read.named
    return [
        *(("fixes", text, title) for text, title in named.fixes),
        *(("reverts", text, title) for text, title in named.reverts),
        *(("picked", text, "") for text in named.picked),
        *((_PARTLY, text, "") for text in named.partly),
    ]
