"""Good patches made without git, and what transports do to them, one function a kind."""

from __future__ import annotations

import difflib
import html
import quopri
import re
from collections.abc import Callable, Collection

Files = dict[str, tuple[list[str], list[str]]]

_HEADER = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_MAIL_HEAD = """From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001
From: A Developer <dev@example.org>
Date: Thu, 3 Jan 2019 15:28:38 -0800
Subject: [PATCH] mm: move what was asked for

The lock is taken first, since "a < b && c > d" holds then.

Signed-off-by: A Developer <dev@example.org>
---
"""
_SIGNATURE = "-- \n2.39.5\n\n"


def plain(files: Files, context: int = 3) -> bytes:
    """A plain ``git diff`` of the files."""
    return "".join(_file(path, *sides, context) for path, sides in files.items()).encode()


def mail(files: Files, context: int = 3) -> bytes:
    """The same as a mail of ``git format-patch``, diffstat and signature with it."""
    diff = plain(files, context).decode()
    return f"{_MAIL_HEAD}{_stat(files)}\n{diff}{_SIGNATURE}".encode()


def _file(path: str, before: list[str], after: list[str], context: int) -> str:
    old, new = f"a/{path}", f"b/{path}"
    lines = difflib.unified_diff(before, after, old, new, n=context, lineterm="")
    body = "\n".join(lines)
    head = f"diff --git {old} {new}\nindex 0123456789ab..ba9876543210 100644\n"
    return f"{head}{body}\n" if body else ""


def _stat(files: Files) -> str:
    rows, added, removed = [], 0, 0
    for path, (before, after) in files.items():
        body = _file(path, before, after, 0).split("\n")[4:]
        plus = sum(line.startswith("+") for line in body)
        minus = sum(line.startswith("-") for line in body)
        rows.append(f" {path} | {plus + minus} {'+' * plus}{'-' * minus}\n")
        added, removed = added + plus, removed + minus
    parts = [f" {len(rows)} file{'s' * (len(rows) != 1)} changed"]
    parts += [f" {added} insertion{'s' * (added != 1)}(+)"] * (added > 0 or not removed)
    parts += [f" {removed} deletion{'s' * (removed != 1)}(-)"] * (removed > 0)
    return "".join(rows) + ",".join(parts) + "\n"


def hunks_of(lines: list[str]) -> list[tuple[int, range]]:
    """For each hunk the index of its header and the indices of its body, by its counts."""
    found = []
    at = 0
    while at < len(lines):
        header = _HEADER.match(lines[at])
        at += 1
        if header is None:
            continue
        start = at
        old, new = (1 if count is None else int(count) for count in header.groups())
        while old or new:
            old -= lines[at][:1] != "+"
            new -= lines[at][:1] != "-"
            at += 1
        found.append((start - 1, range(start, at)))
    return found


def body_lines(data: bytes) -> list[int]:
    """The indices of all lines that stand in hunks."""
    return [i for _, body in hunks_of(data.decode().split("\n")) for i in body]


def _mapped(data: bytes, change: Callable[[str], str]) -> bytes:
    return "\n".join(map(change, data.decode().split("\n"))).encode()


def dropped(data: bytes, which: Collection[int]) -> bytes:
    """Without the lines of these indices."""
    lines = data.split(b"\n")
    return b"\n".join(line for i, line in enumerate(lines) if i not in which)


def blank_lines(data: bytes) -> list[int]:
    """The indices of the lines of hunks that hold no text."""
    lines = data.decode().split("\n")
    return [i for i in body_lines(data) if not lines[i][1:].strip()]


def expanded(data: bytes) -> bytes:
    return _mapped(data, lambda line: line.expandtabs(8))


def with_crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def quoted(data: bytes, mark: str = "> ") -> bytes:
    text, end = (data[:-1], "\n") if data.endswith(b"\n") else (data, "")
    return _mapped(text, lambda line: mark + line) + end.encode()


def body_of_mail(data: bytes) -> int:
    """Where the body begins, behind the empty line that ends the header fields."""
    return data.index(b"\n\n") + 2


def escaped(data: bytes, *, quotes: bool, start: int = 0) -> bytes:
    return data[:start] + html.escape(data[start:].decode(), quote=quotes).encode()


def as_quoted_printable(data: bytes, start: int = 0) -> bytes:
    return data[:start] + quopri.encodestring(data[start:])


def stripped(data: bytes) -> bytes:
    return _mapped(data, lambda line: line.rstrip(" \t"))


def blanks_lost(data: bytes, which: Collection[int] | None = None) -> bytes:
    """Context lines, all or those of these indices, without their mark."""
    lines = data.decode().split("\n")
    hit = set(body_lines(data)) & set(range(len(lines)) if which is None else which)
    out = [line[1:] if i in hit and line[:1] == " " else line for i, line in enumerate(lines)]
    return "\n".join(out).encode()


def wrapped(data: bytes, width: int, tab: int = 1) -> bytes:
    """Lines of the diff broken at the last blank before the limit, as mailers do.

    ``tab`` is the number of columns to which the mailer counts a tab.
    """
    lines = data.decode().split("\n")
    first = next(i for i, line in enumerate(lines) if line.startswith("diff --git "))
    pieces = [piece for line in lines[first:] for piece in _broken(line, width, tab)]
    return "\n".join([*lines[:first], *pieces]).encode()


def _broken(line: str, width: int, tab: int) -> list[str]:
    pieces = []
    while _columns(line, tab) > width:
        indent = len(line) - len(line[1:].lstrip()) if len(line) > 1 else 0
        fits = [i for i in _blanks(line) if i >= indent and _columns(line[:i], tab) <= width]
        if not fits:
            break
        pieces.append(line[: fits[-1]])
        line = line[fits[-1] + 1 :]
    return [*pieces, line]


def _blanks(line: str) -> list[int]:
    return [i for i, char in enumerate(line) if char == " "]


def _columns(text: str, tab: int) -> int:
    return len(text.expandtabs(tab)) if tab > 1 else len(text)


def recounted(data: bytes, hunk: int, old: int, new: int) -> bytes:
    """With other counts in the header of one hunk (from 0): ``old`` and ``new`` are added."""
    lines = data.decode().split("\n")
    at, body = hunks_of(lines)[hunk]
    have = [sum(lines[i][:1] != mark for i in body) for mark in "+-"]
    starts = re.findall(r"[-+](\d+)", lines[at])[:2]
    sides = [f"{s},{h + d}" for s, h, d in zip(starts, have, (old, new), strict=True)]
    tail = lines[at].partition(" @@")[2]
    lines[at] = f"@@ -{sides[0]} +{sides[1]} @@{tail}"
    return "\n".join(lines).encode()
