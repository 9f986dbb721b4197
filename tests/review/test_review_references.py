"""ID-5 and ID-6: every answer, whole."""

from __future__ import annotations

from one_case import ADA, DIFF, TITLE, at, case_of, mail

from analyzer.finding import State
from analyzer.result import Item
from analyzer.review.references import tracker_reference, tree_prefix

NAME_IT = "Name the ticket of this backport in the message, or say that there is none."


def tracker(state: State, summary: str, evidence: tuple, todo: str = "") -> Item:
    title = "is there a tracker reference?"
    return Item("ID-5", title, state, summary, evidence=evidence, next=todo)


def test_every_ticket_is_told() -> None:
    body = (
        f"text\n\nBugzilla: 1234567\nhttps://jira.example.org/browse/PSBM-42\nSigned-off-by: {ADA}"
    )
    assert tracker_reference(case_of(mail(body))) == tracker(
        State.OK,
        "bugzilla 1234567, jira PSBM-42",
        (
            at(7, "bugzilla 1234567: 1234567"),
            at(8, "jira PSBM-42: https://jira.example.org/browse/PSBM-42"),
        ),
    )


def test_a_message_without_a_ticket_is_for_a_person() -> None:
    assert tracker_reference(case_of(mail("text"))) == tracker(
        State.NEEDS_REVIEW,
        "the message names no ticket",
        (at(3, "the message, lines 3 to 5, has none"),),
        NAME_IT,
    )


def test_a_ticket_of_upstreams_own_tracker_is_not_ours() -> None:
    url = "https://bugzilla.kernel.org/show_bug.cgi?id=200000"
    assert tracker_reference(case_of(mail(f"text\n\nLink: {url}"))) == tracker(
        State.NEEDS_REVIEW,
        "only upstream's own trackers are named: bko 200000",
        (at(7, f"bko 200000: {url}"),),
        NAME_IT,
    )


def prefix(state: State, summary: str, reason: str, evidence: tuple, todo: str = "") -> Item:
    title = "does the subject carry the tree's prefix?"
    return Item("ID-6", title, state, summary, reason, evidence, next=todo)


def test_marks_releases_and_brackets_of_the_tree_are_told() -> None:
    subject = f"[BACKPORT] [PATCH RHEL7 COMMIT] ms/{TITLE}"
    assert tree_prefix(case_of(mail("text", subject=subject))) == prefix(
        State.OK,
        "the subject names ms/, RHEL7, [BACKPORT]",
        "whether the tree wants this one is for the release's checklist to say",
        (at(3, subject),),
    )


UNKNOWN = "which prefix the tree wants is not known without the release's checklist"
RULE = "Look up the tree's rule for subjects."


def test_a_plain_subject_may_be_what_the_tree_wants() -> None:
    assert tree_prefix(case_of(mail("text"))) == prefix(
        State.CANNOT_TELL,
        "the subject names neither tree nor release",
        UNKNOWN,
        (at(3, f"[PATCH] {TITLE}"),),
        RULE,
    )


def test_a_diff_alone_has_no_subject() -> None:
    assert tree_prefix(case_of(DIFF)) == prefix(
        State.CANNOT_TELL,
        "the patch has no subject",
        UNKNOWN,
        (at(1, "there is no message, only a diff"),),
        RULE,
    )
