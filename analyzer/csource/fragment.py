"""Pieces of C read by themselves: an expression, statements, a type, a declaration, a function.

A piece is put into a frame that makes a file of it, and the frame has to come back around exactly
this piece. A lone name may be a typedef's wherever C allows both a type and a value there, in
arguments and behind ``sizeof`` and ``typeof``: it is a ``Name`` unless the text or its spelling
shows that it is a type, and who knows all declarations decides.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import TypeVar

from analyzer.csource.convert import MAX_DEPTH, NotReadError, OnePlace, Places, Source
from analyzer.csource.convert_stmt import StatementReader
from analyzer.csource.mask import Directive, mask
from analyzer.csource.parse import Broken, Raw, parse
from analyzer.csource.rewrite import rewrite
from analyzer.csource.syntax import (
    Declaration,
    Expr,
    Function,
    FunctionOf,
    Name,
    Span,
    Statement,
    TypeName,
    Unparsed,
)

_EXPRESSION = (b"int x=(", b");")
_TYPE = (b"int x=(", b")0;")
_STATEMENTS = (b"void f(void){", b"}")
_MEMBER = (b"struct x{", b";};")
_UNFRAMED = (b"", b"")
_BEFORE_FUNCTION = frozenset(("storage_class_specifier", "type_qualifier"))

# A piece within a piece costs more of Python's stack, and of time, than a level of one.
_NESTING = 16

_T = TypeVar("_T")


def encoded(text: str) -> bytes:
    """The bytes of a text, whose offsets spans are made of."""
    return text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "replace")


def _is_escaped(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Known:
    """What the text around a piece declares: names of types, and of anything else."""

    types: Container[str] = frozenset()
    values: Container[str] = frozenset()


NOTHING_KNOWN = Known()


def parse_expression(
    text: str,
    span: Span | None,
    path: str,
    *,
    line: int = 1,
    column: int = 0,
    known: Known = NOTHING_KNOWN,
) -> Expr | Unparsed:
    """Read an expression.

    Its nodes stand at ``span``, or, without one, where they are in a text that begins at ``line``
    and ``column`` of the file.
    """
    return _read(text, span, path, (line, column), known, expression_in)


def parse_statements(
    text: str,
    span: Span | None,
    path: str,
    *,
    line: int = 1,
    column: int = 0,
    known: Known = NOTHING_KNOWN,
) -> tuple[Statement, ...] | Unparsed:
    """Read statements; places as for ``parse_expression``."""
    return _read(text, span, path, (line, column), known, statements_in)


def parse_type(
    text: str,
    span: Span | None,
    path: str,
    *,
    line: int = 1,
    column: int = 0,
    known: Known = NOTHING_KNOWN,
) -> TypeName | Unparsed:
    """Read a type as it stands in a cast; places as for ``parse_expression``."""
    return _read(text, span, path, (line, column), known, type_in)


def _read(
    text: str,
    span: Span | None,
    path: str,
    at: tuple[int, int],
    known: Known,
    reading: Callable[[Source, int, int, dict[int, Directive]], _T],
) -> _T | Unparsed:
    data = encoded(text)
    masked = mask(data)
    places = Places(data, *at) if span is None else OnePlace(span)
    source = Source(data, masked.data, path, places, known.types, known.values)
    try:
        return reading(source, 0, len(data), masked.directives)
    except NotReadError as error:
        return Unparsed(places.span(error.at, error.at), path, "", error.reason, text)


class PieceReader(StatementReader):
    """Reads a piece, and pieces of it that the rewrite has set aside."""

    def type_at(self, start: int, end: int) -> TypeName:
        """Read a type from bytes of this piece."""
        return type_in(self.source, start + self.base, end + self.base, {}, self.depth + _NESTING)

    def value_at(self, start: int, end: int) -> Expr:
        """Read an expression from bytes of this piece."""
        return expression_in(
            self.source, start + self.base, end + self.base, {}, self.depth + _NESTING
        )

    def operand_at(self, start: int, end: int) -> Expr | TypeName:
        """Read a value or a type from bytes of this piece."""
        start, end = start + self.base, end + self.base
        try:
            value = expression_in(self.source, start, end, {}, self.depth + _NESTING)
        except NotReadError:
            return type_in(self.source, start, end, {}, self.depth + _NESTING)
        if isinstance(value, Name) and self.is_type(value.name) and not self.is_value(value.name):
            return self.named_type(value)
        return value

    def member_from(self, text: str, node: Raw) -> Declaration:
        """Read a member from text that stands for a node."""
        data = encoded(text)
        places = OnePlace(self.span(node))
        source = Source(data, mask(data).data, self.source.path, places, self.source.types)
        try:
            reader, struct = _framed(source, 0, len(data), _MEMBER, {}, depth=self.depth + _NESTING)
            body = reader.field(struct, "body")
            result = reader.member(reader.inner(body))
            reader.check()
        except NotReadError as error:
            raise self.fail(error.reason, node) from None
        return result

    def function(self, node: Raw, name: str) -> Function:
        """Read a function's definition."""
        storage = {
            self._storage(child) for child in node.children if child.kind.startswith("storage")
        }
        known = ("type", "declarator", "body")
        for child in node.children:
            if child.field not in known and child.kind not in _BEFORE_FUNCTION:
                raise self.fail(f"a {child.kind.replace('_', ' ')} before a function", child)
        declarator = self.field(node, "declarator")
        found, shape = self.declarator(declarator)
        if not shape or not isinstance(shape[0], FunctionOf) or found is None:
            raise self.fail("no parameters", declarator)
        if found != name and not name.endswith(f"sys_{found}"):
            raise self.fail(f"taken for a function {found!r}", declarator)
        kind = self.field(node, "type")
        returns = TypeName(self.span(kind), self.specifier(kind), shape[1:])
        body = self.block(self.field(node, "body"))
        takes = shape[0]
        span, path = self.span(node), self.source.path
        return Function(
            span, path, name, frozenset(storage), returns, takes.parameters, takes.variadic, body
        )


