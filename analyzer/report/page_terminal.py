"""The page over a branch for a person at a terminal, or in a pipe.

What commits say only ever reaches rich inside ``Text`` objects, so it is never read as markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from analyzer.report.page import (
    MEANING,
    SHORT_ID,
    Need,
    counts_line,
    first_line,
    groups,
    upstream_line,
)
from analyzer.report.printable import inert, printable

if TYPE_CHECKING:
    from analyzer.report.page import Action, Page, Row

_NARROWEST = 60
_SUBJECT = 200
_SHORT = 80
_TEXT = 300
# More rows than a person reads; a table of rich's takes its time.
_ROWS = 500
_OFTEN = 4
_ITEMS = 2
_STYLES = {
    Need.DIFFERS: "bold red",
    Need.FINDING: "bold red",
    Need.FAILED: "bold magenta",
    Need.OPEN: "magenta",
    Need.UNDECIDED: "bold yellow",
    Need.REVIEW: "yellow",
    Need.CLEAN: "green",
    Need.NO_CLAIM: "dim",
}
_WITHOUT_REPORT = (Need.FAILED, Need.OPEN)


def render_terminal_page(page: Page, *, color: bool, width: int) -> str:
    """The page for ``width`` columns (at least 60), with color codes only if ``color``."""
    # The environment is kept out: what is printed follows from the arguments alone.
    console = Console(
        file=StringIO(),
        width=max(width, _NARROWEST),
        height=25,
        color_system="standard" if color else None,
        force_jupyter=False,
        legacy_windows=False,
        _environ={},
    )
    with console.capture() as capture:
        # The first line stays one at every width: whoever takes it has the answer.
        console.print(Text(printable(first_line(page)), "bold"), soft_wrap=True)
        where = f"{printable(page.range)} of {printable(page.repo)}: {counts_line(page)}"
        console.print(Text(where), soft_wrap=True)
        for need, rows in groups(page):
            console.print()
            console.print(_heading(need, rows))
            shared, count = _shared(rows)
            if shared is not None:
                said = f"first in {count:,} of them: {shared.id}: {shared.text}"
                console.print(_hung("  ", Text(printable(said, limit=_TEXT))))
            console.print(_table(need, rows[:_ROWS], shared))
            if len(rows) > _ROWS:
                more = f"  and {len(rows) - _ROWS:,} more; all of them with --format json"
                console.print(Text(more, "dim"))
        _notes(console, page)
    return "\n".join(inert(line.rstrip()) for line in capture.get().split("\n"))


def _heading(need: Need, rows: Sequence[Row]) -> Text:
    title = f"{need.value.capitalize()} ({len(rows):,})"
    return Text(title, _STYLES[need]).append(f": {MEANING[need]}", "not bold")


def _table(need: Need, rows: Sequence[Row], shared: Action | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    table.add_column("Commit", no_wrap=True, min_width=SHORT_ID)
    if need is Need.NO_CLAIM:
        table.add_column("Subject", overflow="fold", ratio=1)
        table.add_column("Why it was not reviewed", overflow="fold")
        for row in rows:
            subject = printable(row.subject, limit=_SHORT)
            table.add_row(Text(row.commit[:SHORT_ID]), Text(subject), Text(printable(row.reason)))
        return table
    if need in _WITHOUT_REPORT:
        table.add_column("Subject, and why it was not reviewed", overflow="fold", ratio=1)
        for row in rows:
            table.add_row(Text(row.commit[:SHORT_ID]), _two_lines(row.subject, row.reason))
        return table
    table.add_column("Upstream", no_wrap=True, min_width=SHORT_ID, max_width=SHORT_ID)
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Items", overflow="fold", max_width=14)
    table.add_column("Subject, and what to do first", overflow="fold", ratio=1)
    for row in rows:
        table.add_row(*_cells(row, shared))
    return table


def _shared(rows: Sequence[Row]) -> tuple[Action | None, int]:
    """What is to be done first in most of the rows, and in how many; said once, it is read."""
    firsts = Counter(row.first for row in rows if row.first is not None)
    action, count = firsts.most_common(1)[0] if firsts else (None, 0)
    return (action, count) if count >= _OFTEN and 2 * count > len(rows) else (None, 0)


def _cells(row: Row, shared: Action | None) -> tuple[RenderableType, ...]:
    first = "" if row.first is None else f"{row.first.id}: {row.first.text}"
    verdict = Text(row.verdict, _STYLES[row.need] if row.verdict != "same" else "")
    return (
        Text(row.commit[:SHORT_ID]),
        Text(upstream_line(row)),
        verdict.append("" if row.basis == "none" else f"\n{row.basis}", "dim"),
        Text(_items(row.items)),
        _two_lines(row.subject, "" if row.first == shared else first),
    )


def _items(ids: Sequence[str]) -> str:
    """The first of them, and how many more."""
    more = len(ids) - _ITEMS
    shown = ", ".join(ids[:_ITEMS]) or "none"
    return f"{shown} +{more}" if more > 0 else shown


def _two_lines(subject: str, below: str) -> Text:
    told = Text(printable(subject, limit=_SUBJECT))
    return told.append("\n" + printable(below, limit=_TEXT), "dim") if below else told


def _notes(console: Console, page: Page) -> None:
    if page.notes:
        console.print()
        console.print(Text("Of this run", "bold"))
    for note in page.notes:
        told = Text(f"{printable(note.what)}: {printable(note.why)}")
        console.print(_hung("  - ", told))


def _hung(margin: str, text: Text) -> Table:
    """A text behind a margin, its further lines below its first."""
    grid = Table.grid()
    grid.add_row(margin, text)
    return grid
