"""TX-2 by text: every change stands in the function or Kconfig symbol that upstream's stands in."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.compare.delta import FilePair
from analyzer.compare.landing import Landing, Where
from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review import shape
from analyzer.review.behaviour import counted
from analyzer.review.case import Case
from analyzer.review.sides import BY_TEXT, delta_of, listed

_TX2 = "did every hunk land in the same function or Kconfig symbol?"
_REVIEWED = (Where.SPLIT, Where.SURROUNDED, Where.UNDER, Where.UNKNOWN)


def same_places(case: Case) -> Item:
    """TX-2, by upstream's text."""
    found = [(file, one) for file in delta_of(case).files for one in file.landings]
    wrong = [(file, one) for file, one in found if one.where is Where.ELSEWHERE]
    open_ = [(file, one) for file, one in found if one.where in _REVIEWED]
    taken = list(_captured(case))
    if not found and not taken:
        summary = "no change of code has a partner upstream"
        return Item("TX-2", _TX2, State.CANNOT_TELL, summary, next=shape.GIVE_UPSTREAM)
    evidence = [*(_told(*one) for one in wrong), *taken, *(_told(*one) for one in open_)]
    if wrong or taken:
        return Item(
            "TX-2",
            _TX2,
            State.FINDING,
            f"{counted(len(wrong) + len(taken), 'change')} landed in another function or symbol",
            reason=BY_TEXT,
            evidence=listed(evidence),
            next="Move them to where upstream has them.",
        )
    if open_:
        return Item(
            "TX-2",
            _TX2,
            State.NEEDS_REVIEW,
            f"{len(open_)} of {_count(found)} places could not be told to be upstream's",
            reason=BY_TEXT,
            evidence=listed(evidence),
            next="Check in the target tree that each landed in the right function or symbol.",
        )
    return Item(
        "TX-2",
        _TX2,
        State.OK,
        f"all {_count(found)} places are upstream's{_how(case)}",
        reason=BY_TEXT,
        evidence=listed([_told(*one) for one in found]),
    )


def _count(found: list[tuple[FilePair, Landing]]) -> int:
    return sum(one.where is not Where.SURROUNDED for _file, one in found)


def _how(case: Case) -> str:
    files = delta_of(case).files
    whole = all(file.placed for file in files if file.ours is not None and file.ours.hunks)
    return "" if whole else ", as far as the hunks and their headers show"


def _captured(case: Case) -> Iterator[Evidence]:
    for file in delta_of(case).files:
        for each in file.captured:
            said = f"{file.path}: lines of {each.before} stand in {each.after} after the patch"
            yield Evidence(said, each.place)


def _told(file: FilePair, one: Landing) -> Evidence:
    theirs = str(one.theirs) if one.theirs else "something that is not shown"
    ours = str(one.ours) if one.ours else "something that is not shown"
    match one.where:
        case Where.SAME:
            text = f"in {ours}"
        case Where.RENAMED:
            text = f"in {ours}, which is upstream's {theirs}"
        case Where.SURROUNDED:
            them, us = one.around or ("", "")
            text = f"{ours} stands under {us}, upstream's under {them}"
        case Where.ELSEWHERE | Where.UNDER if one.around is not None:
            them, us = one.around
            text = f"in {ours}, under {us}; upstream's stands under {them}"
        case Where.SPLIT:
            text = f"in {ours}, upstream's in {theirs}: one seems to be a part of the other"
        case Where.ELSEWHERE | Where.UNDER | Where.UNKNOWN:
            text = f"in {ours}, upstream's in {theirs}"
    count = "" if one.lines == 1 or one.where is Where.SURROUNDED else f" ({one.lines} lines)"
    return Evidence(f"{file.path}: {text}{count}", one.place)
