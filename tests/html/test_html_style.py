"""The style, read as text: what people with weak eyes need, and nothing that loads."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import analyzer.report.templates as templates

DATA = Path(templates.__file__).parent / "data"
STYLE = (DATA / "page.css").read_text(encoding="utf-8")
THEMES = [
    dict(re.findall(r"--([a-z0-9]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\n\s*\}", STYLE, re.DOTALL)
]
GROUNDS = ("ground", "panel", "added", "removed", "here")
INKS = ("ink", "quiet", "accent", "bad", "good", "doubt", "open")
# WCAG 2.1, 1.4.3.
ENOUGH = 4.5


def light(color: str) -> float:
    """Relative luminance, as WCAG 2.1 defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", THEMES, ids=("light", "dark"))
def test_every_ink_is_readable_on_every_ground(theme: dict[str, str]) -> None:
    for ink, ground in product(INKS, GROUNDS):
        dark, bright = sorted((light(theme[ink]), light(theme[ground])))
        assert (bright + 0.05) / (dark + 0.05) >= ENOUGH, f"{ink} on {ground}"


def test_there_is_a_light_and_a_dark_theme_with_the_same_colors() -> None:
    bright, dark = THEMES
    assert set(bright) == set(dark)
    assert light(bright["ground"]) > 0.9 > 0.1 > light(dark["ground"])


def test_no_template_loads_anything_or_trusts_a_text() -> None:
    for path in sorted(DATA.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\burl\(|@import|https?://|\|\s*safe\b|autoescape|innerHTML", text)
        assert not re.search(r"<[a-z][^>]*\s(?:on\w+|style|src)\s*=", text)
