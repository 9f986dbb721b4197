"""Whole functions, and pieces of functions that a patch shows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import TypeVar

from analyzer.csource.configuration import Configuration
from analyzer.csource.syntax import Block, Expr, Function, Span, Statement, Unparsed
from analyzer.translate import emit, initial, lvalue, rvalue
from analyzer.translate.conversion import convert
from analyzer.translate.environment import Environment
from analyzer.translate.jumps import JUMP
from analyzer.translate.naming import mangled
from analyzer.translate.resolve import adjusted
from analyzer.translate.result import RefusedError, Translated, Unit, Untranslated
from analyzer.translate.shapes import shape_name
from analyzer.translate.statement import block, ends
from analyzer.translate.survey import declared_names, survey
from analyzer.translate.types import Array, CType, Record, Unknown, Void
from analyzer.translate.value import Value
from analyzer.translate.writer import Again, Writer

# A pass that finds nothing new is the last; each pass finds at least one more local.
_MAX_PASSES = 20
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Source:
    """The text that spans refer to, and the configuration that its arms were picked by."""

    text: str
    configuration: Configuration = field(default_factory=Configuration)
    _lines: list[bytes] = field(default_factory=list, init=False, compare=False, repr=False)

    def __call__(self, span: Span) -> str:
        """Return the text of a span."""
        if not self._lines:
            self._lines.extend(self.text.encode("utf-8", "surrogateescape").split(b"\n"))
        lines = self._lines[span.line - 1 : span.end_line]
        if not lines:
            return ""
        lines[-1] = lines[-1][: span.end_column]
        lines[0] = lines[0][span.column :]
        return b"\n".join(lines).decode("utf-8", "surrogateescape")


def translate_function(
    function: Function | Unparsed, environment: Environment, source: Source
) -> Translated | Untranslated | Unparsed:
    """Translate a function; what could not be read is returned as it is."""
    if isinstance(function, Unparsed):
        return function
    return _whole(
        Piece(function.name, function.path, function.span, source, environment),
        lambda w: _function(w, function),
    )


def translate_fragment(
    name: str,
    statements: Sequence[Statement],
    path: str,
    environment: Environment,
    span: Span,
    source: Source,
    types: Mapping[str, CType] | None = None,
) -> Translated | Untranslated:
    """Translate statements that stand alone, such as what a hunk adds to a function.

    Names that nothing declares become parameters, of the ``types`` that are known of the function
    around, and of unknown types otherwise; see ``Translated.names`` and ``Translated.cells``. A
    name of ``types`` hides what is declared outside. The result is a tuple: how
    the fragment is left (``"falls"``, ``"break"``, ``"continue"``, ``"return"``, ``"goto"``), the
    value returned, the label or None, and the parameters that it assigns to, in order.
    """
    from analyzer.translate.fragment import fragment

    body = Block(span, tuple(statements))
    return _whole(
        Piece(name, path, span, source, environment), lambda w: fragment(w, body, span, types or {})
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of C to translate: what it is called, where it stands, what it may refer to."""

    name: str
    path: str
    span: Span
    source: Source
    environment: Environment

    def untranslated(self, reason: str, span: Span | None = None) -> Untranslated:
        """Say why it is not translated."""
        at = span or self.span
        return Untranslated(self.name, self.path, at, reason, self.source(at)[:_EXCERPT])


@dataclass(frozen=True, slots=True)
class Definition:
    """A function written: its tree without a place, and what it takes and returns.

    ``names``, ``changed`` and ``cells`` are as in ``Translated``.
    """

    tree: ast.FunctionDef
    parameters: tuple[CType, ...]
    returns: CType
    names: tuple[str, ...]
    changed: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()


_Written = TypeVar("_Written")


def attempt(
    piece: Piece, write: Callable[[Writer], _Written]
) -> tuple[_Written, Writer] | Untranslated:
    """Write a piece, again and again until it is known whose address is taken."""
    again = Again()
    try:
        for _ in range(_MAX_PASSES):
            known = again.size
            w = Writer(piece.name, piece.path, piece.environment, again, piece.source)
            written = write(w)
            if again.size == known:
                return written, w
    except RefusedError as error:
        return piece.untranslated(error.reason, error.span)
    except RecursionError:
        return piece.untranslated("nested too deeply")
    return piece.untranslated("too many locals whose address is taken")


