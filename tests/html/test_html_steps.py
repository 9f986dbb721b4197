from __future__ import annotations

from dataclasses import replace

from sample_reports import DIVERGENCE

from analyzer.report.html_steps import Beat, Told, beats

UPSTREAM = """\
        |                          | takes PMD lock 2
  PMD 2 | mm/mremap.c:225 clear    | PMD entry of 0x8000: table 3 -> none
> PMD 2 | mm/mremap.c:231 flush    | flushes the TLB, 0x8000-0x10000
        | mm/mremap.c:234 unlock   | releases PMD lock 2
        |                          | returns 0x8000"""
TARGET = """\
        |                          | takes PMD lock 2
  PMD 2 | mm/mremap.c:123 a(b | c) | PMD entry of 0x8000: table 3 -> none
  PMD 2 | mm/mremap.c:124          | reads the PMD entry of 0x8000: none
> PMD 2 | mm/mremap.c:131 unlock   | fault: a | b
        | mm/mremap.c:131 unlock   | releases PMD lock 2
        | mm/mremap.c:132 flush    | flushes the TLB, 0x8000-0x10000
        |                          | returns 0x8000"""


def told(upstream: str, target: str) -> tuple[Beat, ...]:
    return beats(replace(DIVERGENCE, upstream=upstream, target=target))


def test_what_both_do_is_one_row_and_where_they_part_another() -> None:
    found = told(UPSTREAM, TARGET)
    assert [one.number for one in found] == list(range(1, 8))
    assert [one.shared for one in found] == [True, True, False, False, True, False, True]
    assert [one.first for one in found].index(True) == 3
    assert found[3].upstream == Told(
        "flushes the TLB, 0x8000-0x10000", "PMD 2", "mm/mremap.c:231 flush", first=True
    )
    assert found[3].target == Told("fault: a | b", "PMD 2", "mm/mremap.c:131 unlock", first=True)
    assert (found[2].upstream, found[5].upstream) == (None, None)


def test_each_kernel_keeps_its_own_line_of_c_and_the_entry_is_told_apart() -> None:
    both = told(UPSTREAM, TARGET)[1]
    assert both.upstream == Told(
        "PMD entry of 0x8000: table 3 -> none",
        "PMD 2",
        "mm/mremap.c:225 clear",
        level="PMD",
        address="32768",
    )
    assert both.target == replace(both.upstream, place="mm/mremap.c:123 a(b | c)")


def test_steps_without_columns_are_told_as_they_are() -> None:
    found = told("  one\n> two", "  one\n> other | thing")
    assert [(one.upstream, one.target) for one in found] == [
        (Told("one"), Told("one")),
        (Told("two", first=True), Told("other | thing", first=True)),
    ]


def test_a_side_that_does_nothing_more_has_empty_rows() -> None:
    found = told("  one", "  one\n> two\n  three")
    assert [one.upstream for one in found] == [Told("one"), None, None]
    assert told("", "") == ()


def test_so_many_steps_are_shown_and_the_rest_is_counted() -> None:
    long = "\n".join(f"  step {number}" for number in range(1000))
    found = told(long, long)
    assert len(found) == 201
    assert found[-1].target == Told("... 800 more steps; all of them with --format json")
