"""Clean patches made by git itself: changes, ways to print them, and what git says of each."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE, EXEC, LINK, MODULE = "100644", "100755", "120000", "160000"
Tree = dict[str, tuple[str, bytes]]

_ENV = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C",
    "TZ": "UTC",
}
_OF_THE_TEXT = ("-U", "-W", "--binary", "--full-index", "--abbrev")
_WHO = "Zoë Ünïcode <zoe@example.org> 1546558108 -0800"


@dataclass(frozen=True, slots=True)
class Change:
    """One commit: the files it touches, before and after."""

    name: str
    before: Tree
    after: Tree


@dataclass(frozen=True, slots=True)
class Said:
    """What git says of one file of a diff; blob ids in full, None where there is no blob."""

    old_path: str | None
    new_path: str | None
    kind: str
    old_mode: str | None
    new_mode: str | None
    old_blob: str | None
    new_blob: str | None
    similarity: int | None
    added: int | None
    removed: int | None


def git(repo: Path, *args: str, stdin: bytes | None = None, may_differ: bool = False) -> bytes:
    """Run git, isolated from every configuration; ``may_differ`` accepts exit status 1."""
    done = subprocess.run(
        ["git", *args], cwd=repo, env=_ENV, input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0 or (may_differ and done.returncode == 1), done.stderr.decode()
    return done.stdout


def made_repository(repo: Path, changes: tuple[Change, ...]) -> Path:
    """Commit every change on a branch of its name; a branch ``series`` holds some in a row."""
    repo.mkdir(parents=True)
    git(repo, "init", "-q", "-b", "unborn")
    stream: list[bytes] = []
    for change in changes:
        ref = f"refs/heads/{change.name}"
        stream += _commit(ref, f"before {change.name}", {}, change.before, fresh=True)
        stream += _commit(ref, f"mm: {change.name}", change.before, change.after, fresh=False)
    git(repo, "fast-import", "--quiet", stdin=b"".join(stream))
    return repo


def _commit(ref: str, subject: str, before: Tree, after: Tree, *, fresh: bool) -> Iterator[bytes]:
    message = (
        f"{subject}\n\nWhy it is done, in a paragraph or so; café.\n\n"
        "Signed-off-by: Zoë Ünïcode <zoe@example.org>\n"
    ).encode()
    if fresh:
        yield f"reset {ref}\n".encode()
    yield f"commit {ref}\nauthor {_WHO}\ncommitter {_WHO}\n".encode()
    yield b"data %d\n%s\n" % (len(message), message)
    for path in before.keys() - after.keys():
        yield b"D " + _quoted(path) + b"\n"
    for path, (mode, data) in after.items():
        if mode == MODULE:
            yield b"M %s %s %s\n" % (mode.encode(), data, _quoted(path))
        else:
            yield b"M %s inline %s\n" % (mode.encode(), _quoted(path))
            yield b"data %d\n%s\n" % (len(data), data)


def _quoted(path: str) -> bytes:
    raw = path.encode("utf-8", "surrogateescape")
    return b'"' + b"".join(_escape(byte) for byte in raw) + b'"'


def _escape(byte: int) -> bytes:
    plain = 32 <= byte < 127 and byte not in b'"\\'
    return bytes((byte,)) if plain else b"\\%03o" % byte


def said_by_git(repo: Path, name: str, *options: str) -> list[Said]:
    """The files of a change as ``git diff --raw --numstat`` names them under the options."""
    # Options that imply a patch, or would shorten the ids, are of no use here.
    return list(_said(repo, name, tuple(o for o in options if not o.startswith(_OF_THE_TEXT))))


@cache
def _said(repo: Path, name: str, options: tuple[str, ...]) -> tuple[Said, ...]:
    range_ = (f"{name}~", name)
    text = git(repo, "diff", "--raw", "--numstat", "-z", "--abbrev=40", *options, *range_)
    fields = iter(text.decode("utf-8", "surrogateescape").split("\0")[:-1])
    entries: list[tuple[list[str], str, str]] = []
    counts: dict[str, tuple[int | None, int | None]] = {}
    for field in fields:
        if field.startswith(":"):
            facts = field.removeprefix(":").split(" ")
            old = next(fields)
            entries.append((facts, old, next(fields) if facts[4][0] in "RC" else old))
        else:
            added, removed, path = field.split("\t", 2)
            path = path or (next(fields), next(fields))[1]
            counts[path] = (_number(added), _number(removed))
    return tuple(said for entry in entries for said in _expanded(entry, counts))


def _number(text: str) -> int | None:
    return None if text == "-" else int(text)


def _expanded(
    entry: tuple[list[str], str, str], counts: dict[str, tuple[int | None, int | None]]
) -> list[Said]:
    (old_mode, new_mode, old_blob, new_blob, status), old, new = entry
    if status[0] == "T":
        # git prints a change of type as a deletion and an addition.
        gone = Said(old, None, "deleted", old_mode, None, old_blob, None, None, None, None)
        made = Said(None, new, "added", None, new_mode, None, new_blob, None, None, None)
        return [gone, made]
    kind = {"A": "added", "D": "deleted", "M": "modified", "R": "renamed", "C": "copied"}[status[0]]
    if kind == "modified" and old_blob == new_blob:
        kind = "mode changed"
    similarity = int(status[1:]) if status[0] in "RC" else None
    added, removed = counts[new]
    there = (status[0] != "A", status[0] != "D")
    return [
        Said(
            old if there[0] else None,
            new if there[1] else None,
            kind,
            old_mode if there[0] else None,
            new_mode if there[1] else None,
            old_blob if there[0] else None,
            new_blob if there[1] else None,
            similarity,
            added,
            removed,
        )
    ]


def hunks_by_git(repo: Path, name: str, *options: str) -> int:
    """How many hunks git prints: counted where no line of a body can look like a header."""
    signs = ("--output-indicator-new=N", "--output-indicator-old=O", "--output-indicator-context=C")
    text = git(repo, "diff", *signs, *options, f"{name}~", name)
    return sum(line.startswith(b"@@ -") for line in text.split(b"\n"))
