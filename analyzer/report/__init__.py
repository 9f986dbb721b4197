"""A report as text, one module a format. A format's module is loaded when it is asked for."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from analyzer.result import Report

__all__ = ["Format", "render", "schema"]


class Format(Enum):
    """The formats that ``--format`` names."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


def render(reports: tuple[Report, ...], format: Format, *, color: bool, width: int) -> str:
    """All reports in one format, ending in one line break.

    ``color`` and ``width`` (columns) are for the terminal; the other formats ignore them.
    Raises ``ValueError`` where there is no report: an empty answer would look like a clean one.
    """
    if not reports:
        raise ValueError("there is no report to render")
    match format:
        case Format.TERMINAL:
            from analyzer.report.terminal import render_terminal

            return render_terminal(reports, color=color, width=width)
        case Format.MARKDOWN:
            from analyzer.report.markdown import render_markdown

            return render_markdown(reports)
        case Format.JSON:
            from analyzer.report.json_format import render_json

            return render_json(reports)
        case _:
            assert_never(format)


def schema() -> dict[str, object]:
    """The JSON Schema (2020-12) that every JSON report is valid under, as it is shipped."""
    from analyzer.report.json_format import read_schema

    return read_schema()
