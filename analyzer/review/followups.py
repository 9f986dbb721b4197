"""DP-2 and DP-3: upstream's later fixes, and the order within a series."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.compare.idiom import Piece, pieces, shown, where_met
from analyzer.finding import Evidence, State
from analyzer.patch.reader import Patch
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts, key_of

_DP2 = "are upstream's later fixes to this commit there, or their omission justified and true?"
_DP3 = "does no fix come before what it fixes?"
_HISTORY = "upstream's history was not searched: only the shipped facts answer here"


@dataclass(frozen=True, slots=True)
class _Fix:
    """A later fix that this code can need; ``line`` is where its precondition shows."""

    commit: CommitFacts
    line: int | None
    # Why it may be there after all: it is named in the series, or the code looks like it.
    hint: str = ""


def later_fixes(case: Case) -> Item:
    """DP-2: fixes whose precondition this code meets and that nothing in the input carries."""
    if case.commit is None:
        known = (
            "no upstream commit is named" if not case.named else "the commit is not in the facts"
        )
        return Item(
            "DP-2",
            _DP2,
            State.CANNOT_TELL,
            f"later fixes are not known: {known}",
            reason=_HISTORY,
            next="Search upstream's history for commits that fix this one.",
        )
    fixes = _needed(case)
    absent = [fix for fix in fixes if not fix.hint]
    if absent:
        return _absent(fixes, absent)
    if fixes:
        return Item(
            "DP-2",
            _DP2,
            State.NEEDS_REVIEW,
            "every later fix that this code can need seems to be there; only running decides",
            reason=_HISTORY,
            evidence=tuple(_evidence(fix) for fix in fixes),
            next="Run each fix's probe on the target.",
        )
    return Item(
        "DP-2",
        _DP2,
        State.CANNOT_TELL,
        "the facts hold no later fix that this code can need",
        reason=_HISTORY,
        next="Search upstream's history for commits that fix this one.",
    )


def _absent(fixes: list[_Fix], absent: list[_Fix]) -> Item:
    names = ", ".join(_named(fix.commit) for fix in absent)
    return Item(
        "DP-2",
        _DP2,
        State.FINDING,
        f"this patch does not carry {names}; not looked for elsewhere",
        reason=_HISTORY,
        evidence=tuple(_evidence(fix) for fix in fixes),
        next=f"Take {absent[0].commit.id[:12]} with it, or show that the target does not need it.",
    )


def _named(commit: CommitFacts) -> str:
    cve = f" ({', '.join(commit.cve)})" if commit.cve else ""
    return f"{commit.id[:12]}{cve}"


def _evidence(fix: _Fix) -> Evidence:
    commit = fix.commit
    release = f" (in {commit.released})" if commit.released else ""
    said = f'{_named(commit)} ("{commit.subject}"){release}: without it {commit.without}'
    unsure = f"; from memory: {', '.join(commit.unsure)}" if commit.unsure else ""
    hint = f"; {fix.hint}" if fix.hint else ""
    probe = f"; to tell: {commit.probe}" if commit.probe else ""
    return Evidence(said + hint + probe + unsure, Place(Side.INPUT, line=fix.line))


def _needed(case: Case) -> list[_Fix]:
    """Followers of the named commit whose code patterns this patch's code shows.

    Those with a cost of security come first. A precondition on the tree decides nothing here:
    such fixes are counted among what was not checked.
    """
    code = [piece for file in case.mended.files for hunk in file.hunks for piece in pieces(hunk)]
    found: list[_Fix] = []
    for follower in case.facts.followers(case.commit.id if case.commit else ""):
        commit = follower.commit
        applies = commit.applies
        if applies is None or applies.base or not _for_us(applies.arch, case.architectures):
            continue
        if not any(where_met(applies, (piece,)) is not None for piece in code):
            continue
        line = where_met(applies, tuple(code))
        found.append(_Fix(commit, line, _hint(case, commit, tuple(code))))
    return sorted(found, key=lambda fix: not fix.commit.cve)


def _for_us(needed: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return not needed or any(arch in asked for arch in needed)


def _hint(case: Case, commit: CommitFacts, code: tuple[Piece, ...]) -> str:
    for patch in case.others:
        if any(key_of(one.sha) == key_of(commit.id) for one in patch.message.upstream):
            return "another patch of the series names it"
    if any(commit.id.startswith(one.sha[:12]) for one in case.patch.message.upstream):
        return "the message names it"
    if shown(commit.carried, code) is not None:
        return "the code looks as if it were folded in"
    return ""


def conditional_on_tree(case: Case) -> int:
    """How many later fixes concern this code only under a condition that the tree must show."""
    if case.commit is None:
        return 0
    code = tuple(
        piece for file in case.mended.files for hunk in file.hunks for piece in pieces(hunk)
    )
    conditions = (one.commit.applies for one in case.facts.followers(case.commit.id))
    return sum(
        any(where_met(one, (piece,)) is not None for piece in code)
        for one in conditions
        if one is not None and one.base
    )


def fixes_in_order(case: Case) -> Item:
    """DP-3: within the series, what a patch fixes stands before it."""
    if not case.others:
        return Item(
            "DP-3",
            _DP3,
            State.CANNOT_TELL,
            "only this patch was given",
            reason="a series, or the target's history, would show the order",
            next="Give the series as one mbox or range.",
        )
    own = case.patch
    later = [patch for patch in case.others if patch.letter.first > own.letter.first]
    early = [
        (fix.line, patch)
        for fix in own.message.fixes
        for patch in later
        if any(key_of(one.sha) == key_of(fix.sha) for one in patch.message.upstream)
    ]
    if early:
        return Item(
            "DP-3",
            _DP3,
            State.FINDING,
            f"it fixes a commit that comes later in the series: {_title(early[0][1])}",
            evidence=tuple(
                Evidence(f"Fixes: names {_title(patch)}", Place(Side.INPUT, line=line))
                for line, patch in early
            ),
            next="Put it behind what it fixes.",
        )
    return Item("DP-3", _DP3, State.OK, "nothing that it fixes comes later in the series")


def _title(patch: Patch) -> str:
    return patch.message.subject.title if patch.message.subject else "a patch without a subject"
