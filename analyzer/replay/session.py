"""A patch replayed: every reading, configuration and base, on every geometry, against upstream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.csource.configuration import Configuration
from analyzer.errors import CodePlace
from analyzer.excerpt.balance import Unclosed, unclosed
from analyzer.excerpt.code import code_of, symbols_named, without_assumed
from analyzer.machine.splice import Splice, Spliced, Splicer
from analyzer.reference.base import Base
from analyzer.reference.bases import BASES
from analyzer.reference.commit import COMMIT, SYMBOL
from analyzer.reference.patch import Fix
from analyzer.repair.image import State
from analyzer.replay.bench import Bench, Depth, Found, Side
from analyzer.replay.charge import charged, of_base, of_follow_ups
from analyzer.replay.excluded import shown_otherwise, why_excluded
from analyzer.replay.outcome import Config, NotRun, Outcome
from analyzer.replay.probes import probed
from analyzer.replay.results import Result, Variant
from analyzer.replay.summary import assumptions, functions, gates, pictured, runs, work
from analyzer.replay.unbuilt import unbuilt
from analyzer.replay.unvaried import unvaried

if TYPE_CHECKING:
    from analyzer.patch.lines import FilePatch
    from analyzer.repair import Mended
    from analyzer.replay.trace_session import Logs, Replayed

# How deep a comparison goes: by whether everything that the patch tests is y, and whether the base
# is the first. Bases differ in what is around the patch's code, not in the code.
_DEPTHS = {
    (True, True): Depth.SWEPT,
    (True, False): Depth.SPREAD,
    (False, True): Depth.SAMPLED,
    (False, False): Depth.GLANCED,
}
# Symbols beside upstream's own that a patch tests: each is tried off once, so many of them.
_MOST_SYMBOLS = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be replayed: a patch after repair.

    ``commit`` is the upstream commit's id as far as it is known, None where the patch names none.
    """

    mended: Mended
    commit: str | None

    @property
    def readings(self) -> list[tuple[str, Sequence[FilePatch]]]:
        """Each reading's name and files. Lines that are not assumed leave no gap to stop at."""
        first, *others = self.mended.readings
        bare = without_assumed(first.files) if others else ()
        return [(first.name, first.files), *((one.name, bare) for one in others)]


def replay(subject: Subject, logs: Logs | None = None) -> Outcome:
    """Replay a patch. What cannot be run is in the outcome, with the reason.

    ``AnalyzerError`` for a log that cannot be read.
    """
    if subject.commit is None or not subject.commit.startswith(COMMIT):
        named = subject.commit[:12] if subject.commit else "no upstream commit"
        why = f"the reference has Linux kernel commit {COMMIT}, and the patch names {named}"
        return Outcome(False, not_run=tuple(_beyond(subject, why)))
    not_run: list[NotRun] = []
    bench, splicer = Bench(), Splicer(subject.mended.damage)
    variants = tuple(_variants(subject, splicer, not_run))
    bases, excluded = _bases(bench, variants, _before(subject, splicer))
    if not bases:
        whys = "; ".join(f"{one.what}: {one.why}" for one in excluded)
        not_run.append(NotRun("the call site", f"no base of the reference has room for it: {whys}"))
    told = probed(bench, variants, bases)
    fixes = frozenset(fix for fix, one in told if one.carried)
    results = tuple(_results(bench, variants, bases, fixes))
    logged = _logged(bench, results, fixes, logs)
    untold = frozenset(fix for fix, one in told if one.carried is None)
    divergences, undecided = charged(bench, results, len(subject.readings), fixes, untold)
    not_run += [*_refused(variants), *_stopped(results), *undecided, *_unvaried(variants)]
    not_run += [*_unclosed(subject, variants), *_unbuilt(subject)]
    return Outcome(
        ran=bool(results) and not any(one.item is None for one in not_run),
        divergences=(
            *divergences,
            *of_follow_ups(bench, results, told),
            *of_base(bench, results),
        ),
        runs=tuple(runs(results)),
        work=(*(work(bench, variants, bases[0]) if bases else ()), *logged.work),
        not_run=tuple(not_run),
        probes=tuple(one for _, one in told),
        gates=tuple(gates(bench, results)),
        assumptions=tuple(assumptions(variants, bases)),
        functions=tuple(functions(variants)),
        excluded=tuple(excluded),
        traces=logged.told,
        spliced=tuple(
            Spliced(one.reading, one.config, one.on, one.splice, tuple(bases), fixes)
            for one in variants
        ),
        pictured=pictured(bench, variants, bases[0]) if bases else None,
    )


def _logged(
    bench: Bench, results: Sequence[Result], fixes: frozenset[Fix], logs: Logs | None
) -> Replayed:
    """Replay the user's logs on the first reading and base; what differs joins its comparison."""
    from analyzer.replay.four import Four
    from analyzer.replay.trace_session import Kernels, Replayed, replay_logs

    one = next((each for each in results if each.variant.main), None)
    if logs is None or not logs.paths or one is None:
        return Replayed()
    before = Side(one.base)
    four = Four(before, one.variant.upstream(one.base, fixes), before, one.variant.target(one.base))
    kernels = Kernels(four, one.variant.reading, one.variant.config, one.base.name, calls=False)
    logged = replay_logs(bench, kernels, logs)
    for judged, scenario in logged.found:
        if judged.sort not in one.compared.sorts():
            one.compared.found.append(Found(judged.sort, scenario))
    return logged


