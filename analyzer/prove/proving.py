"""How a user wants things proved: limits, where questions go, who is told how far it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.prove.judge import Budget, Keep

_NOT_PLAIN = re.compile(r"\W", re.ASCII)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Proving:
    """``keep`` is called with a function's name and the SMT-LIB text of each question."""

    budget: Budget = Budget()  # noqa: RUF009 - frozen
    keep: Keep | None = None
    progress: Callable[[str, int, int], None] | None = None


def saver(folder: Path) -> Keep:
    """What writes each question to a file of a directory, which is made where it is not there.

    The files are numbered in the order of asking. ``AnalyzerError`` where one cannot be written.
    """
    todo = "give a directory that can be written"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot be made: {error.strerror}"
        raise AnalyzerError(what, where=str(folder), todo=todo) from None
    count = 0

    def keep(name: str, text: str) -> None:
        nonlocal count
        count += 1
        plain = _NOT_PLAIN.sub("_", name)[:_LONGEST]
        try:
            data = text.encode("utf-8", "backslashreplace")
            (folder / f"{count:05}-{plain}.smt2").write_bytes(data)
        except OSError as error:
            what = f"cannot be written: {error.strerror}"
            raise AnalyzerError(what, where=str(folder), todo=todo) from None

    return keep
