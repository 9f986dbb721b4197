"""The page over a branch to paste into a review or a tracker (GitHub-flavoured Markdown)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer.report.markdown import escaped
from analyzer.report.page import (
    MEANING,
    SHORT_ID,
    Need,
    counts_line,
    first_line,
    groups,
    upstream_line,
)

if TYPE_CHECKING:
    from analyzer.report.page import Page, Row

_SUBJECT = 120
_TEXT = 300
_HEAD = ("Commit", "Upstream", "Subject", "Verdict", "Items", "First")
_SHORT_HEAD = ("Commit", "Subject", "Why")
_WITHOUT_REPORT = (Need.FAILED, Need.OPEN, Need.NO_CLAIM)


def render_markdown_page(page: Page) -> str:
    """The first line, the counts, and a table for each need."""
    lines = [
        escaped(first_line(page)),
        "",
        f"{escaped(page.range)} of {escaped(page.repo)}: {counts_line(page)}",
    ]
    for need, rows in groups(page):
        lines += ["", f"## {need.value.capitalize()} ({len(rows):,}): {MEANING[need]}", ""]
        lines += _table(need, rows)
    if page.notes:
        lines += ["", "## Of this run", ""]
        lines += [f"- {escaped(note.what)}: {escaped(note.why)}" for note in page.notes]
    return "\n".join(lines) + "\n"


def _table(need: Need, rows: Sequence[Row]) -> Iterator[str]:
    short = need in _WITHOUT_REPORT
    head = _SHORT_HEAD if short else _HEAD
    yield _line(head)
    yield _line(["---"] * len(head))
    for row in rows:
        yield _line(_short_cells(row) if short else _cells(row))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _short_cells(row: Row) -> list[str]:
    return [_code(row.commit[:SHORT_ID]), _subject(row), escaped(row.reason, limit=_TEXT)]


def _cells(row: Row) -> list[str]:
    first = row.first
    return [
        _code(row.commit[:SHORT_ID]),
        _code(upstream_line(row)),
        _subject(row),
        f"{row.verdict} ({row.basis})",
        ", ".join(row.items) or "none",
        "nothing" if first is None else f"{first.id}: {escaped(first.text, limit=_TEXT)}",
    ]


def _subject(row: Row) -> str:
    return escaped(row.subject, limit=_SUBJECT)


def _code(identifiers: str) -> str:
    """Ids of hexadecimal digits alone, so nothing in them can end the code span."""
    return f"`{identifiers}`" if identifiers else ""
