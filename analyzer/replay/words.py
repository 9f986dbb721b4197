"""Events in the words of a kernel engineer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from analyzer.mm.entry import BIT_NAMES, Kind
from analyzer.mm.events import Event, EventKind

# The caller of the move path holds it throughout.
_CALLERS = "mmap_lock"


def said(event: Event) -> str:
    """One event, in one line; addresses in hexadecimal."""
    return _WORDS[event.kind](event.what)


def locks(under: Sequence[str]) -> str:
    """The locks held, shortly, but for the one that the caller holds throughout."""
    return ", ".join(_short(name) for name in under if name != _CALLERS)


def _short(name: str) -> str:
    return name.removeprefix("mm->").replace(" lock ", " ")


def _lock(what: tuple[object, ...]) -> str:
    name, subclass, mode = what
    nested = " as nested" if subclass else ""
    return f"takes {name}{nested}{' for reading' if mode == 'read' else ''}"


def _unlock(what: tuple[object, ...]) -> str:
    return f"releases {what[0]}"


def _read(what: tuple[object, ...]) -> str:
    level, address, _table, _index, found = what
    return f"reads the {_place(level, address)}: {_entry(found)}"


def _write(what: tuple[object, ...]) -> str:
    level, address, _table, _index, before, after, _under = what
    return f"{_place(level, address)}: {_entry(before)} -> {_entry(after)}"


def _place(level: object, address: object) -> str:
    where = f"{address:#x}" if isinstance(address, int) else "a table that is not linked"
    return f"{_name(level)} entry of {where}"


def _entry(what: object) -> str:
    kind, target, bits = cast("tuple[Kind, int, int]", what)
    if kind is Kind.NONE:
        return "none"
    return " ".join([f"{kind.value} {target}", *(name for bit, name in BIT_NAMES if bits & bit)])


def _flush(what: tuple[object, ...]) -> str:
    return f"flushes the TLB, {_range(what)}"


def _range(what: Sequence[object]) -> str:
    start, end = cast("tuple[int, int]", tuple(what))
    return f"{start:#x}-{end:#x}"


def _allocate(what: tuple[object, ...]) -> str:
    level, number = what
    if number is None:
        return f"the allocation of a {_name(level)} table fails"
    return f"allocates {_name(level)} table {number}"


def _free(what: tuple[object, ...]) -> str:
    sort, number = what
    return f"frees {sort if isinstance(sort, str) else f'{_name(sort)} table'} {number}"


def _notify(what: tuple[object, ...]) -> str:
    verb = "begin" if what[0] == "start" else "end"
    return f"notifiers {verb}, {_range(what[1:])}"


def _area(what: tuple[object, ...]) -> str:
    """What became of an area; every number is an address, a flag word or a page offset."""
    verb, *numbers = what
    told = ", ".join(f"{one:#x}" if isinstance(one, int) else str(one) for one in numbers[2:])
    return f"area {_range(numbers[:2])}: {verb}{f' {told}' if told else ''}"


def _account(what: tuple[object, ...]) -> str:
    kind, pages = cast("tuple[str, int]", what)
    return f"accounts {pages:+d} pages as {kind}"


def _report(what: tuple[object, ...]) -> str:
    return f"the kernel reports a {what[0]}"


def _fault(what: tuple[object, ...]) -> str:
    return f"fault: {what[1]}"


def _died(what: tuple[object, ...]) -> str:
    return f"dies: {what[1]}"


def _return(what: tuple[object, ...]) -> str:
    value = what[0]
    return f"returns {value:#x}" if isinstance(value, int) else f"returns {value}"


def _name(level: object) -> str:
    return str(getattr(level, "name", level))


_WORDS: dict[EventKind, Callable[[tuple[object, ...]], str]] = {
    EventKind.LOCK: _lock,
    EventKind.UNLOCK: _unlock,
    EventKind.READ: _read,
    EventKind.WRITE: _write,
    EventKind.FLUSH: _flush,
    EventKind.ALLOCATE: _allocate,
    EventKind.FREE: _free,
    EventKind.NOTIFY: _notify,
    EventKind.AREA: _area,
    EventKind.ACCOUNT: _account,
    EventKind.REPORT: _report,
    EventKind.FAULT: _fault,
    EventKind.DIED: _died,
    EventKind.RETURN: _return,
}
