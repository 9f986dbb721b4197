"""Initializers, compound literals, and the shapes of what they fill."""

from __future__ import annotations

from collections import deque

from analyzer.csource.syntax import (
    Declared,
    Expr,
    IndexRange,
    Initializers,
    Item,
    Literal,
    Span,
    String,
)
from analyzer.translate import emit, lvalue, rvalue
from analyzer.translate.constant import evaluate, text_bytes
from analyzer.translate.conversion import convert, named
from analyzer.translate.lvalue import Element, Local, Object, Place
from analyzer.translate.shapes import shape_name
from analyzer.translate.types import Array, CType, Integer, Pointer, Record
from analyzer.translate.value import Value, constant
from analyzer.translate.writer import Writer

# GNU C's ``[first ... last]`` is written out.
_LONGEST_RANGE = 4096


def char(w: Writer) -> Integer:
    """Return ``char``."""
    return Integer("char", 8, w.environment.model.char_signed, 1)


def initialize_static(
    w: Writer, at: Place, initial: Expr | Initializers | None, span: Span
) -> None:
    """Fill a static object: what is not initialized is zero, as an aggregate is from the start."""
    if initial is not None:
        initialize(w, at, initial, span)
    elif not isinstance(at.type, Array | Record):
        zero = constant(0, w.environment.model.int)
        lvalue.store(w, at, convert(w, zero, at.type, span), span)


def elements(w: Writer, at: Place, of: CType, index: int, span: Span) -> Place:
    """Return the place of an array's element."""
    pointer = Value(lvalue.load(w, at, span).code, Pointer(of))
    number = w.environment.model.int
    return lvalue.pointed(w, pointer, constant(index, number), span)


def initialize(w: Writer, at: Place, initial: Expr | Initializers, span: Span) -> None:
    """Fill a place that was made zero (an aggregate), or that holds nothing yet (a scalar)."""
    kind = at.type
    if isinstance(initial, Initializers):
        if isinstance(kind, Array | Record):
            _fill(w, at, deque(initial.items), span, braced=True)
        elif len(initial.items) == 1 and not initial.items[0].designators:
            initialize(w, at, initial.items[0].value, span)
        else:
            raise w.refused(f"an initializer of {named(kind)}", initial.span)
    elif isinstance(kind, Array):
        _text(w, at, kind, initial, span)
    else:
        value = convert(w, rvalue.full(w, initial), kind, initial.span)
        lvalue.store(w, at, value, span)


def _text(w: Writer, at: Place, kind: Array, initial: Expr, span: Span) -> None:
    data = text_bytes(initial) if isinstance(initial, String) else None
    if data is None or not isinstance(kind.of, Integer) or kind.of.bits != 8:
        raise w.refused(f"an initializer of {named(kind)}", initial.span)
    for index, byte in enumerate(data[: kind.length]):
        lvalue.store(w, elements(w, at, kind.of, index, span), constant(byte, kind.of), span)


def _fill(w: Writer, at: Place, items: deque[Item], span: Span, *, braced: bool) -> None:
    """Take from ``items`` what fills an aggregate; without braces of its own only that (6.7.9)."""
    kind = at.type
    if isinstance(kind, Record):
        _fill_record(w, at, kind, items, span, braced=braced)
    elif isinstance(kind, Array):
        _fill_array(w, at, kind, items, span, braced=braced)


def _fill_record(
    w: Writer, at: Place, kind: Record, items: deque[Item], span: Span, *, braced: bool
) -> None:
    fields = [each for each in w.environment.fields(kind) or () if _takes(each.name, each.type)]
    number = 0
    while items:
        designators = items[0].designators
        if designators:
            if not braced:
                return
            item = items.popleft()
            number = _designated_member(w, at, kind, item, span)
            continue
        if number >= (1 if kind.union else len(fields)):
            break
        field = fields[number]
        number += 1
        if field.name is None:
            assert isinstance(field.type, Record) and isinstance(at, Object)
            _one(w, Object(at.code, field.type), items, span)
        else:
            assert isinstance(at, Object)
            _one(w, lvalue.member(w, at, field.name, span), items, span)
    if braced and items:
        raise w.refused(f"too many initializers of {named(kind)}", items[0].span)


def _takes(name: str | None, kind: CType) -> bool:
    return name is not None or isinstance(kind, Record)


