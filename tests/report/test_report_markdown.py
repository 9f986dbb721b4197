from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hostile import TEXT
from hypothesis import given, settings
from markdown_it import MarkdownIt
from sample_reports import EMPTY, RICH

from analyzer.finding import Evidence, State
from analyzer.report import Format, render
from analyzer.report.markdown import code, escaped
from analyzer.report.printable import printable
from analyzer.result import Item, Report

EXPECTED = Path(__file__).parent / "expected"
QUOTED = re.compile(r"(^\(?| \(?)`(?! +`)([^`<>&]+)`(?=[.,:;)]*(?: |$))")
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shown(*reports: Report) -> str:
    return render(reports, Format.MARKDOWN, color=False, width=80)


def test_a_full_report_is_a_checklist() -> None:
    assert shown(RICH) == (EXPECTED / "rich.md").read_text("utf-8")


def test_several_reports_stand_under_one_line_about_all() -> None:
    assert shown(EMPTY, RICH) == (EXPECTED / "several.md").read_text("utf-8")


def test_an_empty_report_shows_what_is_not_known() -> None:
    assert shown(EMPTY) == (
        "same (basis: none), 0 findings; nothing to do\n"
        "\n"
        "**Patch**\n"
        "\n"
        "- subject: unknown\n"
        "- author: unknown\n"
        "- date: unknown\n"
        "- commit: unknown\n"
        "- upstream: not named\n"
        "- arrived: intact\n"
    )


def test_a_long_list_of_evidence_is_cut_with_a_note() -> None:
    evidence = tuple(Evidence(f"fact {number}") for number in range(20))
    item = Item("SM-1", "t", State.FINDING, "s", evidence=evidence)
    assert shown(replace(EMPTY, items=(item,))).endswith(
        "  - evidence: fact 7\n  - and 12 more; all of them with --format json\n"
    )


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("move_normal_pmd", "move_normal_pmd"),
        ("__user _x_ a_", "\\_\\_user \\_x\\_ a\\_"),
        ("*ptr[0] | `x` ~y~", "\\*ptr\\[0\\] \\| `x` `~y~`"),
        ("the line `#ifdef CONFIG_X` @", "the line `#ifdef CONFIG_X` `@`"),
        ("(`x`), `y`.", "(`x`), `y`."),
        ("a `b", "a \\`b"),
        ("` ` ``a``", "\\` \\` \\`\\`a\\`\\`"),
        ("`a < b`", "\\`a &lt; b\\`"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<script>", "&lt;script&gt;"),
        ("<a@b.example>", "&lt;`a@b.example`&gt;"),
        ("see https://a.example/_b_", "see `https://a.example/_b_`"),
        ("ask @x, fix #12", "ask `@x,` fix `#12`"),
        ("`@x`", "`@x`"),
        ("@`@x`", "`` @`@x` ``"),
        ("- x", "\\- x"),
        ("12. x", "12\\. x"),
        ("2019-01-03", "2019-01-03"),
        ("# x", "\\# x"),
        ("\n\n# x", "\\\\n\\\\n# x"),
        ("![x](y)", "!\\[x\\](y)"),
        ("&lt;", "&amp;`lt;`"),
        (" \t", "(blank)"),
    ],
)
def test_prose_is_escaped(text: str, source: str) -> None:
    assert escaped(text) == source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("a", "`a`"),
        ("a`b", "``a`b``"),
        ("`a``b", "``` `a``b ```"),
        (" a ", "`  a  `"),
        ("\ta", "`        a`"),
        ("\t", "(blank)"),
        ("", "(blank)"),
        ("a\nb", "`a\\nb`"),
    ],
)
def test_a_code_span_has_a_longer_fence_than_its_text(text: str, source: str) -> None:
    assert code(text) == source


@given(TEXT)
@settings(derandomize=True, deadline=None, max_examples=400)
def test_prose_reads_as_it_was_written(text: str) -> None:
    read = READER.render(escaped(text) + "\n").removeprefix("<p>").removesuffix("</p>\n")
    plain = html.unescape(read.replace("<code>", "").replace("</code>", ""))
    written = printable(text, blanks=True).strip(" ") or "(blank)"
    # What stands between backquotes is code, which is shown without them.
    assert plain == QUOTED.sub(r"\1\2", written)


@given(TEXT)
@settings(derandomize=True, deadline=None, max_examples=400)
def test_code_reads_as_it_was_written(text: str) -> None:
    read = READER.render(code(text) + "\n").removeprefix("<p>").removesuffix("</p>\n")
    plain = html.unescape(read.removeprefix("<code>").removesuffix("</code>"))
    said = printable(text, limit=300, blanks=True)
    assert plain == (said if said.strip(" ") else "(blank)")
