from __future__ import annotations

from dataclasses import replace

import pytest
from sample_reports import EMPTY, RICH

from analyzer.finding import State
from analyzer.patch.damage import Damage, DamageKind
from analyzer.report import wording
from analyzer.result import Basis, Item, Verdict, headline
from analyzer.source import Place, Side


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(Side.INPUT, line=56), "input:56"),
        (Place(Side.INPUT), "input"),
        (Place(Side.PATCH_AFTER, "mm/mremap.c", 203), "patch.after mm/mremap.c:203"),
        (Place(Side.TARGET, "mm/mremap.c"), "target mm/mremap.c"),
        (Place(Side.UPSTREAM, "a.c", 9, "2c91" * 10), "upstream a.c:9 at 2c912c912c91"),
        (Place(Side.UPSTREAM, "a.c", 9, "v6.1"), "upstream a.c:9 at v6.1"),
    ],
)
def test_a_place_says_what_it_is_a_line_of(place: Place, words: str) -> None:
    assert wording.where(place) == words


def test_the_first_line_of_one_report_is_its_headline() -> None:
    assert wording.first_line((RICH,)) == headline(RICH)


def test_the_first_line_over_several_has_the_worst_verdict_and_the_weakest_basis() -> None:
    proven = replace(EMPTY, verdict=Verdict.DIFFERS, basis=Basis.PROOF)
    assert wording.first_line((proven, RICH)) == (
        "2 patches: differs (basis: traces), 1 finding; "
        "first: patch 2: SM-4: backport Linux kernel commit eb66ae030829 first"
    )


def test_a_finding_comes_before_an_earlier_open_question() -> None:
    asked = replace(EMPTY, items=(Item("ID-1", "t", State.NEEDS_REVIEW, "s", next="look"),))
    found = replace(EMPTY, items=(Item("IN-1", "t", State.FINDING, "s", next="mend"),))
    assert wording.first_line((asked, found)) == (
        "2 patches: same (basis: none), 1 finding; first: patch 2: IN-1: mend"
    )
    assert wording.first_line((asked, asked)) == (
        "2 patches: same (basis: none), 0 findings; first: patch 1: ID-1: look"
    )


def test_nothing_to_do_is_said() -> None:
    assert wording.first_line((EMPTY, EMPTY, EMPTY)) == (
        "3 patches: same (basis: none), 0 findings; nothing to do"
    )


def test_the_items_stand_by_what_they_ask_of_the_reader() -> None:
    groups = [(state, [item.id for item in group]) for state, group in wording.by_state(RICH.items)]
    assert groups == [
        (State.FINDING, ["SM-4"]),
        (State.NEEDS_REVIEW, ["IN-1"]),
        (State.CANNOT_TELL, ["SM-2", "AC-1"]),
        (State.OK, ["ID-1"]),
        (State.NOT_APPLICABLE, ["CV-1"]),
    ]


def test_every_state_and_verdict_has_its_rank() -> None:
    assert set(wording.STATE_ORDER) == set(State)
    assert set(wording._WORST_VERDICT_FIRST) == set(Verdict)


def test_a_long_list_says_how_many_are_left() -> None:
    assert wording.limited(range(20), 8) == (
        range(8),
        "and 12 more; all of them with --format json",
    )
    assert wording.limited(range(8), 8) == (range(8), "")


def test_damage_without_a_file_is_damage_to_the_whole_input() -> None:
    assert wording.damage_place(Damage(DamageKind.CRLF, "t", line=3)) == "whole input, input:3"
    assert wording.damage_counts(Damage(DamageKind.CRLF, "t", kept=0)) == ", kept 0"
