"""What a repository is asked for where it has no index, within a time."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable, Mapping, Sequence

from analyzer.errors import AnalyzerError
from analyzer.history.asking import is_id
from analyzer.history.facts import Known
from analyzer.history.message import plain
from analyzer.history.reading import Read, read_commits
from analyzer.repo import neutral
from analyzer.repo.git import Repository
from analyzer.repo.patch_ids import patch_ids
from analyzer.repo.refs import Refs, parent_counts, read_refs

MOST = 1000
_MOST_DIGESTED = 50
_SHORTEST = 7
_SHA = re.compile(r"[0-9a-f]{7,64}")


class Search:
    """Searches in a repository that share one time, and what they left out (``notes``)."""

    def __init__(self, repository: Repository, tip: str, until: float) -> None:
        self._repository = repository
        self._tip = tip
        self._until = until
        self._notes: dict[str, None] = {}
        self._refs: Refs | None = None
        self._read: dict[str, Read] = {}
        self._abbreviated: dict[str, list[str]] = {}
        self._searched: dict[tuple[tuple[str, ...], str], tuple[Read, ...]] = {}
        self._wholes: dict[str, str | None] = {}
        self._digested: dict[str, str | None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not searched until now."""
        return tuple(self._notes)

    def note(self, note: str) -> None:
        """Keep what was not searched."""
        self._notes[note] = None

    def whole(self, sha: str) -> str | None:
        """The id of the one commit that begins with ``sha``."""
        sha = sha.lower()
        if sha not in self._wholes:
            plain_id = _SHA.fullmatch(sha) is not None
            found = self._repository.resolve(f"{sha}^{{commit}}") if plain_id else None
            self._wholes[sha] = found
        return self._wholes[sha]

    def means(self, text: str, title: str, sha: str) -> bool:
        """Whether an id of a message is this commit's, and not another's as well."""
        if not text or not sha.startswith(text):
            return False
        if len(text) == len(sha):
            return True
        same = self.abbreviated(text)
        if not set(same) - {sha}:
            return True
        titled = [read.id for read in self.reads(same) if plain(read.subject) == title]
        return titled == [sha]

    def abbreviated(self, text: str) -> list[str]:
        """The commits whose ids begin so."""
        if text not in self._abbreviated:
            listed = self._repository.output("rev-parse", f"--disambiguate={text}").decode().split()
            # An abbreviation may be of other objects, too.
            commits = [one for one in listed[:MOST] if self._repository.is_commit(one)]
            self._abbreviated[text] = commits
        return self._abbreviated[text]

    def naming(self, ids: Sequence[str], after: str) -> tuple[Read, ...]:
        """The commits that may name one of ``ids``; no ancestors of ``after``."""
        what = f"what names {ids[0][:12]}" + (" and others" if ids[1:] else "")
        return self.search(what, tuple(one[:_SHORTEST] for one in ids), after)

    def search(self, what: str, words: tuple[str, ...], after: str) -> tuple[Read, ...]:
        """The commits in whose message one of the words is; no ancestors of ``after``."""
        key = (words, after)
        if key not in self._searched:
            options = (
                "--fixed-strings",
                "--regexp-ignore-case",
                *(f"--grep={word}" for word in words if word),
            )
            self._searched[key] = self.reads(self._ids(what, self._starts(after), options, ()))
        return self._searched[key]

    def touching(self, path: str) -> tuple[Read, ...]:
        """The commits that change a file, newest first."""
        return self.reads(self._ids(f"what touches {path}", self._starts(""), (), ("--", path)))

    def _ids(
        self, what: str, starts: str, options: tuple[str, ...], paths: tuple[str, ...]
    ) -> list[str]:
        if time.monotonic() >= self._until:
            self.note(f"{what}: the time was over")
            return []
        command = (*neutral.LOG_WITH_MERGES, f"--max-count={MOST}", "--format=%H", "--stdin")
        with (
            self._repository.start(*command, *options, *paths, feed=True) as git,
            git.limited(self._until) as limit,
        ):
            git.give(starts.encode())
            found = [line.decode() for line in git.lines()]
            status = git.status()
            if limit.passed:
                self.note(f"{what}: the time was over")
                return [one for one in found if is_id(one)]
            if status != 0:
                raise git.failure()
        if len(found) == MOST:
            self.note(f"{what}: only the newest {MOST:,} commits")
        return found

    def _starts(self, after: str) -> str:
        tips = dict.fromkeys((self._tip, *self._now().tips))
        return "".join((*(f"{one}\n" for one in tips), f"^{after}\n" if after else ""))

    def _now(self) -> Refs:
        if self._refs is None:
            self._refs = read_refs(self._repository)
        return self._refs

    def reads(self, ids: Iterable[str]) -> tuple[Read, ...]:
        """Commits by their ids."""
        wanted = tuple(ids)
        unread = [one for one in wanted if one not in self._read]
        if unread:
            self._read |= {read.id: read for read in read_commits(self._repository, unread)}
        return tuple(self._read[one] for one in wanted)

    def known(self, reads: Iterable[Read]) -> tuple[Known, ...]:
        """All that is known of commits without an index."""
        wanted = tuple(reads)
        if wanted:
            self.note("which release holds a commit first is not searched without an index")
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
        new = [one for one in ids if one not in self._digested]
        few = new[:_MOST_DIGESTED] if time.monotonic() < self._until else []
        if few:
            with contextlib.suppress(AnalyzerError):
                computed = dict(patch_ids(self._repository, few))
                self._digested |= {one: computed.get(one, "") for one in few}
        return {one: self._digested.get(one) for one in ids}


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
