"""SM-2: what the added C calls, with how many arguments, and what the target has of it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.compare.idiom import Piece, pieces
from analyzer.csource import Kind
from analyzer.finding import Evidence
from analyzer.patch.lines import FilePatch, Mark
from analyzer.review.case import Case
from analyzer.source import Place, Side

_MOST = 60
_OPEN = ("(", "[", "{")
_CLOSE = (")", "]", "}")
# Words that stand before a bracket and call nothing.
_NO_CALL = frozenset(
    (
        *("if", "while", "for", "switch", "return", "sizeof", "typeof", "__typeof__", "defined"),
        *("__attribute__", "do", "else", "case", "goto", "_Alignof", "__alignof__", "asm"),
    )
)
# Words before a name that leave it a call; any other word is its type, so that it is declared.
_BEFORE_CALL = frozenset(("return", "else", "do", "case"))


def callees(case: Case) -> tuple[Evidence, ...]:
    """Every function or macro that added lines of C call, with its numbers of arguments.

    Those that the patch itself defines are left out. Each at the input line of its first call.
    """
    defined: set[str] = set()
    arities: dict[str, dict[int, None]] = {}
    lines: dict[str, int] = {}
    for file in case.mended.files:
        for name, count, line in _calls(file, defined):
            arities.setdefault(name, {})[count] = None
            lines.setdefault(name, line)
    names = [name for name in arities if name not in defined]
    shown = tuple(
        Evidence(f"{name}({_arguments(arities[name])})", Place(Side.INPUT, line=lines[name]))
        for name in names[:_MOST]
    )
    more = len(names) - _MOST
    return (*shown, Evidence(f"{more} more callees")) if more > 0 else shown


def _arguments(counts: dict[int, None]) -> str:
    said = " or ".join(map(str, sorted(counts)))
    return f"{said} argument{'' if set(counts) == {1} else 's'}"


def _calls(file: FilePatch, defined: set[str]) -> Iterator[tuple[str, int, int]]:
    """Name, number of arguments and input line of each call; what is declared is noted."""
    if not file.path.endswith((".c", ".h")):
        return
    for hunk in file.hunks:
        added = {line.number for line in hunk.lines if line.mark is Mark.ADDED}
        for piece in pieces(hunk):
            yield from _in_piece(piece, added, defined)


def _in_piece(
    piece: Piece, added: set[int | None], defined: set[str]
) -> Iterator[tuple[str, int, int]]:
    tokens = piece.tokens
    for at, count, outside in _brackets(piece):
        name, before = tokens[at], tokens[at - 1] if at else None
        if name.kind is not Kind.NAME or name.text in _NO_CALL:
            continue
        typed = before is not None and before.kind is Kind.NAME and before.text not in _BEFORE_CALL
        # Outside of every brace, a star before the name is that of the type which it returns.
        if typed or (outside and before is not None and before.text == "*"):
            defined.add(name.text)
        elif piece.number(at) in added:
            yield name.text, count, piece.number(at)


def _brackets(piece: Piece) -> list[tuple[int, int, bool]]:
    """The token before each round bracket, the number of arguments, and whether no brace is open.

    In the order of the brackets' ends; one pass, whatever is left open.
    """
    found: list[tuple[int, int, bool]] = []
    open_at: list[tuple[int, int]] = []
    for at, token in enumerate(piece.tokens):
        if token.text in _OPEN:
            open_at.append((at, 0))
        elif token.text in _CLOSE and open_at:
            begin, commas = open_at.pop()
            if piece.tokens[begin].text == "(" and begin:
                count = 0 if at == begin + 1 else commas + 1
                found.append((begin - 1, count, not open_at))
        elif token.text == "," and open_at:
            open_at[-1] = (open_at[-1][0], open_at[-1][1] + 1)
    return sorted(found)
