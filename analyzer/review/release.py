"""A release's own list over a report: its order, its gates, who decides, its own items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.finding import Evidence, State
from analyzer.result import Asked, Item, ReleaseList, Report
from analyzer.review.pending import PERSON

if TYPE_CHECKING:
    from analyzer.release.checklist import Checklist, Entry

_UNANSWERED = "nobody has answered it yet"


def released(report: Report, checklist: Checklist) -> Report:
    """The report in the order of a release's list; items that it does not name come after."""
    items = tuple(_items(report, checklist))
    asked = tuple(Asked(one.id, one.gate, one.decides) for one in checklist.entries)
    return replace(report, items=items, release=ReleaseList(checklist.name, checklist.title, asked))


def _items(report: Report, checklist: Checklist) -> Iterator[Item]:
    left = {item.id: item for item in report.items}
    for entry in checklist.entries:
        found = left.pop(entry.id, None)
        yield _own(entry) if found is None else found
    yield from left.values()


def _own(entry: Entry) -> Item:
    """An item of the release, which a person answers."""
    return Item(
        entry.id,
        entry.title,
        State.NEEDS_REVIEW,
        "a person answers this",
        next=entry.next,
        answered_by=PERSON,
    )


def gated(report: Report) -> Report:
    """The report with evidence at each gate, and what to do at each that is open.

    To be called when people's answers are in it.
    """
    gates = set(report.release.gates) if report.release else ()
    items = tuple(_gate(one) if one.id in gates else one for one in report.items)
    return replace(report, items=items)


def _gate(item: Item) -> Item:
    """A gate says what it stands on, and while it is open what to do."""
    if item.answered_by == PERSON and not item.evidence:
        item = replace(item, evidence=(Evidence(_UNANSWERED),))
    if not item.evidence:
        item = replace(item, evidence=(Evidence(item.reason or item.summary),))
    if item.next or item.state in (State.OK, State.NOT_APPLICABLE):
        return item
    return replace(item, next=f"Decide it, and answer {item.id} with --answer.")
