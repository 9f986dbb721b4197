"""A plain directory as a tree: files on disk, no history."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.repo.tree import LARGEST_FILE, check_size, inside, shown

# Opening a pipe must not wait for its writer.
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO})


@dataclass(frozen=True, slots=True)
class DirectoryTree:
    """The files below ``root``, which must be free of symbolic links itself.

    No symbolic link is followed out of it.
    """

    name: str
    root: Path

    @property
    def revision(self) -> str | None:
        """None: a directory has no history."""
        return None

    @property
    def dirty(self) -> bool:
        """False: there is nothing to differ from."""
        return False

    def read(self, path: str) -> bytes | None:
        """See :meth:`Tree.read`."""
        if not inside(path):
            return None
        where = f"{shown(self.name)}: {shown(path)}"
        try:
            asked = self.root / path
            asked.stat()  # that there is nothing is sooner told than where it leads
            real = asked.resolve(strict=True)
            if not _is_below(real, self.root):
                return None
            return _regular_file(real, where)
        except RuntimeError:  # Python before 3.13 says so of links that lead back to themselves
            return None
        except OSError as error:
            if error.errno in _ABSENT:
                return None
            raise _unreadable(error, where) from None

    def blob(self, prefix: str) -> bytes | None:
        """None: files on disk are known by their paths alone."""
        return None

    def files(self, prefix: str = "") -> Iterator[str]:
        """See :meth:`Tree.files`. Links are not followed: what they lead to is listed itself."""
        start = prefix.rstrip("/")
        if start and not (inside(start) and self._is_plain(start)):
            return
        waiting = [f"{start}/"] if start else [""]
        if start and stat.S_ISREG((self.root / start).lstat().st_mode):
            waiting = [start]
        while waiting:
            path = waiting.pop()
            if path and not path.endswith("/"):
                yield path
            else:
                waiting.extend(self._entries(path))

    def _is_plain(self, path: str) -> bool:
        """Whether ``path`` is a file or directory that no link stands before."""
        real = self.root / path
        try:
            is_listed = real.is_file() or real.is_dir()
            return is_listed and real.resolve(strict=True) == real
        except (OSError, RuntimeError):
            return False

    def _entries(self, path: str) -> list[str]:
        """What is in a directory, last first; subdirectories end in a slash, as ``path`` does."""
        try:
            with os.scandir(self.root / path) as listing:
                names = [_listed_name(entry) for entry in listing]
        except OSError as error:
            raise _unreadable(error, f"{shown(self.name)}: {shown(path or '.')}") from None
        # Git sorts by whole paths, in bytes: a directory's name counts with its slash.
        return [path + name for name in sorted(filter(None, names), key=os.fsencode, reverse=True)]


def exists(path: Path) -> bool:
    """Whether there is something at ``path`` that can be looked at."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def _regular_file(path: Path, where: str) -> bytes | None:
    """The content of a regular file; None for any other kind. ``OSError`` as the system has it."""
    descriptor = os.open(path, _READ)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        check_size(status.st_size, where)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            # To ask for the most at once would have room made for it.
            data = file.read(status.st_size + 1)
            if len(data) > status.st_size:
                data += file.read(LARGEST_FILE + 1 - len(data))
    finally:
        os.close(descriptor)
    # What the system says of a file in /proc is no size, and a file may grow.
    check_size(len(data), where)
    return data


def _is_below(path: Path, root: Path) -> bool:
    """A link may lead to ``.git`` under another name, so the real path is judged again."""
    return path.is_relative_to(root) and inside(path.relative_to(root).as_posix())


def _listed_name(entry: os.DirEntry[str]) -> str | None:
    if entry.name.casefold() == ".git":
        return None
    if entry.is_dir(follow_symlinks=False):
        return f"{entry.name}/"
    return entry.name if entry.is_file(follow_symlinks=False) else None


def _unreadable(error: OSError, where: str) -> AnalyzerError:
    what = error.strerror or "cannot be read"
    return AnalyzerError(what, where=where, todo="make it readable or name another tree")
