"""The body of one hunk: which raw lines belong to it, and what each of them was.

The hunk's counts decide. While they are met line by line, nothing is guessed. Where they are
not, every line that has lost its mark is either a context line without its leading blank or
the second half of a wrapped line; it is given a meaning only if the counts, and then the
syntax, leave one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.lines import Line, Mark

_MARKS = {" ": Mark.CONTEXT, "+": Mark.ADDED, "-": Mark.REMOVED}
_SIGNATURE = ("-- ", "--")
_SIGNATURE_LINES = 4
_FOOTER_TRIES = 6
_VERSION = re.compile(r"\d+\.\d")
_OPEN_END = re.compile(r"[,(&|+*/%<=?:-]$")
# A header's file names may not look like this inside a body, or like anything else outside.
_HEADER_PAIR = ("--- ", "+++ ")


@dataclass(frozen=True, slots=True)
class Counts:
    """Declared line counts of a hunk: old side and new side."""

    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Body:
    """A hunk's body as read. ``used`` is the number of raw lines it takes up."""

    lines: tuple[Line, ...]
    used: int
    damage: tuple[Damage, ...] = ()
    # Lines that the counts declare and the body lacks; negative: lines too many.
    short_old: int = 0
    short_new: int = 0
    # The rest of a hunk header that was wrapped.
    heading: str = ""


def read_body(raw: list[str], numbers: list[int], start: int, counts: Counts) -> Body:
    """Read the body that begins at ``raw[start]``; linear in the lines up to the next header."""
    intact = _read_counted(raw, numbers, start, counts)
    if intact is not None:
        return intact
    end = body_limit(raw, start)
    return _fit(raw[start:end], numbers[start:end], counts, end == len(raw))


def body_limit(raw: list[str], start: int) -> int:
    """Return the index of the next header of a hunk or a file at or after ``start``."""
    for i in range(start, len(raw)):
        line = raw[i]
        if line.startswith(("@@ -", "diff --git ", "Index: ")) or _is_file_pair(raw, i):
            return i
    return len(raw)


def _is_file_pair(raw: list[str], i: int) -> bool:
    """Tell ``--- a/x``, ``+++ b/x``, ``@@`` from a removed ``-- a/x`` and an added ``++ b/x``."""
    return (
        i + 2 < len(raw)
        and raw[i].startswith(_HEADER_PAIR[0])
        and raw[i + 1].startswith(_HEADER_PAIR[1])
        and raw[i + 2].startswith("@@ -")
    )


def is_signature(raw: list[str], i: int) -> bool:
    """Whether the mail's signature (``-- `` and a version or a footer) starts at ``raw[i]``."""
    if raw[i] not in _SIGNATURE or len(raw) - i > _SIGNATURE_LINES:
        return False
    rest = [line for line in raw[i + 1 :] if line.strip()]
    return not rest or (len(rest) == 1 and _VERSION.match(rest[0]) is not None)


def _read_counted(raw: list[str], numbers: list[int], start: int, counts: Counts) -> Body | None:
    """The intact case: marked lines until both counts are met exactly, and no more behind."""
    old, new, i = counts.old, counts.new, start
    lines: list[Line] = []
    while old or new:
        mark = _MARKS.get(raw[i][:1]) if i < len(raw) else None
        if mark is None:
            if i < len(raw) and raw[i].startswith("\\") and lines:
                lines[-1] = _without_newline(lines[-1], raw[i])
                i += 1
                continue
            return None
        if raw[i].startswith("-") and (is_signature(raw, i) or _is_file_pair(raw, i)):
            return None
        old -= mark is not Mark.ADDED
        new -= mark is not Mark.REMOVED
        if old < 0 or new < 0:
            return None
        lines.append(Line(mark, raw[i][1:], numbers[i]))
        i += 1
    if i < len(raw) and raw[i].startswith("\\") and lines:
        lines[-1] = _without_newline(lines[-1], raw[i])
        i += 1
    if i < len(raw) and _is_surplus(raw, i):
        return None
    return Body(tuple(lines), i - start)


def _without_newline(line: Line, note: str) -> Line:
    return Line(line.mark, line.text, line.number, no_newline=note)


def _is_surplus(raw: list[str], i: int) -> bool:
    """Whether a line behind a full body still looks like one of it."""
    line = raw[i]
    if is_signature(raw, i) or line.startswith(_HEADER_PAIR) or line in _SIGNATURE:
        return False
    return line[:1] in _MARKS


# --- the damaged case -------------------------------------------------------------------


def _fit(raw: list[str], numbers: list[int], counts: Counts, at_end: bool) -> Body:
    first, last = _possible_ends(raw, at_end)
    body = _fit_end(raw, numbers, counts, first)
    # What stands behind a blank line is the mail's footer, unless the counts want exactly it.
    for end in (*range(first + 1, min(last, first + _FOOTER_TRIES)), last):
        if body.short_old == body.short_new == 0:
            break
        longer = _fit_end(raw, numbers, counts, end)
        if longer.short_old == longer.short_new == 0:
            return longer
    return body


