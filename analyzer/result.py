"""What was asked, and what was found out: the data that every report format prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from analyzer.finding import Evidence, NotChecked, State
from analyzer.patch.damage import Damage
from analyzer.replay.outcome import Cause as Cause  # the engine's word is the report's


class Verdict(Enum):
    """Does the patch do what the upstream commit did? Speaks of behaviour only."""

    SAME = "same"
    DIFFERS = "differs"
    UNDECIDED = "undecided"


class Basis(Enum):
    """What the verdict stands on."""

    NONE = "none"
    TRACES = "traces"
    PROOF = "traces+proof"
    INTERLEAVINGS = "traces+proof+interleavings"


class Standing(Enum):
    """How one kernel has one function."""

    TRANSLATED = "translated"
    REFERENCE = "reference"
    SPLICED = "spliced"
    UNMODELLED = "unmodelled"
    UNPARSED = "unparsed"
    UNTRANSLATED = "untranslated"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the tool. ``patch`` is a path, ``-``, ``REPO@COMMIT`` or ``REPO@A..B``.

    ``prove`` is None where the user does not say; ``prove_limit`` are seconds for one patch.
    """

    patch: str
    upstream_commit: str | None = None
    target: str | None = None
    architectures: tuple[str, ...] = ()
    facts: tuple[Path, ...] = ()
    write_repaired: Path | None = None
    upstream: str | None = None
    config: Path | None = None
    traces: tuple[Path, ...] = ()
    populate: str | None = None
    prove: bool | None = None
    save_queries: Path | None = None
    prove_limit: float | None = None


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something taken for granted, and what rests on it (item ids, ``verdict``, a line)."""

    text: str
    rests_on: str


@dataclass(frozen=True, slots=True)
class PatchFacts:
    """What the patch is. ``commit`` is the commit it was pushed as, where it says so."""

    subject: str | None
    author: str | None
    date: str | None
    commit: str | None
    upstream_commit: str | None
    files: tuple[str, ...]
    intact: bool
    damage: tuple[Damage, ...]


@dataclass(frozen=True, slots=True)
class Kernel:
    """One of the four kernels (``upstream.before``); ``source`` says what it is made of."""

    name: str
    source: str
    revision: str | None = None
    functions: tuple[tuple[str, Standing], ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """The answer to one check item (``SM-4``). ``next`` is imperative, or empty."""

    id: str
    title: str
    state: State
    summary: str
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    divergences: tuple[str, ...] = ()
    next: str = ""
    answered_by: str = "analyze"


@dataclass(frozen=True, slots=True)
class Divergence:
    """One difference in behaviour between upstream.after and target.after.

    ``upstream`` and ``target`` tell step by step what each did, one step a line; the lines that
    differ first begin with ``>``.
    """

    id: str
    cause: Cause
    function: str
    side: str
    path: str | None
    line: int | None
    config: tuple[tuple[str, str], ...]
    trace: tuple[str, ...]
    schedule: str | None
    observation: str
    invariant: str | None
    upstream: str
    target: str


@dataclass(frozen=True, slots=True)
class Run:
    """One replay: where, under which configuration and reading, how many operations."""

    arch: str
    geometry: str
    config: tuple[tuple[str, str], ...]
    reading: str
    base: str
    operations: int
    seed: int


@dataclass(frozen=True, slots=True)
class Work:
    """What one kernel did over one trace, in counts."""

    kernel: str
    config: tuple[tuple[str, str], ...]
    reading: str
    trace: str
    ptes_moved: int
    pmds_moved: int
    tables_allocated: int
    flushes: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known about one patch. ``items`` stand in the order of the checklist.

    ``interrupted``: the user ended it early, and it has what was decided by then.
    """

    verdict: Verdict
    basis: Basis
    patch: PatchFacts
    kernels: tuple[Kernel, ...]
    items: tuple[Item, ...]
    not_checked: tuple[NotChecked, ...]
    assumptions: tuple[Assumption, ...] = ()
    divergences: tuple[Divergence, ...] = field(default=())
    runs: tuple[Run, ...] = ()
    work: tuple[Work, ...] = ()
    interrupted: bool = False


# The items whose `cannot-tell` means that the question itself was not answered.
_CORE_ITEMS = ("SM-", "CF-4", "IN-")


def exit_code(report: Report) -> int:
    """The process's exit code for one report: 0, 1 (a finding), 3 (undecided), 130."""
    if report.interrupted:
        return 130
    if any(item.state is State.FINDING for item in report.items):
        return 1
    if report.verdict is Verdict.UNDECIDED:
        return 3
    open_core = (
        item.state is State.CANNOT_TELL and item.id.startswith(_CORE_ITEMS) for item in report.items
    )
    return 3 if any(open_core) else 0


def exit_code_of_all(reports: tuple[Report, ...]) -> int:
    """The exit code for several patches: 130 beats 1, which beats 3, which beats 0."""
    codes = {exit_code(report) for report in reports}
    return next((code for code in (130, 1, 3) if code in codes), 0)


def headline(report: Report) -> str:
    """The report in one line: verdict, basis, number of findings, first action."""
    findings = [item for item in report.items if item.state is State.FINDING]
    count = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
    unrun = report.basis is Basis.PROOF and not any(run.operations for run in report.runs)
    none = ", and no trace was run" if unrun else ""
    verdict = f"{report.verdict.value} (basis: {report.basis.value}{none})"
    first = next(
        (item for item in (*findings, *_open_items(report)) if item.next),
        None,
    )
    action = f"first: {first.id}: {first.next}" if first else "nothing to do"
    return f"{verdict}, {count}; {action}"


def _open_items(report: Report) -> list[Item]:
    waiting = (State.NEEDS_REVIEW, State.CANNOT_TELL)
    return sorted(
        (item for item in report.items if item.state in waiting),
        key=lambda item: waiting.index(item.state),
    )
