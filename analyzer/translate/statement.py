"""Statements."""

from __future__ import annotations

import ast
from typing import assert_never

from analyzer.csource.syntax import (
    Arms,
    Block,
    Break,
    Call,
    Case,
    Continue,
    Declaration,
    Default,
    Do,
    Evaluate,
    Expr,
    For,
    Goto,
    If,
    Iterate,
    Label,
    Return,
    Span,
    Statement,
    Switch,
    Unsupported,
    While,
)
from analyzer.translate import emit, expansion, labelled, rvalue, switch
from analyzer.translate.conversion import truth_of
from analyzer.translate.declaration import declaration
from analyzer.translate.jumps import JUMP, How, Kind, PyLoop, arrived, arrives, go, go_to, inside
from analyzer.translate.survey import Plan
from analyzer.translate.types import VOID
from analyzer.translate.value import Value
from analyzer.translate.writer import Writer


def block(w: Writer, body: Block) -> None:
    """Translate a block with a scope of its own."""
    with w.block():
        statements(w, body)


def statements(w: Writer, body: Block, hoisted: list[ast.stmt] | None = None) -> None:
    """Translate what a block holds, in the scope that is open.

    ``hoisted`` takes what makes its objects, where the block may be entered behind their
    declarations.
    """
    plan = _plan(w, body)
    outer, w.hoisted = w.hoisted, hoisted
    if plan is not None:
        labelled.labelled(w, body, plan)
    else:
        for each in body.statements:
            statement(w, each)
    w.hoisted = outer


def _plan(w: Writer, body: Block) -> Plan | None:
    return w.survey.plans.get(id(body)) if w.survey is not None else None


def statement(w: Writer, each: Statement) -> None:
    """Translate one statement."""
    with w.nested(each.span):
        _statement(w, each)


def _statement(w: Writer, each: Statement) -> None:
    match each:
        case Block():
            block(w, each)
        case Evaluate(value=None) | Label():
            pass
        case Evaluate(value=Call() as call) if (body := expansion.statements(w, call)) is not None:
            statements(w, body)
        case Evaluate(value=value) if value is not None:
            rvalue.full_effects(w, value)
        case Declaration():
            declaration(w, each)
        case If():
            _if(w, each)
        case While(span, test, body):
            _loop(w, test, None, body, span)
        case For():
            _for(w, each)
        case Do():
            _do(w, each)
        case Iterate():
            block(w, expansion.loop(w, each))
        case Switch():
            switch.switch(w, each)
        case Goto(span, label):
            _goto(w, each, label, span)
        case Break(span):
            if w.chains and w.chains[-1] == len(w.loops):
                raise w.refused("a break of a switch inside an expression", span)
            _leave(w, How.BREAK, span, Kind.LOOP, Kind.SWITCH)
        case Continue(span):
            _leave(w, How.CONTINUE, span, Kind.LOOP)
        case Return(span, value):
            assert w.leave is not None
            w.leave(value, span)
        case Case(span) | Default(span):
            raise w.refused("a case label outside its switch's own block", span)
        case Arms(span):
            raise w.refused("an #if that no configuration has decided", span)
        case Unsupported(span, what):
            raise w.refused(what, span)
        case Evaluate():
            pass
        case _:
            assert_never(each)


def _goto(w: Writer, each: Goto, label: str, span: Span) -> None:
    if label not in w.labels:
        # Only a fragment gets here: the label stands in the code around it.
        w.write(left("goto", ast.Constant(label)), span)
        return
    if w.survey is None or id(each) not in w.survey.seen:
        raise w.refused("a goto inside a macro's expression", span)
    go_to(w, w.labels[label], span)


def _leave(w: Writer, how: How, span: Span, *kinds: Kind) -> None:
    """Translate ``break`` or ``continue``: of the innermost of these, or of the fragment."""
    for each in reversed(w.loops):
        if each.kind in kinds:
            go(w, each, how, span)
            return
        if each.kind is Kind.FRAGMENT:
            w.write(left(how.value), span)
            return
    raise w.refused(f"{how.value} outside a loop", span)


def left(how: str, value: ast.expr | None = None) -> ast.stmt:
    """Return how a fragment is left for the code around it."""
    return emit.leave(ast.Tuple([ast.Constant(how), value or emit.none()], ast.Load()))


def _range(w: Writer, body: Block | If | None) -> tuple[int, int] | None:
    """Return the labels of a block that gotos from outside arrive at, or None."""
    if body is None:
        return None
    if isinstance(body, If):
        ranges = [_range(w, body.then), _range(w, body.other)]
        known = [each for each in ranges if each is not None]
        return (known[0][0], known[-1][1]) if known else None
    return inside(w, body)


def _if(w: Writer, each: If) -> None:
    then_range, other_range = _range(w, each.then), _range(w, each.other)
    if then_range or other_range:
        test = _test_unless_jumping(w, each.test, then_range, each.span)
    else:
        tested = rvalue.full(w, each.test)
        if tested.known is not None:
            _decided(w, each, bool(tested.known))
            return
        test = emit.stamped(truth_of(w, tested, each.test.span), each.test.span)
    with w.captured() as then:
        block(w, each.then)
    with w.captured() as other:
        if isinstance(each.other, If):
            statement(w, each.other)
        elif each.other is not None:
            block(w, each.other)
    w.write(emit.when(test, then, other), each.span)


