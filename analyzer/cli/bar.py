"""A bar for work on many commits: how many of how many, how long, and at which."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from analyzer.report.printable import printable

_SUBJECT = 40


@contextmanager
def bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """A callback for a subject, how many are done, and of how many; None when piped.

    The bar is on standard error, and gone when the work has ended.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    # Drawing is loaded for a terminal alone.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("analyze:"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        # What a commit says is no markup.
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def tell(subject: str, done: int, whole: int) -> None:
            shown = printable(subject, limit=_SUBJECT)
            progress.update(task, description=shown, completed=done, total=whole)

        yield tell
