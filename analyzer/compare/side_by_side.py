"""Two runs of changed lines laid side by side, and each pair of lines told apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from analyzer.compare.alignment import MAX_CELLS
from analyzer.compare.change import Change, ChangedLine, LinePair, Run
from analyzer.patch.damage import Grade
from analyzer.upstream import Kind

# What a line costs alone, and two of them as partners: code is dear, layout is cheap.
_ALONE = {Kind.BLANK: 1, Kind.COMMENT: 2, Kind.TEXT: 2, Kind.BRACE: 2}
_CODE_ALONE = 5
_NO_PARTNERS = 99
_LEAST_LIKENESS = 0.4
_PROSE = (Kind.COMMENT, Kind.TEXT)

# Kinds that transport drops and that are not missed where a hunk lost lines.
_LOSABLE = frozenset({Kind.BLANK, Kind.BRACE, Kind.DIRECTIVE, Kind.SYMBOL})


def lay(theirs: Run, ours: Run) -> tuple[LinePair, ...] | None:
    """The lines of two runs side by side; None where they are too many to compare."""
    a, b = list(theirs.lines), list(ours.lines)
    first = _common(a, b)
    last = _common(a[first:][::-1], b[first:][::-1])
    middle_a, middle_b = a[first : len(a) - last], b[first : len(b) - last]
    middle = _aligned(middle_a, middle_b)
    if middle is None:
        return None
    head = [_pair(one, other) for one, other in zip(a[:first], b[:first], strict=True)]
    tail = (
        [_pair(one, other) for one, other in zip(a[-last:], b[-last:], strict=True)] if last else []
    )
    return tuple(_judged(pair, ours) for pair in [*head, *middle, *tail] if not _is_guess(pair))


def _is_guess(pair: LinePair) -> bool:
    """A line that was put back and that upstream lacks tells nothing."""
    return pair.theirs is None and pair.ours is not None and not pair.ours.certain


def _judged(pair: LinePair, ours: Run) -> LinePair:
    """What may have been lost on the way was not dropped by whoever made the patch.

    A line that the repair took from upstream's shape is no evidence that it is upstream's.
    """
    if pair.theirs is None:
        return pair
    if pair.ours is not None:
        assumed = pair.ours.grade is Grade.ASSUMED and pair.theirs.kind is not Kind.BLANK
        return replace(pair, change=Change.LOST) if assumed else pair
    lost = not ours.whole and (pair.theirs.kind in _LOSABLE or ours.short)
    return replace(pair, change=Change.LOST) if lost else pair


def _common(a: Sequence[ChangedLine], b: Sequence[ChangedLine]) -> int:
    count = 0
    for one, other in zip(a, b, strict=False):
        if (one.mark, one.text) != (other.mark, other.text):
            break
        count += 1
    return count


def _pair(theirs: ChangedLine, ours: ChangedLine) -> LinePair:
    return LinePair(theirs, ours, difference(theirs, ours))


def difference(theirs: ChangedLine, ours: ChangedLine) -> Change:
    """How two lines differ that are partners."""
    if theirs.text == ours.text:
        return Change.IDENTICAL
    if theirs.text.split() == ours.text.split():
        # Within a string it is no layout.
        return Change.WHITESPACE if theirs.words == ours.words else Change.CHANGED
    if {theirs.kind, ours.kind} <= set(_PROSE):
        return Change.COMMENT
    if theirs.words and theirs.words == ours.words:
        spaced = "".join(theirs.text.split()) == "".join(ours.text.split())
        return Change.WHITESPACE if spaced else Change.COMMENT
    return Change.CHANGED


def _aligned(a: list[ChangedLine], b: list[ChangedLine]) -> list[LinePair] | None:
    if (len(a) + 1) * (len(b) + 1) > MAX_CELLS:
        return None
    if not a or not b:
        return _alone(a, b)
    sets = [frozenset(line.words) for line in a], [frozenset(line.words) for line in b]
    partners = [
        [_partners(one, other, sets[0][i], sets[1][j]) for j, other in enumerate(b)]
        for i, one in enumerate(a)
    ]
    return _way_back(a, b, partners, _costs(a, b, partners))


def _alone(a: Iterable[ChangedLine], b: Iterable[ChangedLine]) -> list[LinePair]:
    dropped = [LinePair(line, None, Change.DROPPED) for line in a]
    return dropped + [LinePair(None, line, Change.ADDED) for line in b]


def _gap(line: ChangedLine) -> int:
    return _ALONE.get(line.kind, _CODE_ALONE)


def _partners(
    theirs: ChangedLine, ours: ChangedLine, one: frozenset[str], other: frozenset[str]
) -> int:
    """The cost of two lines as partners."""
    if theirs.mark is not ours.mark:
        return _NO_PARTNERS
    if theirs.text == ours.text:
        return 0
    if theirs.words and theirs.words == ours.words:
        return 1
    if theirs.kind is ours.kind and theirs.kind in _PROSE:
        return 3
    if not (theirs.is_code and ours.is_code):
        return _NO_PARTNERS
    likeness = 2 * len(one & other) / (len(one) + len(other) or 1)
    return 4 + round(5 * (1 - likeness)) if likeness >= _LEAST_LIKENESS else _NO_PARTNERS


def _costs(
    a: list[ChangedLine], b: list[ChangedLine], partners: list[list[int]]
) -> list[list[int]]:
    row = [0]
    for line in b:
        row.append(row[-1] + _gap(line))
    table = [row]
    for i, line in enumerate(a):
        above, gap = row, _gap(line)
        row = [above[0] + gap]
        for j, other in enumerate(b):
            row.append(min(above[j] + partners[i][j], above[j + 1] + gap, row[j] + _gap(other)))
        table.append(row)
    return table


def _way_back(
    a: list[ChangedLine],
    b: list[ChangedLine],
    partners: list[list[int]],
    table: list[list[int]],
) -> list[LinePair]:
    i, j = len(a), len(b)
    out: list[LinePair] = []
    while i or j:
        here = table[i][j]
        if i and j and here == table[i - 1][j - 1] + partners[i - 1][j - 1]:
            i, j = i - 1, j - 1
            out.append(_pair(a[i], b[j]))
        elif i and here == table[i - 1][j] + _gap(a[i - 1]):
            i -= 1
            out.append(LinePair(a[i], None, Change.DROPPED))
        else:
            j -= 1
            out.append(LinePair(None, b[j], Change.ADDED))
    return out[::-1]


# --- a run as a whole -------------------------------------------------------------------------

_ORDER = (
    Change.CHANGED,
    Change.MOVED,
    Change.REORDERED,
    Change.LOST,
    Change.RENAMED,
    Change.COMMENT,
    Change.WHITESPACE,
    Change.CONTEXT,
)


def of_run(lines: Iterable[LinePair]) -> Change:
    """How two runs differ by their lines: the gravest difference of any."""
    found = {_weight(pair) for pair in lines}
    return next((change for change in _ORDER if change in found), Change.IDENTICAL)


def _weight(pair: LinePair) -> Change:
    if pair.change not in (Change.DROPPED, Change.ADDED):
        return pair.change
    line = pair.theirs or pair.ours
    kind = line.kind if line else Kind.BLANK
    if kind is Kind.BLANK:
        return Change.WHITESPACE
    return Change.COMMENT if kind in _PROSE else Change.CHANGED


def context_of(theirs: Run, ours: Run) -> tuple[LinePair, ...]:
    """The unchanged lines next to two runs that are not the same, nearest first, each side.

    Only what both hunks show is compared.
    """
    out = []
    for one, other in ((theirs.above, ours.above), (theirs.below, ours.below)):
        for a, b in zip(one, other, strict=False):
            if a.words != b.words and b.certain:
                out.append(LinePair(a, b, Change.CONTEXT))
    return tuple(out)
