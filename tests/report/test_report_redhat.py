from __future__ import annotations

from dataclasses import replace

from form_checks import FULL, check_redhat, text_of
from sample_reports import EMPTY

from analyzer.finding import State
from analyzer.report import Format
from analyzer.result import Item, LetterFacts, Report, Verdict

ALL = (
    *(f"ID-{n}" for n in range(1, 7)),
    *("IN-1", "IN-2"),
    *(f"TX-{n}" for n in range(1, 6)),
    *(f"SM-{n}" for n in range(1, 7)),
    *(f"DP-{n}" for n in range(1, 5)),
    *("CV-1", "CV-2", "CF-1", "CF-2", "CF-3", "CF-4", "CF-5", "AB-1"),
    *("TS-1", "TS-2", "TS-3", "RG-1", "RG-2", "AC-1", "AC-2", "LM-1"),
)


def labels(*reports: Report) -> list[str]:
    return [line.split('"')[1] for line in check_redhat(*reports)]


def answered(state: State, *ids: str) -> Report:
    return replace(EMPTY, items=tuple(Item(id, "t", state, "s") for id in ids))


def test_every_item_of_the_checklist_stands_under_one_label() -> None:
    assert labels(answered(State.FINDING, *ALL)) == [
        "Backport::Same",
        "CommitRefs::NeedsReview",
        "Signoff::NeedsReview",
        "JIRA::NeedsReview",
        "Dependencies::NeedsReview",
        "Backport-Subject::Finding",
        "Backport-Integrity::Finding",
        "Backport-Semantics::Finding",
        "Backport-Fixes::Finding",
        "Backport-CVE::Finding",
        "Backport-Config::Finding",
        "Backport-ABI::Finding",
        "Backport-Tests::Finding",
        "Backport-Risk::Finding",
        "Backport-Acks::Finding",
        "Backport-Limits::Finding",
    ]
    told = text_of(Format.REDHAT, answered(State.FINDING, *ALL))
    assert all(told.count(f"**{id}** finding") == 1 for id in ALL)


def test_a_hooks_label_is_ok_only_where_we_ask_all_that_the_hook_asks() -> None:
    found = labels(answered(State.OK, *ALL))
    assert found[1:3] == ["CommitRefs::OK", "Signoff::OK"]
    assert not [label for label in found if label.startswith(("JIRA", "Dependencies"))]
    assert "`JIRA` is left to its hook: ok" in text_of(Format.REDHAT, answered(State.OK, *ALL))
    # A release's list that does not ask for the text says nothing of it.
    assert labels(answered(State.OK, "ID-1", "ID-2")) == ["Backport::Same"]


def test_a_series_has_the_worst_label_of_each_scope() -> None:
    good, bad = answered(State.OK, *ALL), answered(State.FINDING, "SM-1", "ID-4")
    differs = replace(bad, verdict=Verdict.DIFFERS)
    found = labels(good, differs, good)
    assert found[:3] == ["Backport::Differs", "CommitRefs::OK", "Signoff::NeedsReview"]
    assert "Backport-Semantics::Finding" in found


def test_an_unknown_item_is_not_lost() -> None:
    assert labels(answered(State.NEEDS_REVIEW, "QA-1")) == [
        "Backport::Same",
        "Backport-Other::NeedsReview",
    ]


def test_a_subject_is_no_quick_action() -> None:
    evil = '/label ~"CommitRefs::OK"'
    patch = replace(EMPTY.patch, subject=evil, author=f"x\n{evil}")
    item = Item(evil, evil, State.FINDING, f"s\n{evil}", next=evil)
    letter = LetterFacts(trackers=(f"jira#{evil}", f"jira#RHEL-1\n{evil}"), cves=(evil,))
    report = replace(EMPTY, patch=patch, items=(item,), letter=letter)
    assert labels(report) == ["Backport::Same", "Backport-Other::Finding"]
    assert "- `JIRA: TODO`\n- `CVE: TODO, or no such line`" in text_of(Format.REDHAT, report)


def test_the_description_has_what_is_known() -> None:
    told = text_of(Format.REDHAT, FULL).partition("For the description:")[2]
    assert told.split("\n/label")[0].strip() == (
        "- `JIRA: https://issues.redhat.com/browse/RHEL-77`\n"
        "- `CVE: CVE-2022-41222`\n"
        "- `Upstream Status: linux.git 2c91bd4a4e2e530582d6fd643ea7b86b27907151`"
    )
