"""Reading a repository's history into its index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.history.digesting import digest
from analyzer.history.listing import Listing
from analyzer.history.place import alone, index_path
from analyzer.history.reading import MOST_FILES, read_commits
from analyzer.history.records import read_records, write_records
from analyzer.history.store import opened_for_writing, remove, telling, transaction
from analyzer.history.tags import release_tags
from analyzer.history.writing import Writer, about, say
from analyzer.repo.git import Repository, opened
from analyzer.repo.refs import Refs, all_there, missing, parent_counts, read_refs
from analyzer.repo.spec import split_spec

Progress = Callable[[str, int, int], None]

_CHUNK = 4000
_A_WHILE = 500


@dataclass(frozen=True, slots=True)
class Built:
    """What a reading came to. ``commits`` are all that the index holds, ``new`` those of now.

    ``gone`` were dropped since no branch and no tag holds them any more. ``notes`` say what was
    not read.
    """

    path: Path
    commits: int
    new: int
    gone: int = 0
    records: int = 0
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line for a person."""
        said = [f"{self.commits:,} commits, {self.new:,} of them new"]
        if self.gone:
            said.append(f"{self.gone:,} dropped that are in no branch or tag any more")
        if self.records:
            said.append(f"{self.records:,} CVE records")
        line = f"{self.path}: {'; '.join(said)}"
        return f"{line}. Not read: {'; '.join(self.notes)}" if self.notes else line


def build(
    repo: str,
    cves: Path | None = None,
    *,
    anew: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Read what is new in a repository into its index; ``anew`` reads all of it.

    What was read is kept where it is ended, and the next call goes on there. Another process that
    reads the same repository is waited for. Raises ``AnalyzerError``.
    """
    repository = opened(split_spec(repo)[0])
    path = index_path(repository)
    # Records that cannot be read are told before the long work.
    records = read_records(cves, progress or _silent) if cves else None
    with alone(path), telling(path):
        if anew:
            remove(path)
        connection = opened_for_writing(path)
        try:
            new, gone = _Reading(repository, connection, progress or _silent).commits()
            if records is not None:
                with transaction(connection):
                    write_records(connection, records)
            missing = digest(repository, connection, progress or _silent)
            return _built(path, connection, new, gone, missing)
        finally:
            connection.close()


def _silent(_name: str, _done: int, _whole: int) -> None:
    """Nobody looks."""


def _built(path: Path, connection: sqlite3.Connection, new: int, gone: int, failed: str) -> Built:
    facts = about(connection)
    notes = [*json.loads(facts["notes"]), *json.loads(facts.get("records_notes", "[]"))]
    if failed:
        notes.append(failed)
    if facts.get("patch_ids") != failed:
        with transaction(connection):
            say(connection, {"patch_ids": failed})
    records = connection.execute("SELECT count(*) FROM cves").fetchone()[0]
    return Built(path, int(facts["commits"]), new, gone, records, tuple(notes))


class _Reading:
    """One reading of a repository's commits into an index."""

    def __init__(
        self, repository: Repository, connection: sqlite3.Connection, progress: Progress
    ) -> None:
        self._repository = repository
        self._connection = connection
        self._progress = progress

    def commits(self) -> tuple[int, int]:
        """Bring the index to where the refs are now: how many commits came, and went."""
        refs = read_refs(self._repository)
        if not refs.tips:
            raise AnalyzerError(
                "has no commits", where=self._repository.name, todo="name a clone of upstream's"
            )
        lost = missing(self._repository, refs.tips)
        if len(lost) == len(refs.tips):
            what = "has nothing of what its branches and tags name"
            raise AnalyzerError(
                what, where=self._repository.name, todo="see where its objects are: git fsck"
            )
        before = about(self._connection)
        tags = release_tags(self._repository, refs.tags)
        edges = parent_counts(self._repository, refs.shallow)
        listing = self._listed(refs, tags, before)
        if self._is_same(before, refs, listing):
            # The file stays as it is: reports that stand on it are as good as they were.
            listing.close()
            return 0, 0
        with transaction(self._connection):
            listing.forget(_moved_ends(before, refs))
            say(self._connection, {"state": "part", "shallow": json.dumps(refs.shallow)})
        new = self._write(listing, Writer(self._connection, edges))
        with transaction(self._connection):
            listing.settle()
            say(self._connection, self._facts(refs, tags, len(lost)))
        listing.close()
        return new, len(listing.gone)

    def _listed(self, refs: Refs, tags: dict[str, str], before: dict[str, str]) -> Listing:
        """Only what is new, where the last reading came to its end and its tips are there."""
        listing = Listing(self._connection)
        old = json.loads(before.get("tips", "[]"))
        same = json.dumps(tags) == before.get("tags") and before.get("state") == "whole"
        if (
            same
            and json.dumps(refs.shallow) == before.get("shallow")
            and all_there(self._repository, old)
        ):
            listing.newer(self._repository, refs.tips, old)
        else:
            listing.whole(self._repository, refs.tips, tags)
        return listing

    def _is_same(self, before: dict[str, str], refs: Refs, listing: Listing) -> bool:
        """Whether the last reading came to its end, and nothing came, went or moved since."""
        return (
            before.get("state") == "whole"
            and before.get("refs") == refs.digest
            and before.get("head") == refs.head
            and not _moved_ends(before, refs)
            and listing.is_empty
        )

    def _write(self, listing: Listing, writer: Writer) -> int:
        whole, done = listing.count_missing(), 0
        for chunk in listing.missing(_CHUNK):
            with transaction(self._connection):
                reads = ((read, chunk[read.id]) for read in read_commits(self._repository, chunk))
                while some := list(islice(reads, _A_WHILE)):
                    writer.add(some)
                    done += len(some)
                    self._progress("commits", done, whole)
        return done

    def _facts(self, refs: Refs, tags: dict[str, str], lost: int) -> dict[str, str]:
        counted = "SELECT count(*), total(more > 0), total(cut) FROM commits"
        commits, many, cut = map(int, self._connection.execute(counted).fetchone())
        return {
            "state": "whole",
            "commits": str(commits),
            "built": datetime.now(UTC).date().isoformat(),
            "head": refs.head,
            "refs": refs.digest,
            "tips": json.dumps(refs.tips),
            "tags": json.dumps(tags),
            "notes": json.dumps(_notes(lost, len(refs.shallow), many, cut)),
        }


def _moved_ends(before: dict[str, str], refs: Refs) -> list[str]:
    """What was an end of a shallow clone and is none now, or the reverse: to be read again."""
    return sorted(set(json.loads(before.get("shallow", "[]"))) ^ set(refs.shallow))


def _notes(lost: int, shallow: int, many: int, cut: int) -> list[str]:
    notes = []
    if lost:
        notes.append(f"what branches or tags name and is not there: {lost:,} objects")
    if shallow:
        what = f"the clone is shallow: history ends at {shallow:,} commits, whose changes are"
        notes.append(f"{what} not known")
    if many:
        what = f"of {many:,} commits that change more than {MOST_FILES:,} files, the further ones"
        notes.append(f"{what} and the patch-id")
    if cut:
        notes.append(f"the end of {cut:,} messages that are too long or name too much")
    return notes
