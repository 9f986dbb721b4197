"""Lines of C and lines of Python laid side by side, each in its own order.

Most statements of Python stand beside the line of C that they mean. Some are executed elsewhere
than C writes them (the step of a ``for``, at the end of its body): those stand where Python has
them, with the line of C named behind. Which those are follows from the longest chain of lines
that keep C's order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.explain.python import PythonLine
from analyzer.report.listing import Row

_ELSE = re.compile(r"\belse\b")


def side_by_side(
    c: Sequence[tuple[int | None, str]], python: Sequence[PythonLine]
) -> tuple[Row, ...]:
    """Lay out: ``c`` are lines with their numbers, as in ``PythonLine.line``."""
    if not c:
        return ()
    at = {number: place for place, (number, _text) in enumerate(c) if number is not None}
    wanted = [None if one.line is None else at.get(one.line) for one in python]
    kept = _longest_rising(wanted, len(c))
    beside: list[list[str]] = [[] for _ in c]
    before = last = 0
    following = _following(wanted, kept, len(c) - 1)
    for i, one in enumerate(python):
        if i in kept:
            before = place = wanted[i] or 0
            text = one.text
        else:
            begin = last if last > before else before + 1
            column = None if wanted[i] is None else _lead(c[wanted[i] or 0][1])
            place = max(last, _between(c, one, column, begin, following[i]))
            said = one.line is not None and c[place][0] != one.line
            text = f"{one.text}  # line {one.line}" if said else one.text
        beside[place].append(text)
        last = place
    return tuple(
        Row(number, text, tuple(lines)) for (number, text), lines in zip(c, beside, strict=True)
    )


def _longest_rising(wanted: Sequence[int | None], end: int) -> set[int]:
    """The places of the weightiest subsequence that never falls; None is in none. O(n log n).

    A line of C that Python comes back to weighs less than one that it comes to.
    """
    # A tree of prefixes: at each place the best chain (its weight, its last member) up to there.
    best: list[tuple[int, int]] = [(0, -1)] * (end + 1)
    before: list[int] = [-1] * len(wanted)
    seen: set[int] = set()
    last: int | None = None
    for i, value in enumerate(wanted):
        if value is None:
            continue
        weight, before[i] = _best_upto(best, value + 1)
        weight += 1 if value in seen and value != last else 2
        seen.add(value)
        last = value
        at = value + 1
        while at <= end:
            if best[at][0] < weight:
                best[at] = (weight, i)
            at += at & -at
    found: set[int] = set()
    at = _best_upto(best, end)[1]
    while at >= 0:
        found.add(at)
        at = before[at]
    return found


def _best_upto(best: Sequence[tuple[int, int]], at: int) -> tuple[int, int]:
    found = (0, -1)
    while at > 0:
        found = max(found, best[at], key=lambda one: one[0])
        at -= at & -at
    return found


def _following(wanted: Sequence[int | None], kept: set[int], end: int) -> list[int]:
    """For each line, the place of the next one that stands beside its own C; else the end."""
    out: list[int] = []
    for i in range(len(wanted) - 1, -1, -1):
        end = (wanted[i] or 0) if i in kept else end
        out.append(end)
    return out[::-1]


def _between(
    c: Sequence[tuple[int | None, str]],
    one: PythonLine,
    column: str | None,
    begin: int,
    following: int,
) -> int:
    """Where a line without a place of its own goes: at its ``else``, its brace, or the next.

    ``column`` is the indentation of the C that it means, which its closing brace shares.
    """
    if one.text.strip() in ("else:", "finally:"):
        places = range(begin - 1, following + 1)
        return next((i for i in places if _ELSE.search(c[i][1])), following)
    if column is None:
        return following
    places = range(begin, following)
    return next((i for i in places if c[i][1].startswith(column + "}")), following)


def _lead(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]
