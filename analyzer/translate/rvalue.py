"""Values of expressions. What an expression does on the way is written before it.

A side effect inside an expression becomes a statement of its own, in C's order; operands to its
left that it could change are computed into temporaries first. ``&&``, ``||`` and ``?:`` stay
expressions while their arms do nothing, and become an ``if`` where they do.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from analyzer.csource.syntax import (
    Assign,
    Binary,
    Call,
    Cast,
    Character,
    Comma,
    Conditional,
    Expr,
    Index,
    Literal,
    Logical,
    Member,
    Name,
    Number,
    OffsetOf,
    SizeOf,
    Span,
    StatementExpression,
    Step,
    String,
    TypeName,
    Unary,
    Unsupported,
)
from analyzer.translate import calls, emit, expansion, initial, lvalue, operators, statement
from analyzer.translate.constant import character, literal, text_bytes
from analyzer.translate.conversion import convert, named, pair, truth_of
from analyzer.translate.environment import Constant, FunctionName, Variable
from analyzer.translate.layout import align_of, offset_of, size_of
from analyzer.translate.naming import mangled
from analyzer.translate.result import Use
from analyzer.translate.types import (
    VOID,
    Array,
    CType,
    Integer,
    Opaque,
    Pointer,
    Record,
    Unknown,
    Void,
)
from analyzer.translate.value import Value, constant, converted, integer, settled, truth
from analyzer.translate.writer import Writer


def rvalue(w: Writer, expr: Expr) -> Value:
    """Translate an expression to its value."""
    with w.nested(expr.span):
        value = _rvalue(w, expr)
    emit.stamped(value.code, expr.span)
    return value


def full(w: Writer, expr: Expr) -> Value:
    """Translate a full expression to its value: one that is no part of another."""
    return expansion.whole(w, expr, partial(rvalue, w))


def full_effects(w: Writer, expr: Expr) -> None:
    """Translate a full expression whose value nobody wants."""
    expansion.whole(w, expr, partial(evaluate, w))


def _rvalue(w: Writer, expr: Expr) -> Value:
    match expr:
        case Number(span, text):
            return _constant(w, literal(text, w.environment.model), text, span)
        case Character(span, text):
            return _constant(w, character(text, w.environment.model), text, span)
        case String():
            return _string(w, expr)
        case Name():
            return _name(w, expr)
        case Unary(span, op, operand):
            return _unary(w, op, operand, span)
        case Step(span, op, operand, prefix):
            return lvalue.step(w, op, operand, prefix, span, wanted=True)
        case Binary(span, op, left, right):
            first, second = rvalues(w, (left, right), span)
            return operators.binary(w, op, first, second, span)
        case Logical(span):
            return _logical(w, expr)
        case Assign(span, op, target, value):
            found_value = lvalue.assign(w, op, target, value, span, wanted=True)
            assert found_value is not None
            return found_value
        case Conditional():
            return _conditional(w, expr)
        case Comma(span, left, right):
            evaluate(w, left)
            return rvalue(w, right)
        case Call():
            return calls.call(w, expr)
        case Member(span) | Index(span):
            at = lvalue.place(w, expr)
            assert at is not None
            return lvalue.load(w, at, span)
        case Cast(span, kind, value):
            return _cast(w, resolved(w, kind), value, span)
        case SizeOf(span, operand, align):
            return _size(w, operand, align, span)
        case OffsetOf(span, kind, member):
            offset = offset_of(resolved(w, kind), member, w.environment)
            if offset is None:
                raise w.refused(f"the offset of a member of {named(resolved(w, kind))}", span)
            return constant(offset, w.environment.model.unsigned_long)
        case Literal(span):
            return lvalue.load(w, literal_place(w, expr), span)
        case StatementExpression(span, body):
            return statement.statement_expression(w, body, span)
        case Unsupported(span, what):
            raise w.refused(what, span)


def _constant(w: Writer, found: tuple[int, Integer] | None, text: str, span: Span) -> Value:
    if found is None:
        floating = "." in text or ("e" in text.lower() and not text.lower().startswith("0x"))
        raise w.refused(f"the {'floating' if floating else 'constant'} {text[:40]}", span)
    return constant(*found)


def rvalues(w: Writer, exprs: Sequence[Expr], span: Span) -> list[Value]:
    """Translate operands left to right: what a later one does cannot change an earlier one."""
    return in_order(w, [partial(rvalue, w, each) for each in exprs], span)


def in_order(w: Writer, makers: Sequence[Callable[[], Value]], span: Span) -> list[Value]:
    """Make values one after the other, each computed before what the next one writes."""
    values: list[Value] = []
    for make in makers:
        with w.captured() as written:
            value = make()
        if written:
            values = [
                each
                if is_steady(each.code, written)
                else replace(each, code=w.spilled(each.code, span))
                for each in values
            ]
            w.extend(written)
        values.append(value)
    return values


def is_steady(code: ast.expr, written: Sequence[ast.stmt]) -> bool:
    """Whether an expression is the same before and after some statements."""
    if isinstance(code, ast.Constant):
        return True
    if isinstance(code, ast.UnaryOp):
        return is_steady(code.operand, written)
    return isinstance(code, ast.Name) and code.id not in emit.stored(written)


# --- names --------------------------------------------------------------------------------------


def declared_outside(w: Writer, name: str) -> CType | None:
    """Return the type of a variable or function declared outside the function; None otherwise."""
    match w.environment.identifier(name):
        case Variable(type=kind) | FunctionName(type=kind):
            return kind
        case _:
            return None


def _name(w: Writer, expr: Name) -> Value:
    name, span = expr.name, expr.span
    if w.scope.find(name) is None:
        expanded = expansion.object_like(w, expr)
        if expanded is not None:
            return rvalue(w, expanded)
        known = w.environment.identifier(name)
        if isinstance(known, Constant):
            return _enumerator(w, known)
        if known is None:
            return _undeclared(w, name, span)
        if isinstance(known, Variable) and known.given:
            given = w.outside(name, Use.VALUE, span)
            return (
                integer(given, known.type)
                if isinstance(known.type, Integer)
                else Value(given, known.type)
            )
    at = lvalue.place(w, expr)
    assert at is not None
    return lvalue.load(w, at, span)


def _enumerator(w: Writer, known: Constant) -> Value:
    """Return a constant under its name, where that means the same all over the file."""
    value = constant(known.value, known.type)
    if w.outermost.identifier(known.name) != known:
        return value
    return replace(value, code=w.given(mangled(known.name), value.known))


def _undeclared(w: Writer, name: str, span: Span) -> Value:
    """A name that nothing declares: the table's to give, and of a type that we do not know."""
    if w.free is not None:
        return w.free(name, span)
    return Value(w.outside(name, Use.VALUE, span), Unknown(name))


