"""Which format a log is in, by its first lines."""

from __future__ import annotations

import re
from enum import Enum

from analyzer.errors import AnalyzerError
from analyzer.replay.formats.lines import Lines

# Looked at: what a program prints before its first call stands in the log as well.
_MOST_LINES = 2000
_MOST_BYTES = 1 << 16


class Format(Enum):
    """What can be read."""

    STRACE = "strace"
    PERF_TRACE = "perf trace"
    EVENTS = "perf script or ftrace"
    JSON_LINES = "JSON Lines"


# A sign is something that only lines of one format hold; the first line that has one decides.
_SIGNS = (
    (Format.JSON_LINES, re.compile(rb'^\s*\{.*"format"')),
    (
        Format.EVENTS,
        re.compile(
            rb"^# tracer: |^# arch : |\b(?:raw_)?syscalls:sys_(?:enter|exit)"
            rb"|\d: +sys_\w+(?:\(|: | -> )|\d: +(?:exceptions:)?page_fault_user: "
        ),
    ),
    (
        Format.PERF_TRACE,
        re.compile(rb"^ *(?:\d+\.\d+|\?) +\( *(?:\d+\.\d+ ms)? *\): "),
    ),
    (
        Format.STRACE,
        re.compile(
            # A time since the line before stands in brackets as well.
            rb'^(?:[^"(]*\(\+ *[\d.]+\))?[^"(]*\b\w+\('
            rb".*(?:\) *= +(?:-?\d|\?)|<(?:unfinished|detached) \.\.\.>\r?$)"
            rb"|<\.\.\. \w+ resumed>|\+\+\+ (?:exited with|killed by) |^strace: Process \d"
        ),
    ),
)


def detect(lines: Lines) -> Format:
    """The format of a log. Raises ``AnalyzerError`` where it is none that is known."""
    for line in lines.first.split(b"\n", _MOST_LINES)[:_MOST_LINES]:
        for format, sign in _SIGNS:
            if sign.search(line[:_MOST_BYTES]):
                return format
    raise AnalyzerError(
        "this is no log of a format that is known",
        where=lines.name,
        todo="give one of strace, perf trace, perf script, ftrace, or our own JSON Lines",
    )
