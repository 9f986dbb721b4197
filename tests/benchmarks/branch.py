"""How long fifty commits of a branch take: cold, interrupted and gone on with, and once more.

Run it from the top of the project with the interpreter of an environment that holds the tool::

    .venv/bin/python -m tests.benchmarks.branch [--jobs N] [--prove]

The aim is 20 seconds cold on two processors, and two seconds for the second run. The branch is made
of our own text: what its commits touch is printed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.branch.backports import backports, vendor
from tests.branch.histories import base_files, history, picked

_RANGE = "main~50..main"


def main() -> None:
    """Make the branch and print a line for each run."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--prove", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        top = Path(place)
        mix = _made(top)
        print("fifty commits:", ", ".join(f"{n} {sort}" for sort, n in mix.most_common()))
        command = [sys.executable, "-m", "analyzer", "branch", "release", _RANGE]
        command += ["--upstream", "upstream", "--jobs", str(given.jobs), "--output", os.devnull]
        command += ["--prove"] if given.prove else []
        bare = min(_timed([sys.executable, "-c", "pass"], top) for _ in range(5))
        print(f"bare Python                  {1000 * bare:6.0f} ms")
        print(f"cold, {given.jobs} processes            {_run(command, top, 'a'):6.2f} s")
        print(f"second run                   {_run(command, top, 'a'):6.2f} s")
        done, took = _interrupted(command, top)
        print(f"interrupted, {done:2} kept         {took:6.2f} s")
        print(f"gone on with                 {_run(command, top, 'b'):6.2f} s")
        print(f"nothing kept                 {_run([*command, '--no-cache'], top, 'a'):6.2f} s")


def _made(top: Path) -> Counter[str]:
    (top / "trees").mkdir()
    changes = backports(top / "trees")
    upstream = history(top / "upstream", base_files(), changes)
    ours = [picked(one, sha) for one, sha in zip(changes, upstream[1:], strict=True)]
    history(top / "release", vendor(base_files()), ours)
    return Counter(one.sort for one in changes)


def _environment(cache: str) -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "XDG_CACHE_HOME": cache, "PYTHONPATH": root}


def _run(command: list[str], top: Path, cache: str) -> float:
    return _timed(command, top, str(top / cache))


def _timed(command: list[str], top: Path, cache: str = "") -> float:
    start = time.perf_counter()
    done = subprocess.run(command, check=False, cwd=top, env=_environment(cache))
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"{' '.join(command)} exited with {done.returncode}")
    return time.perf_counter() - start


def _interrupted(command: list[str], top: Path) -> tuple[int, float]:
    """A run that gets a Ctrl-C when half of it is done; how much it kept."""
    start = time.perf_counter()
    kept = top / "b"
    process = subprocess.Popen(
        command, cwd=top, env=_environment(str(kept)), stderr=subprocess.DEVNULL
    )
    while process.poll() is None and _count(kept) < 25:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    if process.wait() != 130:
        raise SystemExit(f"the interrupted run exited with {process.returncode}")
    return _count(kept), time.perf_counter() - start


def _count(kept: Path) -> int:
    return sum(1 for path in kept.rglob("reports/*/*") if path.suffix != ".part")


if __name__ == "__main__":
    main()
