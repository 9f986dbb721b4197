"""Trailers of a commit message, the notes in brackets between them, and the conflicts named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.patch.person import shown_address

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Trailer:
    """``token: value``; a value over several lines is joined. ``user at host`` is turned back."""

    token: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Note:
    """``[author: text]``, as whoever changed a patch on its way leaves it."""

    author: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """A path that a ``Conflicts:`` section names."""

    path: str
    line: int


_TRAILER = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*)[ \t]*:(?!//|:)[ \t]*(?=\S)")
# An author begins with no blank, else the blanks before it could be divided in every way.
_NOTE = re.compile(r"[ \t]*\[[ \t]*([^\[\]: \t\n][^\[\]:\n]{0,99}?)[ \t]*:[ \t]+(?=\S)")
_PICKED = re.compile(
    r"[ \t]*\((?:cherry[ -]?picked|back-?ported|picked|based) (?:from|on)\b", re.IGNORECASE
)
_CONFLICTS = re.compile(r"[ \t]*(?:#[ \t]*)?Conflicts:[ \t]*", re.IGNORECASE)
_LONGEST_NOTE = 40

# A block is a trailer block when one of these, or a "...-by", is in it.
_KNOWN = frozenset(
    (
        *("cc", "link", "links", "fixes", "closes", "resolves", "depends-on", "stable-dep-of"),
        *("bug", "buglink", "bugzilla", "jira", "rhbz", "o-bugzilla-url", "cve", "references"),
        *("git-commit", "git-repo", "patch-mainline", "patch-filtered", "upstream-commit"),
        *("upstream", "upstream-status", "conflicts", "change-id", "message-id", "tested-on"),
    )
)


def is_known(token: str) -> bool:
    """Whether a token alone shows that a line is a trailer and not prose."""
    lower = token.lower()
    return lower.endswith("-by") or lower in _KNOWN


def read_notes(lines: Sequence[str], numbers: Sequence[int]) -> tuple[Note, ...]:
    """The notes in brackets, also those over several lines (40 at most, no blank line within)."""
    notes = []
    at = 0
    while at < len(lines):
        end = _note_end(lines, at)
        if end is None:
            at += 1
            continue
        notes.append(_note(lines, numbers, at, end))
        at = end
    return tuple(notes)


def _note(lines: Sequence[str], numbers: Sequence[int], at: int, end: int) -> Note:
    found = _NOTE.match(lines[at])
    assert found  # noqa: S101 (_note_end matched the same line)
    text = " ".join(
        (lines[at][found.end() :].strip(), *(line.strip() for line in lines[at + 1 : end]))
    )
    author = shown_address(found[1])
    return Note(author, text.removesuffix("]").rstrip(), numbers[at])


def _note_end(lines: Sequence[str], at: int) -> int | None:
    """The index after a note that begins at ``at``; None where no whole note begins."""
    if not _NOTE.match(lines[at]):
        return None
    for end in range(at, min(at + _LONGEST_NOTE, len(lines))):
        text = lines[end].rstrip()
        if not text or (end > at and _trailer_token(text)):
            return None
        if text.endswith("]"):
            return end + 1
    return None


def _trailer_token(line: str) -> str | None:
    found = _TRAILER.match(line)
    return found[1] if found and is_known(found[1]) else None


def read_trailers(lines: Sequence[str], numbers: Sequence[int]) -> tuple[Trailer, ...]:
    """Every trailer of every trailer block, in order.

    A block is a run of ``Word-Word: value`` lines, notes, ``(cherry picked from`` lines and
    continuations, with a known token in it or at the message's end; it may follow prose at
    once, since archives drop blank lines, and prose may follow it.
    """
    found: list[Trailer] = []
    at = 0
    while at < len(lines):
        block, end = _block(lines, at)
        known = any(is_known(token) for _, token, _ in block)
        if known or (block and _last(lines, at, end)):
            found.extend(
                Trailer(token, shown_address(" ".join(parts)), numbers[index])
                for index, token, parts in block
            )
        at = max(end, at + 1)
    return tuple(found)


def _last(lines: Sequence[str], start: int, end: int) -> bool:
    return start > 0 and not lines[start - 1].strip() and end == len(lines)


def _block(lines: Sequence[str], at: int) -> tuple[list[tuple[int, str, list[str]]], int]:
    """The run that begins at ``at``, as (index, token, parts of the value), and its end."""
    block: list[tuple[int, str, list[str]]] = []
    follows = False
    while at < len(lines):
        line = lines[at]
        note_end = _note_end(lines, at)
        if note_end is not None:
            at, follows = note_end, False
            continue
        if trailer := _TRAILER.match(line):
            block.append((at, trailer[1], [line[trailer.end() :].strip()]))
            follows = True
        elif follows and line[:1] in (" ", "\t") and line.strip():
            block[-1][2].append(line.strip())
        elif _PICKED.match(line):
            follows = False
        else:
            break
        at += 1
    return block, at


def read_conflicts(lines: Sequence[str], numbers: Sequence[int]) -> tuple[Conflict, ...]:
    """The paths of ``Conflicts:`` and ``# Conflicts:`` sections, on its line or below it."""
    found: list[Conflict] = []
    inside = False
    for line, number in zip(lines, numbers, strict=True):
        head = _CONFLICTS.match(line)
        rest = line[head.end() :].strip() if head else line.strip().lstrip("#").strip()
        if head:
            inside = True
            found.extend(Conflict(path, number) for path in rest.replace(",", " ").split()[:100])
        elif inside and _is_path(line, rest):
            found.append(Conflict(rest.split()[0], number))
        else:
            inside = False
    return tuple(found)


def _is_path(line: str, text: str) -> bool:
    """A path stands alone or before a remark in brackets, indented unless an archive undid that."""
    path, _, remark = text.partition(" ")
    if not path or "://" in path or (remark and not remark.lstrip().startswith(("(", "[", "-"))):
        return False
    indented = line[:1] in ("\t", " ", "#", "-")
    return (indented or "/" in path) and not path.endswith(":") and not path.startswith(("[", "("))
