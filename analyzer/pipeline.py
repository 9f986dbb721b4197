"""From a request to reports: the stages in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.compare.symbols import symbols_of
from analyzer.errors import AnalyzerError, NotRepairedError
from analyzer.excerpt.decide import configuration_of
from analyzer.finding import NotChecked
from analyzer.intake import facts_on, named_commit, pre_image_of, read_input, tree_of
from analyzer.kernels import (
    Ground,
    callees_of,
    replayed_on,
    revision_of,
    symbols_of_trees,
    target_of,
    texts_of,
    upstream_of,
)
from analyzer.patch.damage import Grade
from analyzer.patch.reader import Patch, Series, read_series, written_patch
from analyzer.repair import Mended, PreImage, mend
from analyzer.replay.outcome import Outcome
from analyzer.result import PatchFacts, Report, Request
from analyzer.review import Case, assumptions, not_checked, review
from analyzer.review.behaviour import touches_code
from analyzer.review.identity import shown
from analyzer.review.record import divergences_of, kernels_of, runs_of, work_of
from analyzer.review.verdict import basis_of, verdict_on
from analyzer.upstream import Facts, load

if TYPE_CHECKING:
    from analyzer.compare.delta import Delta
    from analyzer.kernels import Settings
    from analyzer.prove.proving import Proving
    from analyzer.prove.session import Proofs
    from analyzer.replay.trace_session import Logs, Progress
    from analyzer.repo import Tree

_COMMIT = re.compile(r"[0-9a-fA-F]{7,40}")


def analyze(request: Request, progress: Progress | None = None) -> tuple[Report, ...]:
    """Read the input, repair it, hold it against what is known, and answer every item.

    One report a patch, in the order of the input. ``progress`` is told how many bytes of a log were
    read, and of how many. Raises ``AnalyzerError``.
    """
    request = replace(request, upstream_commit=_commit(request))
    facts = load(request.facts)
    series = read_series(read_input(request.patch), request.patch)
    tree = tree_of(request.target)
    pre_image = pre_image_of(tree)
    cases = [_case(request, facts, series, patch, pre_image) for patch in series.patches]
    grounds = _grounds(request, cases, tree)
    if request.write_repaired is not None:
        _write_repaired(request.write_repaired, cases)
    settings = configuration_of(request.config, ()).symbols
    logs = _logs(request, progress)
    how = _proving(request, progress)
    reports: list[Report] = []
    for case, ground in zip(cases, grounds, strict=True):
        ended = any(one.interrupted for one in reports)
        run = _run(replace(case, prove=request.prove), ground, settings, logs)
        reports.append(report_on(_proved(run, ground, settings, how, ended=ended)))
    return tuple(reports)


def _proving(request: Request, progress: Progress | None) -> Proving | None:
    """How things are to be proved, None for not at all: then nothing of it is loaded."""
    if not request.prove:
        return None
    from analyzer.prove.judge import Budget
    from analyzer.prove.proving import Proving, saver

    budget = Budget()
    if request.prove_limit is not None:
        budget = Budget(request.prove_limit, max(1.0, request.prove_limit / 4))
    keep = None if request.save_queries is None else saver(request.save_queries)
    return Proving(budget, keep, progress)


def _proved(
    case: Case, ground: Ground, settings: Settings, how: Proving | None, *, ended: bool
) -> Case:
    """The case with what is proved of it. ``ended``: the user wants no more."""
    if how is None or not touches_code(case):
        return case
    from analyzer.prove.session import Proofs
    from analyzer.proving import proved_on

    if ended:
        return replace(case, proofs=Proofs(interrupted=True))
    proofs = proved_on(ground, case.mended, settings, case.delta, how)
    return replace(case, proofs=proved_alone(case, how) if proofs is None else proofs)


def proved_alone(case: Case, how: Proving) -> Proofs:
    """Prove a patch without trees: the code that was run beside upstream's."""
    from analyzer.prove.session import Proofs, Unproved

    if case.outcome is None or not case.outcome.spliced:
        why = "no tree of upstream was given, so there is nothing to compare with"
        return Proofs(unproved=(Unproved("the patch's functions", why),))
    from analyzer.mm.api import constants
    from analyzer.mm.geometry import X86_64
    from analyzer.prove.alone import prove_alone

    return prove_alone(case.outcome.spliced, how.budget, constants(X86_64), how.keep)


def _logs(request: Request, progress: Progress | None) -> Logs | None:
    """The logs to replay, None for none."""
    if not request.traces and request.populate is None:
        return None
    from analyzer.replay.population import DEFAULT, population
    from analyzer.replay.trace_session import Logs

    populate = DEFAULT if request.populate is None else population(request.populate)
    return Logs(request.traces, populate, progress)


def _commit(request: Request) -> str | None:
    """The commit that the user names: an id, or any revision where upstream is a repository."""
    named = request.upstream_commit
    if named is None or _COMMIT.fullmatch(named):
        return named
    resolved = revision_of(request.upstream, named)
    if resolved is None:
        todo = "give 7 to 40 hexadecimal digits, or a repository with --upstream"
        raise AnalyzerError(f"{named!r} is no commit id", where="--upstream-commit", todo=todo)
    return resolved


