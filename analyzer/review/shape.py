"""TX-1, TX-2 and TX-5: the patch against the shape of the upstream commit.

Lines that were put back are no evidence: only what arrived is compared.
"""

from __future__ import annotations

from analyzer.compare import RESTORABLE, Pair, changed, in_other_hunks, pair_hunks, shape_lines
from analyzer.finding import Evidence, State
from analyzer.patch.lines import FileKind
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.source import Place, Side
from analyzer.upstream import heading_name

_TX1 = "is every upstream hunk there, and none added?"
_TX2 = "did every hunk land in the same function or Kconfig symbol?"
_TX5 = "are renamed or moved files and functions accounted for?"
_BY_SHAPE = "compared by shape: kinds of lines, not their text"
_NO_SHAPE = "the shape of the upstream commit is not among the shipped facts"
GIVE_UPSTREAM = "Compare with the upstream commit by hand."


def hunks_complete(case: Case) -> Item:
    """TX-1: every upstream hunk has its partner, with as many lines of code and comment."""
    pairs = case.mended.pairs
    if not pairs:
        return Item("TX-1", _TX1, State.CANNOT_TELL, _unknown(case), next=GIVE_UPSTREAM)
    whole = sum(pair.theirs is not None for pair in pairs)
    pairs = _cut_alike(case, pairs)
    missing = [pair for pair in pairs if pair.ours is None and not _elsewhere(case, pair)]
    extra = [pair for pair in pairs if pair.theirs is None]
    uneven = [(pair, said) for pair in pairs if (said := _uneven(pair))]
    evidence = (
        *(
            Evidence(f"upstream's hunk in {_where(pair)} is not here", _upstream(case, pair))
            for pair in missing
        ),
        *(
            Evidence(f"a hunk that upstream does not have, in {_ours(pair)}", _place(pair))
            for pair in extra
        ),
        *(Evidence(f"{_where(pair)}: {said}", _place(pair)) for pair, said in uneven),
    )
    if missing and not case.patch.message.notes and not case.patch.message.conflicts:
        state, summary = State.FINDING, f"{len(missing)} of {whole} upstream hunks are missing"
        action = "Add them, or say in the message why they are left out."
    elif missing or extra or uneven:
        state = State.NEEDS_REVIEW
        counts = (
            f"{len(missing)} missing" * bool(missing),
            f"{len(extra)} added" * bool(extra),
            f"{len(uneven)} with other lines of code" * bool(uneven),
        )
        summary = f"hunks against upstream's {whole}: {', '.join(part for part in counts if part)}"
        action = "Read these hunks beside upstream's."
    else:
        state, action = State.OK, ""
        summary = f"all {whole} upstream hunks are there and none is added, by shape"
    return Item("TX-1", _TX1, state, summary, reason=_BY_SHAPE, evidence=evidence, next=action)


