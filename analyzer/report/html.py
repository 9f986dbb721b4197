"""The report as one self-contained page: readable without JavaScript and without a network.

What each part of the page shows is put together here as plain data; ``report/data`` has the
templates, the style and the script, and ``templates`` makes all of it safe to show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analyzer.finding import NotChecked, State
from analyzer.report import wording
from analyzer.report.html_steps import Beat, beats
from analyzer.report.svg import Picture, picture
from analyzer.report.templates import page
from analyzer.result import core, headline, urgency

if TYPE_CHECKING:
    from analyzer.finding import Evidence
    from analyzer.report.exhibits import Exhibits, Hunks, PageTables
    from analyzer.report.listing import Listing
    from analyzer.result import Asked, Divergence, Item, Report

# A mark before the word: the word is what counts, the mark is for the eye.
MARKS = {
    State.FINDING: "✗",
    State.NEEDS_REVIEW: "?",
    State.CANNOT_TELL: "…",
    State.OK: "✓",
    State.NOT_APPLICABLE: "–",
}
_TOLD_IN_FULL = (State.FINDING, State.NEEDS_REVIEW)
_EVIDENCE_SHOWN = 40
_DAMAGE_SHOWN = 60
# Of a long series, the exhibits of the first patches are shown, up to so many patches and lines.
_MOST_EXHIBITED, _MOST_LINES = 30, 12_000
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as it is shown: a mark and a word."""

    state: str
    mark: str

    @staticmethod
    def of(state: State) -> Badge:
        """The badge of a state."""
        return Badge(state.value, MARKS[state])


@dataclass(frozen=True, slots=True)
class Rows:
    """The first of many lines, and the line about the rest."""

    shown: Sequence[object]
    more: str = ""

    @staticmethod
    def of(entries: Sequence[object], limit: int = wording.ROWS_SHOWN) -> Rows:
        """At most so many lines."""
        return Rows(*wording.limited(entries, limit))


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One row of the checklist. ``pressing``: it is a finding, or leaves the whole question open.

    ``to`` are the divergences it names, with their anchors: empty where the page has no room for
    them.
    """

    item: Item
    anchor: str
    badge: Badge
    told: bool
    pressing: bool
    by: str
    gate: bool
    decides: str
    evidence: Rows
    to: tuple[tuple[str, str], ...]

    @property
    def why(self) -> str:
        """What a finding stands on, beside its summary."""
        return self.item.reason if self.item.state is State.FINDING else ""


@dataclass(frozen=True, slots=True)
class Tables:
    """Drawings of one scenario, laid out."""

    tables: PageTables
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class DivergenceShown:
    """One divergence: its facts, its steps, and the page tables of its scenario if drawn."""

    divergence: Divergence
    anchor: str
    facts: Sequence[wording.Fact]
    trace: Rows
    beats: tuple[Beat, ...]
    tables: Tables | None


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A report with everything in the form in which the template takes it.

    ``prefix`` begins the anchors of one of several reports, ``level`` is that of its headings.
    """

    report: Report
    prefix: str
    level: int
    place: str
    verdict: str
    rest: str
    facts: Sequence[wording.Fact]
    items: tuple[ItemShown, ...]
    states: tuple[tuple[Badge, int], ...]
    waiting: tuple[tuple[ItemShown, ...], ...]
    damage: Rows
    divergences: tuple[DivergenceShown, ...]
    more_divergences: str
    sample: Tables | None
    hunks: Hunks | None
    listings: tuple[Listing, ...]
    missing: tuple[NotChecked, ...]
    assumptions: Rows
    not_checked: Rows
    runs: Rows
    work: Rows
    kernels: tuple[tuple[str, str, Sequence[wording.Fact]], ...] = field(default=())


def render_html(reports: Sequence[Report], exhibits: Sequence[Exhibits] | None) -> str:
    """The reports as a page, ending in one line break; ``exhibits`` has one entry a report."""
    line = wording.first_line(reports)
    within = _within(exhibits or ())
    shown = [
        _report(
            report,
            within[at] if at < len(within) else None,
            at,
            len(reports),
            hidden=len(within) if exhibits is not None else None,
        )
        for at, report in enumerate(reports)
    ]
    return page(
        "report.html",
        line,
        reports=shown,
        verdict=_verdict_of(line),
        words=wording,
    )


def _within(exhibits: Sequence[Exhibits]) -> Sequence[Exhibits]:
    """The first exhibits, as many as a page has room for; one at least."""
    lines = 0
    for at, one in enumerate(exhibits[:_MOST_EXHIBITED]):
        files = one.hunks.files if one.hunks else ()
        lines += sum(len(block.rows) for file in files for block in file.blocks)
        lines += sum(len(listing.rows) for listing in one.listings)
        if at and lines > _MOST_LINES:
            return exhibits[:at]
    return exhibits[:_MOST_EXHIBITED]


