"""What is run beside what: a kernel's making, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

from analyzer.errors import CodePlace
from analyzer.machine.observation import Observation
from analyzer.machine.scenario import Remap, Scenario
from analyzer.mm.geometry import Geometry

if TYPE_CHECKING:
    from analyzer.machine.left import Standings

AnyScenario: TypeAlias = Scenario | Remap
# The text of a line of C, None where it is not known.
LineText: TypeAlias = Callable[[CodePlace], "str | None"]


class AnyKernel(Protocol):
    """A kernel on one geometry."""

    def run(self, scenario: AnyScenario, *, tracing: bool = False) -> Observation:
        """Make one call on one state, from scratch."""

    def left(self) -> Standings:
        """What stands after the last run."""


class AnySide(Protocol):
    """What a kernel is made of, but for its geometry."""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for sides that behave alike."""

    @property
    def shared(self) -> bool:
        """Whether every patch runs beside the same: what it showed is kept for all."""

    @property
    def text_of(self) -> LineText | None:
        """What gives the lines of its C."""

    def kernel(self, geometry: Geometry) -> AnyKernel:
        """Make it. Raises ``Stopped`` where its code cannot be bound."""
