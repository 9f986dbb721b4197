"""A log as lines, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from analyzer.errors import AnalyzerError

_CHUNK = 1 << 18
# A longer line is cut here: none that is of interest is so long.
LONGEST = 1 << 20
# Recordings in a tracer's own format, by how they begin, and what makes text of them.
_MAGIC = (
    (b"PERFILE2", "a recording of perf", "give the output of perf script"),
    (b"\x17\x08\x44tracing", "a recording of trace-cmd", "give the output of trace-cmd report"),
    (b"\x1f\x8b", "compressed", "unpack it"),
    (b"\x28\xb5\x2f\xfd", "compressed", "unpack it"),
    (b"\xfd7zXZ", "compressed", "unpack it"),
    (b"BZh", "compressed", "unpack it"),
)
_MARK = b"\xef\xbb\xbf"


class Lines:
    """The lines of a log without their ends, numbered from 1.

    Raises ``AnalyzerError`` at once where the log is empty or not text, and while it is iterated
    where it is cut in its last line. ``complete`` may be set: whether a last line that has no end
    lacks nothing else.
    """

    def __init__(
        self, stream: BinaryIO, name: str, progress: Callable[[int], None] | None = None
    ) -> None:
        self.name = name
        self.complete: Callable[[bytes], bool] = lambda line: False
        self._stream = stream
        self._progress = progress
        self._bytes = 0
        self._number = 0
        self.first = self._chunk()
        self._refuse_recordings()
        self.first = self.first.removeprefix(_MARK)
        if not self.first.strip():
            raise AnalyzerError("the log is empty", where=name, todo="record it again")

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        rest, chunk, cut = b"", self.first, False
        self.first = b""
        while chunk:
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                if cut:
                    cut = False
                    continue
                self._number += 1
                yield self._number, line
            if len(rest) > LONGEST:
                if not cut:
                    self._number += 1
                    yield self._number, rest[:LONGEST]
                cut, rest = True, b""
            chunk = self._chunk()
        if rest or cut:
            yield from self._last(rest, cut)

    def _last(self, line: bytes, cut: bool) -> Iterator[tuple[int, bytes]]:
        if cut or not self.complete(line):
            raise AnalyzerError(
                "the log is cut in its last line",
                where=f"{self.name}:{self._number + (not cut)}",
                todo="record it again, or end the line if nothing is missing",
            )
        yield self._number + 1, line

    def _chunk(self) -> bytes:
        chunk = self._stream.read(_CHUNK)
        if b"\0" in chunk and not chunk.startswith(tuple(magic for magic, _, _ in _MAGIC)):
            line = self._number + chunk[: chunk.index(b"\0")].count(b"\n") + 1
            raise AnalyzerError(
                "the log is not text",
                where=f"{self.name}:{line}",
                todo="give a log of strace, perf or ftrace as text",
            )
        self._bytes += len(chunk)
        if self._progress is not None and chunk:
            self._progress(self._bytes)
        return chunk

    def _refuse_recordings(self) -> None:
        for magic, what, todo in _MAGIC:
            if self.first.startswith(magic):
                raise AnalyzerError(f"the log is {what}", where=self.name, todo=todo)
