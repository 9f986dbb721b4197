from __future__ import annotations

import gc
import itertools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from repositories import committed, created, git, git_line, written
from test_directory import HOSTILE

from analyzer.errors import AnalyzerError
from analyzer.repo import GitTree, blob_id, open_tree, pre_image
from analyzer.repo.git import opened
from analyzer.repo.refs import common_directory


def test_a_commit_is_read_and_not_the_files_on_disk(kernel: Path) -> None:
    written(kernel, {"mm/mremap.c": b"int edited;\n", "mm/new.c": b""})
    assert open_tree(str(kernel)).read("mm/mremap.c") == b"int new;\n"
    assert open_tree(f"{kernel}@HEAD~").read("mm/mremap.c") == b"int old;\n"
    assert open_tree(str(kernel)).read("mm/new.c") is None


def _bare(kernel: Path, top: Path) -> Path:
    git(kernel, "clone", "--quiet", "--bare", ".", str(top))
    return top


def _shallow(kernel: Path, top: Path) -> Path:
    git(kernel, "clone", "--quiet", "--depth=1", f"file://{kernel}", str(top))
    return top


def _worktree(kernel: Path, top: Path) -> Path:
    git(kernel, "worktree", "add", "--quiet", "--detach", str(top))
    return top


def _packed(kernel: Path, top: Path) -> Path:
    git(kernel, "clone", "--quiet", "--no-local", ".", str(top))
    return top


def _git_dir(kernel: Path, top: Path) -> Path:
    return kernel / ".git"


FORMS = (_bare, _shallow, _worktree, _packed, _git_dir)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_repository_reads_alike(
    kernel: Path, tmp_path: Path, form: Callable[[Path, Path], Path]
) -> None:
    tree = open_tree(str(form(kernel, tmp_path / "other")))
    assert tree.revision == git_line(kernel, "rev-parse", "HEAD")
    assert list(tree.files()) == ["arch/Kconfig", "mm/data.bin", "mm/mremap.c"]
    assert tree.read("mm/data.bin") == bytes(range(256))
    assert tree.blob(blob_id(b"int new;\n", 8)) == b"int new;\n"
    assert tree.dirty is False


def test_a_sha256_repository_reads_alike(tmp_path: Path) -> None:
    top = created(tmp_path / "r", "--object-format=sha256")
    revision = committed(top, a=b"x")
    tree = open_tree(str(top))
    assert len(revision) == 64
    assert (tree.revision, tree.read("a"), tree.dirty) == (revision, b"x", False)
    assert tree.blob(blob_id(b"x", 64)) == tree.blob(blob_id(b"x", 64)[:9]) == b"x"


NAMES = (
    "a b.c",
    "\u00e9\u4e2d.h",
    "tail ",
    "x missing",
    "blob 12",
    ":(top)x",
    "*.c",
    "-h",
    "n\nl",
    "t\tq\"'\\",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    top = created(tmp_path / "r")
    written(top, {name: b"here\n", f"d/{name}": b"there\n", "other.c": b""})
    committed(top)
    tree = open_tree(str(top))
    assert tree.read(name) == b"here\n"
    assert tree.read(f"d/{name}") == b"there\n"
    assert tree.read(f"e/{name}") is None
    assert list(tree.files(name)) == [name]
    assert list(tree.files("d")) == [f"d/{name}"]


def test_a_name_that_is_not_utf8_goes_there_and_back(tmp_path: Path) -> None:
    top = created(tmp_path / "r")
    Path(os.fsdecode(os.fsencode(top) + b"/\xff.c")).write_bytes(b"latin\n")
    committed(top)
    tree = open_tree(str(top))
    assert list(tree.files()) == ["\udcff.c"]
    assert tree.read("\udcff.c") == b"latin\n"


@pytest.mark.parametrize(
    "path", [*HOSTILE, "mm", "mm/gone.c", "mm/mremap.c/x", "gone\nHEAD:mm/mremap.c"]
)
def test_a_hostile_path_or_no_file_is_absent(kernel: Path, path: str) -> None:
    tree = open_tree(str(kernel))
    assert tree.read(path) is None
    assert tree.read("mm/mremap.c") == b"int new;\n"


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("mm/", ["mm/data.bin", "mm/mremap.c"]),
        ("mm/mremap.c", ["mm/mremap.c"]),
        ("m", []),
        ("*", []),
        ("..", []),
        ("--help", []),
    ],
)
def test_a_prefix_is_a_path_not_a_text(kernel: Path, prefix: str, expected: list[str]) -> None:
    assert list(open_tree(str(kernel)).files(prefix)) == expected


def test_a_link_is_followed_inside_the_commit_only(kernel: Path) -> None:
    links = {
        "in": "mm/mremap.c",
        "dir": "mm",
        "out": "../outside",
        "absolute": "/etc/passwd",
        "loop": "loop",
        "nowhere": "gone",
    }
    for name, target in links.items():
        (kernel / name).symlink_to(target)
    committed(kernel)
    tree = open_tree(str(kernel))
    paths = ("in", "dir/mremap.c", "out", "absolute", "loop", "nowhere")
    assert {path: tree.read(path) for path in paths} == {
        **dict.fromkeys(paths),
        "in": b"int new;\n",
        "dir/mremap.c": b"int new;\n",
    }
    assert list(tree.files()) == ["arch/Kconfig", "mm/data.bin", "mm/mremap.c"]


