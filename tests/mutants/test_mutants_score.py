"""A sample of the mutation score: proof, replay and the way a mutant is made do not contradict."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.prove.proof import Outcome
from tests.mutants.mutants import sample
from tests.mutants.score import MovePathSubject, Score, Sight, Subject, Verdict
from tests.trees.trees import Era

_PROVE = Path(__file__).resolve().parents[2] / "fixtures" / "prove"


@pytest.fixture(scope="module")
def move_path(tmp_path_factory: pytest.TempPathFactory) -> MovePathSubject:
    return MovePathSubject(tmp_path_factory.mktemp("tree"), Era.V5_0)


def _scores(subject: Subject, function: str, count: int) -> list[Score]:
    chosen = sample(subject.text, function, count, 3, subject.configuration)
    return [subject.judged(function, each, gcc=False) for each in chosen]


def _sound(scores: list[Score]) -> None:
    assert [(each.mutant.name, each.disagreement) for each in scores if each.disagreement] == []
    equal = [each for each in scores if each.mutant.equal]
    assert [each.mutant.name for each in equal if each.proof.outcome is not Outcome.SAME] == []
    seen = [each for each in scores if each.seen.sight is Sight.DIFFERS]
    assert [each.mutant.name for each in seen if each.verdict is Verdict.EQUAL] == []


def test_mutants_of_the_new_function_are_all_decided(move_path: MovePathSubject) -> None:
    scores = _scores(move_path, "move_normal_pmd", 24)
    _sound(scores)
    assert [each.mutant.name for each in scores if each.verdict is Verdict.UNDECIDED] == []


def test_mutants_of_a_loop_are_not_contradicted(move_path: MovePathSubject) -> None:
    _sound(_scores(move_path, "move_ptes", 4))


@pytest.mark.parametrize(
    ("kind", "function"),
    [("probe", "tsadc_probe"), ("ring", "ring_push"), ("locking", "queue_submit")],
)
def test_mutants_outside_the_model_are_decided_by_proof(kind: str, function: str) -> None:
    scores = _scores(Subject.of_text(_PROVE / kind / "upstream.c"), function, 12)
    _sound(scores)
    assert {each.seen.sight for each in scores} == {Sight.NOT_RUN}
