"""Calls, their arguments and their order; locks; assignments. What changes do, nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from analyzer.csource.syntax import (
    Arms,
    Assign,
    Call,
    Case,
    Declaration,
    Default,
    Evaluate,
    Expr,
    If,
    Label,
    Name,
    Statement,
    Step,
    TypeName,
    Unsupported,
)
from analyzer.csource.walk import walk
from tests.mutants.code import Code
from tests.mutants.facts import Facts
from tests.mutants.guards import everything
from tests.mutants.kinds import Change, Edit, Kind
from tests.mutants.places import Place, places, roots

# What stands where it stands: a label's and a case's span end before the colon.
_FIXED = (Declaration, Label, Case, Default, Arms, Unsupported)
_MOST_OTHERS = 3


def call_changes(code: Code, facts: Facts) -> Iterator[Change]:
    """Every change of calls, arguments, locks and assignments."""
    for place in places(code):
        yield from _deleted(code, place.statement)
        yield from _swapped(code, place)
        for root in roots(place.statement):
            for node in everything(root):
                if isinstance(node, Call):
                    yield from _arguments(code, facts, node)


def _deleted(code: Code, statement: Statement) -> Iterator[Change]:
    at = code.range(statement)[0]
    match statement:
        case Evaluate(value=Call(function=function)):
            new = (code.put(statement, ";"),)
            yield Change(Kind.CALL_DELETED, at, new, code.of(function))
        case Evaluate(value=Assign(target=target)) | Evaluate(value=Step(operand=target)):
            new = (code.put(statement, ";"),)
            yield Change(Kind.ASSIGNMENT_DELETED, at, new, code.of(target))


# --- order --------------------------------------------------------------------------------------


def _swapped(code: Code, place: Place) -> Iterator[Change]:
    one, other = place.statement, place.next
    if other is None:
        return
    if isinstance(one, _FIXED) or isinstance(other, _FIXED):
        yield from _past_label(code, place)
        return
    at = code.range(one)[0]
    locks = [lock for lock in (_lock(one), _lock(other)) if lock is not None]
    simple = isinstance(one, Evaluate) and isinstance(other, Evaluate)
    if locks:
        yield Change(Kind.LOCK_MOVED, at, code.exchanged(one, other), locks[0])
    elif simple and all(_calls(each) for each in (one, other)):
        yield Change(Kind.CALLS_SWAPPED, at, code.exchanged(one, other))
    elif simple:
        yield Change(Kind.STATEMENTS_SWAPPED, at, code.exchanged(one, other))


def _past_label(code: Code, place: Place) -> Iterator[Change]:
    """A lock before a label goes behind it, and one behind it before it."""
    one, other = place.statement, place.next
    label, moved = (one, other) if isinstance(one, Label) else (other, one)
    if not isinstance(label, Label) or moved is None or not place.in_block:
        return
    lock = _lock(moved)
    if lock is None:
        return
    start, end = code.range(label)
    if moved is one:
        start = code.token(end, len(code.data), ":")[1]
    there = Edit(start, start, f" {code.of(moved)} ")
    yield Change(Kind.LOCK_MOVED, code.range(moved)[0], (there, code.put(moved, ";")), lock)


def _calls(statement: Statement) -> bool:
    return any(isinstance(each, Call) for each in walk(statement))


def _lock(statement: Statement) -> str | None:
    """The lock's or unlock's name that a statement calls, alone or under an ``if``."""
    match statement:
        case If(then=then, other=None) if len(then.statements) == 1:
            return _lock(then.statements[0])
        case Evaluate(value=Call(function=Name(name=name))):
            return name if _is_lock(name) else None
        case Evaluate(value=Assign(value=Call(function=Name(name=name)))):
            return name if _is_lock(name) else None
    return None


def _is_lock(name: str) -> bool:
    words = name.split("_")
    return words[0] in ("down", "up") or any(
        word.endswith(("lock", "locks")) for word in words if word != "ptlock"
    )


# --- arguments ----------------------------------------------------------------------------------


def _arguments(code: Code, facts: Facts, call: Call) -> Iterator[Change]:
    for one, other in pairwise(call.arguments):
        if _may_swap(facts, one, other) and code.of(one) != code.of(other):
            at, what = code.range(one)[0], code.of(call.function)
            yield Change(Kind.ARGUMENTS_SWAPPED, at, code.exchanged(one, other), what)
    for one in call.arguments:
        if isinstance(one, Name):
            yield from _replaced(code, facts, one)


def _may_swap(facts: Facts, one: Expr | TypeName, other: Expr | TypeName) -> bool:
    """Whether two arguments may be of one type, as far as that shows."""
    if isinstance(one, TypeName) or isinstance(other, TypeName):
        return False
    kinds = {facts.kind(one), facts.kind(other)} - {None}
    return len(kinds) <= 1


def _replaced(code: Code, facts: Facts, argument: Name) -> Iterator[Change]:
    kind = facts.locals.get(argument.name)
    same = [
        name
        for name, other in facts.locals.items()
        if other == kind and name != argument.name and name in facts.outermost
    ]
    if kind is not None:
        at = code.range(argument)[0]
        for name in same[:_MOST_OTHERS]:
            what = f"{argument.name}-{name}"
            yield Change(Kind.ARGUMENT_REPLACED, at, (code.put(argument, name),), what)
