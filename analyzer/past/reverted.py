"""Which of the commits that follow another were taken back, and by what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analyzer.history.facts import How, Known, Later
from analyzer.upstream import key_of


def reverts(later: Iterable[Later]) -> Mapping[str, tuple[Known, ...]]:
    """The commits that take each commit back, by the first digits of its id."""
    found: dict[str, list[Known]] = {}
    for one in later:
        if one.how is How.REVERTS:
            found.setdefault(key_of(one.of), []).append(one.commit)
    return {key: tuple(dict.fromkeys(commits)) for key, commits in found.items()}


def undone_by(sha: str, taken_back: Mapping[str, tuple[Known, ...]]) -> Known | None:
    """The commit that took ``sha`` back and stands itself; None where ``sha`` stands.

    What is reverted and put in again stands. Of commits that revert each other none is believed.
    """
    known: dict[str, Known | None] = {}
    waiting: list[tuple[str, bool]] = [(key_of(sha), False)]
    seen = {key_of(sha)}
    while waiting:
        key, done = waiting.pop()
        of = taken_back.get(key, ())
        if done:
            standing = (one for one in of if known.get(key_of(one.id)) is None)
            known[key] = next((one for one in standing if key_of(one.id) in known), None)
            continue
        waiting.append((key, True))
        for one in of:
            if key_of(one.id) not in seen:
                seen.add(key_of(one.id))
                waiting.append((key_of(one.id), False))
    return known.get(key_of(sha))
