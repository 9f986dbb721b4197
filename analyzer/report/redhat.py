"""Labels for a merge request of Red Hat's kernels, as a comment to paste into it.

The first line is the headline; then each label in a word with the items that it stands on, and
at the end GitLab's quick actions that set them. Scopes that Red Hat's own hooks keep
(``CommitRefs``, ``Signoff``, ``JIRA``, ``Dependencies``) are used where an item asks what the hook
asks; ``OK`` is given there only where the item asks all of it. Everything else is under
``Backport``, which no hook uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.finding import State
from analyzer.report.markdown import code, escaped
from analyzer.report.plain import by_id, gates
from analyzer.report.wording import first_line
from analyzer.result import Verdict, headline

if TYPE_CHECKING:
    from analyzer.result import Item, Report

_SHORT = 40
_DONE = (State.OK, State.NOT_APPLICABLE)
_TICKET = re.compile(r"[A-Z][A-Z0-9]{1,11}-[0-9]{1,9}")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_WORST_FIRST = (State.FINDING, State.NEEDS_REVIEW, State.CANNOT_TELL, State.OK)


@dataclass(frozen=True, slots=True)
class _Scope:
    """A scope of labels, and the items (or families, ``SM-``) that it stands on.

    ``hook``: a hook of Red Hat's keeps this scope, which has no value but OK and NeedsReview, and
    is OK only where all of ``suffice`` were answered. None suffice where a hook asks more than we.
    """

    name: str
    items: tuple[str, ...]
    hook: bool = False
    suffice: tuple[str, ...] = ()


_SCOPES = (
    _Scope("CommitRefs", ("ID-1", "ID-2", "ID-3", "TX-"), True, ("ID-1", "ID-2", "TX-1", "TX-3")),
    _Scope("Signoff", ("ID-4",), True, ("ID-4",)),
    _Scope("JIRA", ("ID-5",), True),
    _Scope("Dependencies", ("DP-1", "DP-3"), True),
    _Scope("Backport-Subject", ("ID-6",)),
    _Scope("Backport-Integrity", ("IN-",)),
    _Scope("Backport-Semantics", ("SM-",)),
    _Scope("Backport-Fixes", ("DP-2", "DP-4")),
    _Scope("Backport-CVE", ("CV-",)),
    _Scope("Backport-Config", ("CF-",)),
    _Scope("Backport-ABI", ("AB-",)),
    _Scope("Backport-Tests", ("TS-",)),
    _Scope("Backport-Risk", ("RG-",)),
    _Scope("Backport-Acks", ("AC-",)),
    _Scope("Backport-Limits", ("LM-",)),
)
_OTHER = "Backport-Other"
_VERDICTS = {
    Verdict.SAME: "Backport::Same",
    Verdict.DIFFERS: "Backport::Differs",
    Verdict.UNDECIDED: "Backport::Undecided",
}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a scope comes to. ``label`` is empty where it is left to the hook."""

    scope: str
    label: str
    word: str
    items: tuple[Item, ...]


def render_redhat(reports: Sequence[Report]) -> str:
    """The reports as one comment; the labels are those of all patches, the worst of each scope."""
    lines = [escaped(first_line(reports))]
    for number, report in enumerate(reports, 1):
        if len(reports) > 1:
            lines += ["", f"Patch {number} of {len(reports)}: {escaped(headline(report))}"]
        lines += ["", *_patch(report)]
    lines += ["", *(f'/label ~"{label}"' for label in _labels(reports))]
    return "\n".join(lines) + "\n"


def _patch(report: Report) -> Iterator[str]:
    verdict = f"verdict {report.verdict.value}"
    yield f"- {code(_VERDICTS[report.verdict])}: {verdict} (basis: {report.basis.value})"
    if gates(report):
        yield f"- {escaped(gates(report))}"
    for answer in _answers(report):
        name = code(answer.label) if answer.label else f"{code(answer.scope)} is left to its hook"
        yield f"- {name}: {answer.word}"
        yield from (f"  - {_item(item)}" for item in answer.items)
    for one in report.assumptions:
        yield f"- assumed: {escaped(one.text)} (rests on this: {escaped(one.rests_on)})"
    for gap in report.not_checked:
        yield f"- not checked: {escaped(gap.what)}: {escaped(gap.why)}"
    yield from ("", "For the description:", "")
    yield from _description(report)


def _item(item: Item) -> str:
    todo = f"; next: {escaped(item.next)}" if item.next else ""
    name = f"**{escaped(item.id, limit=_SHORT)}** {item.state.value}"
    return f"{name}: {escaped(item.summary)}{todo}"


def _answers(report: Report) -> Iterator[_Answer]:
    left = list(report.items)
    for scope in _SCOPES:
        items = by_id(report, *scope.items)
        left = [item for item in left if item not in items]
        if items:
            yield _answer(scope, items)
    if left:
        yield _answer(_Scope(_OTHER, ()), left)


def _answer(scope: _Scope, items: Sequence[Item]) -> _Answer:
    """The worst of a scope's answers decides; where none applies, that is ok."""
    states = {item.state for item in items}
    worst = next((state for state in _WORST_FIRST if state in states), State.NOT_APPLICABLE)
    if worst not in _DONE:
        value = "Finding" if worst is State.FINDING and not scope.hook else "NeedsReview"
        label = f"{scope.name}::{value}"
    else:
        answered = scope.suffice and {item.id for item in items}.issuperset(scope.suffice)
        label = f"{scope.name}::OK" if answered or not scope.hook else ""
    return _Answer(scope.name, label, worst.value, tuple(items))


def _labels(reports: Sequence[Report]) -> list[str]:
    """One label a scope: GitLab keeps the last one of a scope, which must not be the better."""
    verdicts = {report.verdict for report in reports}
    worst = (Verdict.DIFFERS, Verdict.UNDECIDED, Verdict.SAME)
    found = [next(_VERDICTS[one] for one in worst if one in verdicts)]
    by_scope: dict[str, set[str]] = {}
    for report in reports:
        for answer in _answers(report):
            by_scope.setdefault(answer.scope, set()).add(answer.label)
    for scope, labels in by_scope.items():
        rated = (f"{scope}::{value}" for value in ("Finding", "NeedsReview", "OK"))
        label = next((one for one in rated if one in labels), "")
        # A scope that is left to its hook for one patch cannot be OK by our word for the others.
        if label and not (label.endswith("::OK") and "" in labels):
            found.append(label)
    return found


def _description(report: Report) -> Iterator[str]:
    """Lines that a merge request's description must have, with what is known filled in."""
    keys = (one.partition("#")[2] for one in report.letter.trackers if one.startswith("jira#"))
    tickets = [key for key in keys if _TICKET.fullmatch(key)]
    links = [f"JIRA: https://issues.redhat.com/browse/{key}" for key in tickets]
    cves = [f"CVE: {cve}" for cve in report.letter.cves if _CVE.fullmatch(cve)]
    yield from (f"- `{line}`" for line in links or ["JIRA: TODO"])
    yield from (f"- `{line}`" for line in cves or ["CVE: TODO, or no such line"])
    yield f"- `Upstream Status: {_status(report)}`"
    omitted = [item for item in by_id(report, "DP-2") if item.state is State.FINDING]
    yield from (f"- `Omitted-fix: TODO`: {escaped(item.summary)}" for item in omitted)


def _status(report: Report) -> str:
    commit = report.patch.upstream_commit or ""
    known = commit.isalnum() and commit.isascii() and len(commit) <= _SHORT
    return f"linux.git {commit}" if known else "TODO"
