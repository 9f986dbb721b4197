"""A patch replayed on the kernel trees that it is for: four kernels, each with its own code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from analyzer.csource.configuration import Configuration
from analyzer.errors import CodePlace, Stopped
from analyzer.machine.elsewhere import Elsewhere
from analyzer.machine.movepath import MovePath, Reader
from analyzer.machine.scenario import Remap
from analyzer.mm import geometry as geometries
from analyzer.mm.geometry import Geometry
from analyzer.reference.base import Base
from analyzer.reference.bases import BASES
from analyzer.reference.commit import COMMIT, SYMBOL
from analyzer.reference.slots import PATH
from analyzer.replay.bench import Bench, Side, has_levels
from analyzer.replay.classify import Class
from analyzer.replay.four import Four, Judged, judge
from analyzer.replay.generate import few, sample, sweep
from analyzer.replay.lockstep import first_difference
from analyzer.replay.outcome import Cause, Config, NotRun, Setting
from analyzer.replay.remaps import remaps
from analyzer.replay.sides import AnyScenario, AnySide
from analyzer.replay.treeside import TreeSide

# A configuration of a 64-bit x86 with what the move path has to do with.
PLAIN = dict.fromkeys(
    (
        *("MMU", "SMP", "64BIT", "X86", "X86_64", "SWAP", "SHMEM", "MEM_SOFT_DIRTY", "DEBUG_VM"),
        *("HAVE_ARCH_SOFT_DIRTY", "MMU_NOTIFIER", "TRANSPARENT_HUGEPAGE", "USERFAULTFD"),
        *("HAVE_ARCH_TRANSPARENT_HUGEPAGE", "ARCH_ENABLE_THP_MIGRATION", "HUGETLB_PAGE"),
        *("HAVE_MOVE_PMD", "HAVE_MOVE_PUD", "ARCH_HAS_PTE_SPECIAL", "PHYS_ADDR_T_64BIT"),
    ),
    "y",
)
# Symbols that are tried off once each, so many of them.
_MOST_SYMBOLS = 3
_MOST_SORTS = 12
_MOST_OF_SORT = 100
_MOST_STOPS = 8
BASE = "the trees' own"
# What a tree's headers are read for.
_WIDE = (geometries.X86_64, geometries.X86_64_5, geometries.X86_64_ONE_LOCK)


@dataclass(frozen=True, slots=True)
class Target:
    """The target's tree before and after one reading of the patch."""

    reading: str
    reader: Reader


@dataclass(frozen=True, slots=True)
class TreeSubject:
    """What is to be replayed on trees.

    ``upstream`` is None where no tree of it was given: the reference stands in for it, if the patch
    names the ``commit`` that it has. ``symbols`` are those that the patch's lines test, on either
    side; ``settings`` are the release's own configuration. ``of_directory``: nothing tells what
    upstream's tree was before the commit but its symbols, which are n then. ``assumed_target``: the
    target is upstream's own tree before the commit, with the patch.
    """

    targets: tuple[Target, ...]
    upstream: Reader | None
    commit: str | None
    symbols: tuple[str, ...]
    settings: dict[str, str]
    of_directory: bool = False
    # By kernel: all that both patches change, as far as it is C that trees have.
    changes: tuple[tuple[str, Elsewhere], ...] = ()
    assumed_target: bool = False

    @property
    def configs(self) -> tuple[Config, ...]:
        """See :func:`configs`."""
        return configs(self.symbols)


def configs(symbols: tuple[str, ...]) -> tuple[Config, ...]:
    """Symbols all y; and each n, by itself."""
    on = tuple((one, "y") for one in symbols)
    rest = symbols[:_MOST_SYMBOLS]
    off = (tuple((name, "n" if name == one else "y") for name in symbols) for one in rest)
    return (on, *off)


