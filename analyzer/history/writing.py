"""What is written into an index: commits by the chunk, and what is said of all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from analyzer.history.reading import Read
from analyzer.history.store import CVE, FIXES, PARTLY, PICKED, REVERTS

_COMMIT = """
INSERT INTO commits(
    n, id, subject, author, date, time, parents, patch, stable, released, more, cut, edge)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_NAMED = "INSERT INTO named VALUES (?, ?, ?, ?)"
_TOUCHES = "INSERT OR IGNORE INTO touches VALUES (?, ?)"


class Writer:
    """Writes commits that an index lacks. Made for one reading, and the only one at work."""

    def __init__(self, connection: sqlite3.Connection, edges: Mapping[str, int]) -> None:
        self._connection = connection
        self._edges = edges
        self._paths: dict[str, int] = {}
        last = connection.execute("SELECT coalesce(max(n), 0) FROM commits").fetchone()[0]
        self._numbers = count(last + 1)

    def add(self, reads: Iterable[tuple[Read, str]]) -> None:
        """Write some commits and their first tags, within a transaction."""
        commits: list[tuple[object, ...]] = []
        named: list[tuple[object, ...]] = []
        touches: list[tuple[int, int]] = []
        for n, (read, released) in zip(self._numbers, reads, strict=False):
            edge = read.id in self._edges
            # Where the history ends, git shows a whole tree as the commit's change.
            files = () if edge else read.files
            commits.append((n, *_row(read, released, self._edges.get(read.id))))
            named += _named(n, read)
            touches += ((n, self._path(file)) for file in files)
        self._connection.executemany(_COMMIT, commits)
        self._connection.executemany(_NAMED, named)
        self._connection.executemany(_TOUCHES, touches)

    def _path(self, path: str) -> int:
        found = self._paths.get(path)
        if found is None:
            self._connection.execute("INSERT OR IGNORE INTO paths(path) VALUES (?)", (path,))
            row = self._connection.execute("SELECT p FROM paths WHERE path = ?", (path,)).fetchone()
            found = self._paths[path] = int(row[0])
        return found


def _row(read: Read, released: str, parents: int | None) -> tuple[object, ...]:
    """``parents`` is how many a commit has at which the history ends, None for all others."""
    edge = parents is not None
    count_of = len(read.parents) if parents is None else parents
    without = count_of > 1 or not (read.files or edge)
    return (
        *(read.id, read.subject, read.author, read.date, read.time, count_of),
        *("" if without else None, "\n".join(read.named.stable), released),
        *(0 if edge else read.more_files, read.cut, edge),
    )


def _named(n: int, read: Read) -> Iterator[tuple[object, ...]]:
    named = read.named
    yield from ((n, FIXES, sha, title) for sha, title in named.fixes)
    yield from ((n, REVERTS, sha, title) for sha, title in named.reverts)
    yield from ((n, PICKED, sha, "") for sha in named.picked)
    yield from ((n, CVE, name, "") for name in named.cves)
    yield from ((n, PARTLY, sha, "") for sha in named.partly)


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
