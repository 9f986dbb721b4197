from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from repositories import committed, created, git, git_line, written

from analyzer.repo import open_tree


def _edited(top: Path) -> None:
    (top / "mm/mremap.c").write_bytes(b"int edited;\n")


def _edited_same_size(top: Path) -> None:
    (top / "mm/mremap.c").write_bytes(b"int nev;\n")


def _deleted(top: Path) -> None:
    (top / "mm/mremap.c").unlink()


def _executable(top: Path) -> None:
    (top / "mm/mremap.c").chmod(0o755)


def _staged(top: Path) -> None:
    _edited(top)
    git(top, "add", "--all")


def _staged_and_put_back(top: Path) -> None:
    _staged(top)
    (top / "mm/mremap.c").write_bytes(b"int new;\n")


def _added(top: Path) -> None:
    written(top, {"new.c": b""})
    git(top, "add", "new.c")


def _link_for_a_file(top: Path) -> None:
    _deleted(top)
    (top / "mm/mremap.c").symlink_to("data.bin")


def _link_changed(top: Path) -> None:
    (top / "link").unlink()
    (top / "link").symlink_to("mm/data.bin")


def _directory_for_a_file(top: Path) -> None:
    _deleted(top)
    (top / "mm/mremap.c").mkdir()


CHANGES = (
    _edited,
    _edited_same_size,
    _deleted,
    _executable,
    _staged,
    _added,
    _link_for_a_file,
    _link_changed,
    _directory_for_a_file,
)


@pytest.fixture
def linked(kernel: Path) -> Path:
    (kernel / "link").symlink_to("mm/mremap.c")
    committed(kernel)
    return kernel


@pytest.mark.parametrize("change", CHANGES)
def test_a_tracked_file_that_differs_makes_a_tree_dirty(
    linked: Path, change: Callable[[Path], None]
) -> None:
    assert open_tree(str(linked)).dirty is False
    change(linked)
    assert open_tree(str(linked)).dirty is True
    assert open_tree(f"{linked}@HEAD").dirty is False


def _untracked(top: Path) -> None:
    written(top, {"new.c": b""})


def _touched(top: Path) -> None:
    for path in ("mm/mremap.c", "mm/data.bin", "link"):
        os.utime(top / path, (1, 1), follow_symlinks=False)


def _written_anew(top: Path) -> None:
    (top / "mm/mremap.c").write_bytes(b"int new;\n")


def _link_made_anew(top: Path) -> None:
    (top / "link").unlink()
    (top / "link").symlink_to("mm/mremap.c")


@pytest.mark.parametrize(
    "change", [_untracked, _touched, _written_anew, _link_made_anew, _staged_and_put_back]
)
def test_what_leaves_every_tracked_content_alone_does_not(
    linked: Path, change: Callable[[Path], None]
) -> None:
    change(linked)
    index = (linked / ".git/index").read_bytes()
    assert open_tree(str(linked)).dirty is False
    assert (linked / ".git/index").read_bytes() == index


def test_a_touched_file_of_a_sha256_repository_is_clean(tmp_path: Path) -> None:
    top = created(tmp_path / "r", "--object-format=sha256")
    committed(top, a=b"x")
    os.utime(top / "a", (1, 1))
    assert open_tree(str(top)).dirty is False


def test_a_worktree_has_a_state_of_its_own(kernel: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(kernel, "worktree", "add", "--quiet", "--detach", str(other))
    _edited(other)
    assert open_tree(str(other)).dirty is True
    assert open_tree(str(kernel)).dirty is False


def test_a_bare_repository_has_no_files_to_differ(kernel: Path, tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    git(kernel, "clone", "--quiet", "--bare", ".", str(hub / ".git"))
    assert open_tree(str(hub)).dirty is False
    assert open_tree(str(hub)).read("mm/mremap.c") == b"int new;\n"


def test_a_submodule_is_not_looked_into(kernel: Path, tmp_path: Path) -> None:
    inner = created(kernel / "sub")
    committed(inner, a=b"x")
    head = git_line(inner, "rev-parse", "HEAD")
    git(kernel, "update-index", "--add", "--cacheinfo", f"160000,{head},sub")
    git(kernel, "commit", "--quiet", "--message=sub")
    git(inner, "config", "core.fsmonitor", f"touch {tmp_path}/ran; false")
    written(inner, {"a": b"edited"})
    assert open_tree(str(kernel)).dirty is False
    assert not (tmp_path / "ran").exists()
