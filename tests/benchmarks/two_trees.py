"""How long the four kernels of two real trees take, cold, and how much memory.

    python tests/benchmarks/two_trees.py PATCH UPSTREAM TARGET [--commit REV] [--trace LOG]...

Each run is a process of its own; printed beside it is what a bare Python takes, since machines
differ. The aim is two seconds and 300 MB on one that starts Python in 10 ms.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time

_RUNS = 5


def main() -> None:
    """Print the best of some runs."""
    asked = argparse.ArgumentParser(description=__doc__)
    for name in ("patch", "upstream", "target"):
        asked.add_argument(name)
    asked.add_argument("--commit")
    asked.add_argument("--trace", action="append", default=[])
    given = asked.parse_args()
    command = [sys.executable, "-m", "analyzer", given.patch, "--upstream", given.upstream]
    command += ["--target", given.target, "--format", "json", "--output", os.devnull]
    command += ["--upstream-commit", given.commit] if given.commit else []
    command += [word for path in given.trace for word in ("--trace", path)]
    bare = min(_timed([sys.executable, "-c", "pass"]) for _ in range(_RUNS))
    best = min(_timed(command) for _ in range(_RUNS))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"two trees: {best:.2f} s (bare Python: {1000 * bare:.0f} ms), peak {peak:.0f} MB")


def _timed(command: list[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"{' '.join(command)} exited with {done.returncode}")
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
