"""ID-1, ID-2 and ID-3: which upstream commit it is, and whether subject and author are its."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.finding import Evidence, State
from analyzer.patch.person import Person, read_person
from analyzer.patch.references import ReferenceForm, UpstreamReference
from analyzer.patch.subject import Subject
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts

_NAMED = "is the upstream commit named, in any of the forms distributions use?"
_EXISTS = "does that commit exist upstream, and is it not a merge?"
_ALIKE = "are subject and author upstream's?"

# Fewer digits than these are not sure to stay unique in a repository as large as the kernel's.
_ENOUGH = 12
_LISTED = 10


# --- ID-1 ------------------------------------------------------------------------------------


def upstream_named(case: Case) -> Item:
    """ID-1: the commit that the patch names, against the one that the user names."""
    references = case.patch.message.upstream
    mainline = [one for one in references if one.form is not ReferenceForm.STABLE_INCLUSION]
    evidence = tuple(_reference(one) for one in references)
    commits = _distinct([one.sha for one in mainline])
    if not commits:
        return _unnamed(case, evidence)
    if len(commits) > 1:
        return _open_name(
            f"{len(commits)} upstream commits are named: {_listed(commits)}",
            "Say which of them this patch is, or that it is all of them in one.",
            evidence,
        )
    if case.named is not None and not _same_commit(case.named, commits[0]):
        return _open_name(
            f"the patch names {commits[0]}, the user {case.named}",
            "Find out which of the two this patch is, and correct the other.",
            evidence,
        )
    return _one_name(mainline, commits[0], evidence)


def _one_name(mainline: list[UpstreamReference], sha: str, evidence: tuple[Evidence, ...]) -> Item:
    first = next(one for one in mainline if one.sha == sha)
    summary = f"{sha}, as “{first.form.value}” on line {first.line}"
    if len(sha) < _ENOUGH:
        return _open_name(
            f"{summary}: only {len(sha)} digits",
            "Name the commit with all 40 digits of its id.",
            evidence,
        )
    return Item("ID-1", _NAMED, State.OK, summary, evidence=evidence)


def _unnamed(case: Case, evidence: tuple[Evidence, ...]) -> Item:
    if case.named is not None:
        return _open_name(
            f"only the user names the upstream commit, {case.named}; the patch does not",
            f"Name {case.named} in the message.",
            evidence,
        )
    if evidence:
        return _open_name(
            "only a stable tree's commit is named, not the mainline commit behind it",
            "Name the mainline commit in the message, or pass --upstream-commit.",
            evidence,
        )
    return _open_name(
        "no upstream commit is named in any known form; the patch may not be a backport",
        "Name the upstream commit in the message, or pass --upstream-commit.",
        evidence,
    )


def _open_name(summary: str, todo: str, evidence: tuple[Evidence, ...]) -> Item:
    return Item("ID-1", _NAMED, State.NEEDS_REVIEW, summary, evidence=evidence, next=todo)


def _reference(one: UpstreamReference) -> Evidence:
    return Evidence(one.text, Place(Side.INPUT, line=one.line))


def _distinct(shas: list[str]) -> list[str]:
    """The commits among ``shas``: an id and its first digits are one, named by the longer."""
    position = {sha: at for at, sha in reversed(list(enumerate(shas)))}
    found: list[str] = []
    # An id sorts right behind its own first digits, so one look back is enough.
    for sha in sorted(position):
        if found and sha.startswith(found[-1]):
            found[-1] = sha
        else:
            found.append(sha)
    return sorted(found, key=position.__getitem__)


def _listed(shas: list[str]) -> str:
    more = len(shas) - _LISTED
    return ", ".join(shas[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _same_commit(one: str, other: str) -> bool:
    short, long = sorted((one.lower(), other.lower()), key=len)
    return bool(short) and long.startswith(short)


# --- ID-2 ------------------------------------------------------------------------------------


def upstream_exists(case: Case) -> Item:
    """ID-2: what the facts know of the commit; only a repository could answer."""
    if case.named is None:
        return Item("ID-2", _EXISTS, State.NOT_APPLICABLE, "no upstream commit is named")
    evidence = tuple(_reference(one) for one in case.patch.message.upstream)
    if merge := _quoted_merge(case):
        return Item(
            "ID-2",
            _EXISTS,
            State.NEEDS_REVIEW,
            "the message quotes the upstream commit with two parents: a merge",
            evidence=(*evidence, merge),
            next="Name the commit that made the change, not the merge that brought it.",
        )
    known = "the facts do not have it" if case.commit is None else "the facts have it"
    return Item(
        "ID-2",
        _EXISTS,
        State.CANNOT_TELL,
        f"{case.named[:_ENOUGH]} was not looked up in an upstream repository; {known}",
        reason="only an upstream git repository shows that the commit is there and has one parent",
        evidence=evidence if case.commit is None else (*evidence, _what_is_known(case.commit)),
        next="Look it up in an upstream repository: git cat-file -p COMMIT.",
    )


def _quoted_merge(case: Case) -> Evidence | None:
    """The ``Merge:`` line of git's fields, where the message quotes the commit with them."""
    message = case.patch.message
    quoted = {one.line for one in message.upstream if one.form is ReferenceForm.QUOTED}
    for at, number in enumerate(message.numbers[:-1]):
        following = message.body[at + 1].strip()
        if number in quoted and following.startswith("Merge:"):
            return Evidence(following[:80], Place(Side.INPUT, line=message.numbers[at + 1]))
    return None


