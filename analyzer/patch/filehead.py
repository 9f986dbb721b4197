"""What the lines above a file's first hunk say: names, modes, blob ids, renaming, binary."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from analyzer.patch.lines import FileKind, FilePatch, Hunk
from analyzer.patch.paths import git_names, header_name, says_no_file, tree_names, unquoted

_INDEX = re.compile(r"index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?\s*$")


@dataclass(slots=True)
class Header:
    """What the lines above a file's first hunk say, gathered line by line."""

    by_git: bool
    git: tuple[str, str] | None = None
    old_name: str | None = None
    new_name: str | None = None
    old_seen: bool = False
    new_seen: bool = False
    # What svn, quilt and CVS call the file; all there is where they print no names behind it.
    index_name: str | None = None
    # The stamps say that there is no file on this side.
    absent: list[bool] = field(default_factory=lambda: [False, False])
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

    def rejoined(
        self, head: list[str], places: list[int]
    ) -> tuple[list[str], tuple[tuple[int, str], ...]]:
        """Join header lines that were broken before a name, and read them as what they were."""
        done: list[str] = []
        joins: list[tuple[int, str]] = []
        for line, place in zip(head, places, strict=True):
            whole = f"{done[-1]} {line}" if done else ""
            if done and _is_broken(done[-1]) and not line.startswith(_WORDS):
                done[-1] = whole
                joins.append((place, whole))
                self.closed = False
                self.take(whole)
            else:
                done.append(line)
        return done, tuple(joins)

    def file(self, hunks: tuple[Hunk, ...], head: tuple[str, ...], number: int) -> FilePatch:
        """Return the file with these hunks; ``number`` is the input line of ``head[0]``."""
        old, new = self._names()
        if self.kind is FileKind.ADDED or (self.old_seen and self.old_name is None):
            old = None
        if self.kind is FileKind.DELETED or (self.new_seen and self.new_name is None):
            new = None
        if self.absent[0] and not any(hunk.old_count for hunk in hunks):
            old = None
        if self.absent[1] and not any(hunk.new_count for hunk in hunks):
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
            return tree_names(self.old_name, self.new_name, self.git)
        if self.git is not None:
            return tree_names(*self.git, self.git)
        return self.index_name, self.index_name

    def _kind(self, old: str | None, new: str | None, has_hunks: bool) -> FileKind:
        if self.kind is not FileKind.MODIFIED:
            return self.kind
        if old is None and new is not None:
            return FileKind.ADDED
        if new is None and old is not None:
            return FileKind.DELETED
        mode_only = self.modes[0] != self.modes[1] and not has_hunks and not self.binary
        return FileKind.MODE if mode_only else FileKind.MODIFIED


def _set_mode(side: int, kind: FileKind | None = None) -> Callable[[Header, str], None]:
    def act(header: Header, rest: str) -> None:
        header.modes[side] = rest.strip()
        if kind is not None:
            header.kind = kind

    return act


def _set_moved(side: int, kind: FileKind) -> Callable[[Header, str], None]:
    def act(header: Header, rest: str) -> None:
        header.moved[side] = unquoted(rest)
        header.kind = kind

    return act


def _set_index(header: Header, rest: str) -> None:
    match = _INDEX.match("index " + rest)
    if match:
        header.blobs = [match[1], match[2]]
        if match[3] and header.modes == [None, None]:
            header.modes = [match[3], match[3]]


def _set_old(header: Header, rest: str) -> None:
    header.old_name, header.old_seen = header_name(rest), True
    header.absent[0] = says_no_file(rest)


def _set_new(header: Header, rest: str) -> None:
    header.new_name, header.new_seen = header_name(rest), True
    header.absent[1] = says_no_file(rest)


def _set_index_name(header: Header, rest: str) -> None:
    header.index_name = header_name(rest)


def _set_git(header: Header, rest: str) -> None:
    header.git = git_names(rest.removesuffix("\r"))


def _set_similarity(header: Header, rest: str) -> None:
    digits = rest.strip().removesuffix("%")
    header.similarity = int(digits) if digits.isdecimal() and len(digits) <= 3 else None


def _set_binary(header: Header, _rest: str) -> None:
    header.binary = header.closed = True


_HEADER_LINES: tuple[tuple[str, Callable[[Header, str], None]], ...] = (
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
    ("Cannot display: file marked as a binary type", _set_binary),
    ("Index: ", _set_index_name),
)


_WORDS = tuple(word for word, _ in _HEADER_LINES)
_BEFORE_NAMES = ("diff --git", "---", "+++", "rename from", "rename to", "copy from", "copy to")


def _is_broken(line: str) -> bool:
    """Whether a header line lacks the name that stands at its end."""
    if line.startswith("diff --git "):
        return " " not in line[len("diff --git ") :]
    return line in _BEFORE_NAMES
