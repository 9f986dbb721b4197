"""A draft of the header that a patch has in SUSE's kernel-source, with the review below it.

The header's grammar is fixed, so the headline is a tag of its own before it, ``Backport-analyzer``,
to be deleted with the rest of the review. What is not known is TODO.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from analyzer.report.plain import brief, gaps, gate_lines, one_line, taken, title_of
from analyzer.report.printable import printable
from analyzer.report.wording import first_line
from analyzer.result import headline

if TYPE_CHECKING:
    from analyzer.result import Report

_TAG = "Backport-analyzer"
_TODO = "TODO"
_COMMENT = "# "
_MORE = "#   "
_FULL = re.compile(r"[0-9a-f]{40}")
_RELEASE = re.compile(r"v[0-9]+(?:\.[0-9]+){1,3}(?:-rc[0-9]+)?")
_REFERENCE = re.compile(r"(?:bsc|bnc|boo|fate|ltc)#[0-9]{1,10}|jsc#[A-Z]{1,12}-[0-9]{1,9}")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_SUSE = re.compile(r"@suse\.(?:com|cz|de)>?$")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def render_suse(reports: Sequence[Report]) -> str:
    """The reports as headers; before each of several stands which patch it is for."""
    lines = [f"{_TAG}: {printable(first_line(reports))}"]
    for number, report in enumerate(reports, 1):
        if len(reports) > 1:
            of = f"patch {number} of {len(reports)}: {headline(report)}"
            lines += ["", f"{_TAG}: {printable(of)}"]
        lines += [*_header(report), "", *_body(report)]
    return "\n".join(lines) + "\n"


def _header(report: Report) -> Iterator[str]:
    patch = report.patch
    yield f"From: {one_line(patch.author) if patch.author else _TODO}"
    yield f"Date: {_date(patch.date)}"
    yield f"Subject: {_subject(patch.subject)}"
    yield f"Git-commit: {_commit(patch.upstream_commit)}"
    yield f"Patch-mainline: {_mainline(report.letter.released)}"
    yield f"References: {_references(report)}"


def _body(report: Report) -> Iterator[str]:
    yield f"{_TODO}: upstream's message, and a note in brackets for what was changed"
    yield ""
    yield f"Acked-by: {_acked(report)}"
    yield "---"
    yield f"{_COMMENT}the review, to be deleted with the first line:"
    for item in report.items:
        yield from brief(item, _COMMENT, _MORE)
    yield from gate_lines(report, _COMMENT, _MORE)
    yield from taken(report, _COMMENT, _MORE)
    yield f"{_COMMENT}not checked:"
    yield from gaps(report, _COMMENT, _MORE)


def _date(date: str | None) -> str:
    """As mails write it; what is no date and time of ISO 8601 is shown as it was given."""
    if not date:
        return _TODO
    if "T" not in date:
        return one_line(date, limit=100)
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return one_line(date, limit=100)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    zone = moment.strftime("%z")[:5]
    return f"{day}, {moment.day} {month} {moment.year:04} {moment:%H:%M:%S} {zone}".rstrip()


def _subject(subject: str | None) -> str:
    if not subject:
        return _TODO
    return one_line(title_of(subject))


def _commit(commit: str | None) -> str:
    if not commit:
        return f"{_TODO} (the patch names none)"
    return commit if _FULL.fullmatch(commit) else f"{_TODO} (all 40 digits of {one_line(commit)})"


def _mainline(released: str) -> str:
    return released if _RELEASE.fullmatch(released) else f"{_TODO} (the first tag that has it)"


def _references(report: Report) -> str:
    tickets = [one for one in report.letter.trackers if _REFERENCE.fullmatch(one)]
    cves = [cve for cve in report.letter.cves if _CVE.fullmatch(cve)]
    return " ".join([*tickets, *cves]) or _TODO


def _acked(report: Report) -> str:
    """The last sign-off of somebody at SUSE, who then need not acknowledge."""
    ours = [who for who in report.letter.signers if _SUSE.search(who[-60:])]
    return f"{_TODO} (signed off by {one_line(ours[-1])})" if ours else _TODO
