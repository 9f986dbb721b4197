"""The words that the formats for people share. What is returned is not yet safe to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from analyzer.finding import State
from analyzer.patch.damage import Damage, Restored
from analyzer.result import (
    Basis,
    Divergence,
    Item,
    Kernel,
    PatchFacts,
    Report,
    Run,
    Standing,
    Verdict,
    Work,
    headline,
    open_gates,
    urgency,
    waiting,
)
from analyzer.source import Place

EVIDENCE_SHOWN = 8
ROWS_SHOWN = 20

# What asks for work comes first.
STATE_ORDER = (
    State.FINDING,
    State.NEEDS_REVIEW,
    State.CANNOT_TELL,
    State.OK,
    State.NOT_APPLICABLE,
)
_WORST_VERDICT_FIRST = (Verdict.DIFFERS, Verdict.UNDECIDED, Verdict.SAME)
_WEAKEST_BASIS_FIRST = tuple(Basis)
_HEX = frozenset("0123456789abcdef")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value. ``code`` marks what is to be set as code where a format can do that."""

    label: str
    value: str
    code: bool = False


def first_line(reports: Sequence[Report]) -> str:
    """The line that the output begins with: the headline, or one over all reports.

    Over several, the verdict is the worst one, the basis the weakest one.
    """
    if len(reports) == 1:
        return headline(reports[0])
    verdict = min((report.verdict for report in reports), key=_WORST_VERDICT_FIRST.index)
    basis = min((report.basis for report in reports), key=_WEAKEST_BASIS_FIRST.index)
    findings = sum(item.state is State.FINDING for report in reports for item in report.items)
    return (
        f"{len(reports)} patches: {verdict.value} (basis: {basis.value}), "
        f"{counted(findings, 'finding')}; {_first_action(reports)}"
    )


def _first_action(reports: Sequence[Report]) -> str:
    todo = [
        (urgency(item.id, item.state), number, item)
        for number, report in enumerate(reports, 1)
        for item in waiting(report)
        if item.next
    ]
    if not todo:
        return "nothing to do"
    _, number, item = min(todo, key=lambda entry: entry[:2])
    return f"first: patch {number}: {item.id}: {item.next}"


