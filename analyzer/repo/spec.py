"""``SRC[@REV]``: how a user names a source tree."""

from __future__ import annotations

from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.repo.directory import DirectoryTree, exists
from analyzer.repo.git import is_repository
from analyzer.repo.gittree import GitTree
from analyzer.repo.tree import Tree, shown


def split_spec(spec: str) -> tuple[str, str | None]:
    """``spec`` as path and revision, None where it names none.

    Both may contain ``@``: the path is the longest part before one that exists. Where none does,
    the first ``@`` divides.
    """
    if _exists(spec):
        return spec, None
    end = spec.rfind("@")
    while end > 0:
        if _exists(spec[:end]):
            return spec[:end], spec[end + 1 :]
        end = spec.rfind("@", 0, end)
    path, at, revision = spec.partition("@")
    return path, revision if at else None


def open_tree(spec: str) -> Tree:
    """The tree that ``SRC[@REV]`` names: a git repository's commit, or a plain directory.

    A directory below the top of a repository is a plain one. ``AnalyzerError`` where there is
    no such directory or revision.
    """
    path, revision = split_spec(spec)
    where = shown(path) or "(no path)"
    if not _exists(path):
        raise AnalyzerError(
            "no such directory", where=where, todo="name a git repository or a source directory"
        )
    top = Path(path)
    if not top.is_dir():
        raise AnalyzerError(
            "is not a directory", where=where, todo="name a git repository or a source directory"
        )
    if is_repository(top):
        return GitTree(path, revision, name=spec)
    if revision is not None:
        raise AnalyzerError(
            f"is not a git repository, so it has no revision '{shown(revision)}'",
            where=where,
            todo="name the top directory of one, or leave the revision out",
        )
    return DirectoryTree(spec, top.resolve())


def _exists(path: str) -> bool:
    return path != "" and exists(Path(path))
