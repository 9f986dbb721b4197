"""TX-1 by text: every change of upstream's is there, and none is added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.compare.change import Change, LinePair, Run, RunPair
from analyzer.compare.delta import Delta, FilePair
from analyzer.compare.elsewhere import holds
from analyzer.finding import Evidence, State
from analyzer.patch.lines import Mark
from analyzer.result import Item
from analyzer.review import shape
from analyzer.review.case import Case
from analyzer.review.notes import Said, covers, mentions, said_in
from analyzer.review.sides import BY_TEXT, beside, delta_of, listed, of_file, place, quoted, where

_TX1 = "is every upstream hunk there, and none added?"
_LINE = "with a line missing"
_MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class _Told:
    """One change without a counterpart: what is said of it, and how grave it is."""

    evidence: Evidence
    state: State
    word: str


def hunks_complete(case: Case) -> Item:
    """TX-1, by upstream's text."""
    delta = delta_of(case)
    told = list(_told(case, delta))
    total = sum(pair.theirs is not None for pair in delta.runs)
    total += sum(file.bare for file in delta.files)
    if not total:
        summary = "upstream's patch holds no change that could be compared"
        return Item("TX-1", _TX1, State.CANNOT_TELL, summary, next=shape.GIVE_UPSTREAM)
    state = _gravest(told)
    if state is State.OK:
        summary = f"all {total} upstream changes are there and none is added"
        return Item("TX-1", _TX1, state, summary, reason=BY_TEXT)
    counts = [(word, sum(one.word == word for one in told)) for word in _WORDS]
    parts = ", ".join(f"{count} {word}" for word, count in counts if count)
    return Item(
        "TX-1",
        _TX1,
        state,
        f"changes against upstream's {total}: {parts}",
        reason=BY_TEXT,
        evidence=listed([one.evidence for one in told]),
        next=_NEXT[state],
    )


_WORDS = ("missing", _LINE, "lost on the way", "added", "replaced by another", "not comparable")
_ORDER = (State.FINDING, State.CANNOT_TELL, State.NEEDS_REVIEW)
_NEXT = {
    State.FINDING: "Add what is missing and drop what is added, or say in the message why.",
    State.CANNOT_TELL: "Fetch the patch undamaged.",
    State.NEEDS_REVIEW: "Read these changes beside upstream's.",
}


def _gravest(told: list[_Told]) -> State:
    return next((state for state in _ORDER if any(one.state is state for one in told)), State.OK)


def _told(case: Case, delta: Delta) -> Iterator[_Told]:
    notes = said_in(case)
    for file in delta.files:
        yield from _of_file(file, notes)
        touched = {owner for pair in file.runs if pair.theirs for owner in pair.theirs.owners}
        for pair in file.runs:
            if pair.theirs is None:
                near = file.theirs is not None and bool(touched & set(pair.run.owners))
                mild = near or _is_helper(pair, file) or _is_own_select(case, pair)
                yield _added(pair, notes, mild)
            elif pair.change is Change.DROPPED:
                yield _dropped(case, pair, notes)
            elif _is_lost(pair):
                said = f"upstream's change in {where(pair)} is lost with lines of the hunk"
                yield _Told(Evidence(said, place(pair)), State.CANNOT_TELL, "lost on the way")
            elif not pair.alike:
                said = f"{where(pair)}: another change stands where upstream's would"
                yield _Told(Evidence(said, place(pair)), State.NEEDS_REVIEW, "replaced by another")
            else:
                yield from _lines_missing(case, pair, notes)


def _is_lost(pair: RunPair) -> bool:
    code = [line for line in pair.lines if line.theirs is not None and line.theirs.is_code]
    return bool(code) and all(line.change is Change.LOST for line in code)


def _is_helper(pair: RunPair, file: FilePair) -> bool:
    """Whether a run defines what changed lines of ours name: a part that was put by itself."""
    named = {
        word
        for other in file.runs
        if other.theirs is not None
        for line in other.lines
        if line.ours is not None
        for word in line.ours.words
    }
    return file.theirs is not None and any(owner.name in named for owner in pair.run.owners)


