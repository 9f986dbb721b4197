"""``analyze PATCH``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.app import Version, command_app
from analyzer.cli.manual import Manual
from analyzer.cli.options import (
    REVIEW,
    Architectures,
    Blacklists,
    Checklist,
    Config,
    FactsFiles,
    Newer,
    Output,
    Patch,
    Populate,
    Prove,
    ProveLimit,
    ReportFormat,
    SaveQueries,
    Target,
    Traces,
    Upstream,
    UpstreamCommit,
    WriteRepaired,
)
from analyzer.cli.streams import colored, deliver, patience, progress, spare, width
from analyzer.report import Format, render
from analyzer.result import Given, Request, exit_code_of_all

app = command_app(completion=True)


@app.command("analyze", cls=Manual)
def analyze(
    patch: Patch,
    upstream_commit: UpstreamCommit = None,
    upstream: Upstream = None,
    target: Target = None,
    config: Config = None,
    trace: Traces = None,
    populate: Populate = None,
    prove: Prove = None,
    prove_limit: ProveLimit = None,
    save_queries: SaveQueries = None,
    arch: Architectures = None,
    facts: FactsFiles = None,
    newer: Newer = None,
    blacklist: Blacklists = None,
    checklist: Checklist = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID=STATE",
            rich_help_panel=REVIEW,
            help="Answer an item as a person: ok, finding, not-applicable or waived (repeatable). "
            "It is kept beside the patch, for the next runs.",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="NAME", rich_help_panel=REVIEW, help="Who answers, with --answer."),
    ] = None,
    note: Annotated[
        str | None, typer.Option(metavar="TEXT", rich_help_panel=REVIEW, help="Why, with --answer.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            rich_help_panel=REVIEW,
            help="When the answer ends, YYYY-MM-DD; a waiver needs it.",
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=REVIEW,
            help="Where answers are kept; PATCH.answers.toml without it.",
        ),
    ] = None,
    write_repaired: WriteRepaired = None,
    format: ReportFormat = Format.TERMINAL,
    output: Output = None,
    version: Version = False,
) -> None:
    """Run a kernel backport beside its upstream commit, and say whether it does the same.

    It reads the mail as it comes, repairs what may be repaired, translates the functions that the
    patch touches, runs them beside upstream's, and answers every item of a release's checklist with
    evidence. The report begins with the verdict: same, differs or undecided, and what it stands on;
    it ends with what was not checked.
    """
    from analyzer.pipeline import study

    if output is not None or write_repaired is not None:
        from analyzer.release.keeping import beside

        read = (config, checklist, upstream, answers or beside(patch))
        read += (*(trace or ()), *(facts or ()), *(blacklist or ()))
        spare(output, patch, write_repaired, *read)
        spare(write_repaired, *read)
    request = Request(
        patch,
        upstream_commit,
        target,
        tuple(arch or ()),
        tuple(facts or ()),
        write_repaired,
        upstream,
        config,
        tuple(trace or ()),
        populate,
        prove,
        save_queries,
        prove_limit,
        newer=tuple(newer or ()),
        blacklists=tuple(blacklist or ()),
        checklist=checklist,
        answers=answers,
        given=Given(tuple(answer or ()), by, note, until),
    )
    with patience():
        studies = study(request, progress())
        reports = tuple(one.report for one in studies)
        exhibits = None
        if format is Format.HTML:
            from analyzer.exhibiting import exhibits_of

            exhibits = tuple(exhibits_of(one) for one in studies)
        text = render(reports, format, color=colored(output), width=width(), exhibits=exhibits)
    deliver(text, output)
    raise typer.Exit(exit_code_of_all(reports))
