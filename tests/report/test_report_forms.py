"""The forms for other programs and for people's tools: what they say, and in whose words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from form_checks import CHECKS, FULL, first_words, text_of
from sample_reports import EMPTY, RICH

from analyzer.report import Format
from analyzer.result import Verdict, headline

EXPECTED = Path(__file__).parent / "expected"
UNDECIDED = replace(EMPTY, verdict=Verdict.UNDECIDED)
FORMS = pytest.mark.parametrize("chosen", CHECKS, ids=lambda one: one.value)


@FORMS
def test_a_full_report_reads_as_expected(chosen: Format) -> None:
    assert text_of(chosen, FULL) == (EXPECTED / f"full.{chosen.value}").read_text("utf-8")
    CHECKS[chosen](FULL)


@FORMS
def test_the_headline_comes_first(chosen: Format) -> None:
    assert first_words(chosen, FULL).startswith(headline(FULL))
    assert first_words(chosen, EMPTY) == "same (basis: none), 0 findings; nothing to do"


@FORMS
def test_an_empty_report_is_complete(chosen: Format) -> None:
    CHECKS[chosen](EMPTY)


@FORMS
def test_each_patch_of_a_series_is_told(chosen: Format) -> None:
    text = text_of(chosen, UNDECIDED, FULL, RICH)
    CHECKS[chosen](UNDECIDED, FULL, RICH)
    assert text.count("flushes") >= 2
    assert "undecided" in text


@FORMS
def test_an_interrupted_review_says_less_than_ok(chosen: Format) -> None:
    whole, ended = text_of(chosen, EMPTY), text_of(chosen, replace(EMPTY, interrupted=True))
    CHECKS[chosen](replace(EMPTY, interrupted=True))
    told_apart = {Format.SARIF, Format.JUNIT, Format.B4, Format.PATCHWORK}
    assert (whole != ended) == (chosen in told_apart)
