"""DP-2: upstream's later fixes and reverts of the patch's commit, and their state in the target."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from analyzer.finding import NotChecked
from analyzer.history.facts import Known, Later, Unclear
from analyzer.history.past import By, Follow, Omission, Presence, There
from analyzer.past.asked import Asked
from analyzer.past.changes import Change
from analyzer.past.omissions import checked, of_files, of_message
from analyzer.past.presence import Sought, Target, presence, same
from analyzer.past.reverted import reverts, undone_by
from analyzer.upstream import key_of

MOST_COMPARED = 60
_SHORTEST = 7
# What a history notes where a search for followers ended early.
_CUT = re.compile(r"^what names .*(?:time was over|only the newest)|later fixes of")


def omissions_of(asked: Asked) -> tuple[Omission, ...]:
    """The commits that the patch's message and the release's files leave out."""
    of_patch = of_message(asked.case.patch.message)
    return (*of_patch, *of_files(asked.given.blacklists))


def follows_of(asked: Asked, omissions: Sequence[Omission]) -> tuple[Follow, ...] | None:
    """What fixes or reverts the commit upstream, nearest first; None where it is not known."""
    upstream, commit = asked.upstream, asked.commit
    # Of a commit that the history does not have, nothing that follows it is known either.
    if upstream is None or commit is None or asked.known(commit) is None:
        return None
    every = upstream.later(commit)
    later, taken_back = _once(every), reverts(every)
    by_digits = _by_digits(omissions)
    omitted = {one.commit.id: _omission(one.commit, by_digits) for one in later}
    beside = _beside(later, omitted)
    target = asked.targets(asked.after)
    found: list[Follow] = []
    for number, one in enumerate(later):
        undone = undone_by(one.commit.id, taken_back)
        one_beside = beside.get(one.commit.id, "")
        required = undone is None and not one_beside
        told = _presence(asked, one, target, compare=required and number < MOST_COMPARED)
        found.append(
            Follow(
                one,
                told,
                _cves(asked, one.commit),
                undone.id if undone else "",
                one_beside,
                _checked(asked, one.commit, omitted[one.commit.id]),
            )
        )
    return tuple(found)


def _once(later: Sequence[Later]) -> tuple[Later, ...]:
    """Each follower once, by the nearest of what it follows.

    A repository with several branches has copies of one follower, which name it.
    """
    nearest: dict[str, Later] = {}
    for one in later:
        nearest.setdefault(one.commit.id, one)
    others = {one.commit.id[:_SHORTEST]: one.commit.id for one in nearest.values()}
    return tuple(one for one in nearest.values() if not _is_copy(one.commit, others))


def _is_copy(commit: Known, others: Mapping[str, str]) -> bool:
    """Whether a commit says that it was picked from another of them."""
    found = ((sha, others.get(sha[:_SHORTEST], "")) for sha in commit.picked)
    return any(other not in ("", commit.id) and same(sha, other) for sha, other in found)


def _by_digits(omissions: Sequence[Omission]) -> Mapping[str, list[Omission]]:
    """Omissions by the digits that every id has: a release's files leave out many commits."""
    found: dict[str, list[Omission]] = {}
    for one in omissions:
        found.setdefault(one.sha[:_SHORTEST], []).append(one)
    return found


def _omission(commit: Known, omissions: Mapping[str, list[Omission]]) -> Omission | None:
    some = omissions.get(commit.id[:_SHORTEST], ())
    return next((one for one in some if same(one.sha, commit.id)), None)


def _beside(later: Sequence[Later], omitted: Mapping[str, Omission | None]) -> dict[str, str]:
    """The commits that only fix what is left out, or what that one brings in turn."""
    out = {key_of(sha) for sha, omission in omitted.items() if omission is not None}
    found: dict[str, str] = {}
    direct = {one.commit.id for one in later if one.depth == 1}
    for one in sorted(later, key=lambda each: each.depth):
        if one.commit.id not in direct and key_of(one.of) in out:
            found[one.commit.id] = one.of
            out.add(key_of(one.commit.id))
    return found


def _presence(asked: Asked, one: Later, target: Target, *, compare: bool) -> Presence:
    if not compare:
        return Presence(There.UNKNOWN, By.NOTHING, "it was not looked for")
    change = asked.change(one.commit.id) if target.tree is not None else "no target was given"
    return presence(Sought(one.commit.id, one.commit.subject, change), target)


def _cves(asked: Asked, commit: Known) -> tuple[str, ...]:
    records = asked.upstream.cves_of(commit.id) if asked.upstream else ()
    named = (*commit.cves, *(one.id for one in records if not one.rejected))
    return tuple(dict.fromkeys(named))


def _checked(asked: Asked, commit: Known, omission: Omission | None) -> Omission | None:
    if omission is None:
        return None
    change = asked.change(commit.id)
    own = tuple(file.path for file in change.files) if isinstance(change, Change) else commit.files
    return checked(omission, own, asked.after or asked.before, asked.given.settings)


def cut_short(asked: Asked) -> tuple[str, ...]:
    """Why there may be more later fixes than were found; what only an index has is none of it."""
    notes = asked.upstream.notes if asked.upstream is not None else ()
    return tuple(one for one in notes if _CUT.search(one))


def unclear_of(asked: Asked) -> tuple[Unclear, ...]:
    """What may fix or revert the commit, and does not say so clearly; no copies of it."""
    upstream, commit = asked.upstream, asked.commit
    if upstream is None or commit is None:
        return ()
    found = upstream.unclear(commit)[:MOST_COMPARED]
    return tuple(one for one in found if not one.why.startswith("was picked from"))


def unsearched(follows: Sequence[Follow]) -> Iterator[NotChecked]:
    """What was not looked at of the followers."""
    left = [one for one in follows if one.required and one.presence.by is By.NOTHING]
    if len(follows) > MOST_COMPARED:
        what = f"{len(follows) - MOST_COMPARED} of {len(follows)} later fixes"
        yield NotChecked(what, f"only the nearest {MOST_COMPARED} are looked for in the target")
    elif left:
        names = ", ".join(key_of(one.later.commit.id) for one in left[:4])
        yield NotChecked(f"whether the target has {names}", left[0].presence.said)
