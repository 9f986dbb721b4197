"""What a repository's refs name: all that is asked for before a history is walked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analyzer.repo.blob import is_prefix
from analyzer.repo.git import Repository

_NAMESPACES = ("refs/heads", "refs/remotes", "refs/tags")
_TAGS = "refs/tags/"
# Common directories that git told, by git directory as it was then.
_COMMON: dict[tuple[Path, int, int, int], Path] = {}
_MOST_COMMON = 1000


@dataclass(frozen=True, slots=True)
class Refs:
    """The refs of branches and tags, and HEAD, at one moment.

    ``named`` are pairs of ref and object id, in git's order; ``head`` is HEAD's commit, empty
    where it has none. ``shallow`` are the commits at which a shallow clone ends.
    """

    named: tuple[tuple[str, str], ...]
    head: str
    shallow: tuple[str, ...]

    @property
    def tips(self) -> tuple[str, ...]:
        """The objects from which all of the history is reached, each once."""
        ids = dict.fromkeys(one for _, one in self.named)
        return tuple(sorted(ids | {self.head: None} if self.head else ids))

    @property
    def heads(self) -> tuple[str, ...]:
        """The commits of HEAD and of the branches, remote ones too, each once."""
        ids = dict.fromkeys(one for name, one in self.named if not name.startswith(_TAGS))
        return tuple(ids | {self.head: None} if self.head else ids)

    @property
    def digest(self) -> str:
        """What changes when a branch or a tag moves, comes or goes."""
        listed = "\n".join(f"{one} {name}" for name, one in self.named)
        return hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def tags(self) -> tuple[tuple[str, str], ...]:
        """The names of the tags without ``refs/tags/``, and their objects."""
        return tuple(
            (name.removeprefix(_TAGS), one) for name, one in self.named if name.startswith(_TAGS)
        )


def read_refs(repository: Repository) -> Refs:
    """The refs of a repository. ``AnalyzerError`` where git fails."""
    listed = repository.output("for-each-ref", "--format=%(objectname) %(refname)", *_NAMESPACES)
    lines = listed.decode("utf-8", "backslashreplace").splitlines()
    pairs = (line.partition(" ") for line in lines)
    named = tuple((name, one) for one, _, name in pairs)
    head = repository.resolve("HEAD^{commit}") or ""
    return Refs(named, head, _shallow(repository))


def common_directory(repository: Repository) -> Path:
    """Where the refs and objects are, which all work trees of a repository share.

    Git is asked once for a git directory that nothing was put into or taken from since.
    """
    place = repository.git_dir
    try:
        status = place.stat()
    except OSError:
        return _common_directory(repository)
    key = (place, status.st_dev, status.st_ino, status.st_ctime_ns)
    if key not in _COMMON:
        if len(_COMMON) >= _MOST_COMMON:
            _COMMON.clear()
        _COMMON[key] = _common_directory(repository)
    return _COMMON[key]


def _common_directory(repository: Repository) -> Path:
    printed = repository.output("rev-parse", "--git-common-dir").removesuffix(b"\n")
    # Git answers from the directory in which it runs.
    top = repository.work_tree or repository.git_dir
    return (top / printed.decode("utf-8", "surrogateescape")).resolve()


def parent_counts(repository: Repository, commits: Iterable[str]) -> dict[str, int]:
    """How many parents the given commits name, be they in this clone or not; where they are."""
    objects = repository.objects()
    counts: dict[str, int] = {}
    try:
        for one in commits:
            found = objects.read(one, repository.name) if is_prefix(one) else None
            if found and found[0] == "commit":
                head = found[1].partition(b"\n\n")[0]
                counts[one] = sum(line.startswith(b"parent ") for line in head.split(b"\n"))
    finally:
        objects.close()
    return counts


def all_there(repository: Repository, objects: Iterable[str]) -> bool:
    """Whether a repository still has all of these objects."""
    return not missing(repository, objects)


def missing(repository: Repository, objects: Iterable[str]) -> tuple[str, ...]:
    """Those of some objects, by their whole ids, that a repository has not."""
    with repository.start("cat-file", "--batch-check", feed=True) as git:
        git.give("".join(f"{one}\n" for one in objects).encode())
        lost = tuple(
            line.split()[0].decode("utf-8", "replace")
            for line in git.lines()
            if line.endswith(b" missing")
        )
        git.check()
    return lost


def _shallow(repository: Repository) -> tuple[str, ...]:
    path = common_directory(repository) / "shallow"
    try:
        with path.open("rb") as file:
            return tuple(sorted(file.read(1 << 24).decode("ascii", "replace").split()))
    except OSError:
        return ()
