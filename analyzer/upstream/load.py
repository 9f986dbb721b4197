"""Facts files: read, checked to the last key, and put together.

A file is TOML with one ``[[commit]]`` table for each commit; the keys are the fields of
``CommitFacts``, and ``companion``, ``hunk``, ``applies`` and ``carried`` are tables of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.errors import AnalyzerError
from analyzer.toml import Field, contents, document, shown, tables, values
from analyzer.upstream import fields
from analyzer.upstream.facts import CommitFacts, Companion, Conditions, Facts, Role, key_of
from analyzer.upstream.pattern import EXPECTED as PATTERN, parse_pattern
from analyzer.upstream.shape import C_KINDS, KCONFIG_KINDS, Kind, ShapeHunk, is_kconfig
from analyzer.upstream.shapetext import parse_shape

if TYPE_CHECKING:
    pass

_DATA = Path(__file__).parent / "data"


_SHA = Field(fields.sha, "12 to 40 hexadecimal digits, in lower case")
_SHAS = Field(fields.each(fields.sha), f"a list of ids of {_SHA.expected}", ())
_SENTENCE = Field(fields.sentence, "a string of one line, not empty")
_SYMBOLS = Field(fields.each(fields.symbol), "a list of Kconfig symbols without CONFIG_", ())
_ARCHES = Field(fields.each(fields.arch), "a list of directory names below arch/", ())
_PATTERNS = Field(
    fields.each(lambda value: parse_pattern(fields.line(value))),
    f"a list of patterns: {PATTERN}",
    (),
)
_TABLE = Field(lambda value: _of_type(value, dict), "a table", None)
_TABLES = Field(fields.each(lambda value: _of_type(value, dict)), "a list of tables", ())

_COMMIT = {
    "id": _SHA,
    "subject": _SENTENCE,
    "author": Field(fields.author, 'a string like "Name <name@host>", or nothing', ""),
    "date": Field(fields.date, 'an ISO 8601 string like "2019-01-03", or nothing', ""),
    "released": Field(fields.version, 'a string like "v5.0", or nothing', ""),
    "fixes": _SHAS,
    "extends": _SHAS,
    "cve": Field(fields.each(fields.cve), 'a list of strings like "CVE-2022-41222"', ()),
    "introduces": _SYMBOLS,
    "companion": _TABLES,
    "without": _SENTENCE,
    "probe": _SENTENCE,
    "probed": Field(fields.flag, "true or false", False),
    "property": _SENTENCE,
    "unsure": Field(
        fields.each(lambda value: _known_field(value)), "a list of this entry's field names", ()
    ),
    "applies": _TABLE,
    "carried": _TABLE,
    "hunk": _TABLES,
}
_COMPANION = {
    "id": _SHA,
    "role": Field(Role, '"select", "prerequisite", "follow-up" or "base"'),
    "symbol": Field(fields.symbol, "a Kconfig symbol without CONFIG_", ""),
    "arch": Field(fields.arch, "a directory name below arch/", ""),
}
_CONDITIONS = {
    "code": _PATTERNS,
    "missing_code": _PATTERNS,
    "arch": _ARCHES,
    "base": Field(fields.line, "a sentence on one line", ""),
}
_CARRIED = {"code": _PATTERNS}
_SPAN = Field(fields.span, "[first line, number of lines]")
_HUNK = {
    "path": Field(fields.path, "a file's path inside the tree"),
    "within": Field(fields.line, "the name in the hunk's heading", ""),
    "old": _SPAN,
    "new": _SPAN,
    "lines": Field(
        fields.each(lambda value: parse_shape(fields.line(value))),
        'a list of shape lines like "context 3", "+code 1", "+brace } 0" or "-blank"',
    ),
}


def load(extra: tuple[Path, ...] = ()) -> Facts:
    """The shipped facts and those of ``extra``, whose commits override shipped ones.

    Where two files of ``extra`` speak of one commit, the later file is kept. ``AnalyzerError``
    where a file cannot be read or is not what it should be.
    """
    commits: dict[str, CommitFacts] = {}
    for file in sorted(_DATA.glob("*.toml")):
        for key, commit in _commits_of(file, file.name).items():
            if key in commits:
                raise _unfit(f"{file.name}: commit {commit.id}", "id", "two files have it")
            commits[key] = commit
    for file in extra:
        commits |= _commits_of(file, str(file))
    return Facts(tuple(commits.values()))


def _commits_of(file: Path, name: str) -> dict[str, CommitFacts]:
    found = document(contents(file, name, "name a facts file that can be read"), name)
    unknown = next((key for key in found if key != "commit"), None)
    if unknown is not None:
        raise AnalyzerError(
            f"unknown key {shown(unknown)}", where=name, todo="expected only [[commit]] tables"
        )
    commits: dict[str, CommitFacts] = {}
    for number, table in enumerate(tables(found, "commit", name), 1):
        where = f"{name}: commit {number} ({shown(table.get('id', 'without an id'))})"
        commit = _commit(table, where, name)
        if key_of(commit.id) in commits:
            raise _unfit(where, "id", "the file has it twice")
        commits[key_of(commit.id)] = commit
    return commits


def _commit(table: dict[str, Any], where: str, source: str) -> CommitFacts:
    found = values(table, _COMMIT, where)
    companions = found.pop("companion")
    hunks = found.pop("hunk")
    applies, carried = found.pop("applies"), found.pop("carried")
    return CommitFacts(
        **found,
        companions=tuple(
            _companion(part, f"{where}, companion {number}")
            for number, part in enumerate(companions, 1)
        ),
        applies=None if applies is None else _conditions(applies, f"{where}, applies"),
        carried=values(carried or {}, _CARRIED, f"{where}, carried")["code"],
        hunks=tuple(_hunk(part, f"{where}, hunk {number}") for number, part in enumerate(hunks, 1)),
        source=source,
    )


def _companion(table: dict[str, Any], where: str) -> Companion:
    companion = Companion(**values(table, _COMPANION, where))
    if (companion.role is Role.SELECT) != bool(companion.symbol):
        raise _unfit(where, "symbol", "it stands with role select, and only there")
    return companion


def _conditions(table: dict[str, Any], where: str) -> Conditions:
    conditions = Conditions(**values(table, _CONDITIONS, where))
    if not conditions.code and not conditions.base:
        raise _unfit(where, "code", "a condition needs a pattern of code, or a base")
    return conditions


def _hunk(table: dict[str, Any], where: str) -> ShapeHunk:
    hunk = ShapeHunk(**values(table, _HUNK, where))
    foreign = C_KINDS if is_kconfig(hunk.path) else KCONFIG_KINDS
    for line in hunk.lines:
        if line.kind in foreign:
            raise _unfit(where, "lines", f"{line.kind.value} is no kind of line in {hunk.path}")
    unchanged = sum(line.count for line in hunk.lines if line.kind is Kind.CONTEXT)
    for side, marker, (_, declared) in (("old", "-", hunk.old), ("new", "+", hunk.new)):
        kept = unchanged + sum(line.marker == marker for line in hunk.lines)
        if kept != declared:
            raise _unfit(where, side, f"it counts {declared} lines, and the shape has {kept}")
    return hunk


def _unfit(where: str, field: str, what: str) -> AnalyzerError:
    return AnalyzerError(f"{field} does not fit: {what}", where=where, todo="correct the entry")


def _of_type(value: object, kind: type) -> object:
    if not isinstance(value, kind):
        raise ValueError(value)
    return value


def _known_field(value: object) -> str:
    if value not in _COMMIT:
        raise ValueError(value)
    return str(value)
