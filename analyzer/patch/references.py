"""Which commits a message names: upstream's, the one it fixes, the one it reverts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class ReferenceForm(Enum):
    """The forms in which distributions and stable trees name the upstream commit."""

    COMMIT_UPSTREAM = "commit <sha> upstream."
    BRACKETED = "[ Upstream commit <sha> ]"
    CHERRY_PICKED = "(cherry picked from commit <sha>)"
    BACKPORTED = "(backported from commit <sha>)"
    GIT_COMMIT = "Git-commit: <sha>"
    UPSTREAM_COMMIT = "Upstream commit: <sha>"
    FROM_UPSTREAM = "commit <sha> from upstream"
    UPSTREAM = "Upstream: <sha>"
    MAINLINE_INCLUSION = "mainline inclusion"
    STABLE_INCLUSION = "stable inclusion"
    QUOTED = "commit <sha> / Author: / Date:"


@dataclass(frozen=True, slots=True)
class UpstreamReference:
    """One upstream reference. ``sha`` is lower case, at least 8 digits.

    ``full``: it has all digits, 40 or the 64 of SHA-256. The sha of a ``STABLE_INCLUSION`` is a
    stable tree's commit, not mainline's.
    """

    form: ReferenceForm
    sha: str
    full: bool
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Fixes:
    """``Fixes: <sha> ("title")``; the title is None where it is missing or cut."""

    sha: str
    title: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Revert:
    """The commit of ``This reverts commit <sha>``."""

    sha: str
    line: int


@dataclass(frozen=True, slots=True)
class References:
    """Every commit that a message names in one of the known forms, in order."""

    upstream: tuple[UpstreamReference, ...]
    fixes: tuple[Fixes, ...]
    reverts: tuple[Revert, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A sha on a line: the words before it and after it, lower case and without punctuation."""

    at: int
    sha: str
    before: str
    after: str
    text: str


_SHA = re.compile(r"(?<![0-9A-Za-z_])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{8,40})(?![0-9A-Za-z_])")
_INCLUSION = re.compile(
    r"\s*(mainline|upstream|stable|lts|[a-z]{2,20})[ -]inclusion\s*$", re.IGNORECASE
)
_TITLE = re.compile(r'\(\s*"(.*)"\s*\)')
# A reference stands at the beginning of its line; prose has its sha anywhere.
_WITHIN = 160
_INCLUSION_REACH = 5

# What stands before the sha. Nothing else makes a sha a reference, so prose does not.
_FORM_BEFORE = {
    **dict.fromkeys(
        (
            *("cherry picked from commit", "cherry-picked from commit"),
            *("cherry picked from", "cherry-picked from"),
        ),
        ReferenceForm.CHERRY_PICKED,
    ),
    **dict.fromkeys(
        (
            "backported from commit",
            "back-ported from commit",
            "back ported from commit",
            "backported from",
            "backported from upstream commit",
        ),
        ReferenceForm.BACKPORTED,
    ),
    **dict.fromkeys(("git-commit:", "git commit:"), ReferenceForm.GIT_COMMIT),
    **dict.fromkeys(
        ("upstream commit:", "upstream-commit:", "upstream commit id:", "mainline commit:"),
        ReferenceForm.UPSTREAM_COMMIT,
    ),
    **dict.fromkeys(
        (
            *("upstream:", "upstream: commit", "upstream status:", "upstream status: commit"),
            *("upstream-status:", "upstream-status: commit"),
        ),
        ReferenceForm.UPSTREAM,
    ),
}
_BARE_BEFORE = ("upstream commit", "mainline commit")
_FORM_AFTER = {
    "upstream": ReferenceForm.COMMIT_UPSTREAM,
    "in upstream": ReferenceForm.COMMIT_UPSTREAM,
    "from upstream": ReferenceForm.FROM_UPSTREAM,
    "from mainline": ReferenceForm.FROM_UPSTREAM,
    "in mainline": ReferenceForm.FROM_UPSTREAM,
    "mainline": ReferenceForm.FROM_UPSTREAM,
}
_FIXES_BEFORE = ("fixes:", "fixes: commit")
_REVERT_BEFORE = ("this reverts commit", "this reverts upstream commit", "reverts commit")


