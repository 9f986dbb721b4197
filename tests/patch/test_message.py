"""The facts of whole letters, and git mailinfo as the judge of what a mail says."""

from __future__ import annotations

import base64
import quopri
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

from analyzer.errors import AnalyzerError
from analyzer.patch.mail import letters
from analyzer.patch.message import Message, message_end, read_message
from analyzer.patch.person import Moment, Person
from analyzer.patch.preamble import Form
from analyzer.patch.references import Fixes, ReferenceForm, UpstreamReference
from analyzer.patch.trackers import Cve, Tracker
from analyzer.patch.trailers import Conflict, Note, Trailer

if TYPE_CHECKING:
    from pathlib import Path

UPSTREAM = "97113eb39fa7972722ff490b947d8af023e1f6a2"
PUSHED = "89abcdef0123456789abcdef0123456789abcdef"
DIFF = "diff --git a/mm/f.c b/mm/f.c\n--- a/mm/f.c\n+++ b/mm/f.c\n@@ -1 +1 @@\n-a\n+b\n"

ARCHIVE = f"""\
[Lists] [PATCH RHEL7 COMMIT] ms/mm/mremap: hold the lock

Ada Committer ada at example.org
Fri Jul 23 10:11:12 MSK 2021

The commit is pushed to "branch-one" and will appear at https://example.org/kernel.git
after release-7
commit {PUSHED}
Author: Bob Author <bob at example.com>
Date:   Thu Jul 22 09:08:07 2021 +0200

    ms/mm/mremap: hold the lock
    The table moves while nobody looks.
    [carol at example.net: shorten it
     and fix a typo]
      Link: https://example.org/m
    Fixes: 2c91bd4a4e2e ("mm: speed up mremap by 20x on large regions")
    Signed-off-by: Bob Author <bob at example.com>
    (cherry picked from commit {UPSTREAM})
    Conflicts:
    \tmm/mremap.c
    https://jira.example.org/browse/PSBM-123456
    CVE-2021-12345
    Signed-off-by: Ada Committer <ada at example.org>
    Patchset description:
    Text below the trailers.
 mm/f.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

{DIFF}

More information about the Lists mailing list"""


def read(text: str | bytes) -> Message:
    (letter,) = letters(text.encode() if isinstance(text, str) else text, "in")
    return read_message(letter)


def test_an_archive_page_is_read_whole() -> None:
    found = read(ARCHIVE)
    assert found.subject is not None
    assert found.subject.title == "mm/mremap: hold the lock"
    assert (found.form, found.subject_line) == (Form.ARCHIVE, 1)
    assert found.poster == Person("Ada Committer", "ada@example.org", 3)
    assert found.author == Person("Bob Author", "bob@example.com", 9)
    assert found.posted == Moment("Fri Jul 23 10:11:12 MSK 2021", "2021-07-23T10:11:12", 4)
    assert found.date == Moment("Thu Jul 22 09:08:07 2021 +0200", "2021-07-22T09:08:07+02:00", 10)
    assert found.commit == PUSHED
    assert found.pushed_to == '"branch-one" and will appear at https://example.org/kernel.git'
    assert found.after == "release-7"
    assert found.body[0] == "The table moves while nobody looks."
    assert found.body[-1] == "Text below the trailers."
    assert found.numbers == tuple(range(13, 27))
    assert found.trailers == (
        Trailer("Link", "https://example.org/m", 16),
        Trailer("Fixes", '2c91bd4a4e2e ("mm: speed up mremap by 20x on large regions")', 17),
        Trailer("Signed-off-by", "Bob Author <bob@example.com>", 18),
        Trailer("Signed-off-by", "Ada Committer <ada@example.org>", 24),
    )
    assert found.notes == (Note("carol@example.net", "shorten it and fix a typo", 14),)
    assert found.conflicts == (Conflict("mm/mremap.c", 21),)
    assert found.trackers == (
        Tracker("jira", "PSBM-123456", "https://jira.example.org/browse/PSBM-123456", 22),
    )
    assert found.cves == (Cve("CVE-2021-12345", 23),)
    assert found.upstream == (
        UpstreamReference(
            ReferenceForm.CHERRY_PICKED,
            UPSTREAM,
            full=True,
            line=19,
            text=f"(cherry picked from commit {UPSTREAM})",
        ),
    )
    assert found.fixes == (
        Fixes("2c91bd4a4e2e", "mm: speed up mremap by 20x on large regions", 17),
    )
    assert found.reverts == ()


def test_the_announcement_is_read_in_a_mail_too() -> None:
    text = ARCHIVE[ARCHIVE.index("The commit") :].replace("\ncommit ", "\n------>\ncommit ", 1)
    found = read("Subject: [PATCH] ms/mm/mremap: hold the lock\nFrom: ada@example.org\n\n" + text)
    assert (found.form, found.commit, found.after) == (Form.MAIL, PUSHED, "release-7")
    assert found.author == Person("Bob Author", "bob@example.com", 8)
    assert found.body[0] == "The table moves while nobody looks."