def _verdict_of(line: str) -> str:
    """The word of the verdict in a headline, over one report or several."""
    found = re.match(r"(?:[\d,]+ patches: )?([a-z]+) ", line)
    return found[1] if found else ""


def anchor(prefix: str, name: str) -> str:
    """An id for an element: what a link to an item of a page ends in (``#SM-4``)."""
    return prefix + (_NOT_IN_ID.sub("-", name).strip("-")[:60] or "item")


def _report(
    report: Report, exhibits: Exhibits | None, at: int, count: int, *, hidden: int | None
) -> ReportShown:
    several = count > 1
    prefix = f"p{at + 1}-" if several else ""
    line = headline(report)
    items = tuple(_items(report, prefix))
    drawn = {one.divergence: _tables(one) for one in exhibits.tables} if exhibits else {}
    divergences, more = wording.limited(report.divergences, wording.ROWS_SHOWN)
    return ReportShown(
        report,
        prefix,
        3 if several else 2,
        f"Patch {at + 1:,} of {count:,}" if several else "",
        report.verdict.value,
        line[len(report.verdict.value) :],
        (*wording.patch_facts(report.patch), *wording.release_facts(report)),
        items,
        tuple((Badge.of(state), len(of)) for state, of in wording.by_state(report.items)),
        tuple(_waiting(items)),
        Rows.of(report.patch.damage, _DAMAGE_SHOWN),
        tuple(_divergence(one, prefix, drawn.get(one.id)) for one in divergences),
        more,
        drawn.get(""),
        exhibits.hunks if exhibits else None,
        exhibits.listings if exhibits else (),
        _missing(exhibits, hidden=hidden),
        Rows.of(report.assumptions),
        Rows.of(report.not_checked),
        Rows.of(wording.run_lines(report.runs)),
        Rows.of(wording.work_lines(report.work)),
        tuple(
            (one.name, wording.kernel_origin(one), wording.kernel_facts(one))
            for one in report.kernels
        ),
    )


def _waiting(items: Sequence[ItemShown]) -> Iterator[tuple[ItemShown, ...]]:
    """What asks for work, the most urgent first; items that say the same are one row."""
    rows: dict[object, list[ItemShown]] = {}
    for one in sorted(items, key=lambda one: urgency(one.item.id, one.item.state)):
        item = one.item
        if item.state in wording.STATE_ORDER[:3] and (item.next or one.pressing):
            told = (item.summary, one.why, one.to) if one.pressing else ()
            rows.setdefault((item.state, item.next, *told), []).append(one)
    return map(tuple, rows.values())


def _missing(exhibits: Exhibits | None, *, hidden: int | None) -> tuple[NotChecked, ...]:
    """What is not shown; ``hidden`` is how many patches' exhibits are, None without any."""
    if exhibits is not None:
        return exhibits.missing
    if hidden is None:
        return ()
    said = "patch" if hidden == 1 else f"{hidden} patches"
    why = f"those of the first {said} are shown: the page has no room for more"
    return (NotChecked("hunks, code and page tables", why),)


def _items(report: Report, prefix: str) -> Iterator[ItemShown]:
    asked = {one.id: one for one in report.release.asked} if report.release else {}
    there = {one.id: anchor(prefix, one.id) for one in report.divergences[: wording.ROWS_SHOWN]}
    taken: set[str] = set()
    for item in report.items:
        name = anchor(prefix, item.id)
        while name in taken:
            name += "-"
        taken.add(name)
        to = tuple((one, there.get(one, "")) for one in item.divergences[: wording.ROWS_SHOWN])
        yield _item(item, name, to, asked.get(item.id))


def _item(item: Item, name: str, to: tuple[tuple[str, str], ...], asked: Asked | None) -> ItemShown:
    evidence: Sequence[Evidence] = item.evidence
    return ItemShown(
        item,
        name,
        Badge.of(item.state),
        item.state in _TOLD_IN_FULL,
        item.state is State.FINDING or (item.state is State.CANNOT_TELL and core(item)),
        wording.answered_by(item),
        asked is not None and asked.gate,
        asked.decides if asked else "",
        Rows.of(evidence, _EVIDENCE_SHOWN),
        to,
    )


def _divergence(divergence: Divergence, prefix: str, tables: Tables | None) -> DivergenceShown:
    return DivergenceShown(
        divergence,
        anchor(prefix, divergence.id),
        wording.divergence_facts(divergence),
        Rows.of(divergence.trace),
        beats(divergence),
        tables,
    )


def _tables(tables: PageTables) -> Tables:
    return Tables(tables, tuple(map(picture, tables.drawings)))
