"""The facts of one letter: who, when, which commit, and everything its message names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.patch.diffstat import read_diffstat
from analyzer.patch.header import decoded, field_lines, is_blank, is_envelope
from analyzer.patch.preamble import Form, Preamble, read_preamble
from analyzer.patch.references import (
    Fixes,
    References,
    Revert,
    UpstreamReference,
    read_references,
)
from analyzer.patch.subject import Subject, read_subject
from analyzer.patch.trackers import Cve, Tracker, read_cves, read_trackers
from analyzer.patch.trailers import (
    Conflict,
    Note,
    Trailer,
    read_conflicts,
    read_notes,
    read_trailers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzer.patch.mail import Letter
    from analyzer.patch.person import Moment, Person


@dataclass(frozen=True, slots=True)
class Message:
    """What a letter says besides its diff. Line numbers are the letter's (``Letter.numbers``).

    ``author`` and ``date`` are the commit's own where the letter gives them, else the posting's
    (``poster``, ``posted``). ``commit`` is the commit that the patch was pushed or exported as.
    ``body`` is the message without subject, indentation and in-body headers, ``numbers`` its
    lines' numbers.
    """

    form: Form
    subject: Subject | None
    subject_line: int | None
    author: Person | None
    poster: Person | None
    date: Moment | None
    posted: Moment | None
    commit: str | None
    pushed_to: str | None
    after: str | None
    body: tuple[str, ...]
    numbers: tuple[int, ...]
    trailers: tuple[Trailer, ...]
    notes: tuple[Note, ...]
    conflicts: tuple[Conflict, ...]
    trackers: tuple[Tracker, ...]
    cves: tuple[Cve, ...]
    upstream: tuple[UpstreamReference, ...]
    fixes: tuple[Fixes, ...]
    reverts: tuple[Revert, ...]


_INDENT = "    "
# Header fields in which quilt patches keep what others write into the message.
_FACT_FIELDS = ("git-commit", "references", "upstream-commit", "bugzilla", "jira", "cve", "buglink")
_LONGEST_SUBJECT_PARAGRAPH = 3


def message_end(lines: Sequence[str]) -> int:
    """The index of the first line that is not message: ``---``, the diffstat or the diff."""
    breaks = (at for at, line in enumerate(lines) if _is_break(line))
    end = next(breaks, len(lines))
    diffstat = read_diffstat(lines[:end], range(end))
    return diffstat.start if diffstat else end


def _is_break(line: str) -> bool:
    if line.startswith("---"):
        return is_blank(line[3:]) or (line[3] == " " and not is_blank(line[4:]))
    return line.startswith(("diff -", "Index: "))


def read_message(letter: Letter, end: int | None = None) -> Message:
    """The facts of ``letter``; ``end`` is the index of its first line that is not message.

    The default is what ``message_end`` finds. Never raises.
    """
    lines, numbers = _message_lines(letter, message_end(letter.lines) if end is None else end)
    preamble = read_preamble(letter, lines, numbers)
    lines, numbers = _trimmed(*_dedented(preamble, lines, numbers))
    subject, subject_line, lines, numbers = _with_subject(preamble, lines, numbers)
    facts, fact_numbers = _fact_lines(letter, subject, subject_line)
    references = read_references((*facts, *lines), (*fact_numbers, *numbers))
    return _message(
        preamble, subject, subject_line, lines, numbers, references, facts, fact_numbers
    )


def _message(
    preamble: Preamble,
    subject: str | None,
    subject_line: int | None,
    lines: tuple[str, ...],
    numbers: tuple[int, ...],
    references: References,
    facts: tuple[str, ...],
    fact_numbers: tuple[int, ...],
) -> Message:
    everything, every_number = (*facts, *lines), (*fact_numbers, *numbers)
    return Message(
        form=preamble.form,
        subject=None if subject is None else read_subject(subject),
        subject_line=subject_line,
        author=preamble.author,
        poster=preamble.poster,
        date=preamble.date,
        posted=preamble.posted,
        commit=preamble.commit,
        pushed_to=preamble.pushed_to,
        after=preamble.after,
        body=lines,
        numbers=numbers,
        trailers=read_trailers(lines, numbers),
        notes=read_notes(lines, numbers),
        conflicts=read_conflicts(lines, numbers),
        trackers=read_trackers(everything, every_number),
        cves=read_cves(everything, every_number),
        upstream=references.upstream,
        fixes=references.fixes,
        reverts=references.reverts,
    )


def _message_lines(letter: Letter, end: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    lines = decoded(letter.lines[:end], letter.charset)
    boxed = any(is_envelope(line) for line in letter.head)
    plain = (_unescaped(line.removesuffix("\r"), boxed=boxed) for line in lines)
    return tuple(plain), letter.numbers[:end]


def _unescaped(line: str, *, boxed: bool) -> str:
    """An mbox's ``>From `` and ``>>From `` turned back; in other mails it is a quotation."""
    is_escaped = boxed and line.startswith(">") and line.lstrip(">").startswith("From ")
    return line[1:] if is_escaped else line


def _dedented(
    preamble: Preamble, lines: Sequence[str], numbers: Sequence[int]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    kept, places = lines[preamble.start :], tuple(numbers[preamble.start :])
    if preamble.indented:
        return tuple(line.removeprefix(_INDENT) for line in kept), places
    return tuple(kept), places


def _trimmed(
    lines: tuple[str, ...], numbers: tuple[int, ...]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Without blank lines at both ends."""
    start, stop = 0, len(lines)
    while start < stop and is_blank(lines[start]):
        start += 1
    while start < stop and is_blank(lines[stop - 1]):
        stop -= 1
    return lines[start:stop], numbers[start:stop]


def _with_subject(
    preamble: Preamble, lines: tuple[str, ...], numbers: tuple[int, ...]
) -> tuple[str | None, int | None, tuple[str, ...], tuple[int, ...]]:
    """The subject, its line, and the body without it.

    An announced commit repeats its subject as the message's first line; ``git show`` has it
    there alone.
    """
    if not lines:
        return preamble.subject, preamble.subject_line, (), ()
    if preamble.subject is None:
        count = _subject_length(lines)
        subject, line = " ".join(text.strip() for text in lines[:count]), numbers[0]
    else:
        subject, line = preamble.subject, preamble.subject_line or numbers[0]
        count = 1 if preamble.indented and _ends_alike(subject, lines[0]) else 0
    return (subject, line, *_trimmed(lines[count:], numbers[count:]))


def _ends_alike(subject: str, first: str) -> bool:
    return " ".join(subject.split()).endswith(" ".join(first.split()))


def _subject_length(lines: tuple[str, ...]) -> int:
    """The lines of the first paragraph, which git takes for the subject; 1 where it is prose."""
    for count in range(1, min(_LONGEST_SUBJECT_PARAGRAPH, len(lines) - 1) + 1):
        if is_blank(lines[count]):
            return count
    return 1


def _fact_lines(
    letter: Letter, subject: str | None, subject_line: int | None
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Lines outside of the message that name tickets or commits: the subject, a quilt header."""
    found = [] if subject is None else [(subject, subject_line or letter.first)]
    for name in _FACT_FIELDS:
        places = field_lines(letter.head, name)
        found.extend((letter.head[index], letter.first + index) for index in places)
    return tuple(text for text, _ in found), tuple(number for _, number in found)
