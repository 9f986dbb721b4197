"""``docs/model.md`` says of every primitive what it keeps and drops."""

from __future__ import annotations

from mm_api_page import BEGIN, PAGE, claims, generated

from analyzer.mm.api import functions
from analyzer.mm.geometry import REAL


def test_the_page_has_what_the_docstrings_say() -> None:
    assert PAGE.read_text().partition(BEGIN)[1:] == (BEGIN, generated().removeprefix(BEGIN))


def test_every_primitive_says_what_it_keeps_and_drops() -> None:
    assert [name for name in functions() if not claims(name)["keeps"]] == []


def test_the_page_names_every_real_geometry() -> None:
    said = PAGE.read_text()
    assert [each.name for each in REAL if each.name not in said] == []
