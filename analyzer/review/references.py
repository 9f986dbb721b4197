"""ID-5 and ID-6: the ticket that a patch belongs to, and the tree that its subject names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.finding import Evidence, State
from analyzer.patch.message import Message
from analyzer.patch.preamble import Form
from analyzer.patch.subject import PrefixKind
from analyzer.patch.trackers import Tracker
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.required import (
    Opening,
    Wanted,
    begins_with,
    is_bracket,
    is_lossy,
    opening,
    ticket_told,
    tickets_wanted,
    wanted_trailers,
)
from analyzer.source import Place, Side

if TYPE_CHECKING:
    from analyzer.release.checklist import Checklist

_TRACKER = "is there a tracker reference?"
_PREFIX = "does the subject carry the tree's prefix?"

# Upstream's own trackers: their tickets come along with the message and name no ticket of ours.
_UPSTREAMS = frozenset(
    ("bko", "bugs.freedesktop.org", "gitlab.freedesktop.org", "github.com", "syzkaller.appspot.com")
)
_NAME_THE_TICKET = "Name the ticket of this backport in the message, or say that there is none."
_TREE_KINDS = (PrefixKind.TREE, PrefixKind.BACKPORT)


def tracker_reference(case: Case) -> Item:
    """ID-5: the tickets named, those of upstream's own trackers told apart.

    A release's list says which tickets it wants, if any.
    """
    wanted = wanted_trailers(case, tickets=True)
    if case.release is not None and (wanted or case.release.trackers):
        return _tickets_of(case, case.release, wanted)
    item = _any_ticket(case)
    if case.release is None or case.release.trackers is None or item.state is State.OK:
        return item
    asks = f"the {case.release.name} checklist asks for no ticket"
    return replace(item, state=State.NOT_APPLICABLE, summary=asks, reason=item.summary, next="")


def _tickets_of(case: Case, release: Checklist, wanted: tuple[Wanted, ...]) -> Item:
    """ID-5 where the list wants tickets of its own systems, or trailers that name them."""
    message = case.patch.message
    if message.subject is None and not message.body:
        no_message, evidence = "there is no message, only a diff", searched(message)
        todo = "Give the patch with its message."
        return Item("ID-5", _TRACKER, State.CANNOT_TELL, no_message, evidence=evidence, next=todo)
    systems = release.trackers or ()
    named = tickets_wanted(case, systems)
    lacking = [one.told for one in wanted if not one.found]
    lacking += [f"a ticket of {_either(systems)}"] if systems and not named else []
    lines = [line for one in wanted for line in one.found]
    evidence = tuple(dict.fromkeys((*(line for _, line in named), *lines)))
    if not lacking:
        told = [text for text, _ in named] or [one.text for one in lines]
        return Item("ID-5", _TRACKER, State.OK, ", ".join(dict.fromkeys(told)), evidence=evidence)
    others = tuple(map(ticket_told, message.trackers))
    lossy = is_lossy(case.patch)
    return Item(
        "ID-5",
        _TRACKER,
        State.NEEDS_REVIEW if lossy else State.FINDING,
        f"the {release.name} checklist wants {' and '.join(lacking)}, and the message has none",
        reason="the patch lost lines on its way, and that may have been among them"
        if lossy
        else "",
        evidence=tuple(dict.fromkeys((*evidence, *others))) or searched(message),
        next=f"Add {' and '.join(lacking)} to the message.",
    )


def _either(systems: tuple[str, ...]) -> str:
    return " or ".join(systems)


def _any_ticket(case: Case) -> Item:
    """ID-5 as it is asked without a list: is there any ticket, but for upstream's own?"""
    trackers = case.patch.message.trackers
    evidence = tuple(map(ticket_told, trackers))
    ours = tuple(one for one in trackers if one.system not in _UPSTREAMS)
    if ours:
        return Item("ID-5", _TRACKER, State.OK, _names(ours), evidence=evidence)
    why = f"only upstream's own trackers are named: {_names(trackers)}"
    return Item(
        "ID-5",
        _TRACKER,
        State.NEEDS_REVIEW,
        why if trackers else "the message names no ticket",
        evidence=evidence or searched(case.patch.message),
        next=_NAME_THE_TICKET,
    )


