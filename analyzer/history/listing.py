"""Which commits an index lacks, and which it holds that are no longer there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from analyzer.history.tags import released
from analyzer.history.writing import drop
from analyzer.repo.git import Repository

_WALK = ("rev-list", "--topo-order", "--parents", "--ignore-missing", "--stdin")
_BATCH = 20_000
_FIRST = 250


class Listing:
    """The commits of a repository beside those of an index, in a table that is ours alone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(
            "CREATE TEMP TABLE listed(at INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
            " released TEXT NOT NULL)"
        )
        self.gone: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing was listed, and nothing is gone."""
        listed = self._connection.execute("SELECT 1 FROM listed LIMIT 1").fetchone()
        return listed is None and not self.gone

    def whole(self, repository: Repository, tips: Sequence[str], tags: dict[str, str]) -> None:
        """Walk the whole history; note what the index holds that it has not."""
        self._list(released(_walked(repository, tips, ()), tags))
        gone = "SELECT id FROM commits WHERE id NOT IN (SELECT id FROM listed)"
        self.gone = [row[0] for row in self._connection.execute(gone)]

    def newer(self, repository: Repository, tips: Sequence[str], before: Sequence[str]) -> None:
        """Walk what came since the tips were ``before``, and what went. No tag was new."""
        self._list(released(_walked(repository, tips, before), {}))
        self.gone = [line.split()[0].decode() for line in _walked(repository, before, tips)]

    def missing(self, most: int) -> Iterator[dict[str, str]]:
        """The commits that the index lacks, oldest first, by the chunk; with their first tags.

        The first chunks are small: a reading that is soon ended, again and again, comes to its end.
        """
        at, size, whole = 0, min(_FIRST, most), self.count_missing()
        while at < whole:
            rows = self._connection.execute(
                "SELECT id, released FROM missing WHERE rowid > ? AND rowid <= ? ORDER BY rowid",
                (at, at + size),
            )
            yield dict(rows.fetchall())
            at, size = at + size, min(2 * size, most)

    def count_missing(self) -> int:
        """How many commits the index lacks."""
        return int(self._connection.execute("SELECT count(*) FROM missing").fetchone()[0])

    def forget(self, ids: Iterable[str]) -> None:
        """Drop commits that are to be read again, within a transaction; then say what lacks."""
        drop(self._connection, ids)
        self._connection.execute(
            "CREATE TEMP TABLE missing AS SELECT id, released FROM listed"
            " WHERE id NOT IN (SELECT id FROM commits) ORDER BY at DESC"
        )

    def settle(self) -> None:
        """Drop what is gone, and correct the first tags; within a transaction."""
        drop(self._connection, self.gone)
        changed = self._connection.execute(
            "SELECT l.released, c.n FROM commits c JOIN listed l ON l.id = c.id"
            " WHERE l.released <> c.released"
        ).fetchall()
        self._connection.executemany("UPDATE commits SET released = ? WHERE n = ?", changed)

    def close(self) -> None:
        """Free its memory."""
        for table in ("listed", "missing"):
            self._connection.execute(f"DROP TABLE IF EXISTS temp.{table}")

    def _list(self, pairs: Iterator[tuple[str, str]]) -> None:
        while batch := list(islice(pairs, _BATCH)):
            self._connection.executemany("INSERT INTO listed(id, released) VALUES (?, ?)", batch)


def _walked(repository: Repository, tips: Sequence[str], without: Sequence[str]) -> Iterator[bytes]:
    """The commits that are reached from ``tips`` and not from ``without``, with their parents."""
    if not tips:
        return
    with repository.start(*_WALK, feed=True) as git:
        git.give(
            "".join((*(f"{one}\n" for one in tips), *(f"^{one}\n" for one in without))).encode()
        )
        yield from git.lines()
        git.check()
