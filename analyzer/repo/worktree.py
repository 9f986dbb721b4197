"""Whether the files of a work tree are still those of its commit."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from analyzer.repo.blob import blob_id
from analyzer.repo.tree import LARGEST_FILE


def differs(raw: bytes, root: Path) -> bool:
    """Whether ``git diff-index --raw -z`` of a commit names a file that really differs.

    Git's raw output also names files of which only the time stamps changed; an id of zeros says
    that git did not look inside. Those are hashed here, where no filter of the repository runs.
    """
    fields = raw.split(b"\0")
    return any(
        _is_changed(entry, root, path)
        for entry, path in zip(fields[::2], fields[1::2], strict=False)
    )


def _is_changed(entry: bytes, root: Path, path: bytes) -> bool:
    """``entry`` is ``:<old mode> <new mode> <old id> <new id> <status>``."""
    old_mode, new_mode, old_id, new_id, _ = entry.removeprefix(b":").split(b" ")
    if old_mode != new_mode or new_id.strip(b"0"):
        return True
    wanted = old_id.decode()
    data = _content(root / os.fsdecode(path))
    return data is None or blob_id(data, len(wanted)) != wanted


def _content(path: Path) -> bytes | None:
    """What git would store, or None where it is gone, or too large to be worth reading."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return os.fsencode(path.readlink())
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE:
            return None
        return path.read_bytes()
    except OSError:
        return None
