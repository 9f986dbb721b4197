"""Mutants of functions, proved and replayed: how many are told apart, and whether all agree.

.venv/bin/python tests/benchmarks/mutation_score.py [FILE.c|ERA] [FUNCTION ...] [--sample N]

ERA is a tree of fixtures/trees (5.0-like by default); without functions those of its move path that
the commit touches. A file of C is proved alone, with gcc as the second opinion.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.mutants.mutants import mutants, sample
from tests.mutants.score import MovePathSubject, Score, Subject, Verdict, kinds_of
from tests.trees.trees import Era

_FUNCTIONS = ("move_normal_pmd", "move_ptes", "move_page_tables")


def main() -> None:
    """Print what was said of each mutant that is in doubt, and the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("subject", nargs="?", default=Era.V5_0.value)
    asked.add_argument("function", nargs="*")
    asked.add_argument("--sample", type=int, default=0, help="so many of each function, not all")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--no-gcc", action="store_true")
    given = asked.parse_args()
    scores: list[Score] = []
    with tempfile.TemporaryDirectory() as top:
        subject = _subject(given.subject, Path(top))
        for function in given.function or _FUNCTIONS:
            every = _mutants(subject, function, given.sample, given.seed)
            for mutant in every:
                score = subject.judged(function, mutant, gcc=not given.no_gcc)
                _tell(score)
                scores.append(score)
    _table(scores)


def _subject(name: str, top: Path) -> Subject:
    if name.endswith(".c"):
        return Subject.of_text(Path(name))
    return MovePathSubject(top, Era(name))


def _mutants(subject: Subject, function: str, count: int, seed: int) -> Sequence:
    if count:
        return list(sample(subject.text, function, count, seed, subject.configuration))
    return list(mutants(subject.text, function, subject.configuration))


def _tell(score: Score) -> None:
    said = score.disagreement and f"DISAGREEMENT: {score.disagreement}"
    said = said or score.suspect
    if score.verdict is Verdict.UNDECIDED:
        said = said or f"undecided: {score.proof.reason}"
    if said:
        print(f"{score.function} {score.mutant.name}: {said}")


def _table(scores: Iterable[Score]) -> None:
    scores = list(scores)
    print(f"\n{'kind':24}{'all':>6}" + "".join(f"{each.value:>19}" for each in Verdict))
    for kind, some in kinds_of(scores):
        counts = Counter(each.verdict for each in some)
        row = "".join(f"{counts[each]:>19}" for each in Verdict)
        print(f"{kind.value:24}{len(some):>6}{row}")
    counts = Counter(each.verdict for each in scores)
    print(f"{'all':24}{len(scores):>6}" + "".join(f"{counts[each]:>19}" for each in Verdict))
    times = sorted(each.seconds for each in scores) or [0.0]
    equal = [each for each in scores if each.mutant.equal]
    said = Counter(each.proof.outcome.value for each in equal)
    apart = sum(bool(each.disagreement) for each in scores)
    open_ = counts[Verdict.UNDECIDED] / max(len(scores), 1)
    print(f"\nequal by the way they are made: {len(equal)}, of these proved {dict(said)}")
    print(f"disagreements: {apart}; undecided: {open_:.1%} of {len(scores)}")
    print(f"a proof: median {1000 * times[len(times) // 2]:.0f} ms, at most {times[-1]:.2f} s")


if __name__ == "__main__":
    main()
