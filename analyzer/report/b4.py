"""The JSON array that b4 reads from a command of ``b4.review-perpatch-check-cmd``.

One object a patch: ``tool``, ``status`` (``pass``, ``warn``, ``fail``), ``summary``, ``url`` and
``details``. b4 keeps one result a tool and message, so that a patch is one object and its items
are its details, in the list that b4 shows line by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer.finding import State
from analyzer.report.plain import gates
from analyzer.report.printable import printable
from analyzer.report.wording import answered_by
from analyzer.result import exit_code, headline

if TYPE_CHECKING:
    from analyzer.result import Item, Report

_TOOL = "analyze"
_STATUS = {
    State.OK: "pass",
    State.NOT_APPLICABLE: "pass",
    State.NEEDS_REVIEW: "warn",
    State.CANNOT_TELL: "warn",
    State.FINDING: "fail",
}

_Object = dict[str, str]


def render_b4(reports: Sequence[Report]) -> str:
    """The reports as b4's results; the first one's summary is its headline."""
    several = len(reports) > 1
    names = (
        f"{_TOOL} {n}/{len(reports)}" if several else _TOOL for n in range(1, 1 + len(reports))
    )
    found = [_result(name, report) for name, report in zip(names, reports, strict=True)]
    return json.dumps(found, ensure_ascii=True, indent=2) + "\n"


def _result(name: str, report: Report) -> _Object:
    details = [*map(_item, report.items), *_open(report)]
    return {
        "tool": name,
        "status": status(report),
        "summary": printable(headline(report)),
        "url": "",
        "details": json.dumps(details, ensure_ascii=True),
    }


def status(report: Report) -> str:
    """``fail`` for a finding, ``pass`` for exit code 0, and ``warn`` for what was left open."""
    return {0: "pass", 1: "fail"}.get(exit_code(report), "warn")


def _item(item: Item) -> _Object:
    by = f" ({answered_by(item)})" if answered_by(item) else ""
    parts = [f"{item.summary}{by}", *([f"next: {item.next}"] if item.next else [])]
    return {
        "context": printable(item.id),
        "status": _STATUS[item.state],
        "state": item.state.value,
        "description": printable("; ".join(parts)),
    }


def _open(report: Report) -> Iterator[_Object]:
    """What the answers stand on, and what they leave out."""
    taken = (f"{one.text} (rests on this: {one.rests_on})" for one in report.assumptions)
    gaps = (f"{gap.what}: {gap.why}" for gap in report.not_checked)
    asked = filter(None, [gates(report)])
    for state, texts in (("release", asked), ("assumed", taken), ("not-checked", gaps)):
        for text in texts:
            words = {"context": "report", "status": "warn", "state": state}
            yield {**words, "description": printable(text)}
