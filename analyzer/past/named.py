"""ID-2: whether upstream's history has the commit that the patch names."""

from __future__ import annotations

from analyzer.history.facts import Known
from analyzer.history.past import By, Named
from analyzer.past.asked import Asked
from analyzer.past.presence import same
from analyzer.past.sources import Branch
from analyzer.repo.ancestry import holder

_SECONDS = 1.0


def named_of(asked: Asked) -> Named | None:
    """What upstream's history has of the id that the patch names; None without either."""
    case, history = asked.case, asked.upstream
    if history is None or asked.repository is None or not case.named:
        return None
    own = case.seen is not None and same(case.seen.id, case.named)
    commit = asked.known(asked.commit if own else case.named)
    if commit is None and case.seen is not None and own:
        # The repository has it; the index is older, or nothing of the history reaches it.
        commit = Known(case.seen.id, case.seen.subject, case.seen.author, case.seen.date, 1)
    if commit is None:
        return _instead(asked, case.named)
    reached, held = _reached(asked, commit.id)
    return Named(case.named, commit, reached=reached, held=held)


def _reached(asked: Asked, sha: str) -> tuple[bool | None, str]:
    repository = asked.repository or ""
    branch = asked.branch(repository)
    has = branch.has(sha) if isinstance(branch, Branch) else None
    if has:
        return True, ""
    found = None if asked.clock.over else holder(repository, sha, asked.clock.left(_SECONDS))
    return (None, "") if found is None else (bool(found), found)


def _instead(asked: Asked, sha: str) -> Named:
    """The commits that have the patch's subject, where the id is none of the history."""
    case, history = asked.case, asked.upstream
    subject = case.patch.message.subject
    if history is None:
        return Named(sha)
    if case.seen is not None:
        known = asked.known(case.seen.id)
        seen = known or Known(case.seen.id, case.seen.subject, case.seen.author, case.seen.date, 1)
        by = By.PATCH_ID if "patch-id" in case.seen.found else By.SUBJECT
        return Named(sha, instead=(seen,), by=by)
    texts = dict.fromkeys((subject.title, subject.text)) if subject else {}
    for text in texts:
        found = tuple(one for one in history.by_subject(text) if not one.merge)
        if found:
            return Named(sha, instead=found[:4], by=By.SUBJECT)
    return Named(sha)
