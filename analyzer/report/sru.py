"""A draft of an Ubuntu SRU's justification: the sections that the template asks for.

It says what is known and TODO for the rest. It never says that anything was built, booted or
tested: only a person can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer.report.plain import (
    brief,
    by_id,
    full,
    gaps,
    gate_lines,
    open_items,
    taken,
    title_of,
    wrapped,
)
from analyzer.report.printable import printable
from analyzer.report.wording import first_line
from analyzer.result import headline

if TYPE_CHECKING:
    from analyzer.result import Item, Report

_NUMBER = re.compile(r"[0-9]{1,10}")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_TODO = "TODO"
_FIX = ("ID-1", "ID-2", "ID-3", "TX-", "SM-")
_PLAN = ("TS-", "RG-2")
_RISK = ("RG-1",)


def render_sru(reports: Sequence[Report]) -> str:
    """The reports as one draft, or one a patch; the first line is the headline."""
    lines = [printable(first_line(reports))]
    for number, report in enumerate(reports, 1):
        if len(reports) > 1:
            title = f"Patch {number} of {len(reports)}: {headline(report)}"
            lines += ["", *wrapped(title, "== ", "   ")]
        lines += ["", *_draft(report)]
    return "\n".join(lines) + "\n"


def _draft(report: Report) -> Iterator[str]:
    yield from _links(report)
    yield from _section("Impact", _impact(report))
    yield from _section("Fix", _fix(report))
    yield from _section("Test Plan", _plan(report))
    yield from _section("Where problems could occur", _risk(report))
    yield from _section("Other Info", _other(report))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield from ("", f"[{title}]", "", *lines)


def _links(report: Report) -> Iterator[str]:
    letter = report.letter
    bugs = [one.partition("#")[2] for one in letter.trackers if one.startswith("launchpad#")]
    known = [bug for bug in bugs if _NUMBER.fullmatch(bug)]
    links = (f"BugLink: https://bugs.launchpad.net/bugs/{bug}" for bug in known or [_TODO])
    yield from links
    yield from (cve for cve in letter.cves if _CVE.fullmatch(cve))


def _title(report: Report) -> str:
    subject = report.patch.subject
    return title_of(subject) if subject else "the patch has no subject"


def _impact(report: Report) -> Iterator[str]:
    yield from wrapped(f"{_TODO}: what users of this release see without the change, and whom.", "")
    yield ""
    yield from wrapped(f"Subject of the patch: {_title(report)}", "", "  ")
    commit = report.patch.upstream_commit
    named = f"Upstream commit: {commit}" if commit else f"Upstream commit: {_TODO}, not named"
    since = f", since {report.letter.released}" if report.letter.released else ""
    yield from wrapped(named + since, "", "  ")
    if report.patch.author:
        yield from wrapped(f"Author: {report.patch.author}", "", "  ")
    yield from _briefly(by_id(report, "CV-"))


def _fix(report: Report) -> Iterator[str]:
    yield from wrapped(f"Backport, reviewed by a tool: {headline(report)}", "", "  ")
    yield ""
    yield from _briefly(by_id(report, *_FIX))
    yield from taken(report)


def _plan(report: Report) -> Iterator[str]:
    """Proposals: the tool replays a model, and runs no kernel."""
    yield from wrapped(f"{_TODO}: no kernel was built, booted or tested for this draft.", "")
    items = by_id(report, *_PLAN)
    yield from [""] if items else []
    for item in items:
        yield from full(item)
    for item in by_id(report, *_RISK):
        yield from wrapped(f"exercise what changed: {item.summary}", "* ")


def _risk(report: Report) -> Iterator[str]:
    items = by_id(report, *_RISK)
    if not items:
        yield from wrapped(f"{_TODO}: nothing was drafted.", "")
    for item in items:
        yield from full(item)


def _other(report: Report) -> Iterator[str]:
    yield from gate_lines(report)
    told = {item.id for item in by_id(report, "CV-", *_FIX, *_PLAN, *_RISK)}
    rest = [item for item in report.items if item.id not in told]
    waiting = open_items(rest)
    for item in waiting:
        yield from full(item)
    yield from _briefly([item for item in rest if item not in waiting])
    yield from ("", "Not checked:", "")
    yield from gaps(report)


def _briefly(items: Sequence[Item]) -> Iterator[str]:
    for item in items:
        yield from brief(item)