def _framed(
    source: Source,
    start: int,
    end: int,
    frame: tuple[bytes, bytes],
    directives: dict[int, Directive],
    *,
    body: int = -1,
    depth: int = 0,
) -> tuple[PieceReader, Raw]:
    """Read the bytes of a source within a frame: who reads on, and the one thing it is."""
    if depth > MAX_DEPTH:
        raise NotReadError("nested too deeply", start)
    before, behind = frame
    data = before + source.masked[start:end] + behind
    base = start - len(before)
    here = {at - base: each for at, each in directives.items() if start <= at < end}
    rewritten = rewrite(data, body=body, types=source.types, directives=here)
    tree = parse(rewritten.data)
    if isinstance(tree, Broken) and frame == _UNFRAMED:
        wider = rewrite(data, body=body, types=source.types, directives=here, wider=True)
        again = parse(wider.data)
        if not isinstance(again, Broken):
            rewritten, tree = wider, again
    if isinstance(tree, Broken):
        at = min(max(tree.offset + base, start), end)
        raise NotReadError(tree.reason, at)
    reader = PieceReader(source, rewritten, base, depth)
    if len(tree.children) != 1:
        raise NotReadError(f"{len(tree.children)} things where one belongs", start)
    return reader, tree.children[0]


def _value(node: Raw, start: int, end: int) -> Raw | None:
    """The initializer in the frame of a declaration, if it is all of the piece."""
    while node.kind in ("declaration", "init_declarator"):
        last = node.children[-1]
        if last.field not in ("declarator", "value"):
            return None
        node = last
    return node if (node.start, node.end) == (start, end) else None


def expression_in(
    source: Source, start: int, end: int, directives: dict[int, Directive], depth: int = 0
) -> Expr:
    """Read an expression from bytes of a source; raises ``NotReadError``."""
    reader, node = _framed(source, start, end, _EXPRESSION, directives, depth=depth, body=0)
    before = len(_EXPRESSION[0]) - 1
    value = _value(node, before, before + end - start + 2)
    if value is None or len(value.children) != 1 or value.kind != "parenthesized_expression":
        raise NotReadError("not an expression", start)
    if value.children[0].kind == "compound_statement":
        raise NotReadError("not an expression", start)
    result = reader.expression(value.children[0])
    reader.check()
    return result


def type_in(
    source: Source, start: int, end: int, directives: dict[int, Directive], depth: int = 0
) -> TypeName:
    """Read a type from bytes of a source; raises ``NotReadError``."""
    reader, node = _framed(source, start, end, _TYPE, directives, depth=depth)
    before = len(_TYPE[0]) - 1
    value = _value(node, before, before + end - start + 3)
    if value is None or value.kind != "cast_expression":
        raise NotReadError("not a type", start)
    result = reader.type_name(reader.field(value, "type"))
    reader.check()
    return result


def statements_in(
    source: Source, start: int, end: int, directives: dict[int, Directive], depth: int = 0
) -> tuple[Statement, ...]:
    """Read statements from bytes of a source; raises ``NotReadError``."""
    before = len(_STATEMENTS[0]) - 1
    reader, node = _framed(source, start, end, _STATEMENTS, directives, body=before, depth=depth)
    block = node.children[-1]
    if (block.start, block.end) != (before, before + end - start + 2):
        raise NotReadError("a brace that closes nothing", start)
    result = reader.statements(block.children, block)
    reader.check()
    return result


def function_in(
    source: Source, start: int, end: int, brace: int, name: str, directives: dict[int, Directive]
) -> Function:
    """Read a function from bytes of a source; raises ``NotReadError``."""
    reader, node = _framed(source, start, end, _UNFRAMED, directives, body=brace - start)
    if node.kind != "function_definition":
        raise NotReadError("not a function", start)
    result = reader.function(node, name)
    reader.check()
    return result


def declaration_in(
    source: Source, start: int, end: int, brace: int, directives: dict[int, Directive]
) -> Declaration:
    """Read a declaration from bytes of a source; raises ``NotReadError``."""
    ended = source.masked[end - 1 : end] == b";"
    frame = _UNFRAMED if ended else (b"", b";")
    reader, node = _framed(
        source, start, end, frame, directives, body=_initializer(source, start, end)
    )
    if node.kind in ("struct_specifier", "union_specifier", "enum_specifier"):
        result = Declaration(reader.span(node), frozenset(), reader.specifier(node), ())
    elif node.kind in ("declaration", "type_definition"):
        result = reader.declaration(node)
    else:
        raise NotReadError(f"a {node.kind.replace('_', ' ')} where a declaration belongs", start)
    reader.check()
    return result


def _initializer(source: Source, start: int, end: int) -> int:
    at = source.masked.find(b"=", start, end)
    return at - start if at >= 0 else -1