def _is_own_select(case: Case, pair: RunPair) -> bool:
    """Whether a run only selects what the patch itself defines: CF-2 and CF-3 ask about that."""
    own = {one.symbol for symbols in case.symbols for one in symbols.defined if one.symbol}
    return _has_code(pair) and all(
        len(line.words) == 2 and line.words[0] == "select" and line.words[1] in own
        for line in pair.run.code
    )


def _added(pair: RunPair, notes: tuple[Said, ...], near: bool) -> _Told:
    evidence = Evidence(
        f"{where(pair)}: a change that upstream does not have: {quoted(pair)}", place(pair)
    )
    mild = near or not _has_code(pair) or covers(notes, pair)
    return _Told(evidence, State.NEEDS_REVIEW if mild else State.FINDING, "added")


def _has_code(pair: RunPair) -> bool:
    """Whether a run is more than comments and blank lines."""
    return bool(pair.run.code)


def _dropped(case: Case, pair: RunPair, notes: tuple[Said, ...]) -> _Told:
    run = pair.run
    elsewhere = any(holds(other.files, run) for other in case.others)
    said = f"upstream's change in {where(pair)} is not here: {quoted(pair)}"
    if elsewhere:
        said += "; another patch of the series has it"
    elif pair.needless:
        said += "; the target is so already"
    mild = elsewhere or pair.needless or not _has_code(pair) or covers(notes, pair)
    return _Told(
        Evidence(said, place(pair)), State.NEEDS_REVIEW if mild else State.FINDING, "missing"
    )


def _lines_missing(case: Case, pair: RunPair, notes: tuple[Said, ...]) -> Iterator[_Told]:
    """Lines of upstream's that ours lacks in a change that is otherwise upstream's.

    Where other lines were written anew beside it, what it did may be in them.
    """
    if pair.ours is None or pair.theirs is None:
        return
    gone = [line for line in pair.lines if _is_missing(pair.theirs, pair.ours, line)]
    if not gone:
        return
    anew = any(_is_anew(line) for line in pair.lines if line not in gone)
    elsewhere = any(holds(other.files, pair.theirs) for other in case.others)
    mild = anew or elsewhere or covers(notes, pair)
    said = f"{where(pair)}: {'; '.join(beside(line) for line in gone[:_MOST_LINES])}"
    state = State.NEEDS_REVIEW if mild else State.FINDING
    yield _Told(Evidence(said, place(pair)), state, _LINE)


def _is_missing(theirs: Run, ours: Run, line: LinePair) -> bool:
    """Whether a line of code that upstream's has is not there behind ours, or the other way round.

    It is added by upstream's alone, or taken away by one of the two while the other keeps it.
    """
    one = line.theirs or line.ours
    if one is None or not one.is_code or line.change not in (Change.DROPPED, Change.ADDED):
        return False
    run = ours if line.change is Change.DROPPED else theirs
    stays = any(each.words == one.words for each in (*run.above, *run.below))
    if one.mark is Mark.REMOVED:
        return stays
    return line.change is Change.DROPPED and not stays


def _is_anew(line: LinePair) -> bool:
    """Whether ours has code in a line that upstream's has not."""
    added = line.change is Change.ADDED and line.ours is not None and line.ours.mark is Mark.ADDED
    return added or line.change is Change.CHANGED


def _of_file(file: FilePair, notes: tuple[Said, ...]) -> Iterator[_Told]:
    """Files that upstream renames, makes executable or changes as binaries; and ours."""
    one = file.theirs or file.ours
    if one is None or (one.hunks and not one.binary):
        return
    if file.theirs is not None and file.ours is not None:
        if one.binary or file.ours.binary:
            said = f"{one.path} is binary: its contents were not compared"
            yield _Told(Evidence(said, of_file(file)), State.NEEDS_REVIEW, "not comparable")
        return
    word = "added" if file.theirs is None else "missing"
    state = State.NEEDS_REVIEW if mentions(notes, (one.path,)) else State.FINDING
    yield _Told(Evidence(f"{one.path}: {one.kind.value}", of_file(file)), state, word)
