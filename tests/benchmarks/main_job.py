"""How long the main job takes, cold, beside a bare interpreter; and how fast large input is read.

Run it with the interpreter of an environment that holds the tool::

    .venv/bin/python tests/benchmarks/main_job.py [PATCH ...]

Times are the best of several runs of whole processes; what matters are the ratios of one run.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = ROOT / "fixtures" / "mails" / "move-pmd-archive.txt"
REFERENCE_MAIL = ROOT.parent / "shared" / "seed" / "000_d967b3033ad95a4c.txt"
RUNS = 10


def best(action: Callable[[], object], runs: int = RUNS) -> float:
    """The shortest of several runs, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def process(*arguments: str) -> Callable[[], object]:
    """A call of this interpreter in a process of its own, its output thrown away."""
    command = [sys.executable, *arguments]
    return lambda: subprocess.run(command, cwd=ROOT, capture_output=True, check=False)


def large_patch(hunks: int) -> bytes:
    """An intact patch of many hunks."""
    head = b"diff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n"
    return head + b"".join(
        b"@@ -%d,3 +%d,4 @@ void f(void)\n \tone();\n+\tmore();\n \ttwo();\n \tthree();\n"
        % (10 * i + 1, 11 * i + 1)
        for i in range(hunks)
    )


def main(patches: list[str]) -> None:
    """Print one line a measurement."""
    inputs = patches or [str(path) for path in (ARCHIVE, REFERENCE_MAIL) if path.exists()]
    bare = best(process("-c", "pass"))
    print(f"{'bare interpreter':<52} {bare * 1000:7.0f} ms")
    for patch in inputs:
        for form in ("terminal", "json"):
            took = best(process("-m", "analyzer", patch, "--format", form))
            name = f"{Path(patch).name} ({form})"
            print(f"{name:<52} {took * 1000:7.0f} ms  {took / bare:5.1f} x bare")
    from analyzer.patch.reader import read_series

    rates = []
    for hunks in (5_000, 20_000):
        data = large_patch(hunks)
        took = best(lambda data=data: read_series(data, "large"), runs=3)  # type: ignore[misc]
        rates.append(took / hunks)
        print(
            f"{f'read {hunks} hunks':<52} {took * 1000:7.0f} ms  {len(data) / took / 1e6:5.1f} MB/s"
        )
    print(f"{'cost of a hunk, 20000 against 5000':<52} {rates[1] / rates[0]:10.2f} x")


if __name__ == "__main__":
    main(sys.argv[1:])
