"""What a damaged patch cannot answer: what changes with the reading, what lost lines may hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analyzer.compare.symbols import Symbols
from analyzer.finding import State
from analyzer.result import Item
from analyzer.review.case import Case, Rule


def over_readings(case: Case, answer: Callable[[Symbols], Item]) -> Item:
    """Answer in every reading; where the answers differ, ``cannot-tell`` with all of them."""
    names = (reading.name for reading in case.mended.readings)
    answers = list(zip(names, map(answer, case.symbols), strict=True))
    first = answers[0][1]
    if all((item.state, item.summary) == (first.state, first.summary) for _name, item in answers):
        return first
    told = "; ".join(f"{name}: {item.state.value} ({item.summary})" for name, item in answers)
    return replace(
        first,
        state=State.CANNOT_TELL,
        summary="the answer rests on lines that are assumed, not read",
        reason=told,
        next="Fetch the patch undamaged, or give the tree that it is for (--target).",
    )


def with_nothing_lost(rule: Rule) -> Rule:
    """Answer by ``rule``, but take no comfort from a patch that lost added lines for good."""

    def guarded(case: Case) -> Item:
        item = rule(case)
        lost = case.mended.unexplained
        if not lost or item.state not in (State.OK, State.NOT_APPLICABLE):
            return item
        return replace(
            item,
            state=State.CANNOT_TELL,
            summary=f"{lost} added lines are lost and may change the answer",
            reason=f"by what is left: {item.state.value} ({item.summary})",
            next="Fetch the patch undamaged.",
        )

    return guarded
