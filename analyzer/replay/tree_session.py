"""What four kernels of trees came to: divergences with their causes, probes, gates and counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from analyzer.errors import CodePlace, Stopped
from analyzer.machine.macros import late_macros
from analyzer.machine.scenario import Remap, Scenario
from analyzer.mm.geometry import X86_64
from analyzer.reference.bases import BASES
from analyzer.reference.patch import Fix
from analyzer.reference.slots import PATH
from analyzer.replay.bench import Bench, Side
from analyzer.replay.confirm import confirm
from analyzer.replay.four import Four, Judged
from analyzer.replay.generate import picture
from analyzer.replay.lockstep import first_difference
from analyzer.replay.outcome import (
    Cause,
    Divergence,
    Gate,
    NotRun,
    Outcome,
    Pictured,
    Run,
    Told,
    Work,
)
from analyzer.replay.probes import PROBES, Probe
from analyzer.replay.sides import AnyScenario, AnySide
from analyzer.replay.trace_session import Kernels, Logs, Replayed, replay_logs
from analyzer.replay.tree_charge import charged, divergence_of
from analyzer.replay.trees import (
    BASE,
    Plan,
    Ran,
    TreeSubject,
    keep,
    off_as_before,
    readied,
    refusals,
    run_all,
    unmodelled,
)
from analyzer.replay.unbuilt import unbuilt_in_tree
from analyzer.replay.unrun import unrun
from analyzer.replay.unseen import unseen


def replay_trees(subject: TreeSubject, logs: Logs | None = None) -> Outcome:
    """Replay a patch on its trees. What cannot be run is in the outcome, with the reason.

    ``AnalyzerError`` for a log that cannot be read.
    """
    bench = Bench()
    try:
        every = list(readied(bench, subject))
    except Stopped as stopped:
        return Outcome(False, not_run=(NotRun("the move path", stopped.reason),))
    calls = subject.upstream is not None
    told = [(probe, _told(bench, probe, every)) for probe in PROBES]
    doubts = [one for ran in every for one in _with_fixes(bench, ran, told)]
    for ran in every:
        run_all(bench, ran, Plan(ran, calls=calls))
    logged = _logged(bench, every, logs, calls=calls)
    readings = len({ran.reading for ran in every})
    divergences, undecided = charged(bench, every, readings)
    left_out, alike = unrun(bench, subject, every)
    not_run = [*refusals(every), *undecided, *dict.fromkeys(doubts), *left_out, *unseen(every)]
    not_run += [*_unbuilt(every), *_late_macros(every)]
    return Outcome(
        ran=any(ran.runs for ran in every) and not any(one.item is None for one in not_run),
        divergences=(*divergences, *_follow_ups(bench, every, told)),
        runs=tuple(_runs(every)),
        work=(*_work(bench, every), *logged.work),
        not_run=tuple(not_run),
        probes=tuple(one for _, one in told),
        gates=tuple(_gates(bench, every, calls=calls)),
        assumptions=tuple(_assumptions(subject)),
        functions=tuple(dict.fromkeys(_functions(every))),
        excluded=(*_left_out(subject, every), *alike),
        of_trees=True,
        traces=logged.told,
        pictured=_pictured(bench, every),
    )


def _logged(bench: Bench, every: Sequence[Ran], logs: Logs | None, *, calls: bool) -> Replayed:
    """Replay the user's logs on the patch as it stands; what differs is judged with the rest."""
    ran = next((one for one in every if one.main), None)
    if logs is None or not logs.paths or ran is None:
        return Replayed()
    kernels = Kernels(ran.four, ran.reading, ran.config, BASE, calls, ran.acts)
    logged = replay_logs(bench, kernels, logs)
    for judged, scenario in logged.found:
        keep(ran, judged, scenario)
    return logged


def _unbuilt(every: Sequence[Ran]) -> list[NotRun]:
    """What the target calls with a symbol off, in dead code at that, and has with it on alone."""
    found = (
        one
        for main in every
        if main.main
        for ran in every
        if ran.reading == main.reading and not ran.main
        for one in unbuilt_in_tree(main.target[1], main.config, ran.config)
    )
    return list(dict.fromkeys(found))


