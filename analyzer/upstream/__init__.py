"""Facts about upstream commits: what each did, what it needs, what later corrected it.

The data are TOML files beside this package; ``load`` reads them and the user's own.
"""

from analyzer.upstream.facts import (
    CommitFacts,
    Companion,
    Conditions,
    Facts,
    Follower,
    Lookup,
    Role,
    key_of,
)
from analyzer.upstream.load import load
from analyzer.upstream.pattern import Element, Pattern, Wild, parse_pattern
from analyzer.upstream.shape import (
    Kind,
    ShapeHunk,
    ShapeLine,
    diffstat,
    folded,
    heading_name,
    is_kconfig,
    placed,
    shape_of,
)
from analyzer.upstream.shapetext import parse_shape, render_shape

__all__ = [
    "CommitFacts",
    "Companion",
    "Conditions",
    "Element",
    "Facts",
    "Follower",
    "Kind",
    "Lookup",
    "Pattern",
    "Role",
    "ShapeHunk",
    "ShapeLine",
    "Wild",
    "diffstat",
    "folded",
    "heading_name",
    "is_kconfig",
    "key_of",
    "load",
    "parse_pattern",
    "parse_shape",
    "placed",
    "render_shape",
    "shape_of",
]
