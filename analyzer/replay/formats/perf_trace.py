"""What perf trace writes: arguments by their names, and those that are 0 left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from analyzer.replay.formats.calls import (
    GONE,
    SYSCALLS,
    Begun,
    Entry,
    Parameter,
    Sort,
    Syscall,
    finish,
    unread,
)
from analyzer.replay.formats.constants import MAP, MREMAP, UnknownNameError
from analyzer.replay.formats.errnos import NUMBERS, signed
from analyzer.replay.formats.lines import Lines
from analyzer.replay.formats.order import Order
from analyzer.replay.operation import Call

# Milliseconds since the start, how long the call took, the task if there are several, the call.
_LINE = re.compile(
    rb"^ *(\d+\.\d+|\?) +\([^)]*\): (?:\S.*?/(\d+) +)?( *\.\.\. \[continued\]: )?(\w+)\((.*)$",
    re.DOTALL,
)
_WHOLE = re.compile(r"^(.*)\) *= (.*)$", re.DOTALL)
_WAITING = re.compile(r"^(.*)\) *\.\.\.$", re.DOTALL)
_RESULT = re.compile(r"^(-?\d+|0x[0-9a-f]+)(?: (E[A-Z0-9_]+))?(?: \(.*\))?$")
_FIELD = re.compile(r"(?:^|, )(\w+): ?([^,]*)")
_PATH = re.compile(r"\bfd: ?(-?\d+)<(.*)>", re.DOTALL)
_LOST = re.compile(rb"^ *LOST \d+ events")
_EINVAL = -NUMBERS["EINVAL"]
# A line of interest is shorter; what is cut is not whole, and unread.
_KEPT = 8192


def read(lines: Lines) -> Iterator[Entry]:
    """The operations of a log, in constant memory. Raises ``AnalyzerError``."""
    order = Order()
    for number, line in lines:
        found = _LINE.match(line)
        if found is not None:
            syscall = SYSCALLS.get(found[4].decode())
            if syscall is not None:
                yield from _line(order, number, syscall, found)
        elif _LOST.match(line):
            yield from order.put(unread(number, line, "calls were lost here"))
    yield from order.close()


def _line(order: Order, number: int, syscall: Syscall, found: re.Match[bytes]) -> list[Entry]:
    stamp, shown, continued, _, rest = found.groups()
    text = rest.rstrip(b"\r")[:_KEPT]
    task = 0 if shown is None else int(shown)
    if continued is not None:
        return _continued(order, number, task, syscall, text)
    time = None if stamp == b"?" else float(stamp) / 1000
    one = Begun(number, task, syscall, (), syscall.name.encode() + b"(" + text, time)
    told = order.drop(task)
    waiting = _WAITING.match(_text(text))
    if waiting is None:
        return told + _whole(order, one, text)
    if syscall.name in GONE:
        return told + _told(order, one, finish(one, None))
    return told + order.begin(_with(one, waiting[1]))


def _continued(order: Order, number: int, task: int, syscall: Syscall, text: bytes) -> list[Entry]:
    one = order.flying(task)
    if one is not None and one.syscall is syscall:
        begun = one.text.partition(b"(")[2].rpartition(b")")[0]
        # It shows the call's name with empty brackets, and closes those of the arguments.
        return _whole(order, one, begun + text.removeprefix(b")"))
    if syscall.sort in (Sort.CHILD, Sort.TOUCH):
        # The child of a clone() comes back from it, and has never called it.
        return []
    return order.put(unread(number, text, "the call's beginning is not in the log"))


def _whole(order: Order, one: Begun, text: bytes) -> list[Entry]:
    """A call that has come back, from its first argument on."""
    found = _WHOLE.match(_text(text))
    value = None if found is None else _result(found[2])
    if found is None or value is None:
        why = "the line is not whole" if found is None else "its result is not understood"
        return _told(order, one, unread(one.line, one.text, why))
    try:
        one = _with(one, found[1])
    except UnknownNameError as error:
        return _told(order, one, unread(one.line, one.text, f"{error} is not known"))
    return _told(order, one, finish(_doubted(one, value), value))


def _told(order: Order, one: Begun, entry: Entry | None) -> list[Entry]:
    if order.flying(one.task) is not None:
        return order.end(one, entry)
    return [] if entry is None else order.put(entry)


def _with(one: Begun, text: str) -> Begun:
    """A call with its arguments. Raises ``UnknownNameError``."""
    mapped = _PATH.search(text)
    bare = text if mapped is None else text[: mapped.start(2) - 1] + text[mapped.end() :]
    fields = dict(_FIELD.findall(bare))
    values = tuple(_value(parameter, fields) for parameter in one.syscall.parameters)
    path = None if mapped is None else mapped[2]
    return one.known(_ignored(one.syscall, values), path)


def _value(parameter: Parameter, fields: Mapping[str, str]) -> int | None:
    """An argument: 0 if it is left out, None if bits that perf has no name for are left out."""
    for name in parameter.names:
        if name in fields:
            text = fields[name].strip()
            return parameter.value(text) if text else None
    return 0


def _ignored(syscall: Syscall, values: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """Left out as well is what the kernel ignores with such flags, whatever it was."""
    if syscall.call is Call.MREMAP:
        flags = values[3]
        fixed = flags is not None and flags & MREMAP.word("MREMAP_FIXED")
        return values if fixed or values[4] else (*values[:4], None)
    if syscall.call is Call.MMAP:
        flags = values[3]
        backed = flags is not None and not flags & MAP.word("MAP_ANONYMOUS")
        return values if backed else (*values[:4], values[4] or None, values[5] or None)
    return values


def _doubted(one: Begun, value: int) -> Begun:
    """Bits that have no name may be lost beside others; only a refusal can come of them."""
    if one.syscall.call is Call.MREMAP and value == _EINVAL:
        return one.known((*one.values[:3], None, one.values[4]), one.file)
    return one


def _result(text: str) -> int | None:
    found = _RESULT.match(text)
    if found is None:
        return None
    word, name = found.groups()
    if name is not None:
        return -NUMBERS[name] if name in NUMBERS else None
    return signed(int(word, 16) if word.startswith("0x") else int(word))


def _text(text: bytes) -> str:
    return text.decode("latin-1")