def _beyond(subject: Subject, why: str) -> list[NotRun]:
    """Each function that the patch changes, as one that is not run."""
    anything = Configuration({}, {}, total=False)
    pieces = code_of(subject.mended.files, subject.mended.damage, anything, State.AFTER)
    found: dict[str, NotRun] = {}
    for piece in pieces:
        if piece.changed:
            place = CodePlace(piece.path, piece.first, None, piece.function)
            found.setdefault(piece.function, NotRun(piece.function, why, place))
    return list(found.values()) or [NotRun("the code of the patch", why)]


def _results(
    bench: Bench, variants: Sequence[Variant], bases: Sequence[Base], fixes: frozenset[Fix]
) -> Iterator[Result]:
    """Every comparison. Upstream has those later fixes that the patch carries."""
    for variant in variants:
        for base in bases:
            sides = variant.upstream(base, fixes), variant.target(base)
            first = base is bases[0]
            compared = bench.compare(*sides, _DEPTHS[variant.main, first])
            yield Result(variant, base, compared)


def _refused(variants: Sequence[Variant]) -> list[NotRun]:
    """What of the patch could not be translated, has no place, or is called by nothing.

    Code that is switched off may well call nothing.
    """
    found = [one for variant in variants for one in variant.splice.refused]
    found += [one for variant in variants if variant.main for one in variant.splice.unreached]
    return list(dict.fromkeys(NotRun(one.what, one.why, one.place) for one in found))


def _unclosed(subject: Subject, variants: Sequence[Variant]) -> list[NotRun]:
    """Files that do not compile after the patch, if they did before, with all symbols y."""
    main = {
        one.reading: Configuration(dict(one.config), {}, total=False)
        for one in variants
        if one.main
    }
    found = [one for name, files in subject.readings for one in unclosed(files, main[name])]
    return list(dict.fromkeys(_told_unclosed(one) for one in found))


def _told_unclosed(one: Unclosed) -> NotRun:
    opened = {"{": "blocks", "#if": "conditionals"}[one.what]
    more, fewer = ("opened", "closed") if one.surplus > 0 else ("closed", "opened")
    why = f"{abs(one.surplus)} more {opened} are {more} than {fewer}, as far as it is there"
    return NotRun("the file", why, CodePlace(one.path, one.number, None, ""))


def _unbuilt(subject: Subject) -> list[NotRun]:
    """What every reading calls with a symbol off, and has with it on alone."""
    found = [dict.fromkeys(_unbuilt_of(files)) for _, files in subject.readings]
    return [one for one in found[0] if all(one in others for others in found[1:])]


def _unbuilt_of(files: Sequence[FilePatch]) -> Iterator[NotRun]:
    on, *others = _configs([one for one in symbols_named(files, State.AFTER) if one != SYMBOL])
    for off in others:
        yield from unbuilt(files, on, off)


def _unvaried(variants: Sequence[Variant]) -> list[NotRun]:
    """What the patch hangs on and no scenario varies."""
    return list(dict.fromkeys(found for one in variants for found in unvaried(one.splice)))


def _stopped(results: Sequence[Result]) -> list[NotRun]:
    """Where a run could not go on: once for each reason."""
    found: dict[str, NotRun] = {}
    for one in results:
        for stop in one.compared.stops:
            what = stop.place.function if stop.place else f"the {one.base.name} base"
            found.setdefault(stop.reason, NotRun(what, stop.reason, stop.place))
    return list(found.values())


def _variants(subject: Subject, splicer: Splicer, not_run: list[NotRun]) -> Iterator[Variant]:
    """Every reading under every configuration that its code asks for."""
    for name, files in subject.readings:
        others = [one for one in symbols_named(files, State.AFTER) if one != SYMBOL]
        for one in others[_MOST_SYMBOLS:]:
            left_out = NotRun(f"CONFIG_{one} switched off", "the patch tests too many symbols")
            not_run += [left_out] if left_out not in not_run else []
        for config in _configs(others):
            configuration = Configuration(dict(config), {}, total=False)
            yield Variant(name, config, splicer.splice(files, configuration))


def _configs(others: Sequence[str]) -> Iterator[Config]:
    """All y; upstream's own symbol n; each other symbol n, by itself."""
    rest = tuple((one, "y") for one in others)
    yield ((SYMBOL, "y"), *rest)
    yield ((SYMBOL, "n"), *rest)
    for one in others[:_MOST_SYMBOLS]:
        yield ((SYMBOL, "y"), *((name, "n" if name == one else "y") for name in others))


def _before(subject: Subject, splicer: Splicer) -> Splice:
    """What the patch shows of the target before it: functions that a hunk holds whole."""
    return splicer.shown_before(subject.mended.files, Configuration({}, {}, total=False))


def _bases(
    bench: Bench, variants: Sequence[Variant], before: Splice
) -> tuple[list[Base], list[NotRun]]:
    """The bases that the patch does not exclude, and why it excludes the others."""
    allowed: list[Base] = []
    excluded: list[NotRun] = []
    for base in BASES:
        whys = (why_excluded(one.splice, base) for one in variants)
        why = next(filter(None, whys), None) or shown_otherwise(bench, before, base)
        if why is None:
            allowed.append(base)
        else:
            excluded.append(NotRun(f"the {base.name} base", why))
    return allowed, excluded
