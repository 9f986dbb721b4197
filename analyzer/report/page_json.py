"""The JSON form of a branch's page: every report whole, and a row for each commit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from analyzer import __version__
from analyzer.report.json_format import dumped
from analyzer.report.page import first_line
from analyzer.report.printable import printable, well_formed

if TYPE_CHECKING:
    from analyzer.report.page import Action, Page, Row

_SCHEMA_VERSION = 1
_TOOL = {"name": "backport-analyzer", "version": __version__}

_Object = dict[str, object]


def render_json_page(page: Page) -> str:
    """The page; ``commits`` are in its order, and ``report`` counts from 0 in ``reports``."""
    document: _Object = {
        "schema_version": _SCHEMA_VERSION,
        "tool": _TOOL,
        "exit_code": page.exit_code,
        "summary": printable(first_line(page)),
        "repository": well_formed(page.repo),
        "range": well_formed(page.range),
        "interrupted": page.interrupted,
        "commits": _commits(page.rows),
        "notes": [{"what": well_formed(n.what), "why": well_formed(n.why)} for n in page.notes],
    }
    head = dumped(document).removesuffix("\n}")
    # A report is JSON already, and a string of JSON has no line break of its own.
    reports = [indent(row.report.rstrip("\n"), " " * 4) for row in page.rows if row.report]
    listed = "[\n" + ",\n".join(reports) + "\n  ]" if reports else "[]"
    return f'{head},\n  "reports": {listed}\n}}\n'


def read_page_schema() -> _Object:
    """The shipped schema."""
    path = Path(__file__).with_name("page.schema.json")
    loaded: _Object = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _commits(rows: Sequence[Row]) -> list[_Object]:
    listed: list[_Object] = []
    reports = 0
    for row in rows:
        listed.append(_commit(row, reports if row.report else None))
        reports += bool(row.report)
    return listed


def _commit(row: Row, report: int | None) -> _Object:
    return {
        "commit": row.commit,
        "position": row.position,
        "subject": well_formed(row.subject),
        "author": well_formed(row.author),
        "upstream": list(row.upstream),
        "need": row.need.value,
        "exit_code": row.exit_code,
        "verdict": row.verdict or None,
        "basis": row.basis or None,
        "findings": [_action(one) for one in row.findings],
        "unanswered": list(row.unanswered),
        "open": list(row.open),
        "first": None if row.first is None else _action(row.first),
        "reason": well_formed(row.reason),
        "kept": row.kept,
        "report": report,
    }


def _action(action: Action) -> _Object:
    return {"id": action.id, "next": well_formed(action.text)}
