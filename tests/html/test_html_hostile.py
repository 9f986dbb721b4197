"""Text that wants to do harm, in every string of a report and of its exhibits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hostile import HOSTILE, report_with
from hostile_exhibits import exhibits_with
from pages import parsed, strangers, text_of

from analyzer.report.exhibits import Cell, HunkBlock, HunkFile, HunkRow, Hunks
from analyzer.report.html import render_html
from analyzer.report.printable import printable

SHOWN = (
    *("Cell.text", "Cell.note", "HunkRow.change", "HunkBlock.title", "HunkBlock.change"),
    *("HunkBlock.notes", "HunkFile.path", "HunkFile.said", "Hunks.said"),
    *("Listing.function", "Listing.path", "Listing.source", "Row.c", "Row.python", "Left.name"),
    *("Left.use", "Listing.helpers", "Listing.notes", "Listing.assumptions", "Refusal.reason"),
    *("Refusal.text", "NotChecked.what", "NotChecked.why"),
)
ITEM = ("Item.id", "Item.title", "Item.summary", "Item.reason", "Item.next", "Item.answered_by")
REPORT = (
    *ITEM,
    *("Evidence.text", "Place.path", "PatchFacts.subject", "PatchFacts.author", "PatchFacts.files"),
    *("Damage.text", "Damage.path", "Restored.text", "Assumption.text", "Assumption.rests_on"),
    *("Divergence.function", "Divergence.trace", "Divergence.observation", "Divergence.invariant"),
    *("Divergence.upstream", "Divergence.target", "Kernel.source", "NotChecked.what"),
)


@pytest.mark.parametrize("harm", HOSTILE)
def test_hostile_text_makes_no_element_and_no_attribute(harm: str) -> None:
    page = render_html(
        [report_with(lambda name: f"{harm}{name}{harm}")], [exhibits_with(lambda name: harm)]
    )
    assert page == page.encode().decode()
    tree = parsed(page)
    assert list(strangers(tree)) == []
    assert all(one.get("href", "#").startswith("#") for one in tree.iter())
    own = "".join(one for one in page if not one.isprintable())
    assert set(own) <= {"\n"}


def test_every_string_of_a_report_and_its_exhibits_is_on_the_page() -> None:
    report = report_with(lambda name: f"<{name}>")
    text = text_of(parsed(render_html([report], [exhibits_with(lambda name: f"<{name}>")])))
    missing = [name for name in (*SHOWN, *REPORT) if f"<{name}>" not in text]
    assert missing == []


def test_code_keeps_its_tabs_as_blanks_and_shows_what_is_unseen() -> None:
    cell = Cell("+", "\tif (x)\u202e { \x1b[31m", 3)
    file = HunkFile("a.c", (HunkBlock("f()", "", dim=False, rows=(HunkRow(None, cell),)),))
    exhibits = replace(exhibits_with(lambda name: name), hunks=Hunks(True, "", (file,)))
    text = "".join(parsed(render_html([report_with(str)], [exhibits])).itertext())
    assert "+         if (x)\\u202e { \\x1b[31m" in text


def test_a_long_string_is_cut_where_printable_cuts_it() -> None:
    long = "x" * 5000
    report = report_with(lambda name: long if name == "Item.summary" else name)
    text = text_of(parsed(render_html([report], None)))
    assert printable(long, limit=2000) in text
    assert "x" * 2001 not in text


def test_a_page_grows_no_faster_than_what_is_on_it() -> None:
    report = report_with(lambda name: "<&\"'" * 250)
    assert len(render_html([report], None)) < 400_000