def test_git_show_is_read() -> None:
    text = f"""\
commit {PUSHED} (HEAD -> main, tag: v1)
Merge: 1234567 2345678
Author:     Bob <bob@example.com>
AuthorDate: Thu Jul 22 09:08:07 2021 +0200
Commit:     Ada <ada@example.org>
CommitDate: Fri Jul 23 09:08:07 2021 +0200

    [media] mm: a subject
    on two lines
{"    "}
    Body.
        deeper

{DIFF}"""
    found = read(text)
    assert found.subject is not None
    assert (found.form, found.subject.title) == (Form.LOG, "[media] mm: a subject on two lines")
    assert found.author == Person("Bob", "bob@example.com", 3)
    assert found.date is not None
    assert found.date.iso == "2021-07-22T09:08:07+02:00"
    assert (found.body, found.numbers) == (("Body.", "    deeper"), (11, 12))
    assert (found.poster, found.posted, found.commit) == (None, None, PUSHED)


def test_the_sha_of_format_patch_is_the_commit() -> None:
    head = "From {} Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nSubject: x\n\nbody\n"
    assert read(head.format(PUSHED)).commit == PUSHED
    assert read(head.format("0" * 40)).commit is None


def test_an_in_body_author_beats_the_sender() -> None:
    found = read(
        "From: Ada <ada@example.org>\nDate: Fri, 23 Jul 2021 10:00:00 +0000\nSubject: [PATCH] x\n\n"
        "\nFrom: =?utf-8?q?J=C3=BCrgen?=\n <j@example.com>\n"
        "Date: Thu, 22 Jul 2021 10:00:00 +0000\n\nBody.\nFrom: prose\n"
    )
    assert found.author == Person("Jürgen", "j@example.com", 6)
    assert found.poster == Person("Ada", "ada@example.org", 1)
    assert found.date is not None
    assert found.posted is not None
    assert (found.date.iso, found.posted.iso) == (
        "2021-07-22T10:00:00+00:00",
        "2021-07-23T10:00:00+00:00",
    )
    assert found.body == ("Body.", "From: prose")


def test_a_quoted_upstream_commit_in_a_mail_is_a_reference() -> None:
    found = read(
        "From: Ada <ada@example.org>\nSubject: [RHEL7.7 PATCH] mm: x\n\n"
        f"Bugzilla: 1234567\n\ncommit {UPSTREAM}\nAuthor: Bob <bob@example.com>\n\n    mm: x\n"
    )
    assert found.commit is None
    assert found.author == Person("Ada", "ada@example.org", 1)
    assert [(one.form, one.line) for one in found.upstream] == [(ReferenceForm.QUOTED, 6)]


def test_a_quilt_header_names_commit_and_tickets() -> None:
    found = read(
        f"From: Bob <bob@example.com>\nSubject: mm: x\nGit-commit: {UPSTREAM}\n"
        "Patch-mainline: v5.14\nReferences: bsc#1234567 CVE-2021-12345\n\nBody.\n"
    )
    assert [(one.form, one.line) for one in found.upstream] == [(ReferenceForm.GIT_COMMIT, 3)]
    assert found.trackers == (Tracker("bsc", "1234567", "bsc#1234567", 5),)
    assert found.cves == (Cve("CVE-2021-12345", 5),)


def test_a_plain_text_above_a_diff_has_a_subject() -> None:
    found = read(f"UPSTREAM: mm: x\n\nBody.\n\n{DIFF}")
    assert found.subject is not None
    assert (found.form, found.subject.title, found.body) == (Form.PLAIN, "mm: x", ("Body.",))


def test_a_plain_diff_says_nothing() -> None:
    found = read(DIFF)
    assert (found.subject, found.author, found.body, found.form) == (None, None, (), Form.PLAIN)


def test_an_mbox_escape_is_undone_and_a_quotation_is_not() -> None:
    envelope = f"From {PUSHED} Mon Sep 17 00:00:00 2001\n"
    mail = "From: A <a@example.org>\nSubject: x\n\nBody.\n>From here\n>>From there\n"
    assert read(envelope + mail).body == ("Body.", "From here", ">From there")
    assert read(mail).body == ("Body.", ">From here", ">>From there")


def test_carriage_returns_leave_the_facts() -> None:
    found = read(ARCHIVE.replace("\n", "\r\n"))
    assert found.author == Person("Bob Author", "bob@example.com", 9)
    assert found.body == read(ARCHIVE).body
    assert found.trailers == read(ARCHIVE).trailers


