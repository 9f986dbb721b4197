"""Later fixes that the shipped facts know: which of them this code can need, and what tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.compare.idiom import Piece, pieces, shown, where_met
from analyzer.finding import Evidence
from analyzer.history.presence import There
from analyzer.replay.outcome import Cause, Told
from analyzer.review.behaviour import Named, listed, of_cause
from analyzer.review.case import Case
from analyzer.review.later import Answer, Fixed, follow_of, omission_of, omitted, told_by
from analyzer.review.prerequisites import base_fixes, by_running, cited, place_of, told_of
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts, key_of

if TYPE_CHECKING:
    from analyzer.history.past import Follow, Omission


@dataclass(frozen=True, slots=True)
class Fix:
    """A later fix that this code can need; ``line`` is where its precondition shows.

    ``hint`` is why text takes it to be there: it is named in the series, or the code looks like
    it. ``told`` is what running told, which outweighs text; ``seen`` are divergences that its
    absence explains; ``follow`` is what upstream's history and the target's content tell, and
    ``omission`` who leaves it out. ``base`` is a condition on the tree under which alone it
    matters.
    """

    commit: CommitFacts
    line: int | None
    hint: str = ""
    told: Told | None = None
    seen: tuple[Named, ...] = ()
    follow: Follow | None = None
    omission: Omission | None = None

    @property
    def base(self) -> str:
        """The condition on the tree under which alone it matters."""
        return self.commit.applies.base if self.commit.applies else ""

    @property
    def required(self) -> bool:
        """Whether upstream has not taken it back."""
        return self.follow is None or self.follow.required

    @property
    def ran(self) -> bool:
        """Whether running told."""
        return bool(self.seen) or (self.told is not None and self.told.carried is not None)

    @property
    def decided(self) -> bool | None:
        """Whether it is there, as far as running or content told; None where neither did."""
        if self.seen:
            return False
        if self.told is not None and self.told.carried is not None:
            return self.told.carried
        known = Fixed(self.follow, None).answer if self.follow is not None else None
        return {Answer.THERE: True, Answer.ABSENT: False}.get(known) if known else None

    @property
    def absent(self) -> bool:
        """Whether it is needed and known, or taken, not to be there."""
        if self.base or not self.required:
            return False
        named = self.follow is not None and self.follow.presence.there is not There.NO
        return not (self.hint or named) if self.decided is None else not self.decided


def name_of(commit: CommitFacts) -> str:
    """A fix's id, and its CVEs."""
    cve = f" ({', '.join(commit.cve)})" if commit.cve else ""
    return f"{commit.id[:12]}{cve}"


def evidence_of(fix: Fix) -> Evidence:
    """A fix and what told of it, in one line."""
    commit = fix.commit
    unsure = f"; from memory: {', '.join(commit.unsure)}" if commit.unsure else ""
    hint = f"; {fix.hint}" if fix.hint else ""
    only = f"; this matters only where {fix.base}" if fix.base else ""
    left = f"; {omitted(fix.omission)}" if fix.omission else ""
    text = f"{cited(commit)}: without it {commit.without}{hint}{_told(fix)}{left}{only}{unsure}"
    line = None if fix.line is None else Place(Side.INPUT, line=fix.line)
    return Evidence(text, (place_of(fix.told) if fix.told else None) or line)


def _told(fix: Fix) -> str:
    """What running told; where it told nothing, what would tell."""
    if fix.told is not None and fix.told.carried is not None:
        there = "it is there" if fix.told.carried else "it is not there"
        return f"; {there}, {by_running(fix.told)}"
    if fix.seen:
        return f"; it is not there, told by running: {listed([one.id for one in fix.seen])}"
    unable = f"; {by_running(fix.told)}" if fix.told else ""
    if fix.follow is not None:
        return f"{unable}; {told_by(fix.follow)}"
    unrun = " (this tool's own probe, not run here)" if fix.commit.probed and not fix.told else ""
    return f"{unable}; to tell: {fix.commit.probe}{unrun}" if fix.commit.probe else unable


def needed(case: Case) -> list[Fix]:
    """Followers of the named commit that this code can need, by its patterns or by running.

    Those with a cost of security come first. A precondition on the tree decides nothing by text:
    such fixes are counted among what was not checked, unless a probe was run.
    """
    code = tuple(
        piece for file in case.mended.files for hunk in file.hunks for piece in pieces(hunk)
    )
    around = {key_of(fix.id) for fix in base_fixes(case)}
    found: list[Fix] = []
    for follower in case.facts.followers(case.commit.id if case.commit else ""):
        commit = follower.commit
        if key_of(commit.id) in around or not _concerns(case, commit):
            continue
        told, seen = told_of(case, commit), _seen(case, commit)
        line = _shown_at(commit, code)
        # Where text sees no need and running no fault, there is nothing to say.
        run = bool(seen) or (told is not None and told.carried is False)
        if run or (line is not None and not (commit.applies and commit.applies.base)):
            follow = follow_of(case, commit)
            omission = (follow.omission if follow else None) or omission_of(case, commit.id)
            hint = _hint(case, commit, code)
            found.append(Fix(commit, line, hint, told, seen, follow, omission))
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


def unexplained(case: Case, fixes: list[Fix]) -> tuple[Named, ...]:
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