def read_references(lines: Sequence[str], numbers: Sequence[int]) -> References:
    """The commits named in a message's lines. Each line is looked at once."""
    upstream: list[UpstreamReference] = []
    fixes: list[Fixes] = []
    reverts: list[Revert] = []
    for found in _found(lines):
        line = numbers[found.at]
        if found.before in _FIXES_BEFORE:
            fixes.append(Fixes(found.sha, _title(lines, found), line))
        elif found.before in _REVERT_BEFORE:
            reverts.append(Revert(found.sha, line))
        elif form := _form(found, lines):
            full = len(found.sha) in (40, 64)
            upstream.append(UpstreamReference(form, found.sha, full, line, found.text))
    return References(tuple(upstream), tuple(fixes), tuple(reverts))


def _found(lines: Sequence[str]) -> Iterator[_Found]:
    """The first sha of every line; a sentence that was wrapped before its sha is joined."""
    for at, line in enumerate(lines):
        wrapped = line[-40:].rstrip().endswith(" commit") and at + 1 < len(lines)
        text = f"{line.rstrip()} {lines[at + 1][:_WITHIN].lstrip()}" if wrapped else line
        sha = _SHA.search(text, 0, _WITHIN)
        if sha:
            before = _plain(text[: sha.start()])
            after = " ".join(text[sha.end() : sha.end() + _WITHIN].lower().split())
            yield _Found(
                at, sha[0].lower(), before, after.strip("]) .,;"), text.strip()[: 2 * _WITHIN]
            )


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).strip("[]() .,;")


def _title(lines: Sequence[str], found: _Found) -> str | None:
    following = lines[found.at + 1].strip()[:_WITHIN] if found.at + 1 < len(lines) else ""
    if title := _TITLE.search(found.text):
        return title[1]
    # A title may be wrapped, or stand on its own; the next line's may be another commit's.
    goes_on = '"' in found.text or following.startswith("(")
    if goes_on and not following.lower().startswith("fixes:"):
        title = _TITLE.search(f"{found.text} {following}")
    return title[1] if title else None


def _form(found: _Found, lines: Sequence[str]) -> ReferenceForm | None:
    if found.before in _FORM_BEFORE:
        return _FORM_BEFORE[found.before]
    if found.before in _BARE_BEFORE:
        return _bare_form(found)
    if found.before != "commit":
        return None
    if not found.after:
        return _block_form(found, lines)
    return _FORM_AFTER.get(_without_remark(found.after) or "")


def _without_remark(after: str) -> str | None:
    """The words before a remark in brackets that ends the line; None where the line goes on."""
    words, _, remark = after.partition("(")
    goes_on = remark.rpartition(")")[2] if ")" in remark else ""
    return None if goes_on else words.rstrip(" .,;")


def _bare_form(found: _Found) -> ReferenceForm | None:
    """``Upstream commit <sha>``: with a verb after it, the line is prose."""
    if _without_remark(found.after) not in ("", "upstream"):
        return None
    bracketed = found.text.startswith("[")
    return ReferenceForm.BRACKETED if bracketed else ReferenceForm.UPSTREAM_COMMIT


def _block_form(found: _Found, lines: Sequence[str]) -> ReferenceForm | None:
    """A bare ``commit <sha>``: openEuler's inclusion block above it, or git's fields below it."""
    for line in reversed(lines[max(found.at - _INCLUSION_REACH, 0) : found.at]):
        if inclusion := _INCLUSION.match(line[:60]):
            mainline = inclusion[1].lower() in ("mainline", "upstream")
            return ReferenceForm.MAINLINE_INCLUSION if mainline else ReferenceForm.STABLE_INCLUSION
    following = lines[found.at + 1].lstrip() if found.at + 1 < len(lines) else ""
    return ReferenceForm.QUOTED if following.startswith(("Author:", "Merge:")) else None
