"""What scenarios are made: legal ones, around what can go wrong, the same every time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.machine.scenario import Content, Scenario
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import (
    ARM64_64K,
    I386,
    MEDIUM,
    REAL,
    SMALL,
    SMALL_ONE_LOCK,
    SMALL_TWO_LEVELS,
    X86_64,
    Geometry,
)
from analyzer.replay import generate
from analyzer.replay.generate import around, few, picture, sample, sweep
from analyzer.replay.legal import is_legal

SWEPT = (SMALL, SMALL_ONE_LOCK, SMALL_TWO_LEVELS, MEDIUM)
PAGE, PMD = SMALL.page_size, SMALL.pmd_size


@pytest.mark.parametrize("geometry", SWEPT, ids=lambda one: one.name)
def test_a_sweep_is_legal_without_repetition_and_not_large(geometry: Geometry) -> None:
    found = sweep(geometry)
    assert all(is_legal(one) for one in found)
    assert len(set(found)) == len(found)
    assert 220 <= len(found) <= 260
    assert max(len(one.contents) for one in found) <= 60


def test_a_sample_has_some_of_everything() -> None:
    found = sample(SMALL)
    assert 55 <= len(found) <= 65
    assert set(found) < set(sweep(SMALL))
    assert found[0] == sweep(SMALL)[0]
    kinds = {each.kind for one in found for each in one.contents}
    assert kinds == set(Kind) - {Kind.NONE}


@pytest.mark.parametrize("geometry", REAL, ids=lambda one: one.name)
def test_few_are_made_for_real_page_tables(geometry: Geometry) -> None:
    found = few(geometry)
    assert all(is_legal(one) for one in found)
    assert 20 <= len(found) <= 32
    many = [len(one.contents) for one in found if len(one.contents) > 10]
    assert many == {9: [512], 10: [513]}.get(geometry.bits[0], [])
    assert is_legal(picture(geometry))
    assert len(picture(geometry).contents) <= 1024


@pytest.mark.parametrize("geometry", REAL, ids=lambda one: one.name)
def test_the_new_side_is_off_by_each_power_of_two_alone(geometry: Geometry) -> None:
    wanted = {geometry.page_size << bit for bit in range(64)}
    wanted = {past for past in wanted if past < geometry.pmd_size}
    for found in (few(geometry), sweep(geometry) if geometry is X86_64 else few(geometry)):
        size = geometry.pmd_size
        whole = (one for one in found if one.old % size == 0 and one.length >= size)
        assert wanted <= {one.new % size for one in whole}


def test_scenarios_are_the_same_every_time() -> None:
    before = sweep(SMALL), few(I386), picture(ARM64_64K)
    for each in (sweep, few, picture):
        each.cache_clear()
    assert (sweep(SMALL), few(I386), picture(ARM64_64K)) == before


def test_the_first_is_what_the_patch_is_for() -> None:
    first = sweep(SMALL)[0]
    assert first == Scenario(
        SMALL,
        0x40000,
        0x80000,
        PMD,
        (Content(0x41000, Kind.PAGE, 7), Content(0x47000, Kind.PAGE, 7)),
        need_rmap_locks=True,
        file=True,
    )


def test_starts_and_lengths_lie_on_and_around_pmd_boundaries() -> None:
    found = {(one.old % PMD, one.new % PMD, one.length) for one in sweep(SMALL)}
    sides = (0, PAGE, PMD - PAGE)
    lengths = (PAGE, PMD - PAGE, PMD, PMD + PAGE, 2 * PMD, 2 * PMD + PAGE, 3 * PMD - PAGE)
    wanted = {(old, new, length) for old in sides for new in sides for length in lengths}
    assert wanted <= found


def test_what_an_area_can_hold_is_there() -> None:
    contents = [each for one in sweep(SMALL) for each in one.contents]
    assert {one.kind for one in contents} == set(Kind) - {Kind.NONE}
    assert {one.bits for one in contents if one.kind is Kind.PAGE} >= {0, 1, 2, 4, 7, 8, 15, 16}
    assert any(not one.contents for one in sweep(SMALL))


@pytest.mark.parametrize("need", [False, True])
def test_rmap_locks_are_needed_and_not(need: bool) -> None:
    """For each sort of area, and for moves of whole PMDs as well as for others."""
    found = {
        (one.file, one.anon, one.old % PMD == one.new % PMD == 0 and one.length % PMD == 0)
        for one in sweep(SMALL)
        if one.need_rmap_locks is need
    }
    files = {(True, True), (True, False), (False, True)} if need else {(True, True), (False, True)}
    assert found == {(*each, whole) for each in files for whole in (True, False)}


def test_destinations_hold_tables_already() -> None:
    def established(one: Scenario) -> int:
        first = one.new - one.new % PMD
        tables = [each.at for each in one.contents if each.kind is Kind.TABLE]
        return sum(first <= at < one.new + one.length for at in tables)

    whole = [one for one in sweep(SMALL) if not one.one_area and one.new % PMD == 0]
    assert {established(one) for one in whole} >= {0, 1, 2}


def test_both_sides_lie_in_one_table_of_pmds_and_in_two() -> None:
    span = PMD * 8
    found = {one.old // span == one.new // span for one in sweep(SMALL) if one.length == PMD}
    assert found == {True, False}


def test_each_allocation_fails() -> None:
    assert {one.fails for one in sweep(SMALL)} == {None, 0, 1, 2, 3, 4}


def test_both_ends_of_user_space_are_reached() -> None:
    last = SMALL.task_size
    ends = {(one.old == 0, one.new == 0) for one in sweep(SMALL)}
    assert ends >= {(True, False), (False, True)}
    tops = {(one.old + one.length == last, one.new + one.length == last) for one in sweep(SMALL)}
    assert tops >= {(True, False), (False, True)}


def test_a_stack_moves_down_over_itself() -> None:
    moved = [one for one in sweep(SMALL) if one.one_area]
    assert {(one.old - one.new) % PMD for one in moved} == {0, PAGE}
    assert {one.old % PMD for one in moved} == {0, PAGE, PMD - PAGE}
    assert any(one.old - one.new < one.length for one in moved)


def test_a_machine_with_one_table_of_pmds_has_scenarios_too() -> None:
    assert {one.old // (4 * PMD) for one in sweep(SMALL_TWO_LEVELS)} >= {0, 1}
    assert all(one.old for one in few(I386))


def test_numbers_of_the_code_are_tried_as_addresses_and_lengths() -> None:
    found = around(X86_64, (0x40000000, 0x7F1234600000))
    assert {one.length for one in found} >= {0x40000000, 0x40000000 + X86_64.pmd_size}
    assert {one.new for one in found} >= {0x40000000, 0x7F1234600000}
    assert all(is_legal(one) for one in found)
    # An address beyond user space is none.
    assert around(X86_64, (1 << 60,)) == ()


def test_a_range_longer_than_32_bits_can_say_is_moved_where_it_is_short() -> None:
    assert max(one.length for one in few(ARM64_64K)) > 1 << 32


def test_every_group_has_its_share() -> None:
    for group in generate._GROUPS:
        assert any(is_legal(one) for one in group(SMALL)), group


BASE = Scenario(SMALL, 0x8000, 0x10000, PMD, (Content(0x8000, Kind.PAGE),))


@pytest.mark.parametrize(
    "change",
    [
        {"length": 0},
        {"length": PMD + 1},
        {"old": 0x8001},
        {"new": 0x8000},
        {"new": SMALL.task_size - PAGE},
        {"new": -PMD},
        {"one_area": True},
        {"contents": (Content(0x10000, Kind.PAGE),)},
        {"contents": (Content(0x7000, Kind.PAGE),)},
        {"contents": (Content(0x8800, Kind.PAGE),)},
        {"contents": (Content(0x8000, Kind.PAGE), Content(0x8000, Kind.SWAP))},
        {"contents": (Content(0x8000, Kind.HUGE), Content(0x8000, Kind.PAGE))},
        {"contents": (Content(0x8000, Kind.HUGE), Content(0x8000, Kind.TABLE))},
        {"contents": (Content(0x9000, Kind.TABLE),)},
        {"contents": (Content(0x8000, Kind.HUGE),), "length": PMD - PAGE},
        {"contents": (Content(0x8000, Kind.HUGE),), "file": True},
        {"contents": (Content(0x8000, Kind.DEVMAP),)},
    ],
)
def test_what_no_caller_can_ask_for_is_not_legal(change: dict[str, object]) -> None:
    assert is_legal(BASE)
    assert not is_legal(replace(BASE, **change))  # type: ignore[arg-type]
