"""What a command prints: the report to where it is wanted, progress to a terminal alone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path
from threading import Timer
from time import monotonic

from analyzer.errors import AnalyzerError
from analyzer.report.printable import printable

# Seconds between two notes on how far a log was read.
_A_MOMENT = 0.2


def width() -> int:
    """The columns of the terminal, 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def colored(output: Path | None) -> bool:
    """Whether a report that goes to ``output`` may have colours."""
    return (
        output is None
        and sys.stdout is not None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def complain(text: str) -> None:
    """Write a line to standard error, as far as there is one: the exit code says the same."""
    if sys.stderr is None:
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        # What could not be written would be tried again at the end, and change the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def deliver(text: str, output: Path | None) -> None:
    """Write a report to standard output, or to a file. ``AnalyzerError`` where that fails."""
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
        raise _unwritable(output, error) from None


def _unwritable(path: Path, error: OSError) -> AnalyzerError:
    what = f"cannot be written: {error.strerror}"
    return AnalyzerError(what, where=str(path), todo="give another file")


def spare(written: Path | None, *read: str | Path | None) -> None:
    """Refuse to write where nothing can be, or over a file that the command reads.

    Raises ``AnalyzerError``, before any work is done. What is no plain file, such as a terminal,
    is not lost by writing.
    """
    if written is None or _is_special(written):
        return
    for one in read:
        if one is not None and _is_same(written, one):
            what = f"would be written over, and the command reads it: {one}"
            raise AnalyzerError(what, where=str(written), todo="give another file")


def _is_special(written: Path) -> bool:
    """Whether a file is there and no plain one. ``AnalyzerError`` where no file can be."""
    try:
        if written.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        written.parent.stat()
        return written.exists() and not written.is_file()
    except OSError as error:
        raise _unwritable(written, error) from None


def _is_same(one: str | Path, other: str | Path) -> bool:
    """Whether two names are one file, or one that is not there yet.

    A name that is no ``Path`` may be no file's at all.
    """
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return isinstance(other, Path) and Path(one).absolute() == other.absolute()


def progress() -> Callable[[str, int, int], None] | None:
    """Say on a terminal how much of a log was read; nothing when piped."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    # Work of less than a second says nothing.
    said = monotonic() + 1 - _A_MOMENT

    def tell(name: str, done: int, whole: int) -> None:
        nonlocal said
        now = monotonic()
        if whole and now - said > _A_MOMENT:
            said = now
            note = f"analyze: {printable(name)}: {min(100, 100 * done // whole)} %"
            print(note, end="\r", file=sys.stderr, flush=True)

    return tell


@contextmanager
def patience() -> Iterator[None]:
    """Say on a terminal that work goes on once it has taken a second; stay silent when piped."""
    if sys.stderr is None or not sys.stderr.isatty():
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
