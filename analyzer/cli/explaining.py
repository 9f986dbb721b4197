"""``analyze explain PATCH FUNCTION``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.app import command_app
from analyzer.cli.manual import Manual
from analyzer.cli.options import Output
from analyzer.cli.streams import deliver, patience, spare, width
from analyzer.report import ListingFormat

app = command_app()


@app.command("explain", cls=Manual)
def explain(
    patch: Annotated[str, typer.Argument(metavar="PATCH", help="As for analyze itself.")],
    function: Annotated[
        str,
        typer.Argument(metavar="FUNCTION", help="A function that it touches; PATH:FUNCTION too."),
    ],
    target: Annotated[
        str | None,
        typer.Option(
            metavar="SRC[@REV]",
            help="The tree that the patch is for: the whole function is explained, as it is there "
            "with the patch applied.",
        ),
    ] = None,
    before: Annotated[
        bool, typer.Option("--before", help="Explain the function as it is without the patch.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The .config that decides the code's #if lines."),
    ] = None,
    set: Annotated[
        list[str] | None,
        typer.Option(metavar="SYMBOL=y|n|m", help="Decide one symbol's #if lines (repeatable)."),
    ] = None,
    format: Annotated[
        ListingFormat, typer.Option(help="How the listing is written.")
    ] = ListingFormat.TERMINAL,
    output: Output = None,
) -> None:
    """Print a function of the patch, in C, beside the Python that it means.

    Where the patch holds only a part of it, that part is explained as a fragment.
    """
    from analyzer.explain import Question, explain as run
    from analyzer.report.listing import listing_exit_code, render_listings

    spare(output, patch, config)
    question = Question(patch, function, target, before, config, tuple(set or ()))
    with patience():
        listings = run(question)
        text = render_listings(listings, format, width=width())
    deliver(text, output)
    raise typer.Exit(listing_exit_code(listings))
