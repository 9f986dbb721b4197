"""How a divergence is told: what both did, where they part, and how much of it is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_reports import DIVERGENCE

from analyzer.report.story import Step, columns, story
from analyzer.result import Cause, Divergence

MORE = "; all of them with --format json"


def told(upstream: str, target: str, cause: Cause = Cause.PATCH) -> Divergence:
    return replace(DIVERGENCE, cause=cause, upstream=upstream, target=target)


def test_what_both_did_is_told_once_and_then_each_side() -> None:
    found = told("  a\n  b\n> c\n  d", "  a\n  b\n> e\n  c")
    assert story(found) == (
        Step("both", "a"),
        Step("both", "b"),
        Step("upstream", "c", first=True),
        Step("upstream", "d"),
        Step("target", "e", first=True),
        Step("target", "c"),
    )
    assert list(columns(story(found))) == [
        "both       a",
        "           b",
        "upstream > c",
        "           d",
        "target   > e",
        "           c",
    ]


def test_marked_steps_are_a_difference_even_where_they_read_alike() -> None:
    assert story(told("> a", "> a")) == (
        Step("upstream", "a", first=True),
        Step("target", "a", first=True),
    )


def test_a_side_that_stops_says_so() -> None:
    assert story(told("a\n> b", "a")) == (
        Step("both", "a"),
        Step("upstream", "b", first=True),
        Step("target", "(nothing more)"),
    )


def test_nothing_told_on_either_side_is_nothing_more() -> None:
    assert story(told("", "")) == (
        Step("upstream", "(nothing more)"),
        Step("target", "(nothing more)"),
    )


@pytest.mark.parametrize(
    ("cause", "before", "then"),
    [
        (Cause.PATCH, 6, 14),
        (Cause.CONFIGURATION, 6, 14),
        (Cause.BASE, 2, 4),
        (Cause.FOLLOW_UP, 2, 4),
    ],
)
def test_what_the_patch_is_not_charged_with_is_told_in_short(
    cause: Cause, before: int, then: int
) -> None:
    common = [f"step {number}" for number in range(20)]
    rest = [f"> own {number}" if not number else f"own {number}" for number in range(30)]
    shown = story(told("\n".join([*common, *rest]), "\n".join(common), cause))
    assert shown[0] == Step("both", f"... {20 - before} more steps{MORE}")
    assert [step.text for step in shown[1 : 1 + before]] == common[20 - before :]
    own = shown[1 + before : -1]
    assert own[:2] == (Step("upstream", "own 0", first=True), Step("upstream", "own 1"))
    assert own[-1] == Step("upstream", f"... {30 - then} more steps{MORE}")
    assert len(own) == then + 1


def test_a_difference_late_in_lines_that_never_agree_is_what_is_shown() -> None:
    lines = [f"mine {number}" for number in range(9)] + ["> late", "behind"]
    shown = story(told("\n".join(lines), "> yours"))
    assert [step.text for step in shown if step.side == "upstream"] == [
        f"... 3 more steps{MORE}",
        *(f"mine {number}" for number in range(3, 9)),
        "late",
        "behind",
    ]
