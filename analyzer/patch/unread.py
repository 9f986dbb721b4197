"""Parts of a patch that no hunk holds and that look as if one should: named, never passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.finding import NotChecked
from analyzer.patch.damage import Damage, DamageKind
from analyzer.patch.lines import MARKS, FileKind, FilePatch, Hunk

_COUNTS = re.compile(r"@@ -[0-9]+(?:,[0-9]+)? \+[0-9]+(?:,[0-9]+)? @@")
# The ids of the empty file, by SHA-1 and by SHA-256.
_EMPTY_BLOBS = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
_SIGNATURE = ("-- ", "--")
_DIFF_IS_OVER = ("Property changes on: ", "## ", "____", "-----")


def unread(file: FilePatch) -> Iterator[Damage]:
    """Hunk headers, lines and names of a file that could not be read."""
    tails = [line for hunk in file.hunks for line in hunk.tail]
    bad = [line for line in (*file.head, *tails) if line.startswith("@@")]
    if bad:
        said = f"{len(bad)} hunk headers cannot be read, the first is: {bad[0][:80]}"
        yield Damage(DamageKind.GARBLED, said, path=file.path, line=file.number)
    named = next((i for i, line in enumerate(file.head) if line.startswith("+++ ")), None)
    loose = 0 if named is None else sum(line[:1] in MARKS for line in file.head[named + 1 :])
    if loose and not file.binary:
        said = f"{loose} lines stand between the file's header and its first hunk"
        yield Damage(DamageKind.GARBLED, said, path=file.path, line=file.number, kept=loose)
    if file.old_path is None and file.new_path is None:
        said = "the names of the file cannot be read"
        yield Damage(DamageKind.GARBLED, said, path=file.path, line=file.number)


def without_hunks(file: FilePatch, *, last: bool) -> Iterator[Damage]:
    """A header of git that announces a change, and no hunk behind it."""
    if file.hunks or file.binary or not file.head[0].startswith("diff --git "):
        return
    before, after = file.old_blob or "", file.new_blob or ""
    of_empty_files = all(not blob.strip("0") or _is_empty(blob) for blob in (before, after))
    unsaid = file.kind is FileKind.MODIFIED or file.similarity not in (None, 100)
    if unsaid or (before != after and not of_empty_files):
        kind = DamageKind.TRUNCATED if last else DamageKind.GARBLED
        said = "the header announces a change, no hunk follows"
        yield Damage(kind, said, path=file.path, line=file.number)


def _is_empty(blob: str) -> bool:
    return any(empty.startswith(blob) for empty in _EMPTY_BLOBS)


def stray_lines(hunk: Hunk) -> list[Damage]:
    """Lines behind a hunk that look like lines of one, as a hunk does whose header was lost.

    Behind a mail's signature, or svn's list of properties, there is no diff any more.
    """
    stray = 0
    for line in hunk.tail:
        if line.startswith(_DIFF_IS_OVER) or line in _SIGNATURE:
            break
        marked = line[:1] in ("+", "-") and line[1:2] not in ("", " ", "-")
        stray += marked or line.startswith(("--- ", "+++ ", " \t", "@ -"))
    if not stray:
        return []
    said = f"{stray} lines behind this hunk look like lines of a hunk whose header is lost"
    return [Damage(DamageKind.GARBLED, said, line=hunk.number, declared=0, kept=stray)]


def stray_hunks(prologue: tuple[str, ...]) -> Iterator[Damage]:
    """Hunks before the first file header, behind the message."""
    stray = hunk_headers(prologue[message_end(prologue) :])
    if stray:
        said = f"{stray} hunks stand before the first file header: their file is unknown"
        yield Damage(DamageKind.GARBLED, said, kept=0, declared=stray)


def quoted_diff(prologue: tuple[str, ...]) -> tuple[NotChecked, ...]:
    """A diff that the message quotes is not part of the patch."""
    quoted = hunk_headers(prologue[: message_end(prologue)])
    what = f"a diff of {quoted} hunks within the message"
    return (NotChecked(what, "it stands before the line `---`"),) if quoted else ()


def message_end(prologue: tuple[str, ...]) -> int:
    """Index of the line ``---`` that ends a message for git am; 0 where there is none."""
    return next((i for i, line in enumerate(prologue) if line.rstrip() == "---"), 0)


def hunk_headers(lines: tuple[str, ...]) -> int:
    """How many lines are headers of hunks."""
    return sum(_COUNTS.match(line) is not None for line in lines)
