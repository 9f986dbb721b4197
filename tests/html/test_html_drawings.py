"""What is drawn, held against what the model's kernels leave, which is an account of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analyzer.exhibiting.tables import drawn
from analyzer.machine.left import Standings
from analyzer.machine.observation import Done, Observation
from analyzer.machine.scenario import Area, Content, Remap, Scenario
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import I386, SMALL, X86_64, Geometry
from analyzer.reference.bases import BASES, FLUSH_UNDER_LOCK
from analyzer.replay.bench import Side
from analyzer.replay.generate import few, picture
from analyzer.replay.outcome import Pictured
from analyzer.report.exhibits import Drawing, Entries, PageTables, TableDrawn
from analyzer.report.svg import picture as laid_out

MOVE = Scenario(SMALL, 0x8000, 0x10000, 0x8000, (Content(0x8000, Kind.PAGE),))


def shown(scenario: Scenario, *, on: bool = True) -> tuple[PageTables, Standings]:
    """A move drawn, with what the kernel that stands for the target leaves."""
    sides = [Side(FLUSH_UNDER_LOCK, on=True), Side(FLUSH_UNDER_LOCK, on=on)]
    kernels = [side.kernel(scenario.geometry) for side in sides]
    runs: list[Observation] = [kernel.run(scenario) for kernel in kernels]
    return drawn(Pictured(scenario, *runs), ""), kernels[1].left()


def pages(drawing: Drawing) -> Iterator[tuple[int, str]]:
    """The address and kind of each page that a drawing has."""
    for table in drawing.tables:
        for one in table.entries:
            if one.first is not None and one.leads is None and "none" not in one.text:
                yield one.first, one.text.split(" ")[0]


def test_a_move_of_a_whole_table_in_three_drawings() -> None:
    found, _ = shown(MOVE)
    before = Drawing(
        "before the call",
        (
            TableDrawn(
                2,
                "PMD",
                (
                    Entries("PMD", 0x8000, 0x10000, "table 3", leads=3),
                    Entries("PMD", 0x10000, 0x18000, "none"),
                ),
            ),
            TableDrawn(3, "PTE", (Entries("PTE", 0x8000, 0x9000, "page 0"),)),
        ),
    )
    after = (
        TableDrawn(
            2,
            "PMD",
            (
                Entries("PMD", 0x8000, 0x10000, "none", changed=True),
                Entries("PMD", 0x10000, 0x18000, "table 3", leads=3, changed=True),
            ),
        ),
        TableDrawn(3, "PTE", (Entries("PTE", 0x10000, 0x11000, "page 0"),), "moved"),
    )
    assert found.drawings == (
        before,
        Drawing("upstream, after the call", after),
        Drawing("target, after the call", after),
    )
    assert found.said[0] == "Both kernels do the same, step by step."
    assert found.trace == MOVE.operations()


def test_a_move_entry_by_entry_ends_otherwise_and_has_a_new_table() -> None:
    found, _ = shown(MOVE, on=False)
    assert found.said[0] == "The page tables end otherwise in the target than in upstream."
    assert [(one.number, one.said) for one in found.drawings[2].tables] == [
        (2, ""),
        (3, ""),
        (4, "new"),
    ]


@pytest.mark.parametrize("geometry", [SMALL, X86_64, I386])
@pytest.mark.parametrize("on", [True, False])
def test_what_is_drawn_is_what_the_kernel_leaves(geometry: Geometry, *, on: bool) -> None:
    for scenario in few(geometry):
        found, left = shown(scenario, on=on)
        whole = all(
            "more rows" not in one.text for t in found.drawings[2].tables for one in t.entries
        )
        if not whole or len(found.said) > 2:
            continue
        starts = dict(pages(found.drawings[2]))
        assert set(starts) <= set(left.pages)
        covered = {
            address
            for table in found.drawings[2].tables
            for one in table.entries
            if one.first is not None and one.end is not None and one.leads is None
            for address in range(one.first, one.end, geometry.page_size)
            if "none" not in one.text
        }
        assert set(left.pages) <= covered
        assert all(left.pages[at][0].value.split(" ")[0] == kind for at, kind in starts.items())


def test_huge_pages_that_are_split_on_the_way_are_followed() -> None:
    contents = (Content(0x8000, Kind.HUGE),)
    found, left = shown(Scenario(SMALL, 0x8000, 0x11000, 0x8000, contents), on=True)
    moved = dict(pages(found.drawings[2]))
    assert set(moved) <= set(left.pages)
    assert {"page"} == set(moved.values())


def test_neighbours_are_one_row() -> None:
    found, _ = shown(picture(X86_64))
    (pages_of,) = (one for one in found.drawings[0].tables if one.level == "PTE")
    (row,) = pages_of.entries
    assert row.text == "page 0-511, write, dirty, young"
    assert (row.first, row.end) == (0x40000000, 0x40200000)


def test_so_many_tables_are_drawn_and_the_rest_is_counted() -> None:
    step = SMALL.pmd_size
    contents = tuple(Content(at * step, Kind.PAGE) for at in range(1, 21))
    found, _ = shown(Scenario(SMALL, step, 32 * step, 20 * step, contents))
    assert [len(one.tables) for one in found.drawings[1:]] == [12, 12]
    assert "The first 12 tables are drawn; 15 more are not." in found.said


def test_so_many_rows_are_drawn_and_the_rest_is_counted() -> None:
    contents = tuple(Content(0x40000000 + at * 0x2000, Kind.PAGE) for at in range(100))
    found, _ = shown(Scenario(X86_64, 0x40000000, 0x60000000, 0x200000, contents))
    (table,) = (one for one in found.drawings[0].tables if one.level == "PTE")
    assert len(table.entries) == 11
    assert table.entries[-1].text == "... 90 more rows"


def test_every_base_is_drawn() -> None:
    for base in BASES:
        side = Side(base, on=True)
        run = side.kernel(SMALL).run(MOVE)
        assert drawn(Pictured(MOVE, run, run), "D1").divergence == "D1"


def test_boxes_do_not_overlap_and_links_end_at_the_table_they_lead_to() -> None:
    found, _ = shown(
        Scenario(
            SMALL,
            0x8000,
            0x20000,
            0x10000,
            tuple(Content(at, Kind.PAGE) for at in (0x8000, 0x9000, 0x10000)),
        )
    )
    for one in map(laid_out, found.drawings):
        boxes = one.boxes
        for at, box in enumerate(boxes):
            assert box.x + box.width <= one.width
            assert box.y + box.height <= one.height
            for other in boxes[at + 1 :]:
                apart = (
                    box.x + box.width < other.x
                    or box.y + box.height < other.y
                    or other.y + other.height < box.y
                )
                assert apart
        leads = sum(
            line.entries.leads is not None
            for box in boxes
            for line in box.lines
            if any(each.title.split(",")[0].endswith(f" {line.entries.leads}") for each in boxes)
        )
        assert len(one.links) == leads


def test_a_system_call_is_drawn_as_it_begins() -> None:
    area = Area(0x8000, 0x10000, flags=0x8, anon=0)
    contents = (Content(0x8000, Kind.PAGE, bits=1), Content(0x9000, Kind.SWAP))
    call = Remap(SMALL, (area,), contents, 0x8000, 0x8000, 0x10000, 1)
    nothing = Observation((), Done(0, 0, 0, 0))
    found = drawn(Pictured(call, nothing, nothing), "")
    assert found.trace == call.operations()
    assert [one.tables for one in found.drawings] == [
        (
            TableDrawn(2, "PMD", (Entries("PMD", 0x8000, 0x10000, "table 3", leads=3),)),
            TableDrawn(
                3,
                "PTE",
                (
                    Entries("PTE", 0x8000, 0x9000, "page 0, write"),
                    Entries("PTE", 0x9000, 0xA000, "swap 0"),
                ),
            ),
        )
    ] * 3
