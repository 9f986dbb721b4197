from __future__ import annotations

from pathlib import Path

import pytest
from repositories import committed, created, git, git_line, patch_of, written

from analyzer.errors import AnalyzerError
from analyzer.repo import exported


def test_a_commit_is_what_format_patch_prints(kernel: Path) -> None:
    assert exported(str(kernel), "HEAD") == patch_of(kernel, "-1", "HEAD")
    assert b"GIT binary patch" in exported(str(kernel), "HEAD")


def test_the_first_commit_makes_every_file(kernel: Path) -> None:
    patch = exported(str(kernel), "HEAD~")
    assert patch == patch_of(kernel, "-1", "HEAD~")
    assert patch.count(b"\n--- /dev/null\n") == 2


@pytest.mark.parametrize("revisions", ["HEAD~3..HEAD", "HEAD~3..", "main~2..main", "..HEAD~0"])
def test_a_range_is_its_commits_oldest_first(kernel: Path, revisions: str) -> None:
    for number in range(4):
        written(kernel, {"mm/mremap.c": b"int v%d;\n" % number})
        committed(kernel, f"version {number}")
    if revisions.startswith(".."):
        git(kernel, "checkout", "--quiet", "--detach", "HEAD~3")
        revisions = "..main"
    patch = exported(str(kernel), revisions)
    assert patch == patch_of(kernel, revisions)
    subjects = [line for line in patch.split(b"\n") if line.startswith(b"Subject: ")]
    assert subjects == sorted(subjects)
    assert len(subjects) >= 2


def test_an_exact_rename_is_a_rename(kernel: Path) -> None:
    git(kernel, "mv", "mm/mremap.c", "mm/moved.c")
    committed(kernel, "move")
    patch = exported(str(kernel), "HEAD")
    assert patch == patch_of(kernel, "-1", "HEAD")
    assert b"\nrename from mm/mremap.c\n" in patch


SETTINGS = {
    "core.abbrev": "5",
    "core.quotePath": "false",
    "diff.algorithm": "patience",
    "diff.context": "0",
    "diff.indentHeuristic": "false",
    "diff.interHunkContext": "50",
    "diff.mnemonicPrefix": "true",
    "diff.noprefix": "true",
    "diff.orderFile": "order",
    "diff.renameLimit": "1",
    "diff.renames": "false",
    "diff.submodule": "log",
    "diff.suppressBlankEmpty": "true",
    "color.ui": "always",
    "color.diff": "always",
    "format.attach": "boundary",
    "format.cc": "a@example.org",
    "format.coverLetter": "true",
    "format.encodeEmailHeaders": "false",
    "format.from": "Some One <some@example.org>",
    "format.headers": "X-Header: yes",
    "format.notes": "true",
    "format.numbered": "true",
    "format.outputDirectory": "elsewhere",
    "format.pretty": "oneline",
    "format.signOff": "true",
    "format.signature": "one\n--- a/x\n+++ b/x\n",
    "format.subjectPrefix": "RFC",
    "format.thread": "deep",
    "format.to": "b@example.org",
    "format.useAutoBase": "whenAble",
    "i18n.logOutputEncoding": "ISO-8859-1",
    "log.showSignature": "true",
    "log.date": "iso",
}


# Three diff algorithms and the indent heuristic each show this change in a way of their own.
_ONE = b"a\n{\n\tx;\n}\n\nb\n{\n\ty;\n}\n\nc\n{\n\tz;\n}\n"
_TWO = b"c\n{\n\tz;\n}\n\nb\n{\n\tx;\n}\n\nb2\n{\n\ty;\n}\n\na\n{\n\tx;\n}\n"
_THREE = b"for a\n\tx\nend\n\nfor b\n\ty\nend\n"
_FOUR = b"for a\n\tx\nend\n\nfor c\n\tz\nend\n\nfor b\n\ty\nend\n"


def _change(kernel: Path) -> None:
    body = b"".join(b"line %d\n\n" % number for number in range(40))
    big, moved = "mm/big \u00e9.c", ("mm/p.c", "mm/q.c")
    written(kernel, {big: body, "order": b"mm/mremap.c\n", "mm/alg.c": _ONE, "mm/ind.c": _THREE})
    written(kernel, {path: body * 2 + path.encode() * 40 for path in moved})
    _link_submodule(kernel, "HEAD~")
    committed(kernel, "base")
    git(kernel, "branch", "--quiet", "upstream")
    git(kernel, "branch", "--quiet", "--set-upstream-to=upstream")
    for path in moved:
        git(kernel, "mv", path, f"{path}.moved")
        written(kernel, {f"{path}.moved": body * 2 + path.encode() * 40 + b"\nmore\n"})
    changed = body.replace(b"line 3\n", b"line III\n").replace(b"line 20\n", b"l 20\n")
    written(kernel, {big: changed, "mm/mremap.c": b"x\n" * 200})
    written(kernel, {"mm/alg.c": _TWO, "mm/ind.c": _FOUR})
    _link_submodule(kernel, "HEAD")
    committed(kernel, "gr\u00fc\u00dfe")
    git(kernel, "notes", "add", "--message=note")


