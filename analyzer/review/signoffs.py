"""ID-4: is the Signed-off-by chain whole and in order?"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.finding import Evidence, State
from analyzer.patch.message import Message
from analyzer.patch.person import Person, read_person
from analyzer.patch.preamble import Form
from analyzer.patch.references import ReferenceForm
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.identity import folded, shown
from analyzer.review.references import searched
from analyzer.review.required import Wanted, is_lossy, wanted_trailers
from analyzer.source import Place, Side

_TITLE = "is the Signed-off-by chain whole and in order?"
_SIGNED = "signed-off-by"
_PICKED = (ReferenceForm.CHERRY_PICKED, ReferenceForm.BACKPORTED)
_ALMOST = ("signed-off", "signed off", "signed-of-by", "singed-off-by")
_LOST = "the patch lost lines on its way, and a sign-off may have been among them"
_MOST = 4
_WORST_FIRST = (State.FINDING, State.NEEDS_REVIEW, State.CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class _Problem:
    state: State
    text: str
    todo: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Chain:
    """Who signed (``Person.line`` says where), who wrote it and who sent it.

    ``notes`` are the lines of the cherry-pick's notes that have sign-offs before them,
    ``almost`` lines that fail to be sign-offs. ``stated``: the author is named as such, not
    taken from who posted it. ``lossy``: lines of the patch got lost. ``upstream`` are who signed
    upstream's commit, None where its message is not at hand.
    """

    signers: tuple[Person, ...]
    notes: tuple[int, ...]
    almost: tuple[int, ...]
    author: Person | None
    sender: Person | None
    stated: bool
    backport: bool
    lossy: bool
    upstream: tuple[Person, ...] | None = None

    @property
    def last(self) -> Person:
        """The last signer."""
        return self.signers[-1]

    def lines_of(self, person: Person) -> list[int]:
        """Where a person signed."""
        return [_line(one) for one in self.signers if _same(one, person)]


def signoff_chain(case: Case) -> Item:
    """ID-4: who signed, against who wrote, picked and sent the patch."""
    message = case.patch.message
    if message.subject is None and not message.body:
        return Item(
            "ID-4",
            _TITLE,
            State.CANNOT_TELL,
            "there is no message, only a diff",
            evidence=searched(message),
            next="Give the patch with its message.",
        )
    chain = _chain(case)
    wanted = wanted_trailers(case, tickets=False)
    found = (*_problems(chain), *_wanting(case, chain, wanted))
    problems = sorted(found, key=lambda one: _WORST_FIRST.index(one.state))
    evidence = (*_evidence(case, chain), *_beside_signers(wanted))
    if not problems:
        return Item("ID-4", _TITLE, State.OK, _whole(chain) + _there(wanted), evidence=evidence)
    return Item(
        "ID-4",
        _TITLE,
        problems[0].state,
        "; ".join(one.text for one in problems),
        reason="; ".join(dict.fromkeys(one.why for one in problems if one.why)),
        evidence=evidence,
        next=" ".join(dict.fromkeys(one.todo for one in problems)),
    )


def _signers(message: Message) -> tuple[Person, ...]:
    read = ((one.value, one.line) for one in message.trailers if one.token.lower() == _SIGNED)
    return tuple(person for value, line in read if (person := read_person(value, line)))


def _chain(case: Case) -> _Chain:
    message = case.patch.message
    signers = _signers(message)
    first = min((_line(one) for one in signers), default=0)
    notes = sorted(one.line for one in message.upstream if one.form in _PICKED)
    return _Chain(
        signers,
        tuple(line for line in notes if line > first) if signers else (),
        tuple(_almost(message, {_line(one) for one in signers})),
        message.author,
        _sender(message),
        message.author != message.poster or message.form is not Form.ARCHIVE,
        case.named is not None,
        is_lossy(case.patch),
        _signers(case.upstream_message) if case.upstream_message else None,
    )


def _sender(message: Message) -> Person | None:
    """The poster; what git exported has the author in his place, and nobody sent it yet."""
    exported = message.form is Form.MAIL and message.commit is not None
    return None if exported and message.author == message.poster else message.poster


def _almost(message: Message, read: set[int]) -> Iterator[int]:
    for text, number in zip(message.body, message.numbers, strict=True):
        if number not in read and " ".join(text[:40].lower().split()).startswith(_ALMOST):
            yield number


def _evidence(case: Case, chain: _Chain) -> tuple[Evidence, ...]:
    lines = [(_line(one), f"Signed-off-by: {shown(one)}") for one in chain.signers]
    lines += [(one.line, one.text) for one in case.patch.message.upstream if one.form in _PICKED]
    found = tuple(Evidence(text, Place(Side.INPUT, line=line)) for line, text in sorted(lines))
    return found or searched(case.patch.message)


def _whole(chain: _Chain) -> str:
    count = f"{len(chain.signers)} sign-off{'s' if len(chain.signers) > 1 else ''}"
    return f"{count}, the author's among them, the last by {shown(chain.last)}"


# --- what the release's list wants ----------------------------------------------------------


def _wanting(case: Case, chain: _Chain, wanted: tuple[Wanted, ...]) -> Iterator[_Problem]:
    """Trailers that the list requires and the message lacks; sign-offs are told apart."""
    name = case.release.name if case.release else ""
    for one in wanted:
        if one.found or _SIGNED in map(str.lower, one.names):
            continue
        yield _Problem(
            State.NEEDS_REVIEW if chain.lossy else State.FINDING,
            f"the {name} checklist wants {one.told}, and the message has none",
            f"Add {one.told} to the message.",
            _LOST if chain.lossy else "",
        )


def _others(wanted: tuple[Wanted, ...]) -> list[Wanted]:
    """What is required and there, besides sign-offs."""
    return [one for one in wanted if one.found and _SIGNED not in map(str.lower, one.names)]


def _there(wanted: tuple[Wanted, ...]) -> str:
    return "".join(f", {one.told} is there" for one in _others(wanted))


def _beside_signers(wanted: tuple[Wanted, ...]) -> list[Evidence]:
    return [evidence for one in _others(wanted) for evidence in one.found]


# --- what may be wrong -----------------------------------------------------------------------


def _problems(chain: _Chain) -> Iterator[_Problem]:
    for line in chain.almost:
        yield _Problem(
            State.NEEDS_REVIEW,
            f"line {line} looks like a sign-off and cannot be read as one",
            f"Write line {line} as Signed-off-by: Name <address>.",
        )
    if not chain.signers:
        yield _nobody(chain)
        return
    for rule in _RULES:
        yield from rule(chain)


def _nobody(chain: _Chain) -> _Problem:
    return _Problem(
        State.NEEDS_REVIEW if chain.lossy or chain.almost else State.FINDING,
        "nobody signed off",
        "Get the sign-offs of the author and of whoever passes the patch on.",
        _LOST if chain.lossy else "",
    )


def _author_missing(chain: _Chain) -> Iterator[_Problem]:
    author = chain.author
    if author is None:
        yield _Problem(
            State.NEEDS_REVIEW,
            "the patch names no author whose sign-off could be looked for",
            "State the author in a From: line.",
        )
        return
    if chain.lines_of(author):
        return
    alike = [shown(one) for one in chain.signers if _resembles(one, author)]
    never = bool(chain.upstream) and not any(_same(one, author) for one in chain.upstream or ())
    certain = chain.stated and not (alike or chain.lossy or chain.almost or never)
    maybe = f"{', '.join(alike)} may be the same person" if alike else ""
    maybe = maybe or ("nor in upstream's commit" if never else "")
    yield _Problem(
        State.FINDING if certain else State.NEEDS_REVIEW,
        f"the author, {shown(author)}, did not sign off",
        f"Restore the sign-off of {shown(author)}, or correct the author.",
        maybe or (_LOST if chain.lossy else ""),
    )


def _dropped(chain: _Chain) -> Iterator[_Problem]:
    """Whoever signed upstream's commit signed this, too, as far as it is that commit."""
    gone = [one for one in chain.upstream or () if not chain.lines_of(one)]
    # The author's own is told by itself.
    gone = [one for one in gone if chain.author is None or not _same(one, chain.author)]
    if gone:
        names = ", ".join(dict.fromkeys(map(shown, gone[:_MOST])))
        more = f" and {len(gone) - _MOST} more" if len(gone) > _MOST else ""
        yield _Problem(
            State.NEEDS_REVIEW,
            f"upstream's commit is signed by {names}{more}, and the patch is not",
            "Restore upstream's sign-offs, in upstream's order.",
            _LOST if chain.lossy else "",
        )


