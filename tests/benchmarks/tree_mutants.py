"""The variants of the backport to our RHEL 7-like tree, and what is said of each.

.venv/bin/python tests/benchmarks/tree_mutants.py [repository|directory|reference] [NAME ...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.trees.edits import Edit
from tests.trees.judged import Bench, found
from tests.trees.variants import EQUAL, WRONG


def main(way: str = "repository", *names: str) -> None:
    """Print one line a variant, and the counts."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as top:
        bench = Bench(Path(top))
        for edit in (Edit("correct", (), ()), *EQUAL, *WRONG):
            if names and edit.name not in names:
                continue
            start = time.process_time()
            report = bench.report(bench.variant(edit), way)
            items, said = set(found(report)), report.verdict.value
            right = bool(items & set(edit.items)) if edit.items else items <= {"DP-2"}
            right = right and (bool(edit.items) or said == "same")
            counts[f"{'wrong' if edit.items else 'equal'}, {'right' if right else 'MISTAKEN'}"] += 1
            took = time.process_time() - start
            mark = " " if right else "!"
            print(f"{mark} {edit.name:36} {said:10} {' '.join(sorted(items)):40} {took:.1f} s")
    print(dict(counts))


if __name__ == "__main__":
    main(*sys.argv[1:])
