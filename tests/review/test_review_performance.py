"""RG-2: what is a claim of speed, what is a measurement, and what is neither."""

from __future__ import annotations

import pytest
from growth import growth
from one_case import SHA, at, case_of, mail

from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.performance import claim_holds

TITLE = "does the performance claim hold on the target?"
MEASURE = "Measure on the target, without and with the patch, and compare with these figures."
UNLABELLED = "; no label says which were taken before and which after: it may have got lost"


def open_claim(told: str, evidence: tuple, reason: str = "", whose: str = "the author's") -> Item:
    return Item(
        "RG-2",
        TITLE,
        State.CANNOT_TELL,
        f"{told}; the target was not measured, the figures are {whose}",
        reason,
        evidence,
        next=MEASURE,
    )


def nothing(last: int) -> Item:
    found = (at(3, f"the message, lines 3 to {last}, has none"),)
    why = "no performance is claimed"
    return Item("RG-2", TITLE, State.NOT_APPLICABLE, why, evidence=found)


@pytest.mark.parametrize(
    ("line", "figures"),
    [
        ("The loop is ~20x faster.", "~20x"),
        ("The speedup is 2-3x.", "2-3x"),
        ("It is 4 times faster now.", "4 times faster"),
        ("Throughput goes up by 12.5%.", "12.5%"),
        ("This improves latency from 30 ms to 2 ms.", "30 ms to 2 ms"),
        (
            "The overhead drops from 3.4-3.6 milliseconds to 144-160",
            "3.4-3.6 milliseconds to 144-160",
        ),
        ("The benchmark gets 1,200 MB/s instead of 800 MB/s.", "1,200 MB/s, 800 MB/s"),
        ("Before: 120 us", "120 us"),
    ],
)
def test_figures_of_speed_are_told_verbatim(line: str, figures: str) -> None:
    assert claim_holds(case_of(mail(line))) == open_claim(
        f"claimed: {figures}", (at(5, f"{figures}: {line}"),)
    )


def test_a_figure_in_the_subject_counts_and_the_word_may_stand_a_line_away() -> None:
    text = mail("text", subject="[PATCH] mm: speed up moves by 20x")
    assert claim_holds(case_of(text)) == open_claim(
        "claimed: 20x", (at(3, "20x: mm: speed up moves by 20x"),)
    )
    assert claim_holds(case_of(mail("the performance of it\nrises by 7%"))) == open_claim(
        "claimed: 7%", (at(6, "7%: rises by 7%"),)
    )


def test_a_claim_without_a_figure_is_a_claim() -> None:
    assert claim_holds(case_of(mail("This makes fork much faster."))) == open_claim(
        "claimed: more speed, without a figure", (at(5, "This makes fork much faster."),)
    )


@pytest.mark.parametrize(
    "body",
    [
        "text",
        "Wait 10 ms before the reset, as the manual says.",
        "The buffer needs 2x the size, which is 50% more than now.",
        "Use x86 and 0x20 registers of v4.20.x.",
        "[  12.345678] a task blocked for more than 120 seconds.\n"
        "[  13.345678] a task blocked for more than 120 seconds.",
        "usb: took 100 ms\nusb: took 150 ms",
        "Signed-off-by: Faster Than 20x <ada@example.org>",
    ],
)
def test_other_numbers_are_no_claims(body: str) -> None:
    assert claim_holds(case_of(mail(body))) == nothing(5 + body.count("\n"))


def test_figures_are_said_to_be_upstreams_where_upstream_is_named() -> None:
    body = f"It is 3x faster.\n\n(cherry picked from commit {SHA})"
    assert claim_holds(case_of(mail(body))) == open_claim(
        "claimed: 3x",
        (at(5, "3x: It is 3x faster."),),
        whose="the author's, on upstream's kernel",
    )


def run(*values: object) -> str:
    return "\n".join(f"Move of 1GB: {value} nanoseconds." for value in values)


def measured(first: int, *values: object) -> tuple[Evidence, ...]:
    return tuple(at(first + i, line) for i, line in enumerate(run(*values).split("\n")))


def test_two_groups_of_like_measurements_are_summed_up() -> None:
    values = (3000, 3100, 2900, 100, 110, 93)
    assert claim_holds(case_of(mail(run(*values)))) == open_claim(
        "6 measurements",
        measured(5, *values),
        "computed from the message: means 3000 (of 3) and 101 (of 3) nanoseconds, "
        f"ratio 29.7{UNLABELLED}",
    )


@pytest.mark.parametrize("label", ["Before:", "Without the patch", "after =", "Baseline"])
def test_labels_that_are_there_are_not_missed(label: str) -> None:
    body = f"{label}\n{run('3,000', '3,100')}\n\n{run(100)}"
    assert claim_holds(case_of(mail(body))) == open_claim(
        "3 measurements",
        (*measured(6, "3,000", "3,100"), *measured(9, 100)),
        "computed from the message: means 3050 (of 2) and 100 (of 1) nanoseconds, ratio 30.5",
    )


@pytest.mark.parametrize("values", [(200, 100), (100, 300, 1000), (0, 0, 100), (100, 150, 190)])
def test_measurements_that_do_not_fall_in_two_groups_are_not_summed_up(values: tuple) -> None:
    body = f"These are the results of the benchmark:\n{run(*values)}"
    assert claim_holds(case_of(mail(body))) == open_claim(
        f"{len(values)} measurements", measured(6, *values)
    )


def test_every_line_belongs_to_the_series_of_its_own_text() -> None:
    body = "read: 10 ms\nwrite: 90 ms\nread: 1 ms\nwrite: 30 ms"
    assert claim_holds(case_of(mail(body))).reason == "; ".join(
        f"computed from the message: means {a} (of 1) and {b} (of 1) ms, ratio {c}{UNLABELLED}"
        for a, b, c in ((10, 1, "10.0"), (90, 30, "3.0"))
    )


def test_more_lines_than_are_shown_are_counted() -> None:
    body = "\n".join(f"part {at} is {at}x faster" for at in range(1, 46))
    found = claim_holds(case_of(mail(body)))
    assert found.summary.startswith("claimed: 1x, 2x, 3x, 4x, 5x, 6x and 39 more; ")
    assert len(found.evidence) == 41
    assert found.evidence[-1] == Evidence("5 more lines with claims")


@pytest.mark.parametrize(
    ("start", "unit"),
    [
        ("faster ", "9"),
        ("faster ", "1,000"),
        ("faster ", "1-"),
        ("faster ", "~1 to "),
        ("", "9 ms "),
    ],
)
def test_hostile_numbers_take_linear_time(start: str, unit: str) -> None:
    assert growth(claim_holds, lambda size: case_of(mail(start + unit * size)), 20_000) < 9


@pytest.mark.parametrize("word", ["", "faster "])
def test_many_measurements_take_linear_time(word: str) -> None:
    def measured(size: int) -> Case:
        steps = [f"{word}run {n} took {ms} ms" for ms in (1, 9) for n in range(size)]
        return case_of(mail("\n".join(steps)))

    assert growth(claim_holds, measured, 200) < 9
