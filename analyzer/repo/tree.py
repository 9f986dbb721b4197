"""A tree of files, wherever it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from analyzer.errors import AnalyzerError
from analyzer.repo.blob import is_blob

LARGEST_FILE = 16 * 1024 * 1024
_LONGEST_PATH = 4096
_LONGEST_SHOWN = 200


class Tree(Protocol):
    """The files of one source tree. Paths are relative to its top and joined by ``/``.

    A byte of a path that is not UTF-8 is a lone surrogate (``surrogateescape``).
    """

    @property
    def name(self) -> str:
        """The tree as the user named it."""

    @property
    def revision(self) -> str | None:
        """The full id of the commit that is read; None for a plain directory."""

    @property
    def dirty(self) -> bool:
        """Whether tracked files of the work tree differ from ``revision``.

        False where no work tree was meant: a revision was named, or there is none.
        """

    def read(self, path: str) -> bytes | None:
        """The content of the regular file at ``path``, or None where there is none.

        A symbolic link that stays inside the tree is followed. None for every path that
        :func:`inside` refuses. ``AnalyzerError`` for a file above 16 MiB and for one that is
        there and cannot be read.
        """

    def blob(self, prefix: str) -> bytes | None:
        """The one blob whose id begins with ``prefix`` (4 to 64 hex digits).

        None where there is none, or more than one, or the tree does not know its blobs by id.
        """

    def files(self, prefix: str = "") -> Iterator[str]:
        """The paths of all regular files at or below the path ``prefix``, in git's order."""


def pre_image(tree: Tree, path: str, blob_prefix: str | None) -> bytes | None:
    """The file that a patch was made from, or None where ``tree`` does not have it.

    ``blob_prefix`` is the old id on the patch's ``index`` line: the blob of that id, wherever it
    is, else the file at ``path`` if that is its id. Without it, the file at ``path``.
    """
    if blob_prefix is None:
        return tree.read(path)
    data = tree.blob(blob_prefix)
    if data is not None:
        return data
    data = tree.read(path)
    return data if data is not None and is_blob(data, blob_prefix) else None


def inside(path: str) -> bool:
    """Whether ``path`` is one that a tree may be asked for: relative, plain, outside ``.git``."""
    return (
        len(path) <= _LONGEST_PATH
        and "\0" not in path
        and _is_encodable(path)
        and all(
            part not in ("", ".", "..") and part.casefold() != ".git" for part in path.split("/")
        )
    )


def check_size(size: int, where: str) -> None:
    """``AnalyzerError`` for a file of more bytes than are read."""
    if size > LARGEST_FILE:
        raise AnalyzerError(
            f"larger than {LARGEST_FILE >> 20} MiB",
            where=where,
            todo="name a tree that holds kernel source",
        )


def shown(text: str) -> str:
    """``text`` fit for one line of an error: printable, and not too long."""
    if len(text) > _LONGEST_SHOWN:
        text = f"{text[:_LONGEST_SHOWN]}..."
    return text if text.isprintable() else ascii(text)[1:-1]


def _is_encodable(path: str) -> bool:
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