def _possible_ends(raw: list[str], at_end: bool) -> tuple[int, int]:
    """Return the first and the last index at which the body may end."""
    last = len(raw)
    if at_end:
        near = range(max(0, last - _SIGNATURE_LINES), last)
        last = next((i for i in near if is_signature(raw, i)), last)
    first = last
    while first and raw[first - 1][:1] not in ("+", "-", " ", "\t", "\\"):
        first -= 1
    blank = next((i for i in range(first, last) if not raw[i]), None)
    return (last if blank is None else blank), last


@dataclass(frozen=True, slots=True)
class _Roles:
    """Indices of raw lines: without a mark, and those that turned out to continue a line."""

    bare: tuple[int, ...]
    joined: frozenset[int]
    unclear: bool


def _fit_end(raw: list[str], numbers: list[int], counts: Counts, end: int) -> Body:
    roles = _roles(raw, counts, end)
    lines, heading = _lines(raw[:end], numbers, roles.joined)
    old = sum(line.mark is not Mark.ADDED for line in lines)
    new = sum(line.mark is not Mark.REMOVED for line in lines)
    damage = _marks_damage(raw[:end], numbers, roles)
    return Body(lines, end, damage, counts.old - old, counts.new - new, heading)


def _roles(raw: list[str], counts: Counts, end: int) -> _Roles:
    old = new = 0
    bare: list[int] = []
    for i in range(end):
        mark = _MARKS.get(raw[i][:1] or " ")
        if mark is None:
            if not raw[i].startswith("\\"):
                bare.append(i)
            continue
        old += mark is not Mark.ADDED
        new += mark is not Mark.REMOVED
    need_old, need_new = counts.old - old, counts.new - new
    if need_old < 0 or need_new < 0:
        return _continuations(raw, bare, -need_old, -need_new, end)
    continuing = {i for i in bare if _is_open(raw, i - 1)}
    if need_old == need_new == len(bare):
        return _Roles(tuple(bare), frozenset(), unclear=False)
    if need_old == need_new == 0:
        return _Roles(tuple(bare), frozenset(bare), unclear=False)
    fits = need_old == need_new == len(bare) - len(continuing)
    return _Roles(tuple(bare), frozenset(continuing), unclear=bool(bare) and not fits)


def _continuations(
    raw: list[str], bare: list[int], over_old: int, over_new: int, end: int
) -> _Roles:
    """Too many lines: second halves of wrapped lines may begin with a mark by accident."""
    over = (max(over_old, 0), max(over_new, 0))
    mark = {(True, True): " ", (True, False): "-", (False, True): "+"}[over[0] > 0, over[1] > 0]
    found = [
        i
        for i in range(1, end)
        if raw[i].startswith(mark) and _is_open(raw, i - 1) and raw[i][1:2] not in ("\t", "")
        if bare or raw[i].startswith((mark + " ",))
    ]
    exact = len(found) == max(over) and over_old in over and over_new in over
    if exact and (bare or mark != " "):
        return _Roles(tuple(bare), frozenset((*bare, *found)), unclear=False)
    return _Roles(tuple(bare), frozenset(bare), unclear=bool(bare))


def _is_open(raw: list[str], i: int) -> bool:
    """Whether the statement on line ``i`` visibly goes on: an open bracket, string or operator."""
    if i < 0:
        return True
    text = raw[i].rstrip()
    return (
        text.count("(") > text.count(")")
        or text.count('"') % 2 == 1
        or _OPEN_END.search(text) is not None
    )


def _lines(
    raw: list[str], numbers: list[int], joined: frozenset[int]
) -> tuple[tuple[Line, ...], str]:
    """Give the raw lines their meaning; also what a wrapped hunk header left on the next lines."""
    heading: list[str] = []
    lines: list[Line] = []
    for i, line in enumerate(raw):
        if i in joined:
            if lines:
                lines[-1] = _continued(lines[-1], line)
            else:
                heading.append(line)
        elif line.startswith("\\"):
            if lines:
                lines[-1] = _without_newline(lines[-1], line)
        elif line[:1] in _MARKS:
            lines.append(Line(_MARKS[line[0]], line[1:], numbers[i]))
        else:
            lines.append(Line(Mark.CONTEXT, line, numbers[i]))
    return tuple(lines), " ".join(heading)


def _continued(line: Line, more: str) -> Line:
    return Line(line.mark, f"{line.text} {more.lstrip(' ')}", line.number)


def _marks_damage(raw: list[str], numbers: list[int], roles: _Roles) -> tuple[Damage, ...]:
    grade = Grade.NONE if roles.unclear else Grade.COUNTED
    context = [i for i in roles.bare if i not in roles.joined]
    stripped = [i for i, line in enumerate(raw) if not line]
    cases = (
        (DamageKind.WRAPPED, sorted(roles.joined), "lines were wrapped", grade),
        (DamageKind.LEADING_BLANK_LOST, context, "context lines lost their leading blank", grade),
        (
            DamageKind.TRAILING_BLANKS_STRIPPED,
            stripped,
            "blank context lines lost their only blank",
            Grade.COUNTED,
        ),
    )
    return tuple(
        Damage(
            kind,
            f"{len(hit)} {said}"
            + ("; the counts leave more than one reading" * (how is Grade.NONE)),
            line=numbers[hit[0]],
            declared=len(raw),
            kept=len(raw) - len(hit),
            grade=how,
        )
        for kind, hit, said, how in cases
        if hit
    )
