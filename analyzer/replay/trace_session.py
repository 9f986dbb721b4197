"""The logs that a user gives, replayed beside the generated scenarios of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.mm.geometry import X86_64
from analyzer.replay.bench import Bench
from analyzer.replay.formats import read
from analyzer.replay.four import Four, Judged
from analyzer.replay.outcome import Config, Note, Setting, TraceTold, Work
from analyzer.replay.population import DEFAULT, Populate
from analyzer.replay.sides import AnyScenario
from analyzer.replay.tally import Tally
from analyzer.replay.traced import Replayer, Traced
from analyzer.replay.workload import Effect, Path as Way, Workload

# Told of the bytes of a log that were read, and of all that there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Logs:
    """Logs to replay, and what is assumed of the pages of their mappings."""

    paths: tuple[Path, ...] = ()
    populate: Populate = DEFAULT
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Kernels:
    """The four kernels of a comparison, and what they were made as.

    ``calls``: all have the system call. ``acts`` tells of a scenario whether what the patch itself
    does is compared.
    """

    four: Four
    reading: str
    config: Config
    base: str
    calls: bool
    acts: Callable[[AnyScenario], bool] = lambda _: True

    @property
    def setting(self) -> Setting:
        """The setting of the runs."""
        return Setting(self.reading, self.config, self.base, X86_64.name, X86_64.arch)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What all logs came to; ``found`` are differences and the scenarios that show them."""

    told: tuple[TraceTold, ...] = ()
    work: tuple[Work, ...] = ()
    found: tuple[tuple[Judged, AnyScenario], ...] = ()


def replay_logs(bench: Bench, kernels: Kernels, logs: Logs) -> Replayed:
    """Replay every log. ``AnalyzerError`` for one that cannot be read."""
    every = [_replayed(bench, kernels, logs, path) for path in logs.paths]
    return Replayed(
        tuple(_told(one, kernels) for one in every),
        tuple(work for one in every for work in _work(one, kernels)),
        tuple((judged, scenario) for one in every for judged, scenario, _ in one.found),
    )


def _replayed(bench: Bench, kernels: Kernels, logs: Logs, path: Path) -> Traced:
    replayer = Replayer(bench, kernels.four, calls=kernels.calls, acts=kernels.acts)
    name = str(path)
    try:
        whole = path.stat().st_size
        with path.open("rb") as stream:
            log = read(stream, name, _progress(logs.progress, name, whole))
            return replayer.replay(log.entries, name, logs.populate)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        what = f"cannot be read: {why}"
        raise AnalyzerError(what, where=name, todo="give another file") from None


def _progress(progress: Progress | None, name: str, whole: int) -> Callable[[int], None] | None:
    if progress is None:
        return None
    return lambda done: progress(name, done, whole)


def _work(one: Traced, kernels: Kernels) -> Iterator[Work]:
    for kernel, done in one.sums.items():
        yield Work(
            kernel,
            kernels.setting,
            one.name,
            done.ptes_moved,
            done.pmds_moved,
            done.tables_allocated,
            done.flushes,
        )


# --- in words ----------------------------------------------------------------------------------


def _told(one: Traced, kernels: Kernels) -> TraceTold:
    load = one.workloads.whole
    return TraceTold(
        one.name,
        one.populate.told(),
        one.operations,
        load.calls,
        one.replayed,
        load.times(Way.COULD),
        tuple(_summary(load)),
        _notes(one.otherwise),
        (*_notes(one.unread), *_notes(one.not_replayed), *_notes(one.refused)),
        _notes(one.assumed),
        kernels.calls,
    )


def _notes(tally: Tally) -> tuple[Note, ...]:
    return tuple(Note(one.why, one.times, one.line) for one in tally.noted())


def _summary(load: Workload) -> Iterator[str]:
    """What the log's mremap() calls did, and whether moving whole page tables helps them."""
    effects = [f"{load.times(effect):,} {effect.value}" for effect in Effect if load.times(effect)]
    yield f"{load.calls:,} mremap() calls: {', '.join(effects) or 'none'}"
    if not load.times(Effect.MOVED):
        return
    size = f"{load.geometry.pmd_size >> 20} MiB"
    yield (
        f"moved {load.moved:,} bytes; moves of {size} or more: {load.long:,}, "
        f"{load.times(Way.COULD):,} could take the PMD path ({load.whole:,} page tables)"
    )
    for way in Way:
        if way is not Way.COULD and load.times(way):
            yield f"{load.times(way):,} could not: {way.value}; first {load.paths[way].first}"
    if load.realign.times:
        yield f"{load.realign.times:,} of those gain by a kernel that aligns moves down"
