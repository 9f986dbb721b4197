"""What a report says of a patch for our RHEL 7-like tree, beside our 5.0-like one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from analyzer.finding import State as Answer
from analyzer.pipeline import analyze
from analyzer.result import Report, Request
from tests.trees import trees
from tests.trees.edits import Edit, mailed, texts
from tests.trees.trees import Era, State

# Where upstream's side comes from, by the option's meaning.
REPOSITORY, DIRECTORY, REFERENCE = "repository", "directory", "reference"
WAYS = (REPOSITORY, DIRECTORY, REFERENCE)
# Without that of upstream's own mail: Linux has 97113eb39fa7, and our tree's core state has not.
FIX = "97113eb39fa7"


@dataclass(frozen=True)
class Bench:
    """The two trees, made once below a directory."""

    top: Path

    @cached_property
    def upstream(self) -> Path:
        """Upstream's repository."""
        return trees.repository(self.top, Era.V5_0)

    @cached_property
    def upstream_directory(self) -> Path:
        """Upstream's tree with the commit, as a plain directory."""
        return trees.directory(self.top, Era.V5_0, State.CORE)

    @cached_property
    def target(self) -> Path:
        """The tree that the backport is for."""
        return trees.directory(self.top, Era.RHEL7, State.BASE)

    @cached_property
    def before(self) -> dict[str, str]:
        """The texts of the target that a backport may change."""
        return texts(self.target)

    @cached_property
    def backport(self) -> dict[str, str]:
        """The same with the backport, selected."""
        return texts(trees.directory(self.top, Era.RHEL7, State.SELECT))

    def mail(
        self, name: str, after: Mapping[str, str], before: Mapping[str, str] | None = None
    ) -> Path:
        """The mail of a patch from one side to the other."""
        place = self.top / "mails" / name
        place.mkdir(parents=True)
        path = place / "patch.mail"
        path.write_bytes(mailed(place, self.before if before is None else before, after))
        return path

    def variant(self, edit: Edit) -> Path:
        """The mail of a variant of the backport."""
        return self.mail(edit.name, edit.made(self.backport))

    def report(self, patch: Path, way: str = REPOSITORY, *, target: Path | None = None) -> Report:
        """What is said of a patch for the target."""
        upstream, commit = {
            REPOSITORY: (str(self.upstream), trees.commit_of(self.upstream, State.CORE)),
            DIRECTORY: (str(self.upstream_directory), None),
            REFERENCE: (None, None),
        }[way]
        request = Request(
            str(patch),
            upstream_commit=commit,
            target=str(target or self.target),
            architectures=("x86",),
            config=trees.config(Era.RHEL7),
            upstream=upstream,
        )
        (report,) = analyze(request)
        return report


def found(report: Report) -> tuple[str, ...]:
    """The items with a finding."""
    return tuple(one.id for one in report.items if one.state is Answer.FINDING)


def answer(report: Report, item: str) -> Answer:
    """The answer to an item."""
    return next(one.state for one in report.items if one.id == item)
