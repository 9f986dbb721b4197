"""A repository is hostile text as well: what it tells git to run is not run."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest
from repositories import committed, git, git_line, written

from analyzer.errors import AnalyzerError
from analyzer.repo import blob_id, exported, find_commit, grep, open_commit, open_tree


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    return tmp_path / "ran"


@pytest.fixture
def trapped(kernel: Path, ran: Path) -> Path:
    """A repository whose settings and hooks leave a mark wherever git runs one."""
    written(kernel, {".gitattributes": b"*.c diff=trap filter=trap\n*.bin filter=other\n"})
    committed(kernel, "attributes")
    written(kernel, {"mm/mremap.c": b"int newer;\n"})
    commit = committed(kernel, "third")
    signed = git(kernel, "cat-file", "commit", commit).replace(
        b"\n\n", b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n -----END PGP SIGNATURE-----\n\n", 1
    )
    signed_id = git_line(kernel, "hash-object", "-w", "-t", "commit", "--stdin", data=signed)
    git(kernel, "update-ref", "HEAD", signed_id)
    trap = kernel.parent / "trap"
    trap.write_text(f"#!/bin/sh\necho $0 $@ >>{ran}\nexit 1\n")
    trap.chmod(0o755)
    settings = {
        "core.fsmonitor": trap,
        "core.pager": trap,
        "core.sshCommand": trap,
        "core.hooksPath": kernel / "hooks",
        "diff.external": trap,
        "diff.trap.command": trap,
        "diff.trap.textconv": trap,
        "filter.trap.clean": trap,
        "filter.trap.smudge": trap,
        "filter.trap.required": "true",
        "filter.other.process": trap,
        "filter.other.required": "true",
        "gpg.program": trap,
        "log.showSignature": "true",
    }
    for key, value in settings.items():
        git(kernel, "config", key, str(value))
    (kernel / "hooks").mkdir()
    for hook in (
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "fsmonitor-watchman",
    ):
        (kernel / "hooks" / hook).symlink_to(trap)
    return kernel


def _racy(top: Path) -> None:
    """Make git look into every file: one written in the index's own second may have changed."""
    index = (top / ".git/index").stat().st_mtime_ns
    for path in ("mm/mremap.c", "mm/data.bin"):
        os.utime(top / path, ns=(index, index))


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("diff-index", "HEAD"),
        ("diff", "HEAD~"),
        ("log", "-1"),
        ("show", "HEAD:mm/mremap.c", "--textconv"),
    ],
)
def test_the_traps_are_live(trapped: Path, ran: Path, command: tuple[str, ...]) -> None:
    _racy(trapped)
    with contextlib.suppress(subprocess.CalledProcessError):
        git(trapped, *command)
    assert ran.exists()


def test_the_clean_filter_is_live_without_the_others(trapped: Path, ran: Path) -> None:
    git(trapped, "config", "--unset", "core.fsmonitor")
    (trapped / "hooks/post-index-change").unlink()
    ran.unlink(missing_ok=True)
    written(trapped, {"mm/mremap.c": b"int NEWER;\n"})
    with contextlib.suppress(subprocess.CalledProcessError):
        git(trapped, "diff", "--no-ext-diff", "--no-textconv", "--quiet")
    assert ran.exists()


def test_reading_runs_nothing(trapped: Path, ran: Path) -> None:
    ran.unlink(missing_ok=True)
    tree = open_tree(str(trapped))
    assert tree.read("mm/mremap.c") == b"int newer;\n"
    assert tree.blob(blob_id(b"int old;\n")) == b"int old;\n"
    assert len(list(tree.files())) == 4
    assert not ran.exists()


def test_exporting_runs_nothing(trapped: Path, ran: Path) -> None:
    ran.unlink(missing_ok=True)
    assert b"+int newer;\n" in exported(str(trapped), "HEAD")
    assert exported(str(trapped), "HEAD~2..HEAD").count(b"\nSubject: ") == 2
    assert not ran.exists()


def test_searching_runs_nothing(trapped: Path, ran: Path) -> None:
    diff = git(trapped, "diff", "--no-ext-diff", "--no-textconv", "HEAD~", "HEAD")
    ran.unlink(missing_ok=True)
    found = find_commit(str(trapped), subjects=("third",), diff=diff, files=("mm/mremap.c",))
    assert found.chosen is not None
    assert (found.chosen.same_patch, found.chosen.same_subject) == (True, True)
    commit = open_commit(str(trapped), found.chosen.commit)
    assert commit.before.read("mm/mremap.c") == b"int new;\n"
    assert [hit.text for hit in grep(commit.after, (b"newer",))] == [b"int newer;"]
    assert not ran.exists()


def test_looking_for_changes_runs_nothing(trapped: Path, ran: Path) -> None:
    ran.unlink(missing_ok=True)
    assert open_tree(str(trapped)).dirty is False
    _racy(trapped)
    open_tree(str(trapped)).dirty  # noqa: B018  the question itself is the danger
    written(trapped, {"mm/mremap.c": b"int NEWER;\n", "mm/data.bin": b"x"})
    assert open_tree(str(trapped)).dirty is True
    assert not ran.exists()


def test_a_partial_clone_starts_no_transport(trapped: Path, tmp_path: Path, ran: Path) -> None:
    git(trapped, "config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    options = ("--quiet", "--no-checkout", "--filter=blob:none")
    git(trapped, "clone", *options, f"file://{trapped}", str(partial))
    for key, value in {
        "remote.origin.url": f"ext::{trapped.parent}/trap",
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
    }.items():
        git(partial, "config", key, value)
    ran.unlink(missing_ok=True)
    with pytest.raises(AnalyzerError):
        open_tree(f"{partial}@HEAD").read("mm/mremap.c")
    with pytest.raises(AnalyzerError):
        exported(str(partial), "HEAD")
    assert not ran.exists()
    with contextlib.suppress(subprocess.CalledProcessError):
        git(partial, "cat-file", "-p", "HEAD:mm/mremap.c")
    assert ran.exists()
