"""Token patterns of the facts, looked for in the C that a patch leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.csource import Token, code_tokens, starts_in_comment
from analyzer.patch.lines import Hunk, Mark
from analyzer.upstream import Conditions, Pattern, Wild

_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Piece:
    """The code of one function as far as a hunk shows it; ``numbers`` are input lines."""

    tokens: tuple[Token, ...]
    numbers: tuple[int | None, ...]

    def number(self, at: int) -> int | None:
        """The input line of token ``at``."""
        return self.numbers[self.tokens[at].line - 1]


def pieces(hunk: Hunk) -> tuple[Piece, ...]:
    """Split a hunk's new side into functions: one ends at a ``}`` in the first column."""
    out: list[Piece] = []
    run: list[tuple[str, int | None]] = []
    for line in hunk.lines:
        if line.mark is Mark.REMOVED:
            continue
        run.append((line.text, line.number))
        if line.text.startswith("}"):
            out.append(_piece(run))
            run = []
    if run:
        out.append(_piece(run))
    return tuple(out)


def _piece(run: list[tuple[str, int | None]]) -> Piece:
    text = "\n".join(text for text, _number in run)
    code = code_tokens(text, in_comment=starts_in_comment(text))
    return Piece(tuple(code), tuple(number for _text, number in run))


def find(pattern: Pattern, piece: Piece) -> int | None:
    """Return the index of the first token of the pattern's first match, or None."""
    return next((at for at in range(len(piece.tokens)) if _matches(pattern, piece, at)), None)


def _matches(pattern: Pattern, piece: Piece, at: int) -> bool:
    for element in pattern.elements:
        if element is Wild.REST:
            at = _closing(piece, at)
            continue
        if at >= len(piece.tokens):
            return False
        if isinstance(element, tuple) and piece.tokens[at].text not in element:
            return False
        at += 1
    return True


def _closing(piece: Piece, at: int) -> int:
    """The index of the bracket that closes the one that ``at`` stands in."""
    depth = 0
    while at < len(piece.tokens):
        text = piece.tokens[at].text
        if text in _CLOSE:
            if depth == 0:
                return at
            depth -= 1
        depth += text in _OPEN
        at += 1
    return at


def where_met(conditions: Conditions, found: tuple[Piece, ...]) -> int | None:
    """The input line of the first pattern in the first function that meets all conditions.

    One function must show every pattern of ``code`` and none of ``missing_code``. None where no
    function does, or where there is no pattern to look for.
    """
    if not conditions.code:
        return None
    for piece in found:
        hits = [find(pattern, piece) for pattern in conditions.code]
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
