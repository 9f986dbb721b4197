"""What a proof comes to: facts, without terms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.errors import CodePlace


class Outcome(Enum):
    """Whether two sides do the same."""

    SAME = "same"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


class Sort(Enum):
    """What is not the same."""

    OTHER_CALL = "another call"
    ARGUMENTS = "other arguments"
    MEMORY = "other memory"
    MORE = "a further call"
    LESS = "a call is missing"
    RESULT = "another result"
    FAULT = "a fault"
    NO_FAULT = "no fault"


@dataclass(frozen=True, slots=True)
class Given:
    """A value that an input has: an argument, a member of what one leads to, a callee's result.

    ``value`` is unsigned, of ``bits`` bits.
    """

    what: str
    value: int
    bits: int


class StepKind(Enum):
    """What sort of step it is."""

    CALL = "call"
    LOCKING = "takes or releases a lock"
    END = "end"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a side does, in words, and its line of C; ``parts``: here the sides part."""

    text: str
    place: CodePlace | None
    parts: bool = False
    kind: StepKind = StepKind.OTHER


@dataclass(frozen=True, slots=True)
class End:
    """How a side ends when it runs alone: the value that it returns, and if that is an error's."""

    value: int | None = None
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Counterexample:
    """An input on which two sides part, and what each does with it.

    ``ends`` are upstream's end and the target's, each run alone; None where it has no end.
    """

    sort: Sort
    given: tuple[Given, ...]
    upstream: tuple[Step, ...]
    target: tuple[Step, ...]
    ends: tuple[End | None, End | None] = (None, None)

    @property
    def input(self) -> str:
        """The input in a line."""
        return ", ".join(f"{each.what} = {each.value:#x}" for each in self.given)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of one function.

    SAME holds under ``assumptions``. DIFFERENT has a ``counterexample``. UNDECIDED has a
    ``reason``. ``opened`` are callees that were run as they are, ``called`` those that were left
    open. ``small`` are callees that are always run as they are, since they call nothing.
    ``of_base``: UNDECIDED, as the functions differed before the patch.
    """

    function: str
    outcome: Outcome
    reason: str = ""
    place: CodePlace | None = None
    counterexample: Counterexample | None = None
    assumptions: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    paths: int = 0
    queries: int = 0
    small: tuple[str, ...] = ()
    of_base: bool = False
