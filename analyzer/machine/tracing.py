"""Where the patch's own C is while events happen: for the run that is told as a story."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from analyzer.errors import CodePlace
from analyzer.machine.observation import Call, Done, Observation
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


@dataclass(frozen=True, slots=True)
class Touched:
    """What a patch brought to a tree: lines by file, and the functions that have one of them."""

    lines: frozenset[tuple[str, int]]
    functions: frozenset[str]


class Tracer:
    """Follows translated code line by line while it is entered (``sys.settrace``).

    It takes the place of the state's list of events, and puts the thread's own tracer back.
    ``touched`` is what of the translated code is the patch's; None: all of it.
    """

    def __init__(
        self,
        program: Program,
        names: Mapping[str, str],
        state: State,
        touched: Touched | None = None,
    ) -> None:
        self.places: list[CodePlace | None] = []
        self.inside: list[bool] = []
        self.calls: list[Call] = []
        self.steps: list[Step | None] = []
        self.functions: list[str | None] = []
        self._touched = touched
        self._names = names
        self._program = program
        self._state = state
        self._last: CodePlace | None = None
        # The line before the last in the innermost frame, and the last of each frame.
        self._before: CodePlace | None = None
        self._lines: list[CodePlace | None] = []
        self._running: list[FrameType] = []
        # How many of those that run are the patch's own functions.
        self._depth = 0
        self._kept: Any = None
        state.tracing = True
        state.events = _Events(self._noted)

    def __enter__(self) -> None:
        self._kept = sys.gettrace()
        sys.settrace(self._entered)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._kept)

    def _noted(self) -> None:
        running = self._own_line()
        self.places.append(self._last if running is None else running)
        self.inside.append(running is not None)
        self.steps.append(STEPS.get(self._state.step or ""))
        innermost = self._lines[-1] if self._lines and self._touched is not None else None
        self.functions.append(
            _of_reference(sys._getframe(2)) if innermost is None else innermost.function
        )

    def _own_line(self) -> CodePlace | None:
        """The patch's innermost line that is running, or called what runs; None for none."""
        if self._touched is None:
            return self._last if self._running else None
        return next((one for one in reversed(self._lines) if self._is_own(one)), None)

    def _is_own(self, place: CodePlace | None) -> bool:
        touched = self._touched
        if place is None or touched is None:
            return place is not None
        return place.line is not None and (place.path, place.line) in touched.lines

    def _entered(self, frame: FrameType, event: str, argument: object) -> Any:
        if not self._program.is_mine(frame):
            return None
        self._running.append(frame)
        self._lines.append(None)
        self._depth += self._is_patched(frame)
        return self._moved

    def _moved(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            place = self._place(frame)
            self._before, self._lines[-1] = self._lines[-1], place
            if self._is_own(place):
                self._last = place
        elif event == "return":
            self._left(frame, argument)
        return self._moved

    def _left(self, frame: FrameType, argument: object) -> None:
        self._running.pop()
        self._lines.pop()
        if not self._is_patched(frame):
            return
        self._depth -= 1
        place = self._place(frame)
        if isinstance(argument, tuple) and argument[0] == "falls" and self._before:
            # The way out at a fragment's end is no statement of C.
            self._last = self._before
        self.calls.append(Call(len(self.places), place, argument, self._depth))

    def _is_patched(self, frame: FrameType) -> bool:
        """Whether a function is the patch's, or one that it changes."""
        touched = self._touched
        return touched is None or self._program.c_name(frame.f_code) in touched.functions

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


def observed(
    state: State, halted: str | None, at: CodePlace | None, tracer: Tracer | None
) -> Observation:
    """What a run showed, with what its tracer saw."""
    work = state.work
    done = Done(work.ptes_moved, work.pmds_moved, work.tables_allocated, work.flushes)
    if tracer is None:
        return Observation(tuple(state.events), done, halted, at)
    return Observation(
        tuple(state.events),
        done,
        halted,
        at,
        tuple(tracer.places),
        tuple(tracer.inside),
        tuple(tracer.calls),
        tuple(tracer.steps),
        tuple(tracer.functions),
    )
