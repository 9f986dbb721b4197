"""Blocks that gotos arrive in."""

from __future__ import annotations

import ast

from analyzer.csource.syntax import Block, Span, Statement
from analyzer.translate import emit, statement
from analyzer.translate.jumps import JUMP, Kind, PyLoop, arrived
from analyzer.translate.survey import Entry, Plan
from analyzer.translate.writer import Writer


def labelled(w: Writer, body: Block, plan: Plan) -> None:
    """Translate a block with entries.

    A single label that is only jumped to from before it stands behind a loop that is passed once,
    one that is only jumped to from behind begins a loop. All else is a loop over segments, each
    of which is run unless a jump on its way is for a later one.
    """
    outer = w.hoisted
    w.hoisted = [] if outer is None else outer
    with w.captured() as written:
        only = plan.only
        if only is not None and not only.backward:
            _forward(w, body, only)
        elif only is not None and not only.forward:
            _backward(w, body, only)
        else:
            _segments(w, body, plan)
    if outer is None:
        w.extend(w.hoisted)
    w.extend(written)


def _run(w: Writer, statements: tuple[Statement, ...]) -> None:
    for each in statements:
        statement.statement(w, each)


def _forward(w: Writer, body: Block, entry: Entry) -> None:
    span = body.statements[entry.index].span
    loop = PyLoop(Kind.LABELS, leaves=frozenset({entry.first}))
    with w.captured() as written:
        w.loops.append(loop)
        _run(w, body.statements[: entry.index])
        w.loops.pop()
        _stop(w, written, span)
    w.write(emit.forever(written), body.span)
    arrived(w, loop, span)
    _run(w, body.statements[entry.index :])


def _stop(w: Writer, written: list[ast.stmt], span: Span) -> None:
    if not statement.ends(written[-1] if written else None):
        w.write(ast.Break(), span)


def _backward(w: Writer, body: Block, entry: Entry) -> None:
    span = body.statements[entry.index].span
    _run(w, body.statements[: entry.index])
    loop = PyLoop(Kind.LABELS, repeats=frozenset({entry.first}))
    with w.captured() as written:
        w.write(emit.evaluate(emit.call("_tick")), span)
        w.loops.append(loop)
        _run(w, body.statements[entry.index :])
        w.loops.pop()
        _stop(w, written, span)
    w.write(emit.forever(written), span)
    arrived(w, loop, span)


def _segments(w: Writer, body: Block, plan: Plan) -> None:
    w.jumping = True
    entries = [plan.entries[index] for index in sorted(plan.entries)]
    labels = frozenset(n for each in entries for n in range(each.first, each.last + 1))
    loop = PyLoop(Kind.LABELS, restarts=labels)
    with w.captured() as written:
        w.write(emit.evaluate(emit.call("_tick")), body.span)
        w.loops.append(loop)
        _segment(w, body.statements[: entries[0].index], None, last=False)
        for number, entry in enumerate(entries):
            final = number + 1 == len(entries)
            end = len(body.statements) if final else entries[number + 1].index
            _segment(w, body.statements[entry.index : end], entry, last=final)
        w.loops.pop()
        _stop(w, written, body.span)
    w.write(emit.forever(written), body.span)
    arrived(w, loop, body.span)


def _segment(
    w: Writer, statements: tuple[Statement, ...], entry: Entry | None, *, last: bool
) -> None:
    if not statements:
        return
    span = statements[0].span
    with w.captured() as written:
        if entry is not None and entry.direct:
            w.write(emit.assign(JUMP, emit.number(0)), span)
        _run(w, statements)
    jump = emit.name(JUMP)
    if last:
        w.extend(written)
    elif entry is None:
        w.write(emit.when(emit.without(jump), written), span)
    else:
        w.write(emit.when(emit.compare("<=", jump, emit.number(entry.last)), written), span)
