"""Repositories made by the real git, the same on every machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_ENVIRONMENT = {
    "GIT_AUTHOR_DATE": "2020-02-02T02:02:02+0000",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_COMMITTER_DATE": "2020-02-02T02:02:02+0000",
    "GIT_COMMITTER_EMAIL": "committer@example.org",
    "GIT_COMMITTER_NAME": "C O Mitter",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(top: Path, *arguments: str | bytes, data: bytes = b"", **environment: str) -> bytes:
    """What git prints, run in ``top`` with nobody's settings."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return subprocess.run(
        ["git", "-c", f"core.attributesFile={os.devnull}", *arguments],
        cwd=top,
        input=data,
        env={**inherited, **_ENVIRONMENT, **environment},
        capture_output=True,
        check=True,
    ).stdout


def git_line(top: Path, *arguments: str | bytes, data: bytes = b"") -> str:
    return git(top, *arguments, data=data).decode().strip()


def created(top: Path, *options: str) -> Path:
    top.mkdir(parents=True, exist_ok=True)
    git(top, "init", "--quiet", "--initial-branch=main", *options)
    return top


def written(top: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def committed(top: Path, message: str = "change", **files: bytes) -> str:
    """The id of a commit of everything in the work tree."""
    written(top, files)
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--allow-empty", f"--message={message}")
    return git_line(top, "rev-parse", "HEAD")


def patch_of(top: Path, *chosen: str) -> bytes:
    """The oracle: what a person's ``git format-patch`` prints."""
    options = ("--stdout", "--full-index", "--binary", "--no-signature")
    return git(top, "format-patch", *options, *chosen)
