"""Small trees with a patch on each side, made of C as it is before and after."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from analyzer.csource.configuration import Configuration
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series
from analyzer.prove.session import Kernel, Proofs, Subject, prove_trees
from analyzer.repo import open_tree

PATH = "drivers/x/f.c"
Files = Mapping[str, str]


def as_files(text: str | Files) -> Files:
    return {PATH: text} if isinstance(text, str) else text


def diff(top: Path, before: Files, after: Files) -> bytes:
    """What git says leads from one to the other; both are written below ``top``."""
    for name, files in (("a", before), ("b", after)):
        (top / name).mkdir(parents=True)
        for path, text in files.items():
            (top / name / path).parent.mkdir(parents=True, exist_ok=True)
            (top / name / path).write_text(text)
    command = ["git", "diff", "--no-index", "--no-prefix", "--full-index", "a", "b"]
    return subprocess.run(command, cwd=top, capture_output=True, check=False).stdout


def kernel(top: Path, before: str | Files, after: str | Files) -> Kernel:
    """One side."""
    found = diff(top, as_files(before), as_files(after))
    files: tuple[FilePatch, ...] = read_series(found, "diff").patches[0].files if found else ()
    return Kernel(open_tree(str(top / "a")), open_tree(str(top / "b")), files)


def proofs(
    top: Path,
    upstream: tuple[str | Files, str | Files],
    target: tuple[str | Files, str | Files],
    **given: object,
) -> Proofs:
    """What proving both comes to; each side is (before, after)."""
    options = {key: given.pop(key) for key in ("budget", "keep", "progress") if key in given}
    given.setdefault("configurations", (((), Configuration()),))
    subject = Subject(
        kernel(top / "upstream", *upstream),
        (("as it stands", kernel(top / "target", *target)),),
        **given,  # type: ignore[arg-type]
    )
    return prove_trees(subject, **options)  # type: ignore[arg-type]


def mail(diff_text: str) -> str:
    """A patch by mail, in order in all that is no behaviour."""
    return (
        "From: A U Thor <author@example.org>\n"
        "Date: Thu, 3 Jan 2019 15:28:38 -0800\n"
        "Subject: [PATCH] x: mend it\n\nMend it.\n\n"
        "Signed-off-by: A U Thor <author@example.org>\n"
        "Signed-off-by: Vendor Engineer <engineer@vendor.example>\n---\n" + diff_text
    )


def git(top: Path, *arguments: str) -> str:
    names = ("-c", "user.name=A U Thor", "-c", "user.email=author@example.org")
    command = ["git", *names, *arguments]
    return subprocess.run(command, cwd=top, capture_output=True, check=True, text=True).stdout


def committed(top: Path, before: Files, after: Files) -> Path:
    """A repository with a commit that leads from one to the other."""
    top.mkdir(parents=True)
    git(top, "init", "--quiet", "--initial-branch=main")
    for message, files in (("x: begin", before), ("x: mend it", after)):
        for path, text in files.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(text)
        git(top, "add", "--all")
        git(top, "commit", "--quiet", f"--message={message}")
    return top


def backport(top: Path, before: Files, after: Files) -> tuple[Path, Path]:
    """The target's repository without the patch, and the patch as a mail."""
    tree = committed(top / "target", before, after)
    text = git(tree, "diff", "HEAD~1", "HEAD")
    git(tree, "reset", "--quiet", "--hard", "HEAD~1")
    (top / "in.patch").write_text(mail(text))
    return tree, top / "in.patch"
