"""How long an index of a history takes, and what an answer from it takes.

Run it with the interpreter of an environment that holds the tool; without REPO, a history of
100,000 commits is made with ``git fast-import``::

    .venv/bin/python tests/benchmarks/history.py [REPO [DIRECTORY-OF-CVE-RECORDS]]
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from analyzer.history import History, open_index  # noqa: E402
from analyzer.history.build import build  # noqa: E402
from analyzer.history.live import open_live  # noqa: E402
from tests.history.synthetic import fast_import, mainline  # noqa: E402

Answer = TypeVar("Answer")

COMMITS = 100_000
ASKED = 2_000


class Stages:
    """When a build's stages began, by what it tells of its progress."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}

    def __call__(self, name: str, _done: int, _whole: int) -> None:
        self.began.setdefault(name, time.perf_counter())


def timed(action: Callable[[], Answer]) -> tuple[float, Answer]:
    start = time.perf_counter()
    answer = action()
    return time.perf_counter() - start, answer


def processor() -> float:
    """Seconds of this process and of those that it has waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def said(what: str, seconds: float, rest: str = "") -> None:
    """One line of the table."""
    print(f"{what:<52} {seconds * 1000:10.1f} ms  {rest}")


def questions(history: History, ids: list[str]) -> dict[str, Callable[[str], object]]:
    subjects = {one: known.subject for one in ids if (known := history.by(one))}
    return {
        "by": history.by,
        "by_subject": lambda one: history.by_subject(subjects[one]),
        "later": history.later,
        "unclear": history.unclear,
        "carriers": history.carriers,
        "cves_of": history.cves_of,
    }


def git(repo: str, *arguments: str) -> list[str]:
    """The words that git prints."""
    command = ["git", "-C", repo, *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()


def sample(repo: str) -> list[str]:
    """Commits from all over the history."""
    ids = git(repo, "rev-list", "--branches", "--tags", "--no-merges")
    return ids[:: max(len(ids) // ASKED, 1)]


def main(arguments: list[str]) -> None:
    """Print one line a measurement."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_CACHE_HOME"] = f"{scratch}/cache"
        repo = arguments[0] if arguments else f"{scratch}/repo"
        cves = Path(arguments[1]) if len(arguments) > 1 else None
        if not arguments:
            took, _ = timed(lambda: fast_import(Path(repo), mainline(COMMITS)))
            said(f"make a history of {COMMITS:,} commits", took)
        measure(repo, cves)


def measure(repo: str, cves: Path | None) -> None:
    stages = Stages()
    start, worked = time.perf_counter(), processor()
    built = build(repo, cves, progress=stages)
    said("analyze index, from nothing", time.perf_counter() - start, f"{built.commits:,} commits")
    said("  processor time of it, git's too", processor() - worked)
    if "patch-ids" in stages.began:
        said("  of it before the patch-ids", stages.began["patch-ids"] - start)
    said("again, with nothing new", timed(lambda: build(repo, cves))[0])
    print(f"{'size of the file':<52} {built.path.stat().st_size / 1e6:10.1f} MB")
    took, index = timed(lambda: open_index(repo))
    assert index is not None
    said("open it", took)
    said("see whether it is stale", timed(lambda: index.stale)[0])
    with index:
        ids = sample(repo)
        for name, question in questions(index, ids).items():
            times = sorted(timed(partial(question, one))[0] for one in ids)
            said(f"{name}: median of {len(times):,}", times[len(times) // 2])
            said(f"{name}: the slowest", times[-1])
        ids.append(git(repo, "rev-list", "--max-parents=0", "HEAD")[-1])
        most = max(ids, key=lambda one: len(index.later(one)))
        found = index.later(most)
        said("later: of the commit with most", timed(lambda: index.later(most))[0], f"{len(found)}")
    live = open_live(repo)
    assert live is not None
    took, answer = timed(lambda: live.later(most))
    said("later without an index", took, f"{len(answer)}")


if __name__ == "__main__":
    main(sys.argv[1:])
