"""A commit of a git repository, with the trees before and after it."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass

from analyzer.errors import AnalyzerError
from analyzer.repo.git import Repository, opened, resolved
from analyzer.repo.gittree import GitTree
from analyzer.repo.running import Objects
from analyzer.repo.spec import split_spec
from analyzer.repo.tree import shown

_PERSON = re.compile(r"(.*?) ?<(.*?)> ?(-?[0-9]{1,18})? ?([+-][0-9]{4})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote a commit, and when: seconds since 1970, None where that cannot be read."""

    name: str
    mail: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit with one parent. ``before`` and ``after`` share one git.

    ``subject`` is the message's first paragraph in one line, ``message`` all of it.
    """

    commit: str
    parent: str
    subject: str
    message: str
    author: Person
    before: GitTree
    after: GitTree


def open_commit(spec: str, commit: str) -> Commit:
    """The commit that ``commit`` (an id, an abbreviation, a tag, a branch) names in a repository.

    ``spec`` is ``REPO`` or ``REPO@REV``. Two gits run, however many files are read. Raises
    ``AnalyzerError`` where there is no repository or commit, for a merge, for a first commit, and
    where the parent is beyond the end of a shallow clone, or anything cannot be read.
    """
    path, _ = split_spec(spec)
    repository = opened(path)
    found = resolved(repository, commit)
    objects = repository.objects()
    where = f"{shown(path)}@{shown(commit)}"
    headers, message = _read(objects, found, where)
    parent = _parent(repository, objects, headers, where)
    return Commit(
        found,
        parent,
        _subject(message),
        message,
        _person(next((value for key, value in headers if key == "author"), "")),
        GitTree.at(repository, parent, objects, f"{path}@{found[:12]}^"),
        GitTree.at(repository, found, objects, f"{path}@{found[:12]}"),
    )


def _read(objects: Objects, commit: str, where: str) -> tuple[list[tuple[str, str]], str]:
    """The headers of a commit without their continuation lines, and its message."""
    answer = objects.read(commit, where)
    if answer is None or answer[0] != "commit":
        raise AnalyzerError("cannot be read", where=where, todo="check it with git fsck")
    head, _, body = answer[1].partition(b"\n\n")
    headers = [
        (key, value)
        for line in head.decode("utf-8", "surrogateescape").split("\n")
        if not line.startswith(" ")
        for key, _, value in [line.partition(" ")]
    ]
    encoding = next((value for key, value in headers if key == "encoding"), "utf-8")
    with contextlib.suppress(LookupError, UnicodeError):
        return headers, body.decode(encoding)
    return headers, body.decode("utf-8", "surrogateescape")


def _parent(
    repository: Repository, objects: Objects, headers: list[tuple[str, str]], where: str
) -> str:
    parents = [value for key, value in headers if key == "parent"]
    if not parents:
        raise AnalyzerError(
            "is a first commit: there is no tree before it", where=where, todo="name a later one"
        )
    if len(parents) > 1:
        raise AnalyzerError("is a merge", where=where, todo="name one of its patches")
    if objects.read(parents[0], where) is None:
        raise AnalyzerError(
            "its parent is not in this clone",
            where=where,
            todo="deepen a shallow one with git fetch --deepen=1, or clone anew",
        )
    return parents[0]


def _subject(message: str) -> str:
    first, *_ = message.strip("\n").split("\n\n", 1)
    return " ".join(first.split())


def _person(line: str) -> Person:
    match = _PERSON.fullmatch(line)
    if match is None:
        return Person(line, "", None)
    return Person(match[1], match[2], int(match[3]) if match[3] else None)
