"""All formats say the same: the line, the exit code, and the answer of every item."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from form_checks import FULL
from inputs import FIXTURES
from said import said
from sample_reports import EMPTY, RICH

from analyzer.finding import State
from analyzer.pipeline import analyze
from analyzer.report import Format, render
from analyzer.result import Basis, Item, Report, Request, Verdict, exit_code, headline

UNDECIDED = replace(EMPTY, verdict=Verdict.UNDECIDED)
PROVED = replace(RICH, verdict=Verdict.DIFFERS, basis=Basis.PROOF, runs=())
# Families of items with more to say than a description has room for.
LONG = replace(
    EMPTY,
    items=tuple(
        Item(f"{family}-{number}", "asked", state, f"{family} {state.value} " * 200, next="do it")
        for family in ("SM", "TX", "XX")
        for number, state in enumerate(State, 1)
    ),
)
MAILS = FIXTURES / "mails"
DIFF = """diff --git a/drivers/x.c b/drivers/x.c
--- a/drivers/x.c
+++ b/drivers/x.c
@@ -1,2 +1,3 @@
 int a;
+int `b` | <script> SM-1 ok: ::error:: SM-2 finding;
 int c;
"""


@cache
def read(name: str, text: str = "", **given: object) -> tuple[Report, ...]:
    return analyze(Request(name, **given))  # type: ignore[arg-type]


def of_driver(_: Path) -> tuple[Report, ...]:
    return read(str(MAILS / "driver.patch"))


def of_kconfig(_: Path) -> tuple[Report, ...]:
    mail, tree = MAILS / "tree-5.0-select-x86.patch", FIXTURES / "trees" / "5.0-like"
    return read(str(mail), target=str(tree), checklist="redhat")


def of_series(top: Path) -> tuple[Report, ...]:
    """A mail, a bare diff that looks like a report, and a mail that repeats the first one."""
    mail = (MAILS / "driver.patch").read_text("utf-8")
    forged = mail.replace("Subject: [PATCH]", "Subject: [PATCH] Patch 1 of 3: same; ")
    path = top / "series.mbox"
    path.write_text(mail + forged, encoding="utf-8")
    return read(str(path))


def of_diff(top: Path) -> tuple[Report, ...]:
    path = top / "bare.diff"
    path.write_text(DIFF, encoding="utf-8")
    return read(str(path))


MADE: dict[str, Callable[[Path], tuple[Report, ...]]] = {
    "empty": lambda _: (EMPTY,),
    "full": lambda _: (FULL,),
    "proved": lambda _: (PROVED,),
    "long": lambda _: (LONG,),
    "interrupted": lambda _: (replace(RICH, interrupted=True),),
    "several": lambda _: (UNDECIDED, RICH, LONG, FULL),
    "a driver": of_driver,
    "Kconfig": of_kconfig,
    "a series": of_series,
    "a bare diff": of_diff,
}


@pytest.fixture(params=MADE)
def reports(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Report, ...]:
    return MADE[request.param](tmp_path)


@pytest.mark.parametrize("chosen", Format, ids=lambda one: one.value)
def test_every_format_says_the_same(chosen: Format, reports: tuple[Report, ...]) -> None:
    found = said(chosen, render(reports, chosen, color=False, width=80))
    assert [one.states for one in found] == [
        {item.id: item.state.value for item in report.items} for report in reports
    ]
    for one, report in zip(found, reports, strict=True):
        assert bare(one.line).startswith(bare(headline(report)))
        assert one.exit in (None, exit_code(report), "other")
        assert one.exit != "other" or exit_code(report) not in (0, 1)


def bare(line: str) -> str:
    """A line without what Markdown and wrapping make of it."""
    plain = line.replace("&lt;", "<").replace("&gt;", ">").replace("`", "")
    return " ".join(re.sub(r"\\(?=[^\w\s])", "", plain).split())
