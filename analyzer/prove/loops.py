"""Loops: each turn of one passes a hook, which counts it, or cuts the run in two there."""

from __future__ import annotations

import ast
from copy import deepcopy
from dataclasses import replace

from analyzer.translate import Translated, Unit
from analyzer.translate.emit import stored

_UNSET = "_unset"


def instrumented(function: Translated) -> Unit:
    """A function whose loops call ``_enter`` before them and ``_head`` at each turn's beginning.

    ``_head`` takes the names and values of what the loop assigns to, and gives the values with
    which the turn goes on. Locals are bound to nothing at first, so that all can be passed.
    """
    tree = deepcopy(function.tree)
    transformer = _Loops(function.name)
    tree.body = transformer.statements(tree.body)
    if not transformer.count:
        return function.unit
    parameters = {each.arg for each in tree.args.args}
    unbound = sorted(stored(tree.body) - parameters)
    tree.body[:0] = [_bound(name) for name in unbound]
    for each in ast.walk(tree):
        if "lineno" in each._attributes and not hasattr(each, "lineno"):
            ast.copy_location(each, tree)
    code = compile(ast.Module([tree], []), function.path, "exec", dont_inherit=True)
    return replace(function.unit, code=code)


class _Loops:
    """Puts the hooks into the loops of a function, from outside in, numbered in their order."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.count = 0

    def statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """A block with the hooks."""
        return [one for each in body for one in self._statement(each)]

    def _statement(self, each: ast.stmt) -> list[ast.stmt]:
        match each:
            case ast.While() if any(_is_tick(one) for one in each.body):
                return self._loop(each)
            case ast.While() | ast.If():
                each.body = self.statements(each.body)
                each.orelse = self.statements(each.orelse)
            case ast.Delete(targets=[ast.Name(id=name)]):
                return [_at(_bound(name), each)]
        return [each]

    def _loop(self, loop: ast.While) -> list[ast.stmt]:
        self.count += 1
        head = f"{self._name}:{self.count}"
        carried = sorted(stored(loop.body))
        body = self.statements([each for each in loop.body if not _is_tick(each)])
        first: list[ast.stmt] = [_head(head, carried)]
        if not (isinstance(loop.test, ast.Constant) and loop.test.value):
            leave = ast.If(ast.UnaryOp(ast.Not(), loop.test), [ast.Break()], [])
            first.append(leave)
        loop.body = [*(_at(each, loop) for each in first), *body]
        loop.test = ast.copy_location(ast.Constant(True), loop)
        enter = ast.Expr(_call("_enter", ast.Constant(head)))
        return [_at(enter, loop), loop]


def _is_tick(each: ast.stmt) -> bool:
    match each:
        case ast.Expr(value=ast.Call(func=ast.Name(id="_tick"))):
            return True
    return False


def _head(head: str, carried: list[str]) -> ast.stmt:
    names = ast.Tuple([ast.Constant(name) for name in carried], ast.Load())
    values = [ast.Name(name, ast.Load()) for name in carried]
    call = _call("_head", ast.Constant(head), names, *values)
    if not carried:
        return ast.Expr(call)
    return ast.Assign(
        [ast.Tuple([ast.Name(name, ast.Store()) for name in carried], ast.Store())], call
    )


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _bound(name: str) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], ast.Name(_UNSET, ast.Load()))


def _at(made: ast.stmt, there: ast.stmt) -> ast.stmt:
    """Give all that was made the place of what it stands for."""
    for each in ast.walk(made):
        if "lineno" in each._attributes and not hasattr(each, "lineno"):
            ast.copy_location(each, there)
    return made