def test_no_setting_of_the_repository_changes_the_text(kernel: Path) -> None:
    _change(kernel)
    expected = patch_of(kernel, "-1", "HEAD")
    for key, value in SETTINGS.items():
        git(kernel, "config", key, value)
    assert patch_of(kernel, "-1", "HEAD") != expected
    assert exported(str(kernel), "HEAD") == expected


def _link_submodule(top: Path, revision: str) -> None:
    """An entry for the repository itself at a commit, so that a log could be shown."""
    commit = git_line(top, "rev-parse", revision)
    git(top, "update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
    (top / "sub").mkdir(exist_ok=True)


@pytest.mark.parametrize(
    "options", [("--patience",), ("--no-indent-heuristic",), ("-l1",), ("--submodule=log",)]
)
def test_the_change_tells_the_settings_apart(kernel: Path, options: tuple[str, ...]) -> None:
    _change(kernel)
    assert patch_of(kernel, *options, "-1", "HEAD") != patch_of(kernel, "-1", "HEAD")


def _raw_commit(top: Path, head: bytes, message: bytes) -> str:
    tree = git_line(top, "rev-parse", "HEAD^{tree}").encode()
    parent = git_line(top, "rev-parse", "HEAD~").encode()
    data = b"tree " + tree + b"\nparent " + parent + b"\n" + head + b"\n" + message
    return git_line(top, "hash-object", "-w", "-t", "commit", "--stdin", data=data)


@pytest.mark.parametrize("encoding", [b"", b"encoding ISO-8859-1\n", b"encoding no-such-thing\n"])
def test_a_message_in_any_encoding_is_passed_on(kernel: Path, encoding: bytes) -> None:
    who = b"Andr\xe9 <a@example.org> 1580608922 +0000\n"
    head = b"author " + who + b"committer " + who + encoding
    commit = _raw_commit(kernel, head, b"caf\xe9 \xff\n\nbody \xfe\n")
    patch = exported(str(kernel), commit)
    assert patch == patch_of(kernel, "-1", commit)
    assert commit.encode() in patch


def test_a_merge_is_refused(kernel: Path) -> None:
    git(kernel, "checkout", "--quiet", "-b", "topic", "HEAD~")
    committed(kernel, "side", side=b"x")
    git(kernel, "checkout", "--quiet", "main")
    git(kernel, "merge", "--quiet", "--no-ff", "--message=merged", "topic")
    merge = git_line(kernel, "rev-parse", "HEAD")
    committed(kernel, "after", after=b"x")
    todo = {
        "HEAD~": "name one of its patches",
        "HEAD~2..HEAD": "name a range without it, or review this one with analyze branch",
    }
    for revisions, what_to_do in todo.items():
        with pytest.raises(AnalyzerError) as caught:
            exported(str(kernel), revisions)
        expected = f"{merge[:12]} is a merge; {what_to_do}"
        assert str(caught.value) == f"{kernel}@{revisions}: {expected}"
    assert exported(str(kernel), "HEAD") == patch_of(kernel, "-1", "HEAD")


@pytest.mark.parametrize(
    ("revision", "what"),
    [
        ("HEAD..HEAD~", "has no commits; name the older end first"),
        ("HEAD..HEAD", "has no commits; name the older end first"),
        ("..", "has no commits; name the older end first"),
        ("empty", "changes no file; name a commit that does"),
    ],
)
def test_what_holds_no_patch_is_refused(kernel: Path, revision: str, what: str) -> None:
    git(kernel, "checkout", "--quiet", "-b", "empty")
    committed(kernel, "nothing")
    git(kernel, "checkout", "--quiet", "main")
    with pytest.raises(AnalyzerError) as caught:
        exported(str(kernel), revision)
    assert str(caught.value) == f"{kernel}@{revision}: {what}"


def test_an_empty_commit_of_a_range_is_not_dropped(kernel: Path) -> None:
    committed(kernel, "nothing")
    patch = exported(str(kernel), "HEAD~2..HEAD")
    assert patch == patch_of(kernel, "--always", "HEAD~2..HEAD")
    assert b"Subject: [PATCH 2/2] nothing\n" in patch


@pytest.mark.parametrize(
    "revision",
    ["--output={out}", "-h", "", "--all..HEAD", "HEAD..--output={out}", "HEAD...HEAD~", "nope",
     "HEAD..nope", "-1", "a\nb..c", "HEAD~..HEAD..HEAD", "^HEAD", "HEAD:mm"],
)  # fmt: skip
def test_a_hostile_revision_names_no_commit(kernel: Path, tmp_path: Path, revision: str) -> None:
    out = tmp_path / "out"
    with pytest.raises(AnalyzerError, match="names no commit here") as caught:
        exported(str(kernel), revision.replace("{out}", str(out)))
    assert str(caught.value).isprintable()
    assert not out.exists()


@pytest.mark.parametrize("name", ["plain", "gone", "kernel/mm", "file", ""])
def test_anything_but_a_repository_is_refused(
    kernel: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(kernel.parent)
    Path("plain").mkdir()
    Path("file").write_text("")
    with pytest.raises(AnalyzerError) as caught:
        exported(name, "HEAD")
    gone = ": there is no such directory" if name == "gone" else ""
    todo = "name the top directory of one"
    assert str(caught.value).endswith(f"is not a git repository{gone}; {todo}")


def test_an_empty_repository_has_no_commit(tmp_path: Path) -> None:
    top = created(tmp_path / "empty")
    with pytest.raises(AnalyzerError, match="'HEAD' names no commit here"):
        exported(str(top), "HEAD")


def test_the_end_of_a_shallow_clone_is_no_first_commit(kernel: Path, tmp_path: Path) -> None:
    committed(kernel, "third", third=b"x")
    shallow = tmp_path / "shallow"
    git(kernel, "clone", "--quiet", "--depth=2", f"file://{kernel}", str(shallow))
    assert exported(str(shallow), "HEAD") == patch_of(kernel, "-1", "HEAD")
    cut = git_line(kernel, "rev-parse", "HEAD~")
    with pytest.raises(AnalyzerError) as caught:
        exported(str(shallow), "HEAD~")
    assert str(caught.value) == (
        f"{shallow}@HEAD~: the parent of {cut[:12]} is not in this shallow clone; "
        "deepen it with git fetch --deepen=1"
    )


def test_a_root_of_a_shallow_clone_that_is_a_root_is_one(kernel: Path, tmp_path: Path) -> None:
    git(kernel, "checkout", "--quiet", "--orphan", "other")
    root = committed(kernel, "root")
    shallow = tmp_path / "shallow"
    options = ("--quiet", "--depth=1", "--no-single-branch")
    git(kernel, "clone", *options, f"file://{kernel}", str(shallow))
    assert exported(str(shallow), root) == patch_of(kernel, "-1", root)


def test_a_commit_is_itself_whatever_a_repository_puts_in_its_place(kernel: Path) -> None:
    head, first = (git_line(kernel, "rev-parse", name) for name in ("HEAD", "HEAD~"))
    expected = patch_of(kernel, "-1", head)
    written(kernel, {".git/info/grafts": f"{head}\n".encode()})
    assert exported(str(kernel), head) == expected
    git(kernel, "replace", head, first)
    assert exported(str(kernel), head) == expected


def test_a_bare_clone_and_a_worktree_export_alike(kernel: Path, tmp_path: Path) -> None:
    git(kernel, "clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    git(kernel, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    expected = patch_of(kernel, "-1", "HEAD")
    assert exported(str(tmp_path / "bare"), "HEAD") == expected
    assert exported(str(tmp_path / "tree"), "HEAD") == expected


def test_a_partial_clone_that_lacks_the_files_says_so(kernel: Path, tmp_path: Path) -> None:
    git(kernel, "config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    options = ("--quiet", "--no-checkout", "--filter=blob:none")
    git(kernel, "clone", *options, f"file://{kernel}", str(partial))
    with pytest.raises(AnalyzerError, match=r"is not in this clone; fetch it, or clone anew$"):
        exported(str(partial), "HEAD")


def test_more_than_64_mib_is_refused(kernel: Path) -> None:
    line = b"x" * 1023 + b"\n"
    committed(kernel, "huge", huge=line * (65 * 1024))
    with pytest.raises(AnalyzerError) as caught:
        exported(str(kernel), "HEAD")
    assert str(caught.value) == (
        f"{kernel}: git's answer is larger than 64 MiB; name fewer commits"
    )
