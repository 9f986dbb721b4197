"""What stands before a patch's message: headers, a list archive's lines, git log's fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

from analyzer.patch.header import (
    decoded_words,
    field_lines,
    is_blank,
    is_envelope,
    is_field,
    value_of,
)
from analyzer.patch.person import Moment, Person, read_moment, read_person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzer.patch.mail import Letter


class Form(Enum):
    """The form in which the patch came."""

    MAIL = "mail"
    ARCHIVE = "archive page"
    LOG = "git log"
    PLAIN = "plain text"


@dataclass(frozen=True, slots=True)
class Preamble:
    """What is known before the message's first line, which is ``lines[start]``.

    ``indented``: the message's lines stand 4 blanks to the right, as git log writes them.
    """

    form: Form
    start: int = 0
    indented: bool = False
    subject: str | None = None
    subject_line: int | None = None
    poster: Person | None = None
    posted: Moment | None = None
    author: Person | None = None
    date: Moment | None = None
    commit: str | None = None
    pushed_to: str | None = None
    after: str | None = None


_ENVELOPE_SHA = re.compile(r"From ([0-9a-f]{40}) ")
_COMMIT = re.compile(r"commit ([0-9a-fA-F]{8,40})(?:\s+\(.*\))?\s*$")
_LOG_FIELD = re.compile(
    r"(Merge|Author|AuthorDate|Commit|CommitDate|Date|Reflog[A-Za-z ]*):\s*(.*)"
)
_POSTER = re.compile(r"(?:\S.*\s)?<?[^\s<>@]{1,320}(?: at |@)[^\s<>@]{1,320}>?\s*")
_NAVIGATION = ("Previous message", "Next message", "Messages sorted by", "[Date Prev]", "[Thread ")
_INBODY = {"from:": "author", "date:": "date", "subject:": "subject"}
_PUSHED = "The commit is pushed to "
# How far the lines that belong to an archive or a mailing bot reach into the text.
_REACH = 12
_LONGEST_LINE = 2000
_LOG_FIELDS = 10


def read_preamble(letter: Letter, lines: Sequence[str], numbers: Sequence[int]) -> Preamble:
    """Everything before the message. ``lines`` are the letter's, decoded, up to the diff."""
    preamble = _of_headers(letter) if letter.head else _of_plain_text(lines, numbers)
    pushed = _of_log(preamble, lines, numbers)
    if pushed:
        return pushed
    return preamble if preamble.form is Form.PLAIN else _with_inbody(preamble, lines, numbers)


def _of_headers(letter: Letter) -> Preamble:
    def line(name: str) -> int | None:
        index = next(field_lines(letter.head, name), None)
        return None if index is None else letter.first + index

    sender, date = value_of(letter.headers, "from"), value_of(letter.headers, "date")
    poster = read_person(sender, line("from")) if sender else None
    posted = read_moment(date, line("date")) if date else None
    envelope = next((text for text in letter.head if is_envelope(text)), "")
    sha = _ENVELOPE_SHA.match(envelope)
    return Preamble(
        Form.MAIL,
        subject=value_of(letter.headers, "subject"),
        subject_line=line("subject"),
        poster=poster,
        posted=posted,
        author=poster,
        date=posted,
        commit=sha[1] if sha and sha[1].strip("0") else None,
    )


def _filled(lines: Sequence[str], start: int, count: int) -> list[int]:
    """The indexes of the next ``count`` lines that are not blank."""
    found: list[int] = []
    for at in range(start, min(start + 4 * count, len(lines))):
        if not is_blank(lines[at]):
            found.append(at)
        if len(found) == count:
            break
    return found


def _of_plain_text(lines: Sequence[str], numbers: Sequence[int]) -> Preamble:
    first = _filled(lines, 0, 1)
    is_log = bool(first) and _COMMIT.match(lines[first[0]][:_LONGEST_LINE]) is not None
    archive = None if is_log else _of_archive(lines, numbers)
    return archive or Preamble(Form.PLAIN)