@dataclass(slots=True)
class Ran:
    """One reading under one configuration: the four kernels, and what differed on which scenario.

    ``runs`` are (geometry, operations, differing).
    """

    reading: str
    config: Config
    four: Four
    target: tuple[MovePath, MovePath]
    upstream: tuple[MovePath, MovePath] | None
    runs: list[tuple[Geometry, int, int]] = field(default_factory=list)
    found: list[tuple[Judged, AnyScenario]] = field(default_factory=list)
    stops: dict[str, CodePlace | None] = field(default_factory=dict)
    # The target carries later fixes; upstream with them, where something can stand for it.
    fixed: bool = False
    with_fixes: AnySide | None = None
    # There were more differences of one sort than are kept.
    unkept: bool = False

    def judging(self, scenario: AnyScenario) -> Four:
        """The four kernels for a scenario: where fixes are carried, upstream's has them too."""
        if self.with_fixes is None or isinstance(scenario, Remap):
            return self.four
        return replace(self.four, upstream_after=self.with_fixes)

    def acts(self, scenario: AnyScenario) -> bool:
        """Whether what the patch itself does is compared: not where upstream's lacks a fix."""
        return not self.fixed or (self.with_fixes is not None and not isinstance(scenario, Remap))

    @property
    def main(self) -> bool:
        """Everything that the patch tests is y."""
        return all(value == "y" for _, value in self.config)

    def setting(self, geometry: Geometry) -> Setting:
        """The setting of one of its runs."""
        return Setting(self.reading, self.config, BASE, geometry.name, geometry.arch)


def readied(bench: Bench, subject: TreeSubject) -> Iterator[Ran]:
    """The kernels of every reading under every configuration, not run yet.

    Raises ``Stopped`` where nothing stands for upstream.
    """
    for config in subject.configs:
        symbols = {**PLAIN, **subject.settings, **dict(config)}
        configuration = Configuration(symbols)
        theirs = _upstream(subject, configuration)
        for target in subject.targets:
            ours = target.reader.paths(configuration)
            before, after = (TreeSide(path) for path in ours)
            if theirs is None:
                pair = _of_reference(bench, subject, before, config)
            else:
                pair = TreeSide(theirs[0]), TreeSide(theirs[1])
            yield Ran(target.reading, config, Four(*pair, before, after), ours, theirs)


def _upstream(
    subject: TreeSubject, configuration: Configuration
) -> tuple[MovePath, MovePath] | None:
    if subject.upstream is None:
        return None
    if not subject.of_directory:
        return subject.upstream.paths(configuration)
    if not subject.symbols:
        raise Stopped("nothing tells what upstream's directory was before the commit")
    names = subject.symbols
    off = {**configuration.symbols, **dict.fromkeys(names, "n")}
    theirs = subject.upstream.gated(configuration, Configuration(off), names)
    if all(configuration.symbols[name] == "y" for name in names) and not theirs[1].touched:
        symbols = ", ".join(f"CONFIG_{name}" for name in names)
        raise Stopped(
            f"upstream's directory does not hold the commit: {symbols} brings nothing into {PATH}"
        )
    return theirs


def _of_reference(
    bench: Bench, subject: TreeSubject, before: AnySide, config: Config
) -> tuple[AnySide, AnySide]:
    """Upstream's commit on the base that behaves most like the target before the patch."""
    if subject.commit is None or not subject.commit.startswith(COMMIT):
        named = subject.commit[:12] if subject.commit else "no upstream commit"
        raise Stopped(
            f"no tree of upstream was given, the reference has Linux kernel commit {COMMIT}, and "
            f"the patch names {named}"
        )
    base = most_like(bench, before)
    return Side(base), Side(base, dict(config).get(SYMBOL) != "n")


def most_like(bench: Bench, before: AnySide) -> Base:
    """The base of the reference that a kernel differs from least."""
    scenarios = sample(geometries.SMALL)

    def apart(base: Base) -> int:
        pairs = zip(
            bench.shown(Side(base), geometries.SMALL, scenarios),
            bench.shown(before, geometries.SMALL, scenarios),
            strict=False,
        )
        return sum(one.events != other.events for one, other in pairs)

    return min(BASES, key=apart)


# --- running -----------------------------------------------------------------------------------


class Plan:
    """What is run under one configuration: all of it where everything is on, samples elsewhere."""

    def __init__(self, ran: Ran, *, calls: bool) -> None:
        self._main = ran.main
        self._calls = calls
        self._paths = (*ran.target, *(ran.upstream or ()))

    @cached_property
    def sets(self) -> tuple[tuple[Geometry, tuple[AnyScenario, ...]], ...]:
        """Geometries, and sets of scenarios on them."""
        small, wide = geometries.SMALL, geometries.X86_64
        one_lock = geometries.SMALL_ONE_LOCK
        if not self._main:
            found: list[tuple[Geometry, tuple[AnyScenario, ...]]] = [
                (small, sample(small)),
                (wide, few(wide)),
            ]
            return (*found, *([(small, remaps(small))] if self._calls else []))
        found = [
            (small, sweep(small)),
            (one_lock, sample(one_lock)),
            (geometries.MEDIUM, few(geometries.MEDIUM)),
            *((one, few(one)) for one in _WIDE if self._can_be(one)),
        ]
        if self._calls:
            found += [(one, remaps(one)) for one in (small, one_lock, wide)]
        return tuple(found)

    def _can_be(self, geometry: Geometry) -> bool:
        """Whether all kernels know the levels of a geometry."""
        return all(has_levels(path.functions, geometry) for path in self._paths)


