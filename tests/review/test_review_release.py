"""A release's checklist and people's answers over a report: every rule, whole results."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from inputs import FIXTURES
from one_case import ADA, BEN, DIFF, SHA, TITLE, at, case_of, mail

from analyzer.finding import Evidence, State
from analyzer.pipeline import analyze
from analyzer.release.checklist import READY, Checklist, Entry, load_checklist
from analyzer.report import Format, render, schema
from analyzer.result import (
    Asked,
    Basis,
    Item,
    PatchFacts,
    ReleaseList,
    Report,
    Request,
    Verdict,
    exit_code,
    open_gates,
)
from analyzer.review.case import Case
from analyzer.review.references import tracker_reference, tree_prefix
from analyzer.review.release import gated, released
from analyzer.review.signoffs import signoff_chain

SIGNED = f"Signed-off-by: {ADA}"


def under(case: Case, **rules: tuple[str, ...]) -> Case:
    return replace(case, release=Checklist("ours", "Ours", (Entry("ID-1"),), **rules))


# --- ID-4, ID-5, ID-6 under a list ---------------------------------------------------------------


def test_a_required_trailer_that_is_there_is_told() -> None:
    case = under(case_of(mail(f"text\n\nChange-Id: I01\n{SIGNED}")), trailers=("Change-Id",))
    assert signoff_chain(case) == Item(
        "ID-4",
        "is the Signed-off-by chain whole and in order?",
        State.OK,
        f"1 sign-off, the author's among them, the last by {ADA}, Change-Id: is there",
        evidence=(at(8, SIGNED), at(7, "Change-Id: I01")),
    )


def test_a_required_trailer_that_is_not_there_is_a_finding() -> None:
    case = under(case_of(mail(f"text\n\n{SIGNED}")), trailers=("Change-Id", "Tested|Tested-by"))
    assert signoff_chain(case) == Item(
        "ID-4",
        "is the Signed-off-by chain whole and in order?",
        State.FINDING,
        "the ours checklist wants Change-Id:, and the message has none; "
        "the ours checklist wants Tested: or Tested-by:, and the message has none",
        evidence=(at(7, SIGNED),),
        next="Add Change-Id: to the message. Add Tested: or Tested-by: to the message.",
    )


@pytest.mark.parametrize("line", ["Change-Id:", "see Change-Id: I01", "> Change-Id: I01"])
def test_what_only_looks_like_a_trailer_is_none(line: str) -> None:
    case = under(case_of(mail(f"text\n{line}\n\n{SIGNED}")), trailers=("Change-Id",))
    assert signoff_chain(case).state is State.FINDING


def test_what_a_damaged_patch_lacks_may_have_been_lost() -> None:
    text = mail(f"text\n\n{SIGNED}").replace("-1,2 +1,3", "-1,2 +1,6")
    case = under(case_of(text), trailers=("Change-Id",), trackers=("bsc",))
    assert [signoff_chain(case).state, tracker_reference(case).state] == [State.NEEDS_REVIEW] * 2


def test_no_sign_off_is_said_once() -> None:
    case = under(case_of(mail("text")), trailers=("Signed-off-by", "Acked-by|Signed-off-by"))
    assert signoff_chain(case).summary == "nobody signed off"


@pytest.mark.parametrize(
    ("line", "trackers", "told"),
    [
        ("References: bsc#1234567", ("bsc",), "bsc 1234567"),
        ("JIRA: https://issues.redhat.com/browse/RHEL-77", ("jira:RHEL",), "jira RHEL-77"),
        ("CVE-2022-41222", ("launchpad", "cve"), "CVE-2022-41222"),
        ("CVE: CVE-2022-41222", ("cve",), "CVE-2022-41222"),
        ("References: git-fixes", ("References: git-fixes",), "References: git-fixes"),
    ],
)
def test_a_ticket_that_the_list_wants(line: str, trackers: tuple[str, ...], told: str) -> None:
    item = tracker_reference(under(case_of(mail(f"text\n\n{line}\n{SIGNED}")), trackers=trackers))
    assert (item.state, item.summary, item.evidence[0].place) == (
        State.OK,
        told,
        at(7, "").place,
    )


@pytest.mark.parametrize(
    ("line", "trackers"),
    [
        ("Link: https://bugzilla.kernel.org/show_bug.cgi?id=200000", ("bsc",)),
        ("JIRA: PSBM-42", ("jira:RHEL",)),
        ("JIRA: RHELPLAN-42", ("jira:RHEL",)),
        ("text that speaks of CVE-2022-41222 in passing", ("cve",)),
        ("References: bsc-git-fixes", ("References: git-fixes",)),
        ("", ("launchpad",)),
    ],
)
def test_a_ticket_that_the_list_does_not_want(line: str, trackers: tuple[str, ...]) -> None:
    case = under(case_of(mail(f"text\n\n{line}\n{SIGNED}")), trackers=trackers)
    item = tracker_reference(case)
    assert (item.state, item.next) == (
        State.FINDING,
        f"Add a ticket of {trackers[0]} to the message.",
    )
    assert item.evidence


def test_a_mails_own_references_are_no_tickets() -> None:
    text = mail(f"text\n\n{SIGNED}").replace(
        "Date:", "References: <git-fixes@example.org>\nDate:", 1
    )
    wants = under(case_of(text), trailers=("References",), trackers=("References: git-fixes",))
    assert tracker_reference(wants).summary == (
        "the ours checklist wants References: and a ticket of References: git-fixes, "
        "and the message has none"
    )
    quilt = mail(f"text\n\n{SIGNED}").replace("Date:", "References: git-fixes\nDate:", 1)
    assert tracker_reference(replace(case_of(quilt), release=wants.release)).evidence == (
        at(2, "References: git-fixes"),
    )


def test_a_list_may_want_no_ticket_and_no_prefix() -> None:
    case = under(case_of(mail("text")), trackers=(), prefixes=())
    assert tracker_reference(case) == Item(
        "ID-5",
        "is there a tracker reference?",
        State.NOT_APPLICABLE,
        "the ours checklist asks for no ticket",
        reason="the message names no ticket",
        evidence=(at(3, "the message, lines 3 to 5, has none"),),
    )
    assert tree_prefix(case) == Item(
        "ID-6",
        "does the subject carry the tree's prefix?",
        State.NOT_APPLICABLE,
        "the ours checklist asks for no prefix",
        evidence=(at(3, f"[PATCH] {TITLE}"),),
    )
    named = under(case_of(mail("text\n\nBugzilla: 1234567\nCc: x@example.org")), trackers=())
    assert tracker_reference(named).state is State.OK


def test_a_list_that_does_not_say_changes_nothing() -> None:
    plain = case_of(mail("text"))
    for rule in (signoff_chain, tracker_reference, tree_prefix):
        assert rule(under(plain)) == rule(plain)


@pytest.mark.parametrize(
    ("subject", "prefixes", "state"),
    [
        (f"[PATCH 1/2] UPSTREAM: {TITLE}", ("UPSTREAM:", "BACKPORT:"), State.OK),
        (f"BACKPORT: {TITLE}", ("UPSTREAM:", "BACKPORT:"), State.OK),
        (f"Re: [SRU][B,F][PATCH] {TITLE}", ("[SRU]",), State.OK),
        (f"[PATCH] [sru/focal] {TITLE}", ("[SRU]",), State.OK),
        (f"[PATCH] {TITLE}", ("[SRU]",), State.FINDING),
        (f"[PATCH] {TITLE} [SRU]", ("[SRU]",), State.FINDING),
        (f"{TITLE}", ("[SRU]",), State.NEEDS_REVIEW),
        (f"{TITLE}", ("[SRU]", "UBUNTU:"), State.FINDING),
        (f"[PATCH] upstream: {TITLE}", ("UPSTREAM:",), State.FINDING),
        ("[" * 50_000, ("[SRU]",), State.NEEDS_REVIEW),
    ],
)
def test_a_prefix_that_the_list_wants(
    subject: str, prefixes: tuple[str, ...], state: State
) -> None:
    item = tree_prefix(under(case_of(mail("text", subject=subject)), prefixes=prefixes))
    assert item.state is state
    assert bool(item.next) is (state is not State.OK)


@pytest.mark.parametrize(
    ("subject", "sender", "prefixes", "state"),
    [
        (f"[PATCH] {TITLE}", "", ("[SRU]",), State.NEEDS_REVIEW),
        (f"[PATCH 2/3] {TITLE}", "", ("[SRU]",), State.NEEDS_REVIEW),
        (f"[PATCH 6.1] {TITLE}", "", ("[SRU]",), State.FINDING),
        (f"[PATCH] {TITLE}", "", ("UPSTREAM:",), State.FINDING),
        (f"[PATCH] {TITLE}", "From: Ben <ben@example.net>\n\n", ("[SRU]",), State.FINDING),
    ],
)
def test_what_git_exported_has_no_brackets_of_a_mail_yet(
    subject: str, sender: str, prefixes: tuple[str, ...], state: State
) -> None:
    """``sender`` is a From: in the body, which a mail has whose sender is not the author."""
    text = f"From {'5' * 40} Mon Sep 17 00:00:00 2001\n{mail(sender + 'text', subject=subject)}"
    assert tree_prefix(under(case_of(text), prefixes=prefixes)).state is state


def test_a_diff_alone_has_nothing_that_a_list_wants() -> None:
    case = under(case_of(DIFF), trackers=("bsc",), prefixes=("[SRU]",), trailers=("Bug",))
    found = [rule(case) for rule in (signoff_chain, tracker_reference, tree_prefix)]
    assert [one.state for one in found] == [State.CANNOT_TELL] * 3
    assert found[2].reason == "the ours checklist wants [SRU]"


PERFECT = {
    "stable": (f"[PATCH 5.4] {TITLE}", f"commit {SHA} upstream.\n\ntext\n\n{SIGNED}"),
    "redhat": (
        TITLE,
        f"JIRA: https://issues.redhat.com/browse/RHEL-1234\n\ncommit {SHA}\nAuthor: {ADA}\n\n"
        f"    text\n\n    {SIGNED}\n\nSigned-off-by: {BEN}",
    ),
    "suse": (
        TITLE,
        f"Patch-mainline: v5.1-rc1\nGit-commit: {SHA}\nReferences: bsc#1234567\n\ntext\n\n"
        f"{SIGNED}\nAcked-by: {BEN}",
    ),
    "ubuntu": (
        f"[SRU][N][PATCH 1/1] {TITLE}",
        f"BugLink: https://bugs.launchpad.net/bugs/2087983\n\ntext\n\n{SIGNED}\n"
        f"(cherry picked from commit {SHA})\nSigned-off-by: {BEN}",
    ),
    "android": (
        f"UPSTREAM: {TITLE}",
        f"text\n\n{SIGNED}\n\nBug: 123456789\n(cherry picked from commit {SHA})\n"
        f"Change-Id: I0123456789abcdef0123456789abcdef01234567\nSigned-off-by: {BEN}",
    ),
    "plain": (TITLE, f"commit {SHA} upstream.\n\ntext\n\n{SIGNED}"),
}  # fmt: skip


@pytest.mark.parametrize("name", READY)
def test_a_perfect_message_raises_nothing(name: str) -> None:
    subject, body = PERFECT[name]
    case = replace(case_of(mail(body, subject=subject)), release=load_checklist(name))
    found = [rule(case) for rule in (signoff_chain, tracker_reference, tree_prefix)]
    assert not [one for one in found if one.state is State.FINDING]


@pytest.mark.parametrize(
    ("name", "findings"),
    [("redhat", ["ID-5"]), ("suse", ["ID-4", "ID-5"]), ("ubuntu", ["ID-5", "ID-6"]),
     ("android", ["ID-4", "ID-6"]), ("stable", []), ("plain", [])],
)  # fmt: skip
def test_another_release_s_message_lacks_what_the_list_wants(name: str, findings: list) -> None:
    subject, body = PERFECT["stable"]
    case = replace(case_of(mail(body, subject=subject)), release=load_checklist(name))
    found = [rule(case) for rule in (signoff_chain, tracker_reference, tree_prefix)]
    assert [one.id for one in found if one.state is State.FINDING] == findings


# --- the list over a report ----------------------------------------------------------------------

FACTS = PatchFacts("mm: a", "A <a@x>", "2019-01-03", None, SHA, ("mm/a.c",), True, ())


def report(*items: Item, verdict: Verdict = Verdict.SAME) -> Report:
    return Report(verdict, Basis.TRACES, FACTS, (), items, ())


def item(name: str, state: State = State.NEEDS_REVIEW, summary: str = "s", todo: str = "") -> Item:
    return Item(name, "t?", state, summary, next=todo)


OURS = Checklist(
    "ours",
    "Our release",
    (
        Entry("TS-1", True, "quality engineering"),
        Entry("OU-1", True, "the manager", "was it announced?", "Announce it."),
        Entry("ID-1", True, "the backporter"),
        Entry("OU-2", False, "", "is there cake?", "Bake."),
    ),
)


def test_a_list_orders_and_adds_and_drops_nothing() -> None:
    plain = report(item("ID-1", State.OK), item("ID-2"), item("TS-1"), item("LM-1"))
    person = {"state": State.NEEDS_REVIEW, "summary": "a person answers this"}
    found = released(plain, OURS)
    assert found == replace(
        plain,
        items=(
            item("TS-1"),
            Item(
                "OU-1", "was it announced?", **person, next="Announce it.", answered_by="a person"
            ),
            item("ID-1", State.OK),
            Item("OU-2", "is there cake?", **person, next="Bake.", answered_by="a person"),
            item("ID-2"),
            item("LM-1"),
        ),
        release=ReleaseList(
            "ours",
            "Our release",
            (
                Asked("TS-1", True, "quality engineering"),
                Asked("OU-1", True, "the manager"),
                Asked("ID-1", True, "the backporter"),
                Asked("OU-2"),
            ),
        ),
    )
    assert open_gates(found) == ("TS-1", "OU-1")
    assert exit_code(found) == exit_code(plain) == 0


def test_each_gate_has_evidence_and_an_open_one_what_to_do() -> None:
    plain = report(item("TS-1", todo="Build it."), item("ID-1", State.CANNOT_TELL, "no letter"))
    found = {one.id: (one.evidence, one.next) for one in gated(released(plain, OURS)).items}
    assert found == {
        "TS-1": ((Evidence("s"),), "Build it."),
        "OU-1": ((Evidence("nobody has answered it yet"),), "Announce it."),
        "ID-1": ((Evidence("no letter"),), "Decide it, and answer ID-1 with --answer."),
        "OU-2": ((), "Bake."),
    }


def test_the_formats_name_the_gates() -> None:
    full = gated(released(report(item("TS-1", todo="Build it."), item("ID-1", State.OK)), OURS))
    text = render((full,), Format.TERMINAL, color=False, width=200)
    assert "  checklist  ours (Our release)\n  gates open 2 of 3: TS-1, OU-1\n" in text
    assert "  TS-1  needs-review  s (gate, decided by quality engineering)\n" in text
    assert "(gate, decided by the manager)\n" in text
    markdown = render((full,), Format.MARKDOWN, color=False, width=80)
    assert "- checklist: ours (Our release)\n- gates open: 2 of 3: TS-1, OU-1\n" in markdown
    assert (
        "- [ ] **TS-1** t? **needs-review**: s (gate, decided by quality engineering)\n"
        "  - evidence: s\n"
        "  - next: Build it.\n"
    ) in markdown
    document = json.loads(render((full,), Format.JSON, color=False, width=80))
    jsonschema.validate(document, schema())
    assert document["release"] == {
        "name": "ours",
        "title": "Our release",
        "items": [
            {"id": "TS-1", "gate": True, "decides": "quality engineering"},
            {"id": "OU-1", "gate": True, "decides": "the manager"},
            {"id": "ID-1", "gate": True, "decides": "the backporter"},
            {"id": "OU-2", "gate": False, "decides": ""},
        ],
        "open": ["TS-1", "OU-1"],
    }


def test_the_words_where_no_gate_is_open() -> None:
    done = released(report(item("TS-1", State.OK), item("OU-1", State.NOT_APPLICABLE)), OURS)
    done = replace(done, items=(*done.items[:2], item("ID-1", State.OK)))
    assert "gates open none of 3\n" in render((done,), Format.TERMINAL, color=False, width=80)
    free = released(report(), replace(OURS, entries=(Entry("ID-1"),)))
    assert "none, for the list has no gates" in render(
        (free,), Format.MARKDOWN, color=False, width=80
    )


# --- the whole tool ------------------------------------------------------------------------------

DRIVER = mail(f"text\n\n{SIGNED}").replace("mm/mremap.c", "drivers/a/Kconfig")


@pytest.mark.parametrize("name", READY)
def test_every_gate_of_a_ready_list_has_evidence_and_a_next_action(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "p.patch"
    path.write_text(DRIVER)
    (found,) = analyze(Request(str(path), checklist=name))
    assert found.release is not None
    gates = [one for one in found.items if one.id in found.release.gates]
    assert len(gates) == len(found.release.gates)
    assert all(one.evidence for one in gates)
    assert all(one.next for one in gates if one.id in open_gates(found))
    markdown = render((found,), Format.MARKDOWN, color=False, width=80)
    assert markdown.count("(gate, decided by ") == len(gates)
    jsonschema.validate(json.loads(render((found,), Format.JSON, color=False, width=80)), schema())


@pytest.mark.parametrize(
    ("mail_name", "tree", "name"),
    [("move-pmd-archive.txt", None, "redhat"), ("tree-5.0-select-x86.patch", "5.0-like", "ubuntu")],
)
def test_the_markdown_of_our_mails_tells_every_gate(
    mail_name: str, tree: str | None, name: str
) -> None:
    """Each gate has a row with its id and state, evidence below it, and what to do while open."""
    target = None if tree is None else str(FIXTURES / "trees" / tree)
    request = Request(str(FIXTURES / "mails" / mail_name), target=target, checklist=name)
    (found,) = analyze(request)
    assert found.release is not None
    text = render((found,), Format.MARKDOWN, color=False, width=80)
    rows = text.partition("**Checklist**")[2].partition("\n\n**")[0].split("\n- [")[1:]
    by_id = {row.partition("**")[2].partition("**")[0]: row for row in rows}
    for one in found.release.asked:
        row, state = by_id[one.id], next(i.state for i in found.items if i.id == one.id)
        if one.gate:
            assert f"**{state.value}**" in row and f"(gate, decided by {one.decides}" in row
            assert "\n  - evidence: " in row
            assert (one.id in open_gates(found)) is row.startswith(" ]")
            assert row.startswith("x]") or "\n  - next: " in row
    assert list(by_id) == [one.id for one in found.release.asked]
