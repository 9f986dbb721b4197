"""A tree with some of its files replaced."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping

from analyzer.repo.blob import is_blob
from analyzer.repo.tree import Tree, inside


class Overlay:
    """A tree in which ``files`` have another content, or are absent (None).

    Paths are files' own: a link of the tree that leads to a replaced file still gives the old one.
    """

    def __init__(self, tree: Tree, files: Mapping[str, bytes | None]) -> None:
        self.tree = tree
        self.changed = {path: data for path, data in files.items() if inside(path)}

    @property
    def name(self) -> str:
        """See :attr:`Tree.name`: that of the tree below."""
        return self.tree.name

    @property
    def revision(self) -> str | None:
        """See :attr:`Tree.revision`: that of the tree below."""
        return self.tree.revision

    @property
    def dirty(self) -> bool:
        """See :attr:`Tree.dirty`: that of the tree below."""
        return self.tree.dirty

    def read(self, path: str) -> bytes | None:
        """See :meth:`Tree.read`."""
        return self.changed[path] if path in self.changed else self.tree.read(path)

    def blob(self, prefix: str) -> bytes | None:
        """See :meth:`Tree.blob`. What was replaced is known by its id as well."""
        own = {data for data in self.changed.values() if data is not None and is_blob(data, prefix)}
        below = self.tree.blob(prefix)
        if below is not None:
            own.add(below)
        return own.pop() if len(own) == 1 else None

    def files(self, prefix: str = "") -> Iterator[str]:
        """See :meth:`Tree.files`."""
        start = prefix.rstrip("/")
        new = (
            path
            for path, data in self.changed.items()
            if data is not None and is_below(path, start)
        )
        kept = (path for path in self.tree.files(prefix) if path not in self.changed)
        yield from heapq.merge(kept, sorted(new, key=_order), key=_order)


def is_below(path: str, start: str) -> bool:
    """Whether a file is at or below the path ``start``; the empty one is the top."""
    return not start or path == start or path.startswith(f"{start}/")


def _order(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