def run_all(bench: Bench, ran: Ran, plan: Plan) -> None:
    """Run both patched kernels on a plan, and judge every difference."""
    for geometry, scenarios in plan.sets:
        try:
            _run_set(bench, ran, geometry, scenarios)
        except Stopped as stopped:
            ran.stops.setdefault(stopped.reason, None)
            return


def _run_set(
    bench: Bench, ran: Ran, geometry: Geometry, scenarios: tuple[AnyScenario, ...]
) -> None:
    four = ran.judging(scenarios[0])
    shown = [bench.shown(each, geometry, scenarios) for each in four.afters]
    count = min(map(len, shown))
    apart: list[int] = []
    for at, (one, other) in enumerate(zip(*shown, strict=False)):
        halted = next((each for each in (other, one) if each.halted), None)
        if halted is not None:
            ran.stops.setdefault(halted.halted or "", halted.halted_at)
        elif first_difference(one, other) is not None:
            apart.append(at)
    differing = 0
    for at in apart:
        try:
            found = judge(
                bench,
                four,
                scenarios[at],
                acts=ran.acts(scenarios[at]),
                seen=(shown[0][at], shown[1][at]),
            )
        except Stopped as stopped:
            ran.stops.setdefault(stopped.reason, None)
            if len(ran.stops) >= _MOST_STOPS:
                raise
            continue
        differing += found is not None and found.cause is not Cause.BASE
        keep(ran, found, scenarios[at])
    ran.runs.append((geometry, count, differing))


def keep(ran: Ran, found: Judged | None, scenario: AnyScenario) -> None:
    """Of the base's differences the first scenario of each sort; of others many of each.

    What is charged to the patch here may turn out to be the base's on one scenario, and not on
    another.
    """
    if found is None:
        return
    key = found.sort, found.cause
    alike = sum((each.sort, each.cause) == key for each, _ in ran.found)
    if found.cause is not Cause.BASE:
        if alike < _MOST_OF_SORT:
            ran.found.append((found, scenario))
        else:
            ran.unkept = True
    elif not alike and len({each.sort for each, _ in ran.found}) < _MOST_SORTS:
        ran.found.append((found, scenario))


def off_as_before(bench: Bench, ran: Ran, plan: Plan) -> bool | None:
    """Whether the target with the patch does what it did without; None where that halts."""
    for geometry, scenarios in plan.sets:
        try:
            after = bench.shown(ran.four.target_after, geometry, scenarios)
            before = bench.shown(ran.four.target_before, geometry, scenarios)
        except Stopped:
            return None
        for one, other in zip(after, before, strict=False):
            if one.halted or other.halted:
                return None
            if first_difference(one, other) is not None:
                return False
    return True


def refusals(every: Sequence[Ran]) -> list[NotRun]:
    """What of the paths was not translated, and where runs could not go on."""
    found: dict[str, NotRun] = {}
    for ran in every:
        for kernel, paths in (("upstream", ran.upstream), ("the target", ran.target)):
            for one in (each for path in paths or () for each in path.refused):
                place = CodePlace(one.path, one.span.line, None, one.name)
                found.setdefault(
                    f"{kernel} {one.name}", NotRun(f"{kernel}: {one.name}()", one.reason, place)
                )
        for reason, where in ran.stops.items():
            what = f"{where.function}()" if where else "the move path"
            found.setdefault(reason, NotRun(what, reason, where))
    return list(found.values())


def unmodelled(every: Sequence[Ran]) -> tuple[str, ...]:
    """The callees that neither the trees' C nor the model gives."""
    paths = (path for ran in every for path in (*ran.target, *(ran.upstream or ())))
    return tuple(sorted({name for path in paths for name in path.unmodelled}))


def sort_and_cause(found: Judged | None) -> tuple[Class, Cause] | None:
    """What a difference is kept the same by while a scenario is made smaller."""
    return None if found is None else (found.sort, found.cause)
