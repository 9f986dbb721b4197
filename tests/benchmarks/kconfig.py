"""How long a whole architecture's Kconfig takes: read, put together, worked out, and Kconfiglib's.

Name trees of whole kernels, and a .config::

    .venv/bin/python tests/benchmarks/kconfig.py CONFIG TREE [TREE ...]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from analyzer.csource.configuration import from_config_text
from analyzer.kconfig import read_tree
from analyzer.kconfig.library import ask_library
from analyzer.kconfig.model import model_of
from analyzer.kconfig.solve import Solver
from analyzer.repo import open_tree

T = TypeVar("T")
ARCH = "x86"
VARIABLES = {"ARCH": ARCH, "SRCARCH": ARCH}


def timed(what: str, action: Callable[[], T]) -> T:
    """The result of an action; its time is printed."""
    start = time.perf_counter()
    result = action()
    print(f"  {what}: {time.perf_counter() - start:.2f} s")
    return result


def measure(root: str, settings: dict[str, str]) -> None:
    """Print the times of one tree."""
    tree = open_tree(root)

    def text(path: str) -> str | None:
        data = tree.read(path)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    print(root)
    whole = timed("reading", lambda: read_tree(text, tree.files, ARCH))
    print(f"  {len(whole.files)} files, {len(whole.symbols)} symbols, {len(whole.unread)} not read")
    model = timed("putting together", lambda: model_of(whole))
    solver = Solver(model, settings, VARIABLES)
    timed("all symbols", lambda: solver.solve(model.nodes))
    free = Solver(model, None, VARIABLES)
    timed("one symbol, whatever is set", lambda: free.solve(["TRANSPARENT_HUGEPAGE"]))
    files = {one.path: text(one.path) or "" for one in whole.files}
    answer = timed("Kconfiglib", lambda: ask_library(files, settings, VARIABLES))
    print(f"  {answer.why_not or len(answer.values)}")


if __name__ == "__main__":
    CONFIG = from_config_text(Path(sys.argv[1]).read_text(errors="surrogateescape"))
    for each in sys.argv[2:]:
        measure(each, dict(CONFIG.symbols))
