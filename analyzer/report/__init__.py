"""A report as text, one module a format. A format's module is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.report.exhibits import Exhibits
    from analyzer.result import Report

__all__ = ["Format", "ListingFormat", "PageFormat", "render", "schema"]


class Format(Enum):
    """The formats that ``--format`` names."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"
    B4 = "b4"
    PATCHWORK = "patchwork"
    REDHAT = "redhat"
    SRU = "sru"
    SUSE = "suse"
    REPLY = "reply"


class ListingFormat(Enum):
    """The formats of ``explain``."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


class PageFormat(Enum):
    """The formats of ``branch``."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


# Formats that need nothing but the reports: the module has a function of the same name.
_PLAIN = {
    Format.MARKDOWN: "markdown.render_markdown",
    Format.JSON: "json_format.render_json",
    Format.SARIF: "sarif.render_sarif",
    Format.JUNIT: "junit.render_junit",
    Format.B4: "b4.render_b4",
    Format.PATCHWORK: "patchwork.render_patchwork",
    Format.REDHAT: "redhat.render_redhat",
    Format.SRU: "sru.render_sru",
    Format.SUSE: "suse.render_suse",
    Format.REPLY: "reply.render_reply",
}


def render(
    reports: tuple[Report, ...],
    format: Format,
    *,
    color: bool,
    width: int,
    exhibits: tuple[Exhibits, ...] | None = None,
) -> str:
    """All reports in one format, ending in one line break.

    ``color`` and ``width`` (columns) are for the terminal, ``exhibits`` (one a report) for HTML;
    the other formats ignore them.
    Raises ``ValueError`` where there is no report: an empty answer would look like a clean one.
    """
    if not reports:
        raise ValueError("there is no report to render")
    if format is Format.TERMINAL:
        from analyzer.report.terminal import render_terminal

        return render_terminal(reports, color=color, width=width)
    if format is Format.HTML:
        from analyzer.report.html import render_html

        return render_html(reports, exhibits)
    module, _, name = _PLAIN[format].partition(".")
    function: Callable[[tuple[Report, ...]], str]
    function = getattr(import_module(f"analyzer.report.{module}"), name)
    return function(reports)


def schema() -> dict[str, object]:
    """The JSON Schema (2020-12) that every JSON report is valid under, as it is shipped."""
    from analyzer.report.json_format import read_schema

    return read_schema()
