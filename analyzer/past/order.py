"""DP-3: whether the target has what the patch fixes, before the patch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.history.past import Mended
from analyzer.past.asked import Asked
from analyzer.past.presence import Sought, Target, presence, same

_MOST = 20


@dataclass(frozen=True, slots=True)
class _Fixed:
    sha: str
    line: int | None
    title: str


def mended_of(asked: Asked) -> tuple[Mended, ...]:
    """The commits that the patch fixes, by its message and by upstream's, and where they are.

    What stands before it in the series is there; else the target's files before the patch are
    asked, and its history.
    """
    own = asked.case.patch.letter.first
    before = [patch for patch in asked.case.others if patch.letter.first < own]
    target = Target(asked.before, asked.branch(asked.given.target), before)
    return tuple(_mended(asked, one, target) for one in list(_fixed(asked))[:_MOST])


def _fixed(asked: Asked) -> Iterator[_Fixed]:
    message = asked.case.patch.message.fixes
    for one in message:
        yield _Fixed(one.sha, one.line, one.title or "")
    known = asked.known(asked.commit)
    for sha in known.fixes if known else ():
        if not any(same(sha, one.sha) for one in message):
            yield _Fixed(sha, None, "")


def _mended(asked: Asked, fixed: _Fixed, target: Target) -> Mended:
    known = asked.known(fixed.sha)
    sha = known.id if known else fixed.sha
    subject = known.subject if known else fixed.title
    change = asked.change(sha) if known else "upstream's history does not have it"
    if asked.repository is None:
        change = "upstream's repository was not given"
    told = presence(Sought(sha, subject, change), target)
    return Mended(sha, fixed.line, told, subject)
