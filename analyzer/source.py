"""Where a line stands: every statement of a report points somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Side(Enum):
    """What a line number counts lines of."""

    INPUT = "input"
    PATCH_AFTER = "patch.after"
    UPSTREAM = "upstream"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of something. Every part but the side may be unknown.

    ``line`` counts from 1: lines of the input file for ``INPUT`` (of the decoded body where
    the mail was encoded), lines of the file ``path`` for the other sides.
    """

    side: Side
    path: str | None = None
    line: int | None = None
    commit: str | None = None
