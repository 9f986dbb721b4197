"""The outcome of a replay in the words of the report: divergences, runs, work, kernels."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.replay.outcome import Outcome, Work as Counts
from analyzer.result import Divergence, Kernel, Run, Standing, Work
from analyzer.review.behaviour import Named, named
from analyzer.review.case import Case
from analyzer.source import Side

_KERNELS = ("upstream.before", "upstream.after", "target.before", "target.after")


def divergences_of(case: Case) -> tuple[Divergence, ...]:
    """The divergences that stand, as the report lists them."""
    return tuple(map(_divergence, named(case)))


def _divergence(one: Named) -> Divergence:
    found = one.divergence
    place, side = found.place, Side.TARGET if found.of_tree else Side.PATCH_AFTER
    path, line = (None, None) if place is None else (place.path, place.line)
    if place is None and found.upstream_line is not None:
        # The patch has no line for what it never does: upstream's line tells where it is missing.
        side, path, line = Side.UPSTREAM, found.upstream_path, found.upstream_line
    return Divergence(
        one.id,
        found.cause,
        found.function,
        side.value,
        path,
        line,
        found.setting.config,
        found.trace,
        None,
        found.observation,
        found.invariant,
        "\n".join(found.upstream),
        "\n".join(found.target),
    )


def runs_of(case: Case) -> tuple[Run, ...]:
    """Every setting that was run, and how many operations were compared in it."""
    outcome = case.outcome
    if outcome is None:
        return ()
    return tuple(
        Run(
            run.setting.arch,
            run.setting.geometry,
            run.setting.config,
            run.setting.reading,
            run.setting.base,
            run.operations,
            outcome.seed,
        )
        for run in outcome.runs
    )


def work_of(case: Case) -> tuple[Work, ...]:
    """What the kernels did, each count once.

    A trace names its base and geometry where those that were run differ, since the report's
    entry has no place of its own for them.
    """
    outcome = case.outcome
    if outcome is None:
        return ()
    several = len({(one.setting.base, one.setting.geometry) for one in outcome.work}) > 1
    return tuple(dict.fromkeys(_work(one, named_place=several) for one in outcome.work))


def _work(one: Counts, *, named_place: bool) -> Work:
    setting = one.setting
    place = f" ({setting.base}, {setting.geometry})" if named_place else ""
    return Work(
        one.kernel,
        setting.config,
        setting.reading,
        one.trace + place,
        one.ptes_moved,
        one.pmds_moved,
        one.tables_allocated,
        one.flushes,
    )


def kernels_of(case: Case) -> tuple[Kernel, ...]:
    """What stands in for each of the four kernels, and how it has its functions."""
    commit = case.commit.id if case.commit else case.named
    revisions = {"upstream.after": commit, "target.after": case.patch.message.commit}
    sources = _not_run(case) if case.outcome is None else _run(case, case.outcome)
    if case.proofs is not None or (case.outcome is not None and case.outcome.of_trees):
        sources |= {one.kernel: one.source for one in case.sources}
        revisions |= {one.kernel: one.revision for one in case.sources}
    return tuple(
        Kernel(name, sources[name], revisions.get(name), _functions(case, name))
        for name in _KERNELS
    )


def _not_run(case: Case) -> dict[str, str]:
    upstream = "the shipped facts: shapes, no code" if case.commit else "absent"
    return {
        "upstream.before": upstream,
        "upstream.after": upstream,
        "target.before": case.target or "absent: assumed",
        "target.after": "the patch's text, not run",
    }


def _run(case: Case, outcome: Outcome) -> dict[str, str]:
    if not outcome.runs:
        return _not_run(case)
    bases = _listed(run.setting.base for run in outcome.runs)
    given = f"; {case.target} was read for context alone" if case.target else ""
    return {
        "upstream.before": f"the built-in reference: {bases}",
        "upstream.after": f"the built-in reference with the commit: {bases}",
        "target.before": f"assumed: the built-in reference ({bases}){given}",
        "target.after": f"the patch's text spliced onto the built-in reference: {bases}",
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _functions(case: Case, kernel: str) -> tuple[tuple[str, Standing], ...]:
    every = case.outcome.functions if case.outcome is not None else ()
    rows = [(name, Standing(how)) for whose, name, how in every if whose == kernel]
    known = {name for name, _ in rows}
    rows += [(name, Standing.TRANSLATED) for name in _proved(case, kernel) if name not in known]
    return tuple(dict.fromkeys(rows))


def _proved(case: Case, kernel: str) -> tuple[str, ...]:
    """The functions of a kernel that a proof ran."""
    if case.proofs is None or kernel not in ("upstream.after", "target.after"):
        return ()
    done = [one for one in case.proofs.proofs if one.proof.paths]
    return tuple(one.name if kernel == "target.after" else one.proof.function for one in done)
