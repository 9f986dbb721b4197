"""From a request to reports: the stages in reading order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from os.path import lexists
from typing import TYPE_CHECKING

from analyzer.compare.symbols import symbols_of
from analyzer.errors import AnalyzerError
from analyzer.excerpt.decide import configuration_of
from analyzer.gathering import how_to_prove, learnt, past_on, proved
from analyzer.intake import Beside, facts_on, named_commit, pre_image_of, read_input, told, tree_of
from analyzer.kernels import (
    Ground,
    revision_of,
    target_of,
    upstream_of,
)
from analyzer.patch.reader import Patch, Series, read_series
from analyzer.repair import PreImage, mend
from analyzer.result import Given, PatchFacts, Report, Request
from analyzer.review import Case, assumptions, not_checked, review
from analyzer.review.identity import shown
from analyzer.review.letter import letter_of
from analyzer.review.record import divergences_of, kernels_of, runs_of, work_of
from analyzer.review.verdict import basis_of, verdict_on
from analyzer.rewriting import write_repaired
from analyzer.upstream import Facts, load

if TYPE_CHECKING:
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
    series = read_series(read_input(request.patch), told(request.patch))
    around = beside or Beside()
    release = _release(request)
    desk = _desk(request, release)
    tree = tree_of(request.target)
    if request.architectures:
        from analyzer.compare.architectures import directories

        request = replace(request, architectures=directories(request.architectures, tree))
    pre_image = pre_image_of(tree)
    cases = [
        replace(_case(request, facts, series, patch, pre_image, around), release=release)
        for patch in series.patches
    ]
    grounds = _grounds(request, cases, tree)
    if request.write_repaired is not None:
        write_repaired(request.write_repaired, cases)
    settings = configuration_of(request.config, ()).symbols
    logs = _logs(request, progress)
    how = cache(partial(how_to_prove, request, progress))
    if request.save_queries is not None:
        how()  # A directory that cannot be made is told before all else.
    studies: list[Study] = []
    for case, ground in zip(cases, grounds, strict=True):
        ended = any(one.report.interrupted for one in studies)
        run = learnt(replace(case, prove=request.prove), ground, settings, logs)
        run = replace(run, past=past_on(request, run, ground, settings))
        whole = proved(run, ground, settings, how, ended=ended)
        report = replace(report_on(whole), input=request.patch)
        studies.append(Study(request, whole, ground, report))
    return _decided(studies, release, desk)


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
