"""Which of the lines that a change brings were run: what never ran was not compared."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

from analyzer.machine.movepath import MovePath
from analyzer.translate import Translated
from analyzer.translate.program import Program

# So many runs are watched: what has not come up by then will hardly do so.
_MOST_RUNS = 600


class Watch:
    """Watches a kernel's runs until every touched line of code was run (``sys.settrace``)."""

    def __init__(self, path: MovePath, program: Program) -> None:
        self.lines = {
            (one.path, line)
            for one in path.functions
            for line in _lines(one)
            if (one.path, line) in path.touched
        }
        self.unseen = set(self.lines)
        self._functions = path.changed()
        self._program = program
        self._left = _MOST_RUNS
        self._kept: Any = None

    @property
    def looks(self) -> bool:
        """Whether there is something to watch for."""
        return bool(self.unseen) and self._left > 0

    def __enter__(self) -> None:
        self._left -= 1
        self._kept = sys.gettrace()
        sys.settrace(self._entered)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._kept)

    def _entered(self, frame: FrameType, event: str, argument: object) -> Any:
        code = frame.f_code
        if not self._program.is_mine(frame) or self._program.c_name(code) not in self._functions:
            return None
        return self._moved

    def _moved(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            self.unseen.discard((frame.f_code.co_filename, frame.f_lineno))
        return self._moved


def _lines(one: Translated) -> Iterator[int]:
    """The lines of a function that a tracer can stop at."""
    waiting = [each for each in one.unit.code.co_consts if isinstance(each, CodeType)]
    while waiting:
        code = waiting.pop()
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
        yield from (line for _, _, line in code.co_lines() if line is not None)