def _case(
    request: Request, facts: Facts, series: Series, patch: Patch, pre_image: PreImage | None
) -> Case:
    named = request.upstream_commit or named_commit(patch)
    # A repository may have made the commit anew: what is known is known by the patch's own name.
    commit = facts_on(facts, named) or facts_on(facts, named_commit(patch))
    mended = mend(patch, commit, pre_image)
    return Case(
        patch,
        mended,
        tuple(symbols_of(reading.files) for reading in mended.readings),
        named,
        commit,
        facts,
        tuple(other for other in series.patches if other is not patch),
        request.architectures,
        request.target,
        series.notes,
    )


def _grounds(request: Request, cases: Sequence[Case], tree: Tree | None) -> list[Ground]:
    """The trees of both sides for each patch; those of a series stand on those before them."""
    grounds: list[Ground] = []
    for case in cases:
        upstream = upstream_of(request.upstream, case.patch, case.mended, case.named)
        readings = target_of(tree, case.mended)
        grounds.append(Ground(upstream, readings))
        if readings and readings[0].patched.after is not None:
            tree = readings[0].patched.after
    return grounds


def _run(case: Case, ground: Ground, settings: Settings, logs: Logs | None) -> Case:
    """Everything that trees and running tell of a patch."""
    seen = ground.upstream.seen if ground.upstream else None
    if seen is not None and case.commit is None:
        case = replace(case, commit=facts_on(case.facts, seen.id))
    outcome = replayed(case, ground, settings, logs)
    theirs = ground.upstream.patch.files if ground.upstream and ground.upstream.patch else ()
    kconfig, kconfig_upstream = symbols_of_trees(ground, case.symbols)
    return replace(
        case,
        seen=seen,
        outcome=outcome,
        delta=_delta(case, ground),
        callees=callees_of(ground, theirs, case.mended.files, settings),
        kconfig=kconfig,
        kconfig_upstream=kconfig_upstream,
        sources=ground.sources,
        notes=(*ground.notes, *_not_replayed(outcome, logs)),
        unfit=ground.refused,
    )


def _not_replayed(outcome: Outcome | None, logs: Logs | None) -> Iterator[NotChecked]:
    """Logs that nothing was run on."""
    if logs is not None and (outcome is None or not outcome.traces):
        for path in logs.paths:
            yield NotChecked(f"the trace {path}", "no kernel was run, so it was not read")


def _delta(case: Case, ground: Ground) -> Delta | None:
    """How the patch differs from upstream's text; None where only shapes are known."""
    if ground.upstream is None or ground.upstream.patch is None:
        return None
    from analyzer.compare.delta import compare

    texts = texts_of(ground.upstream, ground.readings, case.patch)
    return compare(ground.upstream.patch, case.mended.files, texts)


def replayed(case: Case, ground: Ground, settings: Settings, logs: Logs | None) -> Outcome | None:
    """Run the patch beside upstream's; None where it touches no C."""
    if not touches_code(case):
        return None
    commit = case.commit.id if case.commit else case.named
    outcome = replayed_on(ground, case.mended, commit, settings, logs)
    if outcome is not None:
        return outcome
    # Patches without C do without the model and its engines.
    from analyzer.replay.session import Subject, replay

    return replay(Subject(case.mended, commit), logs)


def report_on(case: Case) -> Report:
    """Everything that is known about a case, as the formats print it."""
    return Report(
        verdict_on(case),
        basis_of(case),
        _patch_facts(case),
        kernels_of(case),
        review(case),
        not_checked(case),
        assumptions(case),
        divergences_of(case),
        runs_of(case),
        work_of(case),
        case.proofs is not None and case.proofs.interrupted,
    )


def _patch_facts(case: Case) -> PatchFacts:
    message = case.patch.message
    author = message.author
    return PatchFacts(
        subject=message.subject.text if message.subject else None,
        author=shown(author) if author else None,
        date=(message.date.iso or message.date.given) if message.date else None,
        commit=message.commit,
        upstream_commit=case.commit.id if case.commit else case.named,
        files=tuple(dict.fromkeys(file.path for file in case.patch.files)),
        intact=not case.mended.damage,
        damage=case.mended.damage,
    )


def _write_repaired(path: Path, cases: list[Case]) -> None:
    for case in cases:
        why = _not_writable(case)
        if why:
            raise NotRepairedError(why, where=str(path))
    text = b"".join(written_patch(case.patch, case.mended.files) for case in cases)
    try:
        path.write_bytes(text)
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        raise AnalyzerError(what, where=str(path), todo="give another file") from None


def _not_writable(case: Case) -> str | None:
    """Why a repaired patch would not be the patch that was sent, or None."""
    mended: Mended = case.mended
    if case.patch.unsafe:
        return "the patch names files outside the tree"
    if mended.context_lost:
        return f"{mended.context_lost} lines of context are lost, only the target can tell them"
    if mended.unexplained:
        return f"{mended.unexplained} added lines are lost and cannot be told"
    # What is assumed, or not repaired at all, would be a guess under somebody else's name.
    guessed = (Grade.ASSUMED, Grade.NONE)
    open_cases = [one for one in mended.damage if one.grade in guessed]
    if open_cases:
        return f"{open_cases[0].kind.value}: {open_cases[0].text}"
    if mended.damage and mended.disproved:
        return f"{mended.disproved[0].what}: {mended.disproved[0].why}"
    whole = all(hunk.whole for file in mended.files for hunk in file.hunks)
    return None if whole else "a hunk does not hold what its header declares"