def counted(count: int, noun: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def limited(rows: Sequence[_T], limit: int) -> tuple[Sequence[_T], str]:
    """The rows to show, and the line about the rest (empty where all are shown)."""
    left = len(rows) - limit
    if left <= 0:
        return rows, ""
    return rows[:limit], f"and {left:,} more; all of them with --format json"


def where(place: Place) -> str:
    """``input:56``, ``patch.after mm/mremap.c:203``, ``upstream mm/mremap.c:9 at 2c91bd4a4e2e``."""
    return _where(place.side.value, place.path, place.line, place.commit)


def _where(side: str, path: str | None, line: int | None, commit: str | None = None) -> str:
    spot = side if path is None else f"{side} {path}"
    if line is not None:
        spot += f":{line}"
    return spot if commit is None else f"{spot} at {_abbreviated(commit)}"


def _abbreviated(commit: str) -> str:
    return commit[:12] if len(commit) == 40 and _HEX.issuperset(commit) else commit


def answered_by(item: Item) -> str:
    """Who answered, where it was not this tool."""
    return "" if item.answered_by == "analyze" else f"answered by: {item.answered_by}"


def release_facts(report: Report) -> list[Fact]:
    """The release's checklist, and which of its gates are not ok; nothing where none was asked."""
    release = report.release
    if release is None:
        return []
    waiting = open_gates(report)
    told = f"{len(waiting)} of {len(release.gates)}: {', '.join(waiting)}" if waiting else ""
    none = f"none of {len(release.gates)}" if release.gates else "none, for the list has no gates"
    return [
        Fact("checklist", f"{release.name} ({release.title})"),
        Fact("gates open", told or none),
    ]


def asked_of(report: Report) -> dict[str, str]:
    """What a release says of an item, by its id: ``gate, decided by the submitter``."""
    asked = report.release.asked if report.release else ()
    return {
        one.id: ", ".join(
            filter(
                None,
                ("gate" if one.gate else "", f"decided by {one.decides}" if one.decides else ""),
            )
        )
        for one in asked
    }


def remark(item: Item, asked: Mapping[str, str]) -> str:
    """What stands in brackets behind an item's summary: the release's words, and who answered.

    Where the release says who decides, an item that still waits for anybody needs no more words.
    """
    words = asked.get(item.id, "")
    nobody = item.answered_by == "a person"
    return words if words and nobody else "; ".join(filter(None, (words, answered_by(item))))


def by_state(items: Sequence[Item]) -> list[tuple[State, list[Item]]]:
    """The items of each state that occurs, in the order of ``STATE_ORDER``."""
    groups = ((state, [item for item in items if item.state is state]) for state in STATE_ORDER)
    return [(state, group) for state, group in groups if group]


def patch_facts(patch: PatchFacts) -> list[Fact]:
    """What the patch is; what is not known is said to be unknown."""
    files, more = limited(patch.files, ROWS_SHOWN)
    return [
        Fact("subject", patch.subject or "unknown"),
        Fact("author", patch.author or "unknown"),
        Fact("date", patch.date or "unknown"),
        Fact("commit", patch.commit or "unknown", code=patch.commit is not None),
        Fact(
            "upstream",
            patch.upstream_commit or "not named",
            code=patch.upstream_commit is not None,
        ),
        *(Fact("file", name, code=True) for name in files),
        *([Fact("file", more)] if more else []),
        Fact("arrived", "intact" if patch.intact else "damaged"),
    ]


def kernel_origin(kernel: Kernel) -> str:
    """What a kernel is made of: ``built-in reference at 2c91bd4a4e2e``."""
    at = "" if kernel.revision is None else f" at {_abbreviated(kernel.revision)}"
    return kernel.source + at


def kernel_facts(kernel: Kernel) -> list[Fact]:
    """A kernel's functions by standing."""
    named = (
        (standing, [name for name, has in kernel.functions if has is standing])
        for standing in Standing
    )
    return [Fact(standing.value, listed(names), code=True) for standing, names in named if names]


def listed(names: Sequence[str]) -> str:
    """The names in a line, or the first of many."""
    shown, more = limited(names, ROWS_SHOWN)
    return ", ".join((*shown, more) if more else shown)


def damage_place(damage: Damage) -> str:
    """``mm/mremap.c hunk 2, input:56``, or ``whole input``."""
    path = "whole input" if damage.path is None else damage.path
    hunk = "" if damage.hunk is None else f" hunk {damage.hunk}"
    line = "" if damage.line is None else f", input:{damage.line}"
    return path + hunk + line


def damage_counts(damage: Damage) -> str:
    """``, declared 8, kept 6``, as far as they are known."""
    counts = (("declared", damage.declared), ("kept", damage.kept))
    return "".join(f", {name} {value}" for name, value in counts if value is not None)


def number(value: int | None) -> str:
    """A number that may be unknown."""
    return "?" if value is None else str(value)


def restored_place(restored: Restored) -> str:
    """``line 203``, or ``line ?`` where lost context leaves the number open."""
    return f"line {number(restored.line)}"


def divergence_facts(divergence: Divergence) -> list[Fact]:
    """Everything about a divergence but its id, its trace and its story."""
    place = _where(divergence.side, divergence.path, divergence.line)
    return [
        Fact("cause", divergence.cause.value),
        *([Fact("function", divergence.function, code=True)] if divergence.function else []),
        *([Fact("place", place, code=True)] if divergence.path or divergence.line else []),
        Fact("config", settings(divergence.config), code=bool(divergence.config)),
        Fact("observed", divergence.observation),
        *([] if divergence.invariant is None else [Fact("invariant", divergence.invariant)]),
        *([] if divergence.schedule is None else [Fact("schedule", divergence.schedule)]),
    ]


def settings(config: Sequence[tuple[str, str]]) -> str:
    """``HAVE_MOVE_PMD=y, SMP=n``."""
    return ", ".join(f"{symbol}={value}" for symbol, value in config) or "no symbol set"


def run_lines(runs: Sequence[Run]) -> list[str]:
    """The replays: a base's geometries once, for all readings and configurations that had them."""
    by_kernel: dict[tuple[str, str, str, int], dict[str, list[Run]]] = {}
    for run in runs:
        key = (run.reading, settings(run.config), run.base, run.seed)
        by_kernel.setdefault(key, {}).setdefault(run.arch, []).append(run)
    alike: dict[tuple[str, int, str], dict[str, list[str]]] = {}
    for (reading, config, base, seed), arches in by_kernel.items():
        who = alike.setdefault((base, seed, _operations(arches)), {})
        who.setdefault(reading, []).append(config)
    return [
        f"{base}: {operations}; {_each(who)}; seed {seed}"
        for (base, seed, operations), who in alike.items()
    ]


def _each(who: dict[str, list[str]]) -> str:
    """``with the lines (A=y; A=n), without them (A=y)``."""
    return ", ".join(f"{name} ({'; '.join(dict.fromkeys(of))})" for name, of in who.items())


def _operations(arches: dict[str, list[Run]]) -> str:
    """``1,200 operations on x86_64 (4 levels; 5 levels), arm64 (64K pages)``."""
    count = sum(run.operations for group in arches.values() for run in group)
    places = {arch: [run.geometry for run in group] for arch, group in arches.items()}
    return f"{counted(count, 'operation')} on {_each(places)}"


def work_lines(work: Sequence[Work]) -> list[str]:
    """The kernels' counts over each trace, where several did the same in one line."""
    groups: dict[tuple[str, str], dict[str, dict[str, list[str]]]] = {}
    for one in work:
        kernels = groups.setdefault((one.trace, _counts(one)), {})
        kernels.setdefault(one.kernel, {}).setdefault(settings(one.config), []).append(one.reading)
    return [
        f"{trace}: {counts}: {', '.join(f'{name} under {_each(of)}' for name, of in who.items())}"
        for (trace, counts), who in groups.items()
    ]


def _counts(work: Work) -> str:
    return (
        f"{counted(work.ptes_moved, 'PTE')} and {counted(work.pmds_moved, 'PMD')} moved, "
        f"{counted(work.tables_allocated, 'table')} allocated, "
        f"{work.flushes:,} flush{'' if work.flushes == 1 else 'es'}"
    )
