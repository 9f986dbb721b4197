"""The file of an index: its tables, its opening, and what its errors mean."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.repo.tree import shown

# Another number, and the file is read anew.
SCHEMA = 3
_APPLICATION = 0x6B62616B
_SECONDS = 30.0
_ANEW = "run `analyze index REPO --anew`"
_CACHE = 128 * 1024  # KiB

FIXES, REVERTS, PICKED, CVE, PARTLY = 1, 2, 3, 4, 5

# `patch` is NULL where no patch-id was computed; `more` counts files that are not kept; `cut` is 1
# where the message was not read to its end, `edge` where a shallow clone ends. Of `named`, `sha` is
# an id as the message has it, or a CVE.
_TABLES = """
CREATE TABLE about(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE commits(
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    author TEXT NOT NULL,
    date TEXT NOT NULL,
    time INTEGER NOT NULL,
    parents INTEGER NOT NULL,
    patch TEXT,
    stable TEXT NOT NULL,
    released TEXT NOT NULL,
    more INTEGER NOT NULL,
    cut INTEGER NOT NULL,
    edge INTEGER NOT NULL);
CREATE INDEX commits_subject ON commits(subject);
CREATE INDEX commits_patch ON commits(patch) WHERE patch > '';
CREATE INDEX commits_without ON commits(n) WHERE patch IS NULL AND more = 0 AND edge = 0;
CREATE TABLE named(
    n INTEGER NOT NULL, kind INTEGER NOT NULL, sha TEXT NOT NULL, title TEXT NOT NULL);
CREATE INDEX named_n ON named(n);
CREATE INDEX named_sha ON named(sha, kind, n);
CREATE INDEX named_title ON named(title) WHERE title > '';
CREATE TABLE paths(p INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE touches(n INTEGER NOT NULL, p INTEGER NOT NULL, PRIMARY KEY(n, p)) WITHOUT ROWID;
CREATE INDEX touches_p ON touches(p, n);
CREATE TABLE cves(
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    severity TEXT NOT NULL,
    rejected INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE cve_fixes(
    name TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY(name, at)) WITHOUT ROWID;
CREATE INDEX cve_fixes_id ON cve_fixes(id);
"""


def opened_for_reading(path: Path) -> sqlite3.Connection:
    """The index at ``path``. ``AnalyzerError`` where it is damaged, or another version's."""
    # What a killed build left half done is taken back by the next who opens it, so not read-only.
    connection = _connected(path, "rw")
    try:
        with telling(path):
            connection.execute("PRAGMA query_only = ON")
            made_by = _version(connection)
    except AnalyzerError:
        connection.close()
        raise
    if made_by != (_APPLICATION, SCHEMA):
        connection.close()
        raise AnalyzerError(
            "the index was made by another version of analyze",
            where=shown(str(path)),
            todo="run `analyze index` again",
        )
    return connection


def opened_for_writing(path: Path) -> sqlite3.Connection:
    """The index at ``path``, empty where there was none that can be used.

    To be called by one process at a time. Raises what sqlite3 raises.
    """
    connection = _connected(path, "rwc")
    try:
        found = _version(connection)
        if found == (_APPLICATION, SCHEMA) and _is_whole(connection):
            return _for_bulk(connection)
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            connection.close()
            raise
    connection.close()
    remove(path)
    connection = _connected(path, "rwc")
    try:
        _for_bulk(connection)
        with transaction(connection):
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
    except BaseException:
        connection.close()
        raise
    return connection


def remove(path: Path) -> None:
    """Take an index away, and what SQLite keeps beside it."""
    for name in (path, path.with_name(f"{path.name}-journal")):
        name.unlink(missing_ok=True)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing, even where the process is killed."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            # The first error is the one to tell.
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def telling(path: Path) -> Iterator[None]:
    """Say in one line what SQLite complains of."""
    try:
        yield
    except sqlite3.Error as error:
        raise _told(error, path) from None


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """As ``telling``, for questions: SQLite finds a file in order whose rows are not."""
    try:
        with telling(path):
            yield
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise AnalyzerError(
            "the index is damaged: what it holds does not fit together",
            where=shown(str(path)),
            todo=_ANEW,
        ) from error


def _told(error: sqlite3.Error, path: Path) -> AnalyzerError:
    where, code = shown(str(path)), _code(error)
    if code == sqlite3.SQLITE_FULL:
        return AnalyzerError(
            "the disk is full",
            where=where,
            todo="make room and run it again: what was read so far is kept",
        )
    if code == sqlite3.SQLITE_BUSY:
        return AnalyzerError("another process writes it", where=where, todo="try it again")
    if _is_damage(error):
        return AnalyzerError(f"the index is damaged: {error}", where=where, todo=_ANEW)
    return AnalyzerError(
        f"the index cannot be used: {error}",
        where=where,
        todo="see that the file can be read and written and that the disk has room",
    )


def _is_damage(error: sqlite3.Error) -> bool:
    # SQLITE_ERROR is a table or a column that is not there: the statements are ours.
    damage = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
    return _code(error) in (*damage, None)


def _code(error: sqlite3.Error) -> int | None:
    """The primary one of SQLite's codes; None for an error of Python's own, as on wrong text."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    with telling(path):
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_SECONDS,
            isolation_level=None,
        )


def _version(connection: sqlite3.Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return application, connection.execute("PRAGMA user_version").fetchone()[0]


def _is_whole(connection: sqlite3.Connection) -> bool:
    try:
        return [row[0] for row in connection.execute("PRAGMA quick_check(1)")] == ["ok"]
    except UnicodeDecodeError:  # of what SQLite says of a table's damaged name
        return False


def _for_bulk(connection: sqlite3.Connection) -> sqlite3.Connection:
    # A reader waits for a commit and not for a chunk: changed pages stay in memory until then.
    for setting in (
        f"cache_size = -{_CACHE}",
        "cache_spill = OFF",
        "journal_mode = TRUNCATE",
        "synchronous = NORMAL",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {setting}")
    return connection
