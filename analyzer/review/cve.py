"""CV-1: is the CVE named the CVE of that commit?"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.finding import Evidence, State
from analyzer.patch.trackers import Cve
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.cve_records import (
    CveAnswer,
    by_history,
    has_history,
    of_history,
    own_cves,
)
from analyzer.review.references import searched
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts, key_of

_TITLE = "is the CVE named the CVE of that commit?"
_WORST_FIRST = (State.FINDING, State.NEEDS_REVIEW, State.CANNOT_TELL, State.OK)
_LONGEST_LABEL = 24


def named_cve(case: Case) -> Item:
    """CV-1: every CVE that the message names, and those of the commit that it does not.

    By the records and upstream's messages where its history is at hand, else by the facts.
    """
    answers = [*_named(case), *_unnamed(case)]
    if not answers:
        found = searched(case.patch.message)
        return Item("CV-1", _TITLE, State.NOT_APPLICABLE, _nothing_named(case), evidence=found)
    answers.sort(key=lambda one: _WORST_FIRST.index(one.state))
    return Item(
        "CV-1",
        _TITLE,
        answers[0].state,
        "; ".join(one.text for one in answers),
        evidence=tuple(_evidence(case, answers)),
        next=" ".join(dict.fromkeys(one.todo for one in answers if one.todo)),
    )


def _nothing_named(case: Case) -> str:
    if has_history(case):
        return "no CVE is named, and upstream's history has none for the commit"
    if case.commit is None:
        return "no CVE is named, and the facts do not have the commit"
    return "no CVE is named, and the facts have none for the commit"


def _evidence(case: Case, answers: list[CveAnswer]) -> Iterator[Evidence]:
    for cve in case.patch.message.cves:
        yield Evidence(cve.id, Place(Side.INPUT, line=cve.line))
    if not case.patch.message.cves:
        yield from searched(case.patch.message)
    yield from of_history(case)
    owners = [one.owner for one in answers if one.owner is not None]
    known = owners if case.commit is None else [case.commit, *owners]
    for commit in {one.id: one for one in known}.values():
        cves = ", ".join(commit.cve) or "no CVE"
        memory = " (from memory)" if "cve" in commit.unsure else ""
        yield Evidence(
            f"{commit.source}: {_cited(commit)}: {cves}{memory}",
            Place(Side.UPSTREAM, commit=commit.id),
        )


def _cited(commit: CommitFacts) -> str:
    return f"{key_of(commit.id)} (“{commit.subject}”)"


# --- CVEs that the message names ---------------------------------------------------------------


def _named(case: Case) -> Iterator[CveAnswer]:
    owners: dict[str, list[CommitFacts]] = {}
    for commit in case.facts.all():
        for cve in commit.cve:
            owners.setdefault(cve, []).append(commit)
    own = _own_commits(case)
    lines = dict(zip(case.patch.message.numbers, case.patch.message.body, strict=True))
    for named in case.patch.message.cves:
        found = owners.get(named.id, [])
        ours = next((one for one in found if key_of(one.id) in own), None)
        claimed = named.line not in lines or _is_claim(lines[named.line])
        told = by_history(case, named.id, claimed=claimed)
        if told is not None:
            yield told
        elif ours is not None:
            yield _owned(named, ours)
        elif found:
            yield _of_another(case, named, found[0], claimed=claimed)
        else:
            yield _of_nobody(case, named, claimed=claimed)


def _own_commits(case: Case) -> set[str]:
    """The commits that the patch says it is: a squashed backport is several."""
    found = (case.facts.by(one.sha).commit for one in case.patch.message.upstream)
    return {key_of(one.id) for one in (case.commit, *found) if one is not None}


def _is_claim(line: str) -> bool:
    """Whether a CVE labels the patch on this line; a sentence may speak of another commit's."""
    text = line.strip(" \t[(#*-")
    label, colon, _ = text[:_LONGEST_LABEL].partition(":")
    return text[:4].upper() == "CVE-" or (bool(colon) and " " not in label.strip())


