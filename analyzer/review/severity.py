"""CV-2: does the branch's severity gate apply?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review.case import Case

if TYPE_CHECKING:
    from analyzer.history.facts import CveRecord

_TITLE = "does the branch's severity gate apply?"
_RANKS = ("low", "medium", "high", "critical")


def severity_gate(case: Case) -> Item:
    """CV-2: the severities of the patch's CVEs, against the least that the release takes."""
    if case.release is None:
        return Item(
            "CV-2",
            _TITLE,
            State.CANNOT_TELL,
            "the release's gate is not known",
            next="Look the gate up in the release's rules, or name its list with --checklist.",
        )
    gate = case.release.severity
    if gate not in _RANKS:
        said = f"{case.release.title} takes fixes of every severity"
        return Item("CV-2", _TITLE, State.NOT_APPLICABLE, said)
    named = _cves(case)
    if not named:
        said = f"no CVE is named or known, and the gate ({gate}) is for those"
        return Item("CV-2", _TITLE, State.NOT_APPLICABLE, said)
    return _held_against(gate, named, _records(case))


def _held_against(gate: str, named: list[str], records: dict[str, CveRecord]) -> Item:
    known = [one for name in named if (one := records.get(name)) is not None and not one.rejected]
    rated = [one for one in known if one.severity in _RANKS]
    evidence = tuple(_evidence(name, records.get(name)) for name in named)
    enough = [one for one in rated if _RANKS.index(one.severity) >= _RANKS.index(gate)]
    if enough:
        said = f"{enough[0].id} is {enough[0].severity}, and the branch takes {gate} and above"
        return Item("CV-2", _TITLE, State.OK, said, evidence=evidence)
    if len(rated) < len(named):
        unrated = ", ".join(name for name in named if name not in [one.id for one in rated])
        return Item(
            "CV-2",
            _TITLE,
            State.CANNOT_TELL,
            f"the severity of {unrated} is not known, and the branch takes {gate} and above",
            evidence=evidence,
            next="Look the severity up; build the index with the CVE records (--cves).",
        )
    worst = max(rated, key=lambda one: _RANKS.index(one.severity))
    return Item(
        "CV-2",
        _TITLE,
        State.FINDING,
        f"{worst.id} is {worst.severity}, and the branch takes {gate} and above only",
        evidence=evidence,
        next="Ask who decides on the branch for an exception, or leave it out.",
    )


def _cves(case: Case) -> list[str]:
    """The CVEs of the message, of the records and of the facts."""
    named = [one.id for one in case.patch.message.cves]
    own = case.past.cves.own if case.past else ()
    known = case.commit.cve if case.commit else ()
    return list(dict.fromkeys((*named, *own, *known)))


def _records(case: Case) -> dict[str, CveRecord]:
    return {one.id: one for one in (case.past.cves.records if case.past else ())}


def _evidence(name: str, record: CveRecord | None) -> Evidence:
    if record is None:
        return Evidence(f"{name}: no record of it was given")
    said = "withdrawn" if record.rejected else record.severity or "without a severity"
    return Evidence(f"{name} (“{record.title}”): {said}, by its record")
