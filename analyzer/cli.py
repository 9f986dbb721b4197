"""The command line: arguments to a request, streams, exit codes, and the one error handler."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Annotated, NoReturn

import typer

from analyzer import __version__
from analyzer.errors import AnalyzerError, NotRepairedError
from analyzer.report import Format, render
from analyzer.report.printable import printable
from analyzer.result import Request, exit_code_of_all

# Seconds between two notes on how far a log was read.
_A_MOMENT = 0.2
USAGE, NOT_REPAIRED, BUG, INTERRUPTED = 2, 3, 70, 130

_COMMANDS_TOLD = """\b
Commands (a first argument that is none of these is a PATCH; ./explain is a file):
  explain PATCH FUNCTION    print a function of the patch beside the Python that it means
"""


def _app() -> typer.Typer:
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


app = _app()
explain_app = _app()
# A group of typer's would take an option before PATCH for an option of the group.
_COMMANDS = {"explain": explain_app}


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"backport-analyzer {__version__}")
        raise typer.Exit


@app.command(epilog=_COMMANDS_TOLD)
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
    upstream: Annotated[
        str | None,
        typer.Option(
            metavar="SRC",
            help="Upstream: a git repository, a source directory, or its commit as a patch file; "
            "the built-in reference without it.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="SRC[@REV]",
            help="The tree that the patch is for, a git repository or a directory: its own "
            "functions are run, lost context comes from it, and it proves repairs.",
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The release's .config.")
    ] = None,
    trace: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A recorded trace to replay, by strace, perf, ftrace or in our own form "
            "(repeatable); generated ones are always added.",
        ),
    ] = None,
    populate: Annotated[
        str | None,
        typer.Option(
            metavar="HOW",
            help="Which pages of a trace's mappings are taken to be there: none, touched, all or "
            "sparse:N.",
        ),
    ] = None,
    prove: Annotated[
        bool | None,
        typer.Option(
            "--prove/--no-prove",
            help="Decide for every input, and not on samples alone, whether the functions that "
            "the patch touches do the same.",
            show_default=False,
        ),
    ] = None,
    prove_limit: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", min=0.0, help="What proving one patch may take; 20 without it."
        ),
    ] = None,
    save_queries: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write each question of a proof there, as SMT-LIB."),
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
    """Run a kernel backport beside its upstream commit, and say whether it does the same.

    The report has the verdict (same, differs, undecided), what it stands on, and the answers to
    a release's checklist, with evidence.

    Exit code: 0 nothing found; 1 a finding; 2 input that cannot be read; 3 undecided, or a
    question on behaviour or damage without an answer; 70 a bug of this tool; 130 interrupted.
    """
    from analyzer.pipeline import analyze as run

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
    )
    with _patience():
        reports = run(request, _progress())
        color = (
            output is None
            and sys.stdout is not None
            and sys.stdout.isatty()
            and "NO_COLOR" not in os.environ
        )
        text = render(reports, format, color=color, width=_width())
    _deliver(text, output)
    raise typer.Exit(exit_code_of_all(reports))


@explain_app.command()
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
    format: Annotated[Format, typer.Option(help="How the listing is written.")] = Format.TERMINAL,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the listing goes, instead of stdout.")
    ] = None,
) -> None:
    """Print a function of the patch, in C, beside the Python that it means.

    Where the patch holds only a part of it, that part is explained as a fragment.
    Exit code: 0 explained; 2 the patch does not hold the function, or cannot be read;
    3 a part of it is not explained: the reason is printed.
    """
    from analyzer.explain import Question, explain as run
    from analyzer.report.listing import listing_exit_code, render_listings

    question = Question(patch, function, target, before, config, tuple(set or ()))
    with _patience():
        listings = run(question)
        text = render_listings(listings, format, width=_width())
    _deliver(text, output)
    raise typer.Exit(listing_exit_code(listings))


def _width() -> int:
    return shutil.get_terminal_size((100, 24)).columns


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


def _progress() -> Callable[[str, int, int], None] | None:
    """Say on a terminal how much of a log was read; nothing when piped."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    # Work of less than a second says nothing.
    said = monotonic() + 1 - _A_MOMENT

    def progress(name: str, done: int, whole: int) -> None:
        nonlocal said
        now = monotonic()
        if whole and now - said > _A_MOMENT:
            said = now
            note = f"analyze: {printable(name)}: {min(100, 100 * done // whole)} %"
            print(note, end="\r", file=sys.stderr, flush=True)

    return progress


@contextmanager
def _patience() -> Iterator[None]:
    """Say on a terminal that work goes on once it has taken a second; stay silent when piped."""
    if not sys.stderr.isatty():
        yield
        return
    note = "analyze: still at work ..."
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
    # Nearly all that is made is kept to the end, or goes without a collector: looking for cycles
    # as often as Python does by itself takes a quarter of the time.
    gc.set_threshold(50_000, 20, 20)
    try:
        name = _command()
        if name is None:
            code = app(standalone_mode=False)
        else:
            command = _COMMANDS[name]
            code = command(sys.argv[2:], prog_name=f"analyze {name}", standalone_mode=False)
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


def _command() -> str | None:
    """The command that the first argument names; None where the arguments are a PATCH's."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    return first if first in _COMMANDS else None


def _usage_or_bug(error: Exception) -> int:
    message = getattr(error, "format_message", None)
    if message is not None:
        command = " ".join(filter(None, ("analyze", _command())))
        return _fail(f"{message()}; see {command} --help", USAGE)
    import traceback

    traceback.print_exc()
    return _fail("this is a bug of the tool; please report it with the lines above", BUG)


def _fail(line: str, code: int) -> int:
    print(f"analyze: {printable(line)}", file=sys.stderr)
    return code
