"""Check states for patchwork: one JSON object a line, each the body of a check to be created.

The fields are those of patchwork's REST API: ``state`` (``pending``, ``success``, ``warning``,
``fail``), ``context`` (a slug), ``description`` and ``target_url``; ``msgid`` says which patch,
for whoever looks its number up. Patchwork counts the latest check of each context, so the same
contexts are written whatever the answers are: one for the verdict, first, and one for each family
of items (``SM``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer.finding import State
from analyzer.report.plain import gates, name_of
from analyzer.report.printable import printable
from analyzer.report.wording import counted
from analyzer.result import exit_code, headline

if TYPE_CHECKING:
    from analyzer.result import Item, Report

_CONTEXT = "backport-analyzer"
_LONGEST_CONTEXT = 255
_NOT_SLUG = re.compile(r"[^a-z0-9_]+")
_ANALYZER = "analyze"

_STATE = {
    State.OK: "success",
    State.NOT_APPLICABLE: "success",
    State.NEEDS_REVIEW: "warning",
    State.CANNOT_TELL: "warning",
    State.FINDING: "fail",
}
_WORST_FIRST = ("fail", "warning", "pending", "success")


def render_patchwork(reports: Sequence[Report]) -> str:
    """The checks of all reports, each report's verdict first."""
    lines = (
        json.dumps(check, ensure_ascii=True) for report in reports for check in _checks(report)
    )
    return "\n".join(lines) + "\n"


def _checks(report: Report) -> Iterator[dict[str, str]]:
    said = [printable(headline(report))]
    said += [printable(gates(report))] if gates(report) else []
    said += [counted(len(report.assumptions), "assumption")] if report.assumptions else []
    said += (
        [f"{counted(len(report.not_checked), 'thing')} not checked"] if report.not_checked else []
    )
    yield _check(report, _CONTEXT, _verdict(report), "; ".join(said))
    for context, items in _families(report.items).items():
        states = [_state(item) for item in items]
        worst = min(states, key=_WORST_FIRST.index)
        yield _check(report, context, worst, "; ".join(map(_told, items)))


def _verdict(report: Report) -> str:
    """An interrupted review is still pending."""
    return {0: "success", 1: "fail", 130: "pending"}.get(exit_code(report), "warning")


def _state(item: Item) -> str:
    """What a person has yet to answer is pending."""
    waiting = item.state in (State.NEEDS_REVIEW, State.CANNOT_TELL)
    return "pending" if waiting and item.answered_by != _ANALYZER else _STATE[item.state]


def _check(report: Report, context: str, state: str, description: str) -> dict[str, str]:
    return {
        "msgid": printable(report.letter.message_id),
        "context": context,
        "state": state,
        "description": description,
        "target_url": "",
    }


def _families(items: Sequence[Item]) -> dict[str, list[Item]]:
    """The items by the context of their family, in the report's order."""
    found: dict[str, list[Item]] = {}
    for item in items:
        slug = _NOT_SLUG.sub("-", item.id[:_LONGEST_CONTEXT].lower().partition("-")[0]).strip("-")
        context = f"{_CONTEXT}-{slug or 'other'}"[:_LONGEST_CONTEXT]
        found.setdefault(context, []).append(item)
    return found


def _told(item: Item) -> str:
    """An item by itself: what is long in one must not cut off the answer of the next."""
    if item.state in (State.OK, State.NOT_APPLICABLE):
        return name_of(item)
    return printable(f"{name_of(item)}: {item.summary}")
