"""One side of a patch as text: what hunks show, and files with a patch applied and taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from inputs import ARCHIVE, BASE, PATCH

from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series
from analyzer.repair import mend
from analyzer.repair.image import State, after_patch, before_patch, image
from analyzer.upstream import load

OWN = """\
--- a/x.c
+++ b/x.c
@@ -2,3 +2,4 @@ int f(void)
 b
-c
+C
+D
 d
"""


def files_of(text: str) -> tuple[FilePatch, ...]:
    return read_series(text.encode(), "x.patch").patches[0].files


def test_each_state_has_its_own_lines_and_numbers() -> None:
    (file,) = files_of(OWN)
    (hunk,) = file.hunks
    after, before = (image(file, hunk, state) for state in (State.AFTER, State.BEFORE))
    assert [(one.number, one.text, one.own) for one in after.lines] == [
        (2, "b", False),
        (3, "C", True),
        (4, "D", True),
        (5, "d", False),
    ]
    assert [(one.number, one.text, one.own) for one in before.lines] == [
        (2, "b", False),
        (3, "c", True),
        (4, "d", False),
    ]
    assert (after.path, after.heading, after.numbered) == ("x.c", "int f(void)", True)
    assert (after.lost_context, after.lost_own) == (0, 0)


def test_restored_lines_tell_the_numbers_where_context_is_lost() -> None:
    (patch,) = read_series(ARCHIVE.read_bytes(), "mail").patches
    commit = load(()).by("2c91bd4a4e2e").commit
    mended = mend(patch, commit, None)
    file = mended.files[1]
    found = [image(file, hunk, State.AFTER, mended.damage) for hunk in file.hunks]
    first = {one.text: one.number for one in found[0].lines}
    assert (
        first["static bool move_normal_pmd(struct vm_area_struct *vma, unsigned long from,"] == 93
    )
    assert [(one.numbered, one.lost_context, one.lost_own) for one in found] == [
        (True, 4, 0),
        (True, 3, 0),
    ]
    # Nothing says where these stand once nothing is put back.
    bare = [image(one, hunk, State.AFTER) for one in patch.files[1:] for hunk in one.hunks]
    assert [one.numbered for one in bare] == [False, False]


def test_a_patch_is_applied_and_taken_back_to_the_same_text() -> None:
    (file,) = files_of(OWN)
    assert after_patch(file, "a\nb\nc\nd\ne\n") == "a\nb\nC\nD\nd\ne\n"
    assert before_patch(file, "a\nb\nC\nD\nd\ne\n") == "a\nb\nc\nd\ne\n"
    fixture = read_series(PATCH.read_bytes(), "patch").patches[0].files[1]
    text = (BASE / "mm/mremap.c").read_text()
    after = after_patch(fixture, text)
    assert after is not None
    assert before_patch(fixture, after) == text


@pytest.mark.parametrize("text", ["", "a\nb\nC\nD\nd\n", "b\nc\nd\n", "a\nb \nc\nd\n"])
def test_a_patch_that_does_not_fit_is_not_applied(text: str) -> None:
    (file,) = files_of(OWN)
    assert after_patch(file, text) is None


def test_a_hunk_with_lost_lines_is_never_applied() -> None:
    (file,) = files_of(OWN)
    (hunk,) = file.hunks
    short = replace(file, hunks=(hunk.with_lines(hunk.lines[:-1]),))
    assert after_patch(short, "a\nb\nc\nd\ne\n") is None


def test_new_and_deleted_files_and_overlapping_hunks() -> None:
    (new,) = files_of("--- /dev/null\n+++ b/x.c\n@@ -0,0 +1,2 @@\n+a\n+b\n")
    assert after_patch(new, "") == "a\nb\n"
    (gone,) = files_of("--- a/x.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n")
    assert after_patch(gone, "a\n") == ""
    twice = files_of("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n")
    assert [after_patch(one, "a\n") for one in twice] == [None]
