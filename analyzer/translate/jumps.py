"""Control flow that Python has no word for: leaving several loops at once, and goto.

A Python local, ``_jump``, holds the number of a jump that is on its way and 0 otherwise. Each
Python loop that it has to leave is left by ``break``, and the test behind that loop sends it on.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from analyzer.csource.syntax import Block, Span
from analyzer.translate import emit
from analyzer.translate.writer import Scope, Writer

JUMP = "_jump"


class Kind(Enum):
    """What a Python loop stands for."""

    LOOP = "a loop of C"
    SWITCH = "a switch: one pass"
    LABELS = "a block with labels: one pass, and again at each goto"
    FRAGMENT = "no loop: what a fragment stands in"


class How(Enum):
    """How a Python loop is left, or begun again."""

    BREAK = "break"
    CONTINUE = "continue"


@dataclass(slots=True)
class PyLoop:
    """A Python loop being written. ``again`` writes what a ``continue`` does before it."""

    kind: Kind
    again: Callable[[], None] | None = None
    scope: Scope | None = None
    # The labels that a jump to this loop may be for. It is begun again and looks which one it was;
    # or begun again, at its one label; or left, its one label standing behind it.
    restarts: frozenset[int] = frozenset()
    repeats: frozenset[int] = frozenset()
    leaves: frozenset[int] = frozenset()
    # Jumps that leave this loop for another one: what they do there.
    pending: dict[int, tuple[PyLoop, How]] = field(default_factory=dict)
    used: bool = False


def go(w: Writer, target: PyLoop, how: How, span: Span, label: int | None = None) -> None:
    """Write the way from here to ``target``'s end or beginning."""
    target.used = True
    inner = w.loops[-1]
    if inner is target:
        if label in target.restarts and label is not None:
            w.jumping = True
            w.write(emit.assign(JUMP, emit.number(label)), span)
        _final(w, target, how, span)
        return
    w.jumping = True
    number = label if label is not None else _number(w, target, how)
    w.write(emit.assign(JUMP, emit.number(number)), span)
    w.write(ast.Break(), span)
    for each in reversed(w.loops):
        if each is target:
            break
        each.pending[number] = (target, how)


def inside(w: Writer, body: Block) -> tuple[int, int] | None:
    """Return the labels of a block, first and last, if gotos from outside arrive at them."""
    plan = w.survey.plans.get(id(body)) if w.survey is not None else None
    return w.survey.inside[id(body)] if w.survey and plan and plan.entered else None


def arrives(labels: tuple[int, int]) -> ast.expr:
    """Return the test whether the jump on its way is for one of these labels."""
    jump = emit.name(JUMP)
    return emit.both(
        "&&",
        emit.compare(">=", jump, emit.number(labels[0])),
        emit.compare("<=", jump, emit.number(labels[1])),
    )


def go_to(w: Writer, label: int, span: Span) -> None:
    """Write a ``goto`` to the label of a number."""
    for each in reversed(w.loops):
        if label in each.restarts | each.repeats:
            go(w, each, How.CONTINUE, span, label)
            return
        if label in each.leaves:
            go(w, each, How.BREAK, span, label)
            return
    raise w.refused("a goto that leaves its expression", span)


def arrived(w: Writer, left: PyLoop, span: Span) -> None:
    """Write, behind a loop that has ended, where the jumps go on that left it."""
    by_way: dict[tuple[int, How], list[int]] = {}
    inner = w.loops[-1] if w.loops else None
    for number, (target, how) in sorted(left.pending.items()):
        way = how if target is inner else How.BREAK
        by_way.setdefault((id(target) if target is inner else 0, way), []).append(number)
    for (here, way), numbers in by_way.items():
        with w.captured() as written:
            if here and inner is not None:
                _land(w, inner, way, numbers, span)
            else:
                w.write(ast.Break(), span)
        jump = emit.name(JUMP)
        if len(by_way) == 1:
            test = jump
        elif len(numbers) == 1:
            test = emit.compare("==", jump, emit.number(numbers[0]))
        else:
            known = ast.Tuple([emit.number(each) for each in numbers], ast.Load())
            test = ast.Compare(jump, [ast.In()], [known])
        w.write(emit.when(test, written), span)


def _land(w: Writer, target: PyLoop, how: How, numbers: list[int], span: Span) -> None:
    if not set(numbers) <= target.restarts:
        w.write(emit.assign(JUMP, emit.number(0)), span)
    _final(w, target, how, span)


def _final(w: Writer, target: PyLoop, how: How, span: Span) -> None:
    if how is How.BREAK:
        w.write(ast.Break(), span)
        return
    if target.again is not None and target.kind is Kind.LOOP:
        scope = target.scope
        assert scope is not None
        with w.within(scope):
            target.again()
    w.write(ast.Continue(), span)


def _number(w: Writer, target: PyLoop, how: How) -> int:
    """Return the number of the jump ``break`` or ``continue`` of a loop; labels come first."""
    return w.ways.setdefault((id(target), how.value), len(w.labels) + 1 + len(w.ways))
