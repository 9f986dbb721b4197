"""The diff of a patch: our tolerant reader, and unidiff as the second pair of eyes.

The tolerant reader takes any text, keeps every line, and reports per hunk what the counts and
the body disagree about. ``second_opinion`` reads the same text with unidiff; on intact input
both must agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NoReturn

from analyzer.errors import AnalyzerError
from analyzer.patch.body import Body, body_limit, is_file_pair, read_body
from analyzer.patch.diffstat import read_diffstat
from analyzer.patch.filehead import Header
from analyzer.patch.lines import FilePatch, Hunk, written
from analyzer.patch.marks import Declared
from analyzer.patch.paths import is_code
from analyzer.patch.wrapping import Unbroken

MAX_HUNKS = 50_000

_RANGE = r"([0-9]{1,9})(?:,([0-9]{1,9}))?"
_HUNK = re.compile(rf"@@ -{_RANGE} \+{_RANGE} @@(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ReadHunk:
    """A hunk with what was found wrong with its body; shorts are lines that the body lacks."""

    hunk: Hunk
    body: Body
    at_end: bool


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file of the patch and its hunks as read."""

    file: FilePatch
    hunks: tuple[ReadHunk, ...]
    # Header lines that were wrapped: the input line of each, and what it was joined to.
    rejoined: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadDiff:
    """A whole text: the lines before the first file, and the files."""

    prologue: tuple[str, ...]
    files: tuple[ReadFile, ...]


def read_diff(lines: tuple[str, ...], numbers: tuple[int, ...]) -> ReadDiff:
    """Read every file of a text. Raises ``AnalyzerError`` on more hunks than are bearable."""
    raw, places = list(lines), list(numbers)
    first = _first_file(raw)
    if first is None:
        return ReadDiff(lines, ())
    files: list[ReadFile] = []
    at, left, unbroken = first, MAX_HUNKS, Unbroken(lines[first:])
    while at < len(raw):
        file, at = _read_file(raw, places, at, left, unbroken)
        files.append(file)
        left -= max(len(file.hunks), 1)
        if left < 0:
            _too_many()
    return ReadDiff(lines[:first], tuple(files))


def _too_many() -> NoReturn:
    what = f"more than {MAX_HUNKS} hunks"
    raise AnalyzerError(what, todo="split the patch and give its parts one by one")


def _first_file(raw: list[str]) -> int | None:
    """Where the diff begins: not in a diff that the message quotes, as in a log of a shell.

    git's own begins behind a line ``---``, with nothing but a diffstat between.
    """
    first = _next_file(raw, 0)
    if first is None or raw[first].startswith("diff --git"):
        return first
    own = next((i for i in range(first, len(raw)) if raw[i].startswith("diff --git ")), None)
    if own is None:
        return first
    cut = next((i for i in range(own - 1, first, -1) if raw[i].rstrip() == "---"), None)
    if cut is None:
        return first
    between = [line for line in raw[cut + 1 : own] if line.strip()]
    only_counts = read_diffstat(between, range(len(between))) is not None
    return own if only_counts or not between else first


def _next_file(raw: list[str], start: int) -> int | None:
    return next((i for i in range(start, len(raw)) if _starts_file(raw, i)), None)


def _starts_file(raw: list[str], i: int) -> bool:
    line = raw[i]
    if line.startswith("diff --git"):
        return True
    if line.startswith("Index: "):
        return i + 1 < len(raw) and raw[i + 1].startswith("====")
    return is_file_pair(raw, i)


def _read_file(
    raw: list[str], places: list[int], start: int, left: int, unbroken: Unbroken
) -> tuple[ReadFile, int]:
    header = Header(by_git=raw[start].startswith("diff --git"))
    at = start
    while at < len(raw) and (at == start or not _ends_header(raw, at, header)):
        header.take(raw[at])
        at += 1
    head, rejoined = header.rejoined(raw[start:at], places[start:at])
    hunks: list[ReadHunk] = []
    # What cannot be read stays where it stood, visibly: behind the hunk before it.
    behind: list[list[str]] = [head]
    code = is_code(header.file((), (), 0).path)
    known = Declared(0, 0, "", header.by_git, code, unbroken)
    while at < len(raw) and not _starts_file(raw, at):
        begin = at
        read, at = _read_hunk(raw, places, at, known)
        if read is None:
            behind[-1] += raw[begin:at]
            continue
        hunks.append(read)
        behind.append([])
        if len(hunks) > left:
            _too_many()
    hunks = [_with_tail(*one) if one[1] else one[0] for one in zip(hunks, behind[1:], strict=True)]
    file = header.file(tuple(read.hunk for read in hunks), tuple(head), places[start])
    return ReadFile(file, tuple(hunks), rejoined), at


def _with_tail(read: ReadHunk, lines: list[str]) -> ReadHunk:
    return replace(read, hunk=replace(read.hunk, tail=(*read.hunk.tail, *lines)))


def _ends_header(raw: list[str], at: int, header: Header) -> bool:
    line = raw[at]
    if line.startswith(("@@ -", "diff --git")):
        return True
    # The first ---/+++ pair is this file's own, unless a blank line ended its header.
    return _starts_file(raw, at) and (
        line.startswith("Index: ") or header.new_seen or header.closed
    )


def _read_hunk(
    raw: list[str], places: list[int], at: int, known: Declared
) -> tuple[ReadHunk | None, int]:
    match = _HUNK.match(raw[at])
    if match is None:
        return None, body_limit(raw, at + 1, known.by_git)
    old_start, new_start = int(match[1]), int(match[3])
    old, new = (1 if count is None else int(count) for count in (match[2], match[4]))
    declared = replace(known, old=old, new=new, header=raw[at])
    body = read_body(raw, places, at + 1, declared)
    end = at + 1 + body.used
    limit = body_limit(raw, end, by_git=False)
    hunk = Hunk(
        old_start,
        old,
        new_start,
        new,
        f"{match[5]} {body.heading}".strip(),
        body.lines,
        f"{raw[at]} {body.heading}" if body.heading else raw[at],
        places[at],
        tuple(raw[end:limit]),
    )
    return ReadHunk(hunk, body, at_end=limit == len(raw)), limit


def second_opinion(files: tuple[FilePatch, ...]) -> str | None:
    """Read the files' hunks with unidiff; say where it disagrees with us, or None.

    Only hunks are compared: unidiff reads neither modes nor quoted names as git does.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    for file in (file for file in files if file.hunks):
        text = "\n".join((f"--- a/{file.number}", f"+++ b/{file.number}", *_body_lines(file), ""))
        try:
            theirs = [
                [
                    (line.line_type, line.value.removesuffix("\n"))
                    for line in hunk
                    if line.line_type != "\\"
                ]
                for read in PatchSet(text)
                for hunk in read
            ]
        except UnidiffParseError as error:
            return f"{file.path}: {error}"
        ours = [[(line.mark.value, line.text) for line in hunk.lines] for hunk in file.hunks]
        if ours != theirs:
            return f"{file.path}: the two readers see different lines"
    return None


def _body_lines(file: FilePatch) -> list[str]:
    bare = replace(file, head=(), hunks=tuple(replace(hunk, tail=()) for hunk in file.hunks))
    return written((), (bare,))
