"""A side that is a tree of its own: nothing of it is the reference's."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.machine.movepath import MovePath
from analyzer.machine.whole import Whole
from analyzer.mm.geometry import Geometry
from analyzer.replay.sides import LineText


@dataclass(frozen=True, slots=True)
class TreeSide:
    """A kernel that runs a tree's own functions."""

    path: MovePath
    shared: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """See ``AnySide``."""
        return ("tree", self.path.key)

    @property
    def text_of(self) -> LineText | None:
        """See ``AnySide``."""
        return self.path.line

    def kernel(self, geometry: Geometry) -> Whole:
        """See ``AnySide``."""
        return Whole(self.path, geometry)
