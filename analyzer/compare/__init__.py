"""Upstream against the patch, without running either: shapes, pairs of hunks, idioms."""

from analyzer.compare.alignment import RESTORABLE, Alignment, Step, align
from analyzer.compare.pairing import Pair, changed, in_other_hunks, pair_hunks, shape_lines

__all__ = [
    "RESTORABLE",
    "Alignment",
    "Pair",
    "Step",
    "align",
    "changed",
    "in_other_hunks",
    "pair_hunks",
    "shape_lines",
]
