"""What replaying a patch came to: plain facts, which the report is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from analyzer.errors import CodePlace

if TYPE_CHECKING:
    from analyzer.machine.observation import Observation
    from analyzer.machine.splice import Spliced
    from analyzer.replay.sides import AnyScenario


class Cause(Enum):
    """What a divergence is charged to."""

    PATCH = "patch"
    BASE = "base"
    CONFIGURATION = "configuration"
    FOLLOW_UP = "follow-up"


# Symbols and values, as (("HAVE_MOVE_PMD", "y"),).
Config = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a kernel was run as: a reading of the patch, a configuration, a base, a geometry."""

    reading: str
    config: Config
    base: str
    geometry: str
    arch: str


@dataclass(frozen=True, slots=True)
class Pictured:
    """One scenario, and what upstream.after and target.after did on it: for who draws it."""

    scenario: AnyScenario
    upstream: Observation
    target: Observation


@dataclass(frozen=True, slots=True)
class Divergence:
    """One difference in behaviour, shrunk and confirmed.

    ``item`` is the primary check item. ``place`` is in the patch's own C, None where it never ran
    before the difference; ``upstream_line`` is a line of upstream's file. ``upstream`` and
    ``target`` tell step by step what each kernel did, the lines that differ first marked by
    ``>``. ``fix`` names the later upstream commit for the cause FOLLOW_UP. ``of_tree``: the place
    is a line of the target's file with the patch, not of the patch's own image of it.
    ``upstream_path`` is the file of ``upstream_line``, None for that of the move path.
    ``pictured`` are the runs that are told, None where nothing was run.
    """

    cause: Cause
    item: str
    function: str
    place: CodePlace | None
    upstream_line: int | None
    setting: Setting
    trace: tuple[str, ...]
    observation: str
    invariant: str | None
    upstream: tuple[str, ...]
    target: tuple[str, ...]
    fix: str | None = None
    of_tree: bool = False
    upstream_path: str | None = None
    pictured: Pictured | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Run:
    """So many scenarios in one setting; ``differing`` of them differed."""

    setting: Setting
    operations: int
    differing: int


@dataclass(frozen=True, slots=True)
class Work:
    """What one kernel did in one scenario that a person can picture."""

    kernel: str
    setting: Setting
    trace: str
    ptes_moved: int
    pmds_moved: int
    tables_allocated: int
    flushes: int


@dataclass(frozen=True, slots=True)
class NotRun:
    """Something that was not replayed, and why; ``item`` where it is about one check item only."""

    what: str
    why: str
    place: CodePlace | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a probe told of a later fix: ``carried`` is None where it could not be told.

    ``of_tree``: the place is a line of the target's file with the patch.
    """

    commit: str
    carried: bool | None
    said: str
    place: CodePlace | None = None
    of_tree: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """One symbol in one reading, in words for a person.

    ``on`` and ``off`` say what the kernel does under y and n; ``off_as_before`` says whether under
    n it does what the kernel before the patch does, None where that could not be run.
    """

    reading: str
    symbol: str
    on: str
    off: str
    off_as_before: bool | None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that came up in a log: why, how often, and the line where it first did."""

    why: str
    times: int
    line: int


@dataclass(frozen=True, slots=True)
class TraceTold:
    """What replaying one log came to.

    ``calls`` are its mremap() calls, ``replayed`` those that kernels were run on, ``eligible`` the
    moves that could take the PMD path; ``summary`` tells the workload. ``otherwise`` are results in
    the log that the target does not give, ``left_out`` what was not read, followed or run,
    ``assumed`` what was taken for granted. ``whole``: kernels were run from the system call down.
    """

    name: str
    populate: str
    operations: int
    calls: int
    replayed: int
    eligible: int
    summary: tuple[str, ...]
    otherwise: tuple[Note, ...]
    left_out: tuple[Note, ...]
    assumed: tuple[Note, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """All of it.

    ``ran``: at least one comparison of upstream.after with target.after was made, and none of
    those planned was left out for a reason in ``not_run``. ``functions`` are (kernel, function,
    standing) with the standings of the JSON contract. ``assumptions`` are (text, what rests on it).
    ``of_trees``: kernel trees were run, and places are lines of the target's file with the patch.
    ``spliced`` is the code that was run without trees, for an engine that proves. ``pictured`` is
    the scenario that work is counted on, where both kernels came to its end.
    """

    ran: bool
    divergences: tuple[Divergence, ...] = ()
    runs: tuple[Run, ...] = ()
    work: tuple[Work, ...] = ()
    not_run: tuple[NotRun, ...] = ()
    probes: tuple[Told, ...] = ()
    gates: tuple[Gate, ...] = ()
    assumptions: tuple[tuple[str, str], ...] = ()
    functions: tuple[tuple[str, str, str], ...] = ()
    excluded: tuple[NotRun, ...] = ()
    seed: int = 0
    traces: tuple[TraceTold, ...] = ()
    of_trees: bool = False
    spliced: tuple[Spliced, ...] = field(default=(), compare=False, repr=False)
    pictured: Pictured | None = field(default=None, compare=False, repr=False)
