"""DP-2 by upstream's history: every later fix and revert, and what told of it in the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from analyzer.finding import Evidence
from analyzer.history.presence import By, There
from analyzer.replay.outcome import Told
from analyzer.review.case import Case
from analyzer.review.prerequisites import by_running, place_of
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts, key_of

if TYPE_CHECKING:
    from analyzer.history.past import Follow, Omission

# Names alone decide nothing: what they tell is for a person.
_SURE = frozenset((By.CONTENT, By.ANCESTRY))
MOST_NAMED = 6


class Answer(Enum):
    """What is to be said of one later fix."""

    THERE = "it is there"
    NAMED = "it is there by its name"
    ABSENT = "it is not there"
    EXCUSED = "it is left out for a reason that holds"
    UNTRUE = "it is left out for a reason that does not hold"
    UNCHECKED = "it is left out for a reason that was not checked"
    PART = "a part of it is there, or its name alone"
    UNSURE = "nothing tells"


_BY_THERE = {There.NO: Answer.ABSENT, There.PARTLY: Answer.PART}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A later fix of upstream's history, what running told of it, and the answer."""

    follow: Follow
    told: Told | None

    @property
    def answer(self) -> Answer:
        """By running first, then by content, then by name; an omission excuses what is absent."""
        there = self.there
        if there is There.YES:
            sure = self.told is not None or self.follow.presence.by in _SURE
            return Answer.THERE if sure else Answer.NAMED
        if self.follow.omission is not None:
            return excuse(self.follow.omission)
        return _BY_THERE.get(there, Answer.UNSURE)

    @property
    def there(self) -> There:
        """Whether the target has it."""
        if self.told is not None and self.told.carried is not None:
            return There.YES if self.told.carried else There.NO
        return self.follow.presence.there

    @property
    def name(self) -> str:
        """Its id, and its CVEs."""
        cves = f" ({', '.join(self.follow.cves)})" if self.follow.cves else ""
        return f"{key_of(self.follow.later.commit.id)}{cves}"

    def evidence(self) -> Evidence:
        """It and what told of it, in one line."""
        commit, place = self.follow.later.commit, None
        said = told_by(self.follow)
        if self.told is not None and self.told.carried is not None:
            there = "it is there" if self.told.carried else "it is not there"
            said, place = f"{there}, {by_running(self.told)}", place_of(self.told)
        verb = self.follow.later.how.value
        of = f"{verb} {key_of(self.follow.later.of)}"
        release = f" (in {commit.released})" if commit.released else ""
        omission = self.follow.omission
        left = f"; {omitted(omission)}" if omission is not None else ""
        text = f"{self.name} (“{commit.subject}”){release} {of}: {said}{left}"
        return Evidence(text, place or Place(Side.UPSTREAM, commit=commit.id))


def excuse(omission: Omission) -> Answer:
    """What an omission makes of a fix that is absent."""
    if omission.holds is None:
        return Answer.UNCHECKED
    return Answer.EXCUSED if omission.holds else Answer.UNTRUE


def told_by(follow: Follow) -> str:
    """What told of a fix in the target, and how; or why it is not required."""
    if follow.undone:
        return f"not required, {key_of(follow.undone)} takes it back upstream"
    if follow.beside:
        return f"not required, {key_of(follow.beside)} is left out"
    presence = follow.presence
    how = f", told {presence.by.value}" if presence.by is not By.NOTHING else ""
    return f"{presence.there.value}{how}: {presence.said}"


def omitted(omission: Omission) -> str:
    """Who leaves a fix out, the reason given, and what was looked at to check it."""
    reason = f"“{omission.reason}”" if omission.reason else "without a reason"
    holds = {True: "which is so", False: "which is not so", None: "unchecked"}[omission.holds]
    return f"{omission.source} leaves it out, {reason}, {holds}: {omission.said}"


def follow_of(case: Case, commit: CommitFacts) -> Follow | None:
    """What upstream's history has of a fix that the facts know, by its id or its subject."""
    for one in follows(case):
        known = one.later.commit
        if key_of(known.id) == key_of(commit.id) or known.subject == commit.subject:
            return one
    return None


def omission_of(case: Case, sha: str) -> Omission | None:
    """Who leaves out a commit."""
    given = case.past.omissions if case.past else ()
    return next((one for one in given if key_of(sha).startswith(key_of(one.sha))), None)


def follows(case: Case) -> tuple[Follow, ...]:
    """What upstream's history has of later fixes."""
    return (case.past.follows or ()) if case.past else ()


def fixes_of_history(case: Case) -> tuple[Fixed, ...]:
    """The later fixes that a target can need and that the facts do not know."""
    known = [one.commit for one in case.facts.followers(case.commit.id)] if case.commit else []
    ids, subjects = {key_of(one.id) for one in known}, {one.subject for one in known}
    return tuple(
        Fixed(one, _told(case, one))
        for one in follows(case)
        if one.required
        and key_of(one.later.commit.id) not in ids
        and one.later.commit.subject not in subjects
    )


def _told(case: Case, follow: Follow) -> Told | None:
    probes = case.outcome.probes if case.outcome else ()
    own = key_of(follow.later.commit.id)
    found = next((one for one in probes if key_of(one.commit) == own), None)
    return found if found is not None and found.carried is not None else None


def not_required(case: Case) -> Iterator[Evidence]:
    """Fixes that were taken back upstream, or whose base is left out."""
    for one in follows(case):
        if not one.required:
            yield Fixed(one, None).evidence()


def unclear(case: Case) -> Iterator[Evidence]:
    """Commits that may be later fixes: what they name does not say so clearly."""
    known = [one.commit for one in case.facts.followers(case.commit.id)] if case.commit else []
    subjects = {one.subject for one in known}
    for one in case.past.unclear if case.past else ():
        if one.commit.subject not in subjects:
            place = Place(Side.UPSTREAM, commit=one.commit.id)
            text = f"{key_of(one.commit.id)} (“{one.commit.subject}”) {one.why}"
            yield Evidence(f"what may be a later fix: {text}", place)


def asked(case: Case) -> bool:
    """Whether there is a history of upstream's."""
    return case.past is not None and bool(case.past.source)


def searched(case: Case) -> str:
    """What was searched for later fixes, and how far it can be trusted; empty for nothing."""
    past = case.past
    if past is None or not past.source or past.follows is None:
        return ""
    doubts = "; ".join(one for one in (past.stale, *past.cut) if one)
    return f"searched: {past.source}{f'; {doubts}' if doubts else ''}"


def searched_whole(case: Case) -> bool:
    """Whether upstream's history was searched for later fixes to its end, as it is today."""
    past = case.past
    known = past is not None and bool(past.source) and past.follows is not None
    return known and past is not None and not (past.stale or past.cut)
