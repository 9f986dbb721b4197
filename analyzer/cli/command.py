"""The one way in: which command is meant, exit codes, and the one error handler."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from analyzer.cli import completing
from analyzer.cli.streams import complain
from analyzer.errors import AnalyzerError, NotRepairedError
from analyzer.report.printable import printable

if TYPE_CHECKING:
    import typer

USAGE, NOT_REPAIRED, BUG, INTERRUPTED = 2, 3, 70, 130

# The module of each command; only the one that is meant is loaded.
_COMMANDS = {"explain": "explaining", "branch": "branching", "index": "indexing"}


def main() -> NoReturn:
    """Run the command and turn every end of it into an exit code."""
    # Nearly all that is made is kept to the end, or goes without a collector: looking for cycles
    # as often as Python does by itself takes a quarter of the time.
    gc.set_threshold(50_000, 20, 20)
    try:
        if completing.asked():
            _complete()
        name = _command()
        if name is None:
            code = _app("analyzing")(prog_name="analyze", standalone_mode=False)
        else:
            app = _app(_COMMANDS[name])
            code = app(sys.argv[2:], prog_name=f"analyze {name}", standalone_mode=False)
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


def _complete() -> NoReturn:
    """Answer a shell; typer ends the process."""
    from typer.completion import get_completion_inspect_parameters

    # What tells typer of the shells, which it else does for commands that offer to be completed.
    get_completion_inspect_parameters()
    name = completing.command_written(_COMMANDS)
    _app(_COMMANDS[name] if name else "analyzing")(prog_name="analyze")
    sys.exit(0)


def _app(module: str) -> typer.Typer:
    app: typer.Typer = import_module(f"analyzer.cli.{module}").app
    return app


def _command() -> str | None:
    """The command that the first argument names; None where the arguments are a PATCH's."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    return first if first in _COMMANDS else None


def _usage_or_bug(error: Exception) -> int:
    message = getattr(error, "format_message", None)
    if message is not None:
        command = " ".join(filter(None, ("analyze", _command())))
        what = message().rstrip(".").replace("a valid int range", "a number")
        what = what.replace("a valid float range", "a number")
        return _fail(f"{what}; see {command} --help", USAGE)
    from traceback import format_exc

    complain(format_exc().rstrip())
    return _fail("this is a bug of the tool; please report it with the lines above", BUG)


def _fail(line: str, code: int) -> int:
    complain(f"analyze: {printable(line)}")
    return code
