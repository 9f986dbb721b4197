"""The report for a person at a terminal, or in a pipe.

Text of the patch only ever reaches rich inside ``Text`` objects, so it is never read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from analyzer.finding import State
from analyzer.patch.damage import DamageKind
from analyzer.report import wording
from analyzer.report.printable import GROWTH, inert, obeyed, printable
from analyzer.report.story import MARK, Step, story
from analyzer.result import Verdict, headline

if TYPE_CHECKING:
    from analyzer.finding import Evidence
    from analyzer.patch.damage import Damage
    from analyzer.result import Divergence, Item, Kernel, Report

_NARROWEST = 40
_LEAST_BODY = 20
_LABEL = 10
_SHORT = 40
_BETWEEN = " | "
_COUNTS = "  Hunk  Declared  Kept"

_STATE_STYLES = {
    State.FINDING: "bold red",
    State.NEEDS_REVIEW: "yellow",
    State.CANNOT_TELL: "magenta",
    State.OK: "green",
    State.NOT_APPLICABLE: "dim",
}
_VERDICT_STYLES = {
    Verdict.SAME: "bold green",
    Verdict.DIFFERS: "bold red",
    Verdict.UNDECIDED: "bold yellow",
}
# The states whose items are told in full; the others get a line or two.
_TOLD_IN_FULL = (State.FINDING, State.NEEDS_REVIEW)


@dataclass
class _Page:
    """The lines so far."""

    console: Console
    lines: list[Text] = field(default_factory=list)


def render_terminal(reports: Sequence[Report], *, color: bool, width: int) -> str:
    """The reports for ``width`` columns (at least 40), with color codes only if ``color``."""
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
    page = _Page(console)
    if len(reports) == 1:
        _report(page, reports[0], "")
    else:
        page.lines.append(Text(printable(wording.first_line(reports)), "bold"))
        for place, report in enumerate(reports, 1):
            page.lines.append(Text())
            _report(page, report, f"Patch {place} of {len(reports)}: ")
    return _written(page)


def _written(page: _Page) -> str:
    for line in page.lines:
        line.rstrip()
    with page.console.capture() as capture:
        page.console.print(Text("\n").join(page.lines), soft_wrap=True)
    return "\n".join(map(inert, capture.get().split("\n")))


def _report(page: _Page, report: Report, prefix: str) -> None:
    title = Text(prefix, "bold")
    shown = printable(headline(report))
    # The headline stays one line at every width: whoever takes the first line has the answer.
    word = len(report.verdict.value)
    title.append(shown[:word], _VERDICT_STYLES[report.verdict]).append(shown[word:], "bold")
    page.lines.append(title)
    _section(page, "Patch")
    _facts(page, wording.patch_facts(report.patch), 2)
    _facts(page, wording.release_facts(report), 2)
    _damage(page, report.patch.damage)
    _items(page, report.items, wording.asked_of(report))
    taken = [(a.text, f" (rests on this: {a.rests_on})") for a in report.assumptions]
    _rows(page, "Assumptions", [printable(text) + printable(rests) for text, rests in taken])
    gaps = [printable(gap.what) + ": " + printable(gap.why) for gap in report.not_checked]
    _rows(page, "Not checked", gaps)
    _divergences(page, report.divergences)
    _kernels(page, report.kernels)
    _rows(page, "Runs", list(map(printable, wording.run_lines(report.runs))))
    _rows(page, "Work", list(map(printable, wording.work_lines(report.work))))


def _section(page: _Page, title: str) -> None:
    page.lines += [Text(), Text(title, "bold")]


def _hang(page: _Page, prefix: Text, body: Text) -> None:
    """Add ``body`` beside ``prefix``, its further lines indented to where it began."""
    indent = prefix.cell_len
    if page.console.width - indent < _LEAST_BODY:
        page.lines += prefix.wrap(page.console, page.console.width - GROWTH, overflow="fold")
        prefix, indent = Text(" " * 4), 4
    room = page.console.width - indent
    lines = _beside(page, prefix, body, room)
    if any(obeyed(line.plain) for line in lines):
        lines = _beside(page, prefix, body, room - GROWTH)
    page.lines += lines


def _beside(page: _Page, prefix: Text, body: Text, room: int) -> list[Text]:
    wrapped = body.wrap(page.console, room, overflow="fold") or [Text()]
    margin = Text(" " * prefix.cell_len)
    return [(margin if count else prefix) + line for count, line in enumerate(wrapped)]


def _cell(text: str, width: int, style: str = "") -> Text:
    """``text``, shortened to something that fits a column, filled up to ``width`` cells."""
    cell = Text(printable(text, limit=_SHORT), style)
    return Text().append_text(cell).append(" " * (width - cell.cell_len))


def _rows(page: _Page, title: str, rows: Sequence[str]) -> None:
    """A section of one list; the rows are safe to show already."""
    if not rows:
        return
    _section(page, title)
    shown, more = wording.limited(rows, wording.ROWS_SHOWN)
    for row in shown:
        _hang(page, Text("  - "), Text(row))
    _more(page, more, 4)


def _more(page: _Page, more: str, indent: int) -> None:
    if more:
        _hang(page, Text(" " * indent), Text(more, "dim"))


def _labelled(page: _Page, rows: Iterable[tuple[str, Text]], indent: int) -> None:
    """Labelled texts; a label is not said again for the next text of the same kind."""
    last = ""
    for label, body in rows:
        said = "" if label == last else label
        _hang(page, Text(" " * indent).append(f"{said:<{_LABEL}} ", "dim"), body)
        last = label


def _text(value: str) -> Text:
    return Text(printable(value, blanks=True))


def _facts(page: _Page, facts: Sequence[wording.Fact], indent: int) -> None:
    _labelled(page, ((fact.label, _text(fact.value)) for fact in facts), indent)


def _kernels(page: _Page, kernels: Sequence[Kernel]) -> None:
    if not kernels:
        return
    _section(page, "Kernels")
    column = max(Text(printable(kernel.name, limit=_SHORT)).cell_len for kernel in kernels)
    for kernel in kernels:
        prefix = Text("  ").append_text(_cell(kernel.name, column)).append("  ")
        _hang(page, prefix, _text(wording.kernel_origin(kernel)))
        _facts(page, wording.kernel_facts(kernel), 4)


def _damage(page: _Page, damage: Sequence[Damage]) -> None:
    if not damage:
        return
    _section(page, "Damage")
    _lost_lines(page, [case for case in damage if case.kind is DamageKind.LINES_DROPPED])
    other = [case for case in damage if case.kind is not DamageKind.LINES_DROPPED]
    shown, more = wording.limited(other, wording.ROWS_SHOWN)
    for case in shown:
        _other_damage(page, case)
    _more(page, more, 2)


def _lost_lines(page: _Page, damage: Sequence[Damage]) -> None:
    shown, more = wording.limited(damage, wording.ROWS_SHOWN)
    if not shown:
        return
    # Long paths do not widen the table; they break out of it, onto a line of their own.
    widest = max(Text(printable(case.path or "?")).cell_len for case in shown)
    column = min(max(widest, len("Path")), page.console.width - len(_COUNTS) - 11)
    page.lines.append(Text(f"  {'Path':<{column}}{_COUNTS}  Repair", "dim"))
    for case in shown:
        _lost_in_hunk(page, case, column)
    _more(page, more, 2)


def _lost_in_hunk(page: _Page, case: Damage, column: int) -> None:
    path = Text(printable(case.path or "?"))
    if path.cell_len > column:
        _hang(page, Text("  "), path)
        path = Text()
    row = Text("  ").append_text(path).append(" " * (column - path.cell_len))
    for value, cells in ((case.hunk, 4), (case.declared, 8), (case.kept, 4)):
        row.append(f"  {wording.number(value):>{cells}}")
    page.lines.append(row.append(f"  {case.grade.value}", "bold"))
    line = "" if case.line is None else f"input:{case.line}  "
    _hang(page, Text("    "), Text().append(line, "cyan").append(printable(case.text)))
    _restored(page, case)


def _other_damage(page: _Page, case: Damage) -> None:
    prefix = Text("  ").append(case.kind.value).append("  ")
    body = (
        Text()
        .append(printable(wording.damage_place(case)), "cyan")
        .append(wording.damage_counts(case))
    )
    body.append(f"; repair: {case.grade.value}; {printable(case.text)}")
    _hang(page, prefix, body)
    _restored(page, case)


def _restored(page: _Page, case: Damage) -> None:
    shown, more = wording.limited(case.restored, wording.ROWS_SHOWN)
    for line in shown:
        prefix = Text("    ").append(wording.restored_place(line).ljust(9) + "  ", "cyan")
        prefix.append(line.grade.value.ljust(7) + "  ", "bold")
        prefix.append_text(_cell(line.kind, 9, "dim")).append("  ")
        _hang(
            page,
            prefix,
            Text((" " if line.kind == "context" else "+") + printable(line.text, blanks=True)),
        )
    _more(page, more, 4)


def _items(page: _Page, items: Sequence[Item], asked: Mapping[str, str]) -> None:
    groups = wording.by_state(items)
    if not groups:
        return
    _section(page, "Check items")
    column = max(Text(printable(item.id, limit=_SHORT)).cell_len for item in items)
    for place, (state, group) in enumerate(groups):
        if place:
            page.lines.append(Text())
        for item in group:
            _item(page, item, min(column, 16), wording.remark(item, asked))
            if state in _TOLD_IN_FULL:
                _details(page, item)
            elif state is State.CANNOT_TELL:
                _open_question(page, item)


def _item(page: _Page, item: Item, column: int, remark: str) -> None:
    prefix = Text("  ").append_text(_cell(item.id, column, "bold")).append("  ")
    prefix.append(item.state.value, _STATE_STYLES[item.state]).append("  ")
    by = f" ({printable(remark)})" if remark else ""
    style = "dim" if item.state is State.NOT_APPLICABLE else ""
    _hang(page, prefix, Text(printable(item.summary) + by, style))


def _details(page: _Page, item: Item) -> None:
    shown, more = wording.limited(item.evidence, wording.EVIDENCE_SHOWN)
    rows = (
        ("reason", _text(item.reason)),
        *(("evidence", _evidence(evidence)) for evidence in shown),
        ("evidence", Text(more, "dim")),
        ("divergence", _text(wording.listed(item.divergences))),
        ("next", _text(item.next)),
    )
    _labelled(page, (row for row in rows if row[1]), 6)


def _evidence(evidence: Evidence) -> Text:
    text = printable(evidence.text, blanks=True)
    if evidence.place is None:
        return Text(text)
    return Text().append(printable(wording.where(evidence.place)), "cyan").append(f"  {text}")


def _open_question(page: _Page, item: Item) -> None:
    said = (printable(item.reason), f"next: {printable(item.next)}" if item.next else "")
    if any(said):
        _hang(page, Text(" " * 6), Text("; ".join(filter(None, said))))


def _divergences(page: _Page, divergences: Sequence[Divergence]) -> None:
    if not divergences:
        return
    _section(page, "Divergences")
    shown, more = wording.limited(divergences, wording.ROWS_SHOWN)
    for divergence in shown:
        _hang(page, Text("  "), Text(printable(divergence.id), "bold"))
        _facts(page, wording.divergence_facts(divergence), 4)
        trace, rest = wording.limited(divergence.trace, wording.ROWS_SHOWN)
        _labelled(page, (("trace", _text(operation)) for operation in trace), 4)
        _more(page, rest, 5 + _LABEL)
        _steps(page, story(divergence))
    _more(page, more, 2)


def _steps(page: _Page, steps: Sequence[Step]) -> None:
    """Steps behind the name of their side, wrapped within the last of the engine's columns."""
    last = ""
    for step in steps:
        said = "" if step.side == last else step.side
        margin, between, told = _text(step.text).plain.rpartition(_BETWEEN)
        prefix = Text("    ").append(f"{said:<{_LABEL}} ", "dim")
        prefix.append(f"{MARK if step.first else ' '} ", "bold").append(margin + between)
        _hang(page, prefix, Text(told))
        last = step.side
