"""What the tool says of a mutant: its verdict, and where its findings point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from analyzer.finding import State
from analyzer.intake import facts_on, named_commit
from analyzer.patch.reader import read_series
from analyzer.pipeline import analyze
from analyzer.repair import image, mend
from analyzer.result import Cause, Report, Request
from analyzer.source import Place, Side
from analyzer.upstream import load

# A divergence is charged to the patch by these; that of a base, or a later fix, is none of its.
CHARGED = (Cause.PATCH, Cause.CONFIGURATION)


@dataclass(frozen=True)
class Judged:
    """A report, and the text that it is about."""

    report: Report
    text: bytes

    @cached_property
    def after(self) -> Mapping[tuple[str, int], str]:
        """What the patch shows of its files as it leaves them: each line by path and number."""
        (patch,) = read_series(self.text, "mutant.patch").patches
        mended = mend(patch, facts_on(load(), named_commit(patch)), None)
        sides = (
            image.image(file, hunk, image.State.AFTER, mended.damage)
            for file in mended.files
            for hunk in file.hunks
        )
        return {(side.path, line.number): line.text for side in sides for line in side.lines}

    @property
    def verdict(self) -> str:
        """The verdict's name."""
        return self.report.verdict.value

    def state(self, item: str) -> State:
        """The state of one check item."""
        return next(one.state for one in self.report.items if one.id == item)

    def summary(self, item: str) -> str:
        """The answer to one check item, in words."""
        return next(one.summary for one in self.report.items if one.id == item)

    @property
    def found(self) -> tuple[str, ...]:
        """The items of behaviour with a finding."""
        return tuple(
            one.id
            for one in self.report.items
            if one.state is State.FINDING and one.id.startswith(("SM-", "CF-4"))
        )

    def lines(self, item: str) -> tuple[str, ...]:
        """The lines that the divergences of an item point at, as they stand there."""
        named = next(one.divergences for one in self.report.items if one.id == item)
        places = (
            Place(Side(one.side), one.path, one.line)
            for one in self.report.divergences
            if one.id in named and one.cause in CHARGED
        )
        return tuple(self._line(place) for place in places)

    def _line(self, place: Place) -> str:
        if place.side is not Side.PATCH_AFTER or place.path is None or place.line is None:
            return ""
        return self.after.get((place.path, place.line), "")


def judged(text: bytes, top: Path) -> Judged:
    """Run the tool on one patch, in this process."""
    path = top / "mutant.patch"
    path.write_bytes(text)
    return judged_file(path)


def judged_file(path: Path) -> Judged:
    """Run the tool on the patch of a file, in this process."""
    (report,) = analyze(Request(str(path)))
    return Judged(report, path.read_bytes())
