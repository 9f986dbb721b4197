"""The diff of a patch: our tolerant reader, and unidiff as the second pair of eyes.

The tolerant reader takes any text, keeps every line, and reports per hunk what the counts and
the body disagree about. ``second_opinion`` reads the same text with unidiff; on intact input
both must agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from analyzer.errors import AnalyzerError
from analyzer.patch.body import Body, Counts, body_limit, read_body
from analyzer.patch.lines import FileKind, FilePatch, Hunk, written
from analyzer.patch.paths import git_names, header_name, unquoted, without_prefixes

MAX_HUNKS = 50_000

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)", re.DOTALL)
_INDEX = re.compile(r"index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?\s*$")


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


@dataclass(frozen=True, slots=True)
class ReadDiff:
    """A whole text: the lines before the first file, and the files."""

    prologue: tuple[str, ...]
    files: tuple[ReadFile, ...]


def read_diff(lines: tuple[str, ...], numbers: tuple[int, ...]) -> ReadDiff:
    """Read every file of a text. Raises ``AnalyzerError`` on more hunks than are bearable."""
    raw, places = list(lines), list(numbers)
    first = _next_file(raw, 0)
    if first is None:
        return ReadDiff(lines, ())
    files: list[ReadFile] = []
    at, hunks = first, 0
    while at < len(raw):
        file, at = _read_file(raw, places, at)
        files.append(file)
        hunks += len(file.hunks)
        if hunks > MAX_HUNKS:
            what = f"more than {MAX_HUNKS} hunks"
            raise AnalyzerError(what, todo="split the patch and give its parts one by one")
    return ReadDiff(lines[:first], tuple(files))


def _next_file(raw: list[str], start: int) -> int | None:
    return next((i for i in range(start, len(raw)) if _starts_file(raw, i)), None)


def _starts_file(raw: list[str], i: int) -> bool:
    line = raw[i]
    if line.startswith("diff --git "):
        return True
    follow = raw[i + 1] if i + 1 < len(raw) else ""
    if line.startswith("Index: "):
        return follow.startswith("====")
    return (
        line.startswith("--- ")
        and follow.startswith("+++ ")
        and i + 2 < len(raw)
        and raw[i + 2].startswith("@@ -")
    )


def _read_file(raw: list[str], places: list[int], start: int) -> tuple[ReadFile, int]:
    header = _Header(by_git=raw[start].startswith("diff --git "))
    at = start
    while at < len(raw) and (at == start or not _ends_header(raw, at, header)):
        header.take(raw[at])
        at += 1
    header_end = at
    hunks: list[ReadHunk] = []
    while at < len(raw) and raw[at].startswith("@@ -"):
        read, at = _read_hunk(raw, places, at)
        if read is None:
            break
        hunks.append(read)
    # A header line that cannot be read swallows the rest up to the next file, visibly.
    limit = at if at == len(raw) or _starts_file(raw, at) else _next_file(raw, at + 1) or len(raw)
    rest = tuple(raw[at:limit])
    head = tuple(raw[start:header_end])
    if not hunks:
        head += rest
    elif rest:
        last = hunks[-1]
        hunks[-1] = replace(last, hunk=replace(last.hunk, tail=last.hunk.tail + rest))
    file = header.file(tuple(read.hunk for read in hunks), head, places[start])
    return ReadFile(file, tuple(hunks)), limit


def _ends_header(raw: list[str], at: int, header: _Header) -> bool:
    line = raw[at]
    if line.startswith(("@@ -", "diff --git ")):
        return True
    return header.new_name is not None and _starts_file(raw, at)


def _read_hunk(raw: list[str], places: list[int], at: int) -> tuple[ReadHunk | None, int]:
    match = _HUNK.match(raw[at])
    if match is None:
        return None, at
    old_start, new_start = int(match[1]), int(match[3])
    old, new = int(match[2] or 1), int(match[4] or 1)
    body = read_body(raw, places, at + 1, Counts(old, new))
    end = at + 1 + body.used
    limit = body_limit(raw, end)
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


@dataclass(slots=True)
class _Header:
    """What the lines above a file's first hunk say, gathered line by line."""

    by_git: bool
    git: tuple[str, str] | None = None
    old_name: str | None = None
    new_name: str | None = None
    old_seen: bool = False
    new_seen: bool = False
    kind: FileKind = FileKind.MODIFIED
    modes: list[str | None] = field(default_factory=lambda: [None, None])
    blobs: list[str | None] = field(default_factory=lambda: [None, None])
    moved: list[str | None] = field(default_factory=lambda: [None, None])
    similarity: int | None = None
    binary: bool = False
    # Behind a blank line or the start of binary data there is no header any more.
    closed: bool = False

    def take(self, line: str) -> None:
        """Read one line; unknown ones (``====``, ``dissimilarity index``) say nothing to us."""
        self.closed = self.closed or not line
        if self.closed:
            return
        for word, act in _HEADER_LINES:
            if line.startswith(word):
                act(self, line[len(word) :])
                return

    def file(self, hunks: tuple[Hunk, ...], head: tuple[str, ...], number: int) -> FilePatch:
        old, new = self._names()
        if self.kind is FileKind.ADDED or (self.old_seen and self.old_name is None):
            old = None
        if self.kind is FileKind.DELETED or (self.new_seen and self.new_name is None):
            new = None
        return FilePatch(
            old,
            new,
            self._kind(old, new, bool(hunks)),
            hunks,
            head,
            number,
            self.modes[0],
            self.modes[1],
            self.blobs[0],
            self.blobs[1],
            self.similarity,
            self.binary,
        )

    def _names(self) -> tuple[str | None, str | None]:
        if self.moved[0] and self.moved[1]:
            return self.moved[0], self.moved[1]
        if self.old_seen and self.new_seen:
            return without_prefixes(self.old_name, self.new_name, self.by_git)
        if self.git is not None:
            return without_prefixes(*self.git, by_git=True)
        return None, None

    def _kind(self, old: str | None, new: str | None, has_hunks: bool) -> FileKind:
        if self.kind is not FileKind.MODIFIED:
            return self.kind
        if old is None and new is not None:
            return FileKind.ADDED
        if new is None and old is not None:
            return FileKind.DELETED
        mode_only = self.modes[0] != self.modes[1] and not has_hunks and not self.binary
        return FileKind.MODE if mode_only else FileKind.MODIFIED


