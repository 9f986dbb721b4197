"""An index of a history, and what can be asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from analyzer.history.asking import Asked, is_id
from analyzer.history.digesting import without_patch_id
from analyzer.history.facts import CveRecord, History, How, Known, Later, Unclear
from analyzer.history.following import MOST_LATER, Edge, followers
from analyzer.history.message import plain
from analyzer.history.place import index_path
from analyzer.history.staleness import why_stale
from analyzer.history.store import CVE, FIXES, PARTLY, PICKED, REVERTS, opened_for_reading, reading
from analyzer.history.writing import about
from analyzer.repo.git import Repository, is_repository, opened
from analyzer.repo.patch_ids import patch_id
from analyzer.repo.spec import split_spec

MOST_TOLD = 1000
_HOW = {FIXES: How.FIXES, REVERTS: How.REVERTS}
_VERB = {FIXES: "fixes", REVERTS: "reverts", PICKED: "was picked from"}


class Index(History):
    """An index that is open for reading. A context manager; every answer takes milliseconds.

    ``source`` names it in a report, with its size and date; ``stale`` says why it is not up to
    date, and is empty where it is. Raises ``AnalyzerError`` where the file is damaged.
    """

    def __init__(self, repository: Repository, path: Path) -> None:
        self._repository = repository
        self._path = path
        self._connection = opened_for_reading(path)
        self._asked = Asked(self._connection)
        self._stale: str | None = None
        self._notes: list[str] = []
        with reading(path):
            self._about = about(self._connection)

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def source(self) -> str:
        """The repository, how many commits of it, and since when."""
        with reading(self._path):
            return self._source()

    def _source(self) -> str:
        size = self._about.get("commits")
        said = f"{int(size):,} commits, built {self._about['built']}" if size else "not finished"
        return f"the index of {self._repository.name} ({said})"

    @property
    def stale(self) -> str:
        """Why it is not up to date; the repository is asked once."""
        if self._stale is None:
            with reading(self._path):
                self._stale = why_stale(self._repository, self._about, self._asked)
        return self._stale

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not read, or not told because there was too much."""
        with reading(self._path):
            left = without_patch_id(self._connection)
            read = [
                *json.loads(self._about.get("notes", "[]")),
                *json.loads(self._about.get("records_notes", "[]")),
            ]
        if left:
            why = self._about.get("patch_ids") or f"the patch-ids of {left:,} commits"
            read.append(why)
        return tuple(dict.fromkeys((*read, *self._notes)))

    @property
    def head(self) -> str:
        """The commit that HEAD was when it was built."""
        return self._about.get("head", "")

    @property
    def has_records(self) -> bool:
        """Whether CVE records were given, so that no record means something."""
        return "records" in self._about

    def by(self, sha: str) -> Known | None:
        """The one commit whose id begins with ``sha`` (7 digits at least)."""
        with reading(self._path):
            found = self._asked.numbers(sha)
            return self._asked.known(found)[0] if len(found) == 1 else None

    def by_subject(self, subject: str) -> tuple[Known, ...]:
        """The commits with just this subject, newest first."""
        with reading(self._path):
            wanted = " ".join(subject[:1000].split())
            return self._told(self._asked.having("subject", wanted), "the commits of one subject")

    def by_patch_id(self, patch_id: str) -> tuple[Known, ...]:
        """The commits with this patch-id, newest first."""
        if not patch_id:
            return ()
        with reading(self._path):
            return self._told(self._asked.having("patch", patch_id.lower()), "one patch's commits")

    def by_diff(self, diff: bytes) -> tuple[Known, ...]:
        """The commits that make the same change as ``diff``, by patch-id."""
        return self.by_patch_id(patch_id(self._repository, diff))

    def touching(self, path: str) -> tuple[Known, ...]:
        """The commits that change the file ``path``, newest first; 1000 of them at most."""
        with reading(self._path):
            return self._told(self._asked.touching(path, MOST_TOLD + 1), f"what touches {path}")

    def later(self, sha: str) -> tuple[Later, ...]:
        """What fixes or reverts a commit, directly or by way of others, nearest first.

        A commit stands there once for each that it fixes or reverts: so a reverted fix is told
        from one that stands. Picked copies of a fix stand there too: they have ``picked``. Where
        the commit is not in this history, ``sha`` has to be whole. ``unclear`` has what may be one.
        """
        with reading(self._path):
            start = self._whole(sha)
            if start is None:
                return ()
            edges, more = followers(start, self._following, MOST_LATER)
            if more:
                self._note(f"more than {MOST_LATER:,} later fixes of {start[:12]}")
            commits = self._asked.known_by_id([edge.id for _, edge in edges])
            return tuple(Later(commits[edge.id], edge.how, edge.of, depth) for depth, edge in edges)

    def _following(self, level: Sequence[str]) -> Iterator[Edge]:
        for one in self._asked.naming(level, (FIXES, REVERTS)):
            yield Edge(one.id, one.time, _HOW[one.kind], one.of)

    def _whole(self, sha: str) -> str | None:
        """The id of the one commit that begins with it, or a whole one of a commit elsewhere."""
        start = self._asked.numbers(sha)
        if len(start) == 1:
            return self._asked.id_of(start[0])
        return sha.lower() if is_id(sha.lower()) else None

    def unclear(self, sha: str) -> tuple[Unclear, ...]:
        """What may fix, revert or carry a commit, and does not say so clearly.

        It abbreviates the id of several commits, or names none that is there beside the title of
        this one, or reverts this one's title without an id; or a part of this one, or several.
        """
        with reading(self._path):
            start = self._asked.numbers(sha)
            if len(start) != 1:
                return ()
            commit = self._asked.known(start)[0]
            found = {}
            for one in self._asked.naming([commit.id], (PARTLY,)):
                if one.n != start[0]:
                    found[one.n, one.text] = f"reverts {one.text}, perhaps in part"
            for one in self._asked.ambiguous(commit.id):
                count = self._asked.count(one.text)
                what = f"{one.text}, which abbreviates {count} commits"
                found[one.n, one.text] = f"{_VERB[one.kind]} {what}"
            for n, kind, text in self._asked.titled(plain(commit.subject)):
                what = f"{text}, which is no commit here," if text else "a commit"
                found[n, text] = f"{_VERB[kind]} {what} with this one's title"
            commits = self._asked.known_by_number([n for n, _ in found])
        return tuple(Unclear(commits[n], text, why) for (n, text), why in sorted(found.items()))

    def carriers(self, sha: str) -> tuple[Known, ...]:
        """The commits whose message says that they were picked from ``sha``, newest first.

        ``sha`` has to be whole where the commit itself is not in this history.
        """
        with reading(self._path):
            whole = self._whole(sha)
            if whole is None:
                return ()
            found = self._asked.naming([whole], (PICKED,))
            ordered = sorted(found, key=lambda one: (-one.time, one.id))
            newest = dict.fromkeys(one.n for one in ordered)
            return self._told(list(newest), f"what was picked from {whole[:12]}")

    def cve(self, name: str) -> CveRecord | None:
        """The record of a CVE, where records were given."""
        with reading(self._path):
            return self._asked.record(name.upper())

    def cves_of(self, sha: str) -> tuple[CveRecord, ...]:
        """The records that name a commit as a fix, be it in this history or not."""
        with reading(self._path):
            names = self._asked.records_of(self._whole(sha) or "")
            return tuple(one for name in names if (one := self._asked.record(name)))

    def named_for(self, cve: str) -> tuple[Known, ...]:
        """The commits that a CVE is given to, by records or by their own message."""
        with reading(self._path):
            name = cve.upper()
            found = [n for n, _ in self._asked.saying(name, (CVE,))]
            if (record := self._asked.record(name)) and not record.rejected:
                found += [n for sha in record.fixed_by for n in self._asked.numbers(sha)]
            return self._told(list(dict.fromkeys(found)), f"the commits of {name}")

    def _told(self, numbers: list[int], what: str) -> tuple[Known, ...]:
        if len(numbers) > MOST_TOLD:
            self._note(f"{what}: only {MOST_TOLD:,} are told")
        return self._asked.known(numbers[:MOST_TOLD])

    def _note(self, note: str) -> None:
        if note not in self._notes:
            self._notes.append(note)


def open_index(repo: str) -> Index | None:
    """The index of a repository (``REPO`` or ``REPO@REV``); None where none was built.

    Raises ``AnalyzerError`` where it is damaged or another version's, and where ``repo`` is no
    repository.
    """
    path = split_spec(repo)[0]
    if not is_repository(Path(path)):
        return None
    repository = opened(path)
    place = index_path(repository)
    # While the first reading makes its tables, the file is empty.
    return Index(repository, place) if place.is_file() and place.stat().st_size else None
