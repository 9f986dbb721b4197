"""What a release's list requires of a message: its trailers, a ticket, a word before the title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.finding import Evidence
from analyzer.patch.damage import DamageKind
from analyzer.patch.header import field_lines
from analyzer.review.case import Case
from analyzer.source import Place, Side

if TYPE_CHECKING:
    from analyzer.patch.reader import Patch
    from analyzer.patch.trackers import Tracker

# What loses lines of a diff may have lost lines of the message before it.
LOSING = (DamageKind.LINES_DROPPED, DamageKind.BLANK_LINES_DROPPED, DamageKind.TRUNCATED)

_LABEL = re.compile(
    r"[ \t]*([A-Za-z][A-Za-z0-9]*(?:[ -][A-Za-z0-9]+){0,5})[ \t]*:(?!//)[ \t]*(\S.*)"
)
_WITHIN = 400
# Fields above a quilt patch's text; a mail has fields of its own, and none of these but one.
_QUILT = (
    *("patch-mainline", "git-commit", "git-repo", "alt-commit", "references", "bugzilla", "jira"),
    *("cve", "buglink", "upstream-commit", "upstream-status", "bug", "change-id"),
)
# Trailers that name a ticket: a release that wants one of these asks ID-5's question.
_TICKETS = frozenset(
    ("bug", "buglink", "bugurl", "bugzilla", "jira", "issue", "references", "resolves", "related")
)
_LEADING = re.compile(r"\s*(?:\[([^\[\]]*)\]|(?:re|aw|fwd?):)[\s:]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One trailer that a list requires: its names, any of which will do, and where one stands."""

    names: tuple[str, ...]
    found: tuple[Evidence, ...]

    @property
    def told(self) -> str:
        """``JIRA: or Bugzilla:``."""
        return " or ".join(f"{name}:" for name in self.names)


def is_lossy(patch: Patch) -> bool:
    """Whether lines of the message may have been lost on the way."""
    return any(one.kind in LOSING for one in patch.damage)


def wanted_trailers(case: Case, *, tickets: bool) -> tuple[Wanted, ...]:
    """The trailers that the release requires, those that name tickets or the others."""
    if case.release is None or not case.release.trailers:
        return ()
    wanted = [tuple(one.split("|")) for one in case.release.trailers]
    chosen = [names for names in wanted if all(one.lower() in _TICKETS for one in names) == tickets]
    lines = _labelled(case.patch) if chosen else {}
    return tuple(
        Wanted(names, tuple(one for name in names for one in lines.get(_key(name), ())))
        for names in chosen
    )


def _key(name: str) -> str:
    """A label as it is compared: ``Upstream Status`` is ``upstream-status``."""
    return name.lower().replace(" ", "-")


def _labelled(patch: Patch) -> dict[str, tuple[Evidence, ...]]:
    """The first line of each label with something behind it, in one pass over the message."""
    found: dict[str, tuple[Evidence, ...]] = {}
    for text, number in (*_quilt_fields(patch), *_body(patch)):
        label = _LABEL.match(text[:_WITHIN])
        if label and _key(label[1]) not in found:
            shown = Evidence(text.strip()[:_WITHIN], Place(Side.INPUT, line=number))
            found[_key(label[1])] = (shown,)
    return found


def _body(patch: Patch) -> Iterator[tuple[str, int]]:
    return zip(patch.message.body, patch.message.numbers, strict=True)


def _quilt_fields(patch: Patch) -> Iterator[tuple[str, int]]:
    head = patch.letter.head
    for name in _QUILT:
        for index in field_lines(head, name):
            # A mail's own References: name other mails, in angle brackets.
            if not head[index].partition(":")[2].lstrip().startswith("<"):
                yield head[index], patch.letter.first + index


# --- tickets -------------------------------------------------------------------------------------


def tickets_wanted(case: Case, systems: tuple[str, ...]) -> tuple[tuple[str, Evidence], ...]:
    """The tickets of these systems (see ``Checklist.trackers``) by name, and where they stand."""
    lines = _labelled(case.patch) if any(": " in one for one in systems) else {}
    found = [one for system in systems for one in _tickets(case, system, lines)]
    return tuple(dict.fromkeys(found))


def _tickets(
    case: Case, system: str, lines: Mapping[str, tuple[Evidence, ...]]
) -> Iterator[tuple[str, Evidence]]:
    message = case.patch.message
    label, colon, word = system.partition(": ")
    if colon:
        for one in lines.get(_key(label), ()):
            if word in one.text.partition(":")[2].replace(",", " ").split():
                yield one.text, one
    elif system == "cve":
        body = dict(zip(message.numbers, message.body, strict=True))
        claimed = (one for one in message.cves if _is_claim(body.get(one.line, "")))
        yield from ((one.id, _at(one.id, one.line)) for one in claimed)
    else:
        name, _, project = system.partition(":")
        for ticket in message.trackers:
            if ticket.system == name and ticket.key.startswith(f"{project}-" if project else ""):
                yield f"{ticket.system} {ticket.key}", ticket_told(ticket)


def _is_claim(line: str) -> bool:
    """Whether a CVE labels the patch; one in the middle of a sentence may be another commit's.

    A line outside of the message's text, such as the subject, is empty here, and labels it.
    """
    text = line[:_WITHIN].strip(" \t[(#*-")
    label = _LABEL.match(text)
    return not text or text[:4].upper() == "CVE-" or (label is not None and " " not in label[1])


def ticket_told(one: Tracker) -> Evidence:
    """A ticket, and where it stands."""
    return _at(f"{one.system} {one.key}: {one.text}", one.line)


def _at(text: str, line: int) -> Evidence:
    return Evidence(text, Place(Side.INPUT, line=line))


# --- what stands before the title ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opening:
    """How a subject begins: the words in its brackets, and its text behind them."""

    words: tuple[str, ...]
    brackets: int
    rest: str


def opening(subject: str) -> Opening:
    """Take the brackets and reply marks from a subject's beginning."""
    words: list[str] = []
    at = brackets = 0
    while found := _LEADING.match(subject, at):
        at = found.end()
        if found[1] is not None:
            brackets += 1
            words += re.split(r"[ \t,;/:]+", found[1])
    return Opening(tuple(word for word in words if word), brackets, subject[at:])


def begins_with(how: Opening, prefix: str) -> bool:
    """Whether a subject has a release's prefix: a bracket's word, or the text before the title."""
    if is_bracket(prefix):
        return prefix[1:-1].strip().lower() in {word.lower() for word in how.words}
    return how.rest.startswith(prefix)


def is_bracket(prefix: str) -> bool:
    """Whether a prefix is one that mails have: ``[SRU]``."""
    return prefix.startswith("[") and prefix.endswith("]")
