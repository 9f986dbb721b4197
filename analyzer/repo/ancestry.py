"""Which commits a history has: what an id is, and what reaches it."""

from __future__ import annotations

import time
from enum import Enum

from analyzer.repo.blob import is_prefix
from analyzer.repo.git import Repository, opened, resolved
from analyzer.repo.spec import split_spec

_HEX = frozenset("0123456789abcdef")


class Standing(Enum):
    """What an id is in a repository."""

    MISSING = "no commit there"
    SEVERAL = "an abbreviation of several, or of something else"
    MERGE = "a merge"
    FIRST = "a first commit"
    COMMIT = "a commit"


def standing(spec: str, sha: str) -> Standing:
    """What an id of at least 7 digits is in the repository of ``REPO`` or ``REPO@REV``.

    Raises ``AnalyzerError`` where there is no repository, or it cannot be read.
    """
    repository = opened(split_spec(spec)[0])
    found = _commit(repository, sha)
    if found is None:
        several = is_prefix(sha) and repository.output("rev-parse", f"--disambiguate={sha.lower()}")
        return Standing.SEVERAL if several else Standing.MISSING
    head = repository.output("cat-file", "commit", found).partition(b"\n\n")[0]
    parents = head.count(b"\nparent ")
    return (Standing.FIRST, Standing.COMMIT)[parents] if parents < 2 else Standing.MERGE


def _commit(repository: Repository, sha: str) -> str | None:
    plain = len(sha) >= 7 and _HEX.issuperset(sha.lower())
    return repository.resolve(f"{sha}^{{commit}}") if plain else None


class Line:
    """The history of ``REPO`` or ``REPO@REV``, from its tip back.

    Raises ``AnalyzerError`` where there is no repository or revision.
    """

    def __init__(self, spec: str) -> None:
        path, revision = split_spec(spec)
        self._repository = opened(path)
        self.tip = resolved(self._repository, revision)

    def has(self, sha: str, seconds: float) -> bool | None:
        """Whether a commit, by its full id, is in it; None where that takes longer.

        Raises ``AnalyzerError`` where the repository is damaged.
        """
        if sha == self.tip:
            return True
        with (
            self._repository.start("merge-base", "--is-ancestor", sha, self.tip) as git,
            git.limited(time.monotonic() + seconds) as limit,
        ):
            status = git.status()
            if limit.passed:
                return None
            if status > 1 and _commit(self._repository, sha) is not None:
                raise git.failure()
            return status == 0


def holder(spec: str, sha: str, seconds: float) -> str | None:
    """A branch or tag whose history has a commit; empty for none, None where it takes longer."""
    repository = opened(split_spec(spec)[0])
    found = _commit(repository, sha)
    if found is None:
        return ""
    arguments = ("for-each-ref", "--count=1", f"--contains={found}", "--format=%(refname:short)")
    with (
        repository.start(*arguments) as git,
        git.limited(time.monotonic() + seconds) as limit,
    ):
        names = [line.decode("utf-8", "replace") for line in git.lines()]
        git.status()
        return None if limit.passed and not names else next(iter(names), "")


def is_shallow(spec: str) -> bool:
    """Whether a clone's history ends before its beginning."""
    repository = opened(split_spec(spec)[0])
    return repository.output("rev-parse", "--is-shallow-repository").strip() == b"true"
