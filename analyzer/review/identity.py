"""ID-1, ID-2 and ID-3: which upstream commit it is, and whether subject and author are its."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.finding import Evidence, State
from analyzer.patch.person import Person, read_person
from analyzer.patch.references import ReferenceForm, UpstreamReference
from analyzer.result import Item
from analyzer.review.case import Case, Seen
from analyzer.review.references import searched
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts

if TYPE_CHECKING:
    from analyzer.history.facts import Known
    from analyzer.history.past import Named as NamedThere

_NAMED = "is the upstream commit named, in any of the forms distributions use?"
_EXISTS = "does that commit exist upstream, and is it not a merge?"
_ALIKE = "are subject and author upstream's?"

# Fewer digits than these are not sure to stay unique in a repository as large as the kernel's.
_ENOUGH = 12
_LISTED = 10
_COMPARE = "Compare with upstream's commit, in a git repository that has it."


# --- ID-1 ------------------------------------------------------------------------------------


def upstream_named(case: Case) -> Item:
    """ID-1: the commit that the patch names, against the one that the user names."""
    references = case.patch.message.upstream
    mainline = [one for one in references if one.form is not ReferenceForm.STABLE_INCLUSION]
    evidence = _references(case)
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
    """The patch names no mainline commit; a user's name helps this run, not the next reader."""
    stable = [one.sha for one in case.patch.message.upstream]
    by_user = case.named is not None and not any(_same_commit(case.named, sha) for sha in stable)
    if by_user:
        return _open_name(
            f"only the user names the upstream commit, {case.named}; the patch does not",
            f"Name {case.named} in the message.",
            evidence,
        )
    what = (
        "only a stable tree's commit is named, not the mainline commit behind it"
        if stable
        else "no upstream commit is named in any known form; the patch may not be a backport"
    )
    return _open_name(
        what, "Name the mainline commit in the message, or pass --upstream-commit.", evidence
    )


def _open_name(summary: str, todo: str, evidence: tuple[Evidence, ...]) -> Item:
    return Item("ID-1", _NAMED, State.NEEDS_REVIEW, summary, evidence=evidence, next=todo)


def _references(case: Case) -> tuple[Evidence, ...]:
    named = case.patch.message.upstream
    found = tuple(Evidence(one.text, Place(Side.INPUT, line=one.line)) for one in named)
    return found or searched(case.patch.message)


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
    """ID-2: what upstream's history, its repository, or else the facts, know of the commit."""
    named = case.past.named if case.past else None
    if named is not None and named.commit is None:
        return _not_there(case, named)
    if named is not None and named.commit is not None and named.commit.merge:
        return _merge(case, named.commit)
    if case.seen is not None:
        return _seen(case.seen, named)
    if case.named is None:
        found = searched(case.patch.message)
        why = "no upstream commit is named"
        return Item("ID-2", _EXISTS, State.NOT_APPLICABLE, why, evidence=found)
    evidence = _references(case)
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


def _seen(seen: Seen, named: NamedThere | None) -> Item:
    """The commit is in upstream's repository: reached by a branch or a tag, or by none."""
    evidence: tuple[Evidence, ...] = (
        Evidence(f"“{seen.subject}”", Place(Side.UPSTREAM, commit=seen.id)),
    )
    summary = f"{seen.source} has {seen.id[:_ENOUGH]}, and it has one parent"
    if named is not None and named.reached is False:
        return Item(
            "ID-2",
            _EXISTS,
            State.NEEDS_REVIEW,
            f"{summary}, but no branch or tag of it holds the commit",
            reason=seen.found,
            evidence=evidence,
            next="See whether upstream ever merged it, and under which id.",
        )
    if named is not None and named.held:
        evidence = (*evidence, Evidence(f"it is in the history of {named.held}"))
    return Item("ID-2", _EXISTS, State.OK, summary, reason=seen.found, evidence=evidence)


def _not_there(case: Case, named: NamedThere) -> Item:
    """Upstream's history has no such commit: a wrong id where it has the patch under another."""
    source = case.past.source if case.past else ""
    where = f"{source} has no commit {named.sha[:_ENOUGH]}"
    stale = case.past.stale if case.past else ""
    evidence = (*_references(case), *(_instead(one, named) for one in named.instead))
    if len(named.instead) == 1:
        other = named.instead[0].id
        return Item(
            "ID-2",
            _EXISTS,
            State.FINDING,
            f"{where}; {other[:_ENOUGH]} has its {named.by.value.removeprefix('by ')}",
            reason=stale,
            evidence=evidence,
            next=f"Name {other} instead, if that is what the patch is.",
        )
    more = f"; {len(named.instead)} commits have its subject" if named.instead else ""
    return Item(
        "ID-2",
        _EXISTS,
        State.NEEDS_REVIEW,
        f"{where}{more}",
        reason=stale,
        evidence=evidence,
        next="Correct the id, or fetch upstream if its repository is not up to date.",
    )


def _instead(known: Known, named: NamedThere) -> Evidence:
    text = f"{named.by.value}: {known.id[:_ENOUGH]} (“{known.subject}”)"
    return Evidence(text, Place(Side.UPSTREAM, commit=known.id))


