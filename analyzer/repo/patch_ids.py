"""Git's stable patch-ids: what two commits with the same change share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.repo import neutral
from analyzer.repo.git import Repository


def patch_id(repository: Repository, diff: bytes) -> str:
    """The patch-id of a diff as git prints it; empty where git finds none, or several.

    A repository with SHA-256 ids has other patch-ids.
    """
    with repository.start("patch-id", "--stable", feed=True) as git:
        git.give(diff)
        lines = [line.decode().split() for line in git.lines()]
    return lines[0][0] if len(lines) == 1 else ""


def patch_ids(repository: Repository, commits: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Commits and their patch-ids, of those that change something and are no merges.

    Raises ``AnalyzerError`` at the end where git could not read one, in a clone without its blobs.
    """
    with (
        repository.start(*neutral.PATCHES_OF_GIVEN, feed=True) as diffs,
        repository.start("patch-id", "--stable", source=diffs.output) as ids,
    ):
        diffs.give("".join(f"{one}\n" for one in commits).encode())
        for line in ids.lines():
            own, _, commit = line.decode().partition(" ")
            yield commit, own
        ids.check()
        diffs.check()
