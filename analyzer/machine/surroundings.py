"""What stands around a fragment in its hunk: the block that it is in, and the statements there.

A hunk begins and ends anywhere, so a block's beginning or end may be missing; what the lines that
are there say of nesting is read from their braces. Where lines were lost, indentation takes the
place of braces: as many are put back as the lines on either side of the loss call for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from analyzer.csource import Kind
from analyzer.excerpt.piece import Near, Piece
from analyzer.excerpt.statements import Word, Words, words_of

_TAB = 8
# No function of a kernel nests deeper; indentation can say anything.
_DEEPEST = 16
_STARTS = frozenset((";", "{", "}"))


@dataclass(frozen=True, slots=True)
class Item:
    """A statement of the block: the tokens of it that are context, none where it is the patch's.

    ``cut``: its beginning is not there. ``chained``: it goes on with an ``else`` of its own.
    ``first`` and ``last`` are places of lines.
    """

    words: tuple[str, ...]
    first: int
    last: int
    cut: bool = False
    chained: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around a fragment.

    ``depth`` counts the blocks that it stands in, the function's body as 1; None where nothing
    tells. ``before`` and ``behind`` are the statements of its block, nearest last and first; the
    patch's own are left out. ``head`` is what the block begins with, up to its opening brace, None
    where that is not there; ``ends``: its closing brace is. ``other``: it is what an ``else``
    governs, and ``arm`` the statement that the ``else`` goes on with. ``governed``: something
    else governs it. ``continued``: an ``else`` of what is behind goes on with it.
    ``gaps`` are the places of lines before which lines of unknown text were lost.
    """

    depth: int | None
    before: tuple[Item, ...]
    behind: tuple[Item, ...]
    head: Item | None
    ends: bool
    other: bool
    arm: Item | None
    governed: bool
    continued: bool
    first: int
    last: int
    gaps: tuple[int, ...]

    def lost_between(self, first: int, last: int) -> bool:
        """Whether lines were lost behind the line at ``first`` and up to that at ``last``."""
        return any(first < at <= last for at in self.gaps)


@dataclass(frozen=True, slots=True)
class _Text:
    """All lines as tokens. The fragment's are those from ``start`` up to ``end``."""

    lines: tuple[Near, ...]
    words: Words
    start: int
    end: int

    def is_own(self, at: int) -> bool:
        line = self.words.words[at].line
        return self.lines[line].own

    def item(self, first: int, end: int, cut: bool) -> Item:
        words = self.words.words
        told = tuple(words[i].text for i in range(first, end) if not self.is_own(i))
        chained = _is_chained([word.text for word in words[first:end]])
        return Item(told, words[first].line, words[end - 1].line, cut, chained)


def _is_chained(words: Sequence[str]) -> bool:
    # What begins inside of blocks ends outside of them.
    depth = words.count("}") - words.count("{")
    for word in words:
        depth += (word == "{") - (word == "}")
        if depth <= 0 and word == "else":
            return True
    return False


def surroundings(piece: Piece) -> Surroundings:
    """Look around a fragment. Time is linear in its hunk."""
    text = _text(piece)
    found, other = _before(text)
    before = [text.item(*extent) for extent in found.items]
    arm = before[-1] if other and before else None
    behind, ends = _behind(text)
    lines = (text.words.words[text.start].line, text.words.words[text.end - 1].line)
    return Surroundings(
        _depth(text),
        _told(before[:-1] if other else before),
        _told(behind),
        text.item(*found.head) if found.head else None,
        ends,
        other,
        arm,
        found.governed,
        text.words.text(text.end) == "else",
        *lines,
        tuple(i for i, line in enumerate(text.lines) if line.gap),
    )


