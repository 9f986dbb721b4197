"""ID-4: every way in which a chain of sign-offs can break, and those in which it only looks so."""

from __future__ import annotations

import pytest
from one_case import ADA, BEN, CAT, DIFF, SHA, TITLE, at, case_of, mail

from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review.signoffs import signoff_chain

TITLE_OF_ITEM = "is the Signed-off-by chain whole and in order?"
NOTE = f"(cherry picked from commit {SHA})"
ENVELOPE = f"From {SHA} Mon Sep 17 00:00:00 2001\n"
LOST = "the patch lost lines on its way, and a sign-off may have been among them"
SENT_LAST = (
    "everyone who passes a patch on signs below the one it came from, "
    "so the last sign-off should be the sender's"
)


def signed(*people: str) -> str:
    return "\n".join(person if person == NOTE else f"Signed-off-by: {person}" for person in people)


def lines(first: int, *people: str) -> tuple[Evidence, ...]:
    return tuple(at(first + i, line) for i, line in enumerate(signed(*people).split("\n")))


def item(state: State, summary: str, evidence: tuple, todo: str = "", reason: str = "") -> Item:
    return Item("ID-4", TITLE_OF_ITEM, state, summary, reason, evidence, next=todo)


def sent(by: str, *people: str, author: str = ADA) -> Item:
    """The answer for a mail with an author of its own; the first sign-off is on line 8."""
    return signoff_chain(case_of(mail(f"From: {author}\n\ntext\n{signed(*people)}", sender=by)))


def test_author_committer_note_and_sender_are_a_whole_chain() -> None:
    people = (ADA, CAT, NOTE, BEN)
    summary = f"3 sign-offs, the author's among them, the last by {BEN}"
    assert sent(BEN, *people) == item(State.OK, summary, lines(8, *people))


def test_one_sign_off_is_enough_for_an_author_who_sends() -> None:
    assert signoff_chain(case_of(mail(f"text\n\n{signed(ADA)}"))) == item(
        State.OK, f"1 sign-off, the author's among them, the last by {ADA}", lines(7, ADA)
    )


def test_an_author_who_backports_signs_twice() -> None:
    people = (ADA, CAT, NOTE, ADA)
    assert sent(ADA, *people).state is State.OK
    without_note = f"commit {SHA} upstream.\n\n{signed(ADA, CAT, ADA)}"
    assert signoff_chain(case_of(mail(without_note))).state is State.OK


def test_another_address_of_the_author_is_the_author() -> None:
    assert sent(BEN, "ada author <ada@work.example>", NOTE, BEN).state is State.OK
    assert sent(BEN, "A. Author <ADA@example.org>", NOTE, BEN).state is State.OK


def test_a_message_that_nobody_signed_is_a_finding() -> None:
    assert signoff_chain(case_of(mail("text"))) == item(
        State.FINDING,
        "nobody signed off",
        (at(3, "the message, lines 3 to 5, has none"),),
        "Get the sign-offs of the author and of whoever passes the patch on.",
    )


def test_a_patch_that_lost_lines_may_have_lost_the_sign_off() -> None:
    text = mail("text").replace("@@ -1,2 +1,3 @@", "@@ -1,9 +1,10 @@")
    assert signoff_chain(case_of(text)) == item(
        State.NEEDS_REVIEW,
        "nobody signed off",
        (at(3, "the message, lines 3 to 5, has none"),),
        "Get the sign-offs of the author and of whoever passes the patch on.",
        LOST,
    )


def test_a_diff_without_a_message_shows_nothing() -> None:
    assert signoff_chain(case_of(DIFF)) == item(
        State.CANNOT_TELL,
        "there is no message, only a diff",
        (at(1, "there is no message, only a diff"),),
        "Give the patch with its message.",
    )


@pytest.mark.parametrize(
    "line", ["Signed-off-by:", "Signed off by: Ada", "signed-of-by: Ada <a@b>"]
)
def test_what_looks_like_a_sign_off_takes_the_certainty_away(line: str) -> None:
    assert signoff_chain(case_of(mail(f"text\n\n{line}"))) == item(
        State.NEEDS_REVIEW,
        "line 7 looks like a sign-off and cannot be read as one; nobody signed off",
        (at(3, "the message, lines 3 to 7, has none"),),
        "Write line 7 as Signed-off-by: Name <address>. "
        "Get the sign-offs of the author and of whoever passes the patch on.",
    )


def test_an_author_who_did_not_sign_is_a_finding() -> None:
    assert sent(BEN, CAT, NOTE, BEN) == item(
        State.FINDING,
        f"the author, {ADA}, did not sign off",
        lines(8, CAT, NOTE, BEN),
        f"Restore the sign-off of {ADA}, or correct the author.",
    )


@pytest.mark.parametrize(
    "alike",
    ["A. Author <a@work.example>", "Ada B. <x@work.example>", "someone <ada@work.example>"],
)
def test_somebody_who_resembles_the_author_is_for_a_person(alike: str) -> None:
    assert sent(BEN, alike, NOTE, BEN) == item(
        State.NEEDS_REVIEW,
        f"the author, {ADA}, did not sign off",
        lines(8, alike, NOTE, BEN),
        f"Restore the sign-off of {ADA}, or correct the author.",
        f"{alike} may be the same person",
    )