def _cut_alike(case: Case, pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """The pairs without those of files whose hunks are upstream's, cut at other places."""
    files = {id(pair.file): pair.file for pair in pairs if pair.file is not None}
    cut_otherwise = set()
    for file in files.values():
        paths = {pair.theirs.path for pair in pairs if pair.theirs and pair.file is file}
        theirs = [pair.theirs for pair in pairs if pair.theirs and pair.theirs.path in paths]
        if in_other_hunks(theirs, file):
            cut_otherwise |= {*paths, file.path}
    return tuple(
        pair
        for pair in pairs
        if (pair.theirs.path if pair.theirs else _ours(pair)) not in cut_otherwise
    )


def _unknown(case: Case) -> str:
    return _NO_SHAPE if case.named else "no upstream commit is named"


def _elsewhere(case: Case, pair: Pair) -> bool:
    """Whether another patch of the series holds the hunk."""
    if case.commit is None:
        return False
    return any(
        found.theirs is pair.theirs and found.ours is not None
        for other in case.others
        for found in pair_hunks(other.files, case.commit)
    )


def _uneven(pair: Pair) -> str:
    """Lines of code or comment that one side alone has; what may be lost does not count."""
    if pair.theirs is None or pair.file is None or pair.ours is None:
        return ""
    if pair.alignment is None:
        return "too long to compare"
    theirs, ours = changed(pair.theirs.lines), changed(shape_lines(pair.ours, pair.file.path))
    lacking = sum(
        step.ours is None and step.theirs is not None and theirs[step.theirs].kind not in RESTORABLE
        for step in pair.alignment.steps
    )
    more = sum(
        step.theirs is None and step.ours is not None and ours[step.ours].kind not in RESTORABLE
        for step in pair.alignment.steps
    )
    parts = (f"{lacking} lines fewer" * bool(lacking), f"{more} lines more" * bool(more))
    return " and ".join(part for part in parts if part)


def _where(pair: Pair) -> str:
    hunk = pair.theirs
    return f"{hunk.path} ({hunk.within})" if hunk else _ours(pair)


def _ours(pair: Pair) -> str:
    return pair.file.path if pair.file else "?"


def _place(pair: Pair) -> Place:
    return Place(Side.INPUT, line=pair.ours.number if pair.ours else None)


def _upstream(case: Case, pair: Pair) -> Place:
    hunk = pair.theirs
    commit = case.commit.id if case.commit else None
    return Place(Side.UPSTREAM, hunk.path if hunk else None, hunk.new[0] if hunk else None, commit)


def same_places(case: Case) -> Item:
    """TX-2: the function or symbol in each hunk's header, ours against upstream's."""
    both = [pair for pair in case.mended.pairs if pair.theirs and pair.ours]
    if not both:
        summary = _unknown(case) if not case.mended.pairs else "no hunk has a partner upstream"
        return Item("TX-2", _TX2, State.CANNOT_TELL, summary, next=GIVE_UPSTREAM)
    told = [(pair, _within(pair)) for pair in both]
    other = [(pair, ours) for pair, ours in told if pair.theirs and ours != pair.theirs.within]
    evidence = tuple(Evidence(f"{_ours(pair)}: in {ours}", _place(pair)) for pair, ours in told)
    if not other:
        summary = f"{len(both)} of {len(both)} hunks stand where upstream's do, by their headers"
        return Item("TX-2", _TX2, State.OK, summary, reason=_BY_SHAPE, evidence=evidence)
    return Item(
        "TX-2",
        _TX2,
        State.NEEDS_REVIEW,
        f"{len(other)} of {len(both)} hunks stand elsewhere by their headers",
        reason=_BY_SHAPE,
        evidence=tuple(
            Evidence(
                f"{_ours(pair)}: in {ours or 'nothing that has a name'}, "
                f"upstream's in {pair.theirs.within if pair.theirs else '?'}",
                _place(pair),
            )
            for pair, ours in other
        ),
        next="Check in the target tree that each landed in the right function or symbol.",
    )


def _within(pair: Pair) -> str:
    return heading_name(pair.ours.heading, _ours(pair)) if pair.ours else ""


def moves_explained(case: Case) -> Item:
    """TX-5: what the patch itself renames; whether upstream's names moved needs its text."""
    moved = [file for file in case.patch.files if file.kind in (FileKind.RENAMED, FileKind.COPIED)]
    if moved:
        return Item(
            "TX-5",
            _TX5,
            State.NEEDS_REVIEW,
            f"{len(moved)} files are renamed or copied",
            evidence=tuple(
                Evidence(f"{file.old_path} -> {file.new_path}", Place(Side.INPUT, line=file.number))
                for file in moved
            ),
            next="Check that upstream moves the same files.",
        )
    theirs = {hunk.path for hunk in case.commit.hunks} if case.commit else set()
    ours = {file.path for file in case.patch.files}
    files = "the files are upstream's" if theirs and theirs == ours else "files"
    return Item(
        "TX-5",
        _TX5,
        State.CANNOT_TELL,
        f"{files}; functions were not compared" if theirs == ours and theirs else _unknown(case),
        reason="upstream's text would show which functions moved",
        next=GIVE_UPSTREAM,
    )
