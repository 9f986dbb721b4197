"""ID-1 to ID-3: every answer, whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from one_case import ADA, DIFF, FACT, OTHER, SHA, TITLE, at, case_of, known, mail

from analyzer.finding import State
from analyzer.result import Item
from analyzer.review.identity import subject_and_author, upstream_exists, upstream_named

NAMED = "is the upstream commit named, in any of the forms distributions use?"
EXISTS = "does that commit exist upstream, and is it not a merge?"
ALIKE = "are subject and author upstream's?"
PICKED = f"(cherry picked from commit {SHA})"
COMPARE = "Compare with upstream's commit, in a git repository that has it."


def named(state: State, summary: str, evidence: tuple, todo: str = "") -> Item:
    return Item("ID-1", NAMED, state, summary, evidence=evidence, next=todo)


# --- ID-1 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "form"),
    [
        (f"commit {SHA} upstream.", "commit <sha> upstream."),
        (f"[ Upstream commit {SHA} ]", "[ Upstream commit <sha> ]"),
        (PICKED, "(cherry picked from commit <sha>)"),
        (f"(backported from commit {SHA})", "(backported from commit <sha>)"),
        (f"Git-commit: {SHA}", "Git-commit: <sha>"),
        (f"Upstream commit: {SHA}", "Upstream commit: <sha>"),
        (f"commit {SHA} from upstream", "commit <sha> from upstream"),
        (f"Upstream: {SHA}", "Upstream: <sha>"),
    ],
)
def test_every_form_of_naming_is_ok(line: str, form: str) -> None:
    assert upstream_named(case_of(mail(f"text\n\n{line}"))) == named(
        State.OK, f"{SHA}, as “{form}” on line 7", (at(7, line),)
    )


def test_one_commit_named_twice_is_one_commit() -> None:
    body = f"commit {SHA[:12]} upstream.\n\n{PICKED}"
    assert upstream_named(case_of(mail(body))) == named(
        State.OK,
        f"{SHA}, as “(cherry picked from commit <sha>)” on line 7",
        (at(5, f"commit {SHA[:12]} upstream."), at(7, PICKED)),
    )


def test_several_commits_are_listed_in_their_order() -> None:
    second = f"(cherry picked from commit {OTHER})"
    body = f"{second}\n{PICKED}"
    assert upstream_named(case_of(mail(body))) == named(
        State.NEEDS_REVIEW,
        f"2 upstream commits are named: {OTHER}, {SHA}",
        (at(5, second), at(6, PICKED)),
        "Say which of them this patch is, or that it is all of them in one.",
    )


def test_more_commits_than_can_be_listed_are_counted() -> None:
    body = "\n".join(f"(cherry picked from commit {at:040x})" for at in range(1, 14))
    summary = upstream_named(case_of(mail(body))).summary
    assert summary.startswith("13 upstream commits are named: ")
    assert summary.endswith(f"{10:040x} and 3 more")


@pytest.mark.parametrize(("digits", "state"), [(11, State.NEEDS_REVIEW), (12, State.OK)])
def test_an_abbreviated_id_needs_twelve_digits(digits: int, state: State) -> None:
    text = f"commit {SHA[:digits]} upstream."
    short = state is State.NEEDS_REVIEW
    assert upstream_named(case_of(mail(text))) == named(
        state,
        f"{SHA[:digits]}, as “commit <sha> upstream.” on line 5"
        + (": only 11 digits" if short else ""),
        (at(5, text),),
        "Name the commit with all 40 digits of its id." if short else "",
    )


def test_a_patch_that_names_nothing_may_be_no_backport() -> None:
    assert upstream_named(case_of(mail("text"))) == named(
        State.NEEDS_REVIEW,
        "no upstream commit is named in any known form; the patch may not be a backport",
        (at(3, "the message, lines 3 to 5, has none"),),
        "Name the mainline commit in the message, or pass --upstream-commit.",
    )


def test_a_name_from_the_user_alone_is_told() -> None:
    assert upstream_named(case_of(mail("text"), user=SHA)) == named(
        State.NEEDS_REVIEW,
        f"only the user names the upstream commit, {SHA}; the patch does not",
        (at(3, "the message, lines 3 to 5, has none"),),
        f"Name {SHA} in the message.",
    )


def test_a_user_who_names_another_commit_is_contradicted() -> None:
    assert upstream_named(case_of(mail(PICKED), user=OTHER)) == named(
        State.NEEDS_REVIEW,
        f"the patch names {SHA}, the user {OTHER}",
        (at(5, PICKED),),
        "Find out which of the two this patch is, and correct the other.",
    )


def test_a_user_who_abbreviates_the_same_commit_is_not() -> None:
    assert upstream_named(case_of(mail(PICKED), user=SHA[:12].upper())).state is State.OK


def test_a_stable_commit_alone_is_not_upstreams() -> None:
    body = f"stable inclusion\nfrom stable-v5.10.1\ncommit {SHA}\n\ntext"
    assert upstream_named(case_of(mail(body))) == named(
        State.NEEDS_REVIEW,
        "only a stable tree's commit is named, not the mainline commit behind it",
        (at(7, f"commit {SHA}"),),
        "Name the mainline commit in the message, or pass --upstream-commit.",
    )


def test_a_user_who_names_the_mainline_commit_of_a_stable_one_is_heard() -> None:
    body = f"stable inclusion\nfrom stable-v5.10.1\ncommit {SHA}\n\ntext"
    assert upstream_named(case_of(mail(body), user=OTHER)) == named(
        State.NEEDS_REVIEW,
        f"only the user names the upstream commit, {OTHER}; the patch does not",
        (at(7, f"commit {SHA}"),),
        f"Name {OTHER} in the message.",
    )


# --- ID-2 ------------------------------------------------------------------------------------


def exists(state: State, summary: str, evidence: tuple, reason: str = "", todo: str = "") -> Item:
    return Item("ID-2", EXISTS, state, summary, reason, evidence, next=todo)


ONLY_A_REPOSITORY = (
    "only an upstream git repository shows that the commit is there and has one parent"
)
LOOK = "Look it up in an upstream repository: git cat-file -p COMMIT."


def test_without_a_name_there_is_nothing_to_look_up() -> None:
    assert upstream_exists(case_of(mail("text"))) == exists(
        State.NOT_APPLICABLE,
        "no upstream commit is named",
        (at(3, "the message, lines 3 to 5, has none"),),
    )


def test_a_diff_without_a_message_has_no_lines_to_point_at() -> None:
    assert upstream_exists(case_of(DIFF)) == exists(
        State.NOT_APPLICABLE,
        "no upstream commit is named",
        (at(1, "there is no message, only a diff"),),
    )


def test_a_commit_is_not_believed_to_exist() -> None:
    assert upstream_exists(case_of(mail(PICKED))) == exists(
        State.CANNOT_TELL,
        f"{SHA[:12]} was not looked up in an upstream repository; the facts do not have it",
        (at(5, PICKED),),
        ONLY_A_REPOSITORY,
        LOOK,
    )


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (FACT, f"ours.toml knows {SHA[:12]} as “{TITLE}”, in v5.0"),
        (replace(FACT, released=""), f"ours.toml knows {SHA[:12]} as “{TITLE}”"),
        (
            replace(FACT, unsure=("released", "hunk", "id")),
            f"ours.toml knows {SHA[:12]} as “{TITLE}”, in v5.0; from memory: released, id",
        ),
    ],
)
def test_what_the_facts_know_is_told_and_decides_nothing(fact, text: str) -> None:
    assert upstream_exists(case_of(mail(PICKED), fact)) == exists(
        State.CANNOT_TELL,
        f"{SHA[:12]} was not looked up in an upstream repository; the facts have it",
        (at(5, PICKED), known(text)),
        ONLY_A_REPOSITORY,
        LOOK,
    )


def test_a_merge_that_the_message_quotes_is_seen() -> None:
    body = f"commit {SHA}\nMerge: 1111111 2222222\nAuthor: {ADA}\n\n    text"
    assert upstream_exists(case_of(mail(body))) == exists(
        State.NEEDS_REVIEW,
        "the message quotes the upstream commit with two parents: a merge",
        (at(5, f"commit {SHA}"), at(6, "Merge: 1111111 2222222")),
        todo="Name the commit that made the change, not the merge that brought it.",
    )


# --- ID-3 ------------------------------------------------------------------------------------


def alike(state: State, summary: str, evidence: tuple, todo: str = "") -> Item:
    return Item("ID-3", ALIKE, state, summary, evidence=evidence, next=todo)


SUBJECTS = (at(3, f"subject here: {TITLE}"), known(f"subject upstream: {TITLE}"))
AUTHORS = (at(1, f"author here: {ADA}"), known(f"author upstream: {ADA}"))
SAME_DATE = (at(2, "the date is upstream's author date, 2019-01-03T15:28:38-08:00"),)


def test_subject_author_and_date_are_compared() -> None:
    assert subject_and_author(case_of(mail(PICKED), FACT)) == alike(
        State.OK,
        "the subject is upstream's; the author is upstream's",
        (*SUBJECTS, *AUTHORS, *SAME_DATE),
    )


def test_white_space_and_the_case_of_an_address_do_not_count() -> None:
    text = mail(
        PICKED, subject="[PATCH] mm:  move   whole tables", sender="Ada A <ADA@example.org>"
    )
    assert subject_and_author(case_of(text, FACT)).state is State.OK


def test_upstreams_own_subject_may_begin_like_a_trees_mark() -> None:
    fact = replace(FACT, subject="stable: move whole tables")
    text = mail(PICKED, subject="stable: move whole tables")
    assert subject_and_author(case_of(text, fact)).state is State.OK


def test_a_date_known_to_the_day_is_compared_to_the_day() -> None:
    item = subject_and_author(case_of(mail(PICKED), replace(FACT, date="2019-01-03")))
    assert item.evidence[-1] == at(2, "the date is upstream's author date, 2019-01-03")


@pytest.mark.parametrize(
    "fact",
    [
        replace(FACT, date=""),
        replace(FACT, date="2019-01-04"),
        replace(FACT, unsure=("date",)),
    ],
)
def test_a_date_that_is_not_known_to_be_equal_is_not_told(fact) -> None:
    item = subject_and_author(case_of(mail(PICKED), fact))
    assert (item.state, item.evidence) == (State.OK, (*SUBJECTS, *AUTHORS))


def test_another_subject_stands_beside_upstreams() -> None:
    text = mail(PICKED, subject="[PATCH] mm: move tables")
    assert subject_and_author(case_of(text, FACT)) == alike(
        State.NEEDS_REVIEW,
        f"the subject is “mm: move tables”, upstream's “{TITLE}”; the author is upstream's",
        (
            at(3, "subject here: mm: move tables"),
            known(f"subject upstream: {TITLE}"),
            *AUTHORS,
            *SAME_DATE,
        ),
        "Take upstream's subject, or explain the difference in the message.",
    )


@pytest.mark.parametrize("sender", ["Ben <ben@example.net>", "Ada Author <ada@elsewhere.org>"])
def test_another_author_stands_beside_upstreams(sender: str) -> None:
    assert subject_and_author(case_of(mail(PICKED, sender=sender), FACT)) == alike(
        State.NEEDS_REVIEW,
        f"the subject is upstream's; the author is “{sender}”, upstream's “{ADA}”",
        (
            *SUBJECTS,
            at(1, f"author here: {sender}"),
            known(f"author upstream: {ADA}"),
            *SAME_DATE,
        ),
        "Take upstream's author, or explain the difference in the message.",
    )


def test_both_differences_are_told_at_once() -> None:
    text = mail(PICKED, subject="[PATCH] x", sender="Ben <ben@example.net>")
    assert (
        subject_and_author(case_of(text, FACT)).next
        == "Take upstream's subject and author, or explain the difference in the message."
    )


def test_without_an_address_the_names_are_compared() -> None:
    fact = replace(FACT, author="ada author (Example) <ada@example.org>")
    assert subject_and_author(case_of(mail(PICKED, sender="Ada Author"), fact)).state is State.OK


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (
            replace(FACT, author=""),
            "the subject is upstream's; the facts do not have upstream's author",
        ),
        (
            replace(FACT, unsure=("author",)),
            "the subject is upstream's; upstream's author in the facts is from memory",
        ),
        (
            replace(FACT, unsure=("subject",)),
            "upstream's subject in the facts is from memory; the author is upstream's",
        ),
        (
            replace(FACT, unsure=("id",)),
            "the subject is upstream's; the author is upstream's; "
            "the commit's id in the facts is from memory",
        ),
    ],
)
def test_what_is_from_memory_or_missing_confirms_nothing(fact, told: str) -> None:
    item = subject_and_author(case_of(mail(PICKED), fact))
    assert (item.state, item.summary, item.next) == (State.CANNOT_TELL, told, COMPARE)


def test_a_difference_decides_although_the_rest_is_open() -> None:
    fact = replace(FACT, author="")
    item = subject_and_author(case_of(mail(PICKED, subject="[PATCH] x"), fact))
    assert item.state is State.NEEDS_REVIEW
    assert item.summary == (
        f"the subject is “x”, upstream's “{TITLE}”; the facts do not have upstream's author"
    )


def test_a_patch_without_subject_and_author_is_not_compared() -> None:
    item = subject_and_author(case_of(DIFF, FACT, user=SHA))
    assert (item.state, item.summary) == (
        State.CANNOT_TELL,
        "the patch states no subject; the patch states no author",
    )


def test_a_commit_that_the_facts_lack_is_compared_with_nothing() -> None:
    assert subject_and_author(case_of(mail(PICKED))) == alike(
        State.CANNOT_TELL, "the facts do not have the commit", (at(5, PICKED),), COMPARE
    )


def test_without_a_name_nothing_is_compared() -> None:
    assert subject_and_author(case_of(mail("text"))) == alike(
        State.CANNOT_TELL,
        "no upstream commit is named",
        (at(3, "the message, lines 3 to 5, has none"),),
        COMPARE,
    )
