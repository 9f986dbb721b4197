"""A scenario made as small and plain as it can be while it still shows the same difference.

Passes know nothing of what the difference is. Each proposes scenarios that are smaller in one
fixed order (fewer contents, then shorter, then plainer, then lower); one that still shows it is
taken at once, and everything begins again, until nothing helps any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from analyzer.machine.scenario import Content, Scenario
from analyzer.mm.entry import BIT_NAMES, Kind
from analyzer.replay.legal import is_legal

# Each attempt runs two kernels; what is left after so many is small enough to be read.
ATTEMPTS = 400

# From plain to strange.
_STRANGENESS = {
    kind: rank
    for rank, kind in enumerate(
        (Kind.PAGE, Kind.TABLE, Kind.SWAP, Kind.MIGRATION, Kind.HUGE, Kind.DEVMAP, Kind.NONE)
    )
}


def shrink(
    scenario: Scenario, still: Callable[[Scenario], bool], *, attempts: int = ATTEMPTS
) -> Scenario:
    """The smallest scenario found that ``still`` accepts; ``scenario`` itself is taken to be one.

    ``still`` is asked at most ``attempts`` times, and never twice of one scenario.
    """
    search = _Search(scenario, still, attempts)
    while search.pass_over():
        pass
    return search.best


def size(scenario: Scenario) -> tuple[int, ...]:
    """What scenarios are ordered by: less is smaller."""
    start, page = scenario.old, scenario.geometry.page_size
    flags = (scenario.one_area, scenario.need_rmap_locks, scenario.file, not scenario.anon)
    contents = scenario.contents
    return (
        len(contents),
        scenario.length // page,
        -1 if scenario.fails is None else scenario.fails,
        sum(flags),
        sum(_STRANGENESS[one.kind] for one in contents),
        sum(one.bits.bit_count() for one in contents),
        sum(abs(one.at - start) for one in contents) // page,
        max(scenario.old, scenario.new),
        scenario.old,
    )


class _Search:
    """The best scenario so far, and which were tried."""

    def __init__(
        self, scenario: Scenario, still: Callable[[Scenario], bool], attempts: int
    ) -> None:
        self.best = scenario
        self._size = size(scenario)
        self._still = still
        self._left = attempts
        self._refused: set[Scenario] = set()

    def consider(self, scenario: Scenario) -> bool:
        """Take a scenario if it is smaller and still shows the difference; every attempt is this.

        One that was refused is not tried again.
        """
        if scenario in self._refused or size(scenario) >= self._size or not is_legal(scenario):
            return False
        if self._left <= 0:
            return False
        self._left -= 1
        if not self._still(scenario):
            self._refused.add(scenario)
            return False
        self.best, self._size = scenario, size(scenario)
        return True

    def pass_over(self) -> bool:
        """Run each pass until it helps no more; whether any helped."""
        before = self.best
        for proposals in _PASSES:
            while any(self.consider(one) for one in proposals(self.best)):
                pass
        return self.best is not before


# --- passes: each proposes scenarios that are like the given one -------------------------------


def _fewer(scenario: Scenario) -> Iterator[Scenario]:
    """Without a run of contents: all of them, then halves, down to single ones."""
    contents = scenario.contents
    width = len(contents)
    while width:
        for at in range(0, len(contents), width):
            yield replace(scenario, contents=contents[:at] + contents[at + width :])
        width //= 2


def _shorter(scenario: Scenario) -> Iterator[Scenario]:
    """A shorter range, cut at its end, or by whole PMDs at its beginning."""
    page, pmd, length = scenario.geometry.page_size, scenario.geometry.pmd_size, scenario.length
    tried = (page, pmd - page, pmd, pmd + page, 2 * pmd, length // 2 // page * page)
    for shorter in sorted({*tried, length - pmd, length - page}):
        if 0 < shorter < length:
            yield _within(replace(scenario, length=shorter))
    if length > pmd:
        old, new = scenario.old + pmd, scenario.new + pmd
        yield _within(replace(scenario, old=old, new=new, length=length - pmd))


def _plainer(scenario: Scenario) -> Iterator[Scenario]:
    """Nothing fails, no rmap locks, an anonymous area, two areas."""
    yield replace(scenario, fails=None)
    if scenario.fails:
        yield replace(scenario, fails=scenario.fails - 1)
    yield replace(scenario, need_rmap_locks=False, file=False, anon=True)
    yield replace(scenario, need_rmap_locks=False)
    yield replace(scenario, file=False, anon=True)
    yield replace(scenario, file=False)
    yield replace(scenario, one_area=False)


def _plainer_contents(scenario: Scenario) -> Iterator[Scenario]:
    """Pages for what is stranger, without bits; all at once, then one by one."""
    contents = scenario.contents
    for kind in (Kind.PAGE, Kind.SWAP):
        yield replace(scenario, contents=tuple(_plain(one, kind) for one in contents))
    yield replace(scenario, contents=tuple(replace(one, bits=0) for one in contents))
    for at, one in enumerate(contents):
        plain = (_plain(one, Kind.PAGE), _plain(one, Kind.SWAP), replace(one, bits=0))
        fewer = (replace(one, bits=one.bits & ~bit) for bit, _ in BIT_NAMES if one.bits & bit)
        for other in (*plain, *fewer):
            yield replace(scenario, contents=(*contents[:at], other, *contents[at + 1 :]))


def _nearer_contents(scenario: Scenario) -> Iterator[Scenario]:
    """Contents at the first page of the range, and at the first of their own PMD."""
    contents, pmd = scenario.contents, scenario.geometry.pmd_size
    for at, one in enumerate(contents):
        if one.kind is Kind.TABLE:
            continue
        for where in (scenario.old, max(scenario.old, one.at - one.at % pmd)):
            moved = replace(one, at=where)
            yield replace(scenario, contents=(*contents[:at], moved, *contents[at + 1 :]))


def _lower(scenario: Scenario) -> Iterator[Scenario]:
    """Both ranges at low addresses that lie alike within their PMDs, as close as they can be."""
    pmd = scenario.geometry.pmd_size
    old_past, new_past = scenario.old % pmd, scenario.new % pmd
    distance = scenario.new - scenario.old
    if scenario.old > pmd + old_past:
        yield _moved(scenario, pmd + old_past, pmd + old_past + distance)
    behind = -(-(pmd + old_past + scenario.length) // pmd) * pmd
    yield _moved(scenario, pmd + old_past, behind + new_past)
    if scenario.one_area:
        return
    yield _moved(scenario, scenario.old, behind + new_past)
    # The new range may lie below.
    above = -(-(pmd + new_past + scenario.length) // pmd) * pmd
    yield _moved(scenario, above + old_past, pmd + new_past)


_PASSES = (_fewer, _shorter, _plainer, _plainer_contents, _nearer_contents, _lower)


# --- what passes are made of -------------------------------------------------------------------


def _plain(one: Content, kind: Kind) -> Content:
    """A content of a plainer kind; an empty table stays what it is."""
    return one if one.kind is Kind.TABLE else Content(one.at, kind)


def _within(scenario: Scenario) -> Scenario:
    """Without what lies in neither range any more."""
    end = scenario.old + scenario.length
    kept = tuple(
        one
        for one in scenario.contents
        if (_is_below(one, scenario) if one.kind is Kind.TABLE else scenario.old <= one.at < end)
    )
    return replace(scenario, contents=kept)


def _is_below(one: Content, scenario: Scenario) -> bool:
    """Whether a content lies in a PMD that the old or the new range has a part in."""
    pmd, length = scenario.geometry.pmd_size, scenario.length
    return any(
        start - start % pmd <= one.at < start + length for start in (scenario.old, scenario.new)
    )


def _moved(scenario: Scenario, old: int, new: int) -> Scenario:
    """The same scenario with its ranges, and what they hold, at other addresses."""
    pmd = scenario.geometry.pmd_size
    first, end = scenario.old - scenario.old % pmd, scenario.old + scenario.length
    by_old, by_new = old - scenario.old, new - scenario.new
    contents = tuple(
        replace(one, at=one.at + (by_old if first <= one.at < end else by_new))
        for one in scenario.contents
    )
    return replace(scenario, old=old, new=new, contents=contents)
