"""Whether a branch has a commit, by its id, by who names it, by its subject or its patch-id."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.history.facts import Known
from analyzer.history.past import By, Presence, There
from analyzer.past.reverted import reverts, undone_by
from analyzer.past.sources import Branch
from analyzer.upstream import key_of

_MOST = 20


def by_name(branch: Branch, sha: str, subject: str, patch_id: str = "") -> Presence | None:
    """What a branch's messages say of a commit; None where they do not name it.

    One that was picked and taken back there again is not there, and that is said. What other
    branches of the same repository have says nothing.
    """
    for found, by in _found(branch, sha, subject, patch_id):
        has = branch.has(found.id)
        if has is False:
            continue
        said = f"{branch.history.source} has it as {cited(found)} ({by.value})"
        if has is None:
            return Presence(There.UNKNOWN, by, f"{said}, on which branch was not told in time")
        undone = _undone(branch, found)
        if undone is None:
            return Presence(There.YES, by, said, found.id)
        return Presence(There.NO, by, f"{said}, and takes it back in {cited(undone)}", undone.id)
    return None


def _undone(branch: Branch, found: Known) -> Known | None:
    here = [one for one in branch.history.later(found.id) if branch.has(one.commit.id)]
    return undone_by(found.id, reverts(here))


def _found(branch: Branch, sha: str, subject: str, patch_id: str) -> Iterator[tuple[Known, By]]:
    """What may be it, the surest first; of each kind the newest first."""
    history = branch.history
    if sha and (own := history.by(sha)) is not None:
        yield own, By.ANCESTRY
    if sha:
        yield from ((one, By.REFERENCE) for one in history.carriers(sha)[:_MOST])
    if subject:
        yield from ((one, By.SUBJECT) for one in history.by_subject(subject)[:_MOST])
    if patch_id:
        yield from ((one, By.PATCH_ID) for one in history.by_patch_id(patch_id)[:_MOST])


def cited(known: Known) -> str:
    """A commit as it is named in a line."""
    return f"{key_of(known.id)} (“{known.subject}”)"
