"""Which hunk is which, and which line is which, told by shape alone."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.compare import (
    Alignment,
    Pair,
    Step,
    align,
    changed,
    in_other_hunks,
    pair_hunks,
    shape_lines,
)
from analyzer.compare.alignment import MAX_CELLS
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series
from analyzer.upstream import CommitFacts, Kind, ShapeHunk, ShapeLine, load, parse_shape

MAILS = Path(__file__).resolve().parents[2] / "fixtures" / "mails"
INTACT = (MAILS / "move-pmd.patch").read_bytes()


def files_of(text: bytes) -> tuple[FilePatch, ...]:
    (patch,) = read_series(text, "test").patches
    return patch.files


def upstream() -> CommitFacts:
    commit = load().by("2c91bd4a4e2e").commit
    assert commit is not None
    return commit


def shape(*lines: str) -> tuple[ShapeLine, ...]:
    return tuple(parse_shape(line) for line in lines)


def named(pairs: tuple[Pair, ...]) -> list[tuple[str | None, str | None, int | None, int | None]]:
    """(upstream's function or symbol, our file, our hunk, cost of the alignment)."""
    return [
        (
            pair.theirs.within if pair.theirs else None,
            pair.file.path if pair.file else None,
            pair.hunk,
            pair.alignment.cost if pair.alignment else None,
        )
        for pair in pairs
    ]


K, M = "arch/Kconfig", "mm/mremap.c"


def with_hunks(order: list[int]) -> tuple[FilePatch, ...]:
    kconfig, code = files_of(INTACT)
    return (kconfig, replace(code, hunks=tuple(code.hunks[i] for i in order)))


def test_the_fixture_beside_upstream() -> None:
    assert named(pair_hunks(files_of(INTACT), upstream())) == [
        ("HAVE_IRQ_TIME_ACCOUNTING", K, 0, 0),
        ("move_ptes", M, 0, 0),
        ("move_page_tables", M, 1, 1),
    ]


def test_the_archived_fixture_beside_upstream() -> None:
    pairs = pair_hunks(files_of((MAILS / "move-pmd-archive.txt").read_bytes()), upstream())
    assert named(pairs) == [
        ("HAVE_IRQ_TIME_ACCOUNTING", K, 0, 2),
        ("move_ptes", M, 0, 12),
        ("move_page_tables", M, 1, 4),
    ]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([1, 0], [("move_ptes", M, 1, 0), ("move_page_tables", M, 0, 1)]),
        ([0], [("move_ptes", M, 0, 0), ("move_page_tables", None, None, None)]),
        ([1], [("move_ptes", None, None, None), ("move_page_tables", M, 0, 1)]),
        ([], [("move_ptes", None, None, None), ("move_page_tables", None, None, None)]),
        # Of two alike, the first is paired with the first; the other is one more of ours.
        (
            [0, 0, 1],
            [("move_ptes", M, 0, 0), ("move_page_tables", M, 2, 1), (None, M, 1, None)],
        ),
    ],
)
def test_hunks_in_another_order_missing_and_added(
    order: list[int], expected: list[tuple[str | None, str | None, int | None, int | None]]
) -> None:
    pairs = pair_hunks(with_hunks(order), upstream())
    assert named(pairs) == [("HAVE_IRQ_TIME_ACCOUNTING", K, 0, 0), *expected]


def test_a_file_that_moved_is_found_by_its_name_and_others_are_left() -> None:
    kconfig, code = files_of(INTACT)
    moved = replace(code, old_path="lib/mremap.c", new_path="lib/mremap.c")
    other = replace(kconfig, old_path="fs/other.c", new_path="fs/other.c")
    assert named(pair_hunks((moved, other), upstream())) == [
        ("HAVE_IRQ_TIME_ACCOUNTING", None, None, None),
        ("move_ptes", "lib/mremap.c", 0, 0),
        ("move_page_tables", "lib/mremap.c", 1, 1),
        (None, "fs/other.c", 0, None),
    ]
    twice = (moved, replace(moved, new_path="fs/mremap.c", old_path="fs/mremap.c"))
    assert [pair.theirs is None or pair.file is None for pair in pair_hunks(twice, upstream())] == [
        True
    ] * 7