def _designated_member(w: Writer, at: Place, kind: Record, item: Item, span: Span) -> int:
    """Fill the member that an item names; return the number of the one after it."""
    name = item.designators[0]
    if not isinstance(name, str) or not isinstance(at, Object):
        raise w.refused(f"an index in an initializer of {named(kind)}", item.span)
    way = w.environment.field(kind, name)
    if not way:
        raise w.refused(f"member {name} of {named(kind)} is not described", item.span)
    inner = lvalue.member(w, at, name, item.span)
    rest = Item(item.span, item.designators[1:], item.value)
    _designated(w, inner, rest, span)
    fields = [each for each in w.environment.fields(kind) or () if _takes(each.name, each.type)]
    return fields.index(way[0]) + 1


def _designated(w: Writer, at: Place, item: Item, span: Span) -> None:
    if not item.designators:
        _one(w, at, deque([item]), span)
    elif isinstance(at.type, Record):
        _designated_member(w, at, at.type, item, span)
    elif isinstance(at.type, Array):
        _designated_element(w, at, at.type, item, span)
    else:
        raise w.refused(f"a designator in {named(at.type)}", item.span)


def _fill_array(
    w: Writer, at: Place, kind: Array, items: deque[Item], span: Span, *, braced: bool
) -> None:
    lone = items[0].value if braced and len(items) == 1 else None
    if isinstance(lone, String) and isinstance(kind.of, Integer):
        _text(w, at, kind, lone, span)
        return
    number = 0
    while items:
        if items[0].designators:
            if not braced:
                return
            number = _designated_element(w, at, kind, items.popleft(), span)
            continue
        if kind.length is None or number >= kind.length:
            break
        _one(w, elements(w, at, kind.of, number, span), items, span)
        number += 1
    if braced and items:
        raise w.refused(f"too many initializers of {named(kind)}", items[0].span)


def _designated_element(w: Writer, at: Place, kind: Array, item: Item, span: Span) -> int:
    designator = item.designators[0]
    if isinstance(designator, str):
        raise w.refused(f"a member in an initializer of {named(kind)}", item.span)
    ends = (
        (designator.first, designator.last)
        if isinstance(designator, IndexRange)
        else (designator, designator)
    )
    found = [evaluate(each, w.environment, lambda expr: rvalue.type_of(w, expr)) for each in ends]
    if found[0] is None or found[1] is None:
        raise w.refused("an index that is not constant", item.span)
    first, last = found[0][0], found[1][0]
    if not 0 <= first <= last < (kind.length or 0) or last - first > _LONGEST_RANGE:
        raise w.refused(f"the index {first} ... {last} of {named(kind)}", item.span)
    rest = Item(item.span, item.designators[1:], item.value)
    for index in range(first, last + 1):
        _designated(w, elements(w, at, kind.of, index, span), rest, span)
    return last + 1


def _one(w: Writer, at: Place, items: deque[Item], span: Span) -> None:
    """Fill one member or element from the next items."""
    value = items[0].value
    kind = at.type
    if (
        isinstance(value, Initializers)
        or not isinstance(kind, Array | Record)
        or (isinstance(kind, Array) and isinstance(value, String) and isinstance(kind.of, Integer))
        or (isinstance(kind, Record) and rvalue.type_of(w, value) == kind)
    ):
        items.popleft()
        initialize(w, at, value, span)
    else:
        before = len(items)
        _fill(w, at, items, span, braced=False)
        if len(items) == before:
            raise w.refused(f"an initializer of {named(kind)}", span)


def literal(w: Writer, expr: Literal) -> Place:
    """Make the object of a compound literal, filled."""
    declared = Declared(expr.span, None, expr.type, expr.value)
    kind = w.environment.of_declared(declared, lambda each: rvalue.type_of(w, each))
    variable = w.temporary()
    if isinstance(kind, Array | Record):
        made = emit.call("_zero", emit.name(shape_name(w, kind, expr.span)))
    else:
        made = emit.call("_cell", emit.name(shape_name(w, kind, expr.span)))
    w.write(emit.assign(variable, made), expr.span)
    at = place_of(variable, kind)
    initialize(w, at, expr.value, expr.span)
    return at


def place_of(variable: str, kind: CType) -> Place:
    """Return the place of an object that a Python variable refers to."""
    if isinstance(kind, Record):
        return Object(emit.name(variable), kind)
    if isinstance(kind, Array):
        return Local(variable, kind)
    return Element(emit.name(variable), emit.number(0), kind)
