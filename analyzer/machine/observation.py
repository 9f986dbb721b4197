"""What one run of a kernel showed."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.errors import CodePlace
from analyzer.mm.events import Event
from analyzer.reference.steps import Step


@dataclass(frozen=True, slots=True)
class Done:
    """Counts of one call: entries and tables moved, tables allocated, flushes."""

    ptes_moved: int
    pmds_moved: int
    tables_allocated: int
    flushes: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the patch's C came back, in a traced run: before which event, from where.

    ``depth`` counts the patch's functions that were still running: 0 for the outermost.
    """

    before: int
    place: CodePlace
    value: object
    depth: int


@dataclass(frozen=True, slots=True)
class Observation:
    """One run: its events in order, the last of which is RETURN or DIED.

    ``halted`` says why we could not go on, with its place: then nothing may be concluded. In a
    traced run ``places`` has, for each event, where the patch's own C was then or had been last
    (None: it has not run yet), and ``inside`` whether it was there then, or had called what was;
    ``calls`` are the returns of the patch's functions. ``steps`` has for each event the step of
    upstream's patch that it belongs to, in a kernel that runs the reference's; ``functions`` the
    function of the reference's own that was running; in a kernel that runs a whole tree, any
    function that was.
    """

    events: tuple[Event, ...]
    done: Done
    halted: str | None = None
    halted_at: CodePlace | None = None
    places: tuple[CodePlace | None, ...] = ()
    inside: tuple[bool, ...] = ()
    calls: tuple[Call, ...] = ()
    steps: tuple[Step | None, ...] = ()
    functions: tuple[str | None, ...] = ()
