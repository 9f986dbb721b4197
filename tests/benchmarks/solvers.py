"""Which solver: bitwuzla beside z3 on every question that the prover's fixtures ask.

Run it with the interpreter of an environment that holds the tool, and ``z3-solver`` besides::

    .venv/bin/python tests/benchmarks/solvers.py [directory for the questions]

The questions are SMT-LIB texts, written down as the prover asks them. Each is read and answered by
either solver from nothing, with the same limit: the prover's own time is less, for it keeps what it
has built. Without z3 the table has one column, and says so.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "prove")]

from corpus import kinds  # noqa: E402

from analyzer.prove.definitions import Definitions  # noqa: E402
from analyzer.prove.pair import Pair, pair_of, prove  # noqa: E402
from analyzer.prove.path import Limits  # noqa: E402
from analyzer.prove.solver import QUERY, Solver  # noqa: E402

# Of one kind so many questions are put, spread over all of them.
MOST = 300
Asked = tuple[str, float]


def questions(kind: Any, seconds: float) -> list[str]:
    """Every question of a kind's proofs, each once."""
    found: dict[str, None] = {}
    for case in kind.cases:
        texts = (path.read_text() for path in (case.upstream, case.variant))
        pair = pair_of(case.function, *(Definitions.of_text(each, "f.c") for each in texts), {})
        if isinstance(pair, Pair):
            with Solver(keep=lambda text: found.setdefault(text)) as solver:
                prove(pair, solver, Limits(seconds=seconds))
    return list(found)


def by_bitwuzla(path: Path) -> str:
    """Its answer."""
    import bitwuzla

    options = bitwuzla.Options()
    options.set(bitwuzla.Option.TIME_LIMIT_PER, QUERY)
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    parser.parse(str(path), True, True)
    return str(parser.bitwuzla().check_sat()).rpartition(".")[2].lower()


def by_z3(path: Path) -> str:
    """Its answer."""
    z3: Any = import_module("z3")
    solver = z3.SolverFor("QF_AUFBV", ctx=z3.Context())
    solver.set("timeout", QUERY)
    solver.from_string(path.read_text())
    return str(solver.check())


def timed(answer: Callable[[Path], str], paths: list[Path]) -> list[Asked]:
    """Answers with milliseconds."""
    found = []
    for path in paths:
        began = time.perf_counter()
        said = answer(path)
        found.append((said, 1000 * (time.perf_counter() - began)))
    return found


def row(name: str, solver: str, asked: list[Asked]) -> str:
    """A line of the table."""
    times = [each for _, each in asked]
    said = {word: sum(each == word for each, _ in asked) for word in ("sat", "unsat", "unknown")}
    return (
        f"{name:10}{solver:10}{len(asked):7}{said['sat']:6}{said['unsat']:7}{said['unknown']:9}"
        f"{median(times):9.2f}{max(times):10.1f}{sum(times):11.0f}"
    )


def disagreements(one: list[Asked], other: list[Asked]) -> int:
    """How often one says yes and the other no."""
    pairs = zip(one, other, strict=True)
    return sum({a, b} == {"sat", "unsat"} for (a, _), (b, _) in pairs)


def main(home: Path, seconds: float = 4) -> int:
    """Write the questions, ask them, print the table. Returns 1 where the solvers disagree."""
    solvers: dict[str, Callable[[Path], str]] = {"bitwuzla": by_bitwuzla}
    if find_spec("z3") is not None:
        solvers["z3"] = by_z3
    else:
        print("z3 is not installed: bitwuzla alone is measured")
    print(f"limit {QUERY} ms a question; times in ms")
    print("kind      solver    asked   sat  unsat  unknown   median       max        all")
    wrong = 0
    for kind in kinds():
        texts = questions(kind, seconds)
        paths = []
        for number, text in enumerate(texts[:: -(-len(texts) // MOST) or 1]):
            paths.append(home / f"{kind.name}-{number:05}.smt2")
            paths[-1].write_text(text)
        if not paths:
            print(f"{kind.name:10}asks nothing")
            continue
        asked = {name: timed(answer, paths) for name, answer in solvers.items()}
        for name, each in asked.items():
            print(row(kind.name, name, each), flush=True)
        if len(asked) > 1:
            wrong += disagreements(*asked.values())
    print(f"{wrong} disagreements")
    return int(wrong > 0)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        sys.exit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as made:
        sys.exit(main(Path(made)))
