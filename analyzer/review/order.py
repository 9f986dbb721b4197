"""DP-3: within a series and against the target's history, no fix comes before what it fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.finding import Evidence, State
from analyzer.history.presence import By, There
from analyzer.patch.reader import Patch
from analyzer.result import Item
from analyzer.review.behaviour import listed
from analyzer.review.case import Case
from analyzer.source import Place, Side
from analyzer.upstream import key_of

if TYPE_CHECKING:
    from analyzer.history.past import Mended
    from analyzer.patch.references import Fixes

_TITLE = "does no fix come before what it fixes?"


def fixes_in_order(case: Case) -> Item:
    """DP-3: what a patch fixes stands before it in the series, or is in the target already."""
    early = _early(case)
    if early:
        return Item(
            "DP-3",
            _TITLE,
            State.FINDING,
            f"it fixes a commit that comes later in the series: {_title(early[0][1])}",
            evidence=tuple(
                Evidence(f"Fixes: names {_title(patch)}", Place(Side.INPUT, line=line))
                for line, patch in early
            ),
            next="Put it behind what it fixes.",
        )
    mended = case.past.mended if case.past else ()
    foreign = _foreign(case)
    if mended and case.target is not None:
        found = _in_target(mended)
        return found if found.state is State.FINDING or not foreign else _unlike(foreign, found)
    if foreign:
        return _unlike(foreign, None)
    if _fixes_nothing(case):
        said = "neither its message nor upstream's commit says that it fixes another"
        return Item("DP-3", _TITLE, State.NOT_APPLICABLE, said)
    if not case.others:
        return Item(
            "DP-3",
            _TITLE,
            State.CANNOT_TELL,
            "only this patch was given",
            reason="a series, or the target's history, would show the order",
            next="Give the series as one mbox or range.",
        )
    return Item("DP-3", _TITLE, State.OK, "nothing that it fixes comes later in the series")


def _early(case: Case) -> list[tuple[int | None, Patch]]:
    """The later patches of the series that this one fixes, by its message or by upstream's."""
    own = case.patch
    later = [patch for patch in case.others if patch.letter.first > own.letter.first]
    named: dict[str, int | None] = {
        key_of(one.sha): one.line for one in (case.past.mended if case.past else ())
    }
    named |= {key_of(fix.sha): fix.line for fix in own.message.fixes}
    return [
        (line, patch)
        for sha, line in named.items()
        for patch in later
        if any(key_of(one.sha) == sha for one in patch.message.upstream)
    ]


def _foreign(case: Case) -> tuple[Fixes, ...]:
    """What the patch says that it fixes, and upstream's message does not; none without that one."""
    upstream = case.upstream_message
    if upstream is None:
        return ()
    theirs = {key_of(one.sha) for one in upstream.fixes}
    return tuple(one for one in case.patch.message.fixes if key_of(one.sha) not in theirs)


def _unlike(foreign: tuple[Fixes, ...], found: Item | None) -> Item:
    """Another ``Fixes:`` than upstream's: a reader has to say which of the two is right."""
    names = listed([key_of(one.sha) for one in foreign])
    own = tuple(Evidence(f"Fixes: {one.sha}", Place(Side.INPUT, line=one.line)) for one in foreign)
    return Item(
        "DP-3",
        _TITLE,
        State.NEEDS_REVIEW,
        f"it says that it fixes {names}, and upstream's message does not",
        reason=found.summary if found else "",
        evidence=(*own, *(found.evidence if found else ())),
        next="Take upstream's Fixes: line, or say in the message why another commit is fixed.",
    )


def _fixes_nothing(case: Case) -> bool:
    """Whether upstream's own message was read, and nobody names a commit that this fixes."""
    past = case.past
    if past is None or not past.source or case.seen is None:
        return False
    return not case.patch.message.fixes and not past.mended


def _in_target(mended: tuple[Mended, ...]) -> Item:
    """Whether the target has what the patch fixes."""
    evidence = tuple(_evidence(one) for one in mended)
    absent = [one for one in mended if one.presence.there is There.NO]
    unsure = [one for one in mended if one.presence.there in (There.UNKNOWN, There.PARTLY)]
    if absent:
        names = listed([_named(one) for one in absent])
        return Item(
            "DP-3",
            _TITLE,
            State.FINDING,
            f"it fixes {names}, which the target does not have before it",
            evidence=evidence,
            next=f"Take {key_of(absent[0].sha)} first, or leave this fix out.",
        )
    if unsure:
        names = listed([_named(one) for one in unsure])
        return Item(
            "DP-3",
            _TITLE,
            State.NEEDS_REVIEW,
            f"nothing tells whether the target has {names}, which it fixes",
            evidence=evidence,
            next=f"Look {key_of(unsure[0].sha)} up in the target.",
        )
    names = listed([_named(one) for one in mended])
    return Item("DP-3", _TITLE, State.OK, f"what it fixes is there: {names}", evidence=evidence)


def _named(one: Mended) -> str:
    return f"{key_of(one.sha)} (“{one.subject}”)" if one.subject else key_of(one.sha)


def _evidence(one: Mended) -> Evidence:
    presence = one.presence
    how = f", told {presence.by.value}" if presence.by is not By.NOTHING else ""
    whose = "" if one.line is not None else ", by upstream's message"
    text = f"it fixes {_named(one)}{whose}: {presence.there.value}{how}: {presence.said}"
    place = Place(Side.UPSTREAM, commit=one.sha)
    return Evidence(text, place if one.line is None else Place(Side.INPUT, line=one.line))


def _title(patch: Patch) -> str:
    return patch.message.subject.title if patch.message.subject else "a patch without a subject"
