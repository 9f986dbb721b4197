"""What a letter names, read from whole mails by the whole pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.finding import Evidence, State
from analyzer.pipeline import analyze
from analyzer.report.plain import by_id
from analyzer.result import LetterFacts, Quoted, Request
from analyzer.source import Place, Side

MAIL = """\
From: =?utf-8?q?J=C3=B6rg?= Engineer <joerg@vendor.example>
To: kernel@vendor.example, "A, B" <ab@vendor.example>
Cc: <kernel@vendor.example>,
\tevil"\\r\\nBcc: x@b.example, C <c@vendor.example>
Date: Fri, 4 Jan 2019 10:00:00 +0000
Message-ID: <{id}>
Subject: [PATCH] docs: say what it does

From: Somebody Else <else@upstream.example>

Say it.

Bugzilla: https://bugzilla.suse.com/show_bug.cgi?id=1234567
JIRA: RHEL-77
CVE: CVE-2022-41222
Signed-off-by: Somebody Else <else@upstream.example>
Signed-off-by: J\u00f6rg Engineer <joerg@vendor.example>
---
 Documentation/x.txt | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

diff --git a/Documentation/x.txt b/Documentation/x.txt
index 1111111..2222222 100644
--- a/Documentation/x.txt
+++ b/Documentation/x.txt
@@ -1,3 +1,3 @@
 one
-two
+second
 three
"""


def facts(tmp_path: Path, text: str) -> LetterFacts:
    path = tmp_path / "x.patch"
    path.write_text(text, "utf-8")
    (report,) = analyze(Request(str(path)))
    assert report.input == str(path)
    return report.letter


def test_a_mail_names_people_and_tickets(tmp_path: Path) -> None:
    found = facts(tmp_path, MAIL.format(id="20190104.1-2@vendor.example"))
    assert found.message_id == "<20190104.1-2@vendor.example>"
    assert found.sender == "Jörg Engineer <joerg@vendor.example>"
    assert found.recipients == (
        "kernel@vendor.example",
        "ab@vendor.example",
        "x@b.example",
        "c@vendor.example",
    )
    assert found.trackers == ("bsc#1234567", "jira#RHEL-77")
    assert found.cves == ("CVE-2022-41222",)
    assert found.released == ""
    assert found.signers == (
        "Somebody Else <else@upstream.example>",
        "Jörg Engineer <joerg@vendor.example>",
    )


@pytest.mark.parametrize("id", ["", "x", "a b@c", "a@b> <c@d", "ü@a.example", "a@b" * 200])
def test_a_message_id_of_another_form_is_not_named(tmp_path: Path, id: str) -> None:
    assert facts(tmp_path, MAIL.format(id=id)).message_id == ""


def test_a_bare_diff_names_nobody(tmp_path: Path) -> None:
    found = facts(tmp_path, MAIL[MAIL.index("diff --git") :])
    assert (found.message_id, found.sender, found.recipients) == ("", "", ())
    assert (found.trackers, found.cves, found.signers) == ((), (), ())


def test_the_lines_are_those_that_open_items_point_to() -> None:
    path = Path(__file__).parents[2] / "fixtures/mails/move-pmd.patch"
    lines = path.read_text("utf-8").split("\n")
    (report,) = analyze(Request(str(path)))
    waiting = (State.FINDING, State.NEEDS_REVIEW, State.CANNOT_TELL)
    sent = {
        one.place: lines[one.place.line - 1]
        for item in report.items
        if item.state in waiting
        for one in item.evidence
        if one.place and one.place.side is Side.INPUT and one.place.line
    }
    quoted = {one.place: one.text for one in report.letter.quoted}
    assert {place: text for place, text in quoted.items() if place.side is Side.INPUT} == sent
    # A line of the file after the patch is told by the hunk that has it.
    after = [one for one in report.letter.quoted if one.place.side is Side.PATCH_AFTER]
    assert after
    assert all(one.text in lines and one.text[0] in "+ " for one in after)
    (item,) = by_id(report, "DP-2")
    pointed = [one for one in item.evidence if one.place in quoted]
    assert [type(one) for one in pointed] == [Evidence] * len(pointed)
    assert Quoted(Place(Side.PATCH_AFTER, "mm/mremap.c", 1), "") not in report.letter.quoted
