"""Recorded traces: what reads each format, one module a format, and how they are told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, assert_never

from analyzer.replay.formats.detect import Format, detect
from analyzer.replay.formats.json_lines import write
from analyzer.replay.formats.lines import Lines
from analyzer.replay.operation import Operation, Unread

__all__ = ["Format", "Log", "read", "write"]


@dataclass(frozen=True, slots=True)
class Log:
    """A log by its name and its format. ``entries`` can be gone through once, and may raise.

    What it raises is an ``AnalyzerError``, where the rest of the log turns out not to be text, or
    its last line to be cut.
    """

    name: str
    format: Format
    entries: Iterator[Operation | Unread]


def read(stream: BinaryIO, name: str, progress: Callable[[int], None] | None = None) -> Log:
    """Read a log in whatever format it is, in constant memory.

    ``name`` is what messages call it; ``progress`` is told how many bytes have been read. Raises
    ``AnalyzerError`` for a log that is empty, no text, or in no known format.
    """
    lines = Lines(stream, name, progress)
    format = detect(lines)
    return Log(name, format, _entries(format, lines))


def _entries(format: Format, lines: Lines) -> Iterator[Operation | Unread]:
    match format:
        case Format.STRACE:
            from analyzer.replay.formats.strace import read as read_strace

            return read_strace(lines)
        case Format.PERF_TRACE:
            from analyzer.replay.formats.perf_trace import read as read_perf_trace

            return read_perf_trace(lines)
        case Format.EVENTS:
            from analyzer.replay.formats.events import read as read_events

            return read_events(lines)
        case Format.JSON_LINES:
            from analyzer.replay.formats.json_lines import read as read_json_lines

            return read_json_lines(lines)
        case _:
            assert_never(format)
