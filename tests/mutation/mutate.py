"""Mutants of a patch: one change to its added C, as its author would have sent it.

Nothing here knows how a patch is analysed: what a mutant must come to follows from its change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tests.mutation import chance
from tests.mutation.edits import Edit
from tests.mutation.equal import EQUAL, REDUNDANT
from tests.mutation.patchtext import BREAK, Patch, lost_on_the_way, read, written
from tests.mutation.roles import Names, filled, names_of
from tests.mutation.wrong import WRONG, Wrong


class Truth(Enum):
    """What the verdict on a mutant must be."""

    DIFFERS = "differs"
    SAME = "same"
    UNDECIDED = "undecided"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A patch with one change.

    ``items``: the check items of which one must have the finding, the primary one first.
    ``lines``: parts of lines; the finding's line must hold one of them.
    """

    name: str
    patch: bytes
    truth: Truth
    items: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def wrong(patch: bytes) -> tuple[Mutant, ...]:
    """Every change of one statement that the patch has the statement for."""
    read_patch = read(patch)
    names = names_of(read_patch.code)
    found = ((one, _changed(one, read_patch, names)) for one in WRONG)
    return tuple(
        Mutant(
            one.name,
            written(read_patch, code),
            Truth.DIFFERS,
            one.items,
            tuple(line for text in one.lines if (line := filled(text, names))),
        )
        for one, code in found
        if code is not None
    )


def _changed(one: Wrong, patch: Patch, names: Names) -> str | None:
    return None if one.intact_only and patch.damaged else one.edit(patch.code, names)


def equal(patch: bytes) -> tuple[Mutant, ...]:
    """The patch said in other words."""
    return _same(patch, EQUAL)


def redundant(patch: bytes) -> tuple[Mutant, ...]:
    """The patch without what its caller sees to, on a base that bounds the old side first."""
    return _same(patch, REDUNDANT)


def _same(patch: bytes, edits: Mapping[str, Edit]) -> tuple[Mutant, ...]:
    read_patch = read(patch)
    names, code = names_of(read_patch.code), read_patch.code
    found = ((name, edit(code, names)) for name, edit in edits.items())
    return tuple(
        Mutant(name, written(read_patch, new), _truth(read_patch, new))
        for name, new in found
        if new is not None and new != code
    )


def _truth(patch: Patch, code: str) -> Truth:
    """The same; but that a line was lost, and nobody can tell which, must leave it undecided.

    A lone brace that arrived shows that such lines arrive: then those that are missing are not
    known to be lost on the way.
    """
    lines = [line for run in code.split(BREAK) for line in run.split("\n")[:-1]]
    open_question = any(lost_on_the_way(f"+{line}") or line.strip() in ("{", "}") for line in lines)
    return Truth.UNDECIDED if patch.damaged and open_question else Truth.SAME


def unadjusted(patch: bytes) -> tuple[Mutant, ...]:
    """The wrong ones that have fewer lines, under the counts and ids of the patch."""
    read_patch = read(patch)
    names, code = names_of(read_patch.code), read_patch.code
    found = ((one, _changed(one, read_patch, names)) for one in WRONG)
    return tuple(
        Mutant(f"{one.name}-uncounted", written(read_patch, new, adjusted=False), Truth.UNDECIDED)
        for one, new in found
        if new is not None and new.count("\n") < code.count("\n")
    )


def by_chance(patch: bytes, seed: int, count: int) -> tuple[Mutant, ...]:
    """Changes by chance, of which only the number of each verdict is of interest."""
    read_patch = read(patch)
    return tuple(
        Mutant(f"{kind}-{number}", written(read_patch, code), Truth.UNKNOWN)
        for number, (kind, code) in enumerate(chance.changes(read_patch.code, seed, count))
    )
