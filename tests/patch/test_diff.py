"""The two readers of a diff against each other, and what of a text belongs to which file."""

from __future__ import annotations

from dataclasses import replace

from analyzer.patch.diff import read_diff, second_opinion
from analyzer.patch.lines import FilePatch, Mark, written
from analyzer.patch.reader import read_series

BODY = "@@ -1,2 +1,2 @@ f\n one\n-two\n+three\n"


def files(text: str) -> tuple[FilePatch, ...]:
    (patch,) = read_series(text.encode(), "in").patches
    return patch.files


def test_a_line_that_was_changed_behind_its_readers_back_is_noticed() -> None:
    (file,) = files(f"--- a/x\n+++ b/x\n{BODY}")
    assert second_opinion((file,)) is None
    (hunk,) = file.hunks
    swapped = replace(hunk, lines=(replace(hunk.lines[0], mark=Mark.ADDED), *hunk.lines[1:]))
    assert second_opinion((replace(file, hunks=(swapped,)),)) is not None


def test_form_feeds_and_line_separators_end_no_line_for_either_reader() -> None:
    odd = "a\fb\vc\x1cd\x85e\u2028f\rg"
    (file,) = files(f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{odd}\n+{odd}!\n")
    assert [line.text for line in file.hunks[0].lines] == [odd, f"{odd}!"]
    assert second_opinion((file,)) is None


def test_every_line_is_kept_in_its_place() -> None:
    text = f"prose\nIndex: x\n====\n--- x\n+++ x\n{BODY}between\n--- y\n+++ y\n{BODY}behind\n\n"
    lines = tuple(text.split("\n"))
    diff = read_diff(lines, tuple(range(1, len(lines) + 1)))
    assert diff.prologue == ("prose",)
    assert [file.file.path for file in diff.files] == ["x", "y"]
    assert [file.file.hunks[0].tail for file in diff.files] == [("between",), ("behind", "", "")]
    assert written(diff.prologue, tuple(file.file for file in diff.files)) == list(lines)


def test_a_plain_diff_behind_a_git_renaming_is_a_file_of_its_own() -> None:
    renaming = "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n"
    found = files(f"{renaming}\n--- a/z\n+++ b/z\n{BODY}")
    assert [(file.path, len(file.hunks)) for file in found] == [("y", 0), ("z", 1)]


def test_a_removed_and_an_added_line_before_a_hunk_of_git_are_no_header() -> None:
    text = (
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n"
        "@@ -3 +3 @@\n--- a/y\n+++ b/y\n@@ -9 +9 @@\n-one\n+two\n"
    )
    (file,) = files(text)
    assert [[line.text for line in hunk.lines] for hunk in file.hunks] == [
        ["-- a/y", "++ b/y"],
        ["one", "two"],
    ]
