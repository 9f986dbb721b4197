from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from repositories import committed, created, git, git_line, written

from analyzer.errors import AnalyzerError
from analyzer.repo import Commit, open_commit


def _facts(found: Commit) -> tuple[str, str, bytes | None, bytes | None]:
    return (
        found.commit,
        found.parent,
        found.before.read("mm/mremap.c"),
        found.after.read("mm/mremap.c"),
    )


def _ids(kernel: Path) -> tuple[str, str]:
    return git_line(kernel, "rev-parse", "HEAD"), git_line(kernel, "rev-parse", "HEAD~")


@pytest.mark.parametrize("name", ["HEAD", "main", "v1", "v1-light", "full", "12", "HEAD~0"])
def test_a_commit_is_opened_by_any_name(kernel: Path, name: str) -> None:
    git(kernel, "tag", "-a", "-m", "note", "v1")
    git(kernel, "tag", "v1-light")
    head, parent = _ids(kernel)
    name = {"full": head, "12": head[:12]}.get(name, name)
    found = open_commit(str(kernel), name)
    assert _facts(found) == (head, parent, b"int old;\n", b"int new;\n")
    assert found.before.name == f"{kernel}@{head[:12]}^"
    assert found.after.name == f"{kernel}@{head[:12]}"
    assert (found.before.revision, found.after.revision) == (parent, head)
    assert found.before.dirty is found.after.dirty is False


def test_a_revision_of_the_repository_says_nothing_of_the_commit(kernel: Path) -> None:
    assert open_commit(f"{kernel}@HEAD~", "main").commit == git_line(kernel, "rev-parse", "main")


def test_message_and_author_are_the_commits(kernel: Path) -> None:
    written(kernel, {"mm/mremap.c": b"x"})
    committed(kernel, "mm: a subject\n over two  lines\n\nWhy.\n\nSigned-off-by: A <a@b>")
    found = open_commit(str(kernel), "HEAD")
    assert found.subject == git_line(kernel, "log", "-1", "--format=%s") or "  " in found.message
    assert found.subject == "mm: a subject over two lines"
    assert found.message == git(kernel, "cat-file", "commit", "HEAD").decode().split("\n\n", 1)[1]
    author = (found.author.name, found.author.mail, found.author.seconds)
    assert author == ("A U Thor", "author@example.org", 1580608922)