def _what_is_known(commit: CommitFacts) -> Evidence:
    release = f", in {commit.released}" if commit.released else ""
    memory = f"; from memory: {', '.join(commit.unsure)}" if commit.unsure else ""
    return Evidence(
        f"{commit.source} knows {commit.id[:_ENOUGH]} as “{commit.subject}”{release}{memory}",
        Place(Side.UPSTREAM, commit=commit.id),
    )


# --- ID-3 ------------------------------------------------------------------------------------


class _Outcome(Enum):
    SAME = "same"
    OTHER = "other"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class _Comparison:
    what: str
    outcome: _Outcome
    text: str
    evidence: tuple[Evidence, ...] = ()


def subject_and_author(case: Case) -> Item:
    """ID-3: subject and author beside upstream's, as far as the facts have them."""
    if case.commit is None:
        return _not_known(case)
    parts = (_id(case.commit), _subject(case, case.commit), _author(case, case.commit))
    other = [part for part in parts if part.outcome is _Outcome.OTHER]
    unclear = [part for part in parts if part.outcome is _Outcome.OPEN]
    state, todo = State.OK, ""
    if other:
        state = State.NEEDS_REVIEW
        fields = " and ".join(part.what for part in other)
        todo = f"Take upstream's {fields}, or explain the difference in the message."
    elif unclear:
        state = State.CANNOT_TELL
        todo = "Compare with upstream's commit, in a git repository that has it."
    summary = "; ".join(part.text for part in (*other, *unclear))
    evidence = [one for part in parts for one in part.evidence]
    return Item(
        "ID-3",
        _ALIKE,
        state,
        summary or "subject and author are upstream's",
        evidence=(*evidence, *_same_date(case, case.commit)),
        next=todo,
    )


def _not_known(case: Case) -> Item:
    unnamed = case.named is None
    return Item(
        "ID-3",
        _ALIKE,
        State.CANNOT_TELL,
        "no upstream commit is named" if unnamed else "the facts do not have the upstream commit",
        next="Name the upstream commit in the message, or pass --upstream-commit."
        if unnamed
        else "Compare with upstream's commit, in a git repository that has it.",
    )


def _id(commit: CommitFacts) -> _Comparison:
    if "id" in commit.unsure:
        return _Comparison("id", _Outcome.OPEN, "the id in the facts is from memory")
    return _Comparison("id", _Outcome.SAME, "")


def _subject(case: Case, commit: CommitFacts) -> _Comparison:
    subject = case.patch.message.subject
    if why := _why_open("subject", commit.subject, subject is not None, commit):
        return _Comparison("subject", _Outcome.OPEN, why)
    if subject is not None and _same_subject(subject, commit.subject):
        return _Comparison("subject", _Outcome.SAME, "")
    title = subject.title if subject else ""
    beside = _beside(title, case.patch.message.subject_line, commit.subject, commit)
    text = f"the subject is “{title}”, upstream's “{commit.subject}”"
    return _Comparison("subject", _Outcome.OTHER, text, beside)


def _same_subject(subject: Subject, upstream: str) -> bool:
    """The whole text counts too: upstream may itself begin like a tree's prefix."""
    return plain(upstream) in (plain(subject.title), plain(subject.text))


def _author(case: Case, commit: CommitFacts) -> _Comparison:
    here = case.patch.message.author
    if why := _why_open("author", commit.author, here is not None, commit):
        return _Comparison("author", _Outcome.OPEN, why)
    there = read_person(commit.author)
    if here is None or there is None or _same_author(here, there):
        return _Comparison("author", _Outcome.SAME, "")
    beside = _beside(shown(here), here.line, commit.author, commit)
    text = f"the author is {shown(here)}, upstream's {commit.author}"
    return _Comparison("author", _Outcome.OTHER, text, beside)


def _same_author(here: Person, there: Person) -> bool:
    if here.address and there.address:
        return here.address.casefold() == there.address.casefold()
    return bool(here.name and there.name) and folded(here.name) == folded(there.name)


def _why_open(field: str, upstream: str, given: bool, commit: CommitFacts) -> str:
    """Why a field cannot be compared; empty where it can."""
    if not given:
        return f"the patch states no {field}"
    if not upstream:
        return f"upstream's {field} is not in the facts"
    return f"upstream's {field} in the facts is from memory" if field in commit.unsure else ""


def _beside(
    here: str, line: int | None, there: str, commit: CommitFacts
) -> tuple[Evidence, Evidence]:
    return (
        Evidence(f"here: {here}", Place(Side.INPUT, line=line)),
        Evidence(f"upstream: {there}", Place(Side.UPSTREAM, commit=commit.id)),
    )


def _same_date(case: Case, commit: CommitFacts) -> tuple[Evidence, ...]:
    """A date may be known to the day only; a different one shows nothing, so it is not told."""
    date = case.patch.message.date
    equal = date is not None and date.iso is not None and date.iso.startswith(commit.date)
    if date is None or not equal or not commit.date or "date" in commit.unsure:
        return ()
    text = f"the date is upstream's author date, {commit.date}"
    return (Evidence(text, Place(Side.INPUT, line=date.line)),)


def plain(text: str) -> str:
    """``text`` with every run of white space as one blank."""
    return " ".join(text.split())


def folded(name: str | None) -> str:
    """A name for comparison: without case, white space and remarks in brackets."""
    words = plain(name or "").casefold().split(" ")
    return " ".join(word for word in words if word and word[0] != "(" and word[-1] != ")")


def shown(person: Person) -> str:
    """``Name <address>``, or the part of it that is known."""
    address = f"<{person.address}>" if person.address else ""
    return f"{person.name or ''} {address}".strip()