def _set_mode(side: int, kind: FileKind | None = None) -> Callable[[_Header, str], None]:
    def act(header: _Header, rest: str) -> None:
        header.modes[side] = rest.strip()
        if kind is not None:
            header.kind = kind

    return act


def _set_moved(side: int, kind: FileKind) -> Callable[[_Header, str], None]:
    def act(header: _Header, rest: str) -> None:
        header.moved[side] = unquoted(rest)
        header.kind = kind

    return act


def _set_index(header: _Header, rest: str) -> None:
    match = _INDEX.match("index " + rest)
    if match:
        header.blobs = [match[1], match[2]]
        if match[3] and header.modes == [None, None]:
            header.modes = [match[3], match[3]]


def _set_old(header: _Header, rest: str) -> None:
    header.old_name, header.old_seen = header_name(rest), True


def _set_new(header: _Header, rest: str) -> None:
    header.new_name, header.new_seen = header_name(rest), True


def _set_git(header: _Header, rest: str) -> None:
    header.git = git_names(rest.removesuffix("\r"))


def _set_similarity(header: _Header, rest: str) -> None:
    digits = rest.strip().removesuffix("%")
    header.similarity = int(digits) if digits.isdecimal() and len(digits) <= 3 else None


def _set_binary(header: _Header, _rest: str) -> None:
    header.binary = header.closed = True


_HEADER_LINES: tuple[tuple[str, Callable[[_Header, str], None]], ...] = (
    ("diff --git ", _set_git),
    ("index ", _set_index),
    ("--- ", _set_old),
    ("+++ ", _set_new),
    ("old mode ", _set_mode(0)),
    ("new mode ", _set_mode(1)),
    ("new file mode ", _set_mode(1, FileKind.ADDED)),
    ("deleted file mode ", _set_mode(0, FileKind.DELETED)),
    ("rename from ", _set_moved(0, FileKind.RENAMED)),
    ("rename to ", _set_moved(1, FileKind.RENAMED)),
    ("copy from ", _set_moved(0, FileKind.COPIED)),
    ("copy to ", _set_moved(1, FileKind.COPIED)),
    ("similarity index ", _set_similarity),
    ("Binary files ", _set_binary),
    ("GIT binary patch", _set_binary),
)


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
