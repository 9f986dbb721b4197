"""Python syntax trees, in as few words as can be. Positions are given by ``stamped``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeVar

from analyzer.csource.syntax import Span

_Node = TypeVar("_Node", bound=ast.AST)

_BINARY: dict[str, ast.operator] = {
    "+": ast.Add(),
    "-": ast.Sub(),
    "*": ast.Mult(),
    "//": ast.FloorDiv(),
    "%": ast.Mod(),
    "<<": ast.LShift(),
    ">>": ast.RShift(),
    "&": ast.BitAnd(),
    "|": ast.BitOr(),
    "^": ast.BitXor(),
}
_COMPARE: dict[str, ast.cmpop] = {
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
}


def name(text: str) -> ast.expr:
    """``text``, read."""
    return ast.Name(text, ast.Load())


def number(value: int) -> ast.expr:
    """An integer."""
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def text(value: str) -> ast.expr:
    """A string."""
    return ast.Constant(value)


def call(function: str | ast.expr, *arguments: ast.expr) -> ast.expr:
    """``function(arguments)``."""
    called = name(function) if isinstance(function, str) else function
    return ast.Call(called, list(arguments), [])


def binary(op: str, left: ast.expr, right: ast.expr) -> ast.expr:
    """``left op right``."""
    return ast.BinOp(left, _BINARY[op], right)


def compare(op: str, left: ast.expr, right: ast.expr) -> ast.expr:
    """``left op right``."""
    return ast.Compare(left, [_COMPARE[op]], [right])


def negated(value: ast.expr) -> ast.expr:
    """``-value``."""
    return ast.UnaryOp(ast.USub(), value)


def inverted(value: ast.expr) -> ast.expr:
    """``~value``."""
    return ast.UnaryOp(ast.Invert(), value)


_OPPOSITE = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}


def without(test: ast.expr) -> ast.expr:
    """``not test``, or what says the same in fewer words."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and type(test.ops[0]) in _OPPOSITE:
        return ast.Compare(test.left, [_OPPOSITE[type(test.ops[0])]()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def both(op: str, left: ast.expr, right: ast.expr) -> ast.expr:
    """``left and right`` for ``&&``, ``left or right`` for ``||``."""
    return ast.BoolOp(ast.And() if op == "&&" else ast.Or(), [left, right])


def choice(test: ast.expr, then: ast.expr, other: ast.expr) -> ast.expr:
    """``then if test else other``."""
    return ast.IfExp(test, then, other)


def member(value: ast.expr, attribute: str) -> ast.expr:
    """``value.attribute``, read."""
    return ast.Attribute(value, attribute, ast.Load())


def element(value: ast.expr, index: ast.expr) -> ast.expr:
    """``value[index]``, read."""
    return ast.Subscript(value, index, ast.Load())


def assign(target: str | ast.expr, value: ast.expr) -> ast.stmt:
    """``target = value``; the target is a name, or what ``member`` or ``element`` gave."""
    if isinstance(target, str):
        return ast.Assign([ast.Name(target, ast.Store())], value)
    if isinstance(target, ast.Attribute):
        return ast.Assign([ast.Attribute(target.value, target.attr, ast.Store())], value)
    assert isinstance(target, ast.Subscript)
    return ast.Assign([ast.Subscript(target.value, target.slice, ast.Store())], value)


def forget(variable: str) -> list[ast.stmt]:
    """Make a variable unbound, whether it is bound or not."""
    return [
        assign(variable, none()),
        ast.Delete([ast.Name(variable, ast.Del())]),
    ]


def evaluate(value: ast.expr) -> ast.stmt:
    """``value`` as a statement."""
    return ast.Expr(value)


def when(test: ast.expr, then: Sequence[ast.stmt], other: Sequence[ast.stmt] = ()) -> ast.stmt:
    """``if test: then else: other``."""
    return ast.If(test, list(then) or [ast.Pass()], list(other))


def loop(test: ast.expr, body: Sequence[ast.stmt]) -> ast.stmt:
    """``while test: body``."""
    return ast.While(test, list(body) or [ast.Pass()], [])


def truth(value: bool) -> ast.expr:
    """``True`` or ``False``."""
    return ast.Constant(value)


def none() -> ast.expr:
    """``None``."""
    return ast.Constant(None)


def forever(body: Sequence[ast.stmt]) -> ast.stmt:
    """``while True: body``."""
    return loop(ast.Constant(True), body)


def leave(value: ast.expr | None) -> ast.stmt:
    """``return value``."""
    return ast.Return(value)


def define(function: str, parameters: Sequence[str], body: Sequence[ast.stmt]) -> ast.FunctionDef:
    """``def function(parameters): body``; no defaults, no decorators."""
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(each) for each in parameters],
        vararg=None,
        kwonlyargs=[],
        kw_defaults=[],
        kwarg=None,
        defaults=[],
    )
    return ast.FunctionDef(function, arguments, list(body) or [ast.Pass()], [])


def stamped(node: _Node, span: Span) -> _Node:
    """Give a place to every node that has none yet; what has one keeps it, with all below it."""
    todo: list[ast.AST] = [node]
    while todo:
        each = todo.pop()
        if hasattr(each, "lineno"):
            continue
        if "lineno" in each._attributes:
            each.lineno, each.col_offset = span.line, span.column  # type: ignore[attr-defined]
            each.end_lineno = span.end_line  # type: ignore[attr-defined]
            each.end_col_offset = span.end_column  # type: ignore[attr-defined]
        todo.extend(ast.iter_child_nodes(each))
    return node


def stored(statements: Sequence[ast.stmt]) -> frozenset[str]:
    """Return the Python locals that these statements bind or unbind."""
    return frozenset(
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
