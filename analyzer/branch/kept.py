"""Reports of earlier runs: one file each, under the digest of everything that it was made from."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

# What is over these is given up, the longest unused first.
MOST_BYTES = 500_000_000
MOST_FILES = 20_000
# So that not every run has to look through all of them.
_DOWN_TO = 0.9
# A file that a killed run began and nobody will end, in seconds.
_ABANDONED = 3600.0
_DIGITS = 64
_LARGEST = 64 * 1024 * 1024


class Kept:
    """A directory of reports. Nothing in it is missed: what cannot be kept or read is made anew.

    ``trouble`` says why nothing more is kept, once a file could not be written.
    """

    def __init__(self, top: Path | None) -> None:
        self._top = top
        self._written = 0
        self.trouble = ""

    def get(self, key: str) -> str | None:
        """The report under a key; None where there is none, or its file is damaged."""
        if self._top is None:
            return None
        path = self._place(key)
        try:
            if path.stat().st_size > _LARGEST:
                return None
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        # The first line is the digest of the rest: half a file, or an edited one, is none.
        head, _, text = data.partition(b"\n")
        if head != _digest(text):
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        return text.decode("ascii", "replace")

    def put(self, key: str, text: str) -> None:
        """Keep a report, in ASCII. Readers see all of it or nothing."""
        if self._top is None or self.trouble:
            return
        data = text.encode("ascii")
        path = self._place(key)
        begun = path.with_suffix(f".{os.getpid()}.part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            begun.write_bytes(_digest(data) + b"\n" + data)
            begun.replace(path)
            self._written += 1
        except OSError as error:
            self.trouble = error.strerror or str(error)
            with contextlib.suppress(OSError):
                begun.unlink()

    def close(self) -> None:
        """Give up what is too much, if anything was added."""
        if self._top is not None and self._written:
            _prune(self._top)

    def _place(self, key: str) -> Path:
        if self._top is None:
            raise ValueError("nothing is kept")
        return self._top / key[:2] / key[2:]


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


def _prune(top: Path) -> None:
    found = sorted(_files(top))
    size = sum(each for _, each, _ in found)
    if size <= MOST_BYTES and len(found) <= MOST_FILES:
        return
    count = len(found)
    for _, each, path in found:
        if size <= MOST_BYTES * _DOWN_TO and count <= MOST_FILES * _DOWN_TO:
            return
        with contextlib.suppress(OSError):
            path.unlink()
            size, count = size - each, count - 1


def _files(top: Path) -> Iterator[tuple[float, int, Path]]:
    """When each was last used, its size, and where it is; what was never ended is removed."""
    now = time.time()
    for directory, _, names in os.walk(top):
        for name in names:
            path = Path(directory, name)
            with contextlib.suppress(OSError):
                status = path.stat()
                if not name.endswith(".part"):
                    yield status.st_mtime, status.st_size, path
                elif now - status.st_mtime > _ABANDONED:
                    path.unlink()