def _decided(w: Writer, each: If, first: bool) -> None:
    """Translate an ``if`` whose test is constant: one arm, and no label is in the other."""
    chosen, dropped = (each.then, each.other) if first else (each.other, each.then)
    # What is dropped must be translatable as well: a refusal is not to depend on a constant.
    with w.dry(), w.captured():
        _arm(w, dropped)
    _arm(w, chosen)


def _arm(w: Writer, arm: Block | If | None) -> None:
    if isinstance(arm, If):
        statement(w, arm)
    elif arm is not None:
        block(w, arm)


def _test_unless_jumping(
    w: Writer, test: Expr, labels: tuple[int, int] | None, span: Span
) -> ast.expr:
    """Compute a test, unless a goto is on its way into the statement: then it says where."""
    result = w.temporary()
    with w.captured() as normal:
        w.write(emit.assign(result, rvalue.condition(w, test)), span)
    there = emit.truth(False) if labels is None else arrives(labels)
    arriving = emit.stamped(emit.assign(result, there), span)
    w.write(emit.when(emit.name(JUMP), [arriving], normal), span)
    return emit.name(result)


def _for(w: Writer, each: For) -> None:
    entered = _range(w, each.body) is not None
    with w.block():
        with w.captured() as start:
            if isinstance(each.start, Declaration):
                declaration(w, each.start)
            elif each.start is not None:
                rvalue.full_effects(w, each.start)
        if entered and start:
            w.write(emit.when(emit.without(emit.name(JUMP)), start), each.span)
        else:
            w.extend(start)
        _loop(w, each.test, each.step, each.body, each.span)


def _loop(w: Writer, test: Expr | None, step: Expr | None, body: Block, span: Span) -> None:
    """Translate ``while`` and ``for``."""
    entered = _range(w, body) is not None
    with w.captured() as before:
        tested: ast.expr | None = None
        if test is not None:
            value = rvalue.full(w, test)
            if not value.known:
                tested = emit.stamped(truth_of(w, value, test.span), test.span)
    with w.captured() as written:
        if tested is not None and (before or entered):
            leave = emit.stamped(emit.when(emit.without(tested), [ast.Break()]), span)
            if entered:
                w.write(emit.when(emit.without(emit.name(JUMP)), [*before, leave]), span)
            else:
                w.extend([*before, leave])
            tested = None
        w.write(emit.evaluate(emit.call("_tick")), span)
        loop = PyLoop(Kind.LOOP, scope=w.scope)
        if step is not None:
            loop.again = lambda: rvalue.full_effects(w, step)
        _body(w, loop, body, step)
    w.write(emit.forever(written) if tested is None else emit.loop(tested, written), span)
    arrived(w, loop, span)


def _body(w: Writer, loop: PyLoop, body: Block, step: Expr | None) -> None:
    w.loops.append(loop)
    with w.captured() as written:
        block(w, body)
        if step is not None and not ends(_tail(written)):
            rvalue.full_effects(w, step)
    w.loops.pop()
    w.extend(written)


def _tail(written: list[ast.stmt]) -> ast.stmt | None:
    return written[-1] if written else None


def ends(last: ast.stmt | None) -> bool:
    """Whether nothing behind a statement is ever reached."""
    if isinstance(last, ast.Return | ast.Break | ast.Continue):
        return True
    if isinstance(last, ast.If) and last.orelse:
        return ends(last.body[-1]) and ends(last.orelse[-1])
    return False


def _do(w: Writer, each: Do) -> None:
    loop = PyLoop(Kind.LOOP, scope=w.scope)

    def leave_or_not() -> None:
        """Behind the body: go on only if the test says so."""
        value = rvalue.full(w, each.test)
        if value.known is not None:
            if not value.known:
                w.write(ast.Break(), each.span)
            return
        test = truth_of(w, value, each.test.span)
        w.write(emit.when(emit.without(test), [ast.Break()]), each.span)

    loop.again = leave_or_not
    w.loops.append(loop)
    with w.captured() as written:
        block(w, each.body)
        with w.captured() as behind:
            leave_or_not()
        once = len(behind) == 1 and isinstance(behind[0], ast.Break)
        if not ends(_tail(written)):
            w.extend(behind)
    w.loops.pop()
    if once and not loop.used and not loop.pending:
        # do { } while (0), and nothing leaves it on the way: a block.
        w.extend(written[:-1] if isinstance(_tail(written), ast.Break) else written)
        return
    tick = emit.stamped(emit.evaluate(emit.call("_tick")), each.span)
    w.write(emit.forever([tick, *written]), each.span)
    arrived(w, loop, each.span)


def statement_expression(w: Writer, body: Block, span: Span, *, wanted: bool = True) -> Value:
    """Translate ``({ ... })``; its value is that of its last statement."""
    if not body.statements:
        return Value(emit.none(), VOID)
    w.expressions += 1
    outer, w.hoisted = w.hoisted, None
    with w.block():
        for each in body.statements[:-1]:
            _no_label(w, each)
            statement(w, each)
        last = body.statements[-1]
        if wanted and isinstance(last, Evaluate) and last.value is not None:
            value = rvalue.full(w, last.value)
        else:
            _no_label(w, last)
            statement(w, last)
            value = Value(emit.none(), VOID)
    w.hoisted = outer
    w.expressions -= 1
    return value


def _no_label(w: Writer, each: Statement) -> None:
    if isinstance(each, Label):
        raise w.refused("a label in a statement expression", each.span)
