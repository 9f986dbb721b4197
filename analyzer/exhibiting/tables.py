"""Page tables before a call and after it, of both kernels, told from what the runs wrote down.

The state before is built from the scenario as it was for the runs; the writes that each kernel
made are then done again on a plain copy. So what is drawn is what was compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from analyzer.finding import NotChecked
from analyzer.machine.observation import Observation
from analyzer.machine.scenario import Remap
from analyzer.machine.staging import prepare, prepare_call
from analyzer.mm.entry import BIT_NAMES, Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import Geometry, Level
from analyzer.mm.state import State, Table
from analyzer.replay.lockstep import first_difference
from analyzer.replay.outcome import Pictured
from analyzer.report.exhibits import Drawing, Entries, PageTables, TableDrawn
from analyzer.review.behaviour import named
from analyzer.review.case import Case

# What an entry says: its kind, the number of what it leads to, its bits.
_Said = tuple[Kind, int, int]
_NONE: _Said = (Kind.NONE, 0, 0)

_MOST_DRAWN = 8
_MOST_TABLES = 12
_MOST_ENTRIES = 10
_PROVED = (
    "Found by a proof over every input, not in a run: the trace is one input on which the "
    "functions part, and the steps are what each of them does then: its calls, what it returns, "
    "and what it leaves in memory. No page tables are drawn."
)
_NO_MORE = f"No page tables are drawn: the page has room for those of {_MOST_DRAWN} divergences."
_LEGEND = (
    "Drawn are the tables that hold entries which the call could reach, from the level of PMD "
    "entries (or the highest that was written) down; empty entries are left out unless one of the "
    "drawings has something there. A table keeps its number and its stripe in all drawings; a "
    "changed entry has an asterisk."
)


@dataclass(slots=True)
class _Tables:
    """Page tables as plain data: for each number the level of its entries, and these by index."""

    geometry: Geometry
    top: int
    level: dict[int, Level] = field(default_factory=dict)
    each: dict[int, int] = field(default_factory=dict)
    entries: dict[int, dict[int, _Said]] = field(default_factory=dict)
    freed: set[int] = field(default_factory=set)

    def add(self, number: int, table: Table) -> None:
        """A table as the model has it."""
        self.level[number], self.each[number] = table.of, table.each
        self.entries[number] = {index: one.says() for index, one in table.entries.items()}

    def copy(self) -> _Tables:
        """The same tables, to be written to."""
        entries = {number: dict(of) for number, of in self.entries.items()}
        return _Tables(
            self.geometry, self.top, dict(self.level), dict(self.each), entries, set(self.freed)
        )

    def bases(self) -> dict[int, int]:
        """The first address of each table that is linked."""
        found = {self.top: 0}
        waiting = [self.top]
        while waiting:
            number = waiting.pop()
            for index, (kind, target, _bits) in self.entries[number].items():
                if kind is Kind.TABLE and target in self.each and target not in found:
                    found[target] = found[number] + index * self.each[number]
                    waiting.append(target)
        return found


def tables_of(case: Case) -> tuple[tuple[PageTables, ...], tuple[NotChecked, ...]]:
    """The drawings for a case, one set a divergence, or one of a plain move where there is none.

    A divergence that is not drawn says so in its place. With them what is missing, and why.
    """
    found: list[PageTables] = []
    count = 0
    for one in named(case):
        pictured = one.divergence.pictured
        if pictured is None:
            found.append(PageTables(one.id, (_PROVED,), (), ()))
        elif count == _MOST_DRAWN:
            found.append(PageTables(one.id, (_NO_MORE,), (), ()))
        else:
            count += 1
            found.append(drawn(pictured, one.id, legend=count == 1))
    sample = case.outcome.pictured if case.outcome is not None else None
    if sample is not None:
        found.append(drawn(sample, "", legend=not count))
    if found:
        return tuple(found), ()
    return (), (NotChecked("page tables", "no kernel was run to the end of a call"),)


def drawn(pictured: Pictured, divergence: str, *, legend: bool = True) -> PageTables:
    """Three drawings of a scenario: before the call, and after it in each kernel."""
    before = _before(pictured)
    runs = pictured.upstream, pictured.target
    stages = [before, *(_after(before, run.events) for run in runs)]
    titles = ("before the call", "upstream, after the call", "target, after the call")
    shown = _Shown(before, stages, _highest(runs))
    drawings = tuple(
        Drawing(title, tuple(shown.tables(stage)))
        for title, stage in zip(titles, stages, strict=True)
    )
    said = (_alike(drawings, runs), *_more(shown), *((_LEGEND,) if legend else ()))
    return PageTables(divergence, said, pictured.scenario.operations(), drawings)


def _before(pictured: Pictured) -> _Tables:
    scenario = pictured.scenario
    state = State(scenario.geometry)
    if isinstance(scenario, Remap):
        prepare_call(state, scenario)
    else:
        prepare(state, scenario)
    tables = _Tables(scenario.geometry, state.top.number)
    for number, table in state.tables.items():
        tables.add(number, table)
    return tables


def _after(before: _Tables, events: Iterable[Event]) -> _Tables:
    """The tables with what a run wrote down done to them."""
    tables = before.copy()
    spare = State(before.geometry)
    for event in events:
        match event.kind, event.what:
            case EventKind.WRITE, (_level, _address, table, index, _old, new, *_):
                said = cast("_Said", new)
                tables.entries.setdefault(cast("int", table), {})[cast("int", index)] = said
            case EventKind.ALLOCATE, (Level() as level, int(number)):
                tables.add(number, Table(spare, number, level, spare.page_table_lock))
            case EventKind.FREE, (Level(), int(number)):
                tables.freed.add(number)
            case _:
                pass
    return tables


def _highest(runs: Iterable[Observation]) -> Level:
    """The highest level that was written, PMD at least."""
    written = (
        cast("Level", event.what[0])
        for run in runs
        for event in run.events
        if event.kind is EventKind.WRITE
    )
    return max((Level.PMD, *written))


def _alike(drawings: Sequence[Drawing], runs: Sequence[Observation]) -> str:
    if drawings[1].tables != drawings[2].tables:
        return "The page tables end otherwise in the target than in upstream."
    if first_difference(*runs) is None:
        return "Both kernels do the same, step by step."
    return (
        "The page tables end alike in both kernels: what differs is in the steps on the way, in "
        "locks, flushes, faults, reports or the result."
    )


def _more(shown: _Shown) -> Iterator[str]:
    left = len(shown.chosen) - _MOST_TABLES
    if left > 0:
        yield f"The first {_MOST_TABLES} tables are drawn; {left} more are not."


class _Shown:
    """What is drawn of some stages of one scenario: the same tables and entries in each."""

    def __init__(self, before: _Tables, stages: Sequence[_Tables], highest: Level) -> None:
        self.before = before
        self._linked = before.bases()
        bases = [stage.bases() for stage in stages]
        every = {number for one in bases for number in one}
        levels = {number: level for stage in stages for number, level in stage.level.items()}
        self.chosen = sorted(
            (one for one in every if levels[one] <= highest),
            key=lambda one: (-levels[one], one),
        )
        self._indexes = {number: _used(number, stages) for number in self.chosen}

    def tables(self, stage: _Tables) -> Iterator[TableDrawn]:
        """The tables of one stage, those that exist then."""
        bases = stage.bases()
        for number in self.chosen[:_MOST_TABLES]:
            if number in stage.entries:
                yield self._table(stage, number, bases)

    def _table(self, stage: _Tables, number: int, bases: Mapping[int, int]) -> TableDrawn:
        base = bases.get(number)
        rows = list(self._rows(stage, number, base))
        left = len(rows) - _MOST_ENTRIES
        level = stage.level[number].name
        if left > 1:
            rows[_MOST_ENTRIES:] = [Entries(level, None, None, f"... {left} more rows")]
        return TableDrawn(number, level, tuple(rows), self._said(stage, number, base))

    def _said(self, stage: _Tables, number: int, base: int | None) -> str:
        if number in stage.freed:
            return "freed"
        if base is None:
            return "linked nowhere"
        moved = number in self._linked and self._linked[number] != base
        new = number not in self.before.entries
        return "new" if new else "moved" if moved else ""

    def _rows(self, stage: _Tables, number: int, base: int | None) -> Iterator[Entries]:
        """Entries of one table, neighbours of one sort as one."""
        level, each = stage.level[number], stage.each[number]
        own, was = stage.entries[number], self.before.entries.get(number, {})
        run: list[tuple[int, _Said, bool]] = []
        for index in [*self._indexes[number], None]:
            if index is None:
                yield from _told(run, level, base, each)
                return
            said = own.get(index, _NONE)
            changed = said != was.get(index, _NONE)
            if run and not _goes_on(run[-1], (index, said, changed)):
                yield from _told(run, level, base, each)
                run = []
            run.append((index, said, changed))


def _used(number: int, stages: Iterable[_Tables]) -> list[int]:
    """The entries of a table that hold something in one of the stages."""
    return sorted(
        {
            index
            for stage in stages
            for index, said in stage.entries.get(number, {}).items()
            if said[0] is not Kind.NONE
        }
    )


def _goes_on(last: tuple[int, _Said, bool], new: tuple[int, _Said, bool]) -> bool:
    """Whether an entry is one more of a run of them."""
    (index, (kind, target, bits), changed), (at, (its, leads, own), is_changed) = last, new
    if (at, its, own, is_changed) != (index + 1, kind, bits, changed) or kind is Kind.TABLE:
        return False
    return kind is Kind.NONE or leads == target + 1


def _told(
    run: Sequence[tuple[int, _Said, bool]], level: Level, base: int | None, each: int
) -> Iterator[Entries]:
    if not run:
        return
    (index, (kind, target, bits), changed), last = run[0], run[-1]
    count = len(run)
    first = None if base is None else base + index * each
    end = None if base is None else base + (last[0] + 1) * each
    leads = target if kind is Kind.TABLE else None
    yield Entries(level.name, first, end, _words(kind, target, bits, count), leads, changed)


def _words(kind: Kind, target: int, bits: int, count: int) -> str:
    names = [name for bit, name in BIT_NAMES if bits & bit]
    if kind is Kind.NONE:
        return "none" if count == 1 else f"{count} times none"
    what = f"{kind.value} {target}" if count == 1 else f"{kind.value} {target}-{target + count - 1}"
    return ", ".join([what, *names])
