"""Everything that histories say of one patch, part by part."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from analyzer.errors import AnalyzerError
from analyzer.finding import NotChecked
from analyzer.history.facts import Unclear
from analyzer.history.past import Beside, Cves, Mended, Needs, Past
from analyzer.past.asked import Asked, Given
from analyzer.past.changes import Change
from analyzer.past.clock import Clock
from analyzer.past.companions import beside_of
from analyzer.past.follow import cut_short, follows_of, omissions_of, unclear_of, unsearched
from analyzer.past.named import named_of
from analyzer.past.needs import needs_of
from analyzer.past.order import mended_of
from analyzer.past.records import cves_of
from analyzer.past.siblings import siblings_of
from analyzer.patch.apply import Applied
from analyzer.repo import Tree
from analyzer.repo.ancestry import is_shallow
from analyzer.review.case import Case

_T = TypeVar("_T")


def past_of(
    case: Case,
    given: Given,
    before: Tree | None = None,
    after: Tree | None = None,
    refused: tuple[Applied, ...] = (),
    change: Change | None = None,
) -> Past:
    """What histories say of a patch. ``before`` and ``after`` are the target's trees.

    ``change`` is what upstream's commit changes, where it was read already.

    What takes longer than a few seconds in all is left, and said. ``AnalyzerError`` where a newer
    branch or a file of omissions is not there.
    """
    asked = Asked(case, given, before, after, refused, Clock())
    if change is not None and case.seen is not None:
        asked.changes(case.seen.id, change)
    try:
        return _told(asked)
    finally:
        asked.close()


def _told(asked: Asked) -> Past:
    left: list[NotChecked] = []

    def part(what: str, ask: Callable[[], _T], otherwise: _T) -> _T:
        """One question; what a damaged repository cannot answer is said."""
        try:
            return ask()
        except AnalyzerError as error:
            left.append(NotChecked(what, str(error)))
            return otherwise

    omissions = omissions_of(asked)
    upstream = part("upstream's history", lambda: asked.upstream, None)
    known = part("the commit", lambda: asked.known(asked.commit), None)
    named = part("whether upstream's history has the commit", lambda: named_of(asked), None)
    follows = part("later fixes", lambda: follows_of(asked, omissions), None)
    cut = cut_short(asked)
    vague: tuple[Unclear, ...] = ()
    vague = part("what may be a later fix", lambda: unclear_of(asked), vague)
    nothing: tuple[Mended, ...] = ()
    mended = part("whether the target has what it fixes", lambda: mended_of(asked), nothing)
    siblings = siblings_of(asked)
    cves = part("CVEs", lambda: cves_of(asked), Cves())
    needs = part("prerequisites", lambda: needs_of(asked), Needs())
    around: tuple[Beside, ...] = ()
    around = part("prerequisites that the facts know", lambda: beside_of(asked), around)
    left += unsearched(follows or ())
    if asked.repository is not None and is_shallow(asked.repository):
        left.append(NotChecked("upstream's older history", "the clone is a shallow one"))
    left += (NotChecked("an index of a history", one) for one in asked.troubles)
    if upstream is not None and upstream.notes:
        left.append(NotChecked("a part of upstream's history", "; ".join(upstream.notes)))
    source = upstream.source if upstream is not None else ""
    stale = upstream.stale if upstream is not None else ""
    return Past(
        source,
        stale,
        known.id if known else "",
        named,
        follows,
        cut,
        vague,
        omissions,
        needs,
        around,
        mended,
        siblings,
        cves,
        tuple(left),
    )
