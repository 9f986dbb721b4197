"""The command line: arguments to a request, streams, exit codes, and the one error handler."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Annotated, NoReturn

import typer

from analyzer import __version__
from analyzer.errors import AnalyzerError, NotRepairedError
from analyzer.report import Format, render
from analyzer.report.printable import printable
from analyzer.result import Request, exit_code_of_all

USAGE, NOT_REPAIRED, BUG, INTERRUPTED = 2, 3, 70, 130

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"backport-analyzer {__version__}")
        raise typer.Exit


@app.command()
def analyze(
    patch: Annotated[
        str,
        typer.Argument(
            metavar="PATCH",
            help="A mail, mbox, format-patch file, plain diff, archive page, '-' for standard "
            "input, REPO@COMMIT or REPO@A..B.",
        ),
    ],
    upstream_commit: Annotated[
        str | None,
        typer.Option(
            metavar="REV", help="The upstream commit, when the patch names none or a wrong one."
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="SRC[@REV]",
            help="The tree that the patch is for, a git repository or a directory: lost context "
            "comes from it, and it proves repairs.",
        ),
    ] = None,
    arch: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An architecture to answer for (repeatable)."),
    ] = None,
    facts: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Facts on further upstream commits (repeatable)."),
    ] = None,
    write_repaired: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the repaired patch; refused where it is a guess."),
    ] = None,
    format: Annotated[Format, typer.Option(help="How the report is written.")] = Format.TERMINAL,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the report goes, instead of stdout.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Say, with evidence, what is known of a kernel backport against its upstream commit.

    Exit code: 0 nothing found; 1 a finding; 2 input that cannot be read; 3 undecided;
    70 a bug of this tool; 130 interrupted.
    """
    from analyzer.pipeline import analyze as run

    request = Request(
        patch, upstream_commit, target, tuple(arch or ()), tuple(facts or ()), write_repaired
    )
    with _patience():
        reports = run(request)
        color = (
            output is None
            and sys.stdout is not None
            and sys.stdout.isatty()
            and "NO_COLOR" not in os.environ
        )
        width = shutil.get_terminal_size((100, 24)).columns
        text = render(reports, format, color=color, width=width)
    _deliver(text, output)
    raise typer.Exit(exit_code_of_all(reports))


def _deliver(text: str, output: Path | None) -> None:
    data = text.encode("utf-8", "backslashreplace")
    if output is None:
        if sys.stdout is None:
            raise AnalyzerError("is closed", where="standard output", todo="use --output FILE")
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # The reader has gone. What was found stands, and so does the exit code.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            what = f"cannot be written: {error.strerror}"
            raise AnalyzerError(what, where="standard output", todo="use --output FILE") from None
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        raise AnalyzerError(what, where=str(output), todo="give another file") from None


@contextmanager
def _patience() -> Iterator[None]:
    """Say on a terminal that work goes on once it has taken a second; stay silent when piped."""
    if not sys.stderr.isatty():
        yield
        return
    note = "analyze: reading a large input ..."
    timer = Timer(1.0, lambda: print(note, end="\r", file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        if not timer.is_alive():
            print(" " * len(note), end="\r", file=sys.stderr, flush=True)
        timer.cancel()


def main() -> NoReturn:
    """Run the command and turn every end of it into an exit code."""
    try:
        code = app(standalone_mode=False)
        if code == INTERRUPTED:
            code = _fail("interrupted", INTERRUPTED)
    except NotRepairedError as error:
        code = _fail(str(error), NOT_REPAIRED)
    except AnalyzerError as error:
        code = _fail(str(error), USAGE)
    except KeyboardInterrupt:
        code = _fail("interrupted", INTERRUPTED)
    except Exception as error:
        code = _usage_or_bug(error)
    sys.exit(code)


def _usage_or_bug(error: Exception) -> int:
    message = getattr(error, "format_message", None)
    if message is not None:
        return _fail(f"{message()}; see analyze --help", USAGE)
    import traceback

    traceback.print_exc()
    return _fail("this is a bug of the tool; please report it with the lines above", BUG)


def _fail(line: str, code: int) -> int:
    print(f"analyze: {printable(line)}", file=sys.stderr)
    return code
