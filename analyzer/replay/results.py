"""One reading under one configuration on one base: what was compared, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from analyzer.machine.splice import Splice
from analyzer.reference.base import Base
from analyzer.reference.commit import SYMBOL
from analyzer.reference.patch import Fix
from analyzer.replay.bench import Compared, Side
from analyzer.replay.outcome import Config, Setting

NO_FIXES: frozenset[Fix] = frozenset()


@dataclass(frozen=True, slots=True)
class Variant:
    """One reading of the patch under one configuration, translated."""

    reading: str
    config: Config
    splice: Splice

    @property
    def on(self) -> bool:
        """Upstream's own symbol is y."""
        return (SYMBOL, "y") in self.config

    @property
    def main(self) -> bool:
        """Everything that the patch tests is y."""
        return all(value == "y" for _, value in self.config)

    def upstream(self, base: Base, fixes: frozenset[Fix] = NO_FIXES) -> Side:
        """What upstream's kernel is under this configuration, with later fixes."""
        return Side(base, self.on, fixes if self.on else NO_FIXES)

    def target(self, base: Base) -> Side:
        """The base with the patch."""
        return Side(base, splice=self.splice)


@dataclass(frozen=True, slots=True)
class Result:
    """A comparison of upstream.after with target.after on every geometry."""

    variant: Variant
    base: Base
    compared: Compared = field(compare=False)

    def setting(self, geometry: str, arch: str) -> Setting:
        """The setting of one of its runs."""
        one = self.variant
        return Setting(one.reading, one.config, self.base.name, geometry, arch)
