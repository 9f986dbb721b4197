"""Events of system calls as perf script, ftrace and trace-cmd write them: nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.errors import AnalyzerError
from analyzer.replay.formats.calls import (
    GONE,
    SYSCALLS,
    Begun,
    Entry,
    Sort,
    Syscall,
    finish,
    unread,
)
from analyzer.replay.formats.constants import WORD
from analyzer.replay.formats.errnos import signed
from analyzer.replay.formats.lines import Lines
from analyzer.replay.formats.order import Order
from analyzer.replay.formats.syscall_numbers import NUMBERED
from analyzer.replay.operation import Call, Operation

_EVENT = re.compile(
    rb"(?P<time>\d+(?:\.\d+)?): +(?:\d+ +)?(?:"
    rb"raw_syscalls:sys_(?P<side>enter|exit): NR (?P<number>-?\d+)"
    rb"|(?:syscalls:)?sys_(?P<half>enter|exit)_(?P<event>\w+): ?"
    rb"|sys_(?P<called>\w+)\("
    rb"|sys_(?P<returned>\w+) -> "
    rb"|(?:exceptions:)?(?P<fault>page_fault_user): )(?P<rest>.*)$",
    re.DOTALL,
)
# The task in what stands before: perf's "comm 12/34 [000]" and ftrace's "comm-34 (12) [000] d...".
_TASK = re.compile(
    rb"(?:^|[-\s/])(\d+)\s+(?:\(\s*[-\d]+\)\s+)?(?:\[\d+\]\s+)?(?:[^\s\[\]]{3,8}\s+)?$"
)
_FIELD = re.compile(rb"(\w+): (-?(?:0x)?[0-9a-fA-F]+)")
_RAW = re.compile(rb" \(([0-9a-f, ]*)\)")
_ADDRESS = re.compile(rb"\baddress=(?:0x)?([0-9a-f]+)\b")
_ARCH = re.compile(rb"^# arch : (\w+)")
_LOST = re.compile(rb"\bLOST \d+ EVENTS\b|\bPERF_RECORD_LOST\b")
_KEPT = 8192


def read(lines: Lines) -> Iterator[Entry]:
    """The operations of a log, in constant memory. Raises ``AnalyzerError``."""
    reader = _Reader(lines.name)
    for number, line in lines:
        if b"sys_" in line or b"page_fault_user" in line:
            yield from reader.line(number, line.rstrip(b"\r"))
        elif line.startswith(b"# arch"):
            reader.arch(line)
        elif b"LOST" in line and _LOST.search(line):
            yield from reader.lost(number, line)
    yield from reader.close()


@dataclass(frozen=True, slots=True)
class _Event:
    """One event: the call (None for a fault), whether it is its beginning, and what it says."""

    line: int
    task: int
    time: float
    syscall: Syscall | None
    begins: bool
    raw: bool
    rest: bytes
    text: bytes


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._order = Order()
        self._numbers: dict[int, str] | None = None

    def arch(self, line: bytes) -> None:
        found = _ARCH.match(line)
        if found is not None:
            self._numbers = NUMBERED.get(found[1].decode())

    def lost(self, number: int, line: bytes) -> list[Entry]:
        return self._order.put(unread(number, line, "events were lost here"))

    def close(self) -> list[Entry]:
        return self._order.close()

    def line(self, number: int, line: bytes) -> list[Entry]:
        found = _EVENT.search(line)
        if found is None:
            return []
        name = self._called(number, found)
        syscall = SYSCALLS.get(name) if name is not None else None
        if syscall is None and found["fault"] is None:
            return []
        task = _TASK.search(line[: found.start()])
        if task is None:
            return self._order.put(unread(number, line, "it names no task"))
        event = _Event(
            number,
            int(task[1]),
            float(found["time"]),
            syscall,
            b"enter" in (found["side"], found["half"]) or found["called"] is not None,
            found["number"] is not None,
            found["rest"],
            line,
        )
        return self._event(event)

    def _called(self, line: int, found: re.Match[bytes]) -> str | None:
        """The system call's name."""
        if found["number"] is None:
            name = found["event"] or found["called"] or found["returned"]
            return None if name is None else name.decode()
        if self._numbers is None:
            raise AnalyzerError(
                "system calls by their numbers, and no machine whose numbers they are",
                where=f"{self._name}:{line}",
                todo="use perf script --header on x86_64 or aarch64, or record syscalls:* events",
            )
        return self._numbers.get(int(found["number"]))

    def _event(self, event: _Event) -> list[Entry]:
        if event.syscall is None:
            return self._fault(event)
        if event.begins:
            return self._begins(event, event.syscall)
        return self._ends(event, event.syscall)

    def _fault(self, event: _Event) -> list[Entry]:
        """A page fault is a touch of one byte."""
        found = _ADDRESS.search(event.rest)
        if found is None:
            return self._order.put(unread(event.line, event.text, "it names no address"))
        at = (int(found[1], 16) % WORD, 1)
        return self._order.put(Operation(event.line, event.task, Call.TOUCH, at, 0, event.time))

    def _begins(self, event: _Event, syscall: Syscall) -> list[Entry]:
        values = _raw(syscall, event.rest) if event.raw else _named(syscall, event.rest)
        told = self._order.drop(event.task)
        if values is None:
            why = "its arguments are not understood"
            return told + self._order.put(unread(event.line, event.text, why))
        text = event.text[:_KEPT]
        one = Begun(event.line, event.task, syscall, values, text, event.time)
        if syscall.name in GONE:
            entry = finish(one, None)
            return told if entry is None else told + self._order.put(entry)
        return told + self._order.begin(one)

    def _ends(self, event: _Event, syscall: Syscall) -> list[Entry]:
        result = _result(event)
        one = self._order.flying(event.task)
        if one is not None and one.syscall is syscall:
            if result is None:
                return self._order.drop(event.task, "its result is not understood")
            return self._order.end(one, finish(one, result))
        return self._headless(event, syscall, result)

    def _headless(self, event: _Event, syscall: Syscall, result: int | None) -> list[Entry]:
        """An end without a beginning: of a child's clone(), of a thread that became the process."""
        if syscall.sort is Sort.TOUCH or (syscall.sort is Sort.CHILD and result == 0):
            return []
        if syscall.call is Call.EXEC and result is not None:
            one = Begun(event.line, event.task, syscall, (), event.text, event.time)
            entry = finish(one, result)
            return [] if entry is None else self._order.put(entry)
        why = "the call's beginning is not in the log"
        return self._order.put(unread(event.line, event.text, why))


def _named(syscall: Syscall, text: bytes) -> tuple[int | None, ...] | None:
    """Arguments by their names; None if one is missing. Numbers are hexadecimal, with 0x or not."""
    fields = dict(_FIELD.findall(text))
    values: list[int | None] = []
    for parameter in syscall.parameters:
        shown = next((fields[n.encode()] for n in parameter.names if n.encode() in fields), None)
        if shown is None:
            return None
        values.append(parameter.fit(int(shown, 16) % WORD))
    return tuple(values)


def _raw(syscall: Syscall, text: bytes) -> tuple[int | None, ...] | None:
    """Arguments by their places, all six registers in hexadecimal without 0x."""
    found = _RAW.match(text)
    if found is None:
        return None
    words = [int(word, 16) % WORD for word in found[1].split(b",") if word.strip()]
    if len(words) < len(syscall.parameters):
        return None
    pairs = zip(syscall.parameters, words, strict=False)
    return tuple(parameter.fit(word) for parameter, word in pairs)


def _result(event: _Event) -> int | None:
    """What a call returned: raw events write it in decimal with its sign, others as a word."""
    text = event.rest.strip().removeprefix(b"= ").strip()
    try:
        return signed(int(text) if event.raw else int(text, 16))
    except ValueError:
        return None
