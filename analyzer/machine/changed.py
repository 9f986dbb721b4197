"""Changed code: a tree after a change, and the lines that the change adds."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from analyzer.csource.configuration import Configuration
from analyzer.repo import Tree

# Pairs of lines that are compared at the most.
_MOST_COMPARED = 20_000_000


@dataclass(frozen=True, slots=True)
class Changed:
    """The lines of one file that a change adds or has otherwise, by the tree after it."""

    path: str
    lines: frozenset[int]


@dataclass(frozen=True, slots=True)
class Code:
    """A tree after a change, and what the change left in it.

    ``configuration`` is that of the build, None where no ``.config`` is known.
    """

    tree: Tree
    changed: tuple[Changed, ...]
    arch: str = "x86"
    configuration: Configuration | None = None


def changed_lines(path: str, before: str | None, after: str) -> Changed:
    """The lines of a file that a change adds, by comparing it with the file before it.

    Between the first and the last difference of two long files everything counts as changed.
    """
    new = after.split("\n")
    if before is None:
        return Changed(path, frozenset(range(1, len(new) + 1)))
    old = before.split("\n")
    head = _alike(old, new)
    tail = min(_alike(old[::-1], new[::-1]), len(new) - head, len(old) - head)
    mine, theirs = new[head : len(new) - tail], old[head : len(old) - tail]
    same: set[int] = set()
    if len(mine) * len(theirs) <= _MOST_COMPARED:
        for block in SequenceMatcher(None, theirs, mine, autojunk=False).get_matching_blocks():
            same.update(range(block.b, block.b + block.size))
    return Changed(path, frozenset(head + at + 1 for at in range(len(mine)) if at not in same))


def _alike(one: list[str], other: list[str]) -> int:
    """How many lines are the same at the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, their) in pairs if mine != their), min(len(one), len(other)))