def _names(trackers: tuple[Tracker, ...]) -> str:
    return ", ".join(dict.fromkeys(f"{one.system} {one.key}" for one in trackers))


def tree_prefix(case: Case) -> Item:
    """ID-6: what a release's list wants before the title; without one, what is there."""
    if case.release is None or case.release.prefixes is None:
        return _any_prefix(case)
    message, name = case.patch.message, case.release.name
    prefixes = case.release.prefixes
    if not prefixes:
        evidence = searched(message) if message.subject is None else _subject_line(message)
        asks = f"the {name} checklist asks for no prefix"
        return Item("ID-6", _PREFIX, State.NOT_APPLICABLE, asks, evidence=evidence)
    if message.subject is None:
        return replace(_any_prefix(case), reason=f"the {name} checklist wants {_either(prefixes)}")
    return _prefix_of(message, name, prefixes)


def _prefix_of(message: Message, name: str, prefixes: tuple[str, ...]) -> Item:
    """ID-6 where the list wants one of some prefixes. Brackets come with the mail."""
    evidence = _subject_line(message)
    how = opening(message.subject.text if message.subject else "")
    found = [one for one in prefixes if begins_with(how, one)]
    if found:
        said = f"the subject begins with {', '.join(found)}"
        return Item("ID-6", _PREFIX, State.OK, said, evidence=evidence)
    unposted = _is_unposted(message, how) and all(map(is_bracket, prefixes))
    return Item(
        "ID-6",
        _PREFIX,
        State.NEEDS_REVIEW if unposted else State.FINDING,
        f"the {name} checklist wants {_either(prefixes)} before the title",
        reason="the patch was not sent yet, and brackets come with the mail" if unposted else "",
        evidence=evidence,
        next=f"Begin the subject with {_either(prefixes)}.",
    )


def _is_unposted(message: Message, how: Opening) -> bool:
    """Whether a subject is that of no mail yet: without brackets, or with those that git puts."""
    exported = message.form is Form.MAIL and message.commit is not None
    gits = how.brackets == 1 and all(word == "PATCH" or word.isdigit() for word in how.words)
    return not how.brackets or (exported and gits and message.author == message.poster)


def _subject_line(message: Message) -> tuple[Evidence, ...]:
    text = message.subject.text if message.subject else ""
    return (Evidence(text, Place(Side.INPUT, line=message.subject_line)),)


def _any_prefix(case: Case) -> Item:
    """ID-6: the marks and releases that the subject names; which ones are right is not known."""
    message = case.patch.message
    if message.subject is None:
        return _open_prefix("the patch has no subject", searched(message))
    subject = message.subject
    brackets = (f"[{one.text}]" for one in subject.prefixes if one.kind in _TREE_KINDS)
    marks = dict.fromkeys((*subject.tree_prefixes, *subject.targets, *brackets))
    evidence = _subject_line(message)
    if not marks:
        return _open_prefix("the subject names neither tree nor release", evidence)
    return Item(
        "ID-6",
        _PREFIX,
        State.OK,
        f"the subject names {', '.join(marks)}",
        reason="whether the tree wants this one is for the release's checklist to say",
        evidence=evidence,
    )


def _open_prefix(summary: str, evidence: tuple[Evidence, ...]) -> Item:
    return Item(
        "ID-6",
        _PREFIX,
        State.CANNOT_TELL,
        summary,
        reason="which prefix the tree wants is not known without the release's checklist",
        evidence=evidence,
        next="Look up the tree's rule for subjects.",
    )


# --- what was not found ------------------------------------------------------------------------


def searched(message: Message) -> tuple[Evidence, ...]:
    """Where something was looked for that a message does not have."""
    lines = [line for line in (message.subject_line, *message.numbers) if line is not None]
    if not lines:
        return (Evidence("there is no message, only a diff", Place(Side.INPUT, line=1)),)
    text = f"the message, lines {min(lines)} to {max(lines)}, has none"
    return (Evidence(text, Place(Side.INPUT, line=min(lines))),)
