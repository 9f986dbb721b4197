"""ID-5 and ID-6: the ticket that a patch belongs to, and the tree that its subject names."""

from __future__ import annotations

from analyzer.finding import Evidence, State
from analyzer.patch.message import Message
from analyzer.patch.subject import PrefixKind
from analyzer.patch.trackers import Tracker
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.source import Place, Side

_TRACKER = "is there a tracker reference?"
_PREFIX = "does the subject carry the tree's prefix?"

# Upstream's own trackers: their tickets come along with the message and name no ticket of ours.
_UPSTREAMS = frozenset(
    ("bko", "bugs.freedesktop.org", "gitlab.freedesktop.org", "github.com", "syzkaller.appspot.com")
)
_NAME_THE_TICKET = "Name the ticket of this backport in the message, or say that there is none."
_TREE_KINDS = (PrefixKind.TREE, PrefixKind.BACKPORT)


def tracker_reference(case: Case) -> Item:
    """ID-5: the tickets named, those of upstream's own trackers told apart."""
    trackers = case.patch.message.trackers
    evidence = tuple(
        Evidence(f"{one.system} {one.key}: {one.text}", Place(Side.INPUT, line=one.line))
        for one in trackers
    )
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
    """ID-6: the marks and releases that the subject names; which ones are right is not known."""
    message = case.patch.message
    if message.subject is None:
        return _open_prefix("the patch has no subject", searched(message))
    subject = message.subject
    brackets = (f"[{one.text}]" for one in subject.prefixes if one.kind in _TREE_KINDS)
    marks = dict.fromkeys((*subject.tree_prefixes, *subject.targets, *brackets))
    evidence = (Evidence(subject.text, Place(Side.INPUT, line=message.subject_line)),)
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
