"""What was asked, and what was found out: the data that every report format prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from analyzer.finding import Evidence, NotChecked, State
from analyzer.patch.damage import Damage
from analyzer.replay.outcome import Cause as Cause  # the engine's word is the report's
from analyzer.source import Place


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
class Given:
    """Answers of a person, as the command line gives them: ``TS-1=ok``, by whom, why, until when.

    ``until`` is a date, YYYY-MM-DD.
    """

    answers: tuple[str, ...] = ()
    by: str | None = None
    note: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the tool. ``patch`` is a path, ``-``, ``REPO@COMMIT`` or ``REPO@A..B``.

    ``prove`` is None where the user does not say; ``prove_limit`` are seconds for one patch.
    ``newer`` are newer branches of the release, ``SRC`` or ``SRC@REV``; ``blacklists`` files of
    commits that it leaves out; ``checklist`` is a TOML file of its own or the name of a ready one.
    ``answers`` is the file that people's answers are kept in, beside the patch where it is None.
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
    newer: tuple[str, ...] = ()
    blacklists: tuple[Path, ...] = ()
    checklist: str | None = None
    answers: Path | None = None
    given: Given = Given()


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
class Asked:
    """How a release asks one item: a ``gate`` must be ok, ``decides`` names who says so."""

    id: str
    gate: bool = False
    decides: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseList:
    """The checklist of a release: its name, its title, and its items in order."""

    name: str
    title: str
    asked: tuple[Asked, ...]

    @property
    def gates(self) -> tuple[str, ...]:
        """The ids of the items that must be ok, or not applicable."""
        return tuple(one.id for one in self.asked if one.gate)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A line of the patch, as it was sent, that evidence points to."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What the patch's letter names, for the forms that quote it. Empty: not named.

    ``message_id`` with its angle brackets, ``sender`` as ``Name <address>``, ``recipients`` bare
    addresses, ``trackers`` as ``system#key`` (``bsc#1234``, ``jira#RHEL-7``). ``released`` is the
    first upstream tag that holds the commit (``v5.0``), where that is known for sure. ``quoted``
    are the lines that evidence of open items points to, without those of files not in the patch.
    """

    message_id: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    trackers: tuple[str, ...] = ()
    cves: tuple[str, ...] = ()
    released: str = ""
    signers: tuple[str, ...] = ()
    quoted: tuple[Quoted, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known about one patch. ``items`` stand in the order of the checklist.

    ``interrupted``: the user ended it early, and it has what was decided by then. ``release`` is
    the checklist that was asked for, ``input`` the PATCH as the user named it.
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
    release: ReleaseList | None = None
    input: str = ""
    letter: LetterFacts = LetterFacts()


def open_gates(report: Report) -> tuple[str, ...]:
    """The gates of the release that are not ok yet, in its order; a waived one is not."""
    passed = (State.OK, State.NOT_APPLICABLE)
    done = {item.id for item in report.items if item.state in passed}
    gates = report.release.gates if report.release else ()
    return tuple(name for name in gates if name not in done)


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
    open_core = (item.state is State.CANNOT_TELL and core(item) for item in report.items)
    return 3 if any(open_core) else 0


def core(item: Item) -> bool:
    """Whether an item's ``cannot-tell`` leaves the whole question open (exit code 3)."""
    return item.id.startswith(_CORE_ITEMS)


def exit_code_of_all(reports: tuple[Report, ...]) -> int:
    """The exit code for several patches: 130 beats 1, which beats 3, which beats 0."""
    codes = {exit_code(report) for report in reports}
    return next((code for code in (130, 1, 3) if code in codes), 0)


# Whether deviations are explained: what is wrong is to be mended before it is written down.
_NOTE = "TX-4"


def urgency(id_: str, state: State) -> int:
    """How soon an item asks for work, 0 at once; what every format names first is the lowest.

    What the patch does comes before what its message lacks, and what leaves the whole question
    open before what needs a look.
    """
    behaviour = id_.startswith(_CORE_ITEMS)
    if state is State.FINDING:
        return 0 if behaviour else 2 if id_ == _NOTE else 1
    if state is State.CANNOT_TELL:
        return 3 if behaviour else 5
    return 4 if state is State.NEEDS_REVIEW else 6


def waiting(report: Report) -> list[Item]:
    """The items that ask for work, the most urgent first."""
    asking = (State.FINDING, State.NEEDS_REVIEW, State.CANNOT_TELL)
    found = [item for item in report.items if item.state in asking]
    return sorted(found, key=lambda item: urgency(item.id, item.state))


def headline(report: Report) -> str:
    """The report in one line: verdict, basis, number of findings, first action."""
    findings = sum(item.state is State.FINDING for item in report.items)
    count = f"{findings} finding{'' if findings == 1 else 's'}"
    unrun = report.basis is Basis.PROOF and not any(run.operations for run in report.runs)
    none = ", and no trace was run" if unrun else ""
    verdict = f"{report.verdict.value} (basis: {report.basis.value}{none})"
    first = next((item for item in waiting(report) if item.next), None)
    action = f"first: {first.id}: {first.next}" if first else "nothing to do"
    return f"{verdict}, {count}; {action}"
