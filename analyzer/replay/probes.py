"""Whether the patch carries later fixes of upstream's commit: told by running it, not by its text.

Each probe is a scenario in which the fixed and the unfixed form differ, and what tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.errors import CodePlace, Stopped
from analyzer.machine.observation import Observation
from analyzer.machine.scenario import Content, Scenario
from analyzer.mm.entry import Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import SMALL, Level
from analyzer.reference.base import Base
from analyzer.reference.patch import Fix
from analyzer.replay.bench import Bench
from analyzer.replay.outcome import Told
from analyzer.replay.results import Variant

_RMAP = ("i_mmap", "anon_vma")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run told: ``carried`` is None where it told nothing; ``at`` is the telling event."""

    carried: bool | None
    said: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """How one fix is told, and what it keeps."""

    fix: Fix
    commit: str
    invariant: str
    scenario: Scenario
    ask: Callable[[Observation], Answer]


def probed(
    bench: Bench, variants: Sequence[Variant], bases: Sequence[Base]
) -> list[tuple[Fix, Told]]:
    """Ask every probe of every reading on every base, with all symbols y; they must agree."""
    return [(probe.fix, _told(bench, probe, variants, bases)) for probe in PROBES]


def _told(bench: Bench, probe: Probe, variants: Sequence[Variant], bases: Sequence[Base]) -> Told:
    asked = [_asked(bench, probe, one, base) for one in variants if one.main for base in bases]
    answers = {answer.carried for answer, _place in asked}
    if len(answers) == 1:
        answer, place = asked[0]
        return Told(probe.commit, answer.carried, answer.said, place)
    said = "; ".join(dict.fromkeys(answer.said for answer, _place in asked)) or "it was not run"
    return Told(probe.commit, None, said)


def _asked(
    bench: Bench, probe: Probe, variant: Variant, base: Base
) -> tuple[Answer, CodePlace | None]:
    try:
        kernel = bench.kernel(variant.target(base), probe.scenario.geometry)
    except Stopped as stopped:
        return Answer(None, f"it could not be run: {stopped.reason}"), None
    run = kernel.run(probe.scenario, tracing=True)
    if run.halted is not None:
        return Answer(None, f"it could not be run: {run.halted}"), run.halted_at
    answer = probe.ask(run)
    return answer, None if answer.at is None else run.places[answer.at]


# --- what each looks at ----------------------------------------------------------------------


def _pmd_moves(run: Observation) -> Iterator[tuple[int, Event]]:
    """The writes that hang a page table up under another PMD entry, or take it away."""
    for at, event in enumerate(run.events):
        if event.kind is EventKind.WRITE and event.what[0] is Level.PMD:
            yield at, event


def _rmap_locked(run: Observation) -> Answer:
    moves = [(at, event) for at, event in _pmd_moves(run) if _is_move(event)]
    if not moves:
        return Answer(None, "no page table was moved whole, so it does not show")
    bare = [at for at, event in moves if not any(one.startswith(_RMAP) for one in event.under)]
    if bare:
        said = "with need_rmap_locks false, a PMD entry is written with no rmap lock held"
        return Answer(False, said, bare[0])
    said = "with need_rmap_locks false, PMD entries are written with the rmap locks held"
    return Answer(True, said, moves[0][0])


def _is_move(event: Event) -> bool:
    """A table that other entries led to before; one that is linked first was never read."""
    before, after = event.what[4], event.what[5]
    return (isinstance(after, tuple) and after[0] is Kind.NONE) or (
        isinstance(before, tuple) and before[0] is Kind.TABLE
    )


def _warned(run: Observation) -> Answer:
    reports = [at for at, event in enumerate(run.events) if event.kind is EventKind.REPORT]
    if not reports:
        return Answer(None, "a destination that is not empty is not warned of at all")
    if len(reports) == 1:
        return Answer(True, "two destinations that are not empty bring one warning", reports[0])
    said = f"two destinations that are not empty bring {len(reports)} warnings"
    return Answer(False, said, reports[1])


# --- the scenarios ---------------------------------------------------------------------------

_SIZE = SMALL.pmd_size
_OLD, _NEW = 8 * _SIZE, 12 * _SIZE
_FULL = tuple(
    Content(_OLD + place * _SIZE + page * SMALL.page_size, Kind.PAGE)
    for place in range(2)
    for page in range(2)
)
_MAPPED = Scenario(SMALL, _OLD, _NEW, _SIZE, _FULL[:2], file=True, anon=True)
_TAKEN = Scenario(
    SMALL,
    _OLD,
    _NEW,
    2 * _SIZE,
    (*_FULL, Content(_NEW, Kind.TABLE), Content(_NEW + _SIZE, Kind.TABLE)),
)

PROBES = (
    # Linux kernel commit 97113eb39fa7 ("mm/mremap: hold the rmap lock in write mode when moving
    # page table entries.") (in v5.14)
    Probe(
        Fix.RMAP_ALWAYS,
        "97113eb39fa7",
        "who walks the rmap is kept out while a page table moves",
        _MAPPED,
        _rmap_locked,
    ),
    # Linux kernel commit f81fdd0c4ab7 ("mm: document warning in move_normal_pmd() and make it warn
    # only once") (in v5.8)
    Probe(
        Fix.WARN_ONCE,
        "f81fdd0c4ab7",
        "a destination that is not empty is warned of once",
        _TAKEN,
        _warned,
    ),
)
