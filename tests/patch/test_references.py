"""Commits and tickets that a message names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from growth import growth

from analyzer.patch.references import Fixes, ReferenceForm, References, Revert, read_references
from analyzer.patch.trackers import Cve, read_cves, read_trackers

if TYPE_CHECKING:
    from collections.abc import Callable

SHA = "2c91bd4a4e2e530582d6fd643ea7b86b27907151"


def read(text: str) -> References:
    lines = text.split("\n")
    return read_references(lines, range(1, len(lines) + 1))


def cves(text: str) -> tuple[Cve, ...]:
    lines = text.split("\n")
    return read_cves(lines, range(len(lines)))


def tickets(text: str) -> list[tuple[str, str]]:
    lines = text.split("\n")
    found = read_trackers(lines, range(1, len(lines) + 1))
    return [(tracker.system, tracker.key) for tracker in found]


@pytest.mark.parametrize(
    ("line", "form"),
    [
        (f"commit {SHA} upstream.", ReferenceForm.COMMIT_UPSTREAM),
        (f"Commit {SHA.upper()} upstream", ReferenceForm.COMMIT_UPSTREAM),
        (f"commit {SHA} in upstream (v5.0)", ReferenceForm.COMMIT_UPSTREAM),
        (f"[ Upstream commit {SHA} ]", ReferenceForm.BRACKETED),
        (f"[Upstream commit {SHA}]", ReferenceForm.BRACKETED),
        (f"    (cherry picked from commit {SHA})", ReferenceForm.CHERRY_PICKED),
        (f"(cherry-picked from commit {SHA} mainline)", ReferenceForm.CHERRY_PICKED),
        (f"(cherry picked from commit {SHA}", ReferenceForm.CHERRY_PICKED),
        (f"(cherry picked from commit\n{SHA})", ReferenceForm.CHERRY_PICKED),
        (f"(backported from commit {SHA})", ReferenceForm.BACKPORTED),
        (f"Git-commit: {SHA}", ReferenceForm.GIT_COMMIT),
        (f"Git-commit: {SHA} (partial)", ReferenceForm.GIT_COMMIT),
        (f"Upstream commit: {SHA}", ReferenceForm.UPSTREAM_COMMIT),
        (f"Upstream-commit: {SHA}", ReferenceForm.UPSTREAM_COMMIT),
        (f'Upstream commit {SHA} ("mm: x")', ReferenceForm.UPSTREAM_COMMIT),
        (f"commit {SHA} from upstream", ReferenceForm.FROM_UPSTREAM),
        (f"Upstream: {SHA}", ReferenceForm.UPSTREAM),
        (f"Upstream Status: commit {SHA}", ReferenceForm.UPSTREAM),
        (
            f"mainline inclusion\nfrom mainline-v5.0\ncommit {SHA}\ncategory: bugfix",
            ReferenceForm.MAINLINE_INCLUSION,
        ),
        (
            f"stable inclusion\nfrom stable-v4.19.1\ncommit {SHA}\n",
            ReferenceForm.STABLE_INCLUSION,
        ),
        (f"commit {SHA}\nAuthor: A <a@example.org>", ReferenceForm.QUOTED),
    ],
)
def test_every_form_is_recognised(line: str, form: ReferenceForm) -> None:
    found = read(line)
    assert [(one.form, one.sha, one.full) for one in found.upstream] == [(form, SHA, True)]
    assert (found.fixes, found.reverts) == ((), ())


def test_an_abbreviated_sha_is_said_to_be_one() -> None:
    (found,) = read("x\n(cherry picked from commit 2c91bd4a4e2e)").upstream
    assert (found.sha, found.full, found.line) == ("2c91bd4a4e2e", False, 2)


@pytest.mark.parametrize(
    "text",
    [
        f"Since commit {SHA} upstream moves page tables",
        f"commit {SHA} introduced a problem upstream.",
        f"Upstream commit {SHA} introduced a problem",
        f'Upstream commit {SHA} ("mm: a (b)") introduced a problem',
        f"commit {SHA} upstream (v5.0) broke it",
        f"see {SHA}",
        f"commit {SHA}",
        "(cherry picked from commit 2c91bd)",
        f"(cherry picked from commit {SHA}0)",
        f"commit {SHA}\ncategory: bugfix",
        "deadbeef",
    ],
)
def test_a_sha_in_prose_is_no_reference(text: str) -> None:
    assert read(text) == References((), (), ())


def test_fixes_and_reverts_are_kept_apart() -> None:
    text = f'This reverts commit {SHA}.\nFixes: {SHA[:12]} ("mm: a\n b")\nFixes: commit {SHA}'
    assert read(text) == References(
        (),
        (Fixes(SHA[:12], "mm: a b", 2), Fixes(SHA, None, 4)),
        (Revert(SHA, 1),),
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bugzilla: 1234567", [("bugzilla", "1234567")]),
        ("BZ: 1234567, 1234568", [("bugzilla", "1234567"), ("bugzilla", "1234568")]),
        ("Bugzilla: https://bugzilla.redhat.com/show_bug.cgi?id=1234567", [("rhbz", "1234567")]),
        ("Bugzilla: http://bugzilla.redhat.com/1234567", [("rhbz", "1234567")]),
        ("Resolves: rhbz#1234567", [("rhbz", "1234567")]),
        (
            "References: bsc#1234567 CVE-2018-18281 jsc#SLE-12",
            [("bsc", "1234567"), ("jsc", "SLE-12")],
        ),
        ("prose about boo#123456 here", [("boo", "123456")]),
        ("BugLink: https://bugs.launchpad.net/bugs/1234567", [("launchpad", "1234567")]),
        ("LP: #1234567", [("launchpad", "1234567")]),
        ("JIRA: RHEL-123", [("jira", "RHEL-123")]),
        ("JIRA: https://issues.redhat.com/browse/RHEL-123", [("jira", "RHEL-123")]),
        ("PSBM-123", [("jira", "PSBM-123")]),
        ("FOO-123", [("jira", "FOO-123")]),
        ("see PSBM-123 for more", [("jira", "PSBM-123")]),
        ("https://jira.sw.ru/browse/PSBM-123", [("jira", "PSBM-123")]),
        ("Bug: 12345", [("bug", "12345")]),
        ("bugzilla: https://gitee.com/openeuler/kernel/issues/I4DDEL", [("gitee", "I4DDEL")]),
        ("bugzilla: 46904", [("bugzilla", "46904")]),
        ("Closes: https://bugzilla.kernel.org/show_bug.cgi?id=12", [("bko", "12")]),
        ("Link: https://lore.kernel.org/r/2018@example.org", []),
        ("Bug: in 4.14 it takes 1000 rounds", []),
        ("UTF-8 and SHA-256 and RFC-2822 in prose", []),
        ("References: <20181108224457.GB209347@example.org>", []),
    ],
)
def test_tickets(text: str, found: list[tuple[str, str]]) -> None:
    assert tickets(text) == found


def test_cves_are_named_once() -> None:
    lines = ["CVE-2018-18281, cve-2020-10757", "xCVE-2018-1111 CVE-2018-18281 CVE-18-1234"]
    assert read_cves(lines, (7, 8)) == (Cve("CVE-2018-18281", 7), Cve("CVE-2020-10757", 7))


@pytest.mark.parametrize(
    "unit",
    ["commit ", "deadbeef ", "http://", "bsc#", "A-1 ", "Bug: 123 ", "CVE-2018-", '("a', "f"],
)
@pytest.mark.parametrize("named", [read, tickets, cves])
def test_hostile_lines_take_linear_time(named: Callable[[str], object], unit: str) -> None:
    assert growth(named, lambda size: unit * size, 10_000) < 9
    assert growth(named, lambda size: "\n".join([unit] * size), 2_000) < 9
