"""A history without an index: the same questions, asked of git itself, within a time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.history.asking import is_id
from analyzer.history.facts import CveRecord, History, How, Known, Later, Unclear
from analyzer.history.following import Edge, followers
from analyzer.history.message import plain
from analyzer.history.reading import Read, read_commits
from analyzer.repo import neutral
from analyzer.repo.git import Repository, is_repository, opened, resolved
from analyzer.repo.patch_ids import patch_ids
from analyzer.repo.refs import Refs, parent_counts, read_refs
from analyzer.repo.spec import split_spec

SECONDS = 5.0
_MOST = 1000
_MOST_AT_ONCE = 50
_SHORTEST = 7
_SHA = re.compile(r"[0-9a-f]{7,64}")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
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
        self._tip = tip
        self._until = until
        self._notes: dict[str, None] = {}
        self._refs: Refs | None = None
        self._read: dict[str, Read] = {}
        self._abbreviated: dict[str, list[str]] = {}
        self._searched: dict[tuple[tuple[str, ...], str], tuple[Read, ...]] = {}

    @property
    def source(self) -> str:
        """The repository."""
        return f"the repository {self._repository.name}, without an index"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not searched until now."""
        return tuple(self._notes)

    def close(self) -> None:
        """Nothing is open."""

    def by(self, sha: str) -> Known | None:
        """The one commit whose id begins with ``sha`` (7 digits at least)."""
        whole = self._whole(sha)
        return self._known(self._reads([whole]))[0] if whole else None

    def by_subject(self, subject: str) -> tuple[Known, ...]:
        """The commits with just this subject."""
        wanted = " ".join(subject[:1000].split())
        if not wanted:
            return ()
        found = self._search(f"the subject '{wanted}'", (wanted,), "")
        return self._known(read for read in found if read.subject == wanted)

    def by_patch_id(self, patch_id: str) -> tuple[Known, ...]:
        """None: git can only compute the patch-ids of all commits."""
        self._note("commits by patch-id are not searched without an index")
        return ()

    def by_diff(self, diff: bytes) -> tuple[Known, ...]:
        """None, likewise."""
        return self.by_patch_id("")

    def touching(self, path: str) -> tuple[Known, ...]:
        """The commits that change the file ``path``, newest first."""
        if not path or "\0" in path:
            return ()
        what = f"what touches {path}"
        return self._known(self._reads(self._ids(what, self._starts(""), (), ("--", path))))

    def later(self, sha: str) -> tuple[Later, ...]:
        """What fixes or reverts a commit, directly or by way of others, nearest first."""
        start = self._whole(sha) or sha.lower()
        if not is_id(start):
            return ()
        after = self._whole(sha) or ""
        edges, more = followers(start, lambda level: self._following(level, after), _MOST)
        if more:
            self._note(f"more than {_MOST:,} later fixes of {start[:12]}")
        commits = self._known(self._read[edge.id] for _, edge in edges)
        return tuple(
            Later(commit, edge.how, edge.of, depth)
            for commit, (depth, edge) in zip(commits, edges, strict=True)
        )

    def _following(self, level: Sequence[str], after: str) -> Iterator[Edge]:
        for at in range(0, len(level), _MOST_AT_ONCE):
            some = level[at : at + _MOST_AT_ONCE]
            for read in self._naming(some, after):
                named = ((How.FIXES, read.named.fixes), (How.REVERTS, read.named.reverts))
                for how, pairs in named:
                    for text, title in pairs:
                        whole = (of for of in some if self._means(text, title, of))
                        yield from (Edge(read.id, read.time, how, of) for of in whole)

    def unclear(self, sha: str) -> tuple[Unclear, ...]:
        """What may fix, revert or carry a commit, and does not say so clearly."""
        start = self._whole(sha)
        if start is None:
            return ()
        title = plain(self._reads([start])[0].subject)
        found: dict[tuple[str, str], tuple[Read, str]] = {}
        search = self._search(f"what names {start[:12]} or its subject", (start[:7], title), start)
        for read in search:
            for kind, text, beside in _mentions(read):
                if why := self._why_unclear(text, beside, start, title):
                    found[read.id, text] = (read, f"{_VERBS[kind]} {why}")
        commits = self._known(read for read, _ in found.values())
        return tuple(
            Unclear(commit, text, why)
            for commit, ((_, text), (_, why)) in zip(commits, found.items(), strict=True)
        )

    def _why_unclear(self, text: str, beside: str, start: str, title: str) -> str:
        if text and start.startswith(text):
            count = 1 if self._means(text, beside, start) else len(self._disambiguated(text))
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
        whole = self._whole(sha) or sha.lower()
        if not is_id(whole):
            return ()
        found = [
            read
            for read in self._naming([whole], self._whole(sha) or "")
            if any(self._means(text, "", whole) for text in read.named.picked)
        ]
        return self._known(sorted(found, key=lambda read: (-read.time, read.id)))

    def cve(self, name: str) -> CveRecord | None:
        """None: records are read into an index."""
        self._note("CVE records are not read without an index")
        return None

    def cves_of(self, sha: str) -> tuple[CveRecord, ...]:
        """None, likewise."""
        self._note("CVE records are not read without an index")
        return ()

    def named_for(self, cve: str) -> tuple[Known, ...]:
        """The commits that name a CVE in their message."""
        name = cve.upper()
        self._note("CVE records are not read without an index")
        if not _CVE.fullmatch(name):
            return ()
        found = self._search(f"what names {name}", (name,), "")
        return self._known(read for read in found if name in read.named.cves)

    def _whole(self, sha: str) -> str | None:
        sha = sha.lower()
        return self._repository.resolve(f"{sha}^{{commit}}") if _SHA.fullmatch(sha) else None

    def _means(self, text: str, title: str, sha: str) -> bool:
        """Whether an id of a message is this commit's, and not another's as well."""
        if not text or not sha.startswith(text):
            return False
        if len(text) == len(sha):
            return True
        same = self._disambiguated(text)
        if not set(same) - {sha}:
            return True
        titled = [read.id for read in self._reads(same) if plain(read.subject) == title]
        return titled == [sha]

    def _disambiguated(self, text: str) -> list[str]:
        if text not in self._abbreviated:
            listed = self._repository.output("rev-parse", f"--disambiguate={text}").decode().split()
            # An abbreviation may be of other objects, too.
            commits = [one for one in listed[:_MOST] if self._repository.is_commit(one)]
            self._abbreviated[text] = commits
        return self._abbreviated[text]

    def _naming(self, ids: Sequence[str], after: str) -> tuple[Read, ...]:
        what = f"what names {ids[0][:12]}" + (" and others" if ids[1:] else "")
        return self._search(what, tuple(one[:_SHORTEST] for one in ids), after)

    def _search(self, what: str, words: tuple[str, ...], after: str) -> tuple[Read, ...]:
        """The commits in whose message one of the words is; no ancestors of ``after``."""
        key = (words, after)
        if key not in self._searched:
            options = (
                "--fixed-strings",
                "--regexp-ignore-case",
                *(f"--grep={word}" for word in words if word),
            )
            self._searched[key] = self._reads(self._ids(what, self._starts(after), options, ()))
        return self._searched[key]

    def _ids(
        self, what: str, starts: str, options: tuple[str, ...], paths: tuple[str, ...]
    ) -> list[str]:
        if time.monotonic() >= self._until:
            self._note(f"{what}: the time was over")
            return []
        command = (*neutral.LOG_WITH_MERGES, f"--max-count={_MOST}", "--format=%H", "--stdin")
        with (
            self._repository.start(*command, *options, *paths, feed=True) as git,
            git.limited(self._until) as limit,
        ):
            git.give(starts.encode())
            found = [line.decode() for line in git.lines()]
            status = git.status()
            if limit.passed:
                self._note(f"{what}: the time was over")
                return [one for one in found if is_id(one)]
            if status != 0:
                raise git.failure()
        if len(found) == _MOST:
            self._note(f"{what}: only the newest {_MOST:,} commits")
        return found

    def _starts(self, after: str) -> str:
        tips = dict.fromkeys((self._tip, *self._now().tips))
        return "".join((*(f"{one}\n" for one in tips), f"^{after}\n" if after else ""))

    def _now(self) -> Refs:
        if self._refs is None:
            self._refs = read_refs(self._repository)
        return self._refs

    def _reads(self, ids: Iterable[str]) -> tuple[Read, ...]:
        wanted = tuple(ids)
        unread = [one for one in wanted if one not in self._read]
        if unread:
            self._read |= {read.id: read for read in read_commits(self._repository, unread)}
        return tuple(self._read[one] for one in wanted)

    def _known(self, reads: Iterable[Read]) -> tuple[Known, ...]:
        wanted = tuple(reads)
        if wanted:
            self._note("which release holds a commit first is not searched without an index")
        ends = {read.id for read in wanted} & set(self._now().shallow)
        edges = parent_counts(self._repository, sorted(ends))
        small = [
            read.id
            for read in wanted
            if len(read.parents) < 2 and not read.more_files and read.id not in edges
        ]
        own = self._patch_ids(small)
        return tuple(_known_of(read, own, edges) for read in wanted)

    def _patch_ids(self, ids: list[str]) -> dict[str, str | None]:
        few = ids[:_MOST_AT_ONCE] if time.monotonic() < self._until else []
        found: dict[str, str | None] = dict.fromkeys(ids)
        try:
            computed = dict(patch_ids(self._repository, few))
        except AnalyzerError:
            return found
        return found | {one: computed.get(one, "") for one in few}

    def _note(self, note: str) -> None:
        self._notes[note] = None


def _known_of(read: Read, own: Mapping[str, str | None], edges: Mapping[str, int]) -> Known:
    edge = read.id in edges
    many = edge or read.more_files > 0
    return Known(
        read.id,
        read.subject,
        read.author,
        read.date,
        edges.get(read.id, len(read.parents)),
        own.get(read.id, "" if len(read.parents) > 1 or not many else None),
        tuple(sha for sha, _ in read.named.fixes),
        tuple(sha for sha, _ in read.named.reverts if sha),
        read.named.picked,
        read.named.stable,
        () if edge else tuple(sorted(read.files)),
        cves=read.named.cves,
        more_files=0 if edge else read.more_files,
        edge=edge,
    )


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
    ]
