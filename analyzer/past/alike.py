"""Whether the functions that a patch changes were upstream's own before it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.compare.change import OUTSIDE
from analyzer.compare.outline import outline
from analyzer.past.asked import Asked
from analyzer.past.changes import Change, text_of
from analyzer.past.content import fits, tokens_of
from analyzer.patch.lines import FilePatch, Mark


def unlike(asked: Asked) -> tuple[str, ...] | None:
    """The functions and symbols that upstream's commit changes and that are otherwise here.

    By their tokens before the patch, files by the lines around the change; None where that cannot
    be told.
    """
    if asked.commit is None or asked.before is None or asked.repository is None:
        return None
    change = asked.change(asked.commit)
    if isinstance(change, str):
        return None
    found: list[str] = []
    for file in change.files:
        if file.old_path is not None:
            found += _unlike(change, file, asked)
    return tuple(dict.fromkeys(found))


def _unlike(change: Change, file: FilePatch, asked: Asked) -> Iterator[str]:
    theirs, ours = text_of(change.before, file.old_path), text_of(asked.before, file.old_path)
    if theirs is None or ours is None:
        yield file.path
        return
    mine, their = outline(ours, file.path), outline(theirs, file.path)
    owners = (their.at(at) for at in _changed(file))
    for owner in dict.fromkeys(owners):
        if owner == OUTSIDE:
            # What stands in nothing that has a name is alike where the hunks fit as they are.
            if not fits(file, ours):
                yield file.path
            continue
        one, other = mine.extent_of(owner), their.extent_of(owner)
        bodies = (mine.body(one) if one else None, their.body(other) if other else None)
        ours_there, theirs_there = (tokens_of(each or (), file.path) for each in bodies)
        if None in bodies or ours_there != theirs_there:
            yield str(owner)


def _changed(file: FilePatch) -> Iterator[int]:
    """The lines of the file before that are removed, or that something is put next to, from 0."""
    for hunk in file.hunks:
        line = hunk.old_start - 1
        for one in hunk.lines:
            if one.mark is not Mark.CONTEXT:
                yield max(line, 0)
            line += one.mark is not Mark.ADDED
