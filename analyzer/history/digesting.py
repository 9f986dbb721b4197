"""The patch-ids of the commits in an index, computed after all else since they take longest."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from analyzer.errors import AnalyzerError
from analyzer.history.store import transaction
from analyzer.repo.git import Repository
from analyzer.repo.patch_ids import patch_ids

_CHUNK = 1000
_WITHOUT = "patch IS NULL AND more = 0 AND edge = 0"
_MOST_WORKERS = 16
# Gits for one chunk: enough to get past a few files that cannot be read.
_MOST_GITS = 40


@dataclass(frozen=True, slots=True)
class _Digested:
    """One chunk of commits: the patch-ids of those that git came to the end of, empty ones too."""

    commits: tuple[str, ...]
    settled: dict[str, str]
    failure: str


def digest(
    repository: Repository,
    connection: sqlite3.Connection,
    progress: Callable[[str, int, int], None],
) -> str:
    """Compute the patch-ids that the index lacks; say which could not be, or nothing.

    Each chunk is kept when it is done. Gits do the work, as many as there are processors.
    """
    whole, done, failure = without_patch_id(connection), 0, ""
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[_Digested]] = deque()
        chunks = _chunks(connection)
        try:
            while True:
                while len(waiting) <= workers and (chunk := next(chunks, None)):
                    waiting.append(pool.submit(_digested, repository, chunk))
                if not waiting:
                    break
                one = waiting.popleft().result()
                failure = failure or one.failure
                _keep(connection, one)
                done += len(one.commits)
                progress("patch-ids", done, whole)
                if one.failure and not any(one.settled.values()):
                    break
        finally:
            pool.shutdown(cancel_futures=True)
    left = without_patch_id(connection)
    return f"the patch-ids of {left:,} commits ({failure})" if left else ""


def without_patch_id(connection: sqlite3.Connection) -> int:
    """How many commits of an index have a patch-id that was not computed yet."""
    count = f"SELECT count(*) FROM commits WHERE {_WITHOUT}"  # noqa: S608 - our own words
    return int(connection.execute(count).fetchone()[0])


def _chunks(connection: sqlite3.Connection) -> Iterator[tuple[str, ...]]:
    """The newest first: they are asked for most."""
    some = (
        f"SELECT n, id FROM commits WHERE {_WITHOUT}"  # noqa: S608
        " AND n < ? ORDER BY n DESC LIMIT ?"
    )
    last = 1 << 62
    while rows := connection.execute(some, (last, _CHUNK)).fetchall():
        last = rows[-1][0]
        yield tuple(row[1] for row in rows)


def _digested(repository: Repository, commits: tuple[str, ...]) -> _Digested:
    """Git ends at a file that it cannot read: what stands around its commit is asked for again."""
    settled: dict[str, str] = {}
    failure = ""
    left = [commits]
    for _ in range(_MOST_GITS):
        if not left:
            break
        some = left.pop()
        found, why = _asked(repository, some)
        failure = failure or why
        # The last before the end may have been digested in part.
        at = (some.index(next(reversed(found))) if found else 0) if why else len(some)
        settled |= {one: found.get(one, "") for one in some[:at]}
        rest = some[at:]
        if len(rest) > 1:
            middle = len(rest) // 2
            left += [rest[middle:], rest[:middle]]
    return _Digested(commits, settled, failure)


def _asked(repository: Repository, commits: tuple[str, ...]) -> tuple[dict[str, str], str]:
    found: list[tuple[str, str]] = []
    try:
        # What came before git failed is kept.
        found.extend(patch_ids(repository, commits))
    except AnalyzerError as error:
        return dict(found), error.what
    return dict(found), ""


def _keep(connection: sqlite3.Connection, one: _Digested) -> None:
    with transaction(connection):
        connection.executemany(
            "UPDATE commits SET patch = ? WHERE id = ?",
            [(own, commit) for commit, own in one.settled.items()],
        )
