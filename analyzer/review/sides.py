"""A difference to upstream's patch in words, and where it is seen."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.compare.change import LinePair, RunPair
from analyzer.compare.delta import Delta, FilePair
from analyzer.finding import Evidence
from analyzer.review.case import Case
from analyzer.source import Place, Side

BY_TEXT = "compared with the text of upstream's patch"
# Of pieces of evidence of one item; the rest is counted.
MOST = 40
_LONGEST = 100


def place(pair: RunPair) -> Place:
    """Where a run is seen: in ours where it is there."""
    found = (line.ours.place for line in pair.lines if line.ours is not None)
    return pair.ours.place if pair.ours else next(found, pair.run.place)


def of_file(file: FilePair) -> Place:
    """Where a file's part of a patch begins."""
    if file.ours is not None:
        return Place(Side.INPUT, line=file.ours.number)
    return Place(Side.UPSTREAM, file.path)


def where(pair: RunPair) -> str:
    """The file and what the run stands in."""
    owners = ", ".join(str(owner) for owner in pair.run.owners)
    return f"{pair.run.path} ({owners})" if owners else pair.run.path


def quoted(pair: RunPair) -> str:
    """The first line of a run that says something."""
    run = pair.run
    line = next(iter(run.code), None) or next((one for one in run.lines if one.text.strip()), None)
    if line is None:
        return "blank lines"
    more = len(run.lines) - 1
    behind = f" and {more} lines more" if more > 1 else " and a line more" if more else ""
    return f"{line.mark.value}{short(line.text)}{behind}"


def short(text: str) -> str:
    """A line as a piece of a sentence."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 3] + "..."


def beside(line: LinePair) -> str:
    """Two lines side by side, or one alone."""
    theirs = f"{line.theirs.mark.value}{short(line.theirs.text)}" if line.theirs else ""
    ours = f"{line.ours.mark.value}{short(line.ours.text)}" if line.ours else ""
    if line.theirs is None:
        return f"only here: {ours}"
    if line.ours is None:
        return f"not here: {theirs}"
    return f"upstream's {theirs} is {ours}"


def listed(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """At most as many pieces of evidence as one reads, and how many more there are."""
    if len(evidence) <= MOST:
        return tuple(evidence)
    return (*evidence[:MOST], Evidence(f"and {len(evidence) - MOST} more"))


def delta_of(case: Case) -> Delta:
    """How the patch differs from upstream's. Raises ValueError without upstream's text."""
    if case.delta is None:
        raise ValueError("upstream's text is not at hand")
    return case.delta
