"""What a process is given to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """One review: the commit's position, its id, and those that are shown beside it.

    ``key`` is what its report is kept under; ``again``: the first report called for more beside it.
    """

    at: int
    commit: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    key: str
    again: bool = False
