"""SM-3 by text: what is said of ways out, beside what running and proving say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from one_case import case_of, mail

from analyzer.compare.labels import Exits, How, Way
from analyzer.finding import Evidence, NotChecked, State
from analyzer.prove.proof import Outcome, Proof
from analyzer.prove.session import Proofs, Proved, Unproved
from analyzer.result import Item
from analyzer.review import semantics
from analyzer.review.case import Case
from analyzer.review.labels import with_labels
from analyzer.source import Place, Side

PATH = "drivers/misc/thing.c"
OURS, LABEL = Place(Side.PATCH_AFTER, PATH, 13), Place(Side.PATCH_AFTER, PATH, 22)
THEIRS = Place(Side.UPSTREAM, PATH, 14)
SAID = (
    "`thing_free(t)` is not done here",
    "upstream's `goto free` reaches: thing_free(t); return ret",
    "here `goto out` reaches: return ret",
)
PLACES = (("goto out", OURS), ("label out", LABEL), ("upstream's goto free", THEIRS))
APART = Way("thing_open", How.APART, SAID, PLACES)
OTHER = replace(APART, how=How.OTHER)
SAME = Way("thing_open", How.SAME)
ANSWER = Item("SM-3", "same clean-up?", State.OK, "run", reason="3 runs")


def case(*proved: tuple[str, Outcome], left: tuple[str, ...] = ()) -> Case:
    proofs = tuple(
        Proved(Proof(name, outcome), PATH, name, "as it stands", ()) for name, outcome in proved
    )
    found = case_of(mail("x"))
    unproved = tuple(Unproved(f"{name}()", "why") for name in left)
    return replace(found, proofs=Proofs(proofs, unproved)) if proved or left else found


def answer(found: Case, *ways: Way, item: Item = ANSWER) -> Item:
    return with_labels(found, item, Exits(ways))


def test_another_clean_up_is_a_finding() -> None:
    assert answer(case(), APART, SAME) == Item(
        "SM-3",
        "same clean-up?",
        State.FINDING,
        "thing_open(): `thing_free(t)` is not done here",
        reason="by what was run: ok (run); 3 runs; by text, 1 way out as upstream's",
        evidence=(
            Evidence(f"thing_open(): {SAID[0]}", OURS),
            Evidence(f"thing_open(): {SAID[1]}", THEIRS),
            Evidence(f"thing_open(): {SAID[2]}", OURS),
            Evidence("thing_open(): label out", LABEL),
        ),
        next="Leave the function where it does what upstream's does, or say why it must not.",
    )


def test_what_reads_otherwise_is_for_a_reader() -> None:
    found = answer(case(), OTHER)
    assert (found.state, found.summary) == (State.OK, "run")
    assert found.reason == ("3 runs; by text, 1 way out to read beside upstream's: thing_open()")
    assert len(found.evidence) == 4
    open_ = replace(ANSWER, state=State.CANNOT_TELL)
    assert answer(case(), OTHER, item=open_).state is State.CANNOT_TELL


@pytest.mark.parametrize(
    ("proved", "left", "state"),
    [
        ((("thing_open", Outcome.SAME),), (), State.OK),
        ((("thing_open", Outcome.UNDECIDED),), (), State.FINDING),
        ((("thing_close", Outcome.SAME),), (), State.FINDING),
        ((("thing_open", Outcome.SAME),), ("thing_open",), State.FINDING),
        ((("thing_open", Outcome.SAME), ("thing_open", Outcome.DIFFERENT)), (), State.FINDING),
    ],
)
def test_only_a_proof_excuses_it(
    proved: tuple[tuple[str, Outcome], ...], left: tuple[str, ...], state: State
) -> None:
    found = answer(case(*proved, left=left), APART)
    assert found.state is state
    if state is State.OK:
        assert found.reason == (
            "3 runs; the clean-up reads otherwise in thing_open(), and is proved to do the same"
        )


def test_no_proof_excuses_a_label_that_is_nowhere() -> None:
    way = Way("thing_open", How.NO_LABEL, ("there is no label out in thing_open()",), PLACES[:1])
    found = answer(case(("thing_open", Outcome.SAME)), way)
    assert (found.state, found.next) == (
        State.FINDING,
        "Jump to a label that the function has.",
    )


def test_a_finding_by_running_stays_and_gains_evidence() -> None:
    before = replace(ANSWER, state=State.FINDING, summary="D1", divergences=("D1",))
    found = answer(case(), APART, item=before)
    assert (found.state, found.summary, found.divergences) == (State.FINDING, "D1", ("D1",))
    assert len(found.evidence) == 4


def test_lost_lines_make_no_finding() -> None:
    damaged = case()
    damaged = replace(damaged, mended=replace(damaged.mended, unexplained=1))
    open_ = replace(ANSWER, state=State.CANNOT_TELL)
    assert answer(damaged, APART, item=open_).state is State.CANNOT_TELL


def test_what_was_not_compared_is_said() -> None:
    way = Way("thing_open", How.OPEN, ("it is too long",), PLACES)
    unread = (NotChecked("the ways out of thing_close()", "#if splits a statement"),)
    found = with_labels(case(), ANSWER, Exits((way,), unread))
    assert (found.state, found.reason) == (
        State.OK,
        "3 runs; by text not compared: thing_open(): it is too long, "
        "the ways out of thing_close(): #if splits a statement",
    )


def test_the_item_asks_for_it() -> None:
    found = replace(case(), exits=Exits((APART,)))
    assert semantics.rule_of("SM-3")(found).state is State.FINDING
    assert semantics.rule_of("SM-4")(found).state is State.CANNOT_TELL
    assert semantics.rule_of("SM-3")(case()).state is State.CANNOT_TELL
