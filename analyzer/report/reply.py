"""A reply by mail to whoever sent the patch: findings under the lines that they are about.

It is a whole mail, to be read, changed and sent by a person. The headline is its first header
field, ``X-Backport-Analyzer``, and the first line of its body.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer.finding import State
from analyzer.patch.person import read_person
from analyzer.report.plain import (
    brief,
    counts,
    full,
    gaps,
    gate_lines,
    gates,
    name_of,
    one_line,
    taken,
    wrapped,
)
from analyzer.report.printable import LIMIT, printable
from analyzer.report.wording import ROWS_SHOWN, first_line, limited
from analyzer.result import headline

if TYPE_CHECKING:
    from analyzer.result import Item, Report

_FIELD = "X-Backport-Analyzer"
_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,200}>")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]{1,200}")
_LONGEST_FIELD = 600
_LONGEST_QUOTE = 200
_MOST_QUOTES = 6
_MOST_BYTES = 45


def render_reply(reports: Sequence[Report]) -> str:
    """One mail, in reply to the first patch of a series."""
    lines = [*_head(reports), "", *wrapped(first_line(reports), "", "  ")]
    for number, report in enumerate(reports, 1):
        if len(reports) > 1:
            title = f"Patch {number} of {len(reports)}: {headline(report)}"
            lines += ["", *wrapped(title, "", "  ")]
        lines += ["", *_patch(report)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


# --- the head of the mail -----------------------------------------------------------------------


def _head(reports: Sequence[Report]) -> Iterator[str]:
    report = reports[0]
    yield from _field(_FIELD, first_line(reports))
    to = _address(report.letter.sender)
    yield f"To: {to or 'TODO'}"
    others = [one for one in report.letter.recipients if _ADDRESS.fullmatch(one) and one not in to]
    if others:
        yield "Cc: " + ",\n ".join(others)
    subject = printable(report.patch.subject or "the patch without a subject", limit=_LONGEST_FIELD)
    again = subject[:3].lower() == "re:"
    yield from _field("Subject", subject if again else f"Re: {subject}")
    if _ID.fullmatch(report.letter.message_id):
        yield f"In-Reply-To: {report.letter.message_id}"
        yield f"References: {report.letter.message_id}"
    yield "MIME-Version: 1.0"
    yield "Content-Type: text/plain; charset=utf-8"
    yield "Content-Transfer-Encoding: 8bit"


def _field(name: str, text: str) -> Iterator[str]:
    """A header field of free text, in encoded words where it is more than ASCII."""
    shown = _cut(one_line(text, limit=_LONGEST_FIELD), _LONGEST_FIELD)
    if shown.isascii() and "=?" not in shown:
        yield f"{name}: {shown}"
        return
    first, *others = _words(shown)
    yield f"{name}: {first}"
    yield from (f" {word}" for word in others)


def _cut(shown: str, most: int) -> str:
    """Escapes make text longer, and a line of a mail has 998 bytes at most."""
    return shown if len(shown) <= most else f"{shown[:most]}..."


def _words(text: str) -> list[str]:
    """Encoded words of RFC 2047, none longer than its 75 characters."""
    pieces = [b""]
    for char in text:
        data = char.encode("utf-8")
        if len(pieces[-1]) + len(data) > _MOST_BYTES:
            pieces.append(b"")
        pieces[-1] += data
    return [f"=?utf-8?b?{b2a_base64(piece, newline=False).decode()}?=" for piece in pieces]


def _address(sender: str) -> str:
    """``Name <address>`` in a form that no header can misread, or nothing."""
    person = read_person(sender) if sender else None
    if person is None or not person.address or not _ADDRESS.fullmatch(person.address):
        return ""
    name = printable(person.name or "", limit=100)
    if not name:
        return person.address
    return f"{_phrase(name)} <{person.address}>"


def _phrase(name: str) -> str:
    """A name as addresses have it: bare, quoted or encoded."""
    if not name.isascii() or "=?" in name:
        return " ".join(_words(name))
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return name if _PLAIN_NAME.fullmatch(name) else f'"{escaped}"'


# --- its body -----------------------------------------------------------------------------------


def _patch(report: Report) -> Iterator[str]:
    author = one_line(report.patch.author or report.letter.sender or "somebody", limit=200)
    date = one_line(report.patch.date or "a day not named", limit=100)
    yield from wrapped(f"On {date}, {author} wrote:", "", "  ")
    subject = one_line(report.patch.subject or "(no subject)", limit=_LONGEST_QUOTE)
    yield f"> {_cut(subject, _LONGEST_QUOTE)}"
    if gates(report):
        yield ""
        yield from gate_lines(report)
    groups = (
        ("Findings:", State.FINDING),
        ("Needs a person's review:", State.NEEDS_REVIEW),
        ("Could not be told:", State.CANNOT_TELL),
    )
    for title, state in groups:
        items = [item for item in report.items if item.state is state]
        if items:
            yield from ("", title)
            yield from _items(items, report, whole=state is State.FINDING)
    done = [item for item in report.items if item.state in (State.OK, State.NOT_APPLICABLE)]
    if done:
        yield ""
        yield from wrapped(f"Answered: {', '.join(map(name_of, done))}", "", "  ", limit=4 * LIMIT)
    if report.assumptions:
        yield from ("", "Taken for granted:", *taken(report))
    yield from ("", "Not checked:", *gaps(report), "")
    yield from wrapped(f"All items: {counts(report.items)}.", "")
    yield from wrapped(
        "The backport analyzer wrote this; a person sends it and answers for it.", ""
    )


def _items(items: Sequence[Item], report: Report, *, whole: bool) -> Iterator[str]:
    shown, more = limited(items, ROWS_SHOWN)
    for item in shown:
        if whole:
            yield ""
            yield from _quotes(item, report)
            yield from full(item)
        else:
            yield from brief(item)
    if more:
        yield from wrapped(more, "* ")


def _quotes(item: Item, report: Report) -> Iterator[str]:
    """The lines of the patch that an item's evidence points to."""
    places = {one.place for one in item.evidence if one.place is not None}
    texts = (one.text for one in report.letter.quoted if one.place in places)
    quoted = dict.fromkeys(text for text in texts if text.strip())
    for text in list(quoted)[:_MOST_QUOTES]:
        shown = printable(text, limit=_LONGEST_QUOTE, blanks=True)
        yield f"> {_cut(shown, _LONGEST_QUOTE)}"
