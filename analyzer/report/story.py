"""A divergence told step by step: what both kernels did alike, and where they part.

The engine marks the steps that differ first by ``>``; whatever the margin of its lines is, only
that mark is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.result import Cause

if TYPE_CHECKING:
    from analyzer.result import Divergence

MARK = ">"
# Steps shown before the kernels part, and of each of them from there on: all that a finding needs,
# and a few of what the patch is not charged with.
_WHOLE = (6, 14)
_SHORT = (2, 4)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a story. ``side`` is ``both``, ``upstream`` or ``target``."""

    side: str
    text: str
    first: bool = False


def story(divergence: Divergence) -> tuple[Step, ...]:
    """The steps to show: the last common ones, then upstream's and the target's own.

    What is left out is said in a step of its own; the JSON form has every step.
    """
    upstream, target = _lines(divergence.upstream), _lines(divergence.target)
    alike = _alike(upstream, target)
    charged = divergence.cause in (Cause.PATCH, Cause.CONFIGURATION)
    before, then = _WHOLE if charged else _SHORT
    return (
        *_last(upstream[:alike], before),
        *_own("upstream", upstream, alike, (before, then)),
        *_own("target", target, alike, (before, then)),
    )


def columns(steps: Sequence[Step]) -> Iterator[str]:
    """The story as lines of text, for a monospaced block: side, mark, step."""
    last = ""
    for step in steps:
        label = "" if step.side == last else step.side
        yield f"{label:<8} {MARK if step.first else ' '} {step.text}".rstrip()
        last = step.side


def _lines(told: str) -> list[str]:
    return told.split("\n") if told else []


def _alike(upstream: Sequence[str], target: Sequence[str]) -> int:
    """How many steps at the beginning are the same on both sides, and not marked."""
    count = 0
    for ours, theirs in zip(upstream, target, strict=False):
        if ours != theirs or ours.startswith(MARK):
            break
        count += 1
    return count


def _last(steps: Sequence[str], most: int) -> Iterator[Step]:
    left = len(steps) - most
    if left > 0:
        yield Step("both", _skipped(left))
    for text in steps[max(left, 0) :]:
        yield _step("both", text)


def _step(side: str, line: str) -> Step:
    """A line of the engine, without its mark or the margin that stands for none."""
    if line.startswith(MARK):
        return Step(side, line[len(MARK) :].removeprefix(" "), first=True)
    return Step(side, line.removeprefix(" " * (len(MARK) + 1)))


def _own(side: str, steps: Sequence[str], start: int, room: tuple[int, int]) -> Iterator[Step]:
    """One side's steps from where the sides part; where they part much later, from near there.

    ``room`` is how many steps are shown before the one that is marked, and from it on.
    """
    marked = next((at for at, text in enumerate(steps) if text.startswith(MARK)), start)
    begin = max(start, marked - room[0])
    if begin > start:
        yield Step(side, _skipped(begin - start))
    end = max(begin, marked) + room[1]
    for text in steps[begin:end]:
        yield _step(side, text)
    if len(steps) > end:
        yield Step(side, _skipped(len(steps) - end))
    if not steps[start:]:
        yield Step(side, "(nothing more)")


def _skipped(count: int) -> str:
    return f"... {count:,} more step{'' if count == 1 else 's'}; all of them with --format json"
