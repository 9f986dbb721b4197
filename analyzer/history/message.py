"""What a commit's message says of other commits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.patch.references import read_references
from analyzer.patch.trackers import read_cves

MOST_NAMED = 500
_LONGEST_LINE = 400
_STABLE = re.compile(r"cc:.{0,200}stable(?:@vger)?[.@]kernel\.org", re.IGNORECASE)
# Seven digits were usual once; `references` takes no sha below eight, since prose has such numbers.
_SEVEN = re.compile(
    r'^Fixes:\s{0,8}(?:commit\s{1,8})?([0-9a-f]{7})(?![0-9a-z])(?:\s{0,8}\(\s?"(.{0,400})"\s?\))?',
    re.IGNORECASE | re.MULTILINE,
)
_REVERT_TITLE = re.compile(r'Revert "(.*)"')


@dataclass(frozen=True, slots=True)
class Named:
    """What a message names. Pairs are ids in lower case and the title beside them, or empty.

    A revert that gives no id is a pair without one. ``more`` counts what was left out.
    """

    fixes: tuple[tuple[str, str], ...]
    reverts: tuple[tuple[str, str], ...]
    picked: tuple[str, ...]
    stable: tuple[str, ...]
    cves: tuple[str, ...]
    more: int = 0


def read_named(subject: str, message: str) -> Named:
    """Everything that a message says of other commits; of each kind, the first 500."""
    lines = message.split("\n")
    numbers = range(len(lines))
    found = read_references(lines, numbers)
    fixes = {one.sha: plain(one.title or "") for one in found.fixes}
    fixes |= {one[1].lower(): plain(one[2] or "") for one in _SEVEN.finditer(message)}
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
    )
    more = sum(max(len(kind) - MOST_NAMED, 0) for kind in kinds)
    fixed, reverted, picked, stable, cves = kinds
    return Named(
        fixed[:MOST_NAMED],
        reverted[:MOST_NAMED],
        picked[:MOST_NAMED],
        stable[:MOST_NAMED],
        cves[:MOST_NAMED],
        more,
    )


def plain(title: str) -> str:
    """A title with single blanks, and not too long."""
    return " ".join(title[:_LONGEST_LINE].split())


def _stable_lines(lines: list[str]) -> tuple[str, ...]:
    return tuple(
        line[:_LONGEST_LINE].strip()
        for line in lines
        if line[:3].lower() == "cc:" and _STABLE.match(line)
    )
