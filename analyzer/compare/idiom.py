"""Token patterns of the facts, looked for in the C that a patch leaves behind."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.csource import Token, code_tokens, starts_in_comment
from analyzer.patch.lines import Hunk, Line, Mark
from analyzer.upstream import Conditions, Pattern, Wild

_OPEN = frozenset("([")
_CLOSE = frozenset(")]")
# A line in the first column that begins a declaration; a label does not.
_DECLARATION = re.compile(r"[A-Za-z_]\w*(?!\w|\s*:)")


@dataclass(frozen=True, slots=True)
class Piece:
    """The code of one function as far as a hunk shows it.

    ``numbers`` are the input lines of its lines; a line that was put back has that of the line
    before it. ``ends`` says for each token where the bracket around it closes (the index of the
    closing token), ``gaps`` are the tokens before which lines of unknown text were lost.
    """

    tokens: tuple[Token, ...]
    numbers: tuple[int, ...]
    ends: tuple[int, ...]
    gaps: frozenset[int]

    def number(self, at: int) -> int:
        """The input line of token ``at``."""
        return self.numbers[self.tokens[at].line - 1]


def pieces(hunk: Hunk) -> tuple[Piece, ...]:
    """Split a hunk's new side into functions.

    One ends at a ``}`` in the first column; where that was lost, before the next line that
    leaves the indentation for a declaration.
    """
    out: list[Piece] = []
    run: list[tuple[Line, int]] = []
    number, before = hunk.number, ""
    for line in hunk.lines:
        if line.mark is Mark.REMOVED:
            continue
        number = line.number or number
        if run and before[:1].isspace() and _DECLARATION.match(line.text):
            out.append(_piece(run))
            run = []
        run.append((line, number))
        before = line.text if line.text.strip() else before
        if line.text.startswith("}"):
            out.append(_piece(run))
            run = []
    if run:
        out.append(_piece(run))
    return tuple(out)


def _piece(run: list[tuple[Line, int]]) -> Piece:
    text = "\n".join(line.text for line, _number in run)
    code = code_tokens(text, in_comment=starts_in_comment(text))
    gaps, line = set(), 1
    for at, token in enumerate(code):
        if any(run[i][0].after_gap for i in range(line, token.line)):
            gaps.add(at)
        line = token.line
    numbers = tuple(number for _line, number in run)
    return Piece(tuple(code), numbers, _ends(code), frozenset(gaps))


def _ends(code: list[Token]) -> tuple[int, ...]:
    ends: list[int] = []
    closing = [len(code)]
    for at in range(len(code) - 1, -1, -1):
        if code[at].text in _CLOSE:
            ends.append(at)
            closing.append(at)
        else:
            if code[at].text in _OPEN and len(closing) > 1:
                closing.pop()
            ends.append(closing[-1])
    return tuple(reversed(ends))


def find(pattern: Pattern, piece: Piece, *, over_gaps: bool = False) -> int | None:
    """Return the index of the first token of the pattern's first match, or None.

    What stands on both sides of a gap is one match only where ``over_gaps``, or where the gap
    lies in what ``...`` stands for.
    """
    starts = range(len(piece.tokens))
    return next((at for at in starts if _matches(pattern, piece, at, over_gaps)), None)


def _matches(pattern: Pattern, piece: Piece, start: int, over_gaps: bool) -> bool:
    at, skipped = start, True
    for element in pattern.elements:
        if element is Wild.REST:
            at = piece.ends[at] if at < len(piece.ends) else at
            skipped = True
            continue
        if at >= len(piece.tokens):
            return False
        if isinstance(element, tuple) and piece.tokens[at].text not in element:
            return False
        if at in piece.gaps and not (over_gaps or skipped):
            return False
        at, skipped = at + 1, False
    return True


def where_met(conditions: Conditions, found: tuple[Piece, ...]) -> int | None:
    """The input line of the first pattern in the first function that meets all conditions.

    One function must show every pattern of ``code`` and none of ``missing_code``. None where no
    function does, or where there is no pattern to look for. Lost lines are read against the
    patch: they neither hide what concerns it nor make up what would excuse it.
    """
    if not conditions.code:
        return None
    for piece in found:
        hits = [find(pattern, piece, over_gaps=True) for pattern in conditions.code]
        if any(hit is None for hit in hits):
            continue
        if any(find(pattern, piece) is not None for pattern in conditions.missing_code):
            continue
        return piece.number(hits[0] or 0)
    return None


def shown(patterns: tuple[Pattern, ...], found: tuple[Piece, ...]) -> int | None:
    """The input line at which the code shows one of the patterns; None where it shows none."""
    for piece in found:
        for pattern in patterns:
            at = find(pattern, piece)
            if at is not None:
                return piece.number(at)
    return None
