"""Explained functions in every format: whole outputs, widths, and hostile text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hostile import HOSTILE
from markdown_it import MarkdownIt

from analyzer.excerpt.piece import Part, Refusal
from analyzer.report import ListingFormat
from analyzer.report.columns import cells, two_columns, wrapped
from analyzer.report.explain_json import read_schema
from analyzer.report.listing import (
    Left,
    Listing,
    Row,
    listing_exit_code,
    render_listings,
)
from analyzer.report.printable import printable

EXPECTED = Path(__file__).parent / "expected"

EXPLAINED = Listing(
    "ring_full",
    "drivers/ring.c",
    "as the patch leaves it",
    Part.WHOLE,
    (
        Row(10, "static bool ring_full(struct ring *ring, unsigned int wanted, bool may_sleep)",
            ("def ring_full(ring, wanted, may_sleep):", "    _tick()")),
        Row(11, "{"),
        Row(12, "\tif (ring->head - ring->tail > wanted &&",
            ("    if ring.head - ring.tail & _U32 > wanted and not ring_wait(ring, may_sleep):",)),
        Row(13, "\t    !ring_wait(ring, may_sleep))"),
        Row(14, "\t\treturn true;", ("        return 1",)),
        Row(15, "\treturn false;", ("    return 0",)),
        Row(None, "}"),
    ),
    (Left("ring_wait", "call"), Left("RING_SIZE", "value")),
    (("_tick", "counts a step"), ("_U32", "keeps 32 bits")),
    ("line 11: '{' was lost",),
    ("CONFIG_RING is taken to be y",),
)  # fmt: skip
REFUSED = Listing(
    "ring_reset",
    "drivers/ring.c",
    "as the patch leaves it",
    Part.FRAGMENT,
    (Row(30, "\tif (x) {"), Row(31, "\t\tasm(\"nop\");", marked=True)),
    refusal=Refusal("not translated: assembly", 31, 'asm("nop")'),
)  # fmt: skip


@pytest.mark.parametrize(
    ("format", "width", "name"),
    [
        (ListingFormat.TERMINAL, 80, "explain-80.txt"),
        (ListingFormat.TERMINAL, 160, "explain-160.txt"),
        (ListingFormat.MARKDOWN, 0, "explain.md"),
        (ListingFormat.JSON, 0, "explain.json"),
    ],
)
def test_listings_in_each_format(format: ListingFormat, width: int, name: str) -> None:
    text = render_listings((EXPLAINED, REFUSED), format, width=width)
    assert text == (EXPECTED / name).read_text("utf-8")


def test_no_listing_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no listing"):
        render_listings((), ListingFormat.JSON, width=80)


def test_the_exit_code_says_whether_everything_is_explained() -> None:
    assert listing_exit_code((EXPLAINED,)) == 0
    assert listing_exit_code((EXPLAINED, REFUSED)) == 3


@pytest.mark.parametrize("width", [0, 60, 61, 80, 100, 133, 400])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(width: int) -> None:
    lines = list(two_columns(EXPLAINED.rows, width))
    assert max(map(cells, lines)) <= max(width, 60)
    kept = re.sub(r"[\s↪]", "", "".join(line.partition("|")[0] for line in lines))
    for row in EXPLAINED.rows:
        assert re.sub(r"\s", "", row.c) in kept


@pytest.mark.parametrize("width", [2, 5, 11, 30])
@pytest.mark.parametrize("text", [*HOSTILE, "a b" * 50, "    indented " + "x" * 80])
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    safe = printable(text)
    pieces = wrapped(safe, width)
    joined = "".join(piece.replace("\u21aa ", "") for piece in pieces)
    assert "".join(joined.split()) == "".join(safe.split())


def hostile(text: str) -> Listing:
    row = Row(1, text, (text, text))
    return Listing(
        text, text, text, Part.WHOLE, (row, row), (Left(text, text),), ((text, text),),
        (text,), (text,), Refusal(text or "x", 1, text),
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_reaches_no_terminal(text: str) -> None:
    shown = render_listings((hostile(text),), ListingFormat.TERMINAL, width=80)
    assert all(char == "\n" or char.isprintable() for char in shown)
    shown.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_markdown(text: str) -> None:
    shown = render_listings((hostile(text),), ListingFormat.MARKDOWN, width=80)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(shown)
    kinds = {one.type for token in tokens for one in [token, *(token.children or ())]}
    assert kinds.isdisjoint({"html_block", "html_inline", "link_open", "image", "heading_open"})
    assert sum(token.type == "fence" for token in tokens) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_leaves_json_valid(text: str) -> None:
    shown = render_listings((hostile(text),), ListingFormat.JSON, width=80)
    assert shown.isascii()
    jsonschema.validate(json.loads(shown), read_schema())
