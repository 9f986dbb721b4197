"""Input bytes taken apart into letters: mails, mbox messages, git log entries, archive pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.errors import AnalyzerError
from analyzer.patch.header import (
    decoded,
    envelope_end,
    fields,
    head_length,
    is_blank,
    is_field,
    is_mail_head,
    raw_bytes,
)
from analyzer.patch.mime import read_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyzer.finding import NotChecked

__all__ = ["Letter", "decoded", "letters", "written"]

# Keeps memory bounded: 64 MiB of bare newlines would take gigabytes as a tuple of lines.
MOST_LINES = 4_194_304

_LOG_ENTRY = re.compile(
    rb"commit [0-9a-f]{40}(?: \([^\n]{0,2000}\))?\r?\n(?:Merge|Author|AuthorDate|Reflog):? "
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the input, with the diff or without. Text is UTF-8 with surrogateescape.

    ``head`` holds the raw header lines (an mbox envelope among them), ``headers`` their fields
    decoded; ``first`` is the input's number (from 1) of the letter's first line. ``lines`` is
    the body without line ends (only a newline ends a line), ``numbers`` their input lines; the
    lines of an ``encoded`` body count on from the line where it begins. ``verbatim``: head, gap
    and lines are the input's very bytes, which ``written`` gives back. ``notes`` names the parts
    that were not read.
    """

    name: str
    head: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    gap: str
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    first: int
    charset: str | None
    encoded: bool
    verbatim: bool
    final_newline: bool
    notes: tuple[NotChecked, ...] = ()


def letters(data: bytes, name: str) -> tuple[Letter, ...]:
    """The letters in ``data``, in order. ``name`` is what errors call the input.

    Raises ``AnalyzerError`` for an empty input and for one of too many lines.
    """
    if not data.strip():
        raise AnalyzerError("the input is empty", where=name, todo="give a patch or a mail")
    if data.count(b"\n") > MOST_LINES:
        raise AnalyzerError(f"more than {MOST_LINES} lines", where=name, todo="split the input")
    result = []
    first = 1
    for piece in _pieces(data):
        result.append(_letter(piece, name, first))
        first += piece.count(b"\n")
    return tuple(result)


def written(letter: Letter) -> bytes:
    """The bytes of a letter; those of the input where ``letter.verbatim`` says so."""
    end = "\n" if letter.final_newline else ""
    head = "\n".join(letter.head) + letter.gap
    return raw_bytes(head + "\n".join(letter.lines) + end)


def _pieces(data: bytes) -> Iterator[bytes]:
    starts = list(_starts(data))
    if not starts or data[: starts[0]].strip():
        starts = [0, *starts]
    starts[0] = 0
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        yield data[start:end]


def _starts(data: bytes) -> Iterator[int]:
    """Where letters begin: at an envelope, or at the entries of a ``git log``."""
    skipped = len(data) - len(data.lstrip())
    is_log = _begins_entry(data, skipped)
    mark, begins = (b"\ncommit ", _begins_entry) if is_log else (b"\nFrom ", _begins_mail)
    if begins(data, skipped):
        yield skipped
    at = data.find(mark, skipped)
    while at >= 0:
        if _after_blank(data, at) and begins(data, at + 1):
            yield at + 1
        at = data.find(mark, at + 1)


def _begins_entry(data: bytes, at: int) -> bool:
    return _LOG_ENTRY.match(data, at) is not None


def _begins_mail(data: bytes, at: int) -> bool:
    """An envelope and then a field: a commit message may quote an envelope alone."""
    end = envelope_end(data, at)
    if end is None:
        return False
    following = data[end : end + 100].decode("latin-1")
    return following.startswith(">From ") or is_field(following)


def _after_blank(data: bytes, newline: int) -> bool:
    before = newline - 1 if data[newline - 1 : newline] == b"\r" else newline
    return data[before - 1 : before] == b"\n"


def _letter(piece: bytes, name: str, first: int) -> Letter:
    lines = piece.decode("utf-8", "surrogateescape").split("\n")
    head, gap, rest = _head_and_rest(lines)
    final_newline = bool(rest) and rest[-1] == ""
    if final_newline:
        rest.pop()
    headers = fields(head)
    body_first = first + len(head) + max(gap.count("\n") - 1, 0)
    body = read_body(headers, rest, body_first, final_newline=final_newline)
    return Letter(
        name=name,
        head=tuple(head),
        headers=headers,
        gap=gap,
        lines=body.lines,
        numbers=body.numbers,
        first=first,
        charset=body.charset,
        encoded=body.encoded,
        verbatim=body.verbatim,
        final_newline=body.final_newline,
        notes=body.notes,
    )


def _head_and_rest(lines: list[str]) -> tuple[list[str], str, list[str]]:
    """Head, what joins it to the body, and the body; the last line "" is a final newline."""
    start = next((at for at, line in enumerate(lines) if not is_blank(line)), len(lines))
    end = start + head_length(lines, start, len(lines))
    if not is_mail_head(lines[start:end]):
        return [], "", _without_lone_end(lines)
    if end == len(lines):
        return lines, "", []
    if not is_blank(lines[end]):
        return lines[:end], "\n", lines[end:]
    if end + 1 == len(lines):
        return lines[:end], "\n" + lines[end], []
    return lines[:end], f"\n{lines[end]}\n", _without_lone_end(lines[end + 1 :])


def _without_lone_end(rest: list[str]) -> list[str]:
    return [] if rest == [""] else rest