def _of_archive(lines: Sequence[str], numbers: Sequence[int]) -> Preamble | None:
    """An archive's page saved as text: the subject, ``Name user at host``, a date."""
    filled = _filled(lines, 0, _REACH)
    for before, (at, following) in enumerate(pairwise(filled)):
        moment = read_moment(lines[following][:_LONGEST_LINE], numbers[following])
        if moment.iso is None or not _is_poster(lines[at]) or is_field(lines[following]):
            continue
        poster = read_person(lines[at], numbers[at])
        above = filled[before - 1] if before else None
        start = following + 1
        while start < len(lines) and _is_navigation(lines[start]):
            start += 1
        return Preamble(
            Form.ARCHIVE,
            start,
            subject=None if above is None else lines[above].strip(),
            subject_line=None if above is None else numbers[above],
            poster=poster,
            posted=moment,
            author=poster,
            date=moment,
        )
    return None


def _is_poster(line: str) -> bool:
    return not is_field(line) and _POSTER.fullmatch(line[:_LONGEST_LINE]) is not None


def _is_navigation(line: str) -> bool:
    return is_blank(line) or line.lstrip(" \t*").startswith(_NAVIGATION)


def _of_log(preamble: Preamble, lines: Sequence[str], numbers: Sequence[int]) -> Preamble | None:
    """``commit <sha>`` and git's fields: ``git show``'s output, or what a push was announced with.

    In a mail without the announcement they quote the upstream commit, and belong to the message.
    """
    filled = _filled(lines, preamble.start, _REACH)
    announced = next((at for at in filled if lines[at].startswith(_PUSHED)), None)
    if announced is None and preamble.form is not Form.PLAIN:
        return None
    first = filled[:1] if announced is None else [at for at in filled if at > announced]
    for at in first:
        commit = _COMMIT.match(lines[at][:_LONGEST_LINE])
        if commit and _fields_below(lines, at):
            begun = _with_announcement(preamble, lines[:at], announced)
            form = Form.LOG if preamble.form is Form.PLAIN else preamble.form
            named = replace(begun, form=form, commit=commit[1].lower(), indented=True)
            return _with_log_fields(named, lines, numbers, at + 1)
    return None


def _fields_below(lines: Sequence[str], at: int) -> bool:
    return at + 1 < len(lines) and _LOG_FIELD.match(lines[at + 1]) is not None


def _with_announcement(preamble: Preamble, above: Sequence[str], at: int | None) -> Preamble:
    if at is None:
        return preamble
    after = next((line[6:].strip() for line in above[at + 1 :] if line.startswith("after ")), None)
    return replace(preamble, pushed_to=above[at][len(_PUSHED) :].strip(), after=after)


def _with_log_fields(
    preamble: Preamble, lines: Sequence[str], numbers: Sequence[int], at: int
) -> Preamble:
    author, date = preamble.author, preamble.date
    end = min(at + _LOG_FIELDS, len(lines))
    while at < end and (found := _LOG_FIELD.match(lines[at])):
        if found[1] == "Author":
            author = read_person(found[2], numbers[at]) or author
        elif found[1] in ("Date", "AuthorDate"):
            date = read_moment(found[2], numbers[at])
        at += 1
    return replace(preamble, author=author, date=date, start=at)


def _with_inbody(preamble: Preamble, lines: Sequence[str], numbers: Sequence[int]) -> Preamble:
    """The ``From:``, ``Date:``, ``Subject:`` lines that begin the message, as git am reads them."""
    at = preamble.start
    while at < len(lines) and is_blank(lines[at]):
        at += 1
    begin = at
    seen: set[str] = set()
    while at < len(lines):
        name = next((key for key in _INBODY if lines[at][:9].lower().startswith(key)), None)
        if name is None or name in seen:
            break
        seen.add(name)
        end = at + 1
        while end < len(lines) and lines[end][:1] in (" ", "\t") and not is_blank(lines[end]):
            end += 1
        value = " ".join(line.strip() for line in (lines[at][len(name) :], *lines[at + 1 : end]))
        preamble = _with_inbody_field(preamble, _INBODY[name], value, numbers[at])
        at = end
    return replace(preamble, start=at) if at > begin else preamble


def _with_inbody_field(preamble: Preamble, field: str, value: str, line: int) -> Preamble:
    text = decoded_words(value.strip())
    match field:
        case "author":
            return replace(preamble, author=read_person(text, line) or preamble.author)
        case "date":
            return replace(preamble, date=read_moment(text, line))
        case _:
            return replace(preamble, subject=text, subject_line=line)
