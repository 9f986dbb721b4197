"""What the tool says of a mutant: its verdict, and where its findings point."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analyzer.finding import Evidence, State
from analyzer.pipeline import analyze
from analyzer.result import Cause, Report, Request
from analyzer.source import Place, Side

# A divergence is charged to the patch by these; that of a base, or a later fix, is none of its.
CHARGED = (Cause.PATCH, Cause.CONFIGURATION)


@dataclass(frozen=True, slots=True)
class Judged:
    """A report, and the text that it is about."""

    report: Report
    text: bytes

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

    def evidence(self, item: str) -> tuple[Evidence, ...]:
        """The evidence of one check item."""
        return next(one.evidence for one in self.report.items if one.id == item)

    @property
    def found(self) -> tuple[str, ...]:
        """The items of behaviour with a finding."""
        return tuple(
            one.id
            for one in self.report.items
            if one.state is State.FINDING and one.id.startswith(("SM-", "CF-4"))
        )

    def lines(self, item: str) -> tuple[str, ...]:
        """The lines that an item's evidence and its divergences point at, as they stand there."""
        places = [one.place for one in self.evidence(item) if one.place is not None]
        named = next(one.divergences for one in self.report.items if one.id == item)
        places += [
            Place(Side(one.side), one.path, one.line)
            for one in self.report.divergences
            if one.id in named and one.cause in CHARGED
        ]
        return tuple(text for place in places if (text := self._line(place)))

    def _line(self, place: Place) -> str:
        rows = self.text.decode("utf-8", "surrogateescape").split("\n")
        if place.side is Side.INPUT and place.line is not None:
            return rows[place.line - 1] if 0 < place.line <= len(rows) else ""
        return ""


def judged(text: bytes, top: Path) -> Judged:
    """Run the tool on one patch, in this process."""
    path = top / "mutant.patch"
    path.write_bytes(text)
    (report,) = analyze(Request(str(path)))
    return Judged(report, text)
