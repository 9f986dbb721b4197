"""Commits that the shipped facts put beside the patch's, and whether the target has them."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.history.past import Beside
from analyzer.past.asked import Asked
from analyzer.past.presence import Sought, Target, presence
from analyzer.upstream import Role

_ROLES = (Role.PREREQUISITE, Role.BASE)


def beside_of(asked: Asked) -> tuple[Beside, ...]:
    """Prerequisites, and fixes of the code around, that upstream's repository has.

    They are looked for in the target before the patch; nothing without a target.
    """
    if asked.before is None or asked.upstream is None or asked.case.commit is None:
        return ()
    return tuple(_found(asked))


def _found(asked: Asked) -> Iterator[Beside]:
    before = [
        patch for patch in asked.case.others if patch.letter.first < asked.case.patch.letter.first
    ]
    target = Target(asked.before, asked.branch(asked.given.target), before)
    for one in asked.case.commit.companions if asked.case.commit else ():
        known = asked.known(one.id) if one.role in _ROLES else None
        if known is not None:
            sought = Sought(known.id, known.subject, asked.change(known.id))
            yield Beside(one.id, presence(sought, target))
