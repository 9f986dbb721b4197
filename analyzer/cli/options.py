"""The options that several commands share, each with its one help text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyzer.report import Format

# The groups of a page's options.
SIDES, RELEASE, RUNS, REVIEW, REPORT = (
    "Both sides",
    "The release",
    "Running and proving",
    "The review",
    "The report",
)


def _commands(incomplete: str) -> list[str]:
    """Commands for a shell; where nothing is written yet, files are what is meant."""
    return [
        one for one in ("explain", "branch", "index") if incomplete and one.startswith(incomplete)
    ]


def _checklists(incomplete: str) -> list[str]:
    """Ready checklists for a shell; anything else is a file."""
    from analyzer.release.checklist import READY

    return [one for one in READY if incomplete and one.startswith(incomplete)]


Patch = Annotated[
    str,
    typer.Argument(
        metavar="PATCH",
        autocompletion=_commands,
        help="A mail, mbox, format-patch file, plain diff, archive page, '-' for standard "
        "input, REPO@COMMIT or REPO@A..B.",
    ),
]
Upstream = Annotated[
    str | None,
    typer.Option(
        metavar="SRC",
        rich_help_panel=SIDES,
        help="Upstream: a git repository, a source directory, or its commit as a patch file; "
        "the built-in reference without it.",
    ),
]
UpstreamCommit = Annotated[
    str | None,
    typer.Option(
        metavar="REV",
        rich_help_panel=SIDES,
        help="The upstream commit, when the patch names none or a wrong one.",
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        metavar="SRC[@REV]",
        rich_help_panel=SIDES,
        help="The tree that the patch is for, a git repository or a directory: its own "
        "functions are run, lost context comes from it, and it proves repairs.",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(metavar="FILE", rich_help_panel=RELEASE, help="The release's .config."),
]
Traces = Annotated[
    list[Path] | None,
    typer.Option(
        "--trace",
        metavar="FILE",
        rich_help_panel=RUNS,
        help="A recorded trace to replay, by strace, perf, ftrace or in our own form "
        "(repeatable); generated ones are always added.",
    ),
]
Populate = Annotated[
    str | None,
    typer.Option(
        metavar="HOW",
        rich_help_panel=RUNS,
        help="Which pages of a trace's mappings are taken to be there: none, touched, all or "
        "sparse:N.",
    ),
]
Prove = Annotated[
    bool | None,
    typer.Option(
        "--prove/--no-prove",
        rich_help_panel=RUNS,
        help="Decide for every input, and not on samples alone, whether the functions that "
        "the patch touches do the same. Without a word, that is done where nothing can be run "
        "and both trees are given.",
        show_default=False,
    ),
]
ProveLimit = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        min=0.0,
        rich_help_panel=RUNS,
        help="What proving one patch may take of the processor; 20 without it, and 6 where "
        "--prove is not given.",
    ),
]
SaveQueries = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        rich_help_panel=RUNS,
        help="Write each question of a proof there, as SMT-LIB.",
    ),
]
Architectures = Annotated[
    list[str] | None,
    typer.Option(
        "--arch",
        metavar="NAME",
        rich_help_panel=RELEASE,
        help="An architecture to answer for: a directory below arch/, or what distributions call "
        "it, such as x86_64 (repeatable).",
    ),
]
FactsFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--facts",
        metavar="FILE",
        rich_help_panel=SIDES,
        help="Facts on further upstream commits (repeatable).",
    ),
]
Checklist = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        autocompletion=_checklists,
        rich_help_panel=REVIEW,
        help="A release's own checklist: a TOML file, or one of plain, stable, redhat, suse, "
        "ubuntu and android.",
    ),
]
Newer = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SRC[@REV]",
        rich_help_panel=RELEASE,
        help="A newer branch of the release, which should have the commit too (repeatable).",
    ),
]
Blacklists = Annotated[
    list[Path] | None,
    typer.Option(
        "--blacklist",
        metavar="FILE",
        rich_help_panel=RELEASE,
        help="Upstream commits that the release leaves out, each with its reason (repeatable).",
    ),
]
WriteRepaired = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        rich_help_panel=REPORT,
        help="Write the repaired patch; refused where it is a guess.",
    ),
]
ReportFormat = Annotated[
    Format,
    typer.Option(
        "--format",
        metavar="NAME",
        rich_help_panel=REPORT,
        help=f"How the report is written: {', '.join(one.value for one in Format)}.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", rich_help_panel=REPORT, help="Where the report goes, instead of stdout."
    ),
]
