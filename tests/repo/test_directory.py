from __future__ import annotations

import os
from pathlib import Path

import pytest
from repositories import committed, created, git, written

from analyzer.errors import AnalyzerError
from analyzer.repo import DirectoryTree, blob_id, open_tree, pre_image

HOSTILE = (
    "",
    "/etc/passwd",
    "../outside",
    "mm/../../outside",
    "mm/..",
    ".",
    "./mm/a.c",
    "mm//a.c",
    "mm/a.c/",
    ".git/config",
    "mm/.GIT/config",
    "mm/a.c\0",
    "mm/\ud800",
    "a/" * 3000 + "a",
)


@pytest.fixture
def tree(tmp_path: Path) -> DirectoryTree:
    written(
        tmp_path,
        {
            "outside": b"secret",
            "top/mm/a.c": b"int a;\n",
            "top/.git/config": b"[core]\n",
            "top/a b/\u00e9.h": b"e\n",
        },
    )
    return DirectoryTree("top", (tmp_path / "top").resolve())


def test_a_directory_has_no_history(tree: DirectoryTree) -> None:
    assert (tree.name, tree.revision, tree.dirty) == ("top", None, False)


def test_files_are_read_whatever_their_names(tree: DirectoryTree) -> None:
    assert tree.read("mm/a.c") == b"int a;\n"
    assert tree.read("a b/\u00e9.h") == b"e\n"


def test_a_name_that_is_not_utf8_goes_there_and_back(tree: DirectoryTree) -> None:
    path = os.fsencode(tree.root) + b"/\xff.c"
    Path(os.fsdecode(path)).write_bytes(b"latin\n")
    assert list(tree.files())[-1] == "\udcff.c"
    assert tree.read("\udcff.c") == b"latin\n"


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_is_absent(tree: DirectoryTree, path: str) -> None:
    assert tree.read(path) is None


@pytest.mark.parametrize("path", ["mm", "mm/b.c", "mm/a.c/b", "n" * 300])
def test_what_is_no_file_is_absent(tree: DirectoryTree, path: str) -> None:
    assert tree.read(path) is None


def test_a_link_is_followed_inside_only(tree: DirectoryTree, tmp_path: Path) -> None:
    links = {
        "in": "mm/a.c",
        "dir": "mm",
        "out": "../outside",
        "absolute": str(tmp_path / "outside"),
        "up": "..",
        "git": ".git/config",
        "loop": "loop",
        "nowhere": "gone",
    }
    for name, target in links.items():
        (tree.root / name).symlink_to(target)
    paths = ("in", "dir/a.c", "out", "absolute", "up/outside", "git", "loop", "nowhere")
    assert {path: tree.read(path) for path in paths} == {
        **dict.fromkeys(paths),
        "in": b"int a;\n",
        "dir/a.c": b"int a;\n",
    }
    assert list(tree.files()) == ["a b/\u00e9.h", "mm/a.c"]
    assert list(tree.files("dir")) == list(tree.files("up")) == list(tree.files("in")) == []


def test_a_directory_beside_it_with_a_longer_name_is_outside(tmp_path: Path) -> None:
    written(tmp_path, {"top/a": b"", "top2/b": b"secret"})
    (tmp_path / "top/link").symlink_to("../top2/b")
    assert DirectoryTree("top", (tmp_path / "top").resolve()).read("link") is None


def test_a_pipe_is_no_file_and_nobody_waits_for_it(tree: DirectoryTree) -> None:
    os.mkfifo(tree.root / "pipe")
    assert tree.read("pipe") is None
    assert list(tree.files("pipe")) == []
    assert "pipe" not in list(tree.files())


def test_a_file_of_16_mib_is_read_and_no_larger_one(tree: DirectoryTree) -> None:
    with (tree.root / "large").open("wb") as file:
        file.truncate(16 * 1024 * 1024)
    data = tree.read("large")
    assert data is not None
    assert len(data) == 16 * 1024 * 1024
    with (tree.root / "large").open("ab") as file:
        file.write(b"x")
    expected = r"^top: large: larger than 16 MiB; name a tree that holds kernel source$"
    with pytest.raises(AnalyzerError, match=expected):
        tree.read("large")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(tree: DirectoryTree) -> None:
    (tree.root / "mm/a.c").chmod(0)
    with pytest.raises(AnalyzerError, match=r"^top: mm/a\.c: Permission denied; make it readable"):
        tree.read("mm/a.c")


def test_files_are_listed_in_the_order_of_git(tmp_path: Path) -> None:
    top = created(tmp_path / "r")
    names = ("a.c", "a/b.c", "a-b", "a0", "B", "a/b/c", "a/b-", "\u00e9", "z z")
    written(top, dict.fromkeys(names, b"x"))
    committed(top)
    listed = git(top, "ls-files", "-z").decode().split("\0")[:-1]
    plain = DirectoryTree("r", top.resolve())
    assert list(plain.files()) == listed
    assert list(open_tree(str(top)).files()) == listed


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("mm", ["mm/a.c"]),
        ("mm/", ["mm/a.c"]),
        ("mm/a.c", ["mm/a.c"]),
        ("m", []),
        ("..", []),
        (".git", []),
        ("gone", []),
    ],
)
def test_a_prefix_is_a_path_not_a_text(
    tree: DirectoryTree, prefix: str, expected: list[str]
) -> None:
    assert list(tree.files(prefix)) == expected


def test_a_patch_is_made_from_the_file_of_its_id(tree: DirectoryTree) -> None:
    assert tree.blob(blob_id(b"int a;\n")) is None
    assert pre_image(tree, "mm/a.c", blob_id(b"int a;\n", 7)) == b"int a;\n"
    assert pre_image(tree, "mm/a.c", blob_id(b"int b;\n", 7)) is None
    assert pre_image(tree, "mm/a.c", None) == b"int a;\n"
    assert pre_image(tree, "mm/gone.c", None) is None
    assert pre_image(tree, "../outside", blob_id(b"secret")) is None
