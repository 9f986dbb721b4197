"""What is a patch of its own, and what is written back."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

from analyzer.finding import NotChecked
from analyzer.patch.reader import read_series, written_patch

DIFF = """\
diff --git a/f.c b/f.c
--- a/f.c
+++ b/f.c
@@ -1,3 +1,4 @@
 int one;
+int ünlü;
 int two;
 int three;
"""
QUOTED = """\
From: Some One <some.one@example.org>
Subject: [PATCH] show what we did

We ran this:

$ diff -u old.c new.c
--- old.c	2025-12-06 11:52:24.171027464 +0100
+++ new.c	2025-12-06 11:32:55.431256160 +0100
@@ -10,6 +10,7 @@
 #include <a.h>
+#include <b.h>

and it helped.
---
 f.c | 1 +
 1 file changed, 1 insertion(+)

"""


def test_a_diff_that_the_message_quotes_is_not_the_patch() -> None:
    data = (QUOTED + DIFF).encode()
    (patch,) = read_series(data, "in").patches
    assert [file.path for file in patch.files] == ["f.c"]
    assert patch.damage == ()
    assert patch.notes == (
        NotChecked("a diff of 1 hunks within the message", "it stands before the line `---`"),
    )
    assert written_patch(patch, patch.files) == data


def test_a_plain_diff_before_one_of_gits_is_a_file_of_the_patch() -> None:
    plain = "--- a/e.c\n+++ b/e.c\n@@ -1,3 +1,2 @@\n one\n---\n three\n"
    (patch,) = read_series((plain + DIFF).encode(), "in").patches
    assert [file.path for file in patch.files] == ["e.c", "f.c"]
    assert patch.damage == ()


def test_an_encoded_mail_is_written_as_plain_text_that_git_takes(tmp_path: Path) -> None:
    body = f"Say so.\n\n---\n{DIFF}"
    head = (
        "From: Some One <some.one@example.org>\n"
        "Date: Thu, 3 Jan 2019 15:28:38 -0800\n"
        "Subject: [PATCH] say so\n"
        'Content-Type: text/plain;\n charset="utf-8"\n'
        "Content-Transfer-Encoding: base64\n\n"
    )
    data = head.encode() + base64.encodebytes(body.encode())
    (patch,) = read_series(data, "in").patches
    path = tmp_path / "written"
    path.write_bytes(written_patch(patch, patch.files))
    (tmp_path / "f.c").write_text("int one;\nint two;\nint three;\n")
    for command in (["git", "init", "-q", "."], ["git", "add", "f.c"]):
        subprocess.run(command, cwd=tmp_path, check=True)
    named = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", *named, "commit", "-qm", "base"], cwd=tmp_path, check=True)
    subprocess.run(["git", *named, "am", "-q", path], cwd=tmp_path, check=True)
    assert (tmp_path / "f.c").read_text() == "int one;\nint ünlü;\nint two;\nint three;\n"
