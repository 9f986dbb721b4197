"""DP-1: what the patch stands on: upstream's prerequisites, and fixes of the code around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.finding import Evidence, State
from analyzer.replay.outcome import Cause, Told
from analyzer.result import Item
from analyzer.review.behaviour import Named, listed, of_cause
from analyzer.review.case import Case
from analyzer.review.needed import (
    beside,
    brought_later,
    lacking,
    lacks_known,
    looked_for,
    needed,
)
from analyzer.review.semantics import shown
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts, Role, key_of

_TITLE = "are the prerequisites there, in order?"
_NO_TREE = "the target tree was not looked into"


def prerequisites_there(case: Case) -> Item:
    """DP-1: never charged to the patch, whatever the base does."""
    faults = of_cause(case, Cause.BASE)
    around = (_around(case, fix) for fix in base_fixes(case))
    evidence = (*needed(case), *_prerequisites(case), *around)
    absent = brought_later(case, _TITLE, evidence) or lacks_known(case, _TITLE, evidence)
    if absent is not None:
        return absent
    if case.unfit:
        return Item(
            "DP-1",
            _TITLE,
            State.NEEDS_REVIEW,
            f"the patch does not apply to the target: {case.unfit[0]}",
            reason="; ".join(case.unfit[1:]),
            evidence=evidence,
            next=_first(case) or "Find what the target lacks there, and take that first.",
        )
    if case.outcome is not None and case.outcome.of_trees:
        return _of_trees(case, faults, evidence)
    if not faults:
        looked = looked_for(case, _TITLE, evidence)
        if looked is not None:
            return looked
        return Item(
            "DP-1",
            _TITLE,
            State.CANNOT_TELL,
            _NO_TREE,
            evidence=evidence,
            next="Apply the patch to the target and build it.",
        )
    fixes = [fix for fix in dict.fromkeys(one.divergence.fix for one in faults) if fix]
    missing = f"; {listed([fix[:12] for fix in fixes])} mends that upstream" if fixes else ""
    return Item(
        "DP-1",
        _TITLE,
        State.NEEDS_REVIEW,
        f"the bases have {_faults(faults)} of their own, which the patch neither brings nor mends"
        f"{missing}",
        reason=f"{_NO_TREE}: these are faults of the bases that stand in for it",
        evidence=(*(line for one in faults for line in shown(case, one)), *evidence),
        divergences=tuple(one.id for one in faults),
        next=_next(case, fixes),
    )


def _of_trees(case: Case, faults: tuple[Named, ...], evidence: tuple[Evidence, ...]) -> Item:
    """The patch applies; what the base does otherwise than upstream's is told."""
    if not faults:
        looked = looked_for(case, _TITLE, evidence)
        same = "the patch applies to the target, and what it runs through does what upstream's does"
        if looked is not None:
            return replace(looked, summary=f"{same}; {looked.summary}")
        return Item(
            "DP-1",
            _TITLE,
            State.NEEDS_REVIEW,
            same,
            reason="upstream's history was not searched for commits that it presumes",
            evidence=evidence,
            next="Build the target with the patch.",
        )
    what = listed([_differs_in(one) for one in faults])
    return Item(
        "DP-1",
        _TITLE,
        State.NEEDS_REVIEW,
        f"the target's base differs from upstream's where the patch has no part in it: {what}",
        reason="these differences were there before the patch, and the patch leaves them",
        evidence=(*(line for one in faults for line in shown(case, one)), *evidence),
        divergences=tuple(one.id for one in faults),
        next=_next(case, []),
    )


def _differs_in(one: Named) -> str:
    function = one.divergence.function
    return f"{one.divergence.observation}{f' ({function}())' if function else ''}"


def base_fixes(case: Case) -> tuple[CommitFacts, ...]:
    """Fixes of the code around the commit, which a base may lack with or without it."""
    companions = case.commit.companions if case.commit else ()
    known = (case.facts.by(one.id).commit for one in companions if one.role is Role.BASE)
    return tuple(commit for commit in known if commit is not None)


def told_of(case: Case, commit: CommitFacts) -> Told | None:
    """What running told of a commit, None where no probe of it was run."""
    probes = case.outcome.probes if case.outcome else ()
    return next((one for one in probes if key_of(one.commit) == key_of(commit.id)), None)


def cited(commit: CommitFacts) -> str:
    """A commit as it is named in a line of evidence."""
    cve = f" ({', '.join(commit.cve)})" if commit.cve else ""
    release = f" (in {commit.released})" if commit.released else ""
    return f'{commit.id[:12]}{cve} ("{commit.subject}"){release}'


def by_running(told: Told) -> str:
    """What a probe told, in words."""
    if told.carried is None:
        return f"running could not tell, and text only proposes: {told.said}"
    return f"told by running: {told.said}"


def place_of(told: Told) -> Place | None:
    """Where a probe saw it, in the patch's own C."""
    where = told.place
    side = Side.TARGET if told.of_tree else Side.PATCH_AFTER
    return None if where is None else Place(side, where.path, where.line)


def _prerequisites(case: Case) -> Iterator[Evidence]:
    for one in case.commit.companions if case.commit else ():
        if one.role is Role.PREREQUISITE:
            commit = case.facts.by(one.id).commit
            said = f"{cited(commit)}: without it {commit.without}" if commit else one.id[:12]
            yield Evidence(f"upstream's prerequisite {said}{beside(case, one.id)}")


def _around(case: Case, fix: CommitFacts) -> Evidence:
    told = told_of(case, fix)
    said = by_running(told) if told else beside(case, fix.id).removeprefix("; ")
    said = said or "whether the target has it was not looked up"
    text = f"a fix of the code around it, {cited(fix)}: without it {fix.without}; {said}"
    return Evidence(text, place_of(told) if told else None)


def _first(case: Case) -> str:
    """What to take first where upstream's commit that brought a line is known."""
    brought = [one.brought for one in lacking(case) if one.brought is not None]
    names = list(dict.fromkeys(key_of(one.id) for one in brought))
    return (
        f"Look at upstream's {listed(names[:4])}, and take what the patch needs." if names else ""
    )


def _faults(faults: tuple[Named, ...]) -> str:
    return f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"


def _next(case: Case, fixes: list[str]) -> str:
    names = fixes or [fix.id for fix in base_fixes(case)]
    if not names:
        return "Look for upstream's fix of the code around the patch."
    them = "it" if len(names) == 1 else "what is missing"
    return f"Look for {listed([name[:12] for name in names])} in the target, and take {them} first."
