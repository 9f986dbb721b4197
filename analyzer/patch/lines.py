"""A patch as lines: files, hunks, and every line of the input in its place.

The reader keeps everything: what stands before the first file, between hunks and after the
last one, so that writing a patch back gives the bytes that were read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from analyzer.patch.damage import Grade


class Mark(Enum):
    """The first character of a line of a hunk."""

    CONTEXT = " "
    ADDED = "+"
    REMOVED = "-"


MARKS = {mark.value: mark for mark in Mark}
_SHORTEST_NOTE = 12


@dataclass(frozen=True, slots=True)
class Line:
    r"""One line of a hunk, without its mark and its line end.

    ``number`` is the line of the input (None for a restored line). ``grade`` is set on
    restored lines alone. ``after_gap`` says that lines of unknown text were lost just before.
    ``no_newline`` is git's ``\ No newline at end of file``, verbatim.
    """

    mark: Mark
    text: str
    number: int | None
    grade: Grade | None = None
    after_gap: bool = False
    no_newline: str | None = None


def is_note(line: str) -> bool:
    r"""Whether a line is ``\ No newline at end of file``, in any language: told as git does."""
    return line.startswith("\\ ") and len(line) >= _SHORTEST_NOTE


def without_newline(line: Line, note: str) -> Line:
    r"""Return the line with git's ``\ No newline at end of file`` behind it."""
    return replace(line, no_newline=note)


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk. Starts and counts are those that its header declares (lines, from 1).

    ``header`` is the header line verbatim, ``tail`` what stands after the body and belongs to
    no hunk, ``number`` the header's line of the input.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    heading: str
    lines: tuple[Line, ...]
    header: str
    number: int
    tail: tuple[str, ...] = ()

    @property
    def old_kept(self) -> int:
        """Lines of the old side that the body holds."""
        return sum(line.mark is not Mark.ADDED for line in self.lines)

    @property
    def new_kept(self) -> int:
        """Lines of the new side that the body holds."""
        return sum(line.mark is not Mark.REMOVED for line in self.lines)

    @property
    def whole(self) -> bool:
        """Whether the body holds what the header declares."""
        return (self.old_kept, self.new_kept) == (self.old_count, self.new_count)

    def with_lines(self, lines: tuple[Line, ...]) -> Hunk:
        """Return the same hunk with another body."""
        return replace(self, lines=lines)


class FileKind(Enum):
    """What a patch does to a file as a whole."""

    MODIFIED = "modified"
    ADDED = "added"
    DELETED = "deleted"
    RENAMED = "renamed"
    COPIED = "copied"
    MODE = "mode changed"


@dataclass(frozen=True, slots=True)
class FilePatch:
    """The part of a patch about one file.

    Paths are relative to the tree, without ``a/`` and ``b/``; None stands for ``/dev/null``.
    Blob ids are as many hex digits as the ``index`` line has. ``head`` is everything up to the
    first hunk, verbatim; ``number`` the input line of its first line.
    """

    old_path: str | None
    new_path: str | None
    kind: FileKind
    hunks: tuple[Hunk, ...]
    head: tuple[str, ...]
    number: int
    old_mode: str | None = None
    new_mode: str | None = None
    old_blob: str | None = None
    new_blob: str | None = None
    similarity: int | None = None
    binary: bool = False

    @property
    def path(self) -> str:
        """The file's name after the patch, or before it where the patch deletes it."""
        return self.new_path or self.old_path or "?"

    @property
    def added(self) -> int:
        """Number of added lines in the bodies."""
        return sum(line.mark is Mark.ADDED for hunk in self.hunks for line in hunk.lines)

    @property
    def removed(self) -> int:
        """Number of removed lines in the bodies."""
        return sum(line.mark is Mark.REMOVED for hunk in self.hunks for line in hunk.lines)


def written(prologue: tuple[str, ...], files: tuple[FilePatch, ...]) -> list[str]:
    """Return the lines of a patch, without line ends, as they would be written to a file."""
    out = list(prologue)
    for file in files:
        out += file.head
        for hunk in file.hunks:
            out.append(hunk.header)
            for line in hunk.lines:
                out.append(line.mark.value + line.text)
                if line.no_newline is not None:
                    out.append(line.no_newline)
            out += hunk.tail
    return out
