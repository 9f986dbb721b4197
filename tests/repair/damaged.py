"""Backports made by git from trees of our own, and what an archive page leaves of them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from analyzer.patch.damage import Grade
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import Patch, read_series
from analyzer.repair import Mended, mend
from analyzer.upstream import CommitFacts, load

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
INTACT = (FIXTURES / "mails" / "move-pmd.patch").read_bytes()
ARCHIVED = (FIXTURES / "mails" / "move-pmd-archive.txt").read_bytes()
NAMES = ("arch/Kconfig", "mm/mremap.c")

_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "A U Thor",
    "GIT_COMMITTER_EMAIL": "author@example.org",
}


def git(top: Path, *arguments: str, data: bytes = b"") -> bytes:
    """What git prints, with nobody's settings."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments],
        cwd=top,
        input=data,
        env={**inherited, **_ENVIRONMENT},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def base() -> dict[str, bytes]:
    """The files of the fixture's tree."""
    return {name: (FIXTURES / "base" / name).read_bytes() for name in NAMES}


def written(top: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def committed(top: Path, files: dict[str, bytes]) -> Path:
    """A repository whose one commit holds the files."""
    top.mkdir(parents=True, exist_ok=True)
    git(top, "init", "--quiet")
    written(top, files)
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message=base")
    return top


def after(top: Path) -> dict[str, bytes]:
    """The fixture's files with the backport applied, by git."""
    committed(top, base())
    git(top, "apply", "-", data=INTACT)
    return {name: (top / name).read_bytes() for name in NAMES}


def mail(top: Path, old: dict[str, bytes], new: dict[str, bytes], *options: str) -> bytes:
    """The change from old to new as git writes it, with a message that names upstream's."""
    committed(top, old)
    written(top, new)
    git(top, "add", "--all")
    form = ("--patch-with-stat", "--no-renames", "--abbrev=12", *options)
    diff = git(top, "diff", "--cached", *form)
    return (
        b"From: A U Thor <author@example.org>\nSubject: [PATCH] mm: move tables\n\n"
        b"Moves them.\n\ncommit 2c91bd4a4e2e530582d6fd643ea7b86b27907151 upstream.\n---\n"
        + diff
        + b"-- \n2.39.5\n\n"
    )


Drop = Callable[[str], bool]


def by_archive(line: str) -> bool:
    """The archive's rule: lines of one word went, and of two where the second is a constant."""
    words = line.split()
    return len(words) < 2 or (len(words) == 2 and words[1].isupper())


def lone_braces(line: str) -> bool:
    return line[1:].strip() in ("{", "}")


def blanks_and_braces(line: str) -> bool:
    return line[1:].strip() in ("", "{", "}")


def thinned(text: bytes, drop: Drop, *, marks: str = "+- ") -> bytes:
    """The patch without the lines of its hunks that the rule drops; headers are left."""
    out: list[str] = []
    left = (0, 0)
    for line in text.decode("utf-8", "surrogateescape").split("\n"):
        counts = re.match(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@", line)
        if counts:
            left = (int(counts[1] or 1), int(counts[2] or 1))
        elif left != (0, 0) and line[:1] in ("+", "-", " "):
            left = (left[0] - (line[0] != "+"), left[1] - (line[0] != "-"))
            if line[0] in marks and drop(line):
                continue
        out.append(line)
    return "\n".join(out).encode("utf-8", "surrogateescape")


def read(text: bytes) -> Patch:
    (patch,) = read_series(text, "test").patches
    return patch


def upstream() -> CommitFacts:
    commit = load().by("2c91bd4a4e2e").commit
    assert commit is not None
    return commit


def repaired(text: bytes, files: dict[str, bytes] | None = None, *, known: bool = True) -> Mended:
    """The patch after repair: with upstream's facts or none, with the files before it or none."""
    pre_image = None if files is None else (lambda path, _blob: files.get(path))
    return mend(read(text), upstream() if known else None, pre_image)


def bodies(files: tuple[FilePatch, ...]) -> list[list[str]]:
    """Each hunk's lines, with their marks."""
    return [
        [line.mark.value + line.text for line in hunk.lines]
        for file in files
        for hunk in file.hunks
    ]


def hunk_grades(mended: Mended) -> list[Grade]:
    """The grade of each hunk that lost lines, in the order of the patch."""
    return [case.grade for case in mended.damage if case.declared is not None and case.hunk]
