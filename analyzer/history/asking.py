"""Questions to the tables of an index."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from analyzer.history.facts import CveRecord, Known
from analyzer.history.store import CVE, FIXES, PICKED, REVERTS

_SHORTEST = 7
_BATCH = 500
_MOST_MENTIONS = 5000
_SHA = re.compile(r"[0-9a-f]{7,64}")
_COMMIT = "n, id, subject, author, date, parents, patch, stable, released, more, edge, time"


class Mention(NamedTuple):
    """A line of the commit ``n`` that names ``of``: its kind, the id as written, the title."""

    n: int
    kind: int
    text: str
    title: str
    id: str
    time: int
    of: str


def is_id(sha: str) -> bool:
    """Whether it is an id with all its digits."""
    return len(sha) in (40, 64) and _SHA.fullmatch(sha) is not None


class Asked:
    """An index's tables. Commits are numbers here; raises what sqlite3 raises."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # The last answer alone: what names one commit mostly abbreviates it alike.
        self._alone: dict[tuple[str, str], bool] = {}

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

    def id_of(self, n: int) -> str:
        """A commit's id."""
        row = self._connection.execute("SELECT id FROM commits WHERE n = ?", (n,)).fetchone()
        return str(row[0])

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

    def naming(self, ids: Sequence[str], kinds: Sequence[int]) -> Iterator[Mention]:
        """The lines that name one of some commits (by all digits of theirs) in one of ``kinds``.

        An abbreviation that other commits share counts only with the title of the one beside it.
        """
        return (one for one in self._mentions(ids, kinds) if self._means(one))

    def ambiguous(self, sha: str) -> Iterator[Mention]:
        """Who names ``sha`` by an abbreviation that may be another commit's."""
        kinds = (FIXES, REVERTS, PICKED)
        return (one for one in self._mentions([sha], kinds) if not self._means(one))

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
        wanted, numbers = list(dict.fromkeys(ids)), []
        for at in range(0, len(wanted), _BATCH):
            some = wanted[at : at + _BATCH]
            query = f"SELECT n FROM commits WHERE id IN ({', '.join('?' * len(some))})"  # noqa: S608
            numbers += [row[0] for row in self._connection.execute(query, some)]
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

    def _mentions(self, ids: Sequence[str], kinds: Sequence[int]) -> Iterator[Mention]:
        """Every line that gives one of ``ids`` or an abbreviation of it."""
        for at in range(0, len(ids), _BATCH):
            some = ids[at : at + _BATCH]
            # Abbreviations of an id sort between its first digits and all of it.
            rows = self._connection.execute(
                f"WITH wanted(whole) AS (VALUES {', '.join(['(?)'] * len(some))})"  # noqa: S608
                " SELECT named.n, kind, named.sha, title, id, time, whole"
                " FROM wanted CROSS JOIN named JOIN commits ON commits.n = named.n"
                " WHERE named.sha BETWEEN substr(whole, 1, ?) AND whole"
                " AND substr(whole, 1, length(named.sha)) = named.sha"
                f" AND kind IN ({', '.join('?' * len(kinds))}) ORDER BY whole, named.n LIMIT ?",
                (*some, _SHORTEST, *kinds, _MOST_MENTIONS),
            )
            yield from map(Mention._make, rows.fetchall())

    def _means(self, one: Mention) -> bool:
        """Whether an abbreviation means the commit, of all that it may mean."""
        if len(one.text) == len(one.of) or self._is_alone(one.text, one.of):
            return True
        return self._titles(one.text, one.title) == [one.of]

    def _is_alone(self, text: str, sha: str) -> bool:
        """Whether no commit but ``sha`` has this abbreviation."""
        if (text, sha) not in self._alone:
            rows = self._connection.execute(
                "SELECT id FROM commits WHERE id >= ? AND id < ? AND id <> ? LIMIT 1",
                (text, text + "g", sha),
            )
            self._alone = {(text, sha): rows.fetchone() is None}
        return self._alone[text, sha]

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
            f" WHERE t.n IN ({marks})",
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
        tuple(sorted(files.get(n, ()))),
        str(released),
        named[CVE],
        more,
        bool(edge),
    )
