"""CVE records in the form that the kernel's CNA publishes: JSON of version 5, a file a record."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.history.facts import CveRecord
from analyzer.history.writing import say
from analyzer.repo.tree import shown

_NAME = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# What a reference to a fix ends in: git.kernel.org/stable/c/<id>, or a commit's own page.
_URL = re.compile(
    r"https?://git\.kernel\.org/(?:stable/c/|[^\s?#]{1,200}/commit/\?(?:h=[^\s&]{1,100}&)?id=)"
    r"([0-9a-f]{40})"
)
_SEVERITIES = ("low", "medium", "high", "critical")
_LARGEST = 1 << 20
_MOST_RECORDS = 500_000
_DEEPEST = 4
_MOST_FIXES = 200
_LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a directory, by name; ``unread`` says of how many files nothing is known."""

    directory: str
    found: tuple[CveRecord, ...]
    unread: tuple[str, ...]


def read_records(directory: Path, progress: Callable[[str, int, int], None]) -> Records:
    """Every record below a directory. ``AnalyzerError`` where there is none."""
    where = shown(str(directory))
    if not directory.is_dir():
        raise AnalyzerError("is not a directory", where=where, todo="name one of CVE records")
    files = sorted(_files(str(directory), 0))
    found: dict[str, CveRecord] = {}
    unread: list[str] = []
    for done, path in enumerate(files, 1):
        record = _record(path)
        if record is None:
            unread.append(path.name)
        else:
            found[record.id] = record
        if done % 500 == 0:
            progress("CVE records", done, len(files))
    if not found:
        raise AnalyzerError(
            "holds no CVE record that can be read",
            where=where,
            todo="name the directory that holds cve/published/YEAR/CVE-*.json, or one in it",
        )
    return Records(str(directory), tuple(found[name] for name in sorted(found)), tuple(unread))


def write_records(connection: sqlite3.Connection, records: Records) -> None:
    """Put records in the place of those that an index had; within a transaction."""
    connection.execute("DELETE FROM cves")
    connection.execute("DELETE FROM cve_fixes")
    connection.executemany(
        "INSERT INTO cves VALUES (?, ?, ?, ?)",
        [(one.id, one.title, one.severity, one.rejected) for one in records.found],
    )
    connection.executemany(
        "INSERT INTO cve_fixes VALUES (?, ?, ?)",
        [(one.id, at, commit) for one in records.found for at, commit in enumerate(one.fixed_by)],
    )
    notes = []
    if records.unread:
        first = shown(records.unread[0])
        notes.append(f"{len(records.unread):,} files of CVE records, {first} the first")
    say(connection, {"records": records.directory, "records_notes": json.dumps(notes)})


def _files(directory: str, depth: int) -> Iterator[Path]:
    """The files that are named as records are. Links are not followed."""
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if depth < _DEEPEST and entry.name != ".git":
                        yield from _files(entry.path, depth + 1)
                elif entry.is_file(follow_symlinks=False) and _is_record(entry.name):
                    yield Path(entry.path)
    except OSError as error:
        raise AnalyzerError(
            f"cannot be read: {error.strerror}",
            where=shown(directory),
            todo="check its permissions",
        ) from None


def _is_record(name: str) -> bool:
    return name.endswith(".json") and _NAME.fullmatch(name[:-5]) is not None


def _record(path: Path) -> CveRecord | None:
    """None where it cannot be read, or is another CVE's than its name says."""
    text = _text(path)
    if text is None:
        return None
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return None
    about = _table(_table(whole).get("cveMetadata"))
    name, state = (about.get("cveId") or about.get("cveID"), about.get("state"))
    if name != path.stem:
        return None
    containers = _table(_table(whole).get("containers"))
    cna = _table(containers.get("cna"))
    rejected = state == "REJECTED" or "rejected" in path.parts[-3:-1]
    title = cna.get("title")
    return CveRecord(
        path.stem,
        " ".join(title[:_LONGEST_TITLE].split()) if isinstance(title, str) else "",
        _fixed_by(path, cna),
        _severity([cna, *map(_table, _list(containers.get("adp")))]),
        rejected,
    )


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError:
        return None
    return data.decode("utf-8", "replace") if len(data) <= _LARGEST else None


def _fixed_by(path: Path, cna: dict[str, object]) -> tuple[str, ...]:
    """The file beside the record names upstream's; then the ends of what is affected."""
    beside = path.with_suffix(".sha1")
    text = None if beside.is_symlink() else _text(beside)
    named = [line.strip().lower() for line in (text or "").splitlines()[:_MOST_FIXES]]
    named += (
        str(version.get("lessThan", "")).lower()
        for product in map(_table, _list(cna.get("affected")))
        for version in map(_table, _list(product.get("versions")))
        if version.get("versionType") == "git" and version.get("status") == "affected"
    )
    named += (
        url[1]
        for reference in map(_table, _list(cna.get("references")))
        if (url := _URL.match(str(reference.get("url", ""))[:500]))
    )
    return tuple(dict.fromkeys(one for one in named if _ID.fullmatch(one)))[:_MOST_FIXES]


def _severity(containers: list[dict[str, object]]) -> str:
    """The highest that any metric gives, in its own words or by its score."""
    found = {
        severity
        for container in containers
        for metric in map(_table, _list(container.get("metrics")))
        for form, values in metric.items()
        if form.startswith("cvss")
        for severity in (_severity_of(form, _table(values)),)
    }
    return next((one for one in reversed(_SEVERITIES) if one in found), "")


def _severity_of(form: str, values: dict[str, object]) -> str:
    said = str(values.get("baseSeverity", "")).lower()
    if said in _SEVERITIES:
        return said
    score = values.get("baseScore")
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 < score <= 10:
        return ""
    # The scales of CVSS: version 2 knows nothing above high.
    return _SEVERITIES[(score >= 4) + (score >= 7) + (score >= 9 and form[:6] != "cvssV2")]


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value[:5000] if isinstance(value, list) else []
