"""Four kernels of our own small trees: 5.0-like as upstream, rhel7-like as the target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analyzer.machine.movepath import MovePath, Reader
from analyzer.reference.bases import BASES
from analyzer.replay.bench import Side
from analyzer.replay.four import Four
from analyzer.replay.treeside import TreeSide
from analyzer.repo import open_tree
from tests.trees.trees import PATH, Era, State, configuration, directory

# A line that the target's mail adds.
FLUSHED = "flush_tlb_range(vma, from, from + PMD_SIZE);"


def paths(top: Path, era: Era, edit: Callable[[str], str] | None = None) -> list[MovePath]:
    """The move path of a tree before and after its mail, whose text may be edited then."""
    before, after = (directory(top, era, state) for state in (State.BASE, State.CORE))
    if edit is not None:
        file = after / PATH
        text = file.read_text()
        assert edit(text) != text
        file.write_text(edit(text))
    trees = [open_tree(str(one)) for one in (before, after)]
    return list(Reader(*trees).paths(configuration(era, HAVE_MOVE_PMD=True)))


def four_of(upstream: list[MovePath], target: list[MovePath]) -> Four:
    """Four kernels, each of a tree."""
    return Four(*(TreeSide(one) for one in (*upstream, *target)))


def with_reference(target: list[MovePath]) -> Four:
    """The reference as upstream."""
    base = BASES[0]
    return Four(Side(base), Side(base, on=True), *(TreeSide(one) for one in target))
