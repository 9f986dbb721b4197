"""Lost context put back from the file before the patch: every place it may have had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

from analyzer.patch.lines import Line, Mark

_GIT_CONTEXT = 3
_MAX_PLACEMENTS = 256


def placements(
    lines: tuple[Line, ...], window: list[str], layout: tuple[int, int] | None
) -> Iterator[tuple[Line, ...]]:
    """Yield the hunk's lines with lost context in place, likeliest first, a bounded number.

    ``window`` is the old side as the file before the patch has it, without line ends. Context
    and removed lines of the hunk must be found in it in order; nothing is yielded otherwise.
    """
    for anchors in _embeddings(lines, window):
        segments = _segments(lines, window, anchors)
        ways = [
            list(
                islice(_ways(added, lost, i == 0, i == len(segments) - 1, layout), _MAX_PLACEMENTS)
            )
            for i, (added, lost) in enumerate(segments)
        ]
        for picked in islice(product(*ways), _MAX_PLACEMENTS):
            yield _assembled(lines, window, anchors, picked)


def _embeddings(lines: tuple[Line, ...], window: list[str]) -> list[tuple[int, ...]]:
    """Positions in the window for every old-side line: leftmost, and rightmost if different."""
    texts = [_bare(line.text) for line in lines if line.mark is not Mark.ADDED]
    bare = [_bare(text) for text in window]
    left = _leftmost(texts, bare)
    right = _leftmost(texts[::-1], bare[::-1])
    if left is None or right is None:
        return []
    rightmost = tuple(len(bare) - 1 - at for at in reversed(right))
    return list(dict.fromkeys((tuple(left), rightmost)))


def _bare(text: str) -> str:
    """A line without what transports do to blanks; the blob id tells whether it was that."""
    return " ".join(text.split())


def _leftmost(texts: list[str], bare: list[str]) -> tuple[int, ...] | None:
    at = 0
    positions: list[int] = []
    for text in texts:
        while at < len(bare) and bare[at] != text:
            at += 1
        if at == len(bare):
            return None
        positions.append(at)
        at += 1
    return tuple(positions)


_Segment = tuple[tuple[Line, ...], tuple[str, ...]]


def _segments(
    lines: tuple[Line, ...], window: list[str], anchors: tuple[int, ...]
) -> list[_Segment]:
    """Between each two anchors: the added lines there, and the old lines that were lost there."""
    runs: list[list[Line]] = [[]]
    for line in lines:
        if line.mark is Mark.ADDED:
            runs[-1].append(line)
        else:
            runs.append([])
    bounds = (-1, *anchors, len(window))
    return [
        (tuple(run), tuple(window[bounds[i] + 1 : bounds[i + 1]])) for i, run in enumerate(runs)
    ]


def _ways(
    added: tuple[Line, ...],
    lost: tuple[str, ...],
    first: bool,
    last: bool,
    layout: tuple[int, int] | None,
) -> Iterator[tuple[Line, ...]]:
    """Yield the orders of one segment's added lines and lost context."""
    context = tuple(Line(Mark.CONTEXT, text, None) for text in lost)
    if not added or not lost:
        yield (*context, *added)
        return
    n = len(context)
    likely = min(layout[0] if layout else _GIT_CONTEXT, n) if first else n
    if last and not first:
        likely = n - min(layout[1] if layout else _GIT_CONTEXT, n)
    for before in dict.fromkeys((likely, *range(n + 1))):
        yield (*context[:before], *added, *context[before:])
    # Two runs of added lines with context between them, all of it lost.
    for before in range(n):
        for cut in range(1, len(added)):
            yield (
                *context[:before],
                *added[:cut],
                context[before],
                *added[cut:],
                *context[before + 1 :],
            )


def _assembled(
    lines: tuple[Line, ...],
    window: list[str],
    anchors: tuple[int, ...],
    picked: tuple[tuple[Line, ...], ...],
) -> tuple[Line, ...]:
    kept = [line for line in lines if line.mark is not Mark.ADDED]
    out = list(picked[0])
    for line, at, segment in zip(kept, anchors, picked[1:], strict=True):
        # The file's own blanks: the mail's may have been changed on the way.
        out += (replace(line, text=window[at]), *segment)
    return tuple(out)
