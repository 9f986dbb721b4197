"""SM-3 by text: where the jumps of changed code lead to, beside what running and proving say.

Loaded only where ways out were compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from analyzer.compare.labels import Exits, How, Way
from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review.behaviour import counted
from analyzer.review.case import Case
from analyzer.review.sides import listed

_GRAVE = (How.APART, How.NO_LABEL)
_OTHER = (How.OTHER, How.ALONE, How.LACKING)
_SHOWN = 6


def with_labels(case: Case, item: Item, exits: Exits) -> Item:
    """The answer to SM-3 with what the text of the ways out shows.

    A clean-up that is another one is a finding, unless the function is proved to do the same.
    """
    if item.state is State.NOT_APPLICABLE:
        return item
    proved = _proved(case)
    grave = [way for way in exits.of(*_GRAVE) if way.how is How.NO_LABEL or not _in(way, proved)]
    other = [way for way in exits.of(*_OTHER) if not _in(way, proved)]
    excused = [way for way in exits.of(*_GRAVE, *_OTHER) if way not in (*grave, *other)]
    evidence = listed([one for way in (*grave, *other) for one in _told(way)])
    reason = "; ".join(filter(None, (item.reason, *_said(exits, other, excused))))
    kept = replace(item, reason=reason, evidence=listed([*item.evidence, *evidence]))
    if not grave or item.state is State.FINDING or case.mended.unexplained:
        return kept
    more = f", and {len(grave) - 1} more" if len(grave) > 1 else ""
    before = f"by what was run: {item.state.value} ({item.summary})"
    return replace(
        kept,
        state=State.FINDING,
        summary=f"{grave[0].function}(): {grave[0].said[0]}{more}",
        reason="; ".join((before, reason)),
        evidence=listed([*evidence, *item.evidence]),
        next=_todo(grave[0]),
    )


def _todo(way: Way) -> str:
    if way.how is How.NO_LABEL:
        return "Jump to a label that the function has."
    return "Leave the function where it does what upstream's does, or say why it must not."


def _proved(case: Case) -> frozenset[str]:
    """The functions that are proved to do the same for all inputs."""
    if case.proofs is None or not case.proofs.whole:
        return frozenset()
    from analyzer.review.proved import same

    left = " ".join(one.what for one in case.proofs.unproved)
    return frozenset(name for name in same(case.proofs) if f"{name}()" not in left)


def _in(way: Way, names: frozenset[str]) -> bool:
    return way.function in names


def _said(exits: Exits, other: Sequence[Way], excused: Sequence[Way]) -> Iterator[str]:
    """What is to be said of the text, besides findings."""
    same, open_ = exits.of(How.SAME), exits.of(How.OPEN)
    if same:
        yield f"by text, {counted(len(same), 'way')} out as upstream's"
    if other:
        names = ", ".join(dict.fromkeys(f"{way.function}()" for way in other[:_SHOWN]))
        yield f"by text, {counted(len(other), 'way')} out to read beside upstream's: {names}"
    if excused:
        names = ", ".join(dict.fromkeys(f"{way.function}()" for way in excused[:_SHOWN]))
        yield f"the clean-up reads otherwise in {names}, and is proved to do the same"
    why = [f"{way.function}(): {way.said[0]}" for way in open_]
    why += [f"{one.what}: {one.why}" for one in exits.unread]
    if why:
        unique = list(dict.fromkeys(why))
        more = f" and {len(unique) - _SHOWN} more" if len(unique) > _SHOWN else ""
        yield f"by text not compared: {', '.join(unique[:_SHOWN])}{more}"


def _told(way: Way) -> Iterator[Evidence]:
    """What differs, at our line; what upstream's way out reaches, at upstream's; the labels."""
    for said in way.said:
        theirs = said.startswith(_THEIRS)
        spots = [place for text, place in way.places if text.startswith(_THEIRS) is theirs]
        spots += [place for _text, place in way.places]
        yield Evidence(f"{way.function}(): {said}", next(iter(spots), None))
    for text, where in way.places:
        if " label " in f" {text}":
            yield Evidence(f"{way.function}(): {text}", where)


_THEIRS = "upstream's "
