"""CV-1: every answer, whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from one_case import FACT, OTHER, SHA, TITLE, at, case_of, in_series, known, mail

from analyzer.finding import State
from analyzer.result import Item
from analyzer.review.cve import named_cve
from analyzer.upstream import Companion, Role

A, B = "CVE-2022-41222", "CVE-2018-18281"
NOTE = f"(cherry picked from commit {SHA})"
WITH_A = replace(FACT, cve=(A,))
OWNER = replace(FACT, id=OTHER, subject="mm: another fix", cve=(B,))
MINE = f"{SHA[:12]} (“{TITLE}”)"
THEIRS = f"{OTHER[:12]} (“mm: another fix”)"


def item(state: State, summary: str, evidence: tuple, todo: str = "") -> Item:
    title = "is the CVE named the CVE of that commit?"
    return Item("CV-1", title, state, summary, evidence=evidence, next=todo)


def look_up(cve: str) -> str:
    return f"Look {cve} up in its record, and see which commit it names as the fix."


def test_the_commits_own_cve_is_ok() -> None:
    assert named_cve(case_of(mail(f"{A}\n\n{NOTE}"), WITH_A, OWNER)) == item(
        State.OK, f"{A} is that of {MINE}", (at(5, A), known(f"ours.toml: {MINE}: {A}"))
    )


def test_a_cve_from_memory_confirms_nothing() -> None:
    fact = replace(WITH_A, unsure=("cve",))
    assert named_cve(case_of(mail(f"{A}\n\n{NOTE}"), fact)) == item(
        State.CANNOT_TELL,
        f"the facts have {A} for this commit, but from memory",
        (at(5, A), known(f"ours.toml: {MINE}: {A} (from memory)")),
        look_up(A),
    )


def test_another_cve_than_the_facts_is_a_finding() -> None:
    assert named_cve(case_of(mail(f"{B}\n\n{NOTE}"), WITH_A)) == item(
        State.FINDING,
        f"the facts have {A} for this commit, not {B}; "
        f"the message does not name {A}, which the facts have for this commit",
        (at(5, B), known(f"ours.toml: {MINE}: {A}")),
        f"{look_up(B)} Name {A} in the message.",
    )


@pytest.mark.parametrize(
    ("fact", "body"),
    [
        (replace(WITH_A, unsure=("cve",)), f"{B}\n\n{NOTE}"),
        (WITH_A, f"This is not about {B} at all.\n\n{NOTE}"),
    ],
)
def test_a_doubtful_contradiction_is_for_a_person(fact, body: str) -> None:
    assert named_cve(case_of(mail(body), fact)).state is State.NEEDS_REVIEW


def test_a_second_cve_beside_the_right_one_is_for_a_person() -> None:
    assert named_cve(case_of(mail(f"{A}\n{B}\n\n{NOTE}"), WITH_A)) == item(
        State.NEEDS_REVIEW,
        f"the facts have {A} for this commit, not {B}; {A} is that of {MINE}",
        (at(5, A), at(6, B), known(f"ours.toml: {MINE}: {A}")),
        look_up(B),
    )


def test_a_cve_where_the_facts_have_none_is_for_a_person() -> None:
    assert named_cve(case_of(mail(f"{A}\n\n{NOTE}"), FACT)) == item(
        State.NEEDS_REVIEW,
        f"the facts have no CVE for this commit; the message names {A}",
        (at(5, A), known(f"ours.toml: {MINE}: no CVE")),
        look_up(A),
    )


def test_a_cve_that_nobody_knows_cannot_be_told() -> None:
    assert named_cve(case_of(mail(f"{A}\n\n{NOTE}"))) == item(
        State.CANNOT_TELL,
        f"which commit fixes {A}, the facts do not say",
        (at(5, A),),
        look_up(A),
    )


@pytest.mark.parametrize("line", [B, f"[{B}]", f"CVE: {B}", f"References: {B} bsc#1234567"])
def test_the_cve_of_another_commit_is_a_finding(line: str) -> None:
    assert named_cve(case_of(mail(f"{line}\n\n{NOTE}"), FACT, OWNER)) == item(
        State.FINDING,
        f"{B} is that of {THEIRS}, not of {MINE}",
        (
            at(5, B),
            known(f"ours.toml: {MINE}: no CVE"),
            known(f"ours.toml: {THEIRS}: {B}", OTHER),
        ),
        f"Correct {B}, or backport {OTHER[:12]}.",
    )


def test_the_cve_of_another_commit_in_the_subject_is_a_finding() -> None:
    text = mail(NOTE, subject=f"[PATCH] {TITLE} ({B})")
    assert named_cve(case_of(text, FACT, OWNER)).state is State.FINDING


def doubted(why: str, evidence: tuple) -> Item:
    return item(
        State.NEEDS_REVIEW,
        f"{B} is that of {THEIRS}; {why}",
        evidence,
        f"Decide whether {B} belongs in this message.",
    )


def test_the_cve_of_another_commit_is_doubted_while_the_own_one_is_unknown() -> None:
    assert named_cve(case_of(mail(f"{B}\n\n{NOTE}"), OWNER)) == doubted(
        "which commit this patch is, the facts cannot tell",
        (at(5, B), known(f"ours.toml: {THEIRS}: {B}", OTHER)),
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "why"),
    [
        (FACT, replace(OWNER, unsure=("cve",)), "the facts have that from memory"),
        (FACT, replace(OWNER, fixes=(SHA[:12],)), "this commit and that one belong together"),
        (FACT, replace(OWNER, extends=(SHA,)), "this commit and that one belong together"),
        (
            replace(FACT, companions=(Companion(OTHER[:12], Role.FOLLOW_UP),)),
            OWNER,
            "this commit and that one belong together",
        ),
    ],
)
def test_a_commit_that_belongs_to_the_fix_may_carry_its_cve(mine, theirs, why: str) -> None:
    found = named_cve(case_of(mail(f"{B}\n\n{NOTE}"), mine, theirs))
    assert (found.state, found.summary) == (
        State.NEEDS_REVIEW,
        f"{B} is that of {THEIRS}; {why}",
    )


def test_a_sentence_may_speak_of_another_commits_cve() -> None:
    body = f"The follow-up for {B} needs this.\n\n{NOTE}"
    found = named_cve(case_of(mail(body), FACT, OWNER))
    assert (found.state, found.summary) == (
        State.NEEDS_REVIEW,
        f"{B} is that of {THEIRS}; the message speaks of it in a sentence",
    )


def test_a_series_may_carry_the_cve_on_each_patch() -> None:
    case = case_of(mail(f"{B}\n\n{NOTE}"), FACT, OWNER)
    fix = mail(f"{B}\n\n(cherry picked from commit {OTHER})")
    found = named_cve(in_series(case, fix))
    assert (found.state, found.summary) == (
        State.NEEDS_REVIEW,
        f"{B} is that of {THEIRS}; that commit is in the same series",
    )


def test_a_squashed_backport_carries_the_cves_of_all_its_commits() -> None:
    body = f"{A}\n{B}\n\n{NOTE}\n(cherry picked from commit {OTHER})"
    found = named_cve(case_of(mail(body), WITH_A, OWNER))
    assert (found.state, found.summary) == (
        State.OK,
        f"{A} is that of {MINE}; {B} is that of {THEIRS}",
    )


@pytest.mark.parametrize(("unsure", "memory"), [((), ""), (("cve",), ", from memory")])
def test_a_cve_that_is_not_named_should_be(unsure: tuple[str, ...], memory: str) -> None:
    in_evidence = " (from memory)" if memory else ""
    assert named_cve(case_of(mail(NOTE), replace(WITH_A, unsure=unsure))) == item(
        State.NEEDS_REVIEW,
        f"the message does not name {A}, which the facts have for this commit{memory}",
        (
            at(3, "the message, lines 3 to 5, has none"),
            known(f"ours.toml: {MINE}: {A}{in_evidence}"),
        ),
        f"Name {A} in the message.",
    )


@pytest.mark.parametrize(
    ("facts", "summary"),
    [
        ((FACT,), "no CVE is named, and the facts have none for the commit"),
        ((), "no CVE is named, and the facts do not have the commit"),
    ],
)
def test_without_a_cve_on_either_side_there_is_no_question(facts: tuple, summary: str) -> None:
    assert named_cve(case_of(mail(NOTE), *facts)) == item(
        State.NOT_APPLICABLE, summary, (at(3, "the message, lines 3 to 5, has none"),)
    )
