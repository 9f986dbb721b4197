"""TX-3 and TX-4 by text: how the backport differs from upstream's patch, and who says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from analyzer.compare.change import Change, LinePair, RunPair
from analyzer.compare.delta import Delta
from analyzer.compare.lineage import How
from analyzer.compare.side_by_side import of_run
from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.notes import Cover, cover, said_in
from analyzer.review.readings import with_nothing_lost
from analyzer.review.sides import BY_TEXT, beside, delta_of, listed, place, where

_TX3 = "are all differences to upstream's patch context only?"
_TX4 = "is every deviation explained in the message?"
_NO_DEVIATION = (Change.IDENTICAL, Change.CONTEXT)
_WORDS = {
    Change.CHANGED: "with other code",
    Change.MOVED: "at another place",
    Change.REORDERED: "in another order",
    Change.DROPPED: "missing",
    Change.ADDED: "added",
    Change.LOST: "with lines lost on the way",
    Change.RENAMED: "with other names",
    Change.COMMENT: "with other comments",
    Change.WHITESPACE: "with other white space",
}


def context_only(case: Case) -> Item:
    """TX-3: lines side by side; what a difference does is judged by the items on behaviour."""
    return with_nothing_lost(_by_text)(case)


def _by_text(case: Case) -> Item:
    pairs = delta_of(case).runs
    if not any(pair.theirs is not None and pair.ours is not None for pair in pairs):
        summary = "no change has a partner upstream"
        action = "Compare with the upstream commit by hand."
        return Item("TX-3", _TX3, State.CANNOT_TELL, summary, reason=BY_TEXT, next=action)
    other = [pair for pair in pairs if pair.change not in _NO_DEVIATION]
    context = [pair for pair in pairs if pair.change is Change.CONTEXT]
    evidence = [one for pair in (*other, *context) for one in _told(pair)]
    if not other:
        same = len(pairs) - len(context)
        return Item(
            "TX-3",
            _TX3,
            State.OK,
            f"{same} {'change is' if same == 1 else 'changes are'} upstream's, "
            f"{len(context)} with other context",
            reason=BY_TEXT,
            evidence=listed(evidence),
        )
    return Item(
        "TX-3",
        _TX3,
        State.NEEDS_REVIEW,
        f"{len(other)} of {len(pairs)} changes differ: {_counts(other)}",
        reason=BY_TEXT,
        evidence=listed(evidence),
        next="Read these lines beside upstream's.",
    )


def _counts(pairs: Iterable[RunPair]) -> str:
    found = [pair.change for pair in pairs]
    return ", ".join(
        f"{found.count(change)} {word}" for change, word in _WORDS.items() if change in found
    )


def _told(pair: RunPair) -> Iterator[Evidence]:
    if not pair.compared:
        yield Evidence(f"{where(pair)}: too long to lay side by side", place(pair))
    if pair.change in (Change.DROPPED, Change.ADDED):
        word = "is not here" if pair.change is Change.DROPPED else "is upstream's nowhere"
        yield Evidence(f"{where(pair)}: this change {word}", place(pair))
        return
    for one, other in pair.names:
        yield Evidence(f"{where(pair)}: upstream's {one} is {other}", place(pair))
    if pair.change in (Change.MOVED, Change.REORDERED):
        yield Evidence(f"{where(pair)}: {_WORDS[pair.change]}", place(pair))
    for line in pair.lines:
        if line.change not in (Change.IDENTICAL, Change.RENAMED):
            shown = line.ours or line.theirs
            said = "put back" if line.ours and line.change is Change.LOST else line.change.value
            text = f"{where(pair)}: {said}: {beside(line)}"
            yield Evidence(text, shown.place if shown else place(pair))
    if pair.context:
        count = len(pair.context)
        lines = "a line" if count == 1 else f"{count} lines"
        yield Evidence(f"{where(pair)}: {lines} of other context", place(pair))


def deviations_explained(case: Case) -> Item:
    """TX-4: a deviation is explained if a note says where it is, what it changes, or its kind.

    Code that is written otherwise, left out or added is a finding without a note; names, places
    and layout are for a reader. Other context needs no note.
    """
    deviations = _deviations(delta_of(case))
    if not deviations:
        summary = "there is no deviation but context"
        return Item("TX-4", _TX4, State.OK, summary, reason=BY_TEXT)
    notes = said_in(case)
    said = [(pair, cover(notes, pair), grave) for pair, grave in deviations]
    bare = [pair for pair, how, grave in said if how is Cover.NO and grave]
    open_ = [pair for pair, how, grave in said if how is Cover.NO and not grave]
    vague = [pair for pair, how, grave in said if how is Cover.PARTLY and grave]
    if not (bare or open_ or vague):
        summary = f"the message has a note on all {len(deviations)} deviations"
        return Item("TX-4", _TX4, State.OK, summary, reason=BY_TEXT)
    without = len(bare) + len(open_)
    summary = f"{without} of {len(deviations)} deviations have no note in the message"
    if not without:
        summary = f"{len(vague)} of {len(deviations)} deviations have a note that explains no code"
    return Item(
        "TX-4",
        _TX4,
        State.FINDING if bare else State.NEEDS_REVIEW,
        summary,
        reason=BY_TEXT,
        evidence=listed(
            [
                *(_deviation(pair) for pair in (*bare, *open_)),
                *(_deviation(pair, _VAGUE) for pair in vague),
            ]
        ),
        next="Put upstream's code back, or say in the message what was changed there, and why.",
    )


_VAGUE = ", and the note says no more than where it is or of what kind"


def _deviation(pair: RunPair, more: str = "") -> Evidence:
    return Evidence(f"{where(pair)}: {_WORDS[pair.change]}{more}", place(pair))


def _deviations(delta: Delta) -> list[tuple[RunPair, bool]]:
    """What whoever made the backport changed, and whether it is code that is another one.

    What was lost on the way is no work of theirs.
    """
    found: list[tuple[RunPair, bool]] = []
    for file in delta.files:
        names = {
            each.theirs.name: each.ours.name
            for each in file.lineage
            if each.ours is not None and each.how is How.RENAMED
        }
        found += (
            (pair, _is_grave(pair, names))
            for pair in map(_without_lost, file.runs)
            if pair.change not in (*_NO_DEVIATION, Change.LOST)
        )
    return found


def _is_grave(pair: RunPair, names: Mapping[str, str]) -> bool:
    """Whether code is another one: more than names, places, comments and white space.

    What the target has already, by its text, is left out for a reason.
    """
    if pair.needless:
        return False
    if not pair.compared:
        theirs, ours = (
            [line.key for line in run.code] if run is not None else []
            for run in (pair.theirs, pair.ours)
        )
        return theirs != ours
    return any(_is_other_code(line, names) for line in pair.lines)


def _is_other_code(line: LinePair, names: Mapping[str, str]) -> bool:
    if line.change not in (Change.CHANGED, Change.DROPPED, Change.ADDED):
        return False
    if line.theirs is None or line.ours is None:
        alone = line.theirs or line.ours
        return alone is not None and alone.is_code and alone.certain
    called = tuple(names.get(word, word) for word in line.theirs.words)
    code = line.theirs.is_code or line.ours.is_code
    return code and line.ours.certain and called != line.ours.words


def _without_lost(pair: RunPair) -> RunPair:
    if pair.change is not Change.LOST:
        return pair
    kept = [line for line in pair.lines if line.change is not Change.LOST]
    return replace(pair, change=of_run(kept)) if kept else pair
