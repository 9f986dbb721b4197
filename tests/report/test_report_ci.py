"""What a CI's runner would obey in the log of a job: no format prints it, whatever a patch says.

GitHub's runner takes a line that begins with ``::``, behind any white space, for a command, and
``##[`` anywhere; Azure's takes ``##vso[`` anywhere, TeamCity's ``##teamcity[``.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace

import pytest
from hostile import CLOSED, report_with

from analyzer.excerpt.piece import Part, Refusal
from analyzer.report import Format, ListingFormat, PageFormat, render
from analyzer.report.listing import Left, Listing, Row as ListingRow, render_listings
from analyzer.report.page import Action, Need, Row, page_of, render_page

OBEYED = re.compile(r"^\s*::|##(?:vso|teamcity)?\[", re.MULTILINE | re.IGNORECASE)
WORDS = ("::error file=a.c::x", "##[error]x", "##vso[task.setvariable]x", "###[group]", ":::x")
# However wide the margins are, one of these brings a word to the beginning of a line.
TEXTS = [
    *WORDS,
    *(f" {word} " * 40 for word in WORDS),
    *("x" * length + " ::error::" + "y" * 30 for length in range(40, 75, 7)),
    "::stop-commands::" * 60,
]


@pytest.mark.parametrize("chosen", Format)
def test_no_report_holds_a_command(chosen: Format) -> None:
    for text in TEXTS:
        report = report_with(lambda name, text=text: CLOSED.get(name, text))
        for width, color in ((40, False), (80, False), (80, True)):
            printed = render((report, report), chosen, color=color, width=width)
            assert OBEYED.findall(printed) == []
            if chosen is Format.TERMINAL and not color:
                told = [line for line in printed.split("\n") if " (basis: " not in line]
                assert max(map(len, told)) <= width


@pytest.mark.parametrize("chosen", ListingFormat)
def test_no_listing_holds_a_command(chosen: ListingFormat) -> None:
    for text in TEXTS:
        row = ListingRow(None, text, (text,))
        refusal = Refusal(text, None, text)
        named = (Left(text, text),), ((text, text),), (text,), (text,)
        listing = Listing(text, text, text, Part.WHOLE, (row,), *named, refusal)
        alone = replace(listing, rows=(ListingRow(None, text),))
        printed = render_listings((listing, alone), chosen, width=60)
        assert OBEYED.findall(printed) == []


@pytest.mark.parametrize("chosen", PageFormat)
def test_no_page_over_a_branch_holds_a_command(chosen: PageFormat) -> None:
    for text in TEXTS:
        told = Action("SM-1", text)
        row = Row(1, "a" * 40, text, text, ("b" * 40,), Need.DIFFERS, 1, "differs", "none", (told,))
        without = [
            replace(row, need=need, verdict="", findings=(), reason=text)
            for need in (Need.FAILED, Need.OPEN, Need.NO_CLAIM)
        ]
        page = page_of("release", "a..b", (replace(row, first=told), *without))
        printed = render_page(page, chosen, color=False, width=80)
        assert OBEYED.findall(printed) == []


def test_json_still_says_what_was_there() -> None:
    report = report_with(lambda name: CLOSED.get(name, "a ##[error]x ###"))
    found = json.loads(render((report,), Format.JSON, color=False, width=80))
    assert found["patch"]["subject"] == "a ##[error]x ###"
    assert {one.name for one in fields(report.patch)} <= set(found["patch"])