def _late_macros(every: Sequence[Ran]) -> list[NotRun]:
    """Macros of the patch that mean something from their line on alone: all code is read so."""
    why = "what stands above this macro, or below, is read as if it stood elsewhere"
    found = (
        NotRun(f"`{text}`", why, CodePlace(PATH, line, None, ""))
        for before, after in dict.fromkeys(
            (one.target[0].text, one.target[1].text) for one in every
        )
        for text, line in late_macros(before, after)
    )
    return list(dict.fromkeys(found))


# --- later fixes -------------------------------------------------------------------------------


def _told(bench: Bench, probe: Probe, every: Sequence[Ran]) -> Told:
    """What a probe tells of the target with the patch, in all readings alike."""
    asked = [_asked(bench, probe, ran.four.target_after) for ran in every if ran.main]
    if len({one.carried for one in asked}) == 1:
        return asked[0]
    said = "; ".join(dict.fromkeys(one.said for one in asked)) or "it was not run"
    return Told(probe.commit, None, said)


def _asked(bench: Bench, probe: Probe, side: AnySide) -> Told:
    try:
        run = bench.run(side, probe.scenario, tracing=True)
    except Stopped as stopped:
        return Told(probe.commit, None, f"it could not be run: {stopped.reason}")
    if run.halted is not None:
        said = f"it could not be run: {run.halted}"
        return Told(probe.commit, None, said, run.halted_at, of_tree=True)
    answer = probe.ask(run)
    place = None if answer.at is None else run.places[answer.at]
    return Told(probe.commit, answer.carried, answer.said, place, of_tree=True)


def _with_fixes(bench: Bench, ran: Ran, told: Sequence[tuple[Probe, Told]]) -> Iterator[NotRun]:
    """Put later fixes that the target carries, and upstream's tree does not, on upstream's side.

    The reference has them; it may stand for upstream's tree where it behaves the same without.
    """
    upstream = ran.four.upstream_after
    more = frozenset(
        probe.fix
        for probe, one in told
        if one.carried and _asked(bench, probe, upstream).carried is False
    )
    if not more or (isinstance(upstream, Side) and not upstream.on):
        return
    stand_in = _stand_in(bench, ran, more)
    if stand_in is None:
        names = ", ".join(probe.commit for probe, _ in told if probe.fix in more)
        why = f"the target carries {names}, and upstream's tree with it was not given"
        yield NotRun("what the later fixes change", why, None, "SM-4")
    ran.with_fixes = stand_in
    ran.fixed = bool(more)


def _stand_in(bench: Bench, ran: Ran, fixes: frozenset[Fix]) -> AnySide | None:
    upstream = ran.four.upstream_after
    if isinstance(upstream, Side):
        return replace(upstream, fixes=fixes)
    sets = Plan(ran, calls=False).sets
    for base in BASES:
        own = Side(base, on=True)
        if all(_same(bench, own, upstream, *each) for each in sets):
            return Side(base, on=True, fixes=fixes)
    return None


def _same(bench: Bench, one: AnySide, other: AnySide, geometry, scenarios) -> bool:  # type: ignore[no-untyped-def]
    try:
        pair = (bench.shown(each, geometry, scenarios) for each in (one, other))
        return all(
            not a.halted and not b.halted and first_difference(a, b) is None
            for a, b in zip(*pair, strict=True)
        )
    except (Stopped, ValueError):
        return False


def _follow_ups(
    bench: Bench, every: Sequence[Ran], told: Sequence[tuple[Probe, Told]]
) -> Iterator[Divergence]:
    """For each later fix that is not carried: where the reference with it and the target differ.

    Only on a base on which the two are alike without it.
    """
    ran = next((one for one in every if one.main), None)
    for probe, one in told:
        if ran is None or one.carried is not False:
            continue
        target = ran.four.target_after
        for base in BASES:
            if bench.sort_of(Side(base, on=True), target, probe.scenario) is not None:
                continue
            fixed = Side(base, on=True, fixes=frozenset((probe.fix,)))
            sort = bench.sort_of(fixed, target, probe.scenario)
            if sort is not None:
                shown = confirm(
                    bench,
                    fixed,
                    target,
                    probe.scenario,
                    lambda each, fixed=fixed, target=target, sort=sort: (  # type: ignore[misc]
                        bench.sort_of(fixed, target, each) == sort
                    ),
                )
                kept = replace(sort, invariant=probe.invariant)
                yield divergence_of(
                    ran, Judged(kept, Cause.FOLLOW_UP, ""), shown, fix=probe.commit, item="DP-2"
                )
                break


# --- what is summed up -------------------------------------------------------------------------