def _merge(case: Case, merge: Known) -> Item:
    source = case.past.source if case.past else ""
    place = Place(Side.UPSTREAM, commit=merge.id)
    return Item(
        "ID-2",
        _EXISTS,
        State.FINDING,
        f"{merge.id[:_ENOUGH]} is a merge of {merge.parents} parents, by {source}",
        evidence=(*_references(case), Evidence(f"“{merge.subject}”", place)),
        next="Name the commit that made the change, not the merge that brought it.",
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
    unsure = [field for field in commit.unsure if field in ("id", "subject", "released")]
    memory = f"; from memory: {', '.join(unsure)}" if unsure else ""
    return Evidence(
        f"{commit.source} knows {commit.id[:_ENOUGH]} as “{commit.subject}”{release}{memory}",
        Place(Side.UPSTREAM, commit=commit.id),
    )


# --- ID-3 ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of the patch beside upstream's. ``doubt``: why it cannot be compared."""

    name: str
    here: str | None
    line: int | None
    there: str
    same: bool
    doubt: str = ""

    @property
    def differs(self) -> bool:
        """Whether the two are known to differ."""
        return not self.doubt and not self.same


def subject_and_author(case: Case) -> Item:
    """ID-3: subject and author beside upstream's, of its repository or as the facts have them."""
    commit = case.seen or case.commit
    if commit is None:
        unnamed = case.named is None
        why = "no upstream commit is named" if unnamed else "the facts do not have the commit"
        found = searched(case.patch.message) if unnamed else _references(case)
        return Item("ID-3", _ALIKE, State.CANNOT_TELL, why, evidence=found, next=_COMPARE)
    fields = (_subject(case, commit), _author(case, commit))
    state, todo = State.OK, ""
    if other := [one.name for one in fields if one.differs]:
        state = State.NEEDS_REVIEW
        todo = f"Take upstream's {' and '.join(other)}, or explain the difference in the message."
    elif "id" in commit.unsure or any(one.doubt for one in fields):
        state, todo = State.CANNOT_TELL, _COMPARE
    evidence = [one for field in fields for one in _beside(field, commit)]
    return Item(
        "ID-3",
        _ALIKE,
        state,
        "; ".join(_told(fields, commit)),
        evidence=(*evidence, *_same_date(case, commit)),
        next=todo,
    )


def _told(fields: tuple[_Field, ...], commit: CommitFacts | Seen) -> Iterator[str]:
    for one in fields:
        if one.differs:
            yield f"the {one.name} is “{one.here}”, upstream's “{one.there}”"
        else:
            yield one.doubt or f"the {one.name} is upstream's"
    if "id" in commit.unsure:
        yield "the commit's id in the facts is from memory"


def _subject(case: Case, commit: CommitFacts | Seen) -> _Field:
    message, there = case.patch.message, _plain(commit.subject)
    if message.subject is None:
        return _Field("subject", None, None, there, False, "the patch states no subject")
    title = message.subject.title
    # The whole text counts too: upstream's own subject may begin like a tree's prefix.
    same = there in (_plain(title), _plain(message.subject.text))
    doubt = _doubt("subject", commit.subject, commit)
    return _Field("subject", title, message.subject_line, there, same, doubt)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _author(case: Case, commit: CommitFacts | Seen) -> _Field:
    here, there = case.patch.message.author, read_person(commit.author)
    if here is None:
        return _Field("author", None, None, commit.author, False, "the patch states no author")
    same = there is not None and _same_author(here, there)
    doubt = _doubt("author", commit.author, commit)
    return _Field("author", shown(here), here.line, commit.author, same, doubt)


def _same_author(here: Person, there: Person) -> bool:
    """By address; a page that hides addresses leaves the names."""
    if here.address and there.address:
        return here.address.casefold() == there.address.casefold()
    return folded(here.name) != "" and folded(here.name) == folded(there.name)


def _doubt(field: str, there: str, commit: CommitFacts | Seen) -> str:
    if not there:
        return f"the facts do not have upstream's {field}"
    return f"upstream's {field} in the facts is from memory" if field in commit.unsure else ""


def _beside(field: _Field, commit: CommitFacts | Seen) -> Iterator[Evidence]:
    if field.here is not None:
        yield Evidence(f"{field.name} here: {field.here}", Place(Side.INPUT, line=field.line))
    if field.there:
        text = f"{field.name} upstream: {field.there}"
        yield Evidence(text, Place(Side.UPSTREAM, commit=commit.id))


def _same_date(case: Case, commit: CommitFacts | Seen) -> Iterator[Evidence]:
    """A date may be known to the day only; a different one shows nothing, so it is not told."""
    date = case.patch.message.date
    known = commit.date and "date" not in commit.unsure
    if date is not None and known and (date.iso or "").startswith(commit.date):
        text = f"the date is upstream's author date, {commit.date}"
        yield Evidence(text, Place(Side.INPUT, line=date.line))


# --- people ----------------------------------------------------------------------------------


def folded(name: str | None) -> str:
    """A name for comparison: without case, and without remarks in brackets."""
    words = (name or "").casefold().split()
    return " ".join(word for word in words if word[0] != "(" and word[-1] != ")")


def shown(person: Person) -> str:
    """``Name <address>``, or the part of it that is known."""
    address = f"<{person.address}>" if person.address else ""
    return f"{person.name or ''} {address}".strip()
