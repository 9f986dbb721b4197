"""Applying a file's part of a patch to a text, as git and patch(1) do, or refusing to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analyzer.patch.lines import FileKind, FilePatch, Hunk, Mark
from analyzer.patch.places import Places, TooLargeError
from analyzer.patch.placing import How, Patching, Placed, Refusal, place
from analyzer.patch.sides import sides_of

__all__ = ["MOST_FUZZ", "Applied", "How", "Placed", "Refusal", "apply", "reverse"]

# As patch(1) has it by default.
MOST_FUZZ = 2


@dataclass(frozen=True, slots=True)
class Applied:
    """A file with its part of a patch applied.

    ``text`` is the file after, None where there is none: the patch deletes it, or is refused.
    ``why_not`` says what stands against the file as a whole; ``already``, that it held all of the
    patch's part before.
    """

    path: str
    hunks: tuple[Placed, ...]
    text: str | None
    why_not: str | None = None
    already: bool = False

    @property
    def refused(self) -> bool:
        """Whether anything was refused; then there is no text."""
        return self.why_not is not None or any(one.how is How.REFUSED for one in self.hunks)

    @property
    def exact(self) -> bool:
        """Whether every hunk stands where its header says."""
        return not self.refused and all(one.how is How.EXACT for one in self.hunks)


def apply(file: FilePatch, text: str | None, fuzz: int = MOST_FUZZ) -> Applied:
    """Apply a file's part of a patch to its text, None where there is no such file.

    ``fuzz`` is the most context that may be left out on a side. Linear in the text for each hunk,
    and bounded for all.
    """
    if text is None and file.new_path is None and not file.binary:
        return _gone_already(file)
    why_not = _unfit(file, text)
    if why_not is not None:
        return Applied(file.path, (), None, why_not)
    try:
        return _applied(file, text or "", fuzz)
    except TooLargeError:
        why = "the patch and the file are too large to look at every place"
        return Applied(file.path, (), None, why)


def reverse(file: FilePatch) -> FilePatch:
    """The patch that takes the patch back. A copy is taken back by deleting it."""
    kind = _REVERSED.get(file.kind, file.kind)
    old_path = None if kind is FileKind.ADDED else file.new_path
    new_path = None if kind in (FileKind.DELETED, FileKind.COPIED) else file.old_path
    return replace(
        file,
        old_path=old_path,
        new_path=new_path,
        kind=kind,
        hunks=tuple(_reversed(hunk) for hunk in file.hunks),
        old_mode=file.new_mode,
        new_mode=file.old_mode,
        old_blob=file.new_blob,
        new_blob=file.old_blob,
    )


_REVERSED = {FileKind.ADDED: FileKind.DELETED, FileKind.DELETED: FileKind.ADDED}
_OPPOSITE = {Mark.ADDED: Mark.REMOVED, Mark.REMOVED: Mark.ADDED, Mark.CONTEXT: Mark.CONTEXT}


def _reversed(hunk: Hunk) -> Hunk:
    return replace(
        hunk,
        old_start=hunk.new_start,
        old_count=hunk.new_count,
        new_start=hunk.old_start,
        new_count=hunk.old_count,
        lines=tuple(replace(line, mark=_OPPOSITE[line.mark]) for line in hunk.lines),
    )


def _unfit(file: FilePatch, text: str | None) -> str | None:
    """Why the patch is none for this file, whatever its hunks are."""
    if file.binary:
        return "it is a binary patch"
    if text is None and file.old_path is not None:
        return "there is no such file"
    if not file.hunks and file.kind is FileKind.MODIFIED and file.old_path == file.new_path:
        return "no hunk of it is left"
    return None


def _applied(file: FilePatch, text: str, fuzz: int) -> Applied:
    hunks = [sides_of(hunk) for hunk in file.hunks]
    known = (line for sides in hunks for side in (sides.old, sides.new) for line in side)
    lines = split(text)
    patching = Patching(lines, Places(lines, known))
    placed = tuple(
        place(patching, number, hunk, sides, fuzz)
        for number, (hunk, sides) in enumerate(zip(file.hunks, hunks, strict=True), 1)
    )
    already = bool(placed) and all(one.how is How.ALREADY for one in placed)
    result = Applied(file.path, placed, None, already=already)
    return result if result.refused else _finished(file, result, patching)


def _finished(file: FilePatch, result: Applied, patching: Patching) -> Applied:
    after = patching.edited()
    if any(not line.endswith("\n") for line in after[:-1]):
        return replace(result, why_not="a line without a newline would not be the last one")
    if file.old_path is None and patching.lines and not result.already:
        return replace(result, why_not="the patch makes the file, which is there already")
    if file.new_path is not None:
        return replace(result, text="".join(after))
    if after and file.kind is not FileKind.COPIED:
        return replace(result, why_not="the patch deletes the file and leaves lines of it")
    return result


def split(text: str) -> list[str]:
    """A text's lines with their line ends; only the last may have none."""
    *whole, rest = text.split("\n")
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])


def _gone_already(file: FilePatch) -> Applied:
    placed = tuple(Placed(number, How.ALREADY) for number in range(1, len(file.hunks) + 1))
    return Applied(file.path, placed, None, already=True)
