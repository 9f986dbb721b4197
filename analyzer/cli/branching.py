"""``analyze branch REPO RANGE``."""

from __future__ import annotations

from typing import Annotated

import typer

from analyzer.cli.app import command_app
from analyzer.cli.bar import bar
from analyzer.cli.manual import Manual
from analyzer.cli.options import (
    Architectures,
    Blacklists,
    Checklist,
    Config,
    FactsFiles,
    Newer,
    Output,
    Prove,
    ProveLimit,
    Upstream,
)
from analyzer.cli.streams import colored, deliver, spare, width
from analyzer.report import PageFormat

app = command_app()


@app.command("branch", cls=Manual)
def branch(
    repo: Annotated[
        str, typer.Argument(metavar="REPO", help="The git repository that holds the branch.")
    ],
    range: Annotated[
        str, typer.Argument(metavar="RANGE", help="Its commits, A..B; each is one patch.")
    ],
    upstream: Upstream = None,
    config: Config = None,
    prove: Prove = None,
    prove_limit: ProveLimit = None,
    arch: Architectures = None,
    facts: FactsFiles = None,
    newer: Newer = None,
    blacklist: Blacklists = None,
    checklist: Checklist = None,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Processes at a time; all processors without it."),
    ] = None,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Keep reports, and take kept ones.")
    ] = True,
    format: Annotated[PageFormat, typer.Option(help="How the page is written.")] = (
        PageFormat.TERMINAL
    ),
    output: Output = None,
) -> None:
    """Review every commit of a branch that claims an upstream, on one page.

    What needs a person comes first. An interrupted run goes on where it was.
    Exit code: as of analyze over all commits.
    """
    from analyzer.branch import BranchRequest, review_branch
    from analyzer.report.page import render_page

    spare(output, config, checklist, upstream, *(facts or ()), *(blacklist or ()))
    request = BranchRequest(
        repo,
        range,
        upstream=upstream,
        config=config,
        prove=prove,
        prove_limit=prove_limit,
        architectures=tuple(arch or ()),
        facts=tuple(facts or ()),
        newer=tuple(newer or ()),
        blacklists=tuple(blacklist or ()),
        checklist=checklist,
        jobs=jobs,
        cache=cache,
        whole=format is PageFormat.JSON,
    )
    with bar() as tell:
        page = review_branch(request, tell)
    deliver(render_page(page, format, color=colored(output), width=width()), output)
    raise typer.Exit(page.exit_code)
