"""DP-2 and DP-3: upstream's later fixes, and the order within a series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.compare.idiom import Piece, pieces, shown, where_met
from analyzer.finding import Evidence, State
from analyzer.patch.reader import Patch
from analyzer.replay.outcome import Cause, Told
from analyzer.result import Item
from analyzer.review.behaviour import Named, listed, of_cause
from analyzer.review.case import Case
from analyzer.review.prerequisites import base_fixes, by_running, cited, place_of, told_of
from analyzer.review.semantics import shown as shown_divergence
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts, key_of

_DP2 = "are upstream's later fixes to this commit there, or their omission justified and true?"
_DP3 = "does no fix come before what it fixes?"
_HISTORY = "upstream's history was not searched: only the shipped facts answer here"


@dataclass(frozen=True, slots=True)
class _Fix:
    """A later fix that this code can need; ``line`` is where its precondition shows.

    ``hint`` is why text takes it to be there: it is named in the series, or the code looks like
    it. ``told`` is what running told, which outweighs text; ``seen`` are divergences that its
    absence explains. ``base`` is a condition on the tree under which alone it matters.
    """

    commit: CommitFacts
    line: int | None
    hint: str = ""
    told: Told | None = None
    seen: tuple[Named, ...] = ()

    @property
    def base(self) -> str:
        return self.commit.applies.base if self.commit.applies else ""

    @property
    def decided(self) -> bool | None:
        """Whether it is there, as far as running told; None where it did not."""
        if self.seen:
            return False
        return self.told.carried if self.told else None

    @property
    def absent(self) -> bool:
        return not self.base and (not self.hint if self.decided is None else not self.decided)


def later_fixes(case: Case) -> Item:
    """DP-2: fixes whose precondition this code meets; a probe decides, text only proposes."""
    if case.commit is None:
        known = (
            "no upstream commit is named" if not case.named else "the commit is not in the facts"
        )
        return _dp2(
            State.CANNOT_TELL,
            f"later fixes are not known: {known}",
            "Search upstream's history for commits that fix this one.",
        )
    if case.unfit:
        return _dp2(
            State.CANNOT_TELL,
            "the patch does not apply to the target, so nothing tells what is there with it",
            "Make the patch apply and run this again.",
        )
    fixes = _needed(case)
    stray = _unexplained(case, fixes)
    absent = [fix for fix in fixes if fix.absent]
    if absent:
        names = ", ".join(_named(fix.commit) for fix in absent)
        return _dp2(
            State.FINDING,
            _absent(case, names),
            f"Take {absent[0].commit.id[:12]} with it, or show that the target does not need it.",
            case,
            fixes,
            stray,
        )
    if stray:
        return _dp2(
            State.NEEDS_REVIEW,
            "the patch and upstream's commit do the same wrong, and no fix that is known explains "
            f"it: {listed([one.id for one in stray])}",
            "Search upstream's history for the commit that mends it.",
            case,
            fixes,
            stray,
        )
    return _present(case, fixes)


def _absent(case: Case, names: str) -> str:
    if case.outcome is not None and case.outcome.of_trees:
        return f"the target with this patch does not have {names}"
    return f"this patch does not carry {names}; not looked for elsewhere"


def _present(case: Case, fixes: list[_Fix]) -> Item:
    """Nothing is known to be absent: by running, by text, or for want of a fix."""
    if not fixes:
        return _dp2(
            State.CANNOT_TELL,
            "the facts hold no later fix that this code can need",
            "Search upstream's history for commits that fix this one.",
        )
    if all(fix.decided for fix in fixes):
        names = ", ".join(_named(fix.commit) for fix in fixes)
        said = f"every later fix known that this code can need is there, told by running: {names}"
        return _dp2(State.OK, said, "", case, fixes)
    if any(fix.base and fix.decided is False for fix in fixes):
        return _dp2(
            State.NEEDS_REVIEW,
            "a later fix is absent that some bases need; whether this one does was not looked up",
            "Look in the target for what the fix presumes.",
            case,
            fixes,
        )
    return _dp2(
        State.NEEDS_REVIEW,
        "every later fix that this code can need seems to be there; only running decides",
        "Run each fix's probe on the target.",
        case,
        fixes,
    )


def _dp2(
    state: State,
    summary: str,
    action: str,
    case: Case | None = None,
    fixes: Sequence[_Fix] = (),
    stray: Sequence[Named] = (),
) -> Item:
    seen = [one for fix in fixes for one in fix.seen] + list(stray)
    traces = (line for one in seen for line in shown_divergence(case, one)) if case else ()
    return Item(
        "DP-2",
        _DP2,
        state,
        summary,
        reason=_HISTORY,
        evidence=(*(_evidence(fix) for fix in fixes), *traces, *(_strange(case) if case else ())),
        divergences=tuple(one.id for one in seen),
        next=action,
    )


def _strange(case: Case) -> Iterator[Evidence]:
    """What was told of commits that the facts do not have."""
    for one in case.outcome.probes if case.outcome else ():
        if one.carried is False and case.facts.by(one.commit).commit is None:
            text = f"{one.commit[:12]}, which the facts do not have: {by_running(one)}"
            yield Evidence(text, place_of(one))


def _named(commit: CommitFacts) -> str:
    cve = f" ({', '.join(commit.cve)})" if commit.cve else ""
    return f"{commit.id[:12]}{cve}"


def _evidence(fix: _Fix) -> Evidence:
    commit = fix.commit
    unsure = f"; from memory: {', '.join(commit.unsure)}" if commit.unsure else ""
    hint = f"; {fix.hint}" if fix.hint else ""
    only = f"; this matters only where {fix.base}" if fix.base else ""
    text = f"{cited(commit)}: without it {commit.without}{hint}{_told(fix)}{only}{unsure}"
    line = None if fix.line is None else Place(Side.INPUT, line=fix.line)
    return Evidence(text, (place_of(fix.told) if fix.told else None) or line)


def _told(fix: _Fix) -> str:
    """What running told; where it told nothing, what would tell."""
    if fix.told is not None and fix.told.carried is not None:
        there = "it is there" if fix.told.carried else "it is not there"
        return f"; {there}, {by_running(fix.told)}"
    if fix.seen:
        return f"; it is not there, told by running: {listed([one.id for one in fix.seen])}"
    unable = f"; {by_running(fix.told)}" if fix.told else ""
    unrun = " (this tool's own probe, not run here)" if fix.commit.probed and not fix.told else ""
    return f"{unable}; to tell: {fix.commit.probe}{unrun}" if fix.commit.probe else unable


def _needed(case: Case) -> list[_Fix]:
    """Followers of the named commit that this code can need, by its patterns or by running.

    Those with a cost of security come first. A precondition on the tree decides nothing by text:
    such fixes are counted among what was not checked, unless a probe was run.
    """
    code = tuple(
        piece for file in case.mended.files for hunk in file.hunks for piece in pieces(hunk)
    )
    around = {key_of(fix.id) for fix in base_fixes(case)}
    found: list[_Fix] = []
    for follower in case.facts.followers(case.commit.id if case.commit else ""):
        commit = follower.commit
        if key_of(commit.id) in around or not _concerns(case, commit):
            continue
        told, seen = told_of(case, commit), _seen(case, commit)
        line = _shown_at(commit, code)
        # Where text sees no need and running no fault, there is nothing to say.
        run = bool(seen) or (told is not None and told.carried is False)
        if run or (line is not None and not (commit.applies and commit.applies.base)):
            found.append(_Fix(commit, line, _hint(case, commit, code), told, seen))
    return sorted(found, key=lambda fix: not fix.commit.cve)


def _concerns(case: Case, commit: CommitFacts) -> bool:
    return commit.applies is not None and _for_us(commit.applies.arch, case.architectures)


def _shown_at(commit: CommitFacts, code: tuple[Piece, ...]) -> int | None:
    """The input line at which one function shows what the fix is about."""
    return where_met(commit.applies, code) if commit.applies else None


def _seen(case: Case, commit: CommitFacts) -> tuple[Named, ...]:
    return tuple(
        one
        for one in of_cause(case, Cause.FOLLOW_UP)
        if one.divergence.fix and key_of(one.divergence.fix) == key_of(commit.id)
    )


def _unexplained(case: Case, fixes: list[_Fix]) -> tuple[Named, ...]:
    """Faults that both sides share, and that no fix of the list mends."""
    explained = {one.id for fix in fixes for one in fix.seen}
    return tuple(one for one in of_cause(case, Cause.FOLLOW_UP) if one.id not in explained)


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
