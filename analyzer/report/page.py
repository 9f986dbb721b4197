"""The page over a branch: one row a commit, what needs a person first; and what its formats share.

A row is made of a report's JSON form, so that one that was kept and one that was made just now are
the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Any

from analyzer.finding import NotChecked, State
from analyzer.report import PageFormat
from analyzer.result import urgency

SHORT_ID = 12

# A report as ``json.loads`` gives it back.
ReportObject = Mapping[str, Any]


class Need(Enum):
    """What a commit needs of a person, the most urgent first."""

    DIFFERS = "differs"
    FINDING = "finding"
    FAILED = "failed"
    OPEN = "not reviewed"
    UNDECIDED = "undecided"
    REVIEW = "needs review"
    CLEAN = "clean"
    NO_CLAIM = "no claim"


# What a group of rows is, in words for its heading.
MEANING = {
    Need.DIFFERS: "does something else than upstream's",
    Need.FINDING: "something is wrong",
    Need.FAILED: "claims an upstream and could not be reviewed",
    Need.OPEN: "claims an upstream and was not reviewed",
    Need.UNDECIDED: "a question on behaviour or damage has no answer",
    Need.REVIEW: "nothing found; questions are left that the tool raised",
    Need.CLEAN: "nothing found; what is left is asked of every patch",
    Need.NO_CLAIM: "names no upstream commit, or is a merge: not reviewed",
}

_VERDICTS = ("differs", "undecided", "same")
_BASES = ("none", "traces", "traces+proof", "traces+proof+interleavings")
_ASKING = ("finding", "needs-review", "cannot-tell")
_TOOL = "analyze"
# What a report's exit code 3 speaks of, and what it says of every patch.
_CORE = ("SM-", "CF-4", "IN-")
_ALWAYS = ("LM-1",)
# 130 interrupted; 1 a finding; 70 a review that broke; 3 undecided, or one that could not be made.
_CODES = (130, 1, 70, 3)


@dataclass(frozen=True, slots=True)
class Action:
    """A check item's id, and what to do (or what was found, where nothing is to be done)."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One commit of the branch.

    ``position`` counts from 1 in the range's order. ``upstream`` are the commits that its message
    names. ``verdict`` and ``basis`` are a report's words, empty where there is none; ``reason``
    says why there is none. ``unanswered`` are the items whose question on behaviour or damage has
    no answer, ``open`` those that need review by the tool's own doubt. ``kept``: the report is from
    an earlier run. ``report`` is its JSON text, empty where there is none and where the page is to
    hold rows alone.
    """

    position: int
    commit: str
    subject: str
    author: str
    upstream: tuple[str, ...]
    need: Need
    exit_code: int
    verdict: str = ""
    basis: str = ""
    findings: tuple[Action, ...] = ()
    unanswered: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    first: Action | None = None
    reason: str = ""
    kept: bool = False
    report: str = ""

    @property
    def reviewed(self) -> bool:
        """Whether there is a report, be it on the page or not."""
        return self.verdict != ""

    @property
    def items(self) -> tuple[str, ...]:
        """The items that put the row where it stands."""
        found = tuple(dict.fromkeys(one.id for one in self.findings))
        return found or self.unanswered or self.open


@dataclass(frozen=True, slots=True)
class Page:
    """One page over the commits of a branch; ``rows`` are sorted by need, then as in the range.

    ``notes`` are what is to be known of the run itself.
    """

    repo: str
    range: str
    rows: tuple[Row, ...]
    notes: tuple[NotChecked, ...] = ()
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """130 beats 1, which beats 70, which beats 3, which beats 0.

        It is 3 where no commit claims an upstream: then nothing was looked at.
        """
        codes = {row.exit_code for row in self.rows} | ({130} if self.interrupted else set())
        if all(row.need is Need.NO_CLAIM for row in self.rows):
            codes.add(3)
        return next((code for code in _CODES if code in codes), 0)


def page_of(
    repo: str,
    range: str,
    rows: Sequence[Row],
    notes: Sequence[NotChecked] = (),
    *,
    interrupted: bool = False,
) -> Page:
    """The page with its rows in order."""
    order = {need: at for at, need in enumerate(Need)}
    placed = sorted(rows, key=lambda row: (order[row.need], row.position))
    return Page(repo, range, tuple(placed), tuple(notes), interrupted)


def need_of(report: ReportObject) -> Need:
    """What a report needs of a person."""
    if report["verdict"] == "differs":
        return Need.DIFFERS
    if any(item["state"] == "finding" for item in report["items"]):
        return Need.FINDING
    if report["exit_code"] != 0:
        return Need.UNDECIDED
    return Need.REVIEW if raised(report) else Need.CLEAN


def raised(report: ReportObject) -> tuple[str, ...]:
    """The ids of the items that need a person by the tool's own doubt.

    Where a release's checklist was asked for, those are its gates that the tool could not say to be
    ok. What is asked of every patch, and answered by a person alone, is no doubt.
    """
    release = report.get("release")
    doubts = [
        item
        for item in report["items"]
        if item["state"] in ("needs-review", "cannot-tell")
        and item["answered_by"] == _TOOL
        and item["id"] not in _ALWAYS
    ]
    if release is None:
        return tuple(item["id"] for item in doubts if item["state"] == "needs-review")
    gates = {one["id"] for one in release["items"] if one["gate"]}
    return tuple(item["id"] for item in doubts if item["id"] in gates)


def unanswered(report: ReportObject) -> tuple[str, ...]:
    """The items on behaviour and damage that have no answer."""
    return tuple(
        item["id"]
        for item in report["items"]
        if item["state"] == "cannot-tell" and item["id"].startswith(_CORE)
    )


def findings_of(report: ReportObject) -> tuple[Action, ...]:
    """The findings, each with what to do."""
    return tuple(
        Action(item["id"], item["next"] or item["summary"])
        for item in report["items"]
        if item["state"] == "finding"
    )


def first_of(report: ReportObject) -> Action | None:
    """What to do first, as the report itself says it."""
    asking = [item for item in report["items"] if item["next"] and item["state"] in _ASKING]
    if not asking:
        return None
    first = min(asking, key=lambda item: urgency(item["id"], State(item["state"])))
    return Action(first["id"], first["next"])


def groups(page: Page) -> Iterator[tuple[Need, list[Row]]]:
    """The rows of each need that occurs, in the page's order."""
    for need in Need:
        rows = [row for row in page.rows if row.need is need]
        if rows:
            yield need, rows


