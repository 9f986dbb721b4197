"""From a request to reports: the stages in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.compare.symbols import symbols_of
from analyzer.errors import AnalyzerError, NotRepairedError
from analyzer.excerpt.decide import configuration_of
from analyzer.finding import NotChecked
from analyzer.intake import Beside, facts_on, named_commit, pre_image_of, read_input, tree_of
from analyzer.kernels import (
    Ground,
    callees_of,
    replayed_on,
    revision_of,
    target_of,
    texts_of,
    upstream_of,
)
from analyzer.patch.damage import Grade
from analyzer.patch.reader import Patch, Series, read_series, written_patch
from analyzer.repair import Mended, PreImage, mend
from analyzer.replay.outcome import Outcome
from analyzer.result import Given, PatchFacts, Report, Request
from analyzer.review import Case, assumptions, not_checked, review
from analyzer.review.behaviour import touches_code
from analyzer.review.identity import shown
from analyzer.review.letter import letter_of
from analyzer.review.record import divergences_of, kernels_of, runs_of, work_of
from analyzer.review.verdict import basis_of, verdict_on
from analyzer.symbols_there import configured_there, symbols_of_trees
from analyzer.upstream import Facts, load

if TYPE_CHECKING:
    from analyzer.compare.abi import Abi
    from analyzer.compare.change import Texts
    from analyzer.compare.delta import Delta
    from analyzer.compare.labels import Exits
    from analyzer.history.past import Past
    from analyzer.kernels import Settings
    from analyzer.prove.proving import Proving
    from analyzer.prove.session import Proofs
    from analyzer.release.checklist import Checklist
    from analyzer.replay.trace_session import Logs, Progress
    from analyzer.repo import Tree
    from analyzer.review.answered import Desk

_COMMIT = re.compile(r"[0-9a-fA-F]{7,40}")


@dataclass(frozen=True, slots=True)
class Study:
    """One patch: what was asked, everything that was learnt, where, and the report on it."""

    request: Request
    case: Case
    ground: Ground
    report: Report


def analyze(request: Request, progress: Progress | None = None) -> tuple[Report, ...]:
    """The reports on an input, one a patch: see ``study``."""
    return tuple(one.report for one in study(request, progress))


def study(
    request: Request, progress: Progress | None = None, beside: Beside | None = None
) -> tuple[Study, ...]:
    """Read the input, repair it, hold it against what is known, and answer every item.

    One study a patch, in the order of the input. ``progress`` is told how many bytes of a log were
    read, and of how many. ``beside`` are patches of the same range that are not reviewed in this
    call. Raises ``AnalyzerError``.
    """
    request = replace(request, upstream_commit=_commit(request))
    facts = load(request.facts)
    series = read_series(read_input(request.patch), request.patch)
    around = beside or Beside()
    release = _release(request)
    desk = _desk(request, release)
    tree = tree_of(request.target)
    pre_image = pre_image_of(tree)
    cases = [
        replace(_case(request, facts, series, patch, pre_image, around), release=release)
        for patch in series.patches
    ]
    grounds = _grounds(request, cases, tree)
    if request.write_repaired is not None:
        _write_repaired(request.write_repaired, cases)
    settings = configuration_of(request.config, ()).symbols
    logs = _logs(request, progress)
    how = _proving(request, progress)
    studies: list[Study] = []
    for case, ground in zip(cases, grounds, strict=True):
        ended = any(one.report.interrupted for one in studies)
        run = _run(replace(case, prove=request.prove), ground, settings, logs)
        run = replace(run, past=_past(request, run, ground, settings))
        proved = _proved(run, ground, settings, how, ended=ended)
        report = replace(report_on(proved), input=request.patch)
        studies.append(Study(request, proved, ground, report))
    return _decided(studies, release, desk)


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
    request: Request,
    facts: Facts,
    series: Series,
    patch: Patch,
    pre_image: PreImage | None,
    around: Beside,
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
        (*(other for other in series.patches if other is not patch), *around.placed()),
        request.architectures,
        request.target,
        (*series.notes, *around.notes),
    )


def _release(request: Request) -> Checklist | None:
    if request.checklist is None:
        return None
    from analyzer.release.checklist import load_checklist

    return load_checklist(request.checklist)


def _desk(request: Request, release: Checklist | None) -> Desk | None:
    """People's answers, kept and new ones; nothing of it is loaded where there are none."""
    beside = lexists(f"{request.patch}.answers.toml")
    if request.answers is None and request.given == Given() and not beside:
        return None
    from analyzer.review.answered import desk_of

    return desk_of(request, release, date.today())


