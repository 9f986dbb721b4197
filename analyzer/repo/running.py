"""A git that runs: read with a limit, complained about in one line, ended in any case."""

from __future__ import annotations

import contextlib
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from subprocess import Popen
from types import TracebackType
from typing import BinaryIO, cast

from analyzer.errors import AnalyzerError
from analyzer.repo.tree import LARGEST_FILE, check_size, shown

LARGEST_OUTPUT = 64 * 1024 * 1024
_CHUNK = 1 << 16
_LONGEST_COMPLAINT = 1 << 13
_LONGEST_RECORD = 1 << 16


@dataclass(slots=True)
class Limit:
    """Whether the time that git was given has passed."""

    passed: bool = False


class Running:
    """A started git with pipes for its output and errors. ``name`` is the repository's, for errors.

    Its errors are read on a thread: git stops when that pipe is full.
    """

    def __init__(self, process: Popen[bytes], name: str) -> None:
        if process.stdout is None or process.stderr is None:
            raise ValueError("git was started without pipes")
        self.name = name
        self.output = cast("BinaryIO", process.stdout)
        self._process = process
        self._errors = process.stderr
        self._complaint = bytearray()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, line: bytes) -> None:
        """Write one line to git. ``OSError`` where it has ended."""
        if self._process.stdin is None:
            raise ValueError("git was started without an input")
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()

    def everything(self) -> bytes:
        """All that git prints. ``AnalyzerError`` above 64 MiB."""
        printed = bytearray()
        while chunk := self.output.read(_CHUNK):
            printed += chunk
            if len(printed) > LARGEST_OUTPUT:
                raise AnalyzerError(
                    f"git's answer is larger than {LARGEST_OUTPUT >> 20} MiB",
                    where=self.name,
                    todo="name fewer commits",
                )
        return bytes(printed)

    def records(self) -> Iterator[bytes]:
        """What git prints, cut at its NUL bytes."""
        rest = b""
        while chunk := self.output.read(_CHUNK):
            *whole, rest = (rest + chunk).split(b"\0")
            yield from whole
            if len(rest) > _LONGEST_RECORD:
                raise AnalyzerError(
                    "holds a path of more than 64 KiB", where=self.name, todo="name another tree"
                )

    def parts(self, longest: int) -> Iterator[bytes]:
        """What git prints, cut at its NUL bytes; a part is cut where it has ``longest`` bytes."""
        rest = bytearray()
        while chunk := self.output.read(_CHUNK):
            first, *others = chunk.split(b"\0")
            rest += first[: max(longest - len(rest), 0)]
            if others:
                yield bytes(rest)
                *whole, last = others
                yield from (part[:longest] for part in whole)
                rest = bytearray(last[:longest])

    def lines(self) -> Iterator[bytes]:
        """What git prints, line by line, without the line ends; a line is cut at 64 KiB."""
        whole = True
        while line := self.output.readline(_LONGEST_RECORD):
            if whole:
                yield line.removesuffix(b"\n")
            whole = line.endswith(b"\n")

    def give(self, data: bytes) -> None:
        """Write all of git's input on a thread, and end it."""
        source = self._process.stdin
        if source is None:
            raise ValueError("git was started without an input")

        def write() -> None:
            with contextlib.suppress(OSError, ValueError):
                source.write(data)
                source.close()

        threading.Thread(target=write, daemon=True).start()

    @contextlib.contextmanager
    def limited(self, until: float) -> Iterator[Limit]:
        """End git at the moment ``until`` of ``time.monotonic``."""
        limit = Limit()
        timer = threading.Timer(max(until - time.monotonic(), 0), self._pass, (limit,))
        timer.daemon = True
        timer.start()
        try:
            yield limit
        finally:
            timer.cancel()

    def _pass(self, limit: Limit) -> None:
        limit.passed = True
        if self._process.poll() is None:
            self._process.kill()

    def complaint(self) -> str:
        """The first line that git complained in, after it has ended; empty where it did not."""
        self._listener.join()
        lines = self._complaint.decode("utf-8", "replace").split("\n")
        fatal = next((line for line in lines if line.startswith("fatal: ")), lines[0])
        return fatal.removeprefix("fatal: ").removeprefix("error: ").strip()

    def status(self) -> int:
        """Git's exit status, when it has ended by itself."""
        status = self._process.wait()
        self._listener.join()
        return status

    def check(self) -> None:
        """``AnalyzerError`` with git's own words where it failed."""
        if self.status() != 0:
            raise self.failure()

    def failure(self, where: str = "", todo: str = "check it with git fsck") -> AnalyzerError:
        """What git complained of, after it has ended."""
        what = self.complaint()
        if "promisor remote" in what:  # the end of a partial clone, where nothing is fetched
            return lost(where or self.name)
        said = f"git says: {shown(what) or 'nothing'}"
        return AnalyzerError(said, where=where or self.name, todo=todo)

    def close(self) -> None:
        """End git, whatever it was doing, and free its pipes. May be called again."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._listener.join()
        self.output.close()
        self._errors.close()

    def _listen(self) -> None:
        while chunk := self._errors.read1(_CHUNK):  # type: ignore[attr-defined]
            room = _LONGEST_COMPLAINT - len(self._complaint)
            self._complaint += chunk[: max(room, 0)]


class Objects:
    """The objects of a repository by name, from one ``git cat-file --batch`` that is kept open."""

    def __init__(self, start: Callable[[], Running]) -> None:
        self._start = start
        self._held: list[Running] = []
        weakref.finalize(self, _close_all, self._held)

    def read(self, name: str, where: str) -> tuple[str, bytes] | None:
        """The kind and content of the object ``name``, which has no line break.

        None where git finds no such object, or a link that leads nowhere in the tree.
        ``AnalyzerError`` above 16 MiB, and where git gives up (a damaged repository).
        """
        if not self._held:
            self._held.append(self._start())
        git = self._held[0]
        try:
            return _answer(git, name.encode("utf-8", "surrogateescape"), where)
        except OSError:
            git.status()
            failure = git.failure(where)
            self.close()
            raise failure from None

    def close(self) -> None:
        """End git, if one was started."""
        _close_all(self._held)


def _close_all(held: list[Running]) -> None:
    while held:
        held.pop().close()


def lost(where: str) -> AnalyzerError:
    """A commit has something that the clone has not."""
    return AnalyzerError(
        "its content is not in this clone", where=where, todo="fetch it, or clone anew"
    )


def _answer(git: Running, name: bytes, where: str) -> tuple[str, bytes] | None:
    """Git answers ``<name> missing``, or a kind and a size before the content and a line break."""
    git.ask(name)
    header = git.output.readline().split()
    if not header:
        raise BrokenPipeError
    if not header[-1].isdigit():
        return None
    kind, size = header[-2].decode(), int(header[-1])
    if size > LARGEST_FILE:
        _skip(git, size + 1)
        check_size(size, where)
    data = git.output.read(size + 1)
    if len(data) <= size:
        raise BrokenPipeError
    return kind, data[:-1]


def _skip(git: Running, size: int) -> None:
    while size > 0:
        chunk = git.output.read(min(size, _CHUNK))
        if not chunk:
            raise BrokenPipeError
        size -= len(chunk)
