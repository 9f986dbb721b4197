"""A run of statements as a function of the names that it does not declare."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from analyzer.csource.syntax import Block, Expr, Name, Span
from analyzer.csource.walk import walk
from analyzer.translate import emit, lvalue, rvalue
from analyzer.translate.function import Definition
from analyzer.translate.jumps import JUMP, Kind, PyLoop
from analyzer.translate.naming import mangled
from analyzer.translate.statement import block, ends, left
from analyzer.translate.survey import declared_names, survey
from analyzer.translate.types import CType, Unknown
from analyzer.translate.value import Value, settled
from analyzer.translate.writer import Variable, Writer


def fragment(w: Writer, body: Block, span: Span, types: Mapping[str, CType]) -> Definition:
    """Translate a fragment; see ``translate_fragment``."""
    free: dict[str, Variable] = {}

    def found(name: str, at: Span) -> Value:
        outer = w.scope
        while outer.outer is not None:
            outer = outer.outer
        python, kind = w.local(name), types.get(name, Unknown(name))
        variable = Variable(python, kind, cell=python in w.again.addressed)
        if variable.cell and isinstance(kind, Unknown):
            raise w.refused(f"the address of {name}, which stands outside the fragment", at)
        outer.variables[name] = free[name] = variable
        return lvalue.load(w, lvalue.place_of(variable), at)

    w.free = found
    w.leave = lambda value, at: _return(w, value, at)
    w.names = declared_names(body) | types.keys()
    used = {each.name: each.span for each in walk(body) if isinstance(each, Name)}
    for name, at in used.items():
        # What the function around declares hides what is declared outside of it.
        if name in types and w.environment.identifier(name) is not None:
            found(name, at)
    w.survey = survey(w, body)
    w.labels = w.survey.labels
    with w.captured() as written:
        w.loops.append(PyLoop(Kind.FRAGMENT))
        block(w, body)
        w.loops.pop()
        if not ends(written[-1] if written else None):
            w.write(left("falls"), span)
    stored = emit.stored(written)
    changed = tuple(name for name, each in free.items() if each.python in stored)
    _append(written, [free[name].python for name in changed])
    start = [*w.unwritten(written), emit.stamped(emit.evaluate(emit.call("_tick")), span)]
    if w.jumping:
        start.append(emit.stamped(emit.assign(JUMP, emit.number(0)), span))
    kinds: tuple[CType, ...] = tuple(each.type for each in free.values())
    python = [each.python for each in free.values()]
    tree = emit.define(mangled(w.function), python, [*start, *written])
    cells = tuple(name for name, each in free.items() if each.cell)
    return Definition(tree, kinds, Unknown("the outcome"), tuple(free), changed, cells)


def _return(w: Writer, value: Expr | None, span: Span) -> None:
    code = None if value is None else settled(rvalue.full(w, value)).code
    w.write(left("return", code), span)


def _append(written: list[ast.stmt], changed: list[str]) -> None:
    """Add to each way out what the parameters that were assigned to have become."""
    for statement in written:
        for node in ast.walk(statement):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                node.value.elts.extend(ast.copy_location(emit.name(name), node) for name in changed)
