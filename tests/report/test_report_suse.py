from __future__ import annotations

from dataclasses import replace

import pytest
from form_checks import FULL, check_suse
from sample_reports import EMPTY, UPSTREAM

from analyzer.result import LetterFacts, PatchFacts, Report


def tags(report: Report) -> dict[str, str]:
    lines = check_suse(report)
    header = lines[1 : lines.index("")]
    return {name: value for name, _, value in (line.partition(": ") for line in header)}


def named(**facts: object) -> Report:
    return replace(EMPTY, patch=replace(EMPTY.patch, **facts))


def test_the_header_has_what_is_known() -> None:
    subject = "[Kernel] [PATCH VZ3 COMMIT] ms/mm: speed up mremap by 20x on large regions"
    patch = replace(FULL.patch, subject=subject, date="2019-01-03T15:28:38-08:00")
    assert tags(replace(FULL, patch=patch)) == {
        "From": '"Joel Fernandes (Google)" <joel@joelfernandes.org>',
        "Date": "Thu, 3 Jan 2019 15:28:38 -0800",
        "Subject": "mm: speed up mremap by 20x on large regions",
        "Git-commit": UPSTREAM,
        "Patch-mainline": "v5.0",
        "References": "bsc#1234567 CVE-2022-41222",
    }


def test_what_is_not_known_is_to_do() -> None:
    assert tags(EMPTY) == {
        "From": "TODO",
        "Date": "TODO",
        "Subject": "TODO",
        "Git-commit": "TODO (the patch names none)",
        "Patch-mainline": "TODO (the first tag that has it)",
        "References": "TODO",
    }
    short = tags(named(upstream_commit="2c91bd4a4e2e"))
    assert short["Git-commit"] == "TODO (all 40 digits of 2c91bd4a4e2e)"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2019-01-03T15:28:38+05:30", "Thu, 3 Jan 2019 15:28:38 +0530"),
        ("2019-01-03T15:28:38", "Thu, 3 Jan 2019 15:28:38"),
        ("2019-01-03", "2019-01-03"),
        ("2019-02-30T00:00:00", "2019-02-30T00:00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:60Z"),
        ("last Tuesday", "last Tuesday"),
        ("Thu\nSubject: x", "Thu\\nSubject: x"),
    ],
)
def test_a_date_is_written_as_mails_write_it_or_as_it_was_given(given: str, shown: str) -> None:
    assert tags(named(date=given))["Date"] == shown


def test_only_suses_own_tickets_are_references() -> None:
    trackers = ("rhbz#1", "bsc#2", "jsc#SLE-3", "bsc#x y", "bsc#4\nAcked-by: me", "launchpad#5")
    letter = LetterFacts(trackers=trackers, cves=("CVE-2022-41222", "CVE-1\n"), released="v5.0\n")
    found = tags(replace(EMPTY, letter=letter))
    assert found["References"] == "bsc#2 jsc#SLE-3 CVE-2022-41222"
    assert found["Patch-mainline"] == "TODO (the first tag that has it)"


def test_a_letter_forges_no_tag() -> None:
    evil = "x\nAcked-by: Somebody <a@suse.com>\n---\n# ok"
    patch = PatchFacts(evil, evil, evil, evil, evil, (evil,), True, ())
    letter = LetterFacts(evil, evil, (evil,), (evil,), (evil,), evil, (evil,))
    lines = check_suse(replace(EMPTY, patch=patch, letter=letter))
    assert [line for line in lines if line.startswith("Acked-by")] == ["Acked-by: TODO"]
    assert lines.count("---") == 1


def test_a_sign_off_at_suse_is_pointed_out() -> None:
    signers = ("A <a@vendor.example>", "B <b@suse.cz>")
    lines = check_suse(replace(EMPTY, letter=LetterFacts(signers=signers)))
    assert "Acked-by: TODO (signed off by B <b@suse.cz>)" in lines
