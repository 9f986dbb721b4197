from __future__ import annotations

from pathlib import Path

import pytest
from repositories import written

from analyzer.repo import Overlay, Tree, blob_id, open_tree


@pytest.fixture(params=["git", "directory"])
def tree(request: pytest.FixtureRequest, kernel: Path, tmp_path: Path) -> Tree:
    if request.param == "git":
        return open_tree(str(kernel))
    files = {"mm/mremap.c": b"int new;\n", "arch/Kconfig": b"x", "mm/data.bin": b"y"}
    written(tmp_path / "plain", files)
    return open_tree(str(tmp_path / "plain"))


def test_files_are_replaced_added_and_gone(tree: Tree) -> None:
    changed = {"mm/mremap.c": b"int newer;\n", "mm/data.bin": None, "mm-x": b"", "new/\udcff": b"n"}
    over = Overlay(tree, changed)
    assert over.read("mm/mremap.c") == b"int newer;\n"
    assert over.read("mm/data.bin") is None
    assert over.read("mm-x") == b""
    assert over.read("arch/Kconfig") == tree.read("arch/Kconfig")
    assert list(over.files()) == ["arch/Kconfig", "mm-x", "mm/mremap.c", "new/\udcff"]
    assert list(over.files("mm/")) == list(over.files("mm")) == ["mm/mremap.c"]
    assert list(over.files("mm/mremap.c")) == ["mm/mremap.c"]
    assert (over.name, over.revision, over.dirty) == (tree.name, tree.revision, tree.dirty)


def test_the_tree_below_stays_as_it_is(tree: Tree) -> None:
    Overlay(tree, {"mm/mremap.c": None})
    assert tree.read("mm/mremap.c") == b"int new;\n"


def test_an_overlay_may_lie_on_another(tree: Tree) -> None:
    over = Overlay(Overlay(tree, {"a": b"1", "b": b"1"}), {"a": None, "c": b"2"})
    assert [over.read(path) for path in "abc"] == [None, b"1", b"2"]


def test_what_was_replaced_is_known_by_its_id(tree: Tree) -> None:
    over = Overlay(tree, {"a": b"one", "b": b"one", "c": b"two"})
    assert over.blob(blob_id(b"one", 12)) == b"one"
    assert over.blob(blob_id(b"none")) is None
    assert over.blob("") is None


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", ".git/config", "a//b", "a\0", ""])
def test_no_path_leads_out(tree: Tree, path: str) -> None:
    over = Overlay(tree, {path: b"x"})
    assert over.read(path) is None
    assert list(over.files()) == list(tree.files())
