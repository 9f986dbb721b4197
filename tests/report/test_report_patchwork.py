from __future__ import annotations

from dataclasses import replace

from form_checks import FULL, check_patchwork
from sample_reports import EMPTY

from analyzer.finding import State
from analyzer.result import Item, Report

_PERSON = "a person"


def states(report: Report) -> dict[str, str]:
    return {one["context"]: one["state"] for one in check_patchwork(report)}


def answered(*items: Item) -> Report:
    return replace(EMPTY, items=items)


def test_a_family_is_as_bad_as_its_worst_item() -> None:
    for worst, state in (
        (State.FINDING, "fail"),
        (State.CANNOT_TELL, "warning"),
        (State.NEEDS_REVIEW, "warning"),
        (State.NOT_APPLICABLE, "success"),
        (State.OK, "success"),
    ):
        report = answered(Item("SM-1", "t", State.OK, "s"), Item("SM-2", "t", worst, "s"))
        assert states(report)["backport-analyzer-sm"] == state


def test_the_same_contexts_are_written_whatever_the_answers() -> None:
    # Patchwork would go on showing a context's last failure where nothing replaces it.
    def all_are(state: State) -> Report:
        return answered(*(replace(item, state=state) for item in FULL.items))

    found = {frozenset(states(all_are(state))) for state in State}
    assert len(found) == 1
    assert "backport-analyzer" in next(iter(found))


def test_what_a_person_has_to_answer_is_pending() -> None:
    waiting = Item("TS-1", "t", State.NEEDS_REVIEW, "s", answered_by=_PERSON)
    assert states(answered(waiting))["backport-analyzer-ts"] == "pending"
    for state, shown in ((State.OK, "success"), (State.FINDING, "fail")):
        given = answered(replace(waiting, state=state))
        assert states(given)["backport-analyzer-ts"] == shown
    mixed = answered(waiting, Item("TS-2", "t", State.CANNOT_TELL, "s"))
    assert states(mixed)["backport-analyzer-ts"] == "warning"


def test_an_interrupted_review_is_pending() -> None:
    assert states(replace(FULL, interrupted=True))["backport-analyzer"] == "pending"


def test_an_id_becomes_a_slug() -> None:
    ids = ("Ünsafe id-1", "../x", "", "-", "A b\nc-2", "汉字-1")
    report = answered(*(Item(id, "t", State.OK, "s") for id in ids))
    assert list(states(report)) == [
        "backport-analyzer",
        "backport-analyzer-nsafe-id",
        "backport-analyzer-x",
        "backport-analyzer-other",
        "backport-analyzer-a-b-c",
    ]


def test_each_check_says_whose_it_is() -> None:
    other = replace(FULL, letter=replace(FULL.letter, message_id="<2@b.example>"))
    assert {one["msgid"] for one in check_patchwork(FULL, other)} == {
        "<20190104.1-2@vendor.example>",
        "<2@b.example>",
    }
