"""What an answer is tied to: the content of a patch, whatever mail brought it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from analyzer.patch.lines import FilePatch

# Lines above a file's hunks that name the file, which is taken as it was read, or blobs, whose
# ids git abbreviates as it likes.
_NAMING = ("diff --git ", "index ", "--- ", "+++ ", "Index: ", "====")
_SIGNATURE = "-- "


def digest(files: Iterable[FilePatch]) -> str:
    """``sha256:`` and the digest of a diff: its files, the places of its hunks, their lines.

    Whatever else a mail holds, the names of blobs and what stands behind ``@@`` do not count, so a
    patch that was sent again is the same. What could not be read as a hunk counts.
    """
    seen = sha256()
    for part in _parts(files):
        data = part.encode("utf-8", "surrogateescape")
        # With its length before it, no part can pass for the end of one and the next.
        seen.update(b"%d:" % len(data))
        seen.update(data)
    return f"sha256:{seen.hexdigest()}"


def _parts(files: Iterable[FilePatch]) -> Iterator[str]:
    for file in files:
        yield "file"
        yield file.kind.value
        for name in (file.old_path, file.new_path, file.old_mode, file.new_mode):
            yield "absent" if name is None else f"is {name}"
        yield from _unread(line for line in file.head if not line.startswith(_NAMING))
        for hunk in file.hunks:
            yield f"hunk {hunk.old_start} {hunk.old_count} {hunk.new_start} {hunk.new_count}"
            for line in hunk.lines:
                yield line.mark.value + line.text
                if line.no_newline is not None:
                    yield "\\"
            yield from _unread(hunk.tail)


def _unread(lines: Iterable[str]) -> Iterator[str]:
    """What stands around hunks, up to a mail's signature."""
    for line in lines:
        if line.rstrip() == _SIGNATURE.rstrip():
            return
        if line.strip():
            yield f"unread {line.rstrip()}"
