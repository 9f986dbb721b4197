"""Jumps, returned values, and the heads of loops. What changes do, nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.csource.syntax import (
    Assign,
    Basic,
    Binary,
    Break,
    Comma,
    Continue,
    Declaration,
    Do,
    Expr,
    For,
    Goto,
    Initializers,
    Label,
    Name,
    Number,
    Return,
    Statement,
    Step,
    Unary,
    While,
)
from tests.mutants.code import Code
from tests.mutants.facts import Facts
from tests.mutants.kinds import Change, Edit, Kind
from tests.mutants.places import Place, places

_ERRORS = ("EINVAL", "ENOMEM")


def jump_changes(code: Code, facts: Facts) -> Iterator[Change]:
    """Every change of jumps, returned values and heads of loops."""
    labels = [each.name for each in code.nodes if isinstance(each, Label)]
    for place in places(code):
        yield from _jump(code, place, labels)
        if isinstance(place.statement, Return) and place.statement.value is not None:
            yield from _returned(code, place.statement.value)
        yield from _loop(code, place.statement)


def _jump(code: Code, place: Place, labels: list[str]) -> Iterator[Change]:
    statement = place.statement
    at = code.range(statement)[0]
    if isinstance(statement, Return | Goto | Break | Continue):
        last = place.outermost and place.next is None and isinstance(statement, Return)
        if not last:
            word = type(statement).__name__.lower()
            yield Change(Kind.JUMP_DELETED, at, (code.put(statement, ";"),), word)
    match statement:
        case Break() if place.may_continue:
            yield Change(Kind.JUMP_EXCHANGED, at, (code.put(statement, "continue;"),))
        case Continue():
            yield Change(Kind.JUMP_EXCHANGED, at, (code.put(statement, "break;"),))
        case Goto(label=label):
            for other in dict.fromkeys(labels):
                if other != label:
                    new = (code.put(statement, f"goto {other};"),)
                    yield Change(Kind.GOTO_ELSEWHERE, at, new, other)


# --- returned values ----------------------------------------------------------------------------


def _returned(code: Code, value: Expr) -> Iterator[Change]:
    at = code.range(value)[0]
    for other in _others(code, value):
        yield Change(Kind.RETURN_VALUE, at, (code.put(value, other),), other)


def _others(code: Code, value: Expr) -> list[str]:
    plain = not code.function.returns.shape
    match value:
        case Name(name="true"):
            return ["false"]
        case Name(name="false"):
            return ["true"]
        case Name(name="NULL"):
            return []
        case Number(text="0"):
            return ["-1", "1"] if plain else []
        case Unary(op="-", operand=Name(name=name)) if name.startswith("E"):
            seen = [one for one in code.capitals if one.startswith("E") and one in _known(code)]
            errors = dict.fromkeys((*seen, *_ERRORS))
            return ["0", *(f"-{one}" for one in errors if one != name)][:3]
    whole = isinstance(code.function.returns.specifier, Basic) or not plain
    return ["0", f"({code.of(value)}) + 1"] if whole and plain else ["0"]


def _known(code: Code) -> frozenset[str]:
    """The error constants that the function itself returns or keeps."""
    return frozenset(
        each.operand.name
        for each in code.nodes
        if isinstance(each, Unary) and each.op == "-" and isinstance(each.operand, Name)
    )


# --- loops --------------------------------------------------------------------------------------


def _loop(code: Code, statement: Statement) -> Iterator[Change]:
    match statement:
        case While(test=test) | Do(test=test):
            yield from _bound(code, test)
        case For(start=start, test=test, step=step):
            if test is not None:
                yield from _bound(code, test)
            for one in _started(start):
                at, text = code.range(one)[0], code.wrapped(one)
                for other in (f"{text} + 1", f"{text} - 1"):
                    yield Change(Kind.LOOP_START, at, (code.put(one, other),), other[-3:])
            if step is not None:
                yield from _step(code, step)


def _bound(code: Code, test: Expr) -> Iterator[Change]:
    if isinstance(test, Binary) and test.op in ("<", "<=", ">", ">=", "!=", "=="):
        at, text = code.range(test.right)[0], code.wrapped(test.right)
        for other in ("+ 1", "- 1"):
            yield Change(Kind.LOOP_BOUND, at, (code.put(test.right, f"({text} {other})"),), other)


def _started(start: Declaration | Expr | None) -> Iterator[Expr]:
    match start:
        case Declaration(declared=declared):
            for one in declared:
                if one.initial is not None and not isinstance(one.initial, Initializers):
                    yield one.initial
        case Assign(op="", value=value):
            yield value
        case Comma(left=left, right=right):
            yield from (*_started(left), *_started(right))


def _step(code: Code, step: Expr) -> Iterator[Change]:
    at, end = code.range(step)
    match step:
        case Comma(left=left, right=right):
            yield from _step(code, left)
            yield from _step(code, right)
            for kept, gone in ((left, right), (right, left)):
                new = (Edit(at, end, code.of(kept)),)
                yield Change(Kind.LOOP_STEP, code.range(gone)[0], new, "gone")
        case Step(op=op, operand=operand):
            new = (Edit(at, end, f"{code.of(operand)} {op[0]}= 2"),)
            yield Change(Kind.LOOP_STEP, at, new, "twice")
            other = (Edit(at, end, f"{code.of(operand)} {'-' if op == '++' else '+'}= 1"),)
            yield Change(Kind.LOOP_STEP, at, other, "back")
        case Assign(op=op, value=value) if op:
            text = code.wrapped(value)
            for new_text in (f"2 * {text}", f"{text} + 1"):
                yield Change(Kind.LOOP_STEP, at, (code.put(value, new_text),), new_text)