def _string(w: Writer, expr: String) -> Value:
    data = text_bytes(expansion.text(w, expr))
    if data is None:
        raise w.refused("a string of this kind", expr.span)
    return Value(emit.call("_text", ast.Constant(data)), Pointer(initial.char(w)))


# --- operators ----------------------------------------------------------------------------------


def _unary(w: Writer, op: str, operand: Expr, span: Span) -> Value:
    if op == "&":
        if isinstance(operand, Unary) and operand.op == "*":
            return rvalue(w, operand.operand)
        return lvalue.address(w, operand, span)
    if op == "*":
        return lvalue.load(w, lvalue.pointed(w, rvalue(w, operand), None, span), span)
    if op == "!":
        return operators.inverse(w, rvalue(w, operand), span)
    return operators.unary(w, op, rvalue(w, operand), span)


def condition(w: Writer, expr: Expr) -> ast.expr:
    """Translate an expression to a Python test."""
    return truth_of(w, full(w, expr), expr.span)


def _logical(w: Writer, expr: Logical) -> Value:
    model = w.environment.model
    left = rvalue(w, expr.left)
    decided = "||" if left.known else "&&"
    if left.known is not None and decided == expr.op:
        return constant(int(expr.op == "||"), model.int)
    first = truth_of(w, left, expr.left.span)
    with w.captured() as written:
        right = rvalue(w, expr.right)
        second = truth_of(w, right, expr.right.span)
    if left.known is not None:
        w.extend(written)
        if right.known is not None:
            return constant(int(bool(right.known)), model.int)
        return truth(second, model)
    if not written:
        return truth(emit.both(expr.op, first, second), model)
    result = w.temporary()
    w.write(emit.assign(result, first), expr.span)
    then = [*written, emit.stamped(emit.assign(result, second), expr.span)]
    test = emit.name(result)
    w.write(emit.when(test if expr.op == "&&" else emit.without(test), then), expr.span)
    return truth(emit.name(result), model)