def _author_late(chain: _Chain) -> Iterator[_Problem]:
    """Who wrote it signs before it is picked and sent, unless the backporter is the author."""
    author, sender = chain.author, chain.sender
    if author is None or sender is None or _same(author, sender):
        return
    own, sent = chain.lines_of(author), chain.lines_of(sender)
    before = [(line, "the note of the cherry-pick") for line in chain.notes[:1]]
    before += [(line, f"that of {shown(sender)}, who sent the patch") for line in sent[-1:]]
    for line, what in before:
        if own and own[0] > line:
            yield _Problem(
                State.NEEDS_REVIEW,
                f"the author's sign-off (line {own[0]}) comes after {what} (line {line})",
                "Put upstream's sign-offs first, in upstream's order.",
            )


def _last(chain: _Chain) -> Iterator[_Problem]:
    sender, last = chain.sender, chain.last
    if sender is None:
        yield from _last_of_unknown(chain)
        return
    if _same(sender, last):
        return
    if signed := chain.lines_of(sender):
        yield _Problem(
            State.NEEDS_REVIEW,
            f"{shown(sender)} sent the patch and signed it (line {signed[-1]}), "
            f"but the last sign-off is that of {shown(last)} (line {last.line})",
            "Find out who handled the patch last, and put that sign-off last.",
            "everyone who passes a patch on signs below the one it came from, so the last "
            "sign-off should be the sender's",
        )
    elif chain.author is None or not _same(sender, chain.author):
        yield _Problem(
            State.NEEDS_REVIEW,
            f"{shown(sender)}, who sent the patch, did not sign off",
            f"Get the sign-off of {shown(sender)}, or say who passed the patch on.",
            _LOST if chain.lossy else "",
        )


