"""Kernels side by side: made once, run on the same scenarios, their differences collected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from time import process_time
from typing import cast

from analyzer.errors import CodePlace, FaultKind, Stopped
from analyzer.machine.kernel import Code, Kernel
from analyzer.machine.observation import Observation
from analyzer.machine.scenario import Scenario
from analyzer.machine.splice import Splice
from analyzer.mm import geometry as geometries
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import Geometry
from analyzer.reference.base import Base
from analyzer.reference.patch import Fix, Upstream
from analyzer.replay.aspects import CameTo
from analyzer.replay.classify import Class, classify
from analyzer.replay.generate import around, few, sample, sweep
from analyzer.replay.lockstep import common_faults, first_difference
from analyzer.replay.sides import AnyKernel, AnyScenario, AnySide, LineText
from analyzer.translate.result import Translated

# Bits of ``unsigned long`` on most machines.
_WIDE = 64
# A patch's code is a stranger's: so long it may run in all, so much it may do in one call, and so
# often it may fail to go on.
_SECONDS = 30
_MOST_EVENTS = 20_000
_MOST_HALTS = 8
# Differences of so many sorts are told apart; a patch with more is wrong in any case.
_MOST_SORTS = 8


@dataclass(frozen=True, slots=True)
class Side:
    """What a kernel is made of, but for its geometry.

    With ``on``, upstream's patch is in it, with the ``fixes``; a ``splice`` is a patch's own code.
    """

    base: Base
    on: bool = False
    fixes: frozenset[Fix] = frozenset()
    splice: Splice | None = None

    @property
    def code(self) -> Code:
        """A patch's own code."""
        return Code() if self.splice is None else self.splice.code

    @property
    def absolute(self) -> tuple[int, ...]:
        """Numbers in a patch's code that only real page tables have room for."""
        return () if self.splice is None else self.splice.absolute

    @property
    def shared(self) -> bool:
        """See ``AnySide``: a reference that no patch is spliced onto."""
        return self.splice is None

    @property
    def text_of(self) -> LineText | None:
        """See ``AnySide``."""
        return None if self.splice is None else self.splice.line

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for sides that behave alike."""
        return self.base.name, self.on, self.fixes, self.splice and self.splice.key

    def kernel(self, geometry: Geometry) -> Kernel:
        """Make it. Raises ``Stopped`` where a patch's code cannot be bound."""
        if self.splice is not None:
            code = self.splice.code if geometry.word == _WIDE else self.splice.narrow
            return Kernel("target.after", self.base, geometry, None, code)
        if not self.on:
            return Kernel("before", self.base, geometry, None, None)
        brought = partial(Upstream, fixes=self.fixes)
        return Kernel("upstream.after", self.base, geometry, brought, None)


@dataclass(frozen=True, slots=True)
class Found:
    """A difference of one sort, on the first scenario that showed it."""

    sort: Class
    scenario: AnyScenario


@dataclass(frozen=True, slots=True)
class Stop:
    """A run that could not go on."""

    reason: str
    place: CodePlace | None
    scenario: AnyScenario


