"""What ``analyze branch`` is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BranchRequest:
    """One call of ``analyze branch``; what is not the branch's own is as in ``Request``.

    ``jobs`` are processes at a time, all processors where it is None. ``cache`` says whether
    reports are kept and kept ones are taken; ``kept_in`` is where, the user's cache directory where
    it is None. ``whole`` says whether the page holds every report, and not its row alone.
    """

    repo: str
    range: str
    upstream: str | None = None
    config: Path | None = None
    prove: bool | None = None
    prove_limit: float | None = None
    architectures: tuple[str, ...] = ()
    facts: tuple[Path, ...] = ()
    newer: tuple[str, ...] = ()
    blacklists: tuple[Path, ...] = ()
    checklist: str | None = None
    jobs: int | None = None
    cache: bool = True
    kept_in: Path | None = None
    whole: bool = True
