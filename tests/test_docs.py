"""The documents: a page for each item, links that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from inputs import PATCH, ROOT

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)")
_PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def test_each_item_has_a_page_that_asks_its_question(
    report: Callable[..., dict[str, Any]],
) -> None:
    items = {item["id"]: item["title"] for item in report(PATCH)["items"]}
    pages = {
        path.stem: path.read_text(encoding="utf-8").splitlines()
        for path in (ROOT / "docs/items").glob("*.md")
    }
    index = "\n".join(pages.pop("README"))
    asked = ["## What is asked", "## How it is decided", "## What to do"]
    assert {name: text[0] for name, text in pages.items()} == {
        name: f"# {name}: {title}" for name, title in items.items()
    }
    assert all([line for line in text if line.startswith("##")] == asked for text in pages.values())
    assert re.findall(r"^\* \[([A-Z0-9-]+)\]", index, re.MULTILINE) == list(items)


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Any) -> None:
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []
