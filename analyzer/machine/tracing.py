"""Where the patch's own C is while events happen: for the run that is told as a story."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from analyzer.errors import CodePlace
from analyzer.machine.observation import Call
from analyzer.mm.events import Event
from analyzer.mm.state import State
from analyzer.reference.path import FUNCTIONS
from analyzer.reference.slots import LOOP
from analyzer.reference.steps import STEPS, Step
from analyzer.translate.program import Program

_NAMES = frozenset((*FUNCTIONS, LOOP))


class _Events(list[Event]):
    """Events that tell when they are written down."""

    def __init__(self, noted: Callable[[], None]) -> None:
        super().__init__()
        self._noted = noted

    def append(self, event: Event) -> None:
        self._noted()
        super().append(event)


class Tracer:
    """Follows translated code line by line while it is entered (``sys.settrace``).

    It takes the place of the state's list of events, and puts the thread's own tracer back.
    """

    def __init__(self, program: Program, names: Mapping[str, str], state: State) -> None:
        self.places: list[CodePlace | None] = []
        self.inside: list[bool] = []
        self.calls: list[Call] = []
        self.steps: list[Step | None] = []
        self.functions: list[str | None] = []
        self._names = names
        self._program = program
        self._state = state
        self._last: CodePlace | None = None
        # The line before the last in the innermost frame, and the last of each frame.
        self._before: CodePlace | None = None
        self._lines: list[CodePlace | None] = []
        self._running: list[FrameType] = []
        self._kept: Any = None
        state.tracing = True
        state.events = _Events(self._noted)

    def __enter__(self) -> None:
        self._kept = sys.gettrace()
        sys.settrace(self._entered)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._kept)

    def _noted(self) -> None:
        self.places.append(self._last)
        self.inside.append(bool(self._running))
        self.steps.append(STEPS.get(self._state.step or ""))
        self.functions.append(_of_reference(sys._getframe(2)))

    def _entered(self, frame: FrameType, event: str, argument: object) -> Any:
        if not self._program.is_mine(frame):
            return None
        self._running.append(frame)
        self._lines.append(None)
        return self._moved

    def _moved(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            self._before = self._lines[-1]
            self._lines[-1] = self._last = self._place(frame)
        elif event == "return":
            self._running.pop()
            self._lines.pop()
            place = self._place(frame)
            if isinstance(argument, tuple) and argument[0] == "falls" and self._before:
                # The way out at a fragment's end is no statement of C.
                self._last = self._before
            self.calls.append(Call(len(self.places), place, argument, len(self._running)))
        return self._moved

    def _place(self, frame: FrameType) -> CodePlace:
        name = self._program.c_name(frame.f_code)
        named = self._names.get(name, name)
        return CodePlace(frame.f_code.co_filename, frame.f_lineno, None, named)


def _of_reference(frame: FrameType | None) -> str | None:
    """The innermost function of the reference that C has as well."""
    while frame is not None:
        name = frame.f_code.co_name
        if frame.f_globals.get("__package__") == "analyzer.reference" and name in _NAMES:
            return name
        frame = frame.f_back
    return None
