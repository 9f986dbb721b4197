"""A patch as text, with the added lines of its C files open to change, and its counts kept right.

What a backporter's git would write of the change follows from it: hunk headers, diffstat and
index lines. Where a patch lost lines on its way, what it declares grows as what it holds does.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace

# Between runs of added lines in the text that edits see: no C begins a line with it.
BREAK = "\f\n"

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)")
_INDEX = re.compile(r"(index [0-9a-f]+\.\.)([0-9a-f]+)(.*)")
_STAT = re.compile(r"( (\S+) +\| +)(\d+)( )(\+*)(-*)")
_TOTAL = re.compile(r"( \d+ files? changed, )(\d+) insertions?\(\+\)(.*)")


@dataclass(frozen=True, slots=True)
class Hunk:
    """A hunk of a C file: the lines ``[first, end)`` below its header, in the patch's lines."""

    path: str
    header: int
    first: int
    end: int
    damaged: bool


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch in lines without their ends; ``runs`` are its added lines of C: ``[first, end)``."""

    lines: tuple[str, ...]
    hunks: tuple[Hunk, ...]
    runs: tuple[tuple[int, int], ...]

    @property
    def code(self) -> str:
        """The added lines of C without their marks, with ``BREAK`` between two runs."""
        return BREAK.join(
            "".join(f"{line[1:]}\n" for line in self.lines[first:end]) for first, end in self.runs
        )

    @property
    def damaged(self) -> bool:
        """True where a hunk holds less than it declares."""
        return any(hunk.damaged for hunk in self.hunks)


def read(data: bytes) -> Patch:
    """The patch of a mail."""
    lines = tuple(data.decode("utf-8", "surrogateescape").split("\n"))
    hunks = tuple(_hunks(lines))
    runs = tuple(run for hunk in hunks for run in _runs(lines, hunk))
    return Patch(lines, hunks, runs)


def _hunks(lines: tuple[str, ...]) -> list[Hunk]:
    hunks: list[Hunk] = []
    path, at = "", 0
    while at < len(lines):
        if lines[at].startswith("diff --git "):
            path = lines[at].rpartition(" b/")[2]
        if path and (head := _HUNK.fullmatch(lines[at])):
            hunk = _hunk(lines, path, at, int(head[2] or 1), int(head[4] or 1))
            hunks.append(hunk)
            at = hunk.end
        else:
            at += 1
    return [hunk for hunk in hunks if hunk.path.endswith((".c", ".h"))]


def _hunk(lines: tuple[str, ...], path: str, header: int, old: int, new: int) -> Hunk:
    at = header + 1
    while at < len(lines) and (old or new) and lines[at][:1] in ("+", "-", " ", "\\"):
        old -= lines[at][0] in "- "
        new -= lines[at][0] in "+ "
        at += 1
    return Hunk(path, header, header + 1, at, bool(old or new))


def _runs(lines: tuple[str, ...], hunk: Hunk) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at in range(hunk.first, hunk.end):
        if lines[at][0] != "+":
            continue
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def lost_on_the_way(line: str) -> bool:
    """Whether an archive drops an added line: of one word, or of two with a constant behind."""
    words = line.split()
    return len(words) < 2 or (len(words) == 2 and words[1].isupper())


def written(patch: Patch, code: str, *, adjusted: bool = True) -> bytes:
    """The patch with other added lines of C.

    ``adjusted``: hunk headers, diffstat and index lines say what they would of the new lines.
    Lines that the way here drops are counted and left out where the patch is damaged.
    """
    lines, grown = list(patch.lines), dict.fromkeys(patch.hunks, 0)
    texts = code.split(BREAK)
    assert len(texts) == len(patch.runs), "an edit may not join runs"
    for (first, end), text in zip(reversed(patch.runs), reversed(texts), strict=True):
        added = [f"+{line}" for line in text.split("\n")[:-1]]
        owner = next(hunk for hunk in patch.hunks if hunk.first <= first < hunk.end)
        grown[owner] += len(added) - (end - first)
        kept = [one for one in added if not (patch.damaged and lost_on_the_way(one))]
        lines[first:end] = kept
    if adjusted:
        _adjust(lines, patch, grown)
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _adjust(lines: list[str], patch: Patch, grown: dict[Hunk, int]) -> None:
    by_path: dict[str, int] = {}
    headers = iter(patch.hunks)
    mark = hashlib.sha1("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()  # noqa: S324
    touched = {hunk.path for hunk in patch.hunks}
    path = ""
    for at, line in enumerate(lines):
        if line.startswith("diff --git "):
            path = line.rpartition(" b/")[2]
        elif path in touched and (index := _INDEX.fullmatch(line)):
            lines[at] = index[1] + mark[: len(index[2])] + index[3]
        elif path in touched and (head := _HUNK.fullmatch(line)):
            hunk = next(headers)
            new = int(head[4] or 1) + grown[hunk]
            start = int(head[3]) + by_path.get(path, 0)
            lines[at] = f"@@ -{head[1]},{head[2] or 1} +{start},{new} @@{head[5]}"
            by_path[path] = by_path.get(path, 0) + grown[hunk]
    _adjust_stat(lines, by_path)


@dataclass(frozen=True, slots=True)
class _Stat:
    at: int
    lead: str
    added: int
    removed: int


def _adjust_stat(lines: list[str], grown: dict[str, int]) -> None:
    """Write the diffstat again, as git scales it, and as wide as it was."""
    found = [(at, match) for at, line in enumerate(lines) if (match := _STAT.fullmatch(line))]
    if not found:
        return
    wide = 79 if any(len(lines[at]) > 71 for at, _ in found) else 71
    stats = [_stat(at, match, grown.get(match[2], 0)) for at, match in found]
    digits = max(len(str(one.added + one.removed)) for one in stats)
    most = max(one.added + one.removed for one in stats)
    width = wide - max(len(one.lead) for one in stats) - digits - 1
    for one in stats:
        shown = _scaled(one, most, width)
        lines[one.at] = f"{one.lead}{one.added + one.removed:>{digits}} {shown}"
    for at, line in enumerate(lines[: found[-1][0] + 2]):
        if total := _TOTAL.fullmatch(line):
            count = int(total[2]) + sum(grown.values())
            lines[at] = f"{total[1]}{count} insertion{'s' * (count != 1)}(+){total[3]}"


def _stat(at: int, match: re.Match[str], grown: int) -> _Stat:
    """One line of a diffstat. How much of it is removed follows from the graph, all but exactly."""
    total, plus, minus = int(match[3]), len(match[5]), len(match[6])
    removed = minus if plus + minus == total else round(total * minus / (plus + minus))
    return replace(_Stat(at, match[1].rstrip() + " ", 0, removed), added=total - removed + grown)


def _scaled(one: _Stat, most: int, width: int) -> str:
    if most < width:
        return "+" * one.added + "-" * one.removed
    added, removed = one.added, one.removed
    total = 1 + (added + removed) * (width - 1) // most if added + removed else 0
    least = min(added, removed)
    least = 1 + least * (width - 1) // most if least else 0
    if added < removed:
        return "+" * least + "-" * (total - least)
    return "+" * (total - least) + "-" * least
