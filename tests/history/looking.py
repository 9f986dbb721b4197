"""All that an index holds, whatever numbers its rows have."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_COMMITS = """
SELECT id, subject, author, date, time, parents, patch, stable, released, more, cut, edge
FROM commits ORDER BY id"""
_NAMED = "SELECT id, kind, sha, title FROM named JOIN commits USING (n) ORDER BY 1, 2, 3, 4"
_TOUCHES = "SELECT id, path FROM touches JOIN commits USING (n) JOIN paths USING (p) ORDER BY 1, 2"
# But for the day.
_ABOUT = "SELECT key, value FROM about WHERE key <> 'built' ORDER BY key"


def content(path: Path) -> list[object]:
    """Everything in an index that does not depend on how it was made."""
    with closing(sqlite3.connect(path)) as connection:
        return [
            connection.execute(query).fetchall() for query in (_COMMITS, _NAMED, _TOUCHES, _ABOUT)
        ]


def sound(path: Path) -> bool:
    """Whether SQLite finds nothing wrong, and no row is left over."""
    with closing(sqlite3.connect(path)) as connection:
        lost = "SELECT count(*) FROM {} WHERE n NOT IN (SELECT n FROM commits)"
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)] and all(
            connection.execute(lost.format(table)).fetchone() == (0,)
            for table in ("named", "touches")
        )
