"""The histories of repositories: an index where one was built, else the repository itself."""

from __future__ import annotations

from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.history.facts import History
from analyzer.past.clock import Clock
from analyzer.repo import split_spec
from analyzer.repo.ancestry import Line
from analyzer.repo.git import is_repository

_SECONDS = 1.0


class Branch:
    """The history of one revision of a repository, of which ``history`` may know more."""

    def __init__(self, spec: str, history: History, clock: Clock) -> None:
        self.spec = spec
        self.history = history
        self._clock = clock
        self._line: Line | None = None
        self._known: dict[str, bool | None] = {}

    def has(self, sha: str) -> bool | None:
        """Whether the revision's history has a commit; None where that takes too long."""
        if sha not in self._known:
            self._line = self._line or Line(self.spec)
            late, seconds = self._clock.over, self._clock.left(_SECONDS)
            self._known[sha] = None if late else self._line.has(sha, seconds)
        return self._known[sha]


def repository_of(spec: str | None) -> str | None:
    """A source that is a git repository; None for everything else."""
    if spec is None:
        return None
    path = Path(split_spec(spec)[0])
    return spec if path.is_dir() and is_repository(path) else None


def history_of(spec: str, clock: Clock, troubles: list[str]) -> History | None:
    """The history of ``REPO`` or ``REPO@REV``; None for what is no repository.

    An index that cannot be read is noted in ``troubles``, and the repository is asked instead.
    """
    if repository_of(spec) is None:
        return None
    from analyzer.history.index import open_index
    from analyzer.history.live import open_live

    try:
        index = open_index(spec)
    except AnalyzerError as error:
        troubles.append(str(error))
        index = None
    return index or open_live(spec, clock.left())