def _conditional(w: Writer, expr: Conditional) -> Value:
    tested = rvalue(w, expr.test)
    if tested.known is not None and expr.then is not None:
        return _chosen(w, expr, bool(tested.known))
    if expr.then is None and not isinstance(tested.code, ast.Name | ast.Constant):
        tested = replace(settled(tested), code=w.spilled(settled(tested).code, expr.span))
    test = truth_of(w, tested, expr.test.span)
    with w.captured() as first:
        then = tested if expr.then is None else rvalue(w, expr.then)
    with w.captured() as second:
        other = rvalue(w, expr.other)
    kind = _common(w, then, other, expr.span)
    if isinstance(kind, Void):
        first_all = [*first, emit.stamped(emit.evaluate(then.code), expr.span)]
        second_all = [*second, emit.stamped(emit.evaluate(other.code), expr.span)]
        w.write(emit.when(test, first_all, second_all), expr.span)
        return Value(emit.none(), VOID)
    then, other = convert(w, then, kind, expr.span), convert(w, other, kind, expr.span)
    if not first and not second:
        code = emit.choice(test, then.code, other.code)
        bounds = (min(then.bounds[0], other.bounds[0]), max(then.bounds[1], other.bounds[1]))
        return Value(code, kind, bounds)
    result = w.temporary()
    first.append(emit.stamped(emit.assign(result, then.code), expr.span))
    second.append(emit.stamped(emit.assign(result, other.code), expr.span))
    w.write(emit.when(test, first, second), expr.span)
    code = emit.name(result)
    return integer(code, kind) if isinstance(kind, Integer) else Value(code, kind)


def _chosen(w: Writer, expr: Conditional, first: bool) -> Value:
    """Translate ``?:`` with a constant test; the other arm counts for the type alone."""
    assert expr.then is not None
    wanted, unwanted = (expr.then, expr.other) if first else (expr.other, expr.then)
    value = rvalue(w, wanted)
    kind = _common(w, value, value_of_type(w, unwanted), expr.span)
    return value if isinstance(kind, Void) else convert(w, value, kind, expr.span)


def _common(w: Writer, left: Value, right: Value, span: Span) -> CType:
    """Return the type of ``?:`` (C11 6.5.15)."""
    if isinstance(left.type, Integer) and isinstance(right.type, Integer):
        return pair(w, left, right, span)[2]
    if left.type == right.type:
        return left.type
    if isinstance(left.type, Void) or isinstance(right.type, Void):
        return VOID
    if isinstance(left.type, Pointer) and isinstance(right.type, Pointer):
        if left.null or right.null:
            return right.type if left.null else left.type
        return left.type if isinstance(right.type.to, Void) else right.type
    if isinstance(left.type, Pointer) and (right.null or isinstance(right.type, Unknown)):
        return left.type
    if isinstance(right.type, Pointer) and (left.null or isinstance(left.type, Unknown)):
        return right.type
    for one, other in ((left, right), (right, left)):
        if isinstance(one.type, Unknown | Opaque) and not isinstance(other.type, Record):
            return _beside_unknown(w, one, other, span)
    raise w.refused(f"{named(left.type)} or {named(right.type)} by ?:", span)


def _beside_unknown(w: Writer, unknown: Value, other: Value, span: Span) -> CType:
    kind = other.type
    if isinstance(kind, Integer):
        if not kind.signed and kind.bits >= 64:
            return kind
        raise w.refused(f"{named(unknown.type)} or {named(kind)} by ?:", span)
    return unknown.type


# --- casts and sizes ----------------------------------------------------------------------------


