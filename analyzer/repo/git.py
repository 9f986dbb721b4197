"""Git repositories, read through GitPython and never changed.

Objects are read, nothing is checked out, and no command that a repository configures is run:
see ``neutral``. GitPython is imported when the first git is started.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import BinaryIO, cast

from analyzer.errors import AnalyzerError
from analyzer.repo import neutral
from analyzer.repo.blob import is_prefix
from analyzer.repo.directory import exists
from analyzer.repo.running import Objects, Running
from analyzer.repo.tree import shown

# Objects are asked for by name, links inside a commit's tree included.
_BATCH = ("cat-file", "--batch", "--follow-symlinks")
_HEX = frozenset("0123456789abcdef")
# A whole id, or a parent of one: what it names cannot change; that there is no such object can.
_FIXED = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\^{0,8}(?:\^\{commit\})?")
# What was found for these, by git directory and name.
_FOUND: dict[tuple[str, str], str] = {}
_MOST_FOUND = 100_000
_NAME_A_COMMIT = "name a commit, a tag or a branch"


def is_repository(path: Path) -> bool:
    """Whether ``path`` is the top of a work tree, or a bare repository. Nothing is searched."""
    return exists(path / ".git") or all(exists(path / n) for n in ("HEAD", "objects", "refs"))


@dataclass(frozen=True, slots=True)
class Repository:
    """Where git finds everything. ``work_tree`` is None where the files are not checked out."""

    name: str
    git_dir: Path
    work_tree: Path | None

    def start(
        self,
        *arguments: str,
        environment: dict[str, str] | None = None,
        feed: bool = False,
        source: BinaryIO | None = None,
    ) -> Running:
        """Start git. It reads what is asked of it (``feed``), a pipe (``source``), or nothing.

        ``AnalyzerError`` where there is no git to start.
        """
        top = self.work_tree or self.git_dir
        places = [f"--git-dir={self.git_dir}"]
        if self.work_tree is not None:
            places.append(f"--work-tree={self.work_tree}")
        return Running(
            _started(
                top,
                [*places, *neutral.options(), *arguments],
                environment or {},
                PIPE if feed else source,
            ),
            shown(self.name),
        )

    def output(self, *arguments: str, environment: dict[str, str] | None = None) -> bytes:
        """What git prints, up to 64 MiB. ``AnalyzerError`` where it fails or prints more."""
        with self.start(*arguments, environment=environment) as git:
            printed = git.everything()
            git.check()
        return printed

    def resolve(self, name: str) -> str | None:
        """The id that git finds for ``name``, or None. A whole id (``ID^`` too) is sought once."""
        whole = (str(self.git_dir), name)
        if whole in _FOUND:
            return _FOUND[whole]
        found = self._resolve(name)
        if found is not None and _FIXED.fullmatch(name) and len(_FOUND) < _MOST_FOUND:
            _FOUND[whole] = found
        return found

    def _resolve(self, name: str) -> str | None:
        command = ("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        with self.start(*command) as git:
            printed = git.everything().decode()
            if git.status() > 1:
                raise git.failure(todo="check the repository and the revision")
        # Git also takes A..B or ^A here, and answers with a sign, or with two lines.
        found = printed.removesuffix("\n")
        return found if _HEX.issuperset(found) and found else None

    def is_commit(self, name: str) -> bool:
        """Whether an object that is there is a commit."""
        return self.output("cat-file", "-t", name) == b"commit\n"

    def objects(self) -> Objects:
        """The repository's objects. A git runs for them from the first reading on."""
        return Objects(lambda: self.start(*_BATCH, feed=True))

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
    top: Path, arguments: list[str], environment: dict[str, str], source: BinaryIO | int | None
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
        handle = Git(top).execute(command, istream=source, as_process=True, env=whole)
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


def opened(path: str) -> Repository:
    """The repository whose top, or whose git directory, ``path`` is. ``AnalyzerError`` if none."""
    top = Path(path).absolute()
    if not is_repository(top):
        what = "is not a git repository" + ("" if exists(top) else ": there is no such directory")
        raise AnalyzerError(what, where=shown(path), todo="name the top directory of one")
    if exists(top / ".git"):
        return Repository(shown(path), top / ".git", top)
    return Repository(shown(path), top, None)


def resolved(repository: Repository, revision: str | None) -> str:
    """The full id of a commit, of HEAD where none is named. ``AnalyzerError`` if there is none."""
    if revision is None:
        found = repository.resolve("HEAD^{commit}")
    else:
        found = repository.resolve(f"{revision}^{{commit}}") if _is_name(revision) else None
    if found is None:
        what = _why_no_commit(repository, revision)
        raise AnalyzerError(what, where=repository.name, todo=_NAME_A_COMMIT)
    return found


def _why_no_commit(repository: Repository, revision: str | None) -> str:
    """Git says nothing more of an abbreviation that it finds twice."""
    if revision is None:
        return "HEAD has no commit yet"
    if is_prefix(revision):
        listed = repository.output("rev-parse", f"--disambiguate={revision.lower()}")
        found = [name for name in listed.decode().split() if repository.is_commit(name)]
        if len(found) > 1:
            return f"'{revision}' abbreviates {len(found)} commits here"
    return f"'{shown(revision)}' names no commit here"


def _is_name(revision: str) -> bool:
    """Whether git may see it: nothing that could be an option, or that no argument can hold."""
    try:
        revision.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    is_plain = all(char >= " " and char != "\x7f" for char in revision)
    return is_plain and revision != "" and not revision.startswith("-")
