"""A recorded trace replayed: every mremap() of it on the kernels of a comparison, in lockstep.

Each call starts from one common state. It is that which upstream.after left, or what the log says
where that kernel could not run it; an address that a kernel chose is taken from the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from analyzer.errors import Stopped
from analyzer.machine.left import Standings
from analyzer.machine.observation import Done, Observation
from analyzer.machine.scenario import Area, Remap, Scenario
from analyzer.mm.entry import Kind
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import X86_64
from analyzer.replay.aspects import CameTo
from analyzer.replay.bench import Bench
from analyzer.replay.four import Four, Judged, judge
from analyzer.replay.lockstep import first_difference
from analyzer.replay.moving import follow
from analyzer.replay.operation import Call, Operation, Unread
from analyzer.replay.population import Populate
from analyzer.replay.recorded import result_told, told
from analyzer.replay.restrict import NotReplayed, remap_of
from analyzer.replay.back import After, take_over
from analyzer.replay.sides import AnyScenario, AnySide
from analyzer.replay.spaces import Spaces
from analyzer.replay.tally import Tally
from analyzer.replay.workload import Workloads

_WORD = 1 << 64
_MOST_ERRNO = 4095
# Differences of so many sorts are kept; of each the first.
_MOST_FOUND = 12


@dataclass(slots=True)
class Sum:
    """What one kernel did over a trace, in counts."""

    ptes_moved: int = 0
    pmds_moved: int = 0
    tables_allocated: int = 0
    flushes: int = 0

    def add(self, done: Done) -> None:
        """Add one call's."""
        self.ptes_moved += done.ptes_moved
        self.pmds_moved += done.pmds_moved
        self.tables_allocated += done.tables_allocated
        self.flushes += done.flushes


@dataclass(slots=True)
class Traced:
    """What replaying a log came to.

    ``calls`` is the system call's path as a whole, else only what it moved was run. ``found`` are
    differences with the line of the log, ``otherwise`` results that the target does not give.
    """

    name: str
    populate: Populate
    calls: bool
    operations: int = 0
    replayed: int = 0
    workloads: Workloads = field(default_factory=lambda: Workloads(X86_64))
    sums: dict[str, Sum] = field(default_factory=dict)
    found: list[tuple[Judged, AnyScenario, int]] = field(default_factory=list)
    unread: Tally = field(default_factory=Tally)
    not_replayed: Tally = field(default_factory=Tally)
    otherwise: Tally = field(default_factory=Tally)
    assumed: Tally = field(default_factory=Tally)
    refused: Tally = field(default_factory=Tally)