def _runs(every: Sequence[Ran]) -> Iterator[Run]:
    for ran in every:
        for geometry, operations, differing in ran.runs:
            yield Run(ran.setting(geometry), operations, differing)


def _sides(four: Four) -> tuple[tuple[str, AnySide], ...]:
    return (
        ("upstream.before", four.upstream_before),
        ("upstream.after", four.upstream_after),
        ("target.before", four.target_before),
        ("target.after", four.target_after),
    )


def _work(bench: Bench, every: Sequence[Ran]) -> Iterator[Work]:
    """What each of the four kernels does with a whole PMD of written pages."""
    scenario = picture(X86_64)
    for ran in every:
        for name, side in _sides(ran.four):
            try:
                run = bench.run(side, scenario)
            except Stopped:
                continue
            if run.halted is None:
                done = run.done
                yield Work(
                    name,
                    ran.setting(X86_64),
                    scenario.call(),
                    done.ptes_moved,
                    done.pmds_moved,
                    done.tables_allocated,
                    done.flushes,
                )


def _pictured(bench: Bench, every: Sequence[Ran]) -> Pictured | None:
    """The same scenario on upstream.after and on the target with the patch switched on."""
    ran = next((one for one in every if one.main), None)
    if ran is None:
        return None
    scenario = picture(X86_64)
    try:
        ours, theirs = (bench.run(side, scenario) for side in ran.four.afters)
    except Stopped:
        return None
    return None if ours.halted or theirs.halted else Pictured(scenario, ours, theirs)


def _gates(bench: Bench, every: Sequence[Ran], *, calls: bool) -> Iterator[Gate]:
    """Of each reading and symbol: what the target does with it on and off."""
    does = partial(_does, bench)
    for ran in every:
        off = next((name for name, value in ran.config if value == "n"), None)
        if off is None:
            continue
        on = next(one for one in every if one.main and one.reading == ran.reading)
        before = off_as_before(bench, ran, Plan(ran, calls=calls))
        yield Gate(ran.reading, off, does(on), does(ran), before)


def _does(bench: Bench, ran: Ran) -> str:
    try:
        run = bench.run(ran.four.target_after, picture(X86_64))
    except Stopped:
        return "it could not be run"
    if run.halted is not None:
        return "it could not be run"
    if run.done.pmds_moved:
        return f"moves whole page tables ({run.done.pmds_moved} of them in the sample)"
    return f"moves every entry by itself ({run.done.ptes_moved} of them in the sample)"


def _functions(every: Sequence[Ran]) -> Iterator[tuple[str, str, str]]:
    for ran in every:
        pairs = (("target", ran.target), ("upstream", ran.upstream))
        for kernel, paths in pairs:
            for state, path in zip(("before", "after"), paths or (), strict=False):
                name = f"{kernel}.{state}"
                yield from ((name, one.name, "translated") for one in path.functions)
                yield from ((name, one.name, _standing(one)) for one in path.refused)
                yield from ((name, one, "unmodelled") for one in path.unmodelled)


def _standing(refused: object) -> str:
    return type(refused).__name__.lower()


def _assumptions(subject: TreeSubject) -> Iterator[tuple[str, str]]:
    what = "verdict, SM-1, SM-2, SM-3, SM-4, SM-5, SM-6"
    if subject.of_directory:
        names = ", ".join(f"CONFIG_{name}" for name in subject.symbols)
        yield f"upstream before the commit is its directory with {names} off", what
    if subject.assumed_target:
        yield "the target before the patch is upstream's tree before the commit", what
    if subject.upstream is None:
        yield "upstream is the built-in reference: its tree was not given", what
    if not subject.settings:
        yield "the configuration is one of x86-64 with transparent huge pages: none was given", what


def _left_out(subject: TreeSubject, every: Sequence[Ran]) -> Iterator[NotRun]:
    """What was not run on purpose, and what the model has no answer to."""
    if subject.upstream is None:
        yield NotRun("the way from the system call to move_page_tables()", "no tree of upstream")
    yield NotRun("32-bit machines", "a tree's headers are laid out for 64 bits")
    for name in unmodelled(every):
        yield NotRun(f"{name}()", "neither the trees' mm/mremap.c nor the model has it")


def of_scenario(scenario: AnyScenario) -> str:
    """Where a scenario begins."""
    match scenario:
        case Scenario():
            return "move_page_tables()"
        case Remap():
            return "mremap()"


__all__ = ["BASE", "replay_trees"]