def _cast(w: Writer, kind: CType, operand: Expr, span: Span) -> Value:
    if isinstance(kind, Void):
        evaluate(w, operand)
        return Value(emit.none(), VOID)
    container = calls.container(w, kind, operand, span)
    if container is not None:
        return container
    value = rvalue(w, operand)
    if isinstance(kind, Record):
        raise w.refused(f"a cast to {named(kind)}", span)
    if isinstance(value.type, Integer) and isinstance(kind, Integer):
        return replace(converted(value, kind), null=value.null)
    return convert(w, value, kind, span)


def _size(w: Writer, operand: Expr | TypeName, align: bool, span: Span) -> Value:
    kind = resolved(w, operand) if isinstance(operand, TypeName) else type_or_typedef(w, operand)
    size = (align_of if align else size_of)(kind, w.environment)
    if size is not None:
        return constant(size, w.environment.model.unsigned_long)
    if isinstance(kind, Record | Opaque) and not align:
        # A number like any other, which who lays the kernel's structs out has to give.
        name = w.outside(f"sizeof {named(kind)}", Use.VALUE, span)
        return integer(name, w.environment.model.unsigned_long)
    raise w.refused(f"the size of {named(kind)}", span)


def resolved(w: Writer, name: TypeName) -> CType:
    """Return the type that a type name means here."""
    return w.environment.resolve(name, lambda expr: type_of(w, expr))


def type_of(w: Writer, expr: Expr) -> CType:
    """Return the type of an expression as ``sizeof`` and ``typeof`` see it: arrays stay arrays."""
    with w.dry():
        expr = expansion.seen_through(w, expr)
        if isinstance(expr, String):
            data = text_bytes(expansion.text(w, expr))
            return Array(initial.char(w), None if data is None else len(data) + 1)
        at = lvalue.place(w, expr)
        return rvalue(w, expr).type if at is None else at.type


def type_or_typedef(w: Writer, expr: Expr) -> CType:
    """Return the type of what may be an expression or the name of a type, read as a name."""
    if isinstance(expr, Name) and w.scope.find(expr.name) is None:
        named_type = w.environment.typedef(expr.name)
        if named_type is not None:
            return named_type
    return type_of(w, expr)


def value_of_type(w: Writer, expr: Expr) -> Value:
    """Translate an expression that is never computed, for its type."""
    with w.dry():
        return rvalue(w, expr)


def value_of_constant(w: Writer, expr: Expr) -> Value | None:
    """Translate an expression if it is constant and comes to something without a statement."""
    with w.captured() as written:
        value = full(w, expr)
    return value if value.known is not None and not written else None


def literal_place(w: Writer, expr: Literal) -> lvalue.Place:
    """Make the object of a compound literal."""
    return initial.literal(w, expr)


# --- for its effects ----------------------------------------------------------------------------


def evaluate(w: Writer, expr: Expr) -> None:
    """Translate an expression whose value nobody wants."""
    match expr:
        case Assign(span, op, target, value):
            lvalue.assign(w, op, target, value, span, wanted=False)
        case Step(span, op, operand, prefix):
            lvalue.step(w, op, operand, prefix, span, wanted=False)
        case Comma(_, left, right):
            evaluate(w, left)
            evaluate(w, right)
        case Cast(_, kind, value) if isinstance(resolved(w, kind), Void):
            evaluate(w, value)
        case Conditional(span, test, then, other) if then is not None:
            _either(w, test, then, other, span)
        case Logical(span, op, left, right):
            first = truth_of(w, rvalue(w, left), left.span)
            with w.captured() as written:
                evaluate(w, right)
            if written:
                w.write(emit.when(first if op == "&&" else emit.without(first), written), span)
            else:
                _keep(w, first, span)
        case StatementExpression(span, body):
            statement.statement_expression(w, body, span, wanted=False)
        case _:
            value_found = rvalue(w, expr)
            _keep(w, value_found.code, expr.span)


def _either(w: Writer, test: Expr, then: Expr, other: Expr, span: Span) -> None:
    tested = truth_of(w, rvalue(w, test), test.span)
    with w.captured() as first:
        evaluate(w, then)
    with w.captured() as second:
        evaluate(w, other)
    w.write(emit.when(tested, first, second), span)


def _keep(w: Writer, code: ast.expr, span: Span) -> None:
    """Write an expression for what it does; one that can neither act nor fail is left out."""
    if not isinstance(code, ast.Constant | ast.Name):
        w.write(emit.evaluate(code), span)
