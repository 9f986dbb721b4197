"""Scenarios are shrunk to the smallest of their sort: exact ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyzer.machine.scenario import Content, Scenario
from analyzer.mm.entry import DIRTY, SOFT_DIRTY, Kind
from analyzer.mm.geometry import SMALL, X86_64
from analyzer.replay.generate import picture, sweep
from analyzer.replay.legal import is_legal
from analyzer.replay.shrink import shrink, size

PAGE, PMD = SMALL.page_size, SMALL.pmd_size


def smallest(still: Callable[[Scenario], bool], scenario: Scenario | None = None) -> Scenario:
    """Shrink the first scenario of the sweep that a condition holds for, or the one given."""
    first = scenario or next(one for one in sweep(SMALL) if still(one))
    found = shrink(first, still)
    assert still(found)
    assert is_legal(found)
    return found


def in_pmds(one: Scenario) -> bool:
    return one.old % PMD == 0 and one.new % PMD == 0 and one.length >= PMD


@pytest.mark.parametrize(
    ("still", "expected"),
    [
        (lambda one: True, Scenario(SMALL, 0x8000, 0x10000, PAGE)),
        (in_pmds, Scenario(SMALL, 0x8000, 0x10000, PMD)),
        (
            lambda one: in_pmds(one) and len(one.contents) > 0,
            Scenario(SMALL, 0x8000, 0x10000, PMD, (Content(0x8000, Kind.PAGE),)),
        ),
        (
            lambda one: one.need_rmap_locks and one.file,
            Scenario(SMALL, 0x8000, 0x10000, PAGE, need_rmap_locks=True, file=True),
        ),
        (
            lambda one: one.new % PMD != 0 and one.length >= PMD,
            Scenario(SMALL, 0x8000, 0x11000, PMD),
        ),
        (
            lambda one: any(each.kind is Kind.MIGRATION for each in one.contents),
            Scenario(SMALL, 0x8000, 0x10000, PAGE, (Content(0x8000, Kind.MIGRATION),)),
        ),
        (
            lambda one: any(each.bits & SOFT_DIRTY for each in one.contents),
            Scenario(SMALL, 0x8000, 0x10000, PAGE, (Content(0x8000, Kind.PAGE, SOFT_DIRTY),)),
        ),
        (
            lambda one: one.fails is not None,
            Scenario(SMALL, 0x8000, 0x10000, PAGE, fails=0),
        ),
        (
            lambda one: one.one_area and one.length > one.old - one.new,
            Scenario(SMALL, 0x9000, 0x1000, PMD + PAGE, one_area=True),
        ),
        (
            lambda one: one.old // (8 * PMD) != one.new // (8 * PMD),
            Scenario(SMALL, 0x8000, 0x48000, PAGE),
        ),
        (
            lambda one: any(each.kind is Kind.HUGE for each in one.contents),
            Scenario(SMALL, 0x8000, 0x10000, PMD, (Content(0x8000, Kind.HUGE),)),
        ),
        (
            lambda one: any(
                each.kind is Kind.TABLE and one.new <= each.at for each in one.contents
            ),
            Scenario(SMALL, 0x8000, 0x10000, PAGE, (Content(0x10000, Kind.TABLE),)),
        ),
    ],
)
def test_the_smallest_scenario(still: Callable[[Scenario], bool], expected: Scenario) -> None:
    assert smallest(still) == expected


def test_all_but_one_of_a_thousand_pages_go_at_once() -> None:
    asked = []

    def still(one: Scenario) -> bool:
        asked.append(one)
        return any(each.bits & DIRTY for each in one.contents)

    found = smallest(still, picture(X86_64))
    page = Content(0x200000, Kind.PAGE, DIRTY)
    assert found == Scenario(X86_64, 0x200000, 0x400000, 4096, (page,))
    assert len(asked) < 60


def test_nothing_is_asked_twice() -> None:
    asked: list[Scenario] = []

    def still(one: Scenario) -> bool:
        asked.append(one)
        return one.length > PMD

    smallest(still, next(one for one in sweep(SMALL) if one.length > 2 * PMD))
    assert len(asked[:-1]) == len(set(asked[:-1]))


def test_attempts_are_bounded() -> None:
    asked: list[Scenario] = []

    def still(one: Scenario) -> bool:
        asked.append(one)
        return False

    first = sweep(SMALL)[3]
    assert shrink(first, still, attempts=7) == first
    assert len(asked) == 7


def test_every_step_is_smaller() -> None:
    taken: list[Scenario] = []

    def still(one: Scenario) -> bool:
        taken.append(one)
        return True

    first = sweep(SMALL)[3]
    shrink(first, still)
    sizes = [size(one) for one in (first, *taken)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)
