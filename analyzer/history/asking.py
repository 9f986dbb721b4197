"""Questions to the tables of an index."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from analyzer.history.facts import CveRecord, Known
from analyzer.history.store import CVE, FIXES, PICKED, REVERTS

_SHORTEST = 7
_BATCH = 500
_SHA = re.compile(r"[0-9a-f]{7,64}")
_COMMIT = "n, id, subject, author, date, parents, patch, stable, released, more, edge, time"


def is_id(sha: str) -> bool:
    """Whether it is an id with all its digits."""
    return len(sha) in (40, 64) and _SHA.fullmatch(sha) is not None


class Asked:
    """An index's tables. Commits are numbers here; raises what sqlite3 raises."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def numbers(self, sha: str) -> list[int]:
        """The commits whose id begins with ``sha``: two at most."""
        sha = sha.lower()
        if not _SHA.fullmatch(sha):
            return []
        # `g` comes after every digit.
        rows = self._connection.execute(
            "SELECT n FROM commits WHERE id >= ? AND id < ? LIMIT 2", (sha, sha + "g")
        )
        return [row[0] for row in rows]

    def count(self, sha: str) -> int:
        """How many commits an abbreviation may mean."""
        row = self._connection.execute(
            "SELECT count(*) FROM commits WHERE id >= ? AND id < ?", (sha, sha + "g")
        ).fetchone()
        return int(row[0])

    def id_and_time(self, n: int) -> tuple[str, int]:
        """A commit's id, and when it was committed."""
        row = self._connection.execute("SELECT id, time FROM commits WHERE n = ?", (n,)).fetchone()
        return str(row[0]), int(row[1])

    def newest_first(self, n: int) -> tuple[int, str]:
        """A key that sorts commits by their times, the newest first."""
        sha, moment = self.id_and_time(n)
        return -moment, sha

    def having(self, column: str, value: str) -> list[int]:
        """The commits with a subject or a patch-id, newest first."""
        queries = {
            "subject": "SELECT n FROM commits WHERE subject = ? ORDER BY time DESC, id LIMIT 1001",
            "patch": "SELECT n FROM commits WHERE patch = ? AND patch > ''"
            " ORDER BY time DESC, id LIMIT 1001",
        }
        return [row[0] for row in self._connection.execute(queries[column], (value,))]

    def touching(self, path: str, most: int) -> list[int]:
        """The commits that change a file, newest first."""
        rows = self._connection.execute(
            "SELECT c.n FROM paths JOIN touches t ON t.p = paths.p JOIN commits c ON c.n = t.n"
            " WHERE paths.path = ? ORDER BY c.time DESC, c.id LIMIT ?",
            (path, most),
        )
        return [row[0] for row in rows]

    def naming(self, sha: str, kinds: Sequence[int]) -> list[tuple[int, int]]:
        """The commits that name the commit ``sha`` (all digits) in one of ``kinds``, and the kind.

        An abbreviation that other commits share counts only with this one's title beside it.
        """
        found = []
        for n, kind, text, title in self._mentions(sha, kinds):
            if self._means(text, title, sha):
                found.append((n, kind))
        return found

    def ambiguous(self, sha: str) -> Iterator[tuple[int, int, str, int]]:
        """Who names ``sha`` by an abbreviation of several commits: kind, text, how many."""
        for n, kind, text, title in self._mentions(sha, (FIXES, REVERTS, PICKED)):
            if not self._means(text, title, sha):
                yield n, kind, text, self.count(text)

    def titled(self, title: str) -> Iterator[tuple[int, int, str]]:
        """Who names a commit that is not here, or none, beside a title: kind and text."""
        if not title:
            return
        rows = self._connection.execute(
            "SELECT n, kind, sha FROM named WHERE title = ? AND title > '' LIMIT 1000", (title,)
        ).fetchall()
        for n, kind, text in rows:
            if not text or not self.numbers(text):
                yield n, kind, text

    def saying(self, text: str, kinds: Sequence[int]) -> list[tuple[int, int]]:
        """The commits that write just this, in one of ``kinds``, newest first."""
        marks = ", ".join("?" * len(kinds))
        rows = self._connection.execute(
            "SELECT named.n, kind FROM named JOIN commits c ON c.n = named.n"  # noqa: S608
            f" WHERE sha = ? AND kind IN ({marks}) ORDER BY c.time DESC, c.id LIMIT 1001",
            (text, *kinds),
        )
        return rows.fetchall()

    def known(self, numbers: Sequence[int]) -> tuple[Known, ...]:
        """Commits, in the order of their numbers here."""
        found = self.known_by_number(numbers)
        return tuple(found[n] for n in numbers)

    def known_by_number(self, numbers: Iterable[int]) -> dict[int, Known]:
        """Commits with all that is known of each, from a few questions for all of them."""
        wanted = list(dict.fromkeys(numbers))
        found: dict[int, Known] = {}
        for at in range(0, len(wanted), _BATCH):
            found |= self._batch(wanted[at : at + _BATCH])
        return found

    def known_by_id(self, ids: Iterable[str]) -> dict[str, Known]:
        """Commits by their ids."""
        numbers = [n for one in dict.fromkeys(ids) for n in self.numbers(one)]
        return {known.id: known for known in self.known(numbers)}

    def record(self, name: str) -> CveRecord | None:
        """A CVE record."""
        row = self._connection.execute(
            "SELECT title, severity, rejected FROM cves WHERE name = ?", (name,)
        ).fetchone()
        if row is None:
            return None
        fixes = self._connection.execute(
            "SELECT id FROM cve_fixes WHERE name = ? ORDER BY at", (name,)
        )
        return CveRecord(name, row[0], tuple(one[0] for one in fixes), row[1], bool(row[2]))

    def records_of(self, sha: str) -> list[str]:
        """The CVEs whose records name a commit as a fix."""
        rows = self._connection.execute(
            "SELECT DISTINCT name FROM cve_fixes WHERE id = ? ORDER BY name", (sha,)
        )
        return [row[0] for row in rows]

    def _mentions(self, sha: str, kinds: Sequence[int]) -> list[tuple[int, int, str, str]]:
        """Every line that gives ``sha`` or an abbreviation of it."""
        texts = [sha[:length] for length in range(_SHORTEST, len(sha) + 1)]
        rows = self._connection.execute(
            "SELECT n, kind, sha, title FROM named"  # noqa: S608 - only marks are put in
            f" WHERE sha IN ({', '.join('?' * len(texts))})"
            f" AND kind IN ({', '.join('?' * len(kinds))}) ORDER BY n LIMIT 5000",
            (*texts, *kinds),
        )
        return rows.fetchall()

    def _means(self, text: str, title: str, sha: str) -> bool:
        """Whether an abbreviation means ``sha``, of all commits that it may mean."""
        if len(text) == len(sha):
            return True
        rows = self._connection.execute(
            "SELECT id FROM commits WHERE id >= ? AND id < ? AND id <> ? LIMIT 1",
            (text, text + "g", sha),
        )
        return rows.fetchone() is None or self._titles(text, title) == [sha]

    def _titles(self, text: str, title: str) -> list[str]:
        if not title:
            return []
        rows = self._connection.execute(
            "SELECT id FROM commits WHERE id >= ? AND id < ? AND subject = ?",
            (text, text + "g", title),
        )
        return [row[0] for row in rows]

    def _batch(self, numbers: list[int]) -> dict[int, Known]:
        marks = ", ".join("?" * len(numbers))
        commits = self._connection.execute(
            f"SELECT {_COMMIT} FROM commits WHERE n IN ({marks})",  # noqa: S608
            numbers,
        ).fetchall()
        named: dict[tuple[int, int], dict[str, None]] = {}
        for n, kind, sha in self._connection.execute(
            "SELECT n, kind, sha FROM named"  # noqa: S608
            f" WHERE n IN ({marks}) AND sha > '' ORDER BY rowid",
            numbers,
        ):
            named.setdefault((n, kind), {})[sha] = None
        files: dict[int, list[str]] = {}
        for n, path in self._connection.execute(
            "SELECT t.n, path FROM touches t JOIN paths ON paths.p = t.p"  # noqa: S608
            f" WHERE t.n IN ({marks}) ORDER BY path",
            numbers,
        ):
            files.setdefault(n, []).append(path)
        for n, name in self._connection.execute(
            "SELECT c.n, f.name FROM commits c JOIN cve_fixes f ON f.id = c.id"  # noqa: S608
            f" JOIN cves ON cves.name = f.name AND NOT cves.rejected WHERE c.n IN ({marks})"
            " ORDER BY f.name",
            numbers,
        ):
            named.setdefault((n, CVE), {})[name] = None
        return {
            row[0]: _known(
                row, {kind: tuple(named.get((row[0], kind), ())) for kind in _KINDS}, files
            )
            for row in commits
        }


_KINDS = (FIXES, REVERTS, PICKED, CVE)


def _known(
    row: Sequence[object], named: dict[int, tuple[str, ...]], files: dict[int, list[str]]
) -> Known:
    n, sha, subject, author, date, parents, patch, stable, released, more, edge, _ = row
    assert isinstance(n, int) and isinstance(parents, int) and isinstance(more, int)  # noqa: S101
    return Known(
        str(sha),
        str(subject),
        str(author),
        str(date),
        parents,
        None if patch is None else str(patch),
        named[FIXES],
        named[REVERTS],
        named[PICKED],
        tuple(str(stable).split("\n")) if stable else (),
        tuple(files.get(n, ())),
        str(released),
        named[CVE],
        more,
        bool(edge),
    )
