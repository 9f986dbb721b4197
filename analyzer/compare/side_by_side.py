"""Two runs of changed lines laid side by side, and each pair of lines told apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from analyzer.compare.alignment import MAX_CELLS
from analyzer.compare.change import Change, ChangedLine, LinePair, Owner, Run
from analyzer.compare.words import NAME
from analyzer.patch.damage import Grade
from analyzer.patch.lines import Mark
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
        return Change.WHITESPACE
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


# --- names ------------------------------------------------------------------------------------


def other_names(
    pairs: Sequence[LinePair],
    more: Iterable[tuple[ChangedLine | None, ChangedLine | None]] = (),
    both: Callable[[str, str], bool] | None = None,
) -> dict[Owner | None, dict[str, str]]:
    """Names that ours calls otherwise wherever they are, by what upstream's lines stand in.

    A name that the other side uses as well is no renaming: two names may have been exchanged.
    ``more`` are lines beside the changed ones whose names count as used. ``both`` says whether one
    of two names of callees or members is in the other file: there it is another one. A constant
    is what it is called, but for one that the patch itself defines.
    """
    own = _defined(pairs)
    maps: dict[Owner | None, dict[str, set[str]]] = {}
    used: dict[Owner | None, tuple[set[str], set[str]]] = {}
    for pair in pairs:
        if pair.theirs is None or pair.ours is None:
            continue
        owner = pair.theirs.owner
        theirs, ours = used.setdefault(owner, (set(), set()))
        theirs.update(pair.theirs.words)
        ours.update(pair.ours.words)
        for one, other in _differing(pair.theirs, pair.ours) or ():
            found = maps.setdefault(owner, {}).setdefault(one, set())
            found.add(other)
            if _is_fixed(one, other, own) or _is_other(pair.theirs, one, other, both):
                found.add(one)
    for one_line, other_line in more:
        _count_as_used(used, one_line, other_line)
    return {owner: _consistent(found, *used[owner]) for owner, found in maps.items()}


def _count_as_used(
    used: dict[Owner | None, tuple[set[str], set[str]]],
    theirs: ChangedLine | None,
    ours: ChangedLine | None,
) -> None:
    line = theirs or ours
    if line is not None and line.owner in used:
        used[line.owner][theirs is None].update(line.words)


def _differing(theirs: ChangedLine, ours: ChangedLine) -> list[tuple[str, str]] | None:
    """The names that differ in two lines that differ in names alone; None for any others."""
    if len(theirs.words) != len(ours.words) or theirs.mark is not ours.mark:
        return None
    found = [(a, b) for a, b in zip(theirs.words, ours.words, strict=True) if a != b]
    names = all(NAME.fullmatch(a) and NAME.fullmatch(b) for a, b in found)
    return found if names else None


def _defined(pairs: Iterable[LinePair]) -> set[str]:
    """What added lines define by its name: macros, Kconfig symbols, enumerators."""
    found: set[str] = set()
    for pair in pairs:
        for line in (pair.theirs, pair.ours):
            words = line.words if line and line.mark is Mark.ADDED else ()
            if words[:2] == ("#", "define") or words[:1] in (("config",), ("menuconfig",)):
                found.update(words[2:3] if words[0] == "#" else words[1:2])
            elif len(words) > 1 and words[1] in (",", "="):
                found.add(words[0])
    return found | {f"CONFIG_{name}" for name in found}


def _is_fixed(one: str, other: str, own: set[str]) -> bool:
    """Whether one of two names is no name that a tree is free to choose otherwise."""
    if one in own and other in own:
        return False
    return any(_CONSTANT.fullmatch(name) or name in _WORDS for name in (one, other))


def _is_other(
    line: ChangedLine, one: str, other: str, both: Callable[[str, str], bool] | None
) -> bool:
    """Whether it is another function or member, which one of the two files has besides."""
    if both is None:
        return False
    at = [i for i, word in enumerate(line.words) if word == one]
    around = (line.words[i + 1 : i + 2] == ("(",) or line.words[i - 1] in ("->", ".") for i in at)
    return any(around) and both(one, other)


_CONSTANT = re.compile(r"[A-Z_][A-Z0-9_]+")
# What C and the kernel give a meaning; ``_t`` and other types of a project are names.
_WORDS = frozenset(
    (
        *("bool", "break", "case", "char", "const", "continue", "default", "do", "double", "else"),
        *("enum", "extern", "false", "for", "goto", "if", "inline", "int", "long", "return"),
        *("short", "signed", "sizeof", "static", "struct", "switch", "true", "typedef", "union"),
        *("unsigned", "void", "volatile", "while", "likely", "unlikely"),
    )
)


def _consistent(found: dict[str, set[str]], theirs: set[str], ours: set[str]) -> dict[str, str]:
    single = {one: next(iter(others)) for one, others in found.items() if len(others) == 1}
    targets = list(single.values())
    return {
        one: other
        for one, other in single.items()
        if one not in ours and other not in theirs and targets.count(other) == 1
    }


def renamed(pair: LinePair, names: dict[Owner | None, dict[str, str]]) -> LinePair:
    """The pair as ``RENAMED`` where names are all that differs, and each is one of ``names``."""
    if pair.change is not Change.CHANGED or pair.theirs is None or pair.ours is None:
        return pair
    known = names.get(pair.theirs.owner, {})
    found = _differing(pair.theirs, pair.ours)
    if found and all(known.get(one) == other for one, other in found):
        return replace(pair, change=Change.RENAMED)
    return pair


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