def _owned(cve: Cve, owner: CommitFacts) -> CveAnswer:
    if "cve" in owner.unsure:
        return CveAnswer(
            State.CANNOT_TELL,
            f"the facts have {cve.id} for this commit, but from memory",
            _look_up(cve.id),
            owner,
        )
    return CveAnswer(State.OK, f"{cve.id} is that of {_cited(owner)}", owner=owner)


def _of_another(case: Case, cve: Cve, owner: CommitFacts, *, claimed: bool) -> CveAnswer:
    text = f"{cve.id} is that of {_cited(owner)}"
    doubt = _doubt(case, owner, claimed=claimed)
    if case.commit is None or doubt:
        todo = f"Decide whether {cve.id} belongs in this message."
        return CveAnswer(State.NEEDS_REVIEW, f"{text}; {doubt}", todo, owner)
    todo = f"Correct {cve.id}, or backport {key_of(owner.id)}."
    return CveAnswer(State.FINDING, f"{text}, not of {_cited(case.commit)}", todo, owner)


def _doubt(case: Case, owner: CommitFacts, *, claimed: bool) -> str:
    """Why naming another commit's CVE may be right; empty where nothing speaks for it."""
    if case.commit is None:
        return "which commit this patch is, the facts cannot tell"
    if "cve" in owner.unsure:
        return "the facts have that from memory"
    if not claimed:
        return "the message speaks of it in a sentence"
    if key_of(owner.id) in _cited_by(case.commit) or key_of(case.commit.id) in _cited_by(owner):
        return "this commit and that one belong together"
    if any(
        key_of(one.sha) == key_of(owner.id)
        for patch in case.others
        for one in patch.message.upstream
    ):
        return "that commit is in the same series"
    return ""


def _cited_by(commit: CommitFacts) -> set[str]:
    """A CVE's ticket is put on prerequisites and follow-ups of the fix too."""
    companions = (one.id for one in commit.companions)
    return {key_of(sha) for sha in (*commit.fixes, *commit.extends, *companions)}


def _of_nobody(case: Case, cve: Cve, *, claimed: bool) -> CveAnswer:
    """A CVE that no commit of the facts has."""
    commit, own = case.commit, own_cves(case)
    if own and claimed and not {one.id for one in case.patch.message.cves}.intersection(own):
        text = f"upstream's history has {', '.join(own)} for this commit, not {cve.id}"
        return CveAnswer(State.FINDING, text, _look_up(cve.id))
    if commit is None:
        text = f"which commit fixes {cve.id}, the facts do not say"
        return CveAnswer(State.CANNOT_TELL, text, _look_up(cve.id))
    if not commit.cve:
        text = f"the facts have no CVE for this commit; the message names {cve.id}"
        return CveAnswer(State.NEEDS_REVIEW, text, _look_up(cve.id))
    named = {one.id for one in case.patch.message.cves}
    text = f"the facts have {', '.join(commit.cve)} for this commit, not {cve.id}"
    sure = claimed and "cve" not in commit.unsure and not named.intersection(commit.cve)
    return CveAnswer(State.FINDING if sure else State.NEEDS_REVIEW, text, _look_up(cve.id))


def _look_up(cve: str) -> str:
    return f"Look {cve} up in its record, and see which commit it names as the fix."


# --- CVEs that the message does not name -------------------------------------------------------


def _unnamed(case: Case) -> Iterator[CveAnswer]:
    named = {one.id for one in case.patch.message.cves}
    recorded = [name for name in own_cves(case) if name not in named]
    for name in recorded:
        text = f"the message does not name {name}, which upstream's history has for this commit"
        yield CveAnswer(State.NEEDS_REVIEW, text, f"Name {name} in the message.")
    for cve in case.commit.cve if case.commit else ():
        if case.commit and cve not in named and cve not in recorded:
            memory = ", from memory" if "cve" in case.commit.unsure else ""
            yield CveAnswer(
                State.NEEDS_REVIEW,
                f"the message does not name {cve}, which the facts have for this commit{memory}",
                f"Name {cve} in the message.",
            )
