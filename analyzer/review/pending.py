"""Items that nothing in the input can decide: each says what would decide it."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.finding import State
from analyzer.result import Item
from analyzer.review.behaviour import touches_code
from analyzer.review.case import Case, Rule

PERSON = "a person"


@dataclass(frozen=True, slots=True)
class _Open:
    """An item without an answer: the question, why, and what to do."""

    title: str
    summary: str
    next: str
    # Only C code can raise the question.
    needs_code: bool = False
    # Only a patch that names its upstream commit can.
    needs_upstream: bool = False


_NO_TEXT = "upstream's text was not given, only shapes are shipped"
_NO_TREE = "exported symbols and layouts were not compared"

_OPEN = {
    "TX-3": _Open(
        "are all differences to upstream's patch context only?",
        _NO_TEXT,
        "Compare with the upstream commit by hand.",
        needs_upstream=True,
    ),
    "TX-4": _Open(
        "is every deviation explained in the message?",
        f"deviations are not known: {_NO_TEXT}",
        "Read the message beside the differences to upstream.",
        needs_upstream=True,
    ),
    "AB-1": _Open(
        "are exported symbols or structure layouts touched?",
        _NO_TREE,
        "Compare the ABI before and after with the distribution's own tool.",
        needs_code=True,
    ),
}

_PERSONS = {
    "TS-1": ("is it build-tested?", "Build every shipped architecture and configuration."),
    "TS-2": ("is it run-tested, with which test?", "Run the subsystem's tests and name them."),
    "TS-3": (
        "is it run under lockdep, KASAN and DEBUG_VM?",
        "Run it on a kernel with PROVE_LOCKING, KASAN and DEBUG_VM.",
    ),
    "AC-1": ("is it acknowledged?", "Ask the subsystem's maintainers of this tree."),
    "AC-2": ("is the author informed?", "Tell the author of the backport."),
}


def open_rule(item: str) -> Rule:
    """The rule of an item that stays open: ``cannot-tell``, or not applicable to this patch."""
    asked = _OPEN[item]

    def rule(case: Case) -> Item:
        if asked.needs_code and not touches_code(case):
            return Item(item, asked.title, State.NOT_APPLICABLE, "the patch touches no C")
        if asked.needs_upstream and not case.named:
            summary = "no upstream commit is named"
            return Item(item, asked.title, State.NOT_APPLICABLE, summary)
        return Item(item, asked.title, State.CANNOT_TELL, asked.summary, next=asked.next)

    return rule


def person_rule(item: str) -> Rule:
    """The rule of an item that only a person can answer."""
    title, action = _PERSONS[item]

    def rule(_case: Case) -> Item:
        return Item(
            item,
            title,
            State.NEEDS_REVIEW,
            "a person answers this",
            next=action,
            answered_by=PERSON,
        )

    return rule