def test_what_is_too_long_to_compare_is_paired_in_order_and_no_hunk_is_dropped() -> None:
    _kconfig, code = files_of(INTACT)
    hunk = code.hunks[0]
    long = hunk.with_lines(hunk.lines * 1000)
    pairs = pair_hunks((replace(code, hunks=(long, long, hunk)),), upstream())
    assert named(pairs)[1:] == [
        ("move_ptes", M, 0, None),
        ("move_page_tables", M, 1, None),
        (None, M, 2, None),
    ]


def test_an_alignment_line_by_line() -> None:
    theirs = shape("+directive #ifdef A", "+code 1", "+blank", "+code 1", "+directive #endif")
    ours = shape("+code 1", "+code 2", "+comment 1")
    steps = ((0, None), (1, 0), (2, None), (3, 1), (None, 2), (4, None))
    assert align(theirs, ours) == Alignment(8, tuple(Step(*step) for step in steps))


@pytest.mark.parametrize(
    ("theirs", "ours", "cost"),
    [
        ((), (), 0),
        (("+code 1",), ("+code 1",), 0),
        (("+code 1",), ("+code 3",), 1),
        (("+code 1",), (), 4),
        ((), ("+comment 1",), 4),
        (("+blank",), (), 1),
        (("+brace { 0",), ("+brace } 0",), 2),
        (("+code 1",), ("-code 1",), 8),
        (("+symbol A",), ("+symbol B",), 2),
        (("+property bool",), ("+property help",), 8),
    ],
)
def test_what_a_difference_costs(theirs: tuple[str, ...], ours: tuple[str, ...], cost: int) -> None:
    found = align(shape(*theirs), shape(*ours))
    assert found is not None
    assert found.cost == cost
    back = align(shape(*ours), shape(*theirs))
    assert back is not None
    assert back.cost == cost
    assert [step.theirs for step in found.steps if step.theirs is not None] == list(
        range(len(theirs))
    )
    assert [step.ours for step in found.steps if step.ours is not None] == list(range(len(ours)))


def test_too_many_lines_are_not_aligned() -> None:
    line = shape("+code 1")
    side = int(MAX_CELLS**0.5)
    assert align(line * side, line * side) is None
    assert align(line * (side - 1), line * (side - 1)) is not None


def test_the_shape_of_a_hunk_has_one_entry_a_line() -> None:
    _kconfig, code = files_of(INTACT)
    lines = shape_lines(code.hunks[1], M)
    assert len(lines) == len(code.hunks[1].lines)
    assert [line.kind for line in changed(lines)][:3] == [Kind.CODE, Kind.DIRECTIVE, Kind.COMMENT]


def test_time_for_many_hunks_is_bounded() -> None:
    line = shape("+code 1")
    hunks = tuple(ShapeHunk(M, "f", (1, 0), (1, 40), line * 40) for _ in range(8))
    commit = replace(upstream(), hunks=hunks)
    _kconfig, code = files_of(INTACT)

    def seconds(count: int) -> float:
        files = (replace(code, hunks=code.hunks[:1] * count),)
        start = time.process_time()
        assert len(pair_hunks(files, commit)) == max(8, count)
        return time.process_time() - start

    # The first is the most that is compared line by line, the second no longer is.
    assert seconds(2000) < 10 * seconds(100) + 0.2


def joined(file: FilePatch) -> FilePatch:
    """All hunks as one, as git writes them where their context meets."""
    first = file.hunks[0]
    lines = tuple(line for hunk in file.hunks for line in hunk.lines)
    return replace(file, hunks=(replace(first, lines=lines),))


def test_one_hunk_may_hold_two_of_upstreams() -> None:
    _, code = files_of(INTACT)
    theirs = [hunk for hunk in upstream().hunks if hunk.path == M]
    whole = joined(code)
    short = replace(whole.hunks[0], lines=whole.hunks[0].lines[:30])
    assert in_other_hunks(theirs, whole)
    assert not in_other_hunks(theirs, replace(whole, hunks=(short,)))
    # As many hunks as upstream has are paired one by one.
    assert not in_other_hunks(theirs, code)