def _decided(
    studies: Sequence[Study], release: Checklist | None, desk: Desk | None
) -> tuple[Study, ...]:
    """The studies with what the release asks, and what people answered, in their reports."""
    reports = tuple(one.report for one in studies)
    if release is not None:
        from analyzer.review.release import gated, released

        reports = tuple(released(one, release) for one in reports)
    if desk is not None:
        from analyzer.release.digest import digest
        from analyzer.review.answered import Subject, answered

        digests = [digest(one.case.patch.files) for one in studies]
        subjects = tuple(map(Subject, reports, digests))
        reports = answered(desk, subjects, date.today())
    if release is not None:
        reports = tuple(map(gated, reports))
    return tuple(replace(one, report=new) for one, new in zip(studies, reports, strict=True))


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
    texts = texts_of(ground.upstream, ground.readings, case.patch)
    delta = _delta(case, ground, texts)
    theirs = ground.upstream.patch.files if ground.upstream and ground.upstream.patch else ()
    kconfig, kconfig_upstream = symbols_of_trees(ground, case.symbols)
    configured = configured_there(ground, case.symbols, case.architectures, settings)
    return replace(
        case,
        seen=seen,
        outcome=outcome,
        delta=delta,
        exits=_exits(case, ground, delta, texts),
        abi=_abi(case, ground, texts),
        callees=callees_of(ground, theirs, case.mended.files, settings),
        kconfig=kconfig,
        kconfig_upstream=kconfig_upstream,
        configured=configured,
        sources=ground.sources,
        notes=(*ground.notes, *_not_replayed(outcome, logs)),
        unfit=ground.refused,
    )


def _past(request: Request, case: Case, ground: Ground, settings: Settings) -> Past | None:
    """What histories say; None where nothing was given that could tell."""
    trees = (request.upstream, request.target, *request.newer, *request.blacklists)
    if not (case.others or any(trees)):
        return None
    from analyzer.past import Change, Given as Told, past_of

    given = Told(request.upstream, request.target, request.newer, request.blacklists, settings)
    theirs = ground.upstream
    change = None
    if theirs is not None and theirs.patch is not None:
        change = Change(theirs.patch.files, theirs.before, theirs.after)
    if not ground.readings:
        return past_of(case, given, change=change)
    patched = ground.readings[0].patched
    return past_of(case, given, patched.before, patched.after, patched.refused, change)


def _not_replayed(outcome: Outcome | None, logs: Logs | None) -> Iterator[NotChecked]:
    """Logs that nothing was run on."""
    if logs is not None and (outcome is None or not outcome.traces):
        for path in logs.paths:
            yield NotChecked(f"the trace {path}", "no kernel was run, so it was not read")


def _delta(case: Case, ground: Ground, texts: Texts) -> Delta | None:
    """How the patch differs from upstream's text; None where only shapes are known."""
    if ground.upstream is None or ground.upstream.patch is None:
        return None
    from analyzer.compare.delta import compare

    return compare(ground.upstream.patch, case.mended.files, texts)


def _exits(case: Case, ground: Ground, delta: Delta | None, texts: Texts) -> Exits | None:
    """The ways out of changed functions beside upstream's; None where no C is touched."""
    if not touches_code(case):
        return None
    from analyzer.compare.labels import Trees, exits

    theirs = ground.upstream.after if ground.upstream else None
    trees = Trees(theirs, ground.readings[0].patched.after if ground.readings else None)
    return exits(delta, case.mended.files, texts, trees)


def _abi(case: Case, ground: Ground, texts: Texts) -> Abi | None:
    """What the patch does to exported symbols and layouts; None where no C is touched."""
    if not touches_code(case):
        return None
    from analyzer.compare.abi import abi

    theirs = ground.upstream.patch.files if ground.upstream and ground.upstream.patch else ()
    return abi(case.mended.files, texts.target, theirs, texts.upstream)


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
    items = review(case)
    return Report(
        verdict_on(case),
        basis_of(case),
        _patch_facts(case),
        kernels_of(case),
        items,
        not_checked(case),
        assumptions(case),
        divergences_of(case),
        runs_of(case),
        work_of(case),
        case.proofs is not None and case.proofs.interrupted,
        letter=letter_of(case, items),
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
