"""What a commit's message says of other commits."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from analyzer.patch.references import read_references
from analyzer.patch.trackers import read_cves

MOST_NAMED = 500
_LONGEST_LINE = 400
_STABLE = re.compile(r"cc:.{0,200}stable(?:@vger)?[.@]kernel\.org", re.IGNORECASE)
# Seven digits were usual once, and some leave the colon out before an id with its title;
# `references` takes neither, since prose has such numbers.
_MORE_FIXES = re.compile(
    r"^[ \t]{0,8}Fixes(?::\s{0,8}(?:commit\s{1,8})?([0-9a-f]{7})"
    r'|[ \t]{1,8}(?:commit\s{1,8})?([0-9a-f]{8,40})(?=:?\s{0,8}\(\s?"))'
    r'(?![0-9a-z]):?(?:\s{0,8}\(\s?"(.{0,400})"\s?\))?',
    re.IGNORECASE | re.MULTILINE,
)
# "Partially reverts commit X", "reverts commits X and Y", "is a revert of X": how much of them, a
# person has to read.
_PARTLY = re.compile(
    r"\b(?:revert(?:s|ing)?(?:\s{1,4}of)?(?:\s{1,4}the)?(?:\s{1,4}upstream)?\s{1,4}commits?:?"
    r"|reverts|revert\s{1,4}of)\s{1,4}"
    r"((?:[0-9a-f]{7,64}\b(?:[\s,&]|and\b|commit\b){0,12}){1,16})",
    re.IGNORECASE,
)
_QUOTED_TITLE = re.compile(r'\(\s?"[^"]{0,400}"\s?\)')
_ID = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_REVERT_TITLE = re.compile(r'Revert "(.*)"')


@dataclass(frozen=True, slots=True)
class Named:
    """What a message names. Pairs are ids in lower case and the title beside them, or empty.

    A revert that gives no id is a pair without one. ``partly`` are ids that it says to revert in
    words that leave open how much. ``more`` counts what was left out.
    """

    fixes: tuple[tuple[str, str], ...]
    reverts: tuple[tuple[str, str], ...]
    picked: tuple[str, ...]
    stable: tuple[str, ...]
    cves: tuple[str, ...]
    more: int = 0
    partly: tuple[str, ...] = ()


def read_named(subject: str, message: str) -> Named:
    """Everything that a message says of other commits; of each kind, the first 500."""
    lines = message.split("\n")
    numbers = range(len(lines))
    found = read_references(lines, numbers)
    fixes = {one.sha: plain(one.title or "") for one in found.fixes}
    for one in _MORE_FIXES.finditer(message):
        fixes.setdefault((one[1] or one[2]).lower(), plain(one[3] or ""))
    reverts = {one.sha: "" for one in found.reverts}
    title = _REVERT_TITLE.fullmatch(subject)
    if title and not reverts:
        reverts[""] = plain(title[1])
    kinds = (
        tuple(fixes.items()),
        tuple(reverts.items()),
        tuple(dict.fromkeys(one.sha for one in found.upstream)),
        _stable_lines(lines),
        tuple(one.id for one in read_cves(lines, numbers)),
        _partly(message, {*fixes, *reverts}),
    )
    more = sum(max(len(kind) - MOST_NAMED, 0) for kind in kinds)
    fixed, reverted, picked, stable, cves, partly = kinds
    return Named(
        fixed[:MOST_NAMED],
        reverted[:MOST_NAMED],
        picked[:MOST_NAMED],
        stable[:MOST_NAMED],
        cves[:MOST_NAMED],
        more,
        partly[:MOST_NAMED],
    )


def plain(title: str) -> str:
    """A title with single blanks, and not too long."""
    return " ".join(title[:_LONGEST_LINE].split())


def _partly(message: str, clear: Container[str]) -> tuple[str, ...]:
    """What a message says to revert, of which nothing clearer is said."""
    if "revert" not in message.lower():
        return ()
    text = _QUOTED_TITLE.sub(" ", message)
    found = (sha[0].lower() for one in _PARTLY.finditer(text) for sha in _ID.finditer(one[1]))
    return tuple(dict.fromkeys(sha for sha in found if sha not in clear))


def _stable_lines(lines: list[str]) -> tuple[str, ...]:
    return tuple(
        line[:_LONGEST_LINE].strip()
        for line in lines
        if line[:3].lower() == "cc:" and _STABLE.match(line)
    )