def test_a_submodule_is_no_file(kernel: Path) -> None:
    head = git_line(kernel, "rev-parse", "HEAD")
    git(kernel, "update-index", "--add", "--cacheinfo", f"160000,{head},sub")
    git(kernel, "commit", "--quiet", "--message=sub")
    tree = open_tree(f"{kernel}@HEAD")
    assert tree.read("sub") is None
    assert "sub" not in list(tree.files())


def test_a_blob_is_found_whatever_commit_has_it(kernel: Path) -> None:
    tree = open_tree(str(kernel))
    whole = blob_id(b"int old;\n")
    for prefix in (whole, whole[:4], whole[:12].upper()):
        assert tree.blob(prefix) == b"int old;\n"


def test_what_names_no_blob_is_absent(kernel: Path) -> None:
    tree = open_tree(str(kernel))
    commit, directory = (git_line(kernel, "rev-parse", name) for name in ("HEAD", "HEAD:mm"))
    for prefix in (commit, commit[:7], directory, "0000000", "0" * 40, "", "HEAD", "-h", "--all"):
        assert tree.blob(prefix) is None
    assert tree.blob(blob_id(b"int old;\n", 3)) is None
    assert tree.blob(f"{blob_id(b'int old;')}\n") is None


def _twins() -> tuple[bytes, bytes]:
    """Two contents whose ids have their first four digits in common, and no fifth."""
    seen: dict[str, bytes] = {}
    for number in itertools.count():
        data = b"%d\n" % number
        twin = seen.setdefault(blob_id(data, 4), data)
        if twin != data and blob_id(twin, 5) != blob_id(data, 5):
            return twin, data
    raise AssertionError


def test_an_ambiguous_abbreviation_names_no_blob(tmp_path: Path) -> None:
    one, other = _twins()
    top = created(tmp_path / "r")
    committed(top, one=one, other=other)
    tree = open_tree(str(top))
    assert tree.blob(blob_id(one, 4)) is None
    assert tree.blob(blob_id(one, 5)) == one
    assert pre_image(tree, "other", blob_id(other, 4)) == other


def test_a_branch_named_like_an_abbreviation_hides_no_blob(kernel: Path) -> None:
    git(kernel, "branch", blob_id(b"int old;\n", 7))
    git(kernel, "config", "core.disambiguate", "commit")
    assert open_tree(str(kernel)).blob(blob_id(b"int old;\n", 7)) == b"int old;\n"


def test_a_patch_is_made_from_the_blob_of_its_id(kernel: Path) -> None:
    tree = open_tree(str(kernel))
    old, new = b"int old;\n", b"int new;\n"
    assert pre_image(tree, "mm/mremap.c", blob_id(old, 7)) == old
    assert pre_image(tree, "moved/away.c", blob_id(old, 7)) == old
    assert pre_image(tree, "mm/mremap.c", None) == new
    assert pre_image(tree, "mm/mremap.c", blob_id(b"elsewhere", 7)) is None


def test_a_replaced_object_is_still_itself(kernel: Path) -> None:
    head, first = (git_line(kernel, "rev-parse", name) for name in ("HEAD", "HEAD~"))
    git(kernel, "replace", head, first)
    assert open_tree(str(kernel)).read("mm/mremap.c") == b"int new;\n"


