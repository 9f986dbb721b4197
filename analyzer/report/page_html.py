"""The page over a branch as one self-contained file: readable without JavaScript and a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.report.page import MEANING, Need, first_line, groups
from analyzer.report.templates import page as made

if TYPE_CHECKING:
    from analyzer.report.page import Page, Row

# A mark for the eye and a colour of the style's; the word is what counts.
_LOOKS = {
    Need.DIFFERS: ("✗", "finding"),
    Need.FINDING: ("✗", "finding"),
    Need.FAILED: ("…", "cannot-tell"),
    Need.OPEN: ("…", "cannot-tell"),
    Need.UNDECIDED: ("?", "needs-review"),
    Need.REVIEW: ("?", "needs-review"),
    Need.CLEAN: ("✓", "ok"),
    Need.NO_CLAIM: ("–", "not-applicable"),
}
_TOLD_IN_FULL = (Need.DIFFERS, Need.FINDING)


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows of one need, and how they look."""

    need: Need
    rows: Sequence[Row]

    @property
    def slug(self) -> str:
        return self.need.value.replace(" ", "-")

    @property
    def meaning(self) -> str:
        return MEANING[self.need]

    @property
    def mark(self) -> str:
        return _LOOKS[self.need][0]

    @property
    def color(self) -> str:
        return _LOOKS[self.need][1]

    @property
    def told(self) -> bool:
        return self.need in _TOLD_IN_FULL


def render_html_page(page: Page) -> str:
    """The page; every value that it shows is made safe by the templates."""
    shown = [_Group(need, rows) for need, rows in groups(page)]
    return made("branch.html", first_line(page), page=page, groups=shown)
