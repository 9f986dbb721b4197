"""CV-1 by CVE records and upstream's messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.finding import Evidence, State
from analyzer.review.case import Case
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts, key_of

if TYPE_CHECKING:
    from analyzer.history.past import CveTold

_MOST = 4


@dataclass(frozen=True, slots=True)
class CveAnswer:
    """What is to be said of one CVE id; ``owner`` is the commit that the facts give it to."""

    state: State
    text: str
    todo: str = ""
    owner: CommitFacts | None = None


def has_history(case: Case) -> bool:
    """Whether upstream's history was asked, and has the commit."""
    return case.past is not None and bool(case.past.found)


def own_cves(case: Case) -> tuple[str, ...]:
    """The CVEs that records or upstream's messages give to the commit."""
    return case.past.cves.own if case.past else ()


def by_history(case: Case, name: str, *, claimed: bool) -> CveAnswer | None:
    """What a record, or upstream's messages, say of a CVE that is named; None for nothing.

    ``claimed``: the message labels the patch with it, and does not only speak of it.
    """
    told = next((one for one in case.past.cves.told if one.id == name), None) if case.past else None
    if told is None or (told.record is None and not told.owners):
        return None
    if told.record is not None and told.record.rejected:
        return CveAnswer(
            State.NEEDS_REVIEW,
            f"the record of {name} was withdrawn",
            f"Leave {name} out, or say why it is named.",
        )
    source = "its record" if told.record is not None else "upstream's message"
    if told.ours:
        return CveAnswer(State.OK, f"{name} is this commit's, by {source}")
    return _of_another(case, told, source, claimed=claimed)


def _of_another(case: Case, told: CveTold, source: str, *, claimed: bool) -> CveAnswer:
    commits = ", ".join(_fixes(told)[:_MOST]) or "no commit"
    text = f"{told.id} is that of {commits}, by {source}"
    if case.named is None and case.seen is None:
        doubt = "which commit this patch is, nobody says"
    elif not claimed:
        doubt = "the message speaks of it in a sentence"
    elif told.beside:
        doubt = "this commit and that one belong together"
    else:
        own = key_of(case.seen.id if case.seen else case.named or "")
        todo = f"Correct {told.id}, or backport what it is fixed by."
        return CveAnswer(State.FINDING, f"{text}, not of {own}", todo)
    return CveAnswer(
        State.NEEDS_REVIEW, f"{text}; {doubt}", f"Decide whether {told.id} belongs in this message."
    )


def _fixes(told: CveTold) -> list[str]:
    """The commits of a CVE, with their subjects where the history has them."""
    known = {key_of(one.id): f"{key_of(one.id)} (“{one.subject}”)" for one in told.owners}
    every = told.record.fixed_by if told.record is not None else [one.id for one in told.owners]
    named = [known[key_of(sha)] for sha in every if key_of(sha) in known]
    return named or [key_of(sha) for sha in every]


def of_history(case: Case) -> Iterator[Evidence]:
    """The records that were read, and the commits that a CVE is given to."""
    if case.past is None:
        return
    for record in case.past.cves.records:
        said = "withdrawn" if record.rejected else f"fixed by {_ids(record.fixed_by)}"
        yield Evidence(f"the record of {record.id} (“{record.title}”): {said}")
    for told in case.past.cves.told:
        for owner in told.owners[:_MOST] if told.record is None else ():
            text = f"upstream's {key_of(owner.id)} (“{owner.subject}”) names {told.id}"
            yield Evidence(text, Place(Side.UPSTREAM, commit=owner.id))


def _ids(shas: tuple[str, ...]) -> str:
    more = len(shas) - _MOST
    return ", ".join(map(key_of, shas[:_MOST])) + (f" and {more} more" if more > 0 else "")
