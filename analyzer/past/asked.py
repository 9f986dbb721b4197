"""What histories are asked of, for one patch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.history.facts import History, Known
from analyzer.past.changes import Change, change_of
from analyzer.past.clock import Clock
from analyzer.past.presence import Target
from analyzer.past.sources import Branch, history_of, repository_of
from analyzer.patch.apply import Applied
from analyzer.repo import Tree
from analyzer.review.case import Case


@dataclass(frozen=True, slots=True)
class Given:
    """What the user gave: names of repositories, and files of commits that are left out.

    ``settings`` are those of the release's .config, empty for none.
    """

    upstream: str | None = None
    target: str | None = None
    newer: tuple[str, ...] = ()
    blacklists: tuple[Path, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Asked:
    """One patch, the target before and after it, and the histories, opened when first asked.

    ``after`` is None where the patch was refused, ``refused`` has the files then. ``troubles`` are
    indexes that could not be read.
    """

    case: Case
    given: Given
    before: Tree | None
    after: Tree | None
    refused: tuple[Applied, ...]
    clock: Clock
    troubles: list[str] = field(default_factory=list)
    _histories: dict[str, History | None] = field(default_factory=dict)
    _branches: dict[str, Branch] = field(default_factory=dict)
    _changes: dict[str, Change | str] = field(default_factory=dict)
    _known: dict[str, Known | None] = field(default_factory=dict)

    @property
    def commit(self) -> str | None:
        """Upstream's commit as its repository has it, else as the patch names it."""
        return self.case.seen.id if self.case.seen else self.case.named

    @property
    def repository(self) -> str | None:
        """Upstream's repository, None where a directory, a patch or nothing was given."""
        return repository_of(self.given.upstream)

    @property
    def upstream(self) -> History | None:
        """Upstream's history."""
        return self.history(self.given.upstream)

    def history(self, spec: str | None) -> History | None:
        """The history of a repository; None where it is none. Opened once."""
        if spec is None:
            return None
        if spec not in self._histories:
            self._histories[spec] = history_of(spec, self.clock, self.troubles)
        return self._histories[spec]

    def change(self, sha: str) -> Change | str:
        """What a commit of upstream's changes; in words why that is not known. Read once."""
        if self.repository is None:
            return "upstream's repository was not given"
        if sha not in self._changes:
            late = self.clock.over
            self._changes[sha] = "the time was over" if late else change_of(self.repository, sha)
        return self._changes[sha]

    def targets(self, tree: Tree | None) -> Target:
        """Where a commit is looked for: in one of the target's trees, and in its history."""
        return Target(tree, self.branch(self.given.target), self.case.others)

    def branch(self, spec: str | None) -> Branch | None:
        """The history of just one revision; None where it is no repository."""
        history = self.history(spec)
        if spec is None or history is None:
            return None
        if spec not in self._branches:
            self._branches[spec] = Branch(spec, history, self.clock)
        return self._branches[spec]

    def known(self, sha: str | None) -> Known | None:
        """What upstream's history has of a commit. Asked once."""
        if sha is None or self.upstream is None:
            return None
        if sha not in self._known:
            self._known[sha] = self.upstream.by(sha)
        return self._known[sha]

    def changes(self, sha: str, change: Change) -> None:
        """Take what a commit of upstream's changes, where it was read already."""
        self._changes[sha] = change

    def close(self) -> None:
        """Close the histories."""
        for history in self._histories.values():
            if history is not None:
                history.close()
