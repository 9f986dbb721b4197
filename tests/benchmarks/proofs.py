"""How long a proof takes: for each variant of the prover's fixtures, after import.

Run it with the interpreter of an environment that holds the tool::

    .venv/bin/python tests/benchmarks/proofs.py [runs]

A time is the median of several runs of one proof, reading and translating both texts included. The
last table is of guards alone, whose median has to stay below 50 ms each.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "prove")]

from corpus import Case, kinds  # noqa: E402

from analyzer.prove.definitions import Definitions  # noqa: E402
from analyzer.prove.pair import Pair, pair_of, prove  # noqa: E402
from analyzer.prove.path import Limits  # noqa: E402
from analyzer.prove.proof import Outcome, Proof  # noqa: E402
from analyzer.prove.solver import Solver  # noqa: E402

RUNS = 5
TARGET = 50  # milliseconds for each guard, at most


@dataclass(frozen=True, slots=True)
class Measured:
    """One variant: milliseconds by the median, and what was proved."""

    case: Case
    milliseconds: float
    proof: Proof


def proved(case: Case) -> Proof:
    """A proof from the texts, as the tool makes it."""
    sides = (
        Definitions.of_text(each.read_text(), each.name) for each in (case.upstream, case.variant)
    )
    pair = pair_of(case.function, *sides, {})
    if not isinstance(pair, Pair):
        return pair
    with Solver() as solver:
        return prove(pair, solver, Limits())


def measured(case: Case, runs: int) -> Measured:
    """The median of some runs; one that takes seconds is not run again."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        proof = proved(case)
        times.append(1000 * (time.perf_counter() - began))
        if times[-1] > 1000:
            break
    return Measured(case, median(times), proof)


def is_right(one: Measured) -> bool:
    """Whether the proof says what is true."""
    return one.proof.outcome is (Outcome.SAME if one.case.equal else Outcome.DIFFERENT)


def main(runs: int) -> int:
    """Print the tables. Returns 1 where a guard takes too long, or a proof is wrong."""
    proved(kinds()[0].cases[0])
    print(f"{'kind':10}{'variants':>9}{'right':>7}{'median':>9}{'max':>9}  queries  paths  slowest")
    guards: list[Measured] = []
    wrong: list[Measured] = []
    for kind in kinds():
        rows = [measured(case, runs) for case in kind.cases]
        times = [row.milliseconds for row in rows]
        slowest = max(rows, key=lambda row: row.milliseconds)
        queries = sum(row.proof.queries for row in rows) / len(rows)
        paths = sum(row.proof.paths for row in rows) / len(rows)
        print(
            f"{kind.name:10}{len(rows):9}{sum(map(is_right, rows)):7}{median(times):7.1f}ms"
            f"{max(times):7.1f}ms{queries:9.1f}{paths:7.1f}  {slowest.case.variant.stem}"
        )
        wrong += [row for row in rows if not is_right(row)]
        if kind.name == "guards":
            guards = rows
    for row in wrong:
        print(f"{row.case.name}: {row.proof.outcome.value}: {row.proof.reason}")
    print()
    for row in sorted(guards, key=lambda row: -row.milliseconds):
        late = "" if row.milliseconds < TARGET else "  TOO LONG"
        print(
            f"{row.case.variant.stem:28}{row.milliseconds:7.1f}ms{row.proof.queries:5} queries"
            f"{row.proof.paths:5} paths{late}"
        )
    return int(bool(wrong) or any(row.milliseconds >= TARGET for row in guards))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))