@dataclass(slots=True)
class Compared:
    """Two sides on every geometry: how many runs, and how many of them differed.

    ``faults`` are what both sides fault on alike, with the first scenario that showed it.
    """

    runs: list[tuple[Geometry, int, int]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    faults: dict[FaultKind, Scenario] = field(default_factory=dict)

    def sorts(self) -> frozenset[Class]:
        """The sorts of difference."""
        return frozenset(one.sort for one in self.found)


class Depth(Enum):
    """How many scenarios two sides are compared on, from many to few."""

    SWEPT = "everything"
    SPREAD = "samples on every geometry"
    SAMPLED = "samples on some geometries"
    GLANCED = "one of each kind"


Plan = Sequence[tuple[Geometry, tuple[Scenario, ...]]]


class _Known:
    """Kernels, and what they showed on sets of scenarios; sets are known by their identity."""

    def __init__(self) -> None:
        self.kernels: dict[tuple[object, ...], AnyKernel] = {}
        self.shown: dict[tuple[object, ...], Sequence[Observation]] = {}
        # Kept, so that no other set has one's identity.
        self.sets: list[tuple[AnyScenario, ...]] = []


# The reference shows the same to every patch: a series of them asks for it once.
_REFERENCE = _Known()
_MOST_SETS = 256


class Bench:
    """Keeps kernels, scenarios and what they showed: several readings ask for the same."""

    def __init__(self) -> None:
        self._own = _Known()
        self._compared: dict[tuple[object, ...], Compared] = {}
        self._deadline = process_time() + _SECONDS
        # What was asked of the last scenario: kernels are deterministic, and it is often asked
        # twice.
        self._last: AnyScenario | None = None
        self._asked: dict[tuple[object, ...], Observation] = {}
        self._left: dict[tuple[object, ...], CameTo] = {}

    def _known(self, side: AnySide) -> _Known:
        return _REFERENCE if side.shared else self._own

    def plan(self, side: Side, depth: Depth) -> Plan:
        """The geometries for a patch's side, each with its scenarios.

        Code with absolute sizes means something else on small page tables, so it is judged on
        those of real machines alone; a base with a chunk of its own is run where one is part of a
        table as well.
        """
        small = geometries.SMALL
        real = [(one, few(one)) for one in geometries.REAL if has_levels(side.code.translated, one)]
        if side.absolute:
            return _absolute(side.absolute, depth, real)
        if depth is Depth.GLANCED:
            return [(small, few(small))]
        if depth is Depth.SAMPLED:
            return [(small, few(small)), (small, sample(small)), real[0], real[-1]]
        chosen = [(small, sweep(small) if depth is Depth.SWEPT else sample(small))]
        chosen.append((geometries.SMALL_ONE_LOCK, sample(geometries.SMALL_ONE_LOCK)))
        if side.base.chunk is not None:
            chosen.append((geometries.MEDIUM, few(geometries.MEDIUM)))
        return [*chosen, *real]

    def kernel(self, side: AnySide, geometry: Geometry) -> AnyKernel:
        """The kernel of a side. Raises ``Stopped``."""
        key = (*side.key, geometry.name)
        kernels = self._known(side).kernels
        if key not in kernels:
            kernels[key] = side.kernel(geometry)
        return kernels[key]

    def made(self, side: AnySide) -> tuple[AnyKernel, ...]:
        """The kernels of a side that were made so far, one a geometry."""
        known, key = self._known(side).kernels, side.key
        return tuple(one for its, one in known.items() if its[:-1] == key)

    def shown(
        self, side: AnySide, geometry: Geometry, scenarios: tuple[AnyScenario, ...]
    ) -> Sequence[Observation]:
        """What a side shows on scenarios, which is remembered.

        Where too many runs cannot go on, the rest is left out. Raises ``Stopped`` for a side that
        cannot be made, and when the time is used up.
        """
        kernel, known = self.kernel(side, geometry), self._known(side)
        key = (*side.key, geometry.name, id(scenarios))
        if key not in known.shown:
            if len(known.sets) >= _MOST_SETS:
                known.shown.clear()
                known.sets.clear()
            known.shown[key] = self._run_all(kernel, scenarios)
            known.sets.append(scenarios)
        return known.shown[key]

    def _run_all(
        self, kernel: AnyKernel, scenarios: Sequence[AnyScenario]
    ) -> Sequence[Observation]:
        found: list[Observation] = []
        halts = 0
        for scenario in scenarios:
            if process_time() > self._deadline:
                raise Stopped(f"the runs take more than {_SECONDS} seconds")
            run = kernel.run(scenario)
            if len(run.events) > _MOST_EVENTS:
                run = Observation((), run.done, f"a call does more than {_MOST_EVENTS} things")
            found.append(run)
            halts += run.halted is not None
            if halts == _MOST_HALTS:
                break
        return found

    def compare(self, upstream: Side, target: Side, depth: Depth) -> Compared:
        """Run both sides by the target's plan, up to the first geometry that tells them apart.

        A side that cannot be made, or that cannot go on, is a ``Stop``, and the end as well.
        """
        key = (*upstream.key, *target.key, depth)
        if key not in self._compared:
            self._compared[key] = self._compare(upstream, target, self.plan(target, depth))
        return self._compared[key]

    def _compare(self, upstream: Side, target: Side, plan: Plan) -> Compared:
        compared = Compared()
        for geometry, scenarios in plan:
            try:
                ours = self.shown(upstream, geometry, scenarios)
                theirs = self.shown(target, geometry, scenarios)
            except Stopped as stopped:
                compared.stops.append(Stop(stopped.reason, None, scenarios[0]))
                break
            _collect(compared, geometry, scenarios, ours, theirs)
            if compared.found or compared.stops:
                break
        return compared

    def run(self, side: AnySide, scenario: AnyScenario, *, tracing: bool = False) -> Observation:
        """Run one scenario on one side. Raises ``Stopped`` where the side cannot be made."""
        self._ask(scenario)
        key = (*side.key, tracing)
        if key not in self._asked:
            kernel = self.kernel(side, scenario.geometry)
            self._asked[key] = kernel.run(scenario, tracing=tracing)
        return self._asked[key]

    def came_to(self, side: AnySide, scenario: AnyScenario) -> CameTo:
        """Run one scenario on one side, and look at what it leaves. Raises ``Stopped``."""
        self._ask(scenario)
        if side.key not in self._left:
            kernel = self.kernel(side, scenario.geometry)
            run = self._asked[*side.key, False] = kernel.run(scenario)
            self._left[side.key] = CameTo(run, kernel.left())
        return self._left[side.key]

    def _ask(self, scenario: AnyScenario) -> None:
        """Forget what was asked of another scenario: one is known by its identity."""
        if self._last is not scenario:
            self._last = scenario
            self._asked.clear()
            self._left.clear()

    def sort_of(self, upstream: AnySide, target: AnySide, scenario: AnyScenario) -> Class | None:
        """The sort of difference on one scenario; None for none, and where a run halts."""
        ours, theirs = self.run(upstream, scenario), self.run(target, scenario)
        if ours.halted or theirs.halted:
            return None
        difference = first_difference(ours, theirs)
        return None if difference is None else classify(difference, ours, theirs)


def _absolute(numbers: tuple[int, ...], depth: Depth, real: Plan) -> Plan:
    """The plan for code with absolute sizes: what lies around them as well."""
    wide = geometries.X86_64
    told = around(wide, numbers)
    thorough = depth in (Depth.SWEPT, Depth.SPREAD)
    return [
        (wide, sweep(wide) if thorough else sample(wide)),
        *([(wide, told)] if told else []),
        *(real if thorough else []),
    ]


def has_levels(code: Iterable[Translated], geometry: Geometry) -> bool:
    """Whether code that walks tables knows all levels: from before p4d_t it knows four."""
    called = {need.name for one in code for need in one.needs}
    five = all(geometry.bits)
    return not five or "pud_offset" not in called or "p4d_offset" in called


def _collect(
    compared: Compared,
    geometry: Geometry,
    scenarios: Sequence[Scenario],
    ours: Sequence[Observation],
    theirs: Sequence[Observation],
) -> None:
    differing = 0
    # A side that could not go on has fewer.
    for scenario, one, other in zip(scenarios, ours, theirs, strict=False):
        halted = next((each for each in (other, one) if each.halted), None)
        if halted is not None:
            _stopped(compared, halted, scenario)
            continue
        difference = first_difference(one, other)
        if difference is not None:
            differing += 1
            if len(compared.found) < _MOST_SORTS:
                _sorted(compared, classify(difference, one, other), scenario)
        for fault in common_faults(one, other):
            compared.faults.setdefault(cast("FaultKind", fault.what[0]), scenario)
    compared.runs.append((geometry, min(len(ours), len(theirs)), differing))


def faulted(run: Observation, kind: FaultKind) -> bool:
    """Whether a run faulted in a way, and came to its end or died."""
    return any(one.kind is EventKind.FAULT and one.what[0] is kind for one in run.events)


def _sorted(compared: Compared, sort: Class, scenario: Scenario) -> None:
    if all(one.sort != sort for one in compared.found):
        compared.found.append(Found(sort, scenario))


def _stopped(compared: Compared, halted: Observation, scenario: Scenario) -> None:
    reason = halted.halted or ""
    if all(one.reason != reason for one in compared.stops):
        compared.stops.append(Stop(reason, halted.halted_at, scenario))
