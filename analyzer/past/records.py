"""CV-1 and CV-2: what the CVE records and the history's messages say of CVEs."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.history.facts import CveRecord, Known
from analyzer.history.past import Cves, CveTold
from analyzer.past.asked import Asked
from analyzer.past.presence import names, same

_MOST = 50


def cves_of(asked: Asked) -> Cves:
    """The CVEs that the message names, and those of its commit."""
    history = asked.upstream
    if history is None:
        return Cves()
    shas = _own(asked)
    told = tuple(_told(asked, one.id, shas) for one in asked.case.patch.message.cves[:_MOST])
    named = {one.id: one for one in told}
    own: dict[str, None] = {}
    records: dict[str, CveRecord] = {one.id: one.record for one in told if one.record}
    for sha in shas:
        for record in history.cves_of(sha):
            records[record.id] = record
            own.update({} if record.rejected else {record.id: None})
        known = asked.known(sha)
        own.update({name: None for name in (known.cves if known else ()) if _stands(asked, name)})
    mine = (*own, *(name for name, one in named.items() if one.ours and name not in own))
    return Cves(told, tuple(mine), tuple(records.values()))


def _own(asked: Asked) -> tuple[str, ...]:
    """The commits that the patch says it is: a squashed backport is several."""
    named = (one.sha for one in asked.case.patch.message.upstream)
    every = [*([asked.commit] if asked.commit else ()), *named]
    found: list[str] = []
    for sha in every:
        if not any(same(sha, other) for other in found):
            found.append(sha)
    return tuple(found)


def _stands(asked: Asked, name: str) -> bool:
    """Whether a CVE that a message names is no other commit's by its record."""
    record = asked.upstream.cve(name) if asked.upstream else None
    return record is None


def _told(asked: Asked, name: str, own: tuple[str, ...]) -> CveTold:
    history = asked.upstream
    record = history.cve(name) if history else None
    owners = tuple(_owners(asked, name, record))
    ids = record.fixed_by if record is not None else tuple(one.id for one in owners)
    picks = tuple(sha for one in owners for sha in one.picked)
    ours = any(same(sha, mine) for sha in (*ids, *picks) for mine in own)
    return CveTold(name, record, owners, ours, not ours and _beside(asked, owners, own))


def _owners(asked: Asked, name: str, record: CveRecord | None) -> Iterator[Known]:
    """The commits of a CVE, by its record; by messages only where there is none."""
    history = asked.upstream
    if history is None:
        return
    if record is None:
        yield from history.named_for(name)[:_MOST]
        return
    for sha in record.fixed_by[:_MOST]:
        known = asked.known(sha)
        if known is not None:
            yield known


def _beside(asked: Asked, owners: tuple[Known, ...], own: tuple[str, ...]) -> bool:
    """Whether an owner fixes the patch's commit, is fixed by it, or is of the same series."""
    history = asked.upstream
    if history is None or not owners:
        return False
    follow = [one.commit.id for sha in own for one in history.later(sha)]
    known = [asked.known(sha) for sha in own]
    fixed = [sha for one in known if one for sha in (*one.fixes, *one.reverts)]
    return any(
        any(same(owner.id, sha) for sha in (*follow, *fixed))
        or any(names(patch, owner.id) for patch in asked.case.others)
        for owner in owners
    )