def _last_of_unknown(chain: _Chain) -> Iterator[_Problem]:
    """Only behind a cherry-pick's note is a sign-off sure to be no longer upstream's."""
    if chain.backport and not chain.notes:
        yield _Problem(
            State.CANNOT_TELL,
            f"the last sign-off, that of {shown(chain.last)}, may be upstream's: "
            "who committed the backport is not known",
            "Check that the last sign-off is that of whoever committed the backport.",
        )


def _unsigned_pick(chain: _Chain) -> Iterator[_Problem]:
    if chain.notes and _line(chain.last) < chain.notes[-1]:
        yield _Problem(
            State.NEEDS_REVIEW,
            f"nobody signed off after the note of the cherry-pick (line {chain.notes[-1]})",
            "Get the sign-off of whoever picked the commit.",
            _LOST if chain.lossy else "",
        )


def _repeated(chain: _Chain) -> Iterator[_Problem]:
    """Twice is right for an author who picks or sends the own commit, at the chain's end."""
    seen: dict[tuple[str, int], int] = {}
    for at, one in enumerate(chain.signers):
        key = (_key(one), bisect(chain.notes, _line(one)))
        before = seen.setdefault(key, at)
        closing = at == len(chain.signers) - 1 and before < at - 1
        if before != at and not closing:
            yield _Problem(
                State.NEEDS_REVIEW,
                f"{shown(one)} signed twice (lines {_line(chain.signers[before])} and {one.line})",
                "Remove the sign-off that is there twice.",
            )


def _addressless(chain: _Chain) -> Iterator[_Problem]:
    for one in chain.signers:
        if "@" not in (one.address or ""):
            yield _Problem(
                State.NEEDS_REVIEW,
                f"the sign-off of {shown(one)} (line {one.line}) has no address",
                f"Add the address of {shown(one)}.",
            )


_RULES = (
    _author_missing,
    _dropped,
    _author_late,
    _last,
    _unsigned_pick,
    _repeated,
    _addressless,
)

# --- people ----------------------------------------------------------------------------------


def _line(person: Person) -> int:
    return person.line or 0


def _key(person: Person) -> str:
    return (person.address or "").casefold() or folded(person.name)


def _same(one: Person, other: Person) -> bool:
    """The same address or the same name; people sign from more than one address."""
    if one.address and other.address and one.address.casefold() == other.address.casefold():
        return True
    return folded(one.name) != "" and folded(one.name) == folded(other.name)


def _resembles(one: Person, other: Person) -> bool:
    """A part of the name or the address is common: too alike to say that it is somebody else."""
    return bool(_parts(one) & _parts(other))


def _parts(person: Person) -> set[str]:
    mailbox = (person.address or "").partition("@")[0].casefold()
    words = [*folded(person.name).split(), mailbox]
    return {word for word in words if len(word.strip(".")) > 1}