def test_the_poster_of_an_archives_page_need_not_be_the_author() -> None:
    page = f"[PATCH] {TITLE}\n\nBen Backporter ben at example.net\nThu Jan 10 14:05:28 UTC 2019\n\n"
    found = signoff_chain(case_of(f"{page}text\n{signed(CAT)}\n---\n{DIFF}"))
    assert (found.state, found.summary) == (
        State.NEEDS_REVIEW,
        f"the author, {BEN}, did not sign off",
    )


def test_sign_offs_without_a_known_author_cannot_be_matched() -> None:
    text = f"{TITLE}\n\ntext\n{signed(CAT)}\n---\n{DIFF}"
    assert signoff_chain(case_of(text)) == item(
        State.NEEDS_REVIEW,
        "the patch names no author whose sign-off could be looked for",
        lines(4, CAT),
        "State the author in a From: line.",
    )


def test_an_author_behind_the_note_stands_too_late() -> None:
    people = (CAT, NOTE, ADA, BEN)
    assert sent(BEN, *people) == item(
        State.NEEDS_REVIEW,
        "the author's sign-off (line 10) comes after the note of the cherry-pick (line 9)",
        lines(8, *people),
        "Put upstream's sign-offs first, in upstream's order.",
    )


def test_an_author_behind_the_sender_stands_too_late() -> None:
    found = sent(BEN, BEN, ADA)
    assert found.state is State.NEEDS_REVIEW
    assert found.summary.startswith(
        f"the author's sign-off (line 9) comes after that of {BEN}, who sent the patch (line 8); "
    )


def test_a_note_before_all_sign_offs_parts_nothing() -> None:
    assert sent(BEN, NOTE, ADA, CAT, BEN).state is State.OK


def test_the_last_sign_off_should_be_the_senders() -> None:
    people = (ADA, NOTE, BEN, CAT)
    assert sent(BEN, *people) == item(
        State.NEEDS_REVIEW,
        f"{BEN} sent the patch and signed it (line 10), "
        f"but the last sign-off is that of {CAT} (line 11)",
        lines(8, *people),
        "Find out who handled the patch last, and put that sign-off last.",
        SENT_LAST,
    )


def test_a_sender_who_did_not_sign_is_told() -> None:
    people = (ADA, NOTE, CAT)
    assert sent(BEN, *people) == item(
        State.NEEDS_REVIEW,
        f"{BEN}, who sent the patch, did not sign off",
        lines(8, *people),
        f"Get the sign-off of {BEN}, or say who passed the patch on.",
    )


def test_what_git_exported_has_not_been_sent_by_its_author() -> None:
    text = ENVELOPE + mail(f"text\n{signed(ADA, NOTE, BEN)}")
    summary = f"2 sign-offs, the author's among them, the last by {BEN}"
    assert signoff_chain(case_of(text)) == item(State.OK, summary, lines(7, ADA, NOTE, BEN))


def test_an_export_without_a_note_does_not_show_who_backported() -> None:
    text = ENVELOPE + mail(f"commit {SHA} upstream.\n\n{signed(ADA, CAT)}")
    assert signoff_chain(case_of(text)) == item(
        State.CANNOT_TELL,
        f"the last sign-off, that of {CAT}, may be upstream's: "
        "who committed the backport is not known",
        lines(8, ADA, CAT),
        "Check that the last sign-off is that of whoever committed the backport.",
    )


def test_an_export_of_an_own_patch_is_complete() -> None:
    assert signoff_chain(case_of(ENVELOPE + mail(f"text\n\n{signed(ADA)}"))).state is State.OK


def test_somebody_signs_after_the_note() -> None:
    people = (ADA, CAT, NOTE)
    assert signoff_chain(case_of(ENVELOPE + mail(f"text\n{signed(*people)}"))) == item(
        State.NEEDS_REVIEW,
        "nobody signed off after the note of the cherry-pick (line 9)",
        lines(7, *people),
        "Get the sign-off of whoever picked the commit.",
    )


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ((ADA, CAT, CAT, NOTE, BEN), f"{CAT} signed twice (lines 9 and 10)"),
        ((ADA, CAT, ADA, NOTE, BEN), f"{ADA} signed twice (lines 8 and 10)"),
        ((ADA, NOTE, BEN, BEN), f"{BEN} signed twice (lines 10 and 11)"),
    ],
)
def test_a_sign_off_that_is_there_twice_is_told(people: tuple[str, ...], told: str) -> None:
    assert sent(BEN, *people) == item(
        State.NEEDS_REVIEW, told, lines(8, *people), "Remove the sign-off that is there twice."
    )


def test_a_sign_off_needs_an_address() -> None:
    people = (ADA, "Cat Committer", NOTE, BEN)
    assert sent(BEN, *people) == item(
        State.NEEDS_REVIEW,
        "the sign-off of Cat Committer (line 9) has no address",
        lines(8, *people),
        "Add the address of Cat Committer.",
    )


def test_the_worst_problem_gives_the_state_and_stands_first() -> None:
    found = sent(BEN, "Cat Committer", NOTE)
    assert found.state is State.FINDING
    assert found.summary == (
        f"the author, {ADA}, did not sign off; "
        f"{BEN}, who sent the patch, did not sign off; "
        "nobody signed off after the note of the cherry-pick (line 9); "
        "the sign-off of Cat Committer (line 8) has no address"
    )
