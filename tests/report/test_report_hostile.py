from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from form_checks import CHECKS
from growth import growth
from hostile import CLOSED, HOSTILE, report_with, reports
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token

from analyzer.report import Format, render, schema
from analyzer.result import Quoted, Report

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
# Strings that are told only where they have the form that they must have.
FORMED = {
    "LetterFacts.message_id": "<Zq{:03}@a.example>",
    "LetterFacts.sender": "zq{:03}@a.example",
    "LetterFacts.recipients": "zq{:03}@b.example",
    "LetterFacts.trackers": "bsc#9{:03}",
    "LetterFacts.cves": "CVE-2022-9{:03}",
    "LetterFacts.released": "v5.{}",
    "LetterFacts.signers": "Zq <zq{:03}@suse.com>",
}
SUSE_HAS = ("cves", "released", "trackers", "signers")
LETTER = {f"LetterFacts.{name}" for name in ("released", "sender", "recipients", "message_id")}
LETTER |= {f"LetterFacts.{name}" for name in ("signers", "trackers", "cves")} | {"Quoted.text"}
DECIDES = {"Asked.decides"}
ENGINE = {f"Run.{name}" for name in ("arch", "geometry", "config", "reading", "base")}
ENGINE |= {f"Work.{name}" for name in ("kernel", "config", "reading", "trace")}
ENGINE |= {f"Kernel.{name}" for name in ("name", "source", "revision", "functions")}
STORY = {f"Divergence.{name}" for name in ("side", "path", "upstream", "target")}
DIVERGENCE = {f"Divergence.{name}" for name in ("id", "function", "config", "trace", "schedule")}
DIVERGENCE |= {"Divergence.observation", "Divergence.invariant", "Item.divergences"}
RESTORED = {"Restored.text", "Restored.kind"}
DAMAGE = {"Damage.path", "Damage.text"}
# What the forms that give an answer in short leave to the whole report.
BEHIND = DECIDES | ENGINE | STORY | DIVERGENCE | RESTORED | DAMAGE
BARE = BEHIND | {"Item.title", "PatchFacts.commit", "PatchFacts.files", "Report.input"}
NAMES = {f"PatchFacts.{name}" for name in ("subject", "author", "date", "upstream_commit")}
WHY = {"Item.reason", "Evidence.text", "Place.path", "Place.commit"}
TAKEN = {"Assumption.text", "Assumption.rests_on"}

UNTOLD: dict[Format, set[str]] = {
    # The terminal's lines have no room for an item's question.
    Format.TERMINAL: LETTER | {"Report.input", "Item.title", "Asked.decides"},
    Format.MARKDOWN: LETTER | {"Report.input", "Asked.decides"},
    Format.JSON: LETTER | {"Report.input"},
    Format.HTML: LETTER | {"Report.input", "Asked.decides"},
    Format.SARIF: DECIDES | (LETTER - {"Quoted.text"}) | ENGINE | STORY | RESTORED,
    Format.JUNIT: (BARE | LETTER | {"PatchFacts.date"}) - {"Item.title", "Report.input"},
    Format.B4: BARE | LETTER | NAMES | WHY,
    Format.PATCHWORK: (BARE | LETTER | NAMES | WHY | TAKEN) - {"LetterFacts.message_id"}
    | {"Item.answered_by", "NotChecked.what", "NotChecked.why"},
    Format.REDHAT: (BARE | LETTER | NAMES | WHY | {"Item.answered_by"})
    - {"LetterFacts.cves", "PatchFacts.upstream_commit"},
    Format.SRU: (BARE | LETTER | {"PatchFacts.date"})
    - {"LetterFacts.cves", "LetterFacts.released"},
    Format.SUSE: (BARE | LETTER | WHY) - {f"LetterFacts.{one}" for one in SUSE_HAS},
    Format.REPLY: (BARE | LETTER | {"PatchFacts.upstream_commit"})
    - {f"LetterFacts.{one}" for one in ("message_id", "sender", "recipients")}
    - {"Quoted.text"},
}

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


@pytest.mark.parametrize("chosen", CHECKS)
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_field_lets_hostile_text_act_in_a_form(text: str, chosen: Format) -> None:
    CHECKS[chosen](report_with(lambda name: text))


@pytest.mark.parametrize("chosen", CHECKS)
@given(report=reports(closed=False))
@settings(slow_to_draw, max_examples=30)
def test_no_report_makes_a_form_act(report: Report, chosen: Format) -> None:
    CHECKS[chosen](report)


@pytest.mark.parametrize("chosen", Format)
def test_every_string_of_a_report_is_told(chosen: Format) -> None:
    marks: dict[str, list[str]] = {}

    def mark(name: str) -> str:
        number = sum(map(len, marks.values()))
        text = FORMED.get(name, "Zq{:03}").format(number)
        marks.setdefault(name, []).append(text)
        return text

    report = report_with(mark)
    # A line is quoted where evidence points to it.
    (place,) = (one.place for one in report.items[0].evidence)
    assert place is not None
    quoted = (Quoted(place, report.letter.quoted[0].text),)
    report = replace(report, letter=replace(report.letter, quoted=quoted))
    told, there = render((report,), chosen, color=False, width=120), repr(report)
    lost = {
        name
        for name, texts in marks.items()
        for text in texts
        if text in there and text not in told
    }
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


@pytest.mark.parametrize("chosen", CHECKS)
@pytest.mark.parametrize("piece", ["\x1b<`", "[x] ", "\U000e0041", "../"], ids=ascii)
def test_a_megabyte_in_every_string_is_cut_in_a_form(piece: str, chosen: Format) -> None:
    huge = report_with(lambda name: piece * 250_000)
    CHECKS[chosen](huge)
    assert len(render((huge,), chosen, color=False, width=80)) < 1_000_000


@pytest.mark.parametrize("chosen", Format)
def test_long_strings_take_linear_time(chosen: Format) -> None:
    def told(report: Report) -> str:
        return render((report,), chosen, color=False, width=80)

    assert growth(told, lambda size: report_with(lambda name: "\x1b<`" * size), 20_000) < 9


def test_a_megabyte_is_whole_for_programs() -> None:
    text = "\udc80" + "\x1b<" * 500_000
    huge = report_with(lambda name: text if name == "Item.summary" else CLOSED.get(name, "x"))
    assert check_json(huge)["items"][0]["summary"] == "\\x80" + text[1:]