def unit_of(
    piece: Piece, w: Writer, statements: Sequence[ast.stmt], python_name: str
) -> Unit | Untranslated:
    """Compile what was written; ``w.statics`` is filled in later."""
    try:
        code = _compiled(statements, piece)
        setup = _compiled(w.statics, piece) if w.statics else None
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return piece.untranslated(f"Python does not take it: {error}")
    return Unit(piece.name, python_name, code, setup, w.constants, tuple(w.needs.values()))


def _compiled(statements: Sequence[ast.stmt], piece: Piece) -> CodeType:
    module = ast.Module(list(statements), [])
    for each in statements:
        emit.stamped(each, piece.span)
    return compile(module, piece.path, "exec", dont_inherit=True)


def _whole(piece: Piece, write: Callable[[Writer], Definition]) -> Translated | Untranslated:
    found = attempt(piece, write)
    if isinstance(found, Untranslated):
        return found
    written, w = found
    unit = unit_of(piece, w, [written.tree], written.tree.name)
    if isinstance(unit, Untranslated):
        return unit
    return Translated(
        piece.name,
        piece.path,
        piece.span,
        written.parameters,
        written.returns,
        written.tree,
        tuple(w.statics),
        unit,
        tuple(w.notes),
        written.names,
        written.changed,
        written.cells,
    )


def _function(w: Writer, function: Function) -> Definition:
    span = function.span
    returns = rvalue.resolved(w, function.returns)
    w.named_type(function.returns.specifier, function.returns.span)
    w.returns = returns
    w.leave = lambda value, at: _return(w, value, at)
    with w.captured() as written:
        names, kinds = _parameters(w, function)
        w.names = declared_names(function)
        w.survey = survey(w, function.body)
        w.labels = w.survey.labels
        with w.captured() as body:
            block(w, function.body)
        if w.jumping:
            w.write(emit.assign(JUMP, emit.number(0)), span)
        w.extend(body)
        if not isinstance(returns, Void) and not ends(written[-1] if written else None):
            w.write(emit.leave(emit.name("_unset")), span)
    if w.calls:
        # A function without calls takes no more steps than its loops do.
        written.insert(0, emit.stamped(emit.evaluate(emit.call("_tick")), span))
    written[:0] = w.unwritten(written)
    tree = emit.define(mangled(function.name), names, written)
    called = tuple(each.name or "" for each in function.parameters)
    return Definition(tree, kinds, returns, called)


def _parameters(w: Writer, function: Function) -> tuple[list[str], tuple[CType, ...]]:
    if function.variadic:
        raise w.refused("takes a variable number of arguments", function.span)
    names: list[str] = []
    kinds: list[CType] = []
    written = [each.name for each in function.parameters if each.name is not None]
    if len(set(written)) < len(written):
        raise w.refused("two parameters of one name", function.span)
    for number, each in enumerate(function.parameters):
        kind = adjusted(rvalue.resolved(w, each.type))
        w.named_type(each.type.specifier, each.span)
        if isinstance(kind, Unknown | Array):
            raise w.refused(f"the type of the parameter {each.name}", each.span)
        variable = w.declare(each.name or f"unnamed_{number}", kind)
        names.append(variable.python)
        kinds.append(kind)
        if variable.cell and not isinstance(kind, Record):
            _into_cell(w, variable.python, kind, each.span)
    return names, tuple(kinds)


def _into_cell(w: Writer, python: str, kind: CType, span: Span) -> None:
    """Move a parameter whose address is taken to where a pointer can lead."""
    given = w.spilled(emit.name(python), span)
    cell = emit.call("_cell", emit.name(shape_name(w, kind, span)))
    w.write(emit.assign(python, cell), span)
    lvalue.store(w, initial.place_of(python, kind), Value(given, kind), span)


def _return(w: Writer, value: Expr | None, span: Span) -> None:
    returns = w.returns
    assert returns is not None
    if value is None:
        w.write(emit.leave(None if isinstance(returns, Void) else emit.name("_unset")), span)
        return
    if isinstance(returns, Void):
        rvalue.full_effects(w, value)
        w.write(emit.leave(None), span)
        return
    found = convert(w, rvalue.full(w, value), returns, span)
    code = found.code
    if isinstance(returns, Record) and not found.fresh:
        code = emit.call("_copy", code)
    w.write(emit.leave(code), span)
