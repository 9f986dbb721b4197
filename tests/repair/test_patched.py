"""Trees before and after a patch, held against what git makes of the same commits."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.patch.apply import How
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series
from analyzer.repair.patched import Patched, patched
from analyzer.repo import Overlay, Tree, exported, open_tree

LINES = [f"line {number}" for number in range(1, 31)]
_ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "c",
    "GIT_COMMITTER_EMAIL": "c@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def _git(top: Path, *arguments: str) -> None:
    environment = {**os.environ, **_ENVIRONMENT}
    subprocess.run(["git", *arguments], cwd=top, check=True, env=environment, capture_output=True)


def _text(**changed: str) -> str:
    lines = [changed.get(f"l{number}", line) for number, line in enumerate(LINES, 1)]
    return "".join(f"{line}\n" for line in lines)


STEPS: tuple[dict[str, str | None], ...] = (
    {"mm/a.c": _text(), "mm/b.c": "b\n", "mm/gone.c": "x\ny\n", "mm/old.c": _text(l1="old")},
    {"mm/a.c": _text(l10="ten"), "mm/new.c": "n\n", "mm/gone.c": None},
    {"mm/a.c": _text(l10="ten more"), "mm/old.c": None, "mm/moved.c": _text(l1="old", l20="20")},
)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    top = tmp_path / "r"
    top.mkdir()
    _git(top, "init", "-q", "-b", "main")
    for number, step in enumerate(STEPS):
        for name, text in step.items():
            path = top / name
            path.parent.mkdir(exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        _git(top, "add", "-A")
        _git(top, "commit", "-q", "-m", f"step {number}")
        _git(top, "tag", f"s{number}")
    return top


def _files(top: Path, revision: str) -> list[FilePatch]:
    series = read_series(exported(str(top), revision), "p")
    return [file for patch in series.patches for file in patch.files]


def _content(tree: Tree | None) -> dict[str, bytes | None]:
    assert tree is not None
    return {path: tree.read(path) for path in tree.files()}


def _at(top: Path, name: str) -> Tree:
    return open_tree(f"{top}@{name}")


@pytest.mark.parametrize(("range_", "start", "end"), [("s1", 0, 1), ("s2", 1, 2), ("s0..s2", 0, 2)])
def test_a_tree_is_brought_forward(history: Path, range_: str, start: int, end: int) -> None:
    before, after = _at(history, f"s{start}"), _at(history, f"s{end}")
    found = patched(before, _files(history, range_))
    assert found.before is before
    assert _content(found.after) == _content(after)
    assert (found.already, found.partly, found.exact, found.refused) == (False, False, True, ())


@pytest.mark.parametrize(("range_", "start", "end"), [("s1", 0, 1), ("s2", 1, 2), ("s0..s2", 0, 2)])
def test_a_tree_that_holds_it_is_taken_back(
    history: Path, range_: str, start: int, end: int
) -> None:
    before, after = _at(history, f"s{start}"), _at(history, f"s{end}")
    files = _files(history, range_)
    found = patched(after, files)
    assert found.after is after
    assert _content(found.before) == _content(before)
    assert (found.already, found.partly, found.refused) == (True, False, ())
    assert [one.path for one in found.files] == [file.old_path or file.path for file in files]


def test_one_patch_of_a_series_may_be_there(history: Path) -> None:
    found = patched(_at(history, "s2"), _files(history, "s1"))
    assert found.after is None
    assert [one.path for one in found.refused] == ["mm/a.c"]
    assert not found.already
    assert found.partly  # mm/new.c is there, and mm/gone.c is not


def test_a_part_that_is_held_is_told(history: Path) -> None:
    below = _at(history, "s0")
    tree = Overlay(below, {"mm/gone.c": None})
    found = patched(tree, _files(history, "s1"))
    assert (found.partly, found.already) == (True, False)
    assert _content(found.after) == _content(_at(history, "s1"))


def test_a_tree_that_moved_on_has_offsets(history: Path) -> None:
    below = _at(history, "s0")
    tree = Overlay(below, {"mm/a.c": ("new\n" * 3 + _text()).encode()})
    found = patched(tree, _files(history, "s1"))
    how = {one.path: [hunk.how for hunk in one.hunks] for one in found.files}
    assert how["mm/a.c"] == [How.OFFSET]
    assert not found.exact
    assert _content(found.after)["mm/a.c"] == ("new\n" * 3 + _text(l10="ten")).encode()
    back = patched(Overlay(below, {**_changed(found)}), _files(history, "s1"))
    assert back.already
    assert _content(back.before)["mm/a.c"] == tree.read("mm/a.c")


def _changed(found: Patched) -> dict[str, bytes | None]:
    return {**_content(found.after), "mm/gone.c": None}


def test_what_does_not_fit_has_no_tree_after(history: Path) -> None:
    tree = Overlay(_at(history, "s0"), {"mm/a.c": b"other\n", "mm/gone.c": None})
    found = patched(tree, _files(history, "s1"))
    assert found.after is None
    (refused,) = found.refused
    assert refused.path == "mm/a.c"
    refusal = refused.hunks[0].refusal
    assert refusal is not None
    assert (refusal.wanted, refusal.line) == ("line 7", 7)


def test_a_rename_onto_a_file_is_refused(history: Path) -> None:
    tree = Overlay(_at(history, "s1"), {"mm/moved.c": b"here\n"})
    found = patched(tree, _files(history, "s2"))
    assert [one.why_not for one in found.refused] == [
        "the patch makes the file, which is there already"
    ]


def test_a_path_that_leads_out_is_refused(history: Path) -> None:
    patch = b"--- a/../../x\n+++ b/../../x\n@@ -1 +1 @@\n-a\n+b\n"
    files = read_series(patch, "p").patches[0].files
    found = patched(_at(history, "s0"), files)
    assert found.after is None
    assert found.refused[0].why_not == "its name leads out of the tree"


def test_no_files_change_nothing(history: Path) -> None:
    tree = _at(history, "s0")
    assert _content(patched(tree, ()).after) == _content(tree)
    assert not patched(tree, ()).already


def test_bytes_that_are_no_text_are_kept(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xff\r\na\n\x00\xfe")
    body = b" \xff\r\n-a\n+\xfd\n \x00\xfe\n\\ No newline at end of file\n"
    patch = b"--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n" + body
    files = read_series(patch, "p").patches[0].files
    after = patched(open_tree(str(tmp_path)), files).after
    assert after is not None
    assert after.read("f") == b"\xff\r\n\xfd\n\x00\xfe"


def test_a_file_that_cannot_be_read_is_an_error(history: Path) -> None:
    name = subprocess.run(
        ["git", "rev-parse", "s0:mm/a.c"], cwd=history, capture_output=True, text=True, check=True
    ).stdout.strip()
    (history / ".git/objects" / name[:2] / name[2:]).unlink()
    with pytest.raises(AnalyzerError, match="not in this clone"):
        patched(_at(history, "s0"), _files(history, "s2"))
