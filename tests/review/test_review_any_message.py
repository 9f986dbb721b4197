"""No message, whatever it says, makes a rule raise or leave an item without an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from one_case import ADA, BEN, FACT, OTHER, SHA, TITLE, case_of, mail

from analyzer.finding import State
from analyzer.review import cve, identity, performance, references, regression, signoffs

RULES = (
    identity.upstream_named,
    identity.upstream_exists,
    identity.subject_and_author,
    signoffs.signoff_chain,
    references.tracker_reference,
    references.tree_prefix,
    cve.named_cve,
    regression.where_problems_occur,
    performance.claim_holds,
)
PIECES = (
    *(f"(cherry picked from commit {SHA})", f"commit {OTHER} upstream.", f"commit {SHA[:9]}"),
    *(f"Signed-off-by: {ADA}", f"Signed-off-by: {BEN}", "Signed-off-by: x", "Signed-off-by:"),
    *("CVE-2022-41222", "CVE: CVE-2018-18281", "Bugzilla: 123456", "took 100 ms", "took 1 ms"),
    *(
        "20x faster",
        "Before:",
        "",
        "text",
        "Author: x",
        "Merge: a b",
        "[x: y]",
        "mainline inclusion",
    ),
)
LINES = st.one_of(
    st.sampled_from(PIECES), st.text(st.characters(codec="utf-8", exclude_characters="\n"))
)
MESSAGES = st.lists(LINES, max_size=12).map("\n".join)
KNOWN = (replace(FACT, cve=("CVE-2022-41222",)), replace(FACT, id=OTHER, cve=("CVE-2018-18281",)))
SENDERS = st.sampled_from((ADA, BEN, "someone", "<>", "x at example.org"))


@given(MESSAGES, SENDERS, st.sampled_from(((), KNOWN, (replace(FACT, unsure=("id", "cve")),))))
def test_every_rule_answers_every_message(body: str, sender: str, facts: tuple) -> None:
    case = case_of(mail(body, sender=sender), *facts)
    for rule in RULES:
        item = rule(case)
        assert item.summary
        assert item.evidence
        assert bool(item.next) == (item.state not in (State.OK, State.NOT_APPLICABLE))


@pytest.mark.parametrize(
    "body",
    [
        f"From: {ADA}\n\ntext\n\nSigned-off-by: {ADA}\n"
        f"(cherry picked from commit {SHA})\nSigned-off-by: {BEN}",
        f"From: {ADA}\n\ncommit {SHA} upstream.\n\ntext\n\nSigned-off-by: {ADA}\n"
        f"Signed-off-by: {BEN}",
    ],
)
def test_a_perfect_backport_has_no_finding(body: str) -> None:
    case = case_of(mail(body, subject=f"[PATCH 4.14] {TITLE}", sender=BEN), FACT)
    states = {rule(case).id: rule(case).state for rule in RULES}
    assert states == {
        "ID-1": State.OK,
        "ID-2": State.CANNOT_TELL,
        "ID-3": State.OK,
        "ID-4": State.OK,
        "ID-5": State.NEEDS_REVIEW,
        "ID-6": State.OK,
        "CV-1": State.NOT_APPLICABLE,
        "RG-1": State.NEEDS_REVIEW,
        "RG-2": State.NOT_APPLICABLE,
    }
