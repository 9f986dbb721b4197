"""SARIF 2.1.0, for code scanning: a run for each patch, a rule and a result for each item.

Only a finding fails (kind ``fail``, level ``error``). The standard has kinds of its own for the
other answers, and no level but ``none`` beside them: ``pass``, ``review``, ``open`` (it was not
possible to tell), ``notApplicable``. Each message begins with the item's id and its answer in a
word. What was not checked, assumed or damaged are notifications of the run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer import __version__
from analyzer.finding import State
from analyzer.report.plain import gates, name_of
from analyzer.report.printable import LIMIT, printable
from analyzer.report.sarif_places import BASES, divergence_location, location, shown, whole_patch
from analyzer.report.story import story
from analyzer.report.wording import answered_by, damage_counts, damage_place, settings
from analyzer.result import exit_code, headline

if TYPE_CHECKING:
    from analyzer.report.story import Step
    from analyzer.result import Divergence, Item, Report

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_TOOL = "backport-analyzer"
_KINDS = {
    State.OK: "pass",
    State.FINDING: "fail",
    State.NEEDS_REVIEW: "review",
    State.CANNOT_TELL: "open",
    State.NOT_APPLICABLE: "notApplicable",
}
_MOST = 100
_SIDES = ("upstream", "target")
_FINGERPRINT = "backportItem/v1"
_NOTES = {
    "not-checked": "Something was not looked at, and why.",
    "assumed": "Something was taken for granted, and what rests on it.",
    "damaged": "The patch was damaged on its way.",
    "divergence": "The kernels differ in something that no item is about.",
}

_Object = dict[str, object]


def render_sarif(reports: Sequence[Report]) -> str:
    """The reports as one log; each run's summary is its first property."""
    ids = _run_ids(reports)
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [_run(report, id_) for report, id_ in zip(reports, ids, strict=True)],
    }
    return json.dumps(log, ensure_ascii=True, indent=2) + "\n"


def _run_ids(reports: Sequence[Report]) -> list[str]:
    """What tells the runs apart: the commit that a patch is a backport of, each once."""
    found: list[str] = []
    for number, report in enumerate(reports, 1):
        name = printable(report.patch.upstream_commit or report.patch.subject or "patch", limit=200)
        id_ = f"{_TOOL}/{name.replace('/', '-')}/"
        found.append(id_ if id_ not in found else f"{id_}{number}/")
    return found


def _run(report: Report, id_: str) -> _Object:
    rules = {item.id: item for item in report.items}
    index = {name: place for place, name in enumerate(rules)}
    return {
        "properties": {
            "summary": printable(headline(report)),
            "verdict": report.verdict.value,
            "basis": report.basis.value,
            "patch": _patch(report),
            **({"release": printable(gates(report))} if gates(report) else {}),
        },
        "tool": {"driver": _driver(list(rules.values()))},
        "automationDetails": {"id": id_, "description": {"text": shown(headline(report))}},
        "invocations": [_invocation(report)],
        "originalUriBaseIds": BASES,
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, index[item.id], report) for item in report.items],
    }


def _patch(report: Report) -> _Object:
    patch = report.patch
    named = {
        "subject": patch.subject,
        "author": patch.author,
        "date": patch.date,
        "commit": patch.commit,
        "upstreamCommit": patch.upstream_commit,
    }
    return {
        **{key: printable(value) for key, value in named.items() if value is not None},
        "files": [printable(path) for path in patch.files[:_MOST]],
        "intact": patch.intact,
    }


def _driver(items: Sequence[Item]) -> _Object:
    return {
        "name": _TOOL,
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(item) for item in items],
        "notifications": [_described(id_, text, text) for id_, text in _NOTES.items()],
    }


def _rule(item: Item) -> _Object:
    asked = shown(item.title)
    rest = "Only the answer finding fails; any other says so in a word."
    described = _described(
        printable(item.id) or "item", asked, f"{shown(item.id)} asks: {asked} {rest}"
    )
    return {**described, "defaultConfiguration": {"level": "error"}}


def _described(id_: str, text: str, help_: str) -> _Object:
    """A rule or a notification, with all that GitHub requires of one."""
    return {
        "id": id_,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": help_},
    }


def _invocation(report: Report) -> _Object:
    """How the run went: it was successful where it came to its end, whatever it found."""
    notes = [*_damage(report), *_assumed(report), *_unnamed(report), *_not_checked(report)]
    return {
        "executionSuccessful": not report.interrupted,
        "exitCode": exit_code(report),
        "exitCodeDescription": printable(headline(report)),
        "toolExecutionNotifications": notes,
    }


def _not_checked(report: Report) -> Iterator[_Object]:
    for gap in report.not_checked:
        yield _note("not-checked", "note", f"not checked: {gap.what}: {gap.why}")


