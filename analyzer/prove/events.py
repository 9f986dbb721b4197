"""What a run does that others can see: calls, warnings, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from analyzer.errors import CodePlace, KernelFault
from analyzer.prove.terms import Term


class Act(Enum):
    """What sort of event it is."""

    CALL = "call"
    TAKES = "takes a lock"
    RELEASES = "releases a lock"
    REPORTS = "reports"
    HEAD = "begins a turn of a loop"


@dataclass(frozen=True, slots=True)
class Event:
    """A call, with all that decides what the callee does: arguments, memory, what locals hold.

    ``arguments`` are terms in C's order. ``contents`` are the scalars of the locals that the callee
    can reach, None for one that was never written. ``memory`` is what was written of it since
    ``epoch`` began. ``carried`` is the turn of a loop that begins (``induction.Turn``).
    """

    act: Act
    name: str
    arguments: tuple[Term, ...]
    contents: Mapping[str, Term | None]
    memory: Mapping[str, Term]
    epoch: str
    place: CodePlace | None = None
    carried: Any = field(default=None, compare=False)


class How(Enum):
    """How a run ended."""

    RETURNED = "returned"
    FAULTED = "faulted"
    BACK = "came back to the head of a loop"
    STOPPED = "stopped"
    CUT = "cut off"


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a run: with a value or none, a fault, or a reason of ours.

    BACK: ``back`` names the event at which the loop was cut, ``turn`` is that which would begin,
    ``contents`` what locals hold that others can reach.
    """

    how: How
    value: Term | None = None
    fault: KernelFault | None = None
    reason: str = ""
    place: CodePlace | None = None
    memory: Mapping[str, Term] = field(default_factory=dict)
    epoch: str = "0"
    back: str = ""
    turn: Any = None
    contents: Mapping[str, Term | None] = field(default_factory=dict)
