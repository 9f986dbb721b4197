from __future__ import annotations

from pathlib import Path

import pytest
from repositories import committed, created, git, git_line

from analyzer.errors import AnalyzerError
from analyzer.repo import DirectoryTree, GitTree, open_tree, split_spec


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("tree", ("tree", None)),
        ("tree@v5.0", ("tree", "v5.0")),
        ("tree@HEAD@{1}", ("tree", "HEAD@{1}")),
        ("tree@b@{upstream}", ("tree", "b@{upstream}")),
        ("tree@", ("tree", "")),
        ("tree@old", ("tree@old", None)),
        ("tree@old@v1@x", ("tree@old", "v1@x")),
        ("./tree/@a..b", ("./tree/", "a..b")),
        (".@HEAD", (".", "HEAD")),
        ("gone", ("gone", None)),
        ("gone@v1@{2}", ("gone", "v1@{2}")),
        ("@HEAD", ("", "HEAD")),
        ("", ("", None)),
        ("tree\0@v1", ("tree\0", "v1")),
        ("t" * 5000, ("t" * 5000, None)),
    ],
)
def test_the_longest_path_that_exists_is_the_path(
    tmp_path: Path, spec: str, expected: tuple[str, str | None]
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree@old").mkdir()
    assert split_spec(spec) == expected


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("gone", "gone: no such directory; name a git repository or a source directory"),
        ("gone@v1", "gone: no such directory; name a git repository or a source directory"),
        ("", "(no path): no such directory; name a git repository or a source directory"),
        ("@HEAD", "(no path): no such directory; name a git repository or a source directory"),
        ("a\nb", "a\\nb: no such directory; name a git repository or a source directory"),
        ("file", "file: is not a directory; name a git repository or a source directory"),
        (
            "plain@v1",
            "plain: is not a git repository, so it has no revision 'v1'; "
            "name the top directory of one, or leave the revision out",
        ),
        ("empty", "empty: HEAD has no commit yet; name a commit, a tag or a branch"),
        (
            "empty@HEAD",
            "empty: 'HEAD' names no commit here; name a commit, a tag or a branch",
        ),
        (
            "broken",
            "broken: git says: not a git repository: '{top}/broken/.git'; "
            "check the repository and the revision",
        ),
    ],
)
def test_what_is_not_there_is_one_clear_line(tmp_path: Path, spec: str, message: str) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "broken/.git").mkdir(parents=True)
    created(tmp_path / "empty")
    with pytest.raises(AnalyzerError) as caught:
        open_tree(spec)
    assert str(caught.value) == message.replace("{top}", str(tmp_path))


def test_a_plain_directory_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/a.c").write_bytes(b"a")
    (tmp_path / "link").symlink_to("plain")
    tree = open_tree("link")
    assert tree == DirectoryTree("link", (tmp_path / "plain").resolve())
    assert tree.read("a.c") == b"a"


def test_a_directory_inside_a_repository_is_a_plain_one(kernel: Path) -> None:
    assert isinstance(open_tree("kernel/mm"), DirectoryTree)
    with pytest.raises(AnalyzerError, match="is not a git repository"):
        open_tree("kernel/mm@HEAD")


@pytest.mark.parametrize(
    "revision",
    ["HEAD", "HEAD~0", "main", "v1", "light@1", "@", "main@{0}", "main@{upstream}", "HEAD^{/sec}"],
)
def test_every_way_to_name_a_commit_leads_to_its_whole_id(kernel: Path, revision: str) -> None:
    git(kernel, "tag", "--annotate", "--message=v", "v1")
    git(kernel, "tag", "light@1")
    git(kernel, "branch", "base")
    git(kernel, "branch", "--quiet", "--set-upstream-to=base", "main")
    tree = open_tree(f"kernel@{revision}")
    assert isinstance(tree, GitTree)
    assert tree.name == f"kernel@{revision}"
    assert tree.revision == git_line(kernel, "rev-parse", "HEAD")


def test_an_abbreviated_id_is_enough_unless_it_is_a_path(kernel: Path) -> None:
    first = git_line(kernel, "rev-parse", "HEAD~")
    assert open_tree(f"kernel@{first[:9]}").revision == first
    (kernel.parent / f"kernel@{first[:9]}").mkdir()
    assert open_tree(f"kernel@{first[:9]}").revision is None


def test_a_path_may_have_blanks_and_letters_of_any_kind(tmp_path: Path) -> None:
    name = "l\u00ednux tree@home"
    revision = committed(created(tmp_path / name), f=b"x")
    tree = open_tree(f"{name}@main")
    assert (tree.name, tree.revision, tree.read("f")) == (f"{name}@main", revision, b"x")


def test_a_path_that_begins_with_a_dash_is_no_option(tmp_path: Path) -> None:
    revision = committed(created(tmp_path / "--version"), f=b"x")
    tree = open_tree("--version")
    assert (tree.revision, tree.dirty, tree.read("f")) == (revision, False, b"x")
