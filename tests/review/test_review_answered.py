"""People's answers over a report: what they change, what they cannot, and when they lapse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from one_case import ADA, SHA, mail

from analyzer.errors import AnalyzerError
from analyzer.finding import Evidence, NotChecked, State
from analyzer.pipeline import analyze
from analyzer.release.checklist import Checklist, Entry
from analyzer.release.ids import IDS, is_decided_by_code
from analyzer.report import Format, render
from analyzer.result import (
    Basis,
    Given,
    Item,
    PatchFacts,
    Report,
    Request,
    Verdict,
    exit_code,
    open_gates,
)
from analyzer.review.answered import Subject, answered, desk_of
from analyzer.review.release import released

TODAY = date(2026, 1, 31)
FACTS = PatchFacts("mm: a", "A <a@x>", "2019-01-03", None, SHA, ("mm/a.c",), True, ())
OURS = Checklist(
    "ours",
    "Our release",
    (Entry("OU-1", True, "the manager", "was it announced?", "Announce it."),),
)


def report(*items: Item, verdict: Verdict = Verdict.SAME) -> Report:
    return Report(verdict, Basis.TRACES, FACTS, (), items, ())


def item(name: str, state: State = State.NEEDS_REVIEW, summary: str = "s", todo: str = "") -> Item:
    return Item(name, "t?", state, summary, next=todo)


DIGEST = "sha256:" + "0" * 64
OTHER = "sha256:" + "1" * 64


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    path = tmp_path / "p.patch"
    path.write_text(mail("text"))
    return path


def say(
    patch: Path,
    given: Report,
    *answers: str,
    digest: str = DIGEST,
    today: date = TODAY,
    until: str | None = None,
    note: str = "seen",
) -> Report:
    """The report with the answers that are there, and these."""
    new = Given(answers, "Ann", note, until) if answers else Given()
    desk = desk_of(Request(str(patch), given=new), None, today)
    return given if desk is None else answered(desk, (Subject(given, digest),), today)[0]


def test_without_answers_there_is_no_desk(patch: Path) -> None:
    assert desk_of(Request(str(patch)), None, TODAY) is None
    assert desk_of(Request("-"), None, TODAY) is None


KEPT = "Ann answered ok on 2026-01-31, kept in {}.answers.toml"


def test_a_person_s_item_is_answered_and_stays_so(patch: Path) -> None:
    asked = Item("TS-1", "t?", State.NEEDS_REVIEW, "a person answers this", next="Build it.",
                 answered_by="a person")  # fmt: skip
    first = say(patch, report(asked), "TS-1=ok")
    assert first == report(
        Item(
            "TS-1",
            "t?",
            State.OK,
            "Ann answered on 2026-01-31: seen",
            evidence=(Evidence(KEPT.format(patch)),),
            answered_by="Ann",
        )
    )
    assert say(patch, report(asked), today=date(2036, 1, 1)) == first


@pytest.mark.parametrize("state", [State.NEEDS_REVIEW, State.CANNOT_TELL, State.OK])
def test_an_open_item_may_be_answered_and_the_tool_s_words_are_kept(
    patch: Path, state: State
) -> None:
    asked = Item("DP-4", "t?", state, "s", "why", (Evidence("e"),), next="Look.")
    assert say(patch, report(asked), "DP-4=not-applicable").items == (
        Item(
            "DP-4",
            "t?",
            State.NOT_APPLICABLE,
            "Ann answered on 2026-01-31: seen",
            f"the tool's own answer is {state.value}: s; why",
            (
                Evidence(
                    f"Ann answered not-applicable on 2026-01-31, kept in {patch}.answers.toml"
                ),
                Evidence("e"),
            ),
            answered_by="Ann",
        ),
    )


def test_a_person_may_find_what_the_tool_does_not(patch: Path) -> None:
    found = say(patch, report(item("TX-4", State.OK), item("SM-1", State.OK)),
                "TX-4=finding", "SM-1=finding")  # fmt: skip
    assert [(one.state, one.next) for one in found.items] == [
        (State.FINDING, "Settle with Ann what was found.")
    ] * 2
    assert exit_code(found) == 1


@pytest.mark.parametrize("said", ["ok", "not-applicable"])
def test_a_finding_is_waived_and_not_declared_away(patch: Path, said: str) -> None:
    with pytest.raises(AnalyzerError) as caught:
        say(patch, report(item("TX-4", State.FINDING, "2 deviations")), f"TX-4={said}")
    assert str(caught.value) == (
        f"--answer TX-4: it is a finding, and no {said}: 2 deviations; "
        "put it right, or waive it with TX-4=waived and --until"
    )
    assert not Path(f"{patch}.answers.toml").exists()


def test_an_ok_from_before_the_finding_is_not_applied(patch: Path) -> None:
    say(patch, report(item("TX-4")), "TX-4=ok")
    found = item("TX-4", State.FINDING, "2 deviations")
    assert say(patch, report(found)).items == (
        replace(
            found,
            evidence=(
                Evidence("Ann answered ok on 2026-01-31: seen; "
                         "it is not applied: a finding can be waived, not declared away"),
            ),
        ),
    )  # fmt: skip


FINDING = item("TX-4", State.FINDING, "2 deviations", "Explain them.")


def test_a_waiver_takes_the_finding_out_of_the_exit_code_until_its_day(patch: Path) -> None:
    waived = say(patch, report(FINDING), "TX-4=waived", until="2026-02-28")
    assert waived.items == (
        Item(
            "TX-4",
            "t?",
            State.NEEDS_REVIEW,
            "waived by Ann until 2026-02-28: seen; the finding stands: 2 deviations",
            evidence=(Evidence("Ann answered waived on 2026-01-31, until 2026-02-28: seen"),),
            next="Explain them.",
            answered_by="Ann",
        ),
    )
    assert (exit_code(waived), waived.verdict) == (0, Verdict.SAME)
    assert say(patch, report(FINDING), today=date(2026, 2, 27)) == waived
    over = say(patch, report(FINDING), today=date(2026, 2, 28))
    assert over.items == (
        replace(
            FINDING,
            evidence=(
                Evidence("Ann answered waived on 2026-01-31, until 2026-02-28: seen; "
                         "it has lapsed: it ended on 2026-02-28"),
            ),
        ),
    )  # fmt: skip
    assert exit_code(over) == 1


def test_a_waiver_is_for_the_finding_that_there_was(patch: Path) -> None:
    say(patch, report(FINDING), "TX-4=waived", until="2026-02-28")
    more = say(patch, report(replace(FINDING, summary="3 deviations")))
    assert (more.items[0].state, more.items[0].evidence) == (
        State.FINDING,
        (
            Evidence("Ann answered waived on 2026-01-31, until 2026-02-28: seen; "
                     "it has lapsed: it was for another finding: 2 deviations"),
        ),
    )  # fmt: skip


def test_what_is_no_finding_may_be_waived_and_stays_open(patch: Path) -> None:
    found = say(patch, report(item("TS-2")), "TS-2=waived", until="2026-02-28")
    assert (found.items[0].state, found.items[0].summary) == (
        State.NEEDS_REVIEW,
        "waived by Ann until 2026-02-28: seen; still open: s",
    )
    settled = say(patch, report(item("TS-2", State.OK)))
    assert settled.items[0].state is State.OK
    assert settled.items[0].evidence[0].text.endswith("; there is nothing to waive any more")
    with pytest.raises(
        AnalyzerError, match="--answer TS-2: there is nothing to waive; leave it out"
    ):
        say(patch, report(item("TS-2", State.OK)), "TS-2=waived", until="2026-02-28")


@pytest.mark.parametrize("name", [one for one in IDS if is_decided_by_code(one)])
@pytest.mark.parametrize("state", [State.FINDING, State.CANNOT_TELL])
@pytest.mark.parametrize("said", ["ok", "not-applicable", "finding", "waived"])
def test_what_code_decides_no_person_overrules(
    patch: Path, name: str, state: State, said: str
) -> None:
    given = report(item(name, state), verdict=Verdict.UNDECIDED)
    found = say(patch, given, f"{name}={said}", until="2026-02-28")
    beside = (
        f"Ann answered {said} on 2026-01-31, until 2026-02-28: seen; "
        "it changes nothing: what code decides no person overrules"
    )
    # An open question is shown with its reason alone in a terminal.
    reason = beside if state is State.CANNOT_TELL else ""
    assert found == report(
        replace(item(name, state), reason=reason, evidence=(Evidence(beside),)),
        verdict=Verdict.UNDECIDED,
    )
    assert exit_code(found) == exit_code(given)
    assert "it changes nothing" in render((found,), Format.TERMINAL, color=False, width=400)


def test_what_code_leaves_to_a_review_a_person_answers(patch: Path) -> None:
    found = say(patch, report(item("SM-1"), verdict=Verdict.UNDECIDED), "SM-1=ok")
    assert (found.items[0].state, exit_code(found)) == (State.OK, 3)


def test_answers_lapse_when_the_patch_changes(patch: Path) -> None:
    say(patch, report(item("TS-1")), "TS-1=ok")
    changed = say(patch, report(item("TS-1")), digest=OTHER)
    gone = "Ann answered ok on 2026-01-31: seen; it has lapsed: the patch has changed since"
    assert changed == report(replace(item("TS-1"), evidence=(Evidence(gone),)))
    anew = say(patch, report(item("TS-1")), "TS-1=ok", digest=OTHER, note="again")
    assert anew.items[0].evidence == (Evidence(KEPT.format(patch)),)
    assert say(patch, report(item("TS-1"))).items[0].state is State.OK


def test_answers_lapse_beside_another_upstream_commit(patch: Path) -> None:
    say(patch, report(item("TS-1")), "TS-1=ok")
    short = replace(report(item("TS-1")), patch=replace(FACTS, upstream_commit=SHA[:12].upper()))
    assert say(patch, short).items[0].state is State.OK
    for commit, told in (("f" * 40, "ffffffffffff"), (None, "none")):
        other = replace(report(item("TS-1")), patch=replace(FACTS, upstream_commit=commit))
        assert say(patch, other).items[0].evidence == (
            Evidence(
                "Ann answered ok on 2026-01-31: seen; it has lapsed: it was given beside "
                f"0123456789ab, and this report stands beside {told}"
            ),
        )


def test_the_last_answer_counts(patch: Path) -> None:
    say(patch, report(item("TS-1")), "TS-1=ok")
    assert say(patch, report(item("TS-1")), "TS-1=finding").items[0].state is State.FINDING


def test_other_words_of_the_tool_are_shown_beside_the_answer(patch: Path) -> None:
    say(patch, report(item("RG-1", summary="watch the TLB")), "RG-1=ok")
    now = say(patch, report(item("RG-1", summary="watch the locks"))).items[0]
    assert (now.state, now.evidence[1].text) == (
        State.OK,
        "when Ann answered, the report said: watch the TLB",
    )


def test_an_answer_to_what_no_item_asks_is_not_dropped(patch: Path) -> None:
    own = released(report(item("TS-1")), OURS)
    desk = desk_of(Request(str(patch), given=Given(("OU-1=ok",), "Ann", "seen")), OURS, TODAY)
    assert desk is not None
    (first,) = answered(desk, (Subject(own, DIGEST),), TODAY)
    assert [(one.id, one.state) for one in first.items if one.answered_by == "Ann"] == [
        ("OU-1", State.OK)
    ]
    assert say(patch, report(item("TS-1"))).not_checked == (
        NotChecked("Ann answered ok on 2026-01-31 of OU-1", "the report has no such item"),
    )
    with pytest.raises(AnalyzerError, match="OU-1 is no item of this report"):
        say(patch, report(item("TS-1")), "OU-1=ok")


def test_of_a_series_each_patch_keeps_its_own(patch: Path) -> None:
    two = replace(FACTS, subject="mm: b")
    reports = (
        report(item("TS-1"), FINDING),
        replace(report(item("TS-1"), item("TX-4")), patch=two),
    )

    def both(given: Given, digests: tuple[str, str]) -> list[tuple[str, str]]:
        desk = desk_of(Request(str(patch), given=given), None, TODAY)
        assert desk is not None
        found = answered(desk, tuple(map(Subject, reports, digests)), TODAY)
        return [(one.items[0].state.value, one.items[1].state.value) for one in found]

    with pytest.raises(AnalyzerError, match="--answer TX-4, patch 1: it is a finding"):
        both(Given(("TX-4=ok",), "Ann", "seen"), (DIGEST, OTHER))
    given = Given(("TS-1=ok", "TX-4=waived"), "Ann", "seen", "2026-02-28")
    assert both(given, (DIGEST, OTHER)) == [("ok", "needs-review"), ("ok", "needs-review")]
    # The second patch has changed: its answers lapse, those of the first do not.
    third = "sha256:" + "2" * 64
    assert both(Given(), (DIGEST, third)) == [
        ("ok", "needs-review"),
        ("needs-review", "needs-review"),
    ]
    desk = desk_of(Request(str(patch)), None, TODAY)
    assert desk is not None
    first, second = answered(desk, tuple(map(Subject, reports, (DIGEST, third))), TODAY)
    assert [len(one.items[0].evidence) for one in (first, second)] == [1, 1]
    assert second.items[0].evidence[0].text.endswith("the patch has changed since")


def test_a_file_for_many_patches_says_whose_its_other_answers_are(tmp_path: Path) -> None:
    shared = tmp_path / "all.toml"

    def one(
        title: str, digest: str, *answers: str
    ) -> tuple[tuple[Evidence, ...], tuple[NotChecked, ...]]:
        new = Given(answers, "Ann", "seen") if answers else Given()
        desk = desk_of(Request("-", answers=shared, given=new), None, TODAY)
        assert desk is not None
        given = replace(report(item("TS-1")), patch=replace(FACTS, subject=title))
        (found,) = answered(desk, (Subject(given, digest),), TODAY)
        return found.items[0].evidence, found.not_checked

    others = NotChecked(f"1 of the answers in {shared}", "they are to other patches: “mm: a”")
    kept = Evidence(f"Ann answered ok on 2026-01-31, kept in {shared}")
    assert one("[PATCH 1/2] mm: a", DIGEST, "TS-1=ok") == ((kept,), ())
    assert one("[PATCH 2/2] mm: b", OTHER) == ((), (others,))
    # What has the title of one that was answered is that patch, changed.
    gone = "Ann answered ok on 2026-01-31: seen; it has lapsed: the patch has changed since"
    assert one("[PATCH v2] mm: a", OTHER) == ((Evidence(gone),), ())


def test_a_file_that_is_named_need_not_be_there(patch: Path, tmp_path: Path) -> None:
    where = tmp_path / "elsewhere.toml"
    desk = desk_of(Request("-", answers=where), None, TODAY)
    assert desk is not None
    (found,) = answered(desk, (Subject(report(item("TS-1")), DIGEST),), TODAY)
    assert found == replace(
        report(item("TS-1")),
        not_checked=(NotChecked(f"the answers in {where}", "there is no such file"),),
    )

    where.write_text("version = 1\n")
    assert desk_of(Request("-", answers=where), None, TODAY) is None


def test_what_is_no_file_needs_one_for_its_answers() -> None:
    with pytest.raises(AnalyzerError) as caught:
        desk_of(Request("repo@A..B", given=Given(("TS-1=ok",), "Ann", "n")), None, TODAY)
    assert str(caught.value) == (
        "repo@A..B: there is no file beside which answers could be kept; "
        "name one with --answers FILE"
    )


# --- the whole tool ------------------------------------------------------------------------------

DRIVER = mail(f"text\n\nSigned-off-by: {ADA}").replace("mm/mremap.c", "drivers/a/Kconfig")


def test_the_tool_keeps_answers_beside_the_patch(tmp_path: Path) -> None:
    path = tmp_path / "p.patch"
    path.write_text(DRIVER)
    given = Given(("TS-1=ok", "UB-1=ok"), "Ann", "seen")
    (first,) = analyze(Request(str(path), checklist="ubuntu", given=given))
    mine = {one.id: one.state for one in first.items if one.answered_by == "Ann"}
    assert mine == {"TS-1": State.OK, "UB-1": State.OK}
    assert not {"TS-1", "UB-1"} & set(open_gates(first))
    (again,) = analyze(Request(str(path), checklist="ubuntu"))
    assert again.items == first.items
    # Sent again, with another message: the same patch.
    path.write_text(DRIVER.replace("text", "other text") + "-- \n2.39.5\n")
    (sent,) = analyze(Request(str(path), checklist="ubuntu"))
    assert {one.id for one in sent.items if one.answered_by == "Ann"} == set(mine)
    path.write_text(DRIVER.replace("two", "too"))
    (changed,) = analyze(Request(str(path), checklist="ubuntu"))
    assert not [one for one in changed.items if one.answered_by == "Ann"]
    assert {"TS-1", "UB-1"} <= set(open_gates(changed))


def test_bad_answers_are_said_before_any_work_and_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "p.patch"
    path.write_text(DRIVER)
    kept = tmp_path / "p.patch.answers.toml"
    kept.write_text("shopping list")
    for given in (Given(), Given(("TS-1=ok",), "Ann", "n")):
        with pytest.raises(AnalyzerError, match="not TOML"):
            analyze(Request(str(path), given=given))
    assert kept.read_text() == "shopping list"
