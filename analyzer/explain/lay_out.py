"""A piece of C read, translated and laid beside its Python; or the reason why it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from analyzer.csource.configuration import Configuration
from analyzer.csource.syntax import Unparsed
from analyzer.excerpt.decide import symbols_in
from analyzer.excerpt.piece import Part, Piece, Refusal
from analyzer.excerpt.translation import translated
from analyzer.explain.legend import helpers_in
from analyzer.explain.python import PythonLine, python_lines
from analyzer.explain.rows import side_by_side
from analyzer.report.listing import Left, Listing, Row
from analyzer.translate.headers import Headers
from analyzer.translate.result import Translated, Untranslated

_MODEL_SAID = "long and pointers have 64 bits (LP64)"
_FRAGMENT_SAID = (
    "a fragment takes the names that it does not declare, and returns how it is left ('falls' off "
    "its end, 'break', 'continue', 'return'), the value, and what it assigned to them"
)
_TOO_DEEP = "it is nested too deeply to be printed"


@dataclass(frozen=True, slots=True)
class World:
    """What pieces are read in: a configuration, and the headers of a tree where there is one.

    ``taken`` are the symbols whose values were taken for granted, ``taken_said`` is how.
    """

    configuration: Configuration
    headers: Headers | None
    taken: tuple[str, ...]
    taken_said: str


def listing_of(piece: Piece, world: World) -> Listing:
    """Explain one piece."""
    listing = Listing(
        piece.function,
        piece.path,
        piece.source,
        piece.part,
        tuple(Row(number, text) for number, text in _numbered(piece)),
        notes=(*(f"it stands under {one}" for one in piece.conditions), *piece.notes),
        assumptions=(*piece.assumptions, *_taken(piece, world)),
    )
    if piece.refusal is not None:
        return _refused(listing, piece.refusal)
    found = translated(piece, world.configuration, world.headers)
    match found:
        case Translated():
            return _explained(listing, piece, found)
        case Untranslated(span=span, reason=reason, text=text):
            return _refused(listing, Refusal(f"not translated: {reason}", span.line, text))
        case Unparsed(span=span, reason=reason, text=text):
            return _refused(listing, Refusal(f"not read: {reason}", span.line, text))
        case _:
            assert_never(found)


def _taken(piece: Piece, world: World) -> list[str]:
    """What was taken for granted of the symbols that bear on the piece."""
    about = symbols_in("\n".join((*piece.conditions, *piece.lines)))
    return [f"CONFIG_{one} {world.taken_said}" for one in world.taken if one in about]


def _numbered(piece: Piece) -> list[tuple[int | None, str]]:
    """The lines that are shown; those that are in no file have no number."""
    real = len(piece.lines) - piece.closed
    return [(piece.first + i if i < real else None, text) for i, text in enumerate(piece.lines)]


def _refused(listing: Listing, refusal: Refusal) -> Listing:
    if refusal.line is None:
        return replace(listing, refusal=refusal)
    rows = tuple(replace(row, marked=row.line == refusal.line) for row in listing.rows)
    marked = [row.c.strip() for row in rows if row.marked]
    text = refusal.text or (marked[0] if marked else "")
    return replace(listing, rows=rows, refusal=replace(refusal, text=text))


def _explained(listing: Listing, piece: Piece, found: Translated) -> Listing:
    c = dict(enumerate(piece.lines, piece.first))
    try:
        python = python_lines((*found.statics, found.tree), c)
    except RecursionError:
        return _refused(listing, Refusal(_TOO_DEEP, found.span.line))
    fragment = piece.part is Part.FRAGMENT
    needs = dict.fromkeys((one.name, one.use.value) for one in found.needs)
    return replace(
        listing,
        rows=side_by_side(_numbered(piece), _placed(python, piece)),
        needs=tuple(Left(name, use) for name, use in needs),
        helpers=helpers_in((*found.statics, found.tree)),
        notes=(*listing.notes, *found.notes, *([_FRAGMENT_SAID] if fragment else [])),
        assumptions=(*listing.assumptions, _MODEL_SAID),
    )


def _placed(python: Sequence[PythonLine], piece: Piece) -> list[PythonLine]:
    """A line of Python that means something outside of what is shown has no place of its own."""
    last = piece.first + len(piece.lines) - piece.closed - 1
    return [
        one if one.line is None or piece.first <= one.line <= last else replace(one, line=None)
        for one in python
    ]
