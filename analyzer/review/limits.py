"""What the report stands on, and LM-1: what it did not check."""

from __future__ import annotations

from analyzer.finding import Evidence, NotChecked, State
from analyzer.patch.damage import Grade
from analyzer.result import Assumption, Item
from analyzer.review.case import Case
from analyzer.review.followups import conditional_on_tree
from analyzer.review.pending import touches_code

_TITLE = "what did this report not check?"


def not_checked(case: Case) -> tuple[NotChecked, ...]:
    """Everything that was not looked at, and why, in reading order."""
    found = [*case.patch.notes, *case.mended.notes, *case.mended.disproved, *case.series_notes]
    if touches_code(case):
        found.append(NotChecked("behaviour", "the code of the patch was not run"))
    if case.mended.context_lost:
        lost = case.mended.context_lost
        found.append(
            NotChecked(f"{lost} lost lines of context", "only the target tree can tell them")
        )
    why = "only files before the patch are read" if case.target else "no target tree was given"
    found.append(NotChecked("the target's own callers, callees and configuration", why))
    found.append(NotChecked("upstream's text and history", "no upstream tree was given"))
    conditional = conditional_on_tree(case)
    if conditional:
        what = f"{conditional} later fixes that concern this code on some bases only"
        found.append(NotChecked(what, "the tree that the patch is for decides, and was not read"))
    if case.commit is not None and case.commit.unsure:
        what = f"the facts on {case.commit.id[:12]}: {', '.join(case.commit.unsure)}"
        found.append(NotChecked(what, "recorded without a source to check against"))
    return tuple(found)


def limits(case: Case) -> Item:
    """LM-1: the list itself, as an item."""
    found = not_checked(case)
    return Item(
        "LM-1",
        _TITLE,
        State.NEEDS_REVIEW,
        f"{len(found)} things were not checked",
        evidence=tuple(Evidence(f"{one.what}: {one.why}") for one in found),
        next="Decide for each whether it matters for this release.",
    )


def assumptions(case: Case) -> tuple[Assumption, ...]:
    """Each line that was put back on the strength of upstream's shape alone."""
    return tuple(
        Assumption(
            f"{one.path} hunk {one.hunk}: the lost line `{line.text.strip()}` stood "
            f"{f'at line {line.line}' if line.line else 'where upstream has it'}",
            "CF-1, CF-2, CF-4, verdict",
        )
        for one in case.mended.damage
        for line in one.restored
        if line.grade is Grade.ASSUMED
    )
