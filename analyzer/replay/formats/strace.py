"""What strace writes, with any of its options that leave a line for each call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.replay.formats.calls import Begun, Entry, Sort, Syscall, finish, unread
from analyzer.replay.formats.constants import UnknownNameError
from analyzer.replay.formats.lines import Lines
from analyzer.replay.formats.order import Order
from analyzer.replay.formats.strace_arguments import CountError, Values, arguments, begun
from analyzer.replay.formats.strace_text import (
    NAMES,
    Body,
    Filter,
    Leader,
    body,
    ended,
    is_call,
    leader,
    result,
    shows_buffer,
)
from analyzer.replay.formats.tasks import Tasks
from analyzer.replay.operation import Call, Operation

# A call that is not whole: it goes on in another line, or strace went away.
_UNFINISHED = re.compile(rb" ?<(?:unfinished|detached) \.\.\.>$")
# Killed within the call.
_KILLED = " <unfinished ...>"
_WHOLE = re.compile(r"^(.*)\) *= (.*)$", re.DOTALL)
_ATTACHED = re.compile(rb"^(.*)strace: Process (\d+) attached(?: with \d+ threads)?$")
_SUPERSEDED = re.compile(rb"superseded by execve in pid (\d+)")
# Of a call that is on its way so much is kept; what is of interest is shorter.
_KEPT = 8192


def read(lines: Lines) -> Iterator[Entry]:
    """The operations of a log, in constant memory. Raises ``AnalyzerError``."""
    lines.complete = ended
    reader, passes = _Reader(), Filter().passes
    for number, line in lines:
        if reader.cut is not None or passes(line):
            yield from reader.line(number, line.rstrip(b"\r"))
    yield from reader.close()


class _Reader:
    def __init__(self) -> None:
        self._order = Order()
        self._tasks = Tasks()
        # The line, without its end, into which strace's own message fell.
        self.cut: tuple[int, bytes] | None = None

    def close(self) -> list[Entry]:
        return self._order.close()

    def line(self, number: int, line: bytes) -> list[Entry]:
        if self.cut is not None:
            (number, start), self.cut = self.cut, None
            line = start + line
        attached = _ATTACHED.match(line)
        if attached is not None:
            return self._attached(number, attached)
        front = leader(line)
        said = body(front.rest)
        if said is None:
            return self._strange(number, line)
        if said.name is None:
            return self._end(number, front, said.rest)
        syscall = NAMES.get(said.name)
        if syscall is None:
            self._tasks.of(front.task)
            return []
        if said.resumed:
            return self._resumed(number, front, syscall, said)
        return self._call(number, front, syscall, said)

    def _attached(self, number: int, attached: re.Match[bytes]) -> list[Entry]:
        before, task = attached.groups()
        self._tasks.attached(int(task))
        if before:
            self.cut = (number, before[:_KEPT])
        return []

    def _strange(self, number: int, line: bytes) -> list[Entry]:
        """No line of strace's; a call in it, say behind a program's output, is not passed over."""
        if not is_call(line):
            return []
        return self._order.put(unread(number, line, "what stands before the call is not strace's"))

    def _end(self, number: int, start: Leader, said: bytes) -> list[Entry]:
        task = self._tasks.of(start.task)
        replaced = _SUPERSEDED.search(said)
        if replaced is not None:
            return self._superseded(number, task, self._tasks.of(int(replaced[1])), start.time)
        told = self._order.drop(task)
        self._tasks.gone(task)
        return told + self._order.put(Operation(number, task, Call.EXIT, (0,), None, start.time))

    def _superseded(self, number: int, task: int, by: int, time: float | None) -> list[Entry]:
        """A thread's execve() goes on under the id of the process, and its own is no more."""
        told = self._order.drop(task)
        self._order.rename(by, task)
        self._tasks.gone(by)
        return told + self._order.put(Operation(number, by, Call.EXIT, (0,), None, time))

    def _call(self, number: int, start: Leader, syscall: Syscall, said: Body) -> list[Entry]:
        if syscall.sort is Sort.TOUCH and not shows_buffer(said.rest):
            return []
        task = self._tasks.of(start.task)
        cut = _UNFINISHED.search(said.rest)
        if cut is None:
            one = Begun(number, task, syscall, (), start.rest, start.time)
            return self._order.drop(task) + self._whole(one, said.rest)
        text = start.rest[: len(start.rest) - len(cut[0])][:_KEPT]
        values = begun(syscall, _text(_arguments(syscall, text)))
        return self._order.begin(Begun(number, task, syscall, values, text, start.time))

    def _resumed(self, number: int, start: Leader, syscall: Syscall, said: Body) -> list[Entry]:
        one = self._order.flying(self._tasks.of(start.task))
        if one is not None and one.syscall is syscall:
            text = _arguments(syscall, one.text) + said.rest
            return self._whole(replace(one, text=one.text + said.rest), text)
        if syscall.sort is Sort.TOUCH:
            return []
        return self._order.put(unread(number, start.rest, "the call's beginning is not in the log"))

    def _whole(self, one: Begun, text: bytes) -> list[Entry]:
        """A call that has come back: its arguments, and from the last ``) =`` on its result."""
        found = _WHOLE.match(_text(text))
        if found is None:
            return self._told(one, unread(one.line, one.text, "the line is not whole"))
        understood, value = result(found[2])
        if not understood:
            return self._told(one, unread(one.line, one.text, "its result is not understood"))
        try:
            values, file = _values(one.syscall, found[1])
        except UnknownNameError as error:
            return self._told(one, unread(one.line, one.text, f"{error} is not known"))
        except CountError as error:
            return self._told(one, unread(one.line, one.text, str(error)))
        if one.syscall.call is Call.CLONE and value is not None and value > 0:
            self._tasks.born(value)
        return self._told(one, finish(one.known(values, file), value))

    def _told(self, one: Begun, entry: Entry | None) -> list[Entry]:
        if self._order.flying(one.task) is not None:
            return self._order.end(one, entry)
        return [] if entry is None else self._order.put(entry)


def _arguments(syscall: Syscall, text: bytes) -> bytes:
    return text[len(syscall.name) + 1 :]


def _values(syscall: Syscall, text: str) -> tuple[Values, str | None]:
    if text.endswith(_KILLED):
        return begun(syscall, text.removesuffix(_KILLED)), None
    return arguments(syscall, text)


def _text(text: bytes) -> str:
    return text.decode("latin-1")