def test_a_commit_in_another_encoding_is_read(kernel: Path) -> None:
    written(kernel, {"x": b"1"})
    git(kernel, "add", "x")
    message = ("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "-F-")
    git(kernel, *message, data="caf\u00e9".encode("latin-1"))
    assert open_commit(str(kernel), "HEAD").subject == "caf\u00e9"


def _bare(kernel: Path, top: Path) -> Path:
    git(kernel, "clone", "--quiet", "--bare", ".", str(top))
    return top


def _shallow(kernel: Path, top: Path) -> Path:
    git(kernel, "clone", "--quiet", "--depth=2", f"file://{kernel}", str(top))
    return top


def _worktree(kernel: Path, top: Path) -> Path:
    git(kernel, "worktree", "add", "--quiet", "--detach", str(top))
    return top


def _alternates(kernel: Path, top: Path) -> Path:
    git(kernel, "clone", "--quiet", "--shared", "--no-checkout", ".", str(top))
    assert (top / ".git/objects/info/alternates").exists()
    return top


def _submodule(kernel: Path, top: Path) -> Path:
    """A work tree whose ``.git`` is a file that names the git directory of a super-project."""
    created(top / "super")
    modules = top / "super/.git/modules/linux"
    modules.parent.mkdir()
    git(kernel, "clone", "--quiet", "--bare", ".", str(modules))
    git(modules, "config", "core.bare", "false")
    git(modules, "config", "core.worktree", "../../../linux")
    written(top / "super/linux", {".git": b"gitdir: ../.git/modules/linux\n"})
    return top / "super/linux"


def _packed(kernel: Path, top: Path) -> Path:
    git(kernel, "gc", "--quiet")
    git(kernel, "commit-graph", "write", "--reachable", "--changed-paths")
    return kernel


@pytest.mark.parametrize("form", [_bare, _shallow, _worktree, _alternates, _submodule, _packed])
def test_every_form_of_a_repository_reads_alike(
    kernel: Path, tmp_path: Path, form: Callable[[Path, Path], Path]
) -> None:
    expected = (*_ids(kernel), b"int old;\n", b"int new;\n")
    assert _facts(open_commit(str(form(kernel, tmp_path / "other")), expected[0])) == expected


def test_a_sha256_repository_reads_alike(tmp_path: Path) -> None:
    top = created(tmp_path / "r", "--object-format=sha256")
    first = committed(top, a=b"x")
    second = committed(top, a=b"y")
    found = open_commit(str(top), second[:10])
    assert (found.commit, found.parent) == (second, first)
    assert (found.before.read("a"), found.after.read("a")) == (b"x", b"y")


def _said(call: Callable[[], object]) -> str:
    with pytest.raises(AnalyzerError) as caught:
        call()
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_a_merge_and_a_first_commit_are_refused(kernel: Path) -> None:
    git(kernel, "checkout", "--quiet", "-b", "side", "HEAD~")
    committed(kernel, "side", x=b"1")
    git(kernel, "merge", "--quiet", "-m", "merge", "main")
    assert "is a merge" in _said(lambda: open_commit(str(kernel), "HEAD"))
    assert "is a first commit" in _said(lambda: open_commit(str(kernel), "main~"))


@pytest.mark.parametrize(
    "name", ["nope", "0" * 40, "deadbeef", "", "-h", "HEAD:mm", "a\nb", "^main"]
)
def test_a_commit_that_is_not_there_is_refused(kernel: Path, name: str) -> None:
    assert "names no commit here" in _said(lambda: open_commit(str(kernel), name))


def test_an_abbreviation_of_two_commits_is_called_that(kernel: Path) -> None:
    commits: dict[str, str] = {}
    tree = git_line(kernel, "rev-parse", "HEAD^{tree}")
    for number in range(2_000):
        arguments = ("-t", "commit", "--stdin")
        text = f"tree {tree}\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\n{number}\n".encode()
        digest = git_line(kernel, "hash-object", *arguments, data=text) if number < 0 else None
        digest = digest or _commit_id(text)
        if digest[:4] in commits:
            for body in (text, commits[digest[:4]].encode()):
                git(kernel, "hash-object", "-w", *arguments, data=body)
            said = _said(lambda digest=digest: open_commit(str(kernel), digest[:4]))
            assert "abbreviates 2 commits here" in said
            return
        commits[digest[:4]] = text.decode()
    pytest.fail("no two of them begin alike")


def _commit_id(text: bytes) -> str:
    import hashlib

    return hashlib.sha1(b"commit %d\0%s" % (len(text), text), usedforsecurity=False).hexdigest()


def test_the_end_of_a_shallow_clone_is_told(kernel: Path, tmp_path: Path) -> None:
    git(kernel, "clone", "--quiet", "--depth=1", f"file://{kernel}", str(tmp_path / "shallow"))
    said = _said(lambda: open_commit(str(tmp_path / "shallow"), "HEAD"))
    assert "its parent is not in this clone" in said
    assert "git fetch --deepen" in said


@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
def test_a_partial_clone_whose_promisor_is_gone(kernel: Path, tmp_path: Path, kind: str) -> None:
    git(kernel, "config", "uploadpack.allowFilter", "true")
    options = ("--quiet", "--no-checkout", f"--filter={kind}")
    git(kernel, "clone", *options, f"file://{kernel}", str(tmp_path / "partial"))
    head = _ids(kernel)[0]
    shutil.rmtree(kernel)
    found = open_commit(str(tmp_path / "partial"), head)
    assert found.subject == "second"
    _said(lambda: found.after.read("mm/mremap.c"))
    _said(lambda: found.before.read("mm/mremap.c"))


@pytest.mark.parametrize("what", ["HEAD:mm/mremap.c", "HEAD^{tree}", "HEAD", "HEAD~"])
@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_object_is_one_line(kernel: Path, what: str, damage: bytes | None) -> None:
    name = git_line(kernel, "rev-parse", what)
    head = _ids(kernel)[0]
    path = kernel / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    _said(lambda: open_commit(str(kernel), head).after.read("mm/mremap.c"))


def test_what_is_no_repository_is_refused(tmp_path: Path) -> None:
    assert "is not a git repository" in _said(lambda: open_commit(str(tmp_path), "HEAD"))
    assert "is not a git repository" in _said(lambda: open_commit(str(tmp_path / "x"), "HEAD"))


_VALUES = 8
_FILES = 5


def long_history(top: Path, commits: int) -> str:
    """A repository of so many commits to a few files, and the id of the one before the last."""
    created(top, "--bare")
    stream = bytearray()
    for value in range(_VALUES):
        stream += b"blob\nmark :%d\ndata 2\n%d\n" % (value + 1, value)
    for number in range(commits):
        stream += b"commit refs/heads/main\ncommitter c <c@x> %d +0000\n" % (10**9 + number)
        subject = b"mm: change %d\n" % number
        stream += b"data %d\n%s" % (len(subject), subject)
        stream += b"M 100644 :%d mm/f%d.c\n" % (number % _VALUES + 1, number % _FILES)
    git(top, "fast-import", "--quiet", data=bytes(stream))
    return git_line(top, "rev-parse", "main~")


def counted_gits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Let a script stand before git that counts how often it is run."""
    real = shutil.which("git")
    log = tmp_path / "started"
    script = tmp_path / "bin/git"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\necho "$@" >>{log}\nexec {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")

    def started() -> list[str]:
        lines = log.read_text().splitlines() if log.exists() else []
        commands = (
            re.sub(r" -c \S+| --\S+=\S+| --no-pager| --literal-pathspecs", "", f" {line}")
            for line in lines
        )
        return [command.split()[0] for command in commands]

    return started


@pytest.mark.parametrize("commits", [40, 20_000])
def test_a_long_history_costs_no_more_gits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    commit = long_history(tmp_path / "long", commits)
    open_commit(str(tmp_path / "long"), commit)  # GitPython asks git for its version once
    gits = counted_gits(tmp_path, monkeypatch)
    found = open_commit(str(tmp_path / "long"), commit)
    last = commits - 2
    path = f"mm/f{last % _FILES}.c"
    assert found.after.read(path) == b"%d\n" % (last % _VALUES)
    assert found.before.read(path) == b"%d\n" % ((last - _FILES) % _VALUES)
    assert gits() == ["cat-file"]  # what a whole id names is asked for once
