"""The diffstat of a patch: what the sender counted, to be held against what arrived."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from analyzer.patch.paths import unquoted

if TYPE_CHECKING:
    from collections.abc import Sequence


class ModeKind(Enum):
    """The lines that git prints below the summary."""

    CREATE = "create"
    DELETE = "delete"
    RENAME = "rename"
    COPY = "copy"
    MODE = "mode change"
    REWRITE = "rewrite"


@dataclass(frozen=True, slots=True)
class ModeLine:
    """``create mode 100644 path`` and its like. ``line`` is of the input."""

    kind: ModeKind
    path: str
    old: str | None
    line: int


@dataclass(frozen=True, slots=True)
class FileStat:
    """One file of a diffstat.

    ``path`` is the name after the patch, ``old`` the one before where it was renamed;
    ``abbreviated``: the name begins with ``...``. ``total`` is the number of changed lines, None
    for a binary file; ``plus`` and ``minus`` count the graph's characters, which are the lines
    themselves exactly where ``exact``, else scaled.
    """

    path: str
    old: str | None
    abbreviated: bool
    total: int | None
    plus: int
    minus: int
    line: int

    @property
    def binary(self) -> bool:
        """Whether git called the file binary (``Bin``)."""
        return self.total is None

    @property
    def exact(self) -> bool:
        """Whether the graph was not scaled: its characters are the changed lines."""
        return self.total == self.plus + self.minus


@dataclass(frozen=True, slots=True)
class Summary:
    """``2 files changed, 68 insertions(+)``; a part that is not there is None."""

    files: int
    insertions: int | None
    deletions: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Diffstat:
    """A diffstat. ``start`` and ``stop`` bound its lines by index, the mode lines among them."""

    files: tuple[FileStat, ...]
    summary: Summary | None
    modes: tuple[ModeLine, ...]
    start: int
    stop: int

    @property
    def no_deletions(self) -> bool:
        """Whether no line was deleted: git draws a minus for every file that lost one."""
        told = self.summary is not None and not self.summary.deletions
        return told and not any(file.minus for file in self.files)


_SUMMARY = re.compile(
    r"\s*([0-9]{1,9}) files? changed(?:, ([0-9]{1,9}) insertions?\(\+\))?"
    r"(?:, ([0-9]{1,9}) deletions?\(-\))?\s*$"
)
# For a text without blanks around it: two runs of blanks, side by side, take quadratic time.
_COUNT = re.compile(r"([0-9]{1,9})(?:\s+(\+*)(-*))?")
_BINARY = re.compile(r"Bin(?:\s+[0-9]+ -> [0-9]+ bytes)?")
_BRACES = re.compile(r"\{([^{}]*)\}")
_MODE = re.compile(
    r"\s*(?:(create|delete) mode [0-7]{6}|(mode change) [0-7]{6} => [0-7]{6}"
    r"|(rename|copy|rewrite)) (\S.*?)(?: \([0-9]{1,3}%\))?$"
)
_LONGEST_LINE = 8192
_DIFF_STARTS = ("diff --git ", "diff -", "Index: ", "@@ ", "--- a/", "+++ ")


def read_diffstat(lines: Sequence[str], numbers: Sequence[int]) -> Diffstat | None:
    """The first diffstat among ``lines``, which are not read past a diff; None without one.

    File lines without a summary count only if each has a graph, since prose has ``a | 1`` too.
    """
    start = at = 0
    files: list[FileStat] = []
    while at < len(lines) and not lines[at].startswith(_DIFF_STARTS):
        summary = read_summary(lines[at], numbers[at])
        file = None if summary else _file(lines[at], numbers[at])
        if file:
            start = start if files else at
            files.append(file)
        elif summary or _graphs(files):
            # What git draws ends with the summary; without one it was cut here.
            start = start if files else at
            return _with_modes(lines, numbers, files, summary, start, at + (summary is not None))
        else:
            files = []
        at += 1
    return _with_modes(lines, numbers, files, None, start, at) if _graphs(files) else None


def _graphs(files: list[FileStat]) -> bool:
    return bool(files) and all(file.plus + file.minus or file.binary for file in files)


def _with_modes(
    lines: Sequence[str],
    numbers: Sequence[int],
    files: list[FileStat],
    summary: Summary | None,
    start: int,
    stop: int,
) -> Diffstat:
    modes = []
    while stop < len(lines) and (mode := _mode(lines[stop], numbers[stop])):
        modes.append(mode)
        stop += 1
    return Diffstat(tuple(files), summary, tuple(modes), start, stop)


def read_summary(line: str, number: int) -> Summary | None:
    """One summary line, such as ``2 files changed, 68 insertions(+)``."""
    found = _SUMMARY.match(line) if "changed" in line[:40] else None
    if not found:
        return None
    insertions, deletions = (int(part) if part else None for part in (found[2], found[3]))
    return Summary(int(found[1]), insertions, deletions, number)


def _file(line: str, number: int) -> FileStat | None:
    name, bar, count = line[:_LONGEST_LINE].rpartition("|")
    name, count = name.strip(" \t"), count.strip()
    if not bar or not name or len(line) > _LONGEST_LINE:
        return None
    old, path = _names(name)
    short = path.startswith("...")
    if found := _COUNT.fullmatch(count):
        plus, minus = len(found[2] or ""), len(found[3] or "")
        return FileStat(path, old, short, int(found[1]), plus, minus, number)
    if _BINARY.fullmatch(count):
        return FileStat(path, old, short, None, 0, 0, number)
    return None


def _names(text: str) -> tuple[str | None, str]:
    """The old name (None if unchanged) and the new one of ``a => b`` and ``d/{a => b}/c``."""
    braces = next((found for found in _BRACES.finditer(text) if " => " in found[1]), None)
    if braces:
        before, after = text[: braces.start()], text[braces.end() :]
        parts = braces[1].rsplit(" => ", 1)
        old, new = (f"{before}{part}{after}".replace("//", "/") for part in parts)
        return unquoted(old), unquoted(new)
    old, arrow, new = text.partition(" => ")
    if arrow and old.startswith("...") and "}" in new:
        # git cut the line inside the braces: what it has of both names is their end.
        new, _brace, tail = new.partition("}")
        return f"{old}{tail}", f"...{new}{tail}"
    return (unquoted(old), unquoted(new)) if arrow else (None, unquoted(text))


def _mode(line: str, number: int) -> ModeLine | None:
    found = _MODE.match(line.rstrip()) if len(line) <= _LONGEST_LINE else None
    if not found:
        return None
    kind = ModeKind(found[1] or found[2] or found[3])
    old, path = _names(found[4])
    return ModeLine(kind, path, old, number)


def may_name(file: FileStat, path: str) -> bool:
    """Whether the file of a diffstat may be ``path``: equal, or its end where it was shortened."""
    if not file.abbreviated:
        return file.path == path
    return path.endswith(file.path.removeprefix("...").lstrip("/"))
