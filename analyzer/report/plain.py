"""Plain text for mails and trackers: wrapped, and every line behind a mark or a margin of ours.

Nothing of the data ever begins a line, so that it can be no header field, quick action, envelope
or quotation there.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer.finding import State
from analyzer.patch.subject import read_subject
from analyzer.report.printable import GROWTH, LIMIT, inert, obeyed, printable
from analyzer.report.wording import EVIDENCE_SHOWN, answered_by, limited, release_facts, where

if TYPE_CHECKING:
    from analyzer.finding import Evidence
    from analyzer.result import Item, Report

WIDTH = 72
BLANK = "(blank)"
_SHORT = 40
_LONG = 4 * LIMIT
_BULLET = "* "


def one_line(text: str, *, limit: int = LIMIT) -> str:
    """``text`` on one line, without blanks at its ends."""
    return printable(text, limit=limit, blanks=True).strip(" ") or BLANK


def wrapped(text: str, first: str, then: str = "", *, limit: int = LIMIT) -> list[str]:
    """``text`` in lines of 72 columns: the first begins with ``first``, the others with ``then``.

    The default of ``then`` are as many blanks as ``first`` has characters.
    """
    shown, rest = one_line(text, limit=limit), then or " " * len(first)
    lines = _lines(shown, first, rest, WIDTH)
    if any(map(obeyed, lines)):
        lines = _lines(shown, first, rest, WIDTH - GROWTH)
    return list(map(inert, lines))


def _lines(text: str, first: str, then: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    )


def title_of(subject: str) -> str:
    """A subject without what lists and trees put before it."""
    short = subject[:_LONG]
    return read_subject(short).title or short


def name_of(item: Item) -> str:
    """``SM-4 finding``: an item's id and its answer in a word."""
    return f"{one_line(item.id, limit=_SHORT)} {item.state.value}"


def brief(item: Item, first: str = _BULLET, then: str = "") -> list[str]:
    """An item in a paragraph: id, word, summary, and what to do."""
    by = f" ({answered_by(item)})" if answered_by(item) else ""
    todo = f". Next: {item.next}" if item.next else ""
    return wrapped(f"{name_of(item)}: {item.summary.rstrip('.')}{by}{todo}", first, then)


def full(item: Item) -> Iterator[str]:
    """An item with its reason and its evidence."""
    by = f" ({answered_by(item)})" if answered_by(item) else ""
    yield from wrapped(f"{name_of(item)}: {item.summary}{by}", _BULLET)
    if item.reason:
        yield from wrapped(f"reason: {item.reason}", "  ", "    ", limit=_LONG)
    shown, more = limited(item.evidence, EVIDENCE_SHOWN)
    for evidence in shown:
        yield from wrapped(told(evidence), "  ", "    ")
    if more:
        yield from wrapped(more, "  ")
    if item.next:
        yield from wrapped(f"next: {item.next}", "  ", "    ")


def told(evidence: Evidence) -> str:
    """``input:56: text``."""
    place = f"{where(evidence.place)}: " if evidence.place else ""
    return f"{place}{evidence.text}"


def open_items(items: Iterable[Item]) -> list[Item]:
    """The items that ask for something, findings first."""
    order = (State.FINDING, State.NEEDS_REVIEW, State.CANNOT_TELL)
    waiting = [item for item in items if item.state in order]
    return sorted(waiting, key=lambda item: order.index(item.state))


def by_id(report: Report, *ids: str) -> list[Item]:
    """The items whose id is one of ``ids``, or begins with one of them that ends in a dash."""
    families = tuple(one for one in ids if one.endswith("-"))
    return [item for item in report.items if item.id in ids or item.id.startswith(families)]


def counts(items: Sequence[Item]) -> str:
    """``2 finding, 9 needs-review, 14 ok``: how many items have which answer."""
    found = [(state.value, sum(item.state is state for item in items)) for state in State]
    return ", ".join(f"{count:,} {word}" for word, count in found if count) or "no item"


def gates(report: Report) -> str:
    """The release's checklist and its open gates in a line; empty where none was asked."""
    return "; ".join(f"{fact.label}: {fact.value}" for fact in release_facts(report))


def gate_lines(report: Report, first: str = _BULLET, then: str = "") -> list[str]:
    """The same in lines, where a checklist was asked."""
    return wrapped(gates(report), first, then) if gates(report) else []


def taken(report: Report, first: str = _BULLET, then: str = "") -> list[str]:
    """What was taken for granted, and what rests on it."""
    shown, more = limited(report.assumptions, EVIDENCE_SHOWN)
    texts = [f"assumed: {one.text} (rests on this: {one.rests_on})" for one in shown]
    lines = [line for text in texts for line in wrapped(text, first, then)]
    return [*lines, *([f"{first}assumed: {more}"] if more else [])]


def gaps(report: Report, first: str = _BULLET, then: str = "") -> list[str]:
    """What was not checked."""
    shown, more = limited(report.not_checked, EVIDENCE_SHOWN)
    lines = [line for gap in shown for line in wrapped(f"{gap.what}: {gap.why}", first, then)]
    return [*lines, *([f"{first}{more}"] if more else [])] or [f"{first}nothing was left out"]
