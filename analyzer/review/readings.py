"""An item whose answer changes with the reading of a damaged patch is not answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analyzer.compare.symbols import Symbols
from analyzer.finding import State
from analyzer.result import Item
from analyzer.review.case import Case


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
