"""The subject of a patch: what lists, trees and versions put before upstream's title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class PrefixKind(Enum):
    """What stands before the title."""

    LIST = "list"
    PATCH = "patch"
    TREE = "tree"
    BACKPORT = "backport"
    REPLY = "reply"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Prefix:
    """One bracket (``text`` without the brackets) or one ``Re:``."""

    text: str
    kind: PrefixKind


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject taken apart.

    ``prefixes`` in the order written; ``version`` of ``v2``; ``position`` and ``total`` of
    ``3/7``; ``targets`` are the words of brackets that name a release or tree (``RHEL7``,
    ``4.14``, ``Bionic``); ``tree_prefixes`` mark the tree's commits (``ms/``, ``UPSTREAM:``);
    ``title`` is what remains and should be upstream's subject.
    """

    text: str
    prefixes: tuple[Prefix, ...]
    version: int | None
    position: int | None
    total: int | None
    targets: tuple[str, ...]
    tree_prefixes: tuple[str, ...]
    title: str


_BRACKET = re.compile(r"\s*\[([^\[\]]*)\][\s:]*")
_REPLY = re.compile(r"\s*((?:re|aw|sv|fwd?|wg|antw)(?:\[[0-9]{1,4}\])?:)\s*", re.IGNORECASE)
_POSITION = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
_VERSION = re.compile(r"(?:patch|rfc|resend)?[-_]?v([0-9]{1,4})", re.IGNORECASE)
_TARGET = re.compile(
    r"(?:v|linux-|stable-|stable:?)?[0-9]{1,2}\.[0-9]{1,3}(?:[-.][a-z0-9]+)*"
    r"|(?:rh)?el-?[0-9]{1,2}(?:[._-][0-9a-z]+)*|vz[0-9]\S*|sru|uek-?[0-9r]\S*|olk-\S+|openeuler\S*"
    r"|anolis\S*|anck-\S+|sle[sd]?-?[0-9]\S*|centos\S*|stable(?:[-:]\S*)?|(?:lts|hwe|unstable)"
    r"|trusty|xenial|artful|bionic|cosmic|disco|eoan|focal|groovy|hirsute|impish|jammy|kinetic|lunar"
    r"|mantic|noble|oracular|plucky|android[0-9-]\S*|(?:jessie|stretch|buster|bullseye|bookworm)",
    re.IGNORECASE,
)
_LONGEST_TARGET = 60
_PATCH_WORDS = frozenset(
    ("patch", "patches", "patchset", "commit", "rfc", "rft", "rfc/patch", "patch/rfc", "resend")
)
_BACKPORT_WORDS = frozenset(("backport", "backports", "backported", "cherry-pick"))
_OTHER_WORDS = frozenset(("announce", "pull", "ack", "acked", "nak", "nack", "applied", "cover"))

# Longest first: "UBUNTU: SAUCE:" is one mark. A subsystem ("mm:", "x86/mm:") is in none of these.
_TREE_PREFIX = re.compile(
    r"(?:ms|fix|mainline|upstream|stable|backport)/(?=\S)"
    r"|(?:UBUNTU|CHROMIUM|ANDROID|LINARO|RHEL)?:?\s*SAUCE:\s*(?:\((?:no-?up|pre-?up|drop)\)\s*)?"
    r"|(?:UPSTREAM|BACKPORT|FROMGIT|FROMLIST|FROMPULL|FROMEXTERNAL|FROMTREE|ANDROID|CHROMIUM|UBUNTU"
    r"|LINARO|RHEL|RHEL-ONLY|REDHAT|ANBZ|OPENEULER):\s*(?:#[0-9]{1,9}:?\s*)?"
    r"|(?:[Mm]ainline|[Uu]pstream|[Ss]table|[Bb]ackport|anolis|ck|anck|openeuler):\s+"
)


def read_subject(text: str) -> Subject:
    """A subject as it stands in a header or on the first line of a message. Never raises."""
    brackets, at = _brackets(text)
    prefixes, at = _kept(brackets, at)
    marks, at = _tree_prefixes(text, at)
    words = [word for prefix in prefixes for word in _words(prefix.text)]
    position = next((found for word in words if (found := _POSITION.fullmatch(word))), None)
    version = next((found for word in words if (found := _VERSION.fullmatch(word))), None)
    return Subject(
        text=text,
        prefixes=tuple(prefixes),
        version=int(version[1]) if version else None,
        position=int(position[1]) if position else None,
        total=int(position[2]) if position else None,
        targets=tuple(word for word in words if _is_target(word)),
        tree_prefixes=marks,
        title=" ".join(word for word in re.split("[ \t]+", text[at:]) if word),
    )


def _words(text: str) -> list[str]:
    return text.replace(",", " ").replace(";", " ").split()


def _is_target(word: str) -> bool:
    return len(word) <= _LONGEST_TARGET and _TARGET.fullmatch(word) is not None


def _brackets(text: str) -> tuple[list[tuple[Prefix, int]], int]:
    """Every bracket and reply mark at the beginning, each with where it begins."""
    found: list[tuple[Prefix, int]] = []
    at = 0
    while mark := _BRACKET.match(text, at) or _REPLY.match(text, at):
        is_reply = mark.re is _REPLY
        kind = PrefixKind.REPLY if is_reply else _kind(mark[1], first=not found)
        found.append((Prefix(mark[1], kind), at))
        at = mark.end()
    return found, at


def _kind(text: str, *, first: bool) -> PrefixKind:
    words = _words(text)
    lower = {word.lower() for word in words}
    if lower & _PATCH_WORDS or any(_VERSION.fullmatch(word) for word in words):
        return PrefixKind.PATCH
    if lower & _BACKPORT_WORDS:
        return PrefixKind.BACKPORT
    if any(_is_target(word) for word in words):
        return PrefixKind.TREE
    if any(_POSITION.fullmatch(word) for word in words):
        return PrefixKind.PATCH
    return PrefixKind.LIST if first and not lower & _OTHER_WORDS else PrefixKind.OTHER


def _kept(brackets: list[tuple[Prefix, int]], end: int) -> tuple[list[Prefix], int]:
    """The prefixes without the brackets that belong to the title, and where the title begins.

    An unknown bracket that nothing known follows is upstream's own: ``[PATCH] [media] dvb: x``.
    """
    unknown = (PrefixKind.LIST, PrefixKind.OTHER)
    kept = list(brackets)
    while kept and kept[-1][0].kind in unknown and not _is_announcement(kept[-1][0]):
        end = kept.pop()[1]
    return [prefix for prefix, _ in kept], end


def _is_announcement(prefix: Prefix) -> bool:
    return any(word.lower() in _OTHER_WORDS for word in _words(prefix.text))


def _tree_prefixes(text: str, at: int) -> tuple[tuple[str, ...], int]:
    marks = []
    while found := _TREE_PREFIX.match(text, at):
        marks.append(found[0].strip())
        at = found.end()
    return tuple(marks), at
