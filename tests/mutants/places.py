"""The statements of a function, each with what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.csource.syntax import (
    Arms,
    Block,
    Declaration,
    Do,
    Evaluate,
    Expr,
    For,
    Function,
    If,
    Initializers,
    Iterate,
    Return,
    Statement,
    Switch,
    While,
)
from tests.mutants.code import Code


@dataclass(frozen=True, slots=True)
class Place:
    """A statement and its surroundings.

    ``next`` follows it in its block. ``in_block``: braces are around, so that it may become
    several. ``may_break`` and ``may_continue``: a loop (or a switch) is around. ``outermost``:
    it stands in the function's own block. ``last``: nothing follows there.
    """

    statement: Statement
    next: Statement | None = None
    in_block: bool = True
    may_break: bool = False
    may_continue: bool = False
    outermost: bool = True


def places(code: Code) -> Iterator[Place]:
    """Every statement of a function but blocks that another one governs, in the text's order."""
    yield from _in(code, code.function.body, Place(code.function.body))


def _in(code: Code, block: Block, around: Place) -> Iterator[Place]:
    yield from _all(code, block.statements, replace(around, in_block=code.is_braced(block)))


def _all(code: Code, row: tuple[Statement, ...], around: Place) -> Iterator[Place]:
    for at, each in enumerate(row):
        following = row[at + 1] if at + 1 < len(row) else None
        here = replace(around, statement=each, next=following)
        yield here
        yield from _below(code, each, replace(here, outermost=False))


def _below(code: Code, each: Statement, here: Place) -> Iterator[Place]:
    loop = replace(here, may_break=True, may_continue=True)
    match each:
        case Block():
            yield from _in(code, each, here)
        case If(then=then, other=other):
            yield from _in(code, then, here)
            if isinstance(other, If):
                chained = replace(here, statement=other, next=None, in_block=False)
                yield chained
                yield from _below(code, other, chained)
            elif other is not None:
                yield from _in(code, other, here)
        case While(body=body) | Do(body=body) | For(body=body) | Iterate(body=body):
            yield from _in(code, body, loop)
        case Switch(body=body):
            yield from _in(code, body, replace(here, may_break=True))
        case Arms(arms=arms):
            for arm in arms:
                yield from _all(code, arm.statements, here)
        case _:
            pass


def roots(statement: Statement) -> Iterator[Expr]:
    """The whole expressions of one statement, not those of statements that it governs.

    What is in braces, array sizes, widths and ``case`` values are constants or lists: left out.
    """
    match statement:
        case Evaluate(value=value) | Return(value=value) if value is not None:
            yield value
        case If(test=test) | While(test=test) | Do(test=test) | Switch(value=test):
            yield test
        case For(start=start, test=test, step=step):
            if isinstance(start, Declaration):
                yield from roots(start)
            yield from (one for one in (start, test, step) if not _is_none(one))  # type: ignore[misc]
        case Declaration(declared=declared, storage=storage) if "static" not in storage:
            for one in declared:
                if one.initial is not None and not isinstance(one.initial, Initializers):
                    yield one.initial
        case _:
            pass


def _is_none(one: object) -> bool:
    return one is None or isinstance(one, Declaration)


def test_of(statement: Statement) -> Expr | None:
    """The condition of a statement, if it has one."""
    match statement:
        case If(test=test) | While(test=test) | Do(test=test) | For(test=test):
            return test
    return None


def returns_last(function: Function) -> bool:
    """Whether the last statement of a function returns."""
    return bool(function.body.statements) and isinstance(function.body.statements[-1], Return)
