"""Git repositories, read through GitPython and never changed.

Objects are read, nothing is checked out, and no command that a repository configures is run:
see ``neutral``. GitPython is imported when the first git is started.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from subprocess import PIPE, Popen
from typing import cast

from analyzer.errors import AnalyzerError
from analyzer.repo import neutral
from analyzer.repo.blob import is_prefix
from analyzer.repo.directory import exists
from analyzer.repo.running import Objects, Running, lost
from analyzer.repo.tree import inside, shown
from analyzer.repo.worktree import differs

# Objects are asked for by name, links inside a commit's tree included.
_BATCH = ("cat-file", "--batch", "--follow-symlinks")
_HEX = frozenset("0123456789abcdef")
_NAME_A_COMMIT = "name a commit, a tag or a branch"


def is_repository(path: Path) -> bool:
    """Whether ``path`` is the top of a work tree, or a bare repository. Nothing is searched."""
    return exists(path / ".git") or all(exists(path / n) for n in ("HEAD", "objects", "refs"))


class GitTree:
    """One commit of a repository. Not to be shared between threads.

    ``path`` is the top of a work tree, or a bare repository. Without ``revision`` it is HEAD
    that is read. ``AnalyzerError`` where either is not there.
    """

    def __init__(self, path: str, revision: str | None = None, *, name: str | None = None) -> None:
        spec = path if revision is None else f"{path}@{revision}"
        self.name = spec if name is None else name
        self._repository = repository = _opened(path)
        self._is_work_tree_meant = revision is None
        self.revision = _resolved(repository, revision)
        self._objects = Objects(lambda: repository.start(*_BATCH, feed=True))
        weakref.finalize(self, self._objects.close)

    @cached_property
    def dirty(self) -> bool:
        """See :attr:`Tree.dirty`. Asked of git on the first access."""
        root = self._repository.work_tree
        if not self._is_work_tree_meant or root is None:
            return False
        config = self._repository.config()
        if config.get("core.bare") == "true":
            return False
        # Git would ask a submodule's own configuration about the submodule.
        arguments = ("--raw", "-z", "--no-renames", "--ignore-submodules=all", self.revision)
        environment = neutral.without_filters(config)
        return differs(
            self._repository.output("diff-index", *arguments, environment=environment), root
        )

    def read(self, path: str) -> bytes | None:
        """See :meth:`Tree.read`."""
        if not inside(path):
            return None
        where = f"{shown(self.name)}: {shown(path)}"
        # A request is one line, so a path with a line break is asked for by its id.
        name = f"{self.revision}:{path}" if "\n" not in path else self._entry(path)[1]
        answer = self._objects.read(name, where) if name else None
        if answer is not None:
            kind, data = answer
            return data if kind == "blob" else None
        # A file that the commit lacks, or one that the clone lacks (partial, damaged)?
        if self._entry(path)[0].startswith(("100", "120")):
            raise lost(where)
        return None

    def blob(self, prefix: str) -> bytes | None:
        """See :meth:`Tree.blob`. Any blob of the repository, whatever commit it belongs to."""
        if not is_prefix(prefix):
            return None
        # A branch may be named like an abbreviation; --disambiguate knows objects alone.
        listed = self._repository.output("rev-parse", f"--disambiguate={prefix.lower()}")
        found: list[bytes] = []
        for object_id in listed.decode().split():
            answer = self._objects.read(f"{object_id}^{{blob}}", f"{shown(self.name)}: {object_id}")
            if answer is not None:
                found.append(answer[1])
            if len(found) > 1:
                return None
        return found[0] if found else None

    def files(self, prefix: str = "") -> Iterator[str]:
        """See :meth:`Tree.files`."""
        start = prefix.rstrip("/")
        if start and not inside(start):
            return
        paths = ("--", start) if start else ()
        with self._repository.start(
            "ls-tree", "-r", "-z", "--full-tree", self.revision, *paths
        ) as git:
            for entry in git.records():
                mode, _, path = entry.partition(b"\t")
                name = path.decode("utf-8", "surrogateescape")
                if mode.startswith(b"100") and inside(name):
                    yield name
            git.check()

    def _entry(self, path: str) -> tuple[str, str]:
        """The mode and the object id at ``path``, both empty where there is nothing."""
        listed = self._repository.output("ls-tree", "-z", "--full-tree", self.revision, "--", path)
        mode, _, rest = listed.partition(b"\t")[0].decode().partition(" ")
        return mode, rest.rpartition(" ")[2]


def exported(repo: str, revision: str) -> bytes:
    """A commit, or those of ``A..B`` (oldest first), as ``git format-patch --stdout`` prints them.

    With whole ids and binary patches, without git's version at the end. ``AnalyzerError`` where
    there is no such repository, revision or commit, for a merge, for a commit whose parent is
    beyond the end of a shallow clone, and for more than 64 MiB.
    """
    repository = _opened(repo)
    where = f"{shown(repo)}@{shown(revision)}"
    start, dots, end = revision.partition("..")
    if dots:
        ends = (_resolved(repository, start or "HEAD"), _resolved(repository, end or "HEAD"))
        chosen: tuple[str, ...] = ("..".join(ends),)
        listed = repository.output("rev-list", "--parents", *chosen)
    else:
        chosen = ("-1", _resolved(repository, revision))
        listed = repository.output("rev-list", "--parents", "--no-walk", chosen[1])
    commits = [line.split() for line in listed.decode().split("\n") if line]
    _check_commits(repository, commits, where)
    numbers = "--numbered" if len(commits) > 1 else "--no-numbered"
    patch = repository.output(*neutral.FORMAT_PATCH, numbers, *chosen)
    if b"\ndiff --git " not in patch:
        raise AnalyzerError("changes no file", where=where, todo="name a commit that does")
    return patch


def _check_commits(repository: _Repository, commits: list[list[str]], where: str) -> None:
    """Each of ``commits`` is its id and those of its parents."""
    if not commits:
        raise AnalyzerError("has no commits", where=where, todo="name the older end first")
    merge = next((commit[0] for commit in commits if len(commit) > 2), None)
    if merge is not None:
        raise AnalyzerError(f"{merge[:12]} is a merge", where=where, todo="name one of its patches")
    firsts = (commit[0] for commit in commits if len(commit) == 1)
    cut = next((commit for commit in firsts if repository.has_parent(commit)), None)
    if cut is not None:
        # Git would show it as if it had made every file of the tree.
        raise AnalyzerError(
            f"the parent of {cut[:12]} is not in this shallow clone",
            where=where,
            todo="deepen it with git fetch --deepen=1",
        )


@dataclass(frozen=True, slots=True)
class _Repository:
    """Where git finds everything. ``work_tree`` is None where the files are not checked out."""

    name: str
    git_dir: Path
    work_tree: Path | None

    def start(
        self, *arguments: str, environment: dict[str, str] | None = None, feed: bool = False
    ) -> Running:
        """Start git. ``AnalyzerError`` where there is no git to start."""
        top = self.work_tree or self.git_dir
        places = [f"--git-dir={self.git_dir}"]
        if self.work_tree is not None:
            places.append(f"--work-tree={self.work_tree}")
        return Running(
            _started(top, [*places, *neutral.options(), *arguments], environment or {}, feed),
            shown(self.name),
        )

    def output(self, *arguments: str, environment: dict[str, str] | None = None) -> bytes:
        """What git prints, up to 64 MiB. ``AnalyzerError`` where it fails or prints more."""
        with self.start(*arguments, environment=environment) as git:
            printed = git.everything()
            git.check()
        return printed

    def resolve(self, name: str) -> str | None:
        """The id that git finds for ``name``, or None."""
        command = ("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        with self.start(*command) as git:
            printed = git.everything().decode()
            if git.status() > 1:
                raise git.failure(todo="check the repository and the revision")
        # Git also takes A..B or ^A here, and answers with a sign, or with two lines.
        found = printed.removesuffix("\n")
        return found if _HEX.issuperset(found) and found else None

    def has_parent(self, commit: str) -> bool:
        """Whether a commit names a parent, be it in this clone or not."""
        head = self.output("cat-file", "commit", commit).partition(b"\n\n")[0]
        return b"\nparent " in head

    def config(self) -> dict[str, str]:
        """Every setting of the repository, the last one winning."""
        entries = self.output("config", "--list", "-z").decode("utf-8", "surrogateescape")
        pairs = (entry.partition("\n") for entry in entries.split("\0") if entry)
        return {key: value for key, _, value in pairs}


def _started(
    top: Path, arguments: list[str], environment: dict[str, str], feed: bool
) -> Popen[bytes]:
    try:
        from git import Git, GitCommandNotFound
    except ModuleNotFoundError:
        raise
    except ImportError:  # GitPython runs `git version` when it is imported
        raise _without_git() from None
    whole = {**neutral.ENVIRONMENT, **environment}
    command = [*neutral.before_git(whole), Git.GIT_PYTHON_GIT_EXECUTABLE or "git", *arguments]
    try:
        handle = Git(top).execute(
            command, istream=PIPE if feed else None, as_process=True, env=whole
        )
    except GitCommandNotFound:
        raise _without_git() from None
    except OSError as error:
        raise AnalyzerError(f"git cannot be run: {error.strerror}", where=shown(str(top))) from None
    # GitPython would end the process with its handle; from here on it is Running's to end.
    process, handle.proc = cast("Popen[bytes]", handle.proc), None
    return process


def _without_git() -> AnalyzerError:
    return AnalyzerError(
        "git cannot be run", todo="see that `git version` works, or name a plain directory"
    )


def _opened(path: str) -> _Repository:
    top = Path(path).absolute()
    if not is_repository(top):
        raise AnalyzerError(
            "is not a git repository", where=shown(path), todo="name the top directory of one"
        )
    if exists(top / ".git"):
        return _Repository(shown(path), top / ".git", top)
    return _Repository(shown(path), top, None)


def _resolved(repository: _Repository, revision: str | None) -> str:
    if revision is None:
        found = repository.resolve("HEAD^{commit}")
        what = "HEAD has no commit yet"
    else:
        found = repository.resolve(f"{revision}^{{commit}}") if _is_name(revision) else None
        what = f"'{shown(revision)}' names no commit here"
    if found is None:
        raise AnalyzerError(what, where=repository.name, todo=_NAME_A_COMMIT)
    return found


def _is_name(revision: str) -> bool:
    """Whether git may see it: nothing that could be an option, or that no argument can hold."""
    try:
        revision.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    is_plain = all(char >= " " and char != "\x7f" for char in revision)
    return is_plain and revision != "" and not revision.startswith("-")
