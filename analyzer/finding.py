"""Evidence, and the honest lack of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.source import Place


class State(Enum):
    """The answer to one check item."""

    OK = "ok"
    FINDING = "finding"
    NEEDS_REVIEW = "needs-review"
    NOT_APPLICABLE = "not-applicable"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact in words, and where it can be seen."""

    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class NotChecked:
    """Something that was not looked at, and why. Never dropped on the way to the report."""

    what: str
    why: str


# What is not checked where an index of upstream's history is older than its repository.
NEWEST_OF_HISTORY = "the newest of upstream's history"
