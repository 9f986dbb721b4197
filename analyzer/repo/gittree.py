"""One commit of a git repository as a tree."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property

from analyzer.repo import neutral
from analyzer.repo.blob import is_prefix
from analyzer.repo.git import Repository, opened, resolved
from analyzer.repo.running import Objects, lost
from analyzer.repo.tree import inside, shown
from analyzer.repo.worktree import differs

_DIRECTORY = b"40000"


class GitTree:
    """One commit of a repository. Not to be shared between threads.

    ``path`` is the top of a work tree, or a bare repository. Without ``revision`` it is HEAD
    that is read. ``AnalyzerError`` where either is not there.
    """

    def __init__(self, path: str, revision: str | None = None, *, name: str | None = None) -> None:
        spec = path if revision is None else f"{path}@{revision}"
        self.name = spec if name is None else name
        self._repository = opened(path)
        self._is_work_tree_meant = revision is None
        self.revision = resolved(self._repository, revision)
        self._objects = self._repository.objects()
        self._lists: dict[str, dict[bytes, bytes] | None] = {}

    @classmethod
    def at(cls, repository: Repository, commit: str, objects: Objects, name: str) -> GitTree:
        """The tree of a commit, by its full id, that shares its git with other trees."""
        tree = cls.__new__(cls)
        tree.name, tree._repository, tree.revision = name, repository, commit
        tree._objects, tree._is_work_tree_meant = objects, False
        tree._lists = {}
        return tree

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
        if not inside(path) or self._lacks(path):
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

    def _lacks(self, path: str) -> bool:
        """Whether the commit has nothing there, as far as its directories' lists tell.

        Each list is read once; below a link, and where a list cannot be read, they tell nothing.
        """
        above = ""
        for name in path.split("/"):
            listed = self._listed(above)
            mode = None if listed is None else listed.get(name.encode("utf-8", "surrogateescape"))
            if mode is None:
                return listed is not None
            if mode != _DIRECTORY:
                return False
            above = f"{above}/{name}" if above else name
        return False

    def _listed(self, directory: str) -> dict[bytes, bytes] | None:
        """The modes of what a directory holds, by name; None where that cannot be read."""
        if directory not in self._lists:
            where = f"{shown(self.name)}: {shown(directory)}"
            plain = "\n" not in directory
            answer = self._objects.read(f"{self.revision}:{directory}", where) if plain else None
            known = answer is not None and answer[0] == "tree"
            self._lists[directory] = self._modes(answer[1]) if known and answer else None
        return self._lists[directory]

    def _modes(self, data: bytes) -> dict[bytes, bytes]:
        """The entries of a tree object: mode, name, and the bytes of an id."""
        width, at = len(self.revision) // 2, 0
        found: dict[bytes, bytes] = {}
        while at < len(data):
            space, end = data.index(b" ", at), data.index(b"\0", at)
            found[data[space + 1 : end]] = data[at:space]
            at = end + 1 + width
        return found

    def _entry(self, path: str) -> tuple[str, str]:
        """The mode and the object id at ``path``, both empty where there is nothing."""
        listed = self._repository.output("ls-tree", "-z", "--full-tree", self.revision, "--", path)
        mode, _, rest = listed.partition(b"\t")[0].decode().partition(" ")
        return mode, rest.rpartition(" ")[2]

    def grepped(
        self, words: Sequence[bytes], starts: Sequence[str], until: float, *, whole: bool
    ) -> Iterator[tuple[str, int, bytes] | str]:
        """What ``git grep`` finds: path, line (from 1) and text; or why it may not be all.

        ``starts`` are paths, the empty one the top, ``until`` a moment of ``time.monotonic``.
        """
        patterns = (text for word in words for text in ("-e", os.fsdecode(word)))
        paths = ("--", *(start for start in starts if start))
        arguments = (*neutral.GREP, *(("-w",) if whole else ()), *patterns, self.revision, *paths)
        with self._repository.start(*arguments) as git, git.limited(until) as limit:
            for line in git.lines():
                path, _, rest = line.partition(b"\0")
                number, _, text = rest.partition(b"\0")
                if number.isdigit():
                    name = os.fsdecode(path).removeprefix(f"{self.revision}:")
                    yield name, int(number), text
            status = git.status()
            if limit.passed:
                yield "it took too long"
            elif status > 1:
                raise git.failure()
            elif said := git.complaint():
                yield f"git says: {shown(said)}"
