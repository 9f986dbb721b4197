"""What is written into an index: commits by the chunk, and what is said of all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from analyzer.history.reading import Read
from analyzer.history.store import CVE, FIXES, PICKED, REVERTS

_COMMIT = """
INSERT OR IGNORE INTO commits(
    id, subject, author, date, time, parents, patch, stable, released, more, cut, edge)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


class Writer:
    """Writes commits. Made for one reading, since it remembers the numbers of paths."""

    def __init__(self, connection: sqlite3.Connection, edges: Mapping[str, int]) -> None:
        self._connection = connection
        self._edges = edges
        self._paths: dict[str, int] = {}

    def add(self, read: Read, released: str) -> None:
        """Write one commit, within a transaction. One that is there already stays as it is."""
        edge = read.id in self._edges
        parents = self._edges.get(read.id, len(read.parents))
        # Where the history ends, git shows a whole tree as the commit's change.
        files, more = ((), 0) if edge else (read.files, read.more_files)
        without = parents > 1 or not (files or edge)
        row = self._connection.execute(
            _COMMIT,
            (
                *(read.id, read.subject, read.author, read.date, read.time, parents),
                *("" if without else None, "\n".join(read.named.stable), released, more),
                *(read.cut, edge),
            ),
        )
        if row.rowcount and row.lastrowid is not None:
            self._add_rest(row.lastrowid, read, files)

    def _add_rest(self, n: int, read: Read, files: tuple[str, ...]) -> None:
        named = read.named
        rows = [
            *((n, FIXES, sha, title) for sha, title in named.fixes),
            *((n, REVERTS, sha, title) for sha, title in named.reverts),
            *((n, PICKED, sha, "") for sha in named.picked),
            *((n, CVE, name, "") for name in named.cves),
        ]
        if rows:
            self._connection.executemany("INSERT INTO named VALUES (?, ?, ?, ?)", rows)
        self._connection.executemany(
            "INSERT OR IGNORE INTO touches VALUES (?, ?)", [(n, self._path(file)) for file in files]
        )

    def _path(self, path: str) -> int:
        found = self._paths.get(path)
        if found is None:
            self._connection.execute("INSERT OR IGNORE INTO paths(path) VALUES (?)", (path,))
            row = self._connection.execute("SELECT p FROM paths WHERE path = ?", (path,)).fetchone()
            found = self._paths[path] = int(row[0])
        return found


def drop(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Take commits out, within a transaction."""
    for one in ids:
        row = connection.execute("SELECT n FROM commits WHERE id = ?", (one,)).fetchone()
        if row:
            connection.execute("DELETE FROM commits WHERE n = ?", row)
            connection.execute("DELETE FROM named WHERE n = ?", row)
            connection.execute("DELETE FROM touches WHERE n = ?", row)


def about(connection: sqlite3.Connection) -> dict[str, str]:
    """What the index says of itself."""
    return dict(connection.execute("SELECT key, value FROM about"))


def say(connection: sqlite3.Connection, facts: Mapping[str, str]) -> None:
    """Let the index say something of itself, within a transaction."""
    connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", list(facts.items()))
