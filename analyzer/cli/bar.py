"""A bar for work on many commits: how many of how many, how long, and at which."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from analyzer.report.printable import printable

_SUBJECT = 40


@contextmanager
def bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """A callback for a subject, how many are done, and of how many; None when piped.

    The bar is on standard error, from the first call on, and gone when the work has ended.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as drawn:
        update: Callable[[str, int, int], None] | None = None

        def tell(subject: str, done: int, whole: int) -> None:
            nonlocal update
            if update is None:
                update = drawn.enter_context(_drawn())
            update(printable(subject, limit=_SUBJECT), done, whole)

        yield tell


@contextmanager
def _drawn() -> Iterator[Callable[[str, int, int], None]]:
    # Drawing is loaded where something is drawn.
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
        yield lambda said, done, whole: progress.update(
            task, description=said, completed=done, total=whole
        )
