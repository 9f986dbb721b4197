"""Commits of a repository as the patches that git would mail."""

from __future__ import annotations

import re
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.repo import neutral
from analyzer.repo.git import Repository, opened, resolved
from analyzer.repo.tree import shown

# What a commit's whole id names is one text for ever; a range's reviews ask for it again and again.
_WHOLE = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MOST_KEPT = 64
_LARGEST_KEPT = 1 << 18
_KEPT: dict[tuple[Path, str], bytes] = {}


def exported(repo: str, revision: str) -> bytes:
    """A commit, or those of ``A..B`` (oldest first), as ``git format-patch --stdout`` prints them.

    With whole ids and binary patches, without git's version at the end. ``AnalyzerError`` where
    there is no such repository, revision or commit, for a merge, for a commit whose parent is
    beyond the end of a shallow clone, and for more than 64 MiB.
    """
    repository = opened(repo)
    named = (repository.git_dir, revision)
    if named in _KEPT:
        return _KEPT[named]
    patch = _exported(repository, repo, revision)
    if _WHOLE.fullmatch(revision) and len(patch) <= _LARGEST_KEPT:
        while len(_KEPT) >= _MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[named] = patch
    return patch


def _exported(repository: Repository, repo: str, revision: str) -> bytes:
    where = f"{shown(repo)}@{shown(revision)}"
    start, dots, end = revision.partition("..")
    if dots:
        ends = (resolved(repository, start or "HEAD"), resolved(repository, end or "HEAD"))
        chosen: tuple[str, ...] = ("..".join(ends),)
        listed = repository.output("rev-list", "--parents", *chosen)
    else:
        chosen = ("-1", resolved(repository, revision))
        listed = repository.output("rev-list", "--parents", "--no-walk", chosen[1])
    commits = [line.split() for line in listed.decode().split("\n") if line]
    _check_commits(repository, commits, where)
    numbers = "--numbered" if len(commits) > 1 else "--no-numbered"
    patch = repository.output(*neutral.FORMAT_PATCH, numbers, *chosen)
    if b"\ndiff --git " not in patch:
        raise AnalyzerError("changes no file", where=where, todo="name a commit that does")
    return patch


def _check_commits(repository: Repository, commits: list[list[str]], where: str) -> None:
    """Each of ``commits`` is its id and those of its parents."""
    if not commits:
        raise AnalyzerError("has no commits", where=where, todo="name the older end first")
    merge = next((commit[0] for commit in commits if len(commit) > 2), None)
    if merge is not None:
        todo = "name one of its patches"
        if len(commits) > 1:
            todo = "name a range without it, or review this one with analyze branch"
        raise AnalyzerError(f"{merge[:12]} is a merge", where=where, todo=todo)
    firsts = (commit[0] for commit in commits if len(commit) == 1)
    cut = next((commit for commit in firsts if repository.has_parent(commit)), None)
    if cut is not None:
        # Git would show it as if it had made every file of the tree.
        raise AnalyzerError(
            f"the parent of {cut[:12]} is not in this shallow clone",
            where=where,
            todo="deepen it with git fetch --deepen=1",
        )