def _assumed(report: Report) -> Iterator[_Object]:
    for one in report.assumptions:
        yield _note("assumed", "note", f"assumed: {one.text} (rests on this: {one.rests_on})")


def _unnamed(report: Report) -> Iterator[_Object]:
    """The divergences that no item names; those of the others are code flows of their results."""
    named = {name for item in report.items for name in item.divergences}
    for one in report.divergences:
        if one.id not in named:
            yield _note("divergence", "note", f"divergence {_what(one)}")


def _damage(report: Report) -> Iterator[_Object]:
    for one in report.patch.damage:
        said = f"{damage_place(one)}{damage_counts(one)}; repair: {one.grade.value}; {one.text}"
        yield _note("damaged", "warning", f"damaged: {one.kind.value}: {said}")


def _note(id_: str, level: str, text: str) -> _Object:
    return {"descriptor": {"id": id_}, "level": level, "message": {"text": shown(text)}}


def _result(item: Item, rule: int, report: Report) -> _Object:
    places = [location(evidence, report) for evidence in item.evidence[:_MOST]]
    seen = [place for place in places if "physicalLocation" in place]
    told = [place for place in places if "physicalLocation" not in place]
    ours = [one for one in report.divergences if one.id in item.divergences]
    shows = [found for one in ours if (found := divergence_location(one))]
    result: _Object = {
        "ruleId": printable(item.id) or "item",
        "ruleIndex": rule,
        "kind": _KINDS[item.state],
        "level": "error" if item.state is State.FINDING else "none",
        "message": {"text": _message(item)},
        "partialFingerprints": {_FINGERPRINT: _fingerprint(item, ours, report)},
        "properties": _properties(item),
    }
    # The first location is where a viewer shows the result; the others stand beside it.
    # Where there is none, that is the patch: some readers refuse a result without a place.
    first, *others = [*shows, *seen] or [whole_patch(report)]
    result["locations"] = [first]
    related = [{**place, "id": number} for number, place in enumerate([*others, *told], 1)]
    if related:
        result["relatedLocations"] = related
    if ours:
        result["codeFlows"] = [_code_flow(one) for one in ours[:_MOST]]
    return result


def _message(item: Item) -> str:
    parts = [f"{name_of(item)}: {item.summary}"]
    parts += [f"Reason: {item.reason}"] if item.reason else []
    parts += [f"Next: {item.next}"] if item.next else []
    return shown(" ".join(f"{part.rstrip('.')}." for part in parts))


def _properties(item: Item) -> _Object:
    found: _Object = {"state": item.state.value}
    named = {"reason": item.reason, "next": item.next, "answeredBy": answered_by(item)}
    found |= {key: printable(value) for key, value in named.items() if value}
    if item.divergences:
        found["divergences"] = [printable(name) for name in item.divergences[:_MOST]]
    return found


def _fingerprint(item: Item, divergences: Sequence[Divergence], report: Report) -> str:
    """The same for the same answer on the same patch, however its lines have moved."""
    paths = sorted({one.place.path or "" for one in item.evidence if one.place})
    parts = [
        item.id,
        report.patch.upstream_commit or "",
        report.patch.subject or "",
        *paths,
        *(f"{one.cause.value} {one.function}" for one in divergences),
    ]
    text = json.dumps(parts, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def _code_flow(divergence: Divergence) -> _Object:
    """A divergence as two threads, upstream's and the target's, each with the common steps."""
    steps = story(divergence)
    flows = [_thread(side, [one for one in steps if one.side in ("both", side)]) for side in _SIDES]
    return {"message": {"text": shown(_what(divergence))}, "threadFlows": flows}


def _what(divergence: Divergence) -> str:
    """A divergence in a line."""
    what = [
        f"{divergence.id}: cause {divergence.cause.value}",
        *([f"in {divergence.function}()"] if divergence.function else []),
        divergence.observation,
        *([f"broken: {divergence.invariant}"] if divergence.invariant else []),
        *([f"schedule: {divergence.schedule}"] if divergence.schedule else []),
        f"with {settings(divergence.config)}",
        f"trace: {', '.join(divergence.trace)}",
    ]
    return "; ".join(what)


def _thread(side: str, steps: Sequence[Step]) -> _Object:
    return {
        "id": side,
        "message": {"text": f"what {side} does"},
        "locations": [_step(step) for step in steps] or [{"location": _words("(no step)")}],
    }


def _step(step: Step) -> _Object:
    return {
        "location": _words(step.text),
        "importance": "essential" if step.first else "important",
    }


def _words(text: str) -> _Object:
    return {"message": {"text": shown(text, limit=LIMIT)}}
