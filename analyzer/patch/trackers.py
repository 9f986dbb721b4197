"""Tracker references and CVE ids of a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Tracker:
    """One ticket: ``key`` is its number or key in ``system``, ``text`` what was written.

    Systems are ``rhbz``, ``bsc``, ``launchpad``, ``jira``, ``gitee`` and such, or a host's name.
    """

    system: str
    key: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Cve:
    """A CVE id, upper case."""

    id: str
    line: int


_CVE = re.compile(r"(?<![A-Za-z0-9])CVE-([0-9]{4})-([0-9]{4,19})(?![0-9])", re.IGNORECASE)
_LABEL = re.compile(r"[ \t]*\[?([A-Za-z][A-Za-z -]{1,20}?)[ \t]*:(?!//)[ \t]*(?=\S)")
_URL = re.compile(r"https?://([^\s/<>\"]{1,253})(/[^\s<>\"]{0,2000})")
_HASH = re.compile(
    r"(?<![A-Za-z0-9])(bsc|bnc|boo|bko|rhbz|rh|bz|jsc|fate|poo|lp|ltc|anbz)#([A-Za-z0-9-]{1,30})",
    re.IGNORECASE,
)
_KEY = re.compile(r"(?<![A-Za-z0-9/_-])([A-Z][A-Z0-9]{1,11})-([0-9]{1,9})(?![A-Za-z0-9-])")
_NUMBER = re.compile(r"#?([0-9]{3,10})")
_LAST_ID = re.compile(r"(?:id=|/)([A-Za-z0-9-]{1,40})/?(?:[?#&].*)?$")

# Keys of projects that are known to be trackers; any other KEY-1 counts after a label only.
_PROJECTS = frozenset(
    ("PSBM", "VSTOR", "VZLIN", "OVZ", "RHEL", "RHELPLAN", "OCPBUGS", "KMAINT", "ANBZ")
)
# What a number after a label belongs to. None: to be a ticket, the value must say more itself.
_LABELS = {
    "bugzilla": "bugzilla",
    "o-bugzilla": "bugzilla",
    "z-bugzilla": "bugzilla",
    "bz": "bugzilla",
    "resolves": "bugzilla",
    "related": "bugzilla",
    "bug": "bug",
    "bug-id": "bug",
    "bug-url": "bug",
    "bugurl": "bug",
    "buglink": "bug",
    "issue": "issue",
    "jira": "jira",
    "lp": "launchpad",
    "rhbz": "rhbz",
    "anbz": "anbz",
    "orabug": "orabug",
    "references": None,
    "closes": None,
}
_HASH_NAMES = {"lp": "launchpad", "rh": "rhbz", "bz": "bugzilla"}
_HOSTS = {
    "bugzilla.redhat.com": "rhbz",
    "bugzilla.suse.com": "bsc",
    "bugzilla.novell.com": "bsc",
    "bugzilla.opensuse.org": "boo",
    "bugzilla.kernel.org": "bko",
    "bugs.launchpad.net": "launchpad",
    "launchpad.net": "launchpad",
    "gitee.com": "gitee",
    "atomgit.com": "atomgit",
}
# What a ticket's system can be, besides a host.
SYSTEMS = frozenset(
    (
        *("bsc", "bnc", "boo", "bko", "jsc", "fate", "poo", "ltc", "anbz", "jira"),
        *(_HASH_NAMES.values()),
        *(name for name in _LABELS.values() if name),
        *(_HOSTS.values()),
    )
)
_TICKET_PATHS = ("/browse/", "/issues/", "show_bug.cgi", "+bug/", "/bugs/")


def read_cves(lines: Sequence[str], numbers: Sequence[int]) -> tuple[Cve, ...]:
    """Every CVE id, once, at its first line."""
    found: dict[str, Cve] = {}
    for line, number in zip(lines, numbers, strict=True):
        if "-" not in line:
            continue
        for cve in _CVE.finditer(line):
            found.setdefault(cve[0].upper(), Cve(cve[0].upper(), number))
    return tuple(found.values())


def read_trackers(lines: Sequence[str], numbers: Sequence[int]) -> tuple[Tracker, ...]:
    """Every ticket, once a line and system."""
    found: dict[tuple[str, str], Tracker] = {}
    for line, number in zip(lines, numbers, strict=True):
        for system, key, text in _tickets(line):
            found.setdefault((system, key), Tracker(system, key, text, number))
    return tuple(found.values())


def _tickets(line: str) -> Iterator[tuple[str, str, str]]:
    label = _LABEL.match(line)
    name = label[1].lower().replace(" ", "-") if label else ""
    labelled = name in _LABELS
    rest = line[label.end() :] if label and labelled else line
    if "://" in rest:
        for url in _URL.finditer(rest):
            yield from _of_url(url[1].lower(), url[2], url[0], name)
        rest = _URL.sub(" ", rest)
    if "#" in rest:
        for mark in _HASH.finditer(rest):
            low = mark[1].lower()
            yield _HASH_NAMES.get(low, low), mark[2], mark[0]
        rest = _HASH.sub(" ", rest)
    yield from _of_keys(rest, everything=labelled or _stands_alone(rest))
    yield from _of_numbers(rest, _LABELS.get(name))


def _of_numbers(value: str, system: str | None) -> Iterator[tuple[str, str, str]]:
    """The numbers at the beginning of a label's value; further on, they count something else."""
    if system is None:
        return
    for word in value[:400].replace(",", " ").split():
        number = _NUMBER.fullmatch(word)
        if not number:
            return
        yield system, number[1], word


def _stands_alone(text: str) -> bool:
    """Whether a line is nothing but a key: ``PSBM-123`` on its own."""
    return _KEY.fullmatch(text[:60].strip(" \t.,;[]()#")) is not None and len(text) < 60


def _of_keys(text: str, *, everything: bool) -> Iterator[tuple[str, str, str]]:
    if "-" not in text:
        return
    for key in _KEY.finditer(text):
        if key[1] != "CVE" and (everything or key[1] in _PROJECTS):
            yield "jira", key[0], key[0]


def _of_url(host: str, path: str, url: str, label: str) -> Iterator[tuple[str, str, str]]:
    key = _LAST_ID.search(path[-200:].rstrip(".,;)]"))
    is_ticket = any(part in path for part in _TICKET_PATHS) or host.startswith("bugzilla.")
    if key and _KEY.fullmatch(key[1]) and "/browse/" in path:
        yield "jira", key[1], url
    elif key and is_ticket:
        yield _HOSTS.get(host, host), key[1], url
    elif _LABELS.get(label):
        yield host, key[1] if key else path, url
