"""How each command is made of typer: its page for help, and words for a shell's completion."""

from __future__ import annotations

from typing import Annotated

import typer

from analyzer import __version__
from analyzer.cli.streams import deliver


def command_app(*, completion: bool = False) -> typer.Typer:
    """One command; a group of typer's would take an option before PATCH for its own.

    ``completion``: it has the options that install the shell's function.
    """
    return typer.Typer(
        add_completion=completion, rich_markup_mode=None, pretty_exceptions_enable=False
    )


def _version(wanted: bool) -> None:
    if wanted:
        deliver(f"backport-analyzer {__version__}\n", None)
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
]
