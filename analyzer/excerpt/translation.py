"""A piece of C read and translated, or the reason why it is not."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import CFile, parse_statements, read
from analyzer.csource.syntax import Declaration, Function, Span, Unparsed
from analyzer.excerpt.owners import parameters_of
from analyzer.excerpt.piece import Part, Piece
from analyzer.translate import (
    LP64,
    Environment,
    Model,
    Source,
    Translated,
    Untranslated,
    translate_fragment,
    translate_function,
)
from analyzer.translate.headers import Headers
from analyzer.translate.resolve import adjusted
from analyzer.translate.types import CType

_NO_TYPES: Mapping[str, CType] = {}


def translated(
    piece: Piece,
    configuration: Configuration,
    headers: Headers | None = None,
    types: Mapping[str, CType] = _NO_TYPES,
    *,
    model: Model = LP64,
) -> Translated | Untranslated | Unparsed:
    """Translate a piece. ``headers`` are a tree's, where there is one.

    ``types`` are those of names that the function around a fragment declares; what is seen of its
    header goes first. A piece with a ``refusal`` is not to be given.
    """
    first: Unparsed | None = None
    # What is around may be cut off anywhere, and then spoil the reading of the piece.
    for around in dict.fromkeys((piece.around, ())):
        source = Source(_text({**dict(around), **_own(piece)}), configuration)
        if piece.part is Part.FRAGMENT:
            # Statements by themselves are no file: what surrounds them declares, they do not.
            file = read(_text(dict(around)), piece.path)
            environment = Environment.of_file(file, model, headers)
            found = _fragment(piece, environment, source, types)
        else:
            file = read(source.text, piece.path)
            environment = Environment.of_file(file, model, headers)
            found = translate_function(_function(file, piece), environment, source)
        if not isinstance(found, Unparsed):
            return found
        first = first or found
    return first or _unread(piece, "there is nothing to read")


def types_declared(
    piece: Piece, headers: Headers | None = None, *, model: Model = LP64
) -> dict[str, CType]:
    """Return the types of the names that a fragment's own declarations declare, at its top level.

    Empty where the fragment is not read.
    """
    statements = parse_statements("\n".join(piece.text), None, piece.path, line=piece.first)
    if isinstance(statements, Unparsed):
        return {}
    file = read(_text(dict(piece.around)), piece.path)
    environment = Environment.of_file(file, model, headers)
    return {
        declared.name: environment.of_declared(declared)
        for each in statements
        if isinstance(each, Declaration)
        for declared in each.declared
        if declared.name is not None
    }


def _function(file: CFile, piece: Piece) -> Function | Unparsed:
    """The function that stands in the piece's lines, whatever else the file has of its name."""
    last = piece.first + len(piece.text) - 1
    for outline, function in zip(file.functions, file.each_function(), strict=True):
        if piece.first <= outline.span.line <= last:
            return function
    return _unread(piece, "the parser finds no function there")


def _fragment(
    piece: Piece, environment: Environment, source: Source, types: Mapping[str, CType]
) -> Translated | Untranslated | Unparsed:
    text = "\n".join(piece.text)
    statements = parse_statements(text, None, piece.path, line=piece.first)
    if isinstance(statements, Unparsed):
        return statements
    seen = {
        each.name: adjusted(environment.resolve(each.type))
        for each in parameters_of(piece.heading)
        if each.name is not None
    }
    return translate_fragment(
        piece.function,
        statements,
        piece.path,
        environment,
        _span(piece),
        source,
        {**types, **seen},
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
