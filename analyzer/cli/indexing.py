"""``analyze index REPO``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.app import command_app
from analyzer.cli.manual import Manual
from analyzer.cli.streams import deliver, progress

app = command_app()


@app.command("index", cls=Manual)
def index(
    repo: Annotated[str, typer.Argument(metavar="REPO", help="A git repository of upstream's.")],
    cves: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="A directory of CVE records in the form that the kernel's CNA publishes.",
        ),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forget what was read before, and read it all.")
    ] = False,
) -> None:
    """Read a repository's history once, so that what fixes what is found in milliseconds.

    The index is a file in your cache directory. Run again, it reads only what is new.
    """
    from analyzer.history.build import build

    built = build(repo, cves, anew=anew, progress=progress())
    deliver(f"{built}\n", None)
