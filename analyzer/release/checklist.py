"""A release's checklist: which items it asks, which are gates, who decides, what it requires."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.patch.trackers import SYSTEMS
from analyzer.release.ids import FAMILIES, IDS
from analyzer.toml import Field, contents, document, shown, tables, values
from analyzer.upstream import fields

READY = ("plain", "stable", "redhat", "suse", "ubuntu", "android")
SEVERITIES = ("critical", "high", "medium", "low")
# A tracker that is none: the CVE that the message names.
CVE = "cve"

_DATA = Path(__file__).parent / "data"
_MOST_ITEMS = 500
_MOST_WORDS = 50
_LONGEST = 500
_ID = re.compile(r"[A-Z]{2,8}-[1-9][0-9]{0,3}")
_WORDS = r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*"
_TRAILER = re.compile(rf"{_WORDS}(?:\|{_WORDS})*")
_TRACKER = re.compile(rf"[a-z][a-z0-9.-]*(?::[A-Z][A-Z0-9]*)?|{_WORDS}: \S+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a release's list. ``title`` is set for the release's own (human) items.

    ``decides`` names who says that it is ok; ``next`` is what to do, for its own items.
    """

    id: str
    gate: bool = False
    decides: str = ""
    title: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """The list of a release.

    ``prefixes`` are words one of which the subject must begin with: ``UPSTREAM:`` before the title,
    or ``[SRU]`` among the brackets. ``trailers`` must all be there; ``JIRA|Bugzilla`` is either.
    ``trackers`` are the systems one of which must be named, as ``patch.trackers`` calls them
    (``bsc``, ``jira``), of one project (``jira:RHEL``), ``cve`` for a CVE, or a trailer with a word
    in it (``References: git-fixes``). None, for prefixes and trackers: the list does not say;
    empty: it wants none. ``severity`` is the least severity of a CVE that the branch takes
    (``critical``, ``high``, ``medium``, ``low``), empty: it takes all.
    """

    name: str
    title: str
    entries: tuple[Entry, ...]
    prefixes: tuple[str, ...] | None = None
    trailers: tuple[str, ...] = ()
    trackers: tuple[str, ...] | None = None
    severity: str = ""

    @property
    def own(self) -> tuple[str, ...]:
        """The ids of the release's own items, which only people answer."""
        return tuple(entry.id for entry in self.entries if entry.title)


def load_checklist(name: str) -> Checklist:
    """A ready list by its name, or a TOML file's. ``AnalyzerError`` says what is wrong, and where.

    A name with a slash or a dot in it is always a file's.
    """
    if "/" in name or "." in name:
        return _checklist(contents(Path(name), name, "name a checklist that can be read"), name)
    if name not in READY:
        todo = f"give one of {', '.join(READY)}, or a file as ./{shown(name)}"
        what = f"no ready checklist is called {shown(name)}"
        raise AnalyzerError(what, where="--checklist", todo=todo)
    return _checklist((_DATA / f"{name}.toml").read_bytes(), f"{name}.toml")


# --- single values -----------------------------------------------------------------------------


def _line(value: object) -> str:
    text = fields.sentence(value)
    if len(text) > _LONGEST or not text.isprintable():
        raise ValueError(value)
    return text


def _matching(pattern: re.Pattern[str]) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = _line(value)
        if not pattern.fullmatch(text):
            raise ValueError(value)
        return text

    return check


def _tracker(value: object) -> str:
    """A tracker's name, which one that is misspelt is not: no ticket would ever be of it."""
    text = _matching(_TRACKER)(value)
    system = text.partition(":")[0]
    if ": " not in text and "." not in system and system not in (*SYSTEMS, CVE):
        raise ValueError(value)
    return text


def _few(check: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    """The check of a list of different strings; each is looked for in every message."""
    each = fields.each(check)

    def check_few(value: object) -> tuple[str, ...]:
        found = each(value)
        if len(found) > _MOST_WORDS or len(set(found)) < len(found):
            raise ValueError(value)
        return found

    return check_few


def _severity(value: object) -> str:
    if value not in SEVERITIES:
        raise ValueError(value)
    return str(value)


_SENTENCE = f"a string of one line, at most {_LONGEST} characters"
_LINE = Field(_line, _SENTENCE)
_MAY_LINE = Field(_line, _SENTENCE, "")
_TABLE_LIST = Field(lambda value: value, "[[item]] tables", None)

_LIST = {
    "name": _LINE,
    "title": _LINE,
    "severity": Field(_severity, f"one of {', '.join(SEVERITIES)}", ""),
    "prefixes": Field(_few(_line), 'a list like ["UPSTREAM:", "[SRU]"]', None),
    "trailers": Field(
        _few(_matching(_TRAILER)), 'a list like ["Signed-off-by", "JIRA|Bugzilla"]', ()
    ),
    "trackers": Field(
        _few(_tracker),
        'a list like ["bsc", "jira:RHEL", "cve", "References: git-fixes"], of trackers that are '
        "known",
        None,
    ),
    "item": _TABLE_LIST,
}
_ITEM = {
    "id": Field(_matching(_ID), "an id like TS-1"),
    "gate": Field(fields.flag, "true or false", False),
    "decides": _MAY_LINE,
    "title": _MAY_LINE,
    "next": _MAY_LINE,
}


# --- the list ----------------------------------------------------------------------------------


def _checklist(data: bytes, where: str) -> Checklist:
    found = document(data, where)
    known = values(found, _LIST, where)
    known.pop("item")
    items = tables(found, "item", where)
    if not items or len(items) > _MOST_ITEMS:
        what = f"{len(items)} items" if items else "no item"
        raise AnalyzerError(what, where=where, todo=f"write 1 to {_MOST_ITEMS} [[item]] tables")
    entries: dict[str, Entry] = {}
    for number, table in enumerate(items, 1):
        place = f"{where}: item {number} ({shown(table.get('id', 'without an id'))})"
        entry = _entry(table, place)
        if entry.id in entries:
            raise AnalyzerError("the list has it twice", where=place, todo="keep one of them")
        entries[entry.id] = entry
    return Checklist(entries=tuple(entries.values()), **known)


def _entry(table: dict[str, Any], where: str) -> Entry:
    entry = Entry(**values(table, _ITEM, where))
    if entry.id in IDS:
        key = "title" if entry.title else "next"
        if entry.title or entry.next:
            what = f"{key} is for the release's own items: the report has its own words here"
            raise AnalyzerError(what, where=where, todo=f"leave {key} out")
        return entry
    family = entry.id.partition("-")[0]
    if family in FAMILIES:
        todo = f"expected one of {', '.join(IDS)}, or an id of your own with other letters"
        raise AnalyzerError(f"no report has an item {entry.id}", where=where, todo=todo)
    for key in ("title", "next"):
        if not getattr(entry, key):
            what = f"{key} is missing: {entry.id} is the release's own"
            raise AnalyzerError(what, where=where, todo=f"expected {_SENTENCE}")
    return entry