def test_another_repository_in_the_environment_is_not_read(
    kernel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = created(tmp_path / "other")
    committed(other, x=b"other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git/objects"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    tree = open_tree(str(kernel))
    assert (tree.read("mm/mremap.c"), tree.read("x"), tree.dirty) == (b"int new;\n", None, False)
    written(kernel, {"mm/mremap.c": b"edited"})
    assert open_tree(str(kernel)).dirty is True


def test_a_file_above_16_mib_is_said_and_the_next_one_read(kernel: Path) -> None:
    committed(kernel, large=bytes(16 * 1024 * 1024 + 1))
    tree = GitTree(str(kernel), name="k")
    with pytest.raises(AnalyzerError, match=r"^k: large: larger than 16 MiB; "):
        tree.read("large")
    assert tree.read("mm/mremap.c") == b"int new;\n"


def _object_file(top: Path, object_id: str) -> Path:
    return top / ".git/objects" / object_id[:2] / object_id[2:]


def test_a_lost_object_is_not_an_absent_file(kernel: Path) -> None:
    _object_file(kernel, blob_id(b"int new;\n")).unlink()
    tree = GitTree(str(kernel), name="k")
    expected = r"^k: mm/mremap\.c: its content is not in this clone; fetch it, or clone anew$"
    with pytest.raises(AnalyzerError, match=expected):
        tree.read("mm/mremap.c")
    assert tree.blob(blob_id(b"int new;\n")) is None
    assert tree.read("arch/Kconfig") == b"config HAVE_MOVE_PMD\n"


def test_a_damaged_object_is_said_and_the_next_file_read(kernel: Path) -> None:
    file = _object_file(kernel, blob_id(b"int new;\n"))
    file.chmod(0o644)
    file.write_bytes(b"damaged")
    tree = GitTree(str(kernel), name="k")
    with pytest.raises(AnalyzerError):
        tree.read("mm/mremap.c")
    assert tree.read("arch/Kconfig") == b"config HAVE_MOVE_PMD\n"


def test_a_partial_clone_fetches_nothing(kernel: Path, tmp_path: Path) -> None:
    git(kernel, "config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    options = ("--quiet", "--no-checkout", "--filter=blob:none")
    git(kernel, "clone", *options, f"file://{kernel}", str(partial))
    tree = GitTree(str(partial), name="p")
    assert list(tree.files("mm")) == ["mm/data.bin", "mm/mremap.c"]
    assert tree.read("mm/gone.c") is None
    with pytest.raises(AnalyzerError, match=r"^p: mm/mremap\.c: its content is not in this clone"):
        tree.read("mm/mremap.c")
    assert tree.blob(blob_id(b"int new;\n")) is None
    assert git(partial, "cat-file", "--batch-all-objects", "--batch-check").count(b" blob ") == 0


@pytest.mark.parametrize(
    "revision",
    ["--output={out}", "-h", "", "--all", "-1", "nope", "0" * 40, "HEAD:mm", "HEAD~9", "a\nb",
     "HEAD\0", "\ud800", "HEAD..HEAD", "^HEAD", "HEAD HEAD", ":/", "HEAD^@", "x" * 9000],
)  # fmt: skip
def test_a_hostile_revision_names_no_commit(kernel: Path, tmp_path: Path, revision: str) -> None:
    out = tmp_path / "out"
    with pytest.raises(AnalyzerError) as caught:
        GitTree(str(kernel), revision.replace("{out}", str(out)))
    assert "names no commit here; name a commit, a tag or a branch" in str(caught.value)
    assert str(caught.value).isprintable()
    assert not out.exists()


def test_what_git_says_is_passed_on(kernel: Path) -> None:
    with pytest.raises(AnalyzerError) as caught:
        GitTree(str(kernel), "main@{upstream}", name="k")
    assert str(caught.value) == (
        f"{kernel}: git says: no upstream configured for branch 'main'; "
        "check the repository and the revision"
    )


def test_nothing_is_left_running(kernel: Path) -> None:
    gc.collect()  # what other tests left in their tracebacks
    before = threading.active_count()
    tree = open_tree(str(kernel))
    tree.read("mm/mremap.c")
    assert threading.active_count() == before + 1
    listing = tree.files()
    next(listing)
    del tree, listing
    gc.collect()
    assert threading.active_count() == before
    # Another test's processes may be there; an ended git that nobody waited for counts too.
    listed = ["ps", "-o", "comm=", "--ppid", str(os.getpid())]
    children = subprocess.run(listed, capture_output=True, check=False, text=True).stdout
    assert [name for name in children.splitlines() if name.startswith("git")] == []


def test_a_plain_directory_costs_no_gitpython(tmp_path: Path) -> None:
    program = (
        "import sys; from analyzer.repo import open_tree; list(open_tree(sys.argv[1]).files());"
        "sys.exit('git' in sys.modules or 'git.cmd' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)]).returncode == 0


def _only_complaint(kernel: Path, **environment: str) -> str:
    program = (
        "import sys; from analyzer.repo import open_tree\n"
        "try: open_tree(sys.argv[1])\n"
        "except Exception as error: print(repr(error))"
    )
    command = [sys.executable, "-c", program, str(kernel)]
    whole = {**os.environ, **environment}
    return subprocess.run(command, env=whole, capture_output=True, text=True).stdout


def test_without_a_git_that_works_the_user_is_told(kernel: Path, tmp_path: Path) -> None:
    written(tmp_path, {"home/.gitconfig": b"[broken\n"})
    todo = "see that `git version` works, or name a plain directory"
    expected = f"AnalyzerError('git cannot be run; {todo}')\n"
    assert _only_complaint(kernel, PATH=str(kernel)) == expected
    assert _only_complaint(kernel, PATH=str(kernel), GIT_PYTHON_REFRESH="quiet") == expected
    assert _only_complaint(kernel) == expected


def test_the_common_directory_is_asked_for_once_and_again_in_another_place(tmp_path: Path) -> None:
    first, second = (created(tmp_path / name) for name in ("first", "second"))
    committed(first, "one", x=b"1\n")
    git(first, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    tree = tmp_path / "tree"
    for _ in range(2):
        assert common_directory(opened(str(tree))) == first / ".git"
        assert common_directory(opened(str(second))) == second / ".git"
    shutil.rmtree(tree)
    second.rename(tree)
    assert common_directory(opened(str(tree))) == tree / ".git"