def _told(items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(item for item in items if item.words)


# --- lines become tokens -----------------------------------------------------------------------


def _text(piece: Piece) -> _Text:
    real = len(piece.text) - piece.closed
    own = frozenset(piece.own)
    mine = [
        Near(piece.first + i, line, i >= real or piece.first + i in own, i == 0 and piece.gap)
        for i, line in enumerate(piece.text)
    ]
    lines = (*piece.before, *mine, *piece.behind)
    first, end = len(piece.before), len(piece.before) + len(mine)
    found = _with_braces(lines, words_of([line.text for line in lines]))
    words = Words.of(found)
    inside = [i for i, word in enumerate(found) if first <= word.line < end and word.end]
    return _Text(lines, words, inside[0], inside[-1] + 1)


def _with_braces(lines: Sequence[Near], words: Sequence[Word]) -> list[Word]:
    """The tokens with braces put back where lines were lost, as indentation calls for them.

    A brace that is put back takes no room: its ``end`` is 0.
    """
    out: list[Word] = []
    depth: int | None = None
    line = -1
    for word in words:
        if word.line != line:
            here = _columns(lines[word.line].text) // _TAB + (word.text == "}")
            lost = any(one.gap for one in lines[line + 1 : word.line + 1])
            if lost and depth is not None:
                out += _braces(depth - here, word.line)
            if depth is None or lost or out[-1].text in _STARTS:
                depth = here
            line = word.line
        depth = (depth or 0) + (word.text == "{") - (word.text == "}")
        out.append(word)
    return out


def _braces(closing: int, line: int) -> Iterator[Word]:
    text = "}" if closing > 0 else "{"
    for _ in range(min(abs(closing), _DEEPEST)):
        yield Word(Kind.PUNCTUATION, text, line, 0, 0)


def _columns(text: str) -> int:
    return len(text[: len(text) - len(text.lstrip())].expandtabs(_TAB))


# --- the statements of the block ---------------------------------------------------------------


# A statement's first token, the one behind it, and whether its beginning is not there.
_Extent = tuple[int, int, bool]


@dataclass(slots=True)
class _Before:
    """The walk over what is before the fragment, from the beginning of the hunk."""

    items: list[_Extent] = field(default_factory=list)
    head: _Extent | None = None
    governed: bool = False


def _before(text: _Text) -> tuple[_Before, bool]:
    """The statements before the fragment with what governs it, and whether an ``else`` does."""
    words = _upto(text.words, text.start)
    count = text.start
    # What an ``else`` before the fragment goes on with is a statement without it.
    arms = [True] * count
    other = words.text(count - 1) == "else"
    if other:
        arms[-1] = False
    found = _Before()
    first, at = 0, _behind_cut(words)
    while at < count:
        if words.text(at) == "}":
            found.items = [(0, at + 1, True)]
            end: int | None = at + 1
        elif words.text(at) == "else":
            end = at + 1
        else:
            end = words.end_of_statement(at, arms=arms)
            if end is not None:
                found.items.append((first, end, first < at))
        if end is None:
            opened = _opened(words, at)
            if opened is None:
                found.governed = not other
                break
            found.head, found.items = (first, opened + 1, first < at), []
            end = opened + 1
        first = at = end
    return found, other


def _behind_cut(words: Words) -> int:
    """Behind the parentheses that close what was opened before the hunk; 0 where there are none.

    All before them is one statement, whose beginning is not there.
    """
    closing = (i for i, word in enumerate(words.words) if word.text in (")", "]"))
    return max((i + 1 for i in closing if words.partner[i] < 0), default=0)


def _opened(words: Words, at: int) -> int | None:
    """The next brace that is not closed before the fragment."""
    places = range(at, len(words.words))
    return next((i for i in places if words.text(i) == "{" and words.partner[i] < 0), None)


def _upto(words: Words, end: int) -> Words:
    """The tokens before ``end``, paired among themselves."""
    return Words.of(words.words[:end])


def _behind(text: _Text) -> tuple[list[Item], bool]:
    """The statements behind the fragment, up to the end of its block if that is there."""
    words, at = text.words, text.end
    items: list[Item] = []
    count = len(words.words)
    while at < count:
        if words.text(at) == "}":
            return items, True
        end = words.end_of_statement(at)
        items.append(text.item(at, count if end is None else end, cut=False))
        at = count if end is None else end
    return items, False


# --- how deep ----------------------------------------------------------------------------------


def _depth(text: _Text) -> int | None:
    """The fragment's depth, by the context's indentation and the braces between.

    The body of an ``if`` without braces is indented deeper than it stands, so the least counts.
    """
    words = text.words.words
    level = [0, *accumulate((word.text == "{") - (word.text == "}") for word in words)]
    found: dict[bool, list[int]] = {True: [], False: []}
    line = -1
    for i, word in enumerate(words):
        inside = text.start <= i < text.end
        if word.line == line or not word.end or (inside and i != text.start):
            continue
        line = word.line
        columns = _columns(text.lines[line].text)
        starts = not i or words[i - 1].text in _STARTS or i == text.start
        if not starts or (columns % _TAB and i != text.start) or not columns:
            continue
        here = columns // _TAB + (word.text == "}")
        found[text.lines[line].own].append(here - level[i] + level[text.start])
    return min(found[False] or found[True], default=None)
