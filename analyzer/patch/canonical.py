"""A patch as git would print it: what patch-ids are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.patch.lines import FileKind, FilePatch, written


def canonical(files: Sequence[FilePatch]) -> bytes | None:
    """The diff without what stood around it, None where lines of it are lost or it is binary.

    Also None for names that git would quote.
    """
    if any(file.binary or not all(hunk.whole for hunk in file.hunks) for file in files):
        return None
    if not all(_is_plain(path) for file in files for path in (file.old_path, file.new_path)):
        return None
    bare = tuple(
        replace(
            file,
            head=tuple(_head(file)),
            hunks=tuple(replace(hunk, tail=()) for hunk in file.hunks),
        )
        for file in files
    )
    return "".join(f"{line}\n" for line in written((), bare)).encode("utf-8", "surrogateescape")


def _is_plain(path: str | None) -> bool:
    return path is None or (path.isascii() and path.isprintable() and not set(path) & set('"\\'))


def _head(file: FilePatch) -> list[str]:
    old, new = file.old_path or file.path, file.new_path or file.path
    head = [f"diff --git a/{old} b/{new}"]
    mode = file.old_mode if file.new_path is None else file.new_mode
    if file.kind is FileKind.ADDED:
        head.append(f"new file mode {mode or '100644'}")
    elif file.kind is FileKind.DELETED:
        head.append(f"deleted file mode {mode or '100644'}")
    elif file.old_mode != file.new_mode:
        head += [f"old mode {file.old_mode}", f"new mode {file.new_mode}"]
    if file.kind in (FileKind.RENAMED, FileKind.COPIED):
        word = "rename" if file.kind is FileKind.RENAMED else "copy"
        head += [f"similarity index {file.similarity or 0}%"]
        head += [f"{word} from {old}", f"{word} to {new}"]
    if file.hunks:
        head.append(f"--- a/{old}" if file.old_path else "--- /dev/null")
        head.append(f"+++ b/{new}" if file.new_path else "+++ /dev/null")
    return head
