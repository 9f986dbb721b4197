"""A recorded trace replayed: every mremap() of it on the kernels of a comparison, in lockstep.

Each call starts from one common state. It is that which upstream.after left, or what the log says
where that kernel could not run it; an address that a kernel chose is taken from the log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from analyzer.errors import Stopped
from analyzer.machine.observation import Done, Observation
from analyzer.machine.scenario import Remap, Scenario
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import X86_64
from analyzer.replay.aspects import CameTo
from analyzer.replay.back import Change, after_of, change_of, put_back
from analyzer.replay.bench import Bench
from analyzer.replay.four import Four, Judged, judge
from analyzer.replay.lockstep import first_difference
from analyzer.replay.moving import follow
from analyzer.replay.operation import Call, Operation, Unread
from analyzer.replay.population import Populate
from analyzer.replay.recorded import result_told, told
from analyzer.replay.restrict import Cut, NotReplayed, cut_of
from analyzer.replay.sides import AnyScenario, AnySide
from analyzer.replay.space import Space
from analyzer.replay.spaces import Spaces
from analyzer.replay.tally import Tally
from analyzer.replay.workload import Workloads

_WORD = 1 << 64
_MOST_ERRNO = 4095
# Differences of so many sorts are kept; of each the first.
_MOST_FOUND = 12
# Reasons of so many kinds are told apart.
_MOST_KINDS = 256
# The most work for one log, and what a call takes at least: see ``_work_of``.
_MOST_WORK, _EACH_CALL = 5_000_000, 20
_ADDRESS = re.compile(r"0x[0-9a-f]+|\b\d+\b")


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


@dataclass(frozen=True, slots=True)
class _Ran:
    """What the kernels did with one call: what is counted of it, and what is left.

    ``results`` are the ``after`` kernels', an errno as a negative number, None for none.
    ``change`` is what upstream.after did to the space, None where the log has to say it.
    """

    done: tuple[Done, ...]
    judged: Judged | None
    results: tuple[int | None, ...]
    change: Change | None


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
        self._work = 0

    def replay(
        self,
        entries: Iterable[Operation | Unread],
        name: str,
        populate: Populate,
        spaces: Spaces | None = None,
    ) -> Traced:
        """Replay a log, from ``spaces`` if they are given. Raises what reading it raises."""
        spaces = spaces or Spaces(populate)
        traced = Traced(name, populate, self._calls)
        traced.assumed, traced.refused = spaces.assumed, spaces.refused
        traced.sums = {side: Sum() for side, _ in self._sides}
        kinds = _Kinds()
        self._work = 0
        for entry in entries:
            if isinstance(entry, Unread):
                kinds.note(traced.unread, entry.why, entry.why, entry.line)
                continue
            traced.operations += 1
            process = spaces.take(entry)
            if entry.call is Call.MREMAP and process is not None:
                traced.workloads.count(entry, process.number, process.space)
                try:
                    self._step(traced, kinds, entry, process.space)
                except Stopped as stopped:
                    kinds.stopped(traced.not_replayed, stopped.reason, entry.line)
                    follow(process.space, entry)
        return traced

    def _step(self, traced: Traced, kinds: _Kinds, entry: Operation, space: Space) -> None:
        """Run one call, or follow the log. Raises ``Stopped`` where a kernel cannot go on."""
        cut = cut_of(space, entry, X86_64)
        if isinstance(cut, NotReplayed):
            raise Stopped(cut.why)
        ran = None if not self._calls and not _is_move(cut) else self._run(space, cut)
        if ran is None:
            follow(space, entry)
            return
        traced.replayed += 1
        for (side, _), done in zip(self._sides, ran.done, strict=False):
            traced.sums[side].add(done)
        if ran.judged is not None:
            _keep(traced, ran.judged, lambda: self._scenario(cut), entry.line)
        if self._calls and ran.results[-1] != entry.result:
            kinds.otherwise(traced.otherwise, entry, ran.results[-1])
        if ran.change is None:
            follow(space, entry)
        else:
            put_back(space, cut.call, cut.areas, ran.change, entry.line)

    # --- running -----------------------------------------------------------------------------

    def _run(self, space: Space, cut: Cut) -> _Ran:
        """Run a call on the kernels: on those before the patch where something moved."""
        self._work += _work_of(cut)
        if self._work > _MOST_WORK:
            raise Stopped("the log asks for more than is run of one")
        remap = cut.remap()
        scenario = self._scenario(cut, remap)
        ours, theirs = (self._came_to(side, scenario) for _, side in self._sides[:2])
        runs = [ours.run, theirs.run]
        if any(one.done.ptes_moved or one.done.pmds_moved for one in runs):
            runs += [self._came_to(side, scenario).run for _, side in self._sides[2:]]
        judged = None
        if first_difference(ours.run, theirs.run) is not None:
            judged = judge(self._bench, self._four, scenario, acts=self._acts(scenario))
        done = tuple(one.done for one in runs)
        if not self._calls:
            return _Ran(done, judged, (), None)
        results = tuple(_result(one) for one in runs)
        change = None
        if results[0] is not None and results[0] == cut.call.result:
            change = change_of(space, remap, after_of(results[0], ours.left))
        return _Ran(done, judged, results[:2], change)

    def _came_to(self, side: AnySide, scenario: AnyScenario) -> CameTo:
        found = self._bench.came_to(side, scenario)
        if found.run.halted is not None:
            raise Stopped(found.run.halted)
        return found

    def _scenario(self, cut: Cut, remap: Remap | None = None) -> AnyScenario:
        remap = remap or cut.remap()
        return remap if self._calls else _move_of(cut, remap)


def _work_of(cut: Cut) -> int:
    """How much there is to do for one call, in hundreds of microseconds or so."""
    call = cut.call
    pages = sum(min(one.most.pages, sum(run.pages() for run in one.runs)) for one in cut.pieces)
    tables = max(call.old_length, call.new_length) // cut.geometry.pmd_size
    return _EACH_CALL + (pages + tables) // 2


# --- what is counted -------------------------------------------------------------------------


class _Kinds:
    """Reasons with addresses in them: counted by the rest, told in the first one's words."""

    def __init__(self) -> None:
        self._said: dict[tuple[int, str], str] = {}

    def note(self, tally: Tally, kind: str, words: str, line: int) -> None:
        """Count one. There are not more than so many kinds: a log may be made to have them."""
        key = id(tally), kind
        if key not in self._said:
            if len(self._said) >= _MOST_KINDS:
                words, key = "more kinds than are told apart", (id(tally), "")
            self._said.setdefault(key, words)
        tally.note(self._said[key], line)

    def stopped(self, tally: Tally, reason: str, line: int) -> None:
        """Count a call that was not run."""
        self.note(tally, _ADDRESS.sub("", reason), reason, line)

    def otherwise(self, tally: Tally, entry: Operation, mine: int | None) -> None:
        """Count a call of which the target gives another result than the log says."""
        kind = f"{_sort(entry.result)} in the log, {_sort(mine)} from the target"
        first = f"{told(entry)}, where the target gives {result_told(mine)}"
        self.note(tally, kind, f"{kind}: {first}", entry.line)


def _sort(result: int | None) -> str:
    if result is None:
        return "no result"
    return result_told(result) if result < 0 else "an address"


def _keep(traced: Traced, judged: Judged, scenario: Callable[[], AnyScenario], line: int) -> None:
    known = {(one.sort, one.cause) for one, _, _ in traced.found}
    if (judged.sort, judged.cause) not in known and len(known) < _MOST_FOUND:
        traced.found.append((judged, scenario(), line))


def _is_move(cut: Cut) -> bool:
    """Whether a call asks something of move_page_tables()."""
    call = cut.call
    source = any(one.start <= call.address < one.end for one in cut.areas)
    return call.moved and source and 0 < call.kept <= abs(call.result - call.address)


def _move_of(cut: Cut, remap: Remap) -> Scenario:
    """What a call that moved asks of move_page_tables()."""
    call = cut.call
    source = next(one for one in cut.areas if one.start <= call.address < one.end)
    kept = range(call.address, call.address + call.kept)
    return Scenario(
        cut.geometry,
        call.address,
        call.result,
        call.kept,
        tuple(one for one in remap.contents if one.at in kept),
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
