from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from growth import growth
from hostile import CLOSED, HOSTILE, report_with, reports
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token

from analyzer.report import Format, render, schema
from analyzer.result import Report

OWN_COLOR = re.compile(r"\x1b\[(?:0|[12](?:;3[1-6])?|3[1-6])m")
VALIDATOR = Draft202012Validator(schema())
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
# Everything that a report is made of in Markdown; any other token came out of the data.
OWN_TOKENS = {
    *("paragraph_open", "paragraph_close", "bullet_list_open", "bullet_list_close"),
    *("list_item_open", "list_item_close", "inline", "text", "strong_open", "strong_close"),
    *("code_inline", "fence"),
}
LIVE = re.compile(r"@|://|www\.|#\w|!\d|GH-\d|\$", re.IGNORECASE)
SECTIONS = {
    *("Patch", "Damage", "Checklist", "Assumptions", "Not checked", "Divergences", "Kernels"),
    *("Runs", "Work"),
}
# The terminal's lines have no room for an item's question.
UNTOLD = {Format.TERMINAL: {"Item.title"}, Format.MARKDOWN: set(), Format.JSON: set()}

slow_to_draw = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def check_terminal(report: Report) -> None:
    plain = render((report,), Format.TERMINAL, color=False, width=80)
    colored = render((report,), Format.TERMINAL, color=True, width=80)
    assert OWN_COLOR.sub("", colored) == plain
    assert all(line.isprintable() for line in plain.split("\n"))


def check_markdown(report: Report) -> None:
    source = render((report,), Format.MARKDOWN, color=False, width=80)
    assert all(line.isprintable() for line in source.split("\n"))
    tokens = list(flat(READER.parse(source)))
    assert {token.type for token in tokens} <= OWN_TOKENS
    live = [
        token.content for token in tokens if token.type == "text" and LIVE.search(token.content)
    ]
    assert live == []
    prose = [
        token.content for token in tokens if token.type == "inline" and "`" not in token.content
    ]
    assert not any("<" in text or ">" in text for text in prose)
    # Each line of a list is one item: data neither splits an item nor makes one.
    rows = sum(line.lstrip(" ").startswith("- ") for line in source.split("\n"))
    assert sum(token.type == "list_item_open" for token in tokens) == rows
    # Steps stand in blocks of their own, each line behind our mark.
    steps = [
        line for token in tokens if token.type == "fence" for line in token.content.split("\n")
    ]
    assert all(line.startswith("| ") for line in steps if line)
    assert sum(token.type == "fence" for token in tokens) <= len(report.divergences)
    outside = [token.content for token in tokens if token.type == "inline" and token.level == 1]
    assert {text.strip("*") for text in outside[1:]} <= SECTIONS


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def check_json(report: Report, *, closed: bool = True) -> Any:
    text = render((report,), Format.JSON, color=False, width=80)
    assert all(line.isascii() and line.isprintable() for line in text.split("\n"))
    found = json.loads(text)
    assert json.dumps(found, ensure_ascii=False).encode()
    if closed:
        VALIDATOR.validate(found)
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_field_lets_hostile_text_act(text: str) -> None:
    everywhere = report_with(lambda name: text)
    check_terminal(everywhere)
    check_markdown(everywhere)
    check_json(report_with(lambda name: CLOSED.get(name, text)))


@given(reports(closed=False))
@slow_to_draw
def test_no_report_makes_the_terminal_act(report: Report) -> None:
    check_terminal(report)


@given(reports(closed=False))
@slow_to_draw
def test_no_report_makes_markdown_act(report: Report) -> None:
    check_markdown(report)


@given(reports(closed=True))
@slow_to_draw
def test_every_report_is_valid_json_under_the_schema(report: Report) -> None:
    check_json(report)


@pytest.mark.parametrize("chosen", Format)
def test_every_string_of_a_report_is_told(chosen: Format) -> None:
    marks: dict[str, list[str]] = {}

    def mark(name: str) -> str:
        text = f"Zq{sum(map(len, marks.values())):03}"
        marks.setdefault(name, []).append(text)
        return text

    told = render((report_with(mark),), chosen, color=False, width=120)
    lost = {name for name, texts in marks.items() for text in texts if text not in told}
    assert lost == UNTOLD[chosen]
    assert len(marks) > 40


def test_a_megabyte_in_every_string_is_cut_in_what_people_read() -> None:
    huge = report_with(lambda name: "\x1b<`" * 333_334)
    for chosen in (Format.TERMINAL, Format.MARKDOWN):
        text = render((huge,), chosen, color=False, width=80)
        assert "(999,002 more characters)" in text
        assert len(text) < 1_000_000
    check_terminal(huge)
    check_markdown(huge)


@pytest.mark.parametrize("chosen", Format)
def test_long_strings_take_linear_time(chosen: Format) -> None:
    def told(report: Report) -> str:
        return render((report,), chosen, color=False, width=80)

    assert growth(told, lambda size: report_with(lambda name: "\x1b<`" * size), 20_000) < 9


def test_a_megabyte_is_whole_for_programs() -> None:
    text = "\udc80" + "\x1b<" * 500_000
    huge = report_with(lambda name: text if name == "Item.summary" else CLOSED.get(name, "x"))
    assert check_json(huge)["items"][0]["summary"] == "\\x80" + text[1:]
