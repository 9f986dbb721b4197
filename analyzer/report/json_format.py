"""The JSON form of a report, for programs: complete, ASCII only, valid whatever the input."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer import __version__
from analyzer.report.printable import printable, well_formed
from analyzer.result import exit_code, exit_code_of_all, headline, open_gates

if TYPE_CHECKING:
    from analyzer.finding import Evidence
    from analyzer.patch.damage import Damage, Restored
    from analyzer.result import (
        Divergence,
        Item,
        Kernel,
        PatchFacts,
        ReleaseList,
        Report,
        Run,
        Work,
    )

_SCHEMA_VERSION = 1
# The constant: importlib.metadata takes 20 ms and more to import, a tenth of a whole call.
_TOOL = {"name": "backport-analyzer", "version": __version__}

_Object = dict[str, object]


def render_json(reports: tuple[Report, ...]) -> str:
    """One report as an object, several as an object that lists them."""
    document = _report(reports[0]) if len(reports) == 1 else _several(reports)
    return dumped(_clean(document)) + "\n"


def dumped(document: object) -> str:
    """A document as JSON in ASCII; no CI takes anything in it for a command (see ``printable``)."""
    # Only strings have this character, and there an escape is the same character.
    return json.dumps(document, ensure_ascii=True, indent=2).replace("##", "#\\u0023")


def read_schema() -> _Object:
    """The shipped schema."""
    path = Path(__file__).with_name("report.schema.json")
    loaded: _Object = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _clean(value: object) -> object:
    """The document with every string fit for JSON; its depth is that of the contract."""
    match value:
        case str():
            return well_formed(value)
        case dict():
            return _named((key, _clean(member)) for key, member in value.items())
        case list() | tuple():
            return [_clean(member) for member in value]
        case _:
            return value


def _named(pairs: Iterable[tuple[str, object]]) -> _Object:
    """An object of named values. A name that comes twice gets a number: nothing is lost."""
    found: _Object = {}
    seen: dict[str, int] = {}
    for raw, value in pairs:
        name = well_formed(raw)
        while name in found:
            seen[raw] = seen.get(raw, 1) + 1
            name = f"{well_formed(raw)} ({seen[raw]})"
        found[name] = value
    return found


def _several(reports: Sequence[Report]) -> _Object:
    return {
        "schema_version": _SCHEMA_VERSION,
        "reports": [_report(report) for report in reports],
        "exit_code": exit_code_of_all(tuple(reports)),
    }


def _report(report: Report) -> _Object:
    return {
        "schema_version": _SCHEMA_VERSION,
        "tool": _TOOL,
        "exit_code": exit_code(report),
        "summary": printable(headline(report)),
        "verdict": report.verdict.value,
        "basis": report.basis.value,
        "assumptions": [{"text": a.text, "rests_on": a.rests_on} for a in report.assumptions],
        "patch": _patch(report.patch),
        "kernels": _named((kernel.name, _kernel(kernel)) for kernel in report.kernels),
        "items": [_item(item) for item in report.items],
        "divergences": [_divergence(divergence) for divergence in report.divergences],
        "runs": [_run(run) for run in report.runs],
        "work": [_work(work) for work in report.work],
        "not_checked": [{"what": gap.what, "why": gap.why} for gap in report.not_checked],
        **({} if report.release is None else {"release": _release(report, report.release)}),
    }


def _release(report: Report, release: ReleaseList) -> _Object:
    return {
        "name": release.name,
        "title": release.title,
        "items": [
            {"id": one.id, "gate": one.gate, "decides": one.decides} for one in release.asked
        ],
        "open": open_gates(report),
    }


def _patch(patch: PatchFacts) -> _Object:
    return {
        "subject": patch.subject,
        "author": patch.author,
        "date": patch.date,
        "commit": patch.commit,
        "upstream_commit": patch.upstream_commit,
        "files": patch.files,
        "intact": patch.intact,
        "damage": [_damage(damage) for damage in patch.damage],
    }


def _damage(damage: Damage) -> _Object:
    return {
        "kind": damage.kind.value,
        "path": damage.path,
        "hunk": damage.hunk,
        "line": damage.line,
        "declared": damage.declared,
        "kept": damage.kept,
        "repair": damage.grade.value,
        "text": damage.text,
        "restored": [_restored(line) for line in damage.restored],
    }


def _restored(line: Restored) -> _Object:
    return {"line": line.line, "text": line.text, "kind": line.kind, "repair": line.grade.value}


def _kernel(kernel: Kernel) -> _Object:
    return {
        "source": kernel.source,
        "revision": kernel.revision,
        "functions": _named((name, standing.value) for name, standing in kernel.functions),
    }


def _item(item: Item) -> _Object:
    return {
        "id": item.id,
        "title": item.title,
        "state": item.state.value,
        "summary": item.summary,
        "reason": item.reason,
        "evidence": [_evidence(evidence) for evidence in item.evidence],
        "divergences": item.divergences,
        "next": item.next,
        "answered_by": item.answered_by,
    }


def _evidence(evidence: Evidence) -> _Object:
    place = evidence.place
    return {
        "text": evidence.text,
        "in": place.side.value if place else None,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "commit": place.commit if place else None,
    }


def _divergence(divergence: Divergence) -> _Object:
    return {
        "id": divergence.id,
        "cause": divergence.cause.value,
        "function": divergence.function,
        "in": divergence.side,
        "path": divergence.path,
        "line": divergence.line,
        "config": _named(divergence.config),
        "trace": divergence.trace,
        "schedule": divergence.schedule,
        "observation": divergence.observation,
        "invariant": divergence.invariant,
        "upstream": divergence.upstream,
        "target": divergence.target,
    }


def _run(run: Run) -> _Object:
    return {
        "arch": run.arch,
        "geometry": run.geometry,
        "config": _named(run.config),
        "reading": run.reading,
        "base": run.base,
        "operations": run.operations,
        "seed": run.seed,
    }


def _work(work: Work) -> _Object:
    return {
        "kernel": work.kernel,
        "config": _named(work.config),
        "reading": work.reading,
        "trace": work.trace,
        "ptes_moved": work.ptes_moved,
        "pmds_moved": work.pmds_moved,
        "tables_allocated": work.tables_allocated,
        "flushes": work.flushes,
    }
