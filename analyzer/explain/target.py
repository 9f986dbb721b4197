"""A function as a tree has it, before or after a patch is applied to that tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.csource.configuration import Configuration
from analyzer.excerpt.decide import conditions_of, picked
from analyzer.excerpt.owners import Owner, owners
from analyzer.excerpt.piece import Part, Piece, Refusal
from analyzer.patch.lines import FilePatch
from analyzer.repair import PreImage
from analyzer.repair.image import State, after_patch, before_patch


@dataclass(frozen=True, slots=True)
class Version:
    """A file of the tree in the state that was asked for, or why there is none.

    ``source`` says whose lines they are.
    """

    path: str
    source: str
    lines: tuple[str, ...] = ()
    # The file in the other state: what a function was before the patch, or is after it.
    other: tuple[str, ...] = ()
    why_not: str | None = None


def version(
    files: Sequence[FilePatch], read: PreImage, state: State, target: str
) -> Version | None:
    """One file of the tree. ``files`` are what each patch of a series does to it, in order.

    A tree that holds the patches already will do as well. None where this state has no such file.
    """
    first, last = files[0], files[-1]
    path = last.new_path if state is State.AFTER else first.old_path
    if path is None:
        return None
    for blob, said in ((None, target), (first.old_blob, f"the file that it is for, in {target}")):
        before = _before(first, read, blob)
        if before is None:
            continue
        after: str | None = before
        for file in files:
            after = after_patch(file, after) if after is not None else None
        if after is not None and state is State.AFTER:
            return _lines(path, f"as the patch leaves {said}", after, before)
        if after is not None:
            return _lines(path, f"as it is in {said}", before, after)
    return _already(files, read, state, path, target)


def _already(
    files: Sequence[FilePatch], read: PreImage, state: State, path: str, target: str
) -> Version:
    """The file where the tree holds the patches already; else why they cannot be applied."""
    there = read(files[-1].path, None)
    if there is None:
        return Version(path, target, why_not=f"{target} has no {files[0].old_path or path}")
    now = there.decode("utf-8", "surrogateescape")
    before: str | None = now
    for file in reversed(files):
        before = before_patch(file, before) if before is not None else None
    if before is None and state is State.BEFORE:
        source = f"as it is in {target}, to which the patch does not apply"
        return _lines(path, source, now, "")
    if before is None:
        why = "lines of it were lost" if _damaged(files) else "the file is not the one it is for"
        return Version(path, target, why_not=f"the patch does not apply to {target}: {why}")
    if state is State.AFTER:
        return _lines(path, f"as it is in {target}, which holds the patch already", now, before)
    return _lines(path, f"as it is in {target}, with the patch taken back", before, now)


def _before(file: FilePatch, read: PreImage, blob: str | None) -> str | None:
    """The file before the patch: of the tree, or the blob that the patch names."""
    if file.old_path is None:
        return ""
    data = read(file.old_path, blob)
    return None if data is None else data.decode("utf-8", "surrogateescape")


def _damaged(files: Sequence[FilePatch]) -> bool:
    return any(not hunk.whole for file in files for hunk in file.hunks)


def _lines(path: str, source: str, text: str, other: str) -> Version:
    return Version(path, source, tuple(text.split("\n")), tuple(other.split("\n")))


def pieces_in(found: Version, name: str, configuration: Configuration) -> list[Piece]:
    """The functions of a name in a file, whole."""
    text, other = picked(found.lines, configuration), picked(found.other, configuration)
    beside = {_of(other, one) for one in owners(other, "") if one.name == name}
    return [
        _piece(found, text, one, unchanged=_of(text, one) in beside)
        for one in owners(text, "")
        if one.name == name
    ]


def _of(text: tuple[str, ...], owner: Owner) -> tuple[str, ...]:
    return text[owner.first : owner.last + 1]


def _piece(found: Version, text: tuple[str, ...], owner: Owner, *, unchanged: bool) -> Piece:
    inside = range(owner.first, owner.last + 1)
    piece = Piece(
        owner.name,
        found.path,
        found.source,
        Part.WHOLE,
        owner.first + 1,
        found.lines[owner.first : owner.last + 1],
        text[owner.first : owner.last + 1],
        around=tuple((i + 1, line) for i, line in enumerate(text) if i not in inside),
        conditions=conditions_of(found.lines, owner.first),
        notes=("the patch does not change it",) if unchanged else (),
    )
    if owner.ended:
        return piece
    return replace(piece, refusal=Refusal("its closing brace was not found", owner.first + 1))
