"""A piece of C read, translated and laid beside its Python; or the reason why it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import CFile, parse_statements, read
from analyzer.csource.syntax import Function, Span, Unparsed
from analyzer.explain.decide import symbols_in
from analyzer.explain.legend import helpers_in
from analyzer.explain.owners import parameters_of
from analyzer.explain.piece import Piece
from analyzer.explain.python import PythonLine, python_lines
from analyzer.explain.rows import side_by_side
from analyzer.report.listing import Left, Listing, Part, Refusal, Row
from analyzer.translate import (
    LP64,
    Environment,
    Source,
    Translated,
    Untranslated,
    translate_fragment,
    translate_function,
)
from analyzer.translate.headers import Headers
from analyzer.translate.resolve import adjusted

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
    found = _translated(piece, world)
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


def _translated(piece: Piece, world: World) -> Translated | Untranslated | Unparsed:
    first: Unparsed | None = None
    # What is around may be cut off anywhere, and then spoil the reading of the piece.
    for around in dict.fromkeys((piece.around, ())):
        source = Source(_text({**dict(around), **_own(piece)}), world.configuration)
        if piece.part is Part.FRAGMENT:
            found = _fragment(piece, around, world, source)
        else:
            file = read(source.text, piece.path)
            environment = Environment.of_file(file, LP64, world.headers)
            found = translate_function(_function(file, piece), environment, source)
        if not isinstance(found, Unparsed):
            return found
        first = first or found
    return first or _unread(piece, "there is nothing to read")


def _function(file: CFile, piece: Piece) -> Function | Unparsed:
    """The function that stands in the piece's lines, whatever else the file has of its name."""
    last = piece.first + len(piece.text) - 1
    for outline, function in zip(file.functions, file.each_function(), strict=True):
        if piece.first <= outline.span.line <= last:
            return function
    return _unread(piece, "the parser finds no function there")


def _fragment(
    piece: Piece, around: tuple[tuple[int, str], ...], world: World, source: Source
) -> Translated | Untranslated | Unparsed:
    text = "\n".join(piece.text)
    statements = parse_statements(text, None, piece.path, line=piece.first)
    if isinstance(statements, Unparsed):
        return statements
    # Statements by themselves are no file: what surrounds them declares, they do not.
    file = read(_text(dict(around)), piece.path)
    environment = Environment.of_file(file, LP64, world.headers)
    types = {
        each.name: adjusted(environment.resolve(each.type))
        for each in parameters_of(piece.heading)
        if each.name is not None
    }
    return translate_fragment(
        piece.function, statements, piece.path, environment, _span(piece), source, types
    )


def _span(piece: Piece) -> Span:
    """The piece's code, from its first line that has any to its last."""
    places = [i for i, line in enumerate(piece.text) if line.strip()] or [0]
    return Span(piece.first + places[0], 0, piece.first + places[-1], len(piece.text[places[-1]]))


def _own(piece: Piece) -> dict[int, str]:
    return dict(enumerate(piece.text, piece.first))


def _text(lines: Mapping[int, str]) -> str:
    """A text with lines where the file has them."""
    return "\n".join(lines.get(i, "") for i in range(1, max(lines, default=0) + 1)) + "\n"


def _unread(piece: Piece, reason: str) -> Unparsed:
    return Unparsed(_span(piece), piece.path, piece.function, reason, "")
