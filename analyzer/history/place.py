"""Where the index of a repository is kept, and who may write it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from analyzer.cache import cache_directory
from analyzer.errors import AnalyzerError
from analyzer.repo.git import Repository
from analyzer.repo.refs import common_directory
from analyzer.repo.tree import shown


def index_path(repository: Repository) -> Path:
    """The file of a repository's index: one for all of its work trees. It need not be there."""
    place = common_directory(repository)
    named = place.parent.name if place.name == ".git" else place.name
    digest = hashlib.sha256(str(place).encode("utf-8", "surrogateescape")).hexdigest()
    name = re.sub(r"[^A-Za-z0-9._-]", "_", named)[:60].lstrip(".") or "repository"
    return cache_directory() / "history" / f"{name}-{digest[:16]}.sqlite"


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Be the only one that writes the index; wait for another. The system ends it with us.

    ``AnalyzerError`` where nothing can be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # It stays: who waits for a file that another takes away would not be alone.
        with path.with_suffix(".lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        where = shown(error.filename if isinstance(error.filename, str) else str(path))
        raise AnalyzerError(
            f"the index cannot be written: {error.strerror}",
            where=where,
            todo="see that the cache directory can be written, or set XDG_CACHE_HOME to another",
        ) from None
