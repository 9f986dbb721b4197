"""A build may be ended anywhere, by anybody, and two may run at a time."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.history.build import build
from analyzer.history.index import open_index
from analyzer.history.place import index_path
from analyzer.history.reading import read_commits
from analyzer.history.store import remove
from analyzer.repo.git import opened
from tests.history.looking import content, sound
from tests.history.synthetic import fast_import, mainline
from tests.repo.repositories import git

_COMMITS = 600
_CHUNK = 50
_KILLS = 10
_BUILD = """
import sys
from analyzer.errors import AnalyzerError
from analyzer.history.build import build
try:
    build(sys.argv[1])
except AnalyzerError as error:
    sys.exit(f"told: {error}")
"""


@pytest.fixture(scope="module")
def linux(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of some thousand commits, for looking at only."""
    return fast_import(tmp_path_factory.mktemp("history") / "linux", mainline(_COMMITS))


@pytest.fixture(scope="module")
def whole(linux: Path, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """What a build without a break comes to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("whole")))
        return content(build(str(linux)).path)


def started(top: Path, *, most: int | None = None) -> subprocess.Popen[str]:
    """A build in a process of its own, of a file of ``most`` bytes at most.

    Its chunks are as small beside this history as the usual ones are beside upstream's.
    """
    program = f"""
import analyzer.history.build, analyzer.history.digesting
analyzer.history.build._CHUNK = analyzer.history.digesting._CHUNK = {_CHUNK}
{_BUILD}"""

    def limit() -> None:
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    return subprocess.Popen(
        [sys.executable, "-c", program, str(top)],
        cwd=Path(__file__).resolve().parents[2],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def committed(path: Path) -> tuple[int, int]:
    """How many commits an index holds, and how many of them have no patch-id yet."""
    query = "SELECT count(*), total(patch IS NULL) FROM commits"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)) as connection:
            one, other = connection.execute(query).fetchone()
    except sqlite3.Error:
        return 0, 0
    return int(one), int(other)


def kill_at(top: Path, path: Path, commits: int, digested: int) -> bool:
    """Start a build, and kill it when it has come so far; whether it was still at work."""
    process = started(top)
    while process.poll() is None:
        there, without = committed(path)
        if there >= commits and there - without >= digested:
            process.kill()
            break
        time.sleep(0.01)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_killed_at_ten_points_it_comes_to_the_same(linux: Path, whole: list[object]) -> None:
    path = index_path(opened(str(linux)))
    commits = len(git(linux, "rev-list", "--all").split())
    kills = 0
    for kill in range(_KILLS):
        # Half of them fall among the commits, half among the patch-ids.
        share = min(kill / (_KILLS // 2), 1)
        later = max(kill - _KILLS // 2, 0) / (_KILLS - _KILLS // 2)
        kills += kill_at(linux, path, int(commits * share), int(commits * later * 0.9))
    assert kills > _KILLS // 2
    built = build(str(linux))
    assert built.commits == commits
    assert content(path) == whole
    assert sound(path)


def test_killed_at_any_moment_it_comes_to_the_same(linux: Path, whole: list[object]) -> None:
    """Within a chunk, a commit of SQLite's, or the last words."""
    path = index_path(opened(str(linux)))
    for delay in (0.25, 0.3, 0.4):
        remove(path)
        process = started(linux)
        time.sleep(delay)
        process.kill()
        process.communicate()
        build(str(linux))
        assert content(path) == whole


def test_a_part_says_that_it_is_one(linux: Path) -> None:
    path = index_path(opened(str(linux)))
    kill_at(linux, path, 200, 0)
    index = open_index(str(linux))
    assert index is not None
    with index:
        assert index.stale == "the last reading was not finished: run `analyze index` again"
        assert index.source == f"the index of {linux} (not finished)"


def test_interrupted_it_keeps_what_it_has(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(name: str, done: int, whole: int) -> None:
        if name == "patch-ids" and done < whole:
            raise KeyboardInterrupt

    monkeypatch.setattr("analyzer.history.digesting._CHUNK", _CHUNK)
    with pytest.raises(KeyboardInterrupt):
        build(str(linux), progress=interrupt)
    index = open_index(str(linux))
    assert index is not None
    with index:
        left = len(git(linux, "rev-list", "--all", "--no-merges").split()) - _CHUNK
        assert (index.stale, index.notes) == ("", (f"the patch-ids of {left:,} commits",))
    built = build(str(linux))
    assert (built.new, built.notes) == (0, ())


def test_two_at_a_time(linux: Path, whole: list[object]) -> None:
    path = index_path(opened(str(linux)))
    writers = [started(linux) for _ in range(2)]
    assert [ended(one) for one in writers] == [(0, "")] * 2
    assert content(path) == whole
    assert sound(path)


def test_readers_beside_a_writer(linux: Path) -> None:
    path = index_path(opened(str(linux)))
    newest = git(linux, "rev-parse", "main").decode().strip()
    writer = started(linux)
    asked = 0
    while writer.poll() is None:
        if committed(path)[0] and (index := open_index(str(linux))):
            with index:
                index.by(newest)
                asked += 1
    assert ended(writer) == (0, "")
    assert asked > 0


@pytest.mark.parametrize("most", [0, 200_000])
def test_no_room_is_one_line_and_goes_on_later(linux: Path, whole: list[object], most: int) -> None:
    status, said = ended(started(linux, most=most))
    assert status == 1
    assert said.startswith("told: ")
    assert said.count("\n") == 1
    assert "cannot be" in said or "is full" in said
    assert content(build(str(linux)).path) == whole


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"not a database, but text\n" * 1000,
        lambda data: data[: len(data) // 2],
        lambda data: data[:4096] + bytes(len(data) - 4096),
        lambda data: data[:8192] + b"\xff" * 40_000 + data[48_192:],
    ],
)
def test_a_damaged_file_is_told_and_made_anew(
    linux: Path, whole: list[object], damage: Callable[[bytes], bytes]
) -> None:
    path = build(str(linux)).path
    path.write_bytes(damage(path.read_bytes()))
    commits = git(linux, "rev-list", "--all", "--max-count=300").decode().split()
    with pytest.raises(AnalyzerError) as told:
        index = open_index(str(linux))
        assert index is not None
        for one in commits:
            index.by(one), index.later(one), index.unclear(one), index.carriers(one)
    assert "\n" not in str(told.value)
    assert "run `analyze index" in str(told.value)
    build(str(linux))
    assert content(path) == whole


def test_an_empty_file_is_no_index(linux: Path) -> None:
    path = index_path(opened(str(linux)))
    path.parent.mkdir(parents=True)
    path.touch()
    assert open_index(str(linux)) is None
    assert build(str(linux)).notes == ()


def test_a_file_of_another_version(linux: Path, whole: list[object]) -> None:
    path = build(str(linux)).path
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(AnalyzerError, match="made by another version of analyze; run"):
        open_index(str(linux))
    assert build(str(linux)).new == _COMMITS + len(git(linux, "rev-list", "main..stable").split())
    assert content(path) == whole


def test_a_cache_that_is_no_directory(
    linux: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(AnalyzerError, match="the index cannot be written: Not a directory; see"):
        build(str(linux))
    assert open_index(str(linux)) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_that_cannot_be_written(linux: Path, cache: Path) -> None:
    cache.mkdir(mode=0o500)
    with pytest.raises(AnalyzerError, match="the index cannot be written: Permission denied; see"):
        build(str(linux))


def test_commits_that_are_not_there_are_an_error(linux: Path) -> None:
    with pytest.raises(AnalyzerError, match="git says"):
        list(read_commits(opened(str(linux)), ["0" * 40]))
