"""DP-1 by the target's files and upstream's history: what the patch leans on and is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.finding import Evidence, State
from analyzer.history.presence import By, There
from analyzer.result import Item
from analyzer.review.behaviour import listed
from analyzer.review.case import Case
from analyzer.source import Place, Side
from analyzer.upstream import Role, key_of

if TYPE_CHECKING:
    from analyzer.history.past import Need, Needs

_MOST = 4


def needs_of(case: Case) -> Needs | None:
    """What was looked for and found to be lacking; None where nothing was looked for."""
    return case.past.needs if case.past else None


def lacking(case: Case) -> tuple[Need, ...]:
    """What was found to be lacking."""
    needs = needs_of(case)
    return needs.found if needs else ()


def brought_later(case: Case, title: str, evidence: tuple[Evidence, ...]) -> Item | None:
    """The finding where a prerequisite comes later in the series, or upstream's is known."""
    found = lacking(case)
    after = [one for one in found if one.title]
    if after:
        return Item(
            "DP-1",
            title,
            State.FINDING,
            f"it uses {after[0].what}: “{after[0].title}”{_more(after)}",
            evidence=evidence,
            next=f"Put “{after[0].title}” before it.",
        )
    brought = [one for one in found if one.brought is not None and one.certain]
    if brought:
        first = brought[0]
        sha = key_of(first.brought.id) if first.brought else ""
        subject = first.brought.subject if first.brought else ""
        return Item(
            "DP-1",
            title,
            State.FINDING,
            f"the target lacks {first.what}, which upstream's {sha} (“{subject}”) brought"
            f"{_more(brought)}",
            reason=_searched(case),
            evidence=evidence,
            next=f"Take {sha} first, or do without {first.what}.",
        )
    return None


def lacks_known(case: Case, title: str, evidence: tuple[Evidence, ...]) -> Item | None:
    """The finding where the target has not what the facts know to be a prerequisite."""
    roles = {one.id: one.role for one in case.commit.companions} if case.commit else {}
    for one in case.past.beside if case.past else ():
        absent = one.presence.there is There.NO
        if absent and roles.get(one.sha) is Role.PREREQUISITE:
            sha = key_of(one.sha)
            said = f"the target does not have upstream's prerequisite {sha}"
            todo = f"Take {sha} first."
            return Item("DP-1", title, State.FINDING, said, evidence=evidence, next=todo)
    return None


def beside(case: Case, sha: str) -> str:
    """What was told of a commit that the facts put beside the patch's; empty for nothing."""
    known = case.past.beside if case.past else ()
    told = next((one.presence for one in known if key_of(one.sha) == key_of(sha)), None)
    if told is None:
        return ""
    how = f", told {told.by.value}" if told.by is not By.NOTHING else ""
    return f"; {told.there.value}{how}: {told.said}"


def looked_for(case: Case, title: str, evidence: tuple[Evidence, ...]) -> Item | None:
    """What looking for prerequisites came to; None where there was no tree to look in."""
    needs = needs_of(case)
    if needs is None or not needs.looked_for or case.target is None:
        return None
    absent = [one.what for one in needs.found]
    if absent:
        said = f"the target lacks {listed(absent[:_MOST])}; what brings that is not known"
        todo = f"Find the commit that brings {absent[0]}, and take it first."
        return _item(case, title, State.NEEDS_REVIEW, said, evidence, todo)
    if needs.unsure:
        said = f"not all that it leans on was found: {'; '.join(needs.unsure[:_MOST])}"
        return _item(case, title, State.NEEDS_REVIEW, said, evidence, "Build it on the target.")
    if needs.unlike:
        said = (
            "all names that it uses are there, but before it "
            f"{listed(list(needs.unlike[:_MOST]))} differs from upstream's"
        )
        todo = "Read upstream's history of what differs, and take what the patch presumes."
        return _item(case, title, State.NEEDS_REVIEW, said, evidence, todo)
    if needs.unlike is None or any(one.problems for one in case.callees or ()):
        said = "all names that it uses are there; whether they mean the same was not told"
        return _item(case, title, State.NEEDS_REVIEW, said, evidence, "Build it on the target.")
    said = "what it changes is upstream's own before it, and all names that it uses are there"
    return _item(case, title, State.OK, said, evidence, "")


def _item(
    case: Case, title: str, state: State, said: str, evidence: tuple[Evidence, ...], todo: str
) -> Item:
    return Item("DP-1", title, state, said, _searched(case), evidence, next=todo)


def _searched(case: Case) -> str:
    needs, past = needs_of(case), case.past
    source = f"; {past.source}" if past and past.source else ""
    looked = needs.looked_for if needs else ()
    return f"looked for: {', '.join(looked)}{source}" if looked else ""


def _more(needs: list[Need]) -> str:
    return f", and {len(needs) - 1} more" if len(needs) > 1 else ""


def needed(case: Case) -> Iterator[Evidence]:
    """Everything that is lacking, where it is used, and what brings it."""
    for one in lacking(case):
        if one.title:
            yield Evidence(f"{one.what}: “{one.title}”", one.place)
        elif one.brought is not None:
            yield Evidence(f"lacking: {one.what}", one.place)
            cited = f"{key_of(one.brought.id)} (“{one.brought.subject}”)"
            place = Place(Side.UPSTREAM, commit=one.brought.id)
            yield Evidence(f"upstream's {cited} brought {one.what}: {one.sought}", place)
        else:
            yield Evidence(f"lacking: {one.what}; {one.sought}", one.place)