class Replayer:
    """Replays logs on the four kernels of a comparison.

    ``calls``: all four have the system call; else each move is run from move_page_tables() on.
    """

    def __init__(
        self,
        bench: Bench,
        four: Four,
        *,
        calls: bool,
        acts: Callable[[AnyScenario], bool] = lambda _: True,
    ) -> None:
        self._bench = bench
        self._four = four
        self._calls = calls
        self._acts = acts
        self._sides = (
            ("upstream.after", four.upstream_after),
            ("target.after", four.target_after),
            ("upstream.before", four.upstream_before),
            ("target.before", four.target_before),
        )

    def replay(
        self, entries: Iterable[Operation | Unread], name: str, populate: Populate
    ) -> Traced:
        """Replay a log. Raises what reading it raises."""
        spaces = Spaces(populate)
        traced = Traced(name, populate, self._calls)
        traced.assumed, traced.refused = spaces.assumed, spaces.refused
        traced.sums = {side: Sum() for side, _ in self._sides}
        for entry in entries:
            if isinstance(entry, Unread):
                traced.unread.note(entry.why, entry.line)
                continue
            traced.operations += 1
            process = spaces.take(entry)
            if entry.call is Call.MREMAP and process is not None:
                space = process.space
                traced.workloads.count(entry, process.number, space)
                remap = remap_of(space, entry, X86_64)
                after = self._step(traced, entry, remap)
                if after is None or isinstance(remap, NotReplayed):
                    follow(space, entry)
                else:
                    take_over(space, remap, after, entry.line)
        return traced

    def _step(self, traced: Traced, entry: Operation, remap: Remap | NotReplayed) -> After | None:
        """Run one call; what upstream.after left, None where the log has to say it."""
        if isinstance(remap, NotReplayed):
            traced.not_replayed.note(remap.why, remap.line)
            return None
        scenario = remap if self._calls else _move_of(remap, entry)
        if scenario is None:
            return None
        try:
            return self._run(traced, entry, scenario)
        except Stopped as stopped:
            traced.not_replayed.note(stopped.reason, entry.line)
            return None

    def _run(self, traced: Traced, entry: Operation, scenario: AnyScenario) -> After | None:
        ours, theirs = (self._came_to(side, scenario) for _, side in self._sides[:2])
        traced.replayed += 1
        self._count(traced, scenario, (ours.run, theirs.run))
        if first_difference(ours.run, theirs.run) is not None:
            judged = judge(self._bench, self._four, scenario, acts=self._acts(scenario))
            if judged is not None:
                _keep(traced, judged, scenario, entry.line)
        if isinstance(scenario, Scenario):
            return None
        self._compare(traced, entry, theirs.run)
        return _after(ours)

    def _came_to(self, side: AnySide, scenario: AnyScenario) -> CameTo:
        found = self._bench.came_to(side, scenario)
        if found.run.halted is not None:
            raise Stopped(found.run.halted)
        return found

    def _count(self, traced: Traced, scenario: AnyScenario, after: tuple[Observation, ...]) -> None:
        """Add up what each kernel did; those before the patch are run where something moved."""
        runs = list(after)
        if any(one.done.ptes_moved or one.done.pmds_moved for one in runs):
            runs += [self._bench.run(side, scenario) for _, side in self._sides[2:]]
        for (name, _), run in zip(self._sides, runs, strict=False):
            if run.halted is None:
                traced.sums[name].add(run.done)

    def _compare(self, traced: Traced, entry: Operation, run: Observation) -> None:
        """Whether the target gives what the log says that its kernel gave."""
        mine = _result(run)
        if entry.result is not None and mine != entry.result:
            what = f"{told(entry)}, where the target gives {result_told(mine)}"
            # The line and the addresses are of the first; what is counted is the pair of results.
            kind = f"{_sort(entry.result)} in the log, {_sort(mine)} from the target"
            first = kind not in {one.why.partition(": ")[0] for one in traced.otherwise.noted()}
            known = next(
                (one.why for one in traced.otherwise.noted() if one.why.startswith(f"{kind}: ")),
                None,
            )
            traced.otherwise.note(f"{kind}: {what}" if first else known or kind, entry.line)


def _sort(result: int | None) -> str:
    if result is None:
        return "no result"
    return result_told(result) if result < 0 else "an address"


def _keep(traced: Traced, judged: Judged, scenario: AnyScenario, line: int) -> None:
    known = {(one.sort, one.cause) for one, _, _ in traced.found}
    if (judged.sort, judged.cause) not in known and len(known) < _MOST_FOUND:
        traced.found.append((judged, scenario, line))


def _move_of(remap: Remap, entry: Operation) -> Scenario | None:
    """What a call that moved asks of move_page_tables(); None where it moved nothing."""
    result = entry.result
    if result is None or result < 0 or result == remap.address or not remap.old_length:
        return None
    page = remap.geometry.page_size
    length = min(remap.old_length, remap.new_length)
    length += -length % page
    source = next((one for one in remap.areas if one.start <= remap.address < one.end), None)
    end = remap.address + length
    if source is None or abs(result - remap.address) < length:
        return None
    inside = tuple(one for one in remap.contents if remap.address <= one.at < end)
    return Scenario(
        remap.geometry,
        remap.address,
        result,
        length,
        inside,
        file=source.file is not None,
        anon=source.anon is not None,
    )


def _result(run: Observation) -> int | None:
    """What a system call returned, an errno as a negative number."""
    last = run.events[-1] if run.events else None
    value = last.what[0] if last is not None and last.kind is EventKind.RETURN else None
    if not isinstance(value, int):
        return None
    value %= _WORD
    return value - _WORD if value >= _WORD - _MOST_ERRNO else value


def _after(came_to: CameTo) -> After | None:
    """What is taken over into the trace's space."""
    result = _result(came_to.run)
    if result is None:
        return None
    return After(result, _areas(came_to.left), _pages(came_to.left))


def _areas(left: Standings) -> tuple[Area, ...]:
    return tuple(
        Area(one.start, one.end, one.flags, one.file, one.pgoff, one.anon) for one in left.areas
    )


def _pages(left: Standings) -> dict[int, int]:
    return {at: bits for at, (kind, _, bits) in left.pages.items() if kind is Kind.PAGE}