def test_escapes_do_not_break_a_subject() -> None:
    found = read("From: A\x1b[2J <a@example.org>\nSubject: [PATCH] mm:\x1b]0;x\x07 y\n\nB\x00.\n")
    assert found.subject is not None
    assert (found.subject.title, found.body) == ("mm:\x1b]0;x\x07 y", ("B\x00.",))
    assert found.author == Person("A\x1b[2J", "a@example.org", 1)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a\n---\n f | 1 +\n", 1),
        ("a\n f | 1 +\n 1 file changed, 1 insertion(+)\n", 1),
        ("a\n------>\n---x\nb\ndiff --git a/f b/f", 4),
        ("a\n--- a/f\n+++ b/f", 1),
        ("a\nb", 2),
    ],
)
def test_where_the_message_ends(text: str, end: int) -> None:
    assert message_end(text.split("\n")) == end


# git mailinfo as the judge

AUTHORS = {
    "plain": b"A B <a@example.org>",
    "q": b"=?UTF-8?q?J=C3=BCrgen_Gro=C3=9F?= <j@example.org>",
    "b": b"=?utf-8?B?SsO8cmdlbg==?= <j@example.org>",
    "latin": b"=?iso-8859-1?Q?J=FCrgen?= <j@example.org>",
    "quoted": b'"B, A" <a@example.org>',
    "raw": "Jürgen <j@example.org>".encode(),
    "comment": b"a@example.org (A B)",
}
SUBJECTS = {
    "plain": b"[PATCH v2 1/3] x86/mm: one  two",
    "folded": b"[PATCH] mm: one\n two\n\tthree",
    "words": b"[PATCH] =?utf-8?q?mm:_=C3=BC?=\n =?utf-8?q?n=C3=AF?=",
    "reply": b"Re: [PATCH] mm: one",
    "none": b"mm: one",
}
BODY = "Text ü\n\n  indented\ntrailing = sign=\n\nSigned-off-by: Jürgen <j@example.org>\n"
INBODY = "From: In Body <in@example.org>\n\n"


def mail(author: bytes, subject: bytes, charset: str, encoding: str, body: str) -> bytes:
    raw = (body + "---\n" + DIFF).encode(charset)
    encoders = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}
    return (
        b"From: %s\nDate: Thu, 3 Jan 2019 15:28:38 -0800\nSubject: %s\n" % (author, subject)
        + f"Content-Type: text/plain; charset={charset}\n".encode()
        + f"Content-Transfer-Encoding: {encoding}\n\n".encode()
        + encoders.get(encoding, bytes)(raw)
    )


def mailinfo(data: bytes, folder: Path) -> tuple[dict[str, str], str]:
    """What git says: Author, Email, Subject and Date, and the message."""
    command = ["git", "mailinfo", "msg", "patch"]
    told = subprocess.run(command, cwd=folder, input=data, check=True, capture_output=True)
    fields = dict(line.split(": ", 1) for line in told.stdout.decode().split("\n") if line)
    return fields, (folder / "msg").read_text("utf-8")


def assert_git_agrees(data: bytes, folder: Path) -> None:
    found = read(data)
    fields, message = mailinfo(data, folder)
    assert found.subject is not None
    assert found.author is not None
    assert found.date is not None
    assert {
        "Author": found.author.name,
        "Email": found.author.address,
        "Subject": found.subject.title,
        "Date": found.date.given,
    } == fields
    assert "\n".join(found.body) == message.strip("\n")


@pytest.mark.parametrize("author", AUTHORS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_git_reads_the_same_headers(author: str, subject: str, tmp_path: Path) -> None:
    data = mail(AUTHORS[author], SUBJECTS[subject], "utf-8", "8bit", BODY)
    assert_git_agrees(data, tmp_path)


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("body", [BODY, INBODY + BODY, "\n\n" + INBODY + BODY])
def test_git_reads_the_same_body(charset: str, encoding: str, body: str, tmp_path: Path) -> None:
    data = mail(AUTHORS["q"], SUBJECTS["plain"], charset, encoding, body)
    assert_git_agrees(data, tmp_path)


# Anything at all

FRAGMENTS = st.lists(
    st.one_of(
        st.binary(max_size=10),
        st.sampled_from([line.encode() + b"\n" for line in ARCHIVE.split("\n")]),
        st.sampled_from([b"\n", b"\r\n", b"Subject: x\n", b"From: \n", b"---\n", b"[a: b\n"]),
    ),
    max_size=25,
).map(b"".join)


@settings(max_examples=300)
@given(FRAGMENTS)
def test_any_bytes_have_facts(data: bytes) -> None:
    try:
        found = letters(data, "in")
    except AnalyzerError:
        assert not data.strip()
        return
    for letter in found:
        message = read_message(letter)
        assert len(message.body) == len(message.numbers)
        assert set(message.numbers) <= set(letter.numbers)
