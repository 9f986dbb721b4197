"""The commits of a range, oldest first; and what a repository's names stand for, all at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.errors import AnalyzerError
from analyzer.repo import neutral
from analyzer.repo.git import Repository, opened, resolved
from analyzer.repo.refs import common_directory
from analyzer.repo.running import Running
from analyzer.repo.tree import shown

# More than any branch that a person reviews; what is kept of a commit is small, but is kept.
MOST_COMMITS = 20_000
# A message is read up to here, so that one commit cannot fill the memory.
LONGEST_MESSAGE = 1 << 20

_FIELDS = ("%H", "%T", "%P", "%an <%ae>", "%B")
_LOG = (
    *(word for word in neutral.LOG if word != "--no-merges"),
    *("-z", "--topo-order", "--reverse"),
    "--format=tformat:" + "%x00".join(_FIELDS),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One commit of a range. ``message`` may be ``cut`` at 1 MiB; ``author`` is ``Name <mail>``."""

    commit: str
    tree: str
    parents: tuple[str, ...]
    author: str
    message: str
    cut: bool

    @property
    def subject(self) -> str:
        """The message's first paragraph in one line."""
        first, *_ = self.message.lstrip("\n").split("\n\n", 1)
        return " ".join(first.split())


def ends_of(repository: Repository, named: str) -> tuple[str, str]:
    """The full ids of both ends of ``A..B``; an end that is left out is HEAD.

    ``AnalyzerError`` where it is no such range, or an end names no commit.
    """
    start, dots, end = named.partition("..")
    where = f"{repository.name}: {shown(named) or '(no range)'}"
    if not dots:
        todo = "name it as A..B: the commits of B that A does not have"
        raise AnalyzerError("is no range of commits", where=where, todo=todo)
    if end.startswith(".") or ".." in end:
        todo = "name it as A..B, with two dots"
        raise AnalyzerError("is no range of commits", where=where, todo=todo)
    return resolved(repository, start or None), resolved(repository, end or None)


def listed(repo: str, named: str) -> Iterator[Listed]:
    """The commits of the range ``A..B``, parents before children, merges among them.

    One git prints them, and each is told as it comes. ``AnalyzerError`` where there is no such
    repository or range, where the range is empty, and above 20,000 commits.
    """
    repository = opened(repo)
    start, end = ends_of(repository, named)
    where = f"{repository.name}: {shown(named)}"
    most = ("--count", f"--max-count={MOST_COMMITS + 1}")
    count = int(repository.output("rev-list", *most, f"{start}..{end}"))
    if count == 0:
        raise AnalyzerError("has no commits", where=where, todo="name the older end first")
    if count > MOST_COMMITS:
        what = f"has more than {MOST_COMMITS:,} commits"
        raise AnalyzerError(what, where=where, todo="review it in parts")
    with repository.start(*_LOG, f"{start}..{end}") as git:
        yield from _read(git)
        git.check()


def _read(git: Running) -> Iterator[Listed]:
    """The records that git prints; no field of a commit can hold the NUL that parts them."""
    fields: list[bytes] = []
    for field in git.parts(LONGEST_MESSAGE):
        fields.append(field)
        if len(fields) == len(_FIELDS):
            yield _listed(fields)
            fields = []


def _listed(fields: Sequence[bytes]) -> Listed:
    commit, tree, parents, author, message = (
        data.decode("utf-8", "surrogateescape") for data in fields
    )
    cut = len(fields[-1]) >= LONGEST_MESSAGE
    return Listed(commit, tree, tuple(parents.split()), author, message, cut)


def ids_of(repository: Repository, names: Sequence[str]) -> tuple[str, ...]:
    """The full id of the commit that each name stands for, in order; empty where it is none.

    One git answers for all of them. A name has hexadecimal digits alone.
    """
    if not names:
        return ()
    asked = "".join(f"{name}^{{commit}}\n" for name in names).encode()
    with repository.start("cat-file", "--batch-check=%(objectname)", feed=True) as git:
        git.give(asked)
        answers = [line.decode("ascii", "replace") for line in git.lines()]
        git.check()
    return tuple("" if " " in answer else answer for answer in answers)


def state_of(repository: Repository) -> str:
    """A digest of everything that names what a repository has: its refs, HEAD, where it is cut.

    It changes with each fetch, commit, tag and branch; and with a repacking, which changes nothing.
    """
    digest = hashlib.sha256()
    digest.update(repository.output("for-each-ref", "--format=%(objectname) %(refname)"))
    head = (repository.resolve("HEAD^{commit}") or "").encode()
    digest.update(b"\0" + head)
    top = common_directory(repository)
    for name in ("shallow", "objects/info/alternates"):
        path = top / name
        digest.update(b"\0" + (path.read_bytes() if path.is_file() else b""))
    packs = top / "objects" / "pack"
    names = sorted(os.fsencode(one.name) for one in packs.iterdir()) if packs.is_dir() else []
    digest.update(b"\0".join((b"", *names)))
    return digest.hexdigest()
