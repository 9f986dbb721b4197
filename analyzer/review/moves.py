"""TX-5 by text: files and functions that have another name or place in the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.compare.change import OUTSIDE, Change, Owner
from analyzer.compare.delta import FilePair
from analyzer.compare.landing import Where
from analyzer.compare.lineage import Counterpart, How
from analyzer.finding import Evidence, State
from analyzer.patch.lines import FileKind, FilePatch
from analyzer.result import Item
from analyzer.review import shape
from analyzer.review.case import Case
from analyzer.review.notes import Said, mentions, said_in
from analyzer.review.sides import BY_TEXT, delta_of, listed, of_file, place, where

_TX5 = "are renamed or moved files and functions accounted for?"
_MOVES = (FileKind.RENAMED, FileKind.COPIED)


@dataclass(frozen=True, slots=True)
class _Told:
    evidence: Evidence
    accounted: bool


def moves_explained(case: Case) -> Item:
    """TX-5: what is renamed or moved, and whether text or message accounts for it."""
    delta = delta_of(case)
    notes = said_in(case)
    told = [one for file in delta.files for one in _of(file, notes)]
    open_ = [one.evidence for one in told if not one.accounted]
    if open_:
        return Item(
            "TX-5",
            _TX5,
            State.NEEDS_REVIEW,
            f"{len(open_)} files or functions are renamed, moved or not found",
            reason=BY_TEXT,
            evidence=listed(open_),
            next="Check that each is what upstream's patch means.",
        )
    if not any(file.theirs and file.ours for file in delta.files):
        summary = "no file has a partner upstream"
        return Item("TX-5", _TX5, State.CANNOT_TELL, summary, next=shape.GIVE_UPSTREAM)
    accounted = [one.evidence for one in told]
    summary = (
        f"{len(accounted)} files or functions are renamed or moved, and accounted for"
        if accounted
        else "files and functions have upstream's names"
    )
    return Item("TX-5", _TX5, State.OK, summary, reason=BY_TEXT, evidence=listed(accounted))


def _of(file: FilePair, notes: tuple[Said, ...]) -> Iterator[_Told]:
    if file.theirs is not None and file.ours is not None:
        yield from _of_paths(file, file.theirs, file.ours, notes)
    elif file.ours is not None and file.ours.kind in _MOVES:
        said = f"{file.ours.old_path} -> {file.ours.new_path}: upstream moves no such file"
        yield _Told(Evidence(said, of_file(file)), accounted=False)
    for each in file.lineage:
        yield from _of_counterpart(file, each, notes)
    for one in file.landings:
        if one.where is Where.SPLIT:
            said = f"{file.path}: {one.theirs} and {one.ours} share what upstream has in one"
            yield _Told(Evidence(said, one.place), _named(notes, one.theirs, one.ours))
    for pair in file.runs:
        if pair.change is Change.MOVED:
            said = f"{where(pair)}: at another place than upstream's"
            yield _Told(Evidence(said, place(pair)), _named(notes, *pair.run.owners))


def _named(notes: tuple[Said, ...], *owners: Owner | None) -> bool:
    return mentions(notes, (owner.name.rpartition(" ")[2] for owner in owners if owner))


def _of_paths(
    file: FilePair, theirs: FilePatch, ours: FilePatch, notes: tuple[Said, ...]
) -> Iterator[_Told]:
    moves = {(one.kind in _MOVES) for one in (theirs, ours)}
    if theirs.path != ours.path or len(moves) > 1:
        said = f"upstream's {_path(theirs)} is {_path(ours)} here"
        known = mentions(notes, (theirs.path, ours.path))
        yield _Told(Evidence(said, of_file(file)), known)


def _path(file: FilePatch) -> str:
    if file.kind in _MOVES:
        return f"{file.old_path} -> {file.new_path}"
    return file.path


def _of_counterpart(file: FilePair, each: Counterpart, notes: tuple[Said, ...]) -> Iterator[_Told]:
    if each.how is How.SAME or each.theirs == OUTSIDE:
        return
    known = _named(notes, each.theirs)
    if each.ours is None:
        said = f"{file.path}: upstream's {each.theirs} was not found here"
        yield _Told(Evidence(said, of_file(file)), known)
        return
    exact = ", with the same body" if each.exact else ""
    said = f"{file.path}: upstream's {each.theirs} is {each.ours} here{exact}"
    yield _Told(Evidence(said, of_file(file)), known or each.exact)
