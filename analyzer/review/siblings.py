"""DP-4: do newer branches have it, so that users who upgrade do not lose it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.finding import Evidence, State
from analyzer.history.presence import By, There
from analyzer.result import Item
from analyzer.review.behaviour import listed
from analyzer.review.case import Case

if TYPE_CHECKING:
    from analyzer.history.past import Sibling

_TITLE = "do newer branches have it?"


def newer_branches(case: Case) -> Item:
    """DP-4: each newer branch that was given, by ancestry, names, or its content at last."""
    siblings = case.past.siblings if case.past else ()
    if not siblings:
        return Item(
            "DP-4",
            _TITLE,
            State.CANNOT_TELL,
            "no branch was given",
            next="Look the commit up in newer branches, or name them with --newer.",
        )
    evidence = tuple(_evidence(one) for one in siblings)
    lacking = [one.branch for one in siblings if one.presence.there is There.NO]
    unsure = [one.branch for one in siblings if one.presence.there not in (There.YES, There.NO)]
    if lacking:
        several = "lack it" if len(lacking) > 1 else "lacks it"
        said = f"{listed(lacking)} {several}: who upgrades to it loses what this does"
        todo = f"Take it to {listed(lacking)} as well, and there first."
        return Item("DP-4", _TITLE, State.FINDING, said, evidence=evidence, next=todo)
    if unsure:
        said = f"nothing tells whether {listed(unsure)} has it"
        todo = f"Look the commit up in {listed(unsure)}."
        return Item("DP-4", _TITLE, State.NEEDS_REVIEW, said, evidence=evidence, next=todo)
    how = listed(list(dict.fromkeys(one.presence.by.value for one in siblings)))
    names = listed([one.branch for one in siblings])
    return Item("DP-4", _TITLE, State.OK, f"{names} has it, told {how}", evidence=evidence)


def _evidence(one: Sibling) -> Evidence:
    presence = one.presence
    how = f", told {presence.by.value}" if presence.by is not By.NOTHING else ""
    return Evidence(f"{one.branch}: {presence.there.value}{how}: {presence.said}")