def first_line(page: Page) -> str:
    """The line that the page begins with: verdict, basis, number of findings, first action.

    The verdict is the worst one, the basis the weakest one; a claim that was not reviewed is
    undecided.
    """
    claiming = [row for row in page.rows if row.need is not Need.NO_CLAIM]
    reviewed = [row for row in claiming if row.reviewed]
    verdict, basis = _overall(claiming)
    findings = sum(len(row.findings) for row in reviewed)
    count = f"{len(reviewed):,} of {_counted(len(claiming), 'commit')} reviewed"
    return f"{count}: {verdict} (basis: {basis}), {_counted(findings, 'finding')}; {_first(page)}"


def _overall(claiming: Sequence[Row]) -> tuple[str, str]:
    verdicts = {row.verdict or "undecided" for row in claiming}
    bases = {row.basis or "none" for row in claiming}
    verdict = next((one for one in _VERDICTS if one in verdicts), "undecided")
    return verdict, next((one for one in _BASES if one in bases), "none")


def _first(page: Page) -> str:
    for row in page.rows:
        where = row.commit[:SHORT_ID]
        if row.need in (Need.FAILED, Need.OPEN):
            return f"first: {where}: {row.reason}"
        if row.first is not None:
            return f"first: {where} {row.first.id}: {row.first.text}"
    if all(row.need is Need.NO_CLAIM for row in page.rows):
        return "first: name the range whose commits say what they were picked from"
    return "nothing to do"


def counts_line(page: Page) -> str:
    """``2 finding, 30 needs review, 3 no claim``."""
    said = [f"{len(rows):,} {need.value}" for need, rows in groups(page)]
    return ", ".join(said)


def upstream_line(row: Row) -> str:
    """The upstream commits that a row names, abbreviated."""
    shown = [one[:SHORT_ID] for one in row.upstream[:3]]
    more = len(row.upstream) - len(shown)
    return ", ".join([*shown, *([f"and {more} more"] if more > 0 else [])])


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def render_page(page: Page, format: PageFormat, *, color: bool, width: int) -> str:
    """The page in one format, ending in one line break."""
    if format is PageFormat.TERMINAL:
        from analyzer.report.page_terminal import render_terminal_page

        return render_terminal_page(page, color=color, width=width)
    name = format.value
    function: Callable[[Page], str]
    function = getattr(import_module(f"analyzer.report.page_{name}"), f"render_{name}_page")
    return function(page)


def page_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) that every JSON page is valid under, as it is shipped."""
    from analyzer.report.page_json import read_page_schema

    return read_page_schema()
