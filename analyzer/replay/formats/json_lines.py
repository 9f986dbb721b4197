"""Our own format: JSON Lines, one operation a line. Every other format can be written as it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from math import isfinite
from typing import cast

from analyzer.errors import AnalyzerError
from analyzer.replay.formats.calls import Entry, unread
from analyzer.replay.formats.constants import WORD, UnknownNameError, number
from analyzer.replay.formats.lines import Lines
from analyzer.replay.operation import Call, Operation, Unread

NAME = "analyzer-trace"
VERSION = 1

# The arguments of each call by their fields, in the call's own order.
FIELDS: Mapping[Call, tuple[str, ...]] = {
    Call.MMAP: ("address", "length", "prot", "flags", "fd", "offset"),
    Call.MUNMAP: ("address", "length"),
    Call.MREMAP: ("address", "old_length", "new_length", "flags", "new_address"),
    Call.MPROTECT: ("address", "length", "prot"),
    Call.BRK: ("address",),
    Call.MADVISE: ("address", "length", "advice"),
    Call.MLOCK: ("address", "length"),
    Call.MUNLOCK: ("address", "length"),
    Call.MLOCK2: ("address", "length", "flags"),
    Call.MLOCKALL: ("flags",),
    Call.MUNLOCKALL: (),
    Call.TOUCH: ("address", "length"),
    Call.CLONE: ("flags",),
    Call.EXEC: (),
    Call.EXIT: ("group",),
}
_CALLS = {call.value: call for call in Call}
_COMMON = frozenset(("line", "task", "call", "result", "time", "file"))
_ALLOWED = {call: _COMMON | set(fields) for call, fields in FIELDS.items()}
_UNREAD = frozenset(("line", "unread", "why"))
# Written in hexadecimal.
_HEX = frozenset(("address", "new_address", "offset", "flags", "prot"))
_ADDRESSES = frozenset((Call.MMAP, Call.MREMAP, Call.BRK))


class _WrongError(Exception):
    """What is wrong with a line."""


def write(entries: Iterable[Operation | Unread]) -> Iterator[str]:
    """A log in our own format, line by line, each with its end."""
    yield json.dumps({"format": NAME, "version": VERSION}) + "\n"
    for entry in entries:
        yield json.dumps(_object(entry), ensure_ascii=False) + "\n"


def _object(entry: Operation | Unread) -> dict[str, object]:
    """What is not known is left out."""
    if isinstance(entry, Unread):
        return {"line": entry.line, "unread": entry.text, "why": entry.why}
    fields = zip(FIELDS[entry.call], entry.arguments, strict=True)
    hexadecimal = entry.call in _ADDRESSES and (entry.result or 0) > 0
    said: dict[str, object | None] = {
        "line": entry.line,
        "task": entry.task,
        "call": entry.call.value,
        **{name: _shown(value, name in _HEX) for name, value in fields},
        "result": _shown(entry.result, hexadecimal),
        "time": entry.time,
        "file": entry.file,
    }
    return {name: value for name, value in said.items() if value is not None}


def _shown(value: int | None, hexadecimal: bool) -> object:
    return value if value is None or not hexadecimal else hex(value)


def read(lines: Lines) -> Iterator[Entry]:
    """The operations of a log, in constant memory. Raises ``AnalyzerError``."""
    lines.complete = lambda line: _object_of(line) is not None
    whole = iter(lines)
    for number_, line in whole:
        if line.strip():
            _check(lines, number_, line)
            break
    for number_, line in whole:
        if line.strip():
            yield _entry(number_, line)


def _check(lines: Lines, line: int, text: bytes) -> None:
    """The first line names format and version."""
    said = _object_of(text) or {}
    if said.get("format") != NAME or said.get("version") != VERSION:
        raise AnalyzerError(
            "the first line names another format or version",
            where=f"{lines.name}:{line}",
            todo=f'it must be {{"format": "{NAME}", "version": {VERSION}}}',
        )


def _object_of(text: bytes) -> dict[str, object] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", said) if isinstance(said, dict) else None


def _entry(line: int, text: bytes) -> Entry:
    said = _object_of(text)
    if said is None:
        return unread(line, text, "the line is no JSON object")
    try:
        return _told(said, line) if "unread" in said else _operation(said, line)
    except _WrongError as wrong:
        return unread(line, text, str(wrong))


def _told(said: dict[str, object], line: int) -> Unread:
    text, why = said["unread"], said.get("why")
    if set(said) - _UNREAD or not isinstance(text, str) or not isinstance(why, str):
        raise _WrongError("an unread line has the fields line, unread and why")
    return Unread(_whole(said, "line", line), text, why)


def _operation(said: dict[str, object], line: int) -> Operation:
    call = _CALLS.get(cast("str", said.get("call"))) if _is_text(said.get("call")) else None
    if call is None:
        raise _WrongError("there is no such call")
    if said.keys() - _ALLOWED[call]:
        strange = ", ".join(sorted(said.keys() - _ALLOWED[call]))
        raise _WrongError(f"{call.value} has no field {strange[:80]}")
    word = partial(_word, said)
    file, time = said.get("file"), said.get("time")
    if file is not None and not isinstance(file, str):
        raise _WrongError("file is no text")
    return Operation(
        _whole(said, "line", line),
        _whole(said, "task", 0),
        call,
        tuple(map(word, FIELDS[call])),
        _result(said),
        _time(time),
        file,
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _word(said: dict[str, object], name: str) -> int | None:
    """An unsigned word; None where the field is not there, or null."""
    value = said.get(name)
    if isinstance(value, str):
        try:
            return number(value)
        except UnknownNameError:
            raise _WrongError(f"{name} is no number") from None
    if value is None:
        return None
    if type(value) is not int or not -(WORD >> 1) <= value < WORD:
        raise _WrongError(f"{name} is no number of 64 bits")
    return value % WORD


def _result(said: dict[str, object]) -> int | None:
    value = said.get("result")
    if type(value) is int and -(WORD >> 1) <= value < WORD:
        return value
    return _word(said, "result")


def _whole(said: dict[str, object], name: str, missing: int) -> int:
    value = said.get(name, missing)
    if type(value) is not int or not 0 <= value < WORD:
        raise _WrongError(f"{name} is no number from 0")
    return value


def _time(value: object) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not isfinite(cast("float", value)):
        raise _WrongError("time is no number of seconds")
    return float(cast("float", value))
