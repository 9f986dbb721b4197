"""Events in one short line each, so that whole runs can be read."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.mm.entry import BIT_NAMES, Kind
from analyzer.mm.events import Event, EventKind


def told(events: Iterable[Event]) -> list[str]:
    """Events in words; the lock that the caller holds is left out."""
    return [_line(one) for one in events]


def _line(event: Event) -> str:
    under = ", ".join(name for name in event.under if name != "mmap_lock")
    return f"{_said(event)} | {under}" if under else _said(event)


def _said(event: Event) -> str:
    what = event.what
    match event.kind:
        case EventKind.WRITE:
            level, at, _, _, before, after, _ = what
            return f"{level.name} {at:#x}: {_entry(before)} -> {_entry(after)}"  # type: ignore[attr-defined,str-bytes-safe]
        case EventKind.FLUSH:
            return f"flush {what[0]:#x}-{what[1]:#x}"
        case EventKind.NOTIFY:
            return f"notify {what[0]} {what[1]:#x}-{what[2]:#x}"
        case EventKind.LOCK:
            return f"lock {what[0]}" + (" nested" if what[1] else "")
        case EventKind.ALLOCATE:
            return f"allocate {what[0].name}" + (" fails" if what[1] is None else "")  # type: ignore[attr-defined]
        case EventKind.FAULT | EventKind.DIED:
            return f"{event.kind.value}: {what[0].value}"  # type: ignore[attr-defined]
        case EventKind.RETURN:
            return f"return {what[0]:#x}"
    return " ".join((event.kind.value, *map(str, what)))


def _entry(said: object) -> str:
    kind, target, bits = said  # type: ignore[misc]
    if kind is Kind.NONE:
        return "none"
    marks = "".join(f" {name}" for bit, name in BIT_NAMES if bits & bit)
    return f"{kind.value} {target}{marks}"
