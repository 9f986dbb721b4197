"""What a mutant is, and the kinds of changes that make one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """How a function was changed; what begins with ``equal`` leaves it the same function."""

    COMPARISON = "comparison"
    OPERATOR = "operator"
    JUNCTION = "junction"
    GUARD = "guard-negated"
    NEGATION = "negation"
    CONDITION_DROPPED = "condition-dropped"
    CONSTANT = "constant"
    CAST = "cast"
    CALL_DELETED = "call-deleted"
    CALLS_SWAPPED = "calls-swapped"
    STATEMENTS_SWAPPED = "statements-swapped"
    ARGUMENTS_SWAPPED = "arguments-swapped"
    ARGUMENT_REPLACED = "argument-replaced"
    LOCK_MOVED = "lock-moved"
    ASSIGNMENT_DELETED = "assignment-deleted"
    JUMP_DELETED = "jump-deleted"
    JUMP_EXCHANGED = "jump-exchanged"
    GOTO_ELSEWHERE = "goto-elsewhere"
    RETURN_VALUE = "return-value"
    LOOP_BOUND = "loop-bound"
    LOOP_START = "loop-start"
    LOOP_STEP = "loop-step"
    EQUAL_RENAMED = "equal-renamed"
    EQUAL_SPLIT = "equal-split"
    EQUAL_NESTED = "equal-nested"
    EQUAL_DE_MORGAN = "equal-de-morgan"
    EQUAL_BRANCHES = "equal-branches"
    EQUAL_OPERANDS = "equal-operands"
    EQUAL_TURNED = "equal-turned"
    EQUAL_ZERO = "equal-zero"
    EQUAL_HOISTED = "equal-hoisted"
    EQUAL_LOOP = "equal-loop"
    EQUAL_BRACES = "equal-braces"
    EQUAL_PARENTHESIS = "equal-parenthesis"
    EQUAL_CONSTANT = "equal-constant"
    EQUAL_COMPOUND = "equal-compound"
    EQUAL_RETURN = "equal-return"
    EQUAL_DEAD_STORE = "equal-dead-store"
    EQUAL_ONCE = "equal-once"
    EQUAL_ORDER = "equal-order"
    EQUAL_DUPLICATE = "equal-duplicate"

    @property
    def is_equal(self) -> bool:
        """Whether a change of this kind leaves what the function does as it is."""
        return self.value.startswith("equal-")


class Edit(NamedTuple):
    """Bytes of the file from ``start`` to ``end`` give way to a text."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a function: where it is, as a byte of the file, and the edits, which are apart.

    ``what`` tells it from others of its kind in the same place, for its name.
    """

    kind: Kind
    at: int
    edits: tuple[Edit, ...]
    what: str = ""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one function changed.

    ``name`` is unique within the function. ``equal``: True where the change leaves the function
    as it is by the way it is made; None where nobody knows. ``line`` is that of the file as given.
    """

    name: str
    kind: Kind
    equal: bool | None
    text: str
    line: int
