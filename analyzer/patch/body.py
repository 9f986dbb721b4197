"""The body of one hunk: which raw lines belong to it, and what each of them was.

The hunk's counts decide. While they are met line by line, nothing is guessed; where they are
not, ``marks`` finds out what became of the marks of the lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.lines import MARKS, Line, Mark, is_note, without_newline
from analyzer.patch.marks import Declared, read_marks
from analyzer.patch.wrapping import widths_of

_SIGNATURE = ("-- ", "--")
_SIGNATURE_LINES = 4
_FOOTER_TRIES = 6
_VERSION = re.compile(r"[0-9]+\.[0-9]")
# What may stand right behind a hunk: git's, diff's, svn's and mbox's next words, a MIME boundary.
_NEXT = re.compile(
    r"diff |@@ -|Index: |--- |\+\+\+ |From \S+ |commit [0-9a-f]{7,64}|Only in [^:]+: |Binary files "
    r"|Property changes on: |\\ |--|index [0-9a-f]{4,64}\.\.|_{10}"
)


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


def read_body(raw: list[str], numbers: list[int], start: int, declared: Declared) -> Body:
    """Read the body that begins at ``raw[start]``; linear in the lines up to the next header."""
    intact = _read_counted(raw, numbers, start, declared)
    if intact is not None:
        return intact
    end = body_limit(raw, start, declared.by_git)
    return _fit(raw[start:end], numbers[start:end], declared, end == len(raw))


def body_limit(raw: list[str], start: int, by_git: bool) -> int:
    """Return the index of the next header of a hunk or a file at or after ``start``."""
    for i in range(start, len(raw)):
        line = raw[i]
        if line.startswith(("@@ -", "diff --git", "Index: ")):
            return i
        if is_file_pair(raw, i) and not (by_git and raw[i - 1][:1] in MARKS):
            return i
    return len(raw)


def is_file_pair(raw: list[str], i: int) -> bool:
    """Tell ``--- a/x``, ``+++ b/x``, ``@@`` from a removed ``-- a/x`` and an added ``++ b/x``."""
    return (
        raw[i].startswith("--- ")
        and i + 2 < len(raw)
        and raw[i + 1].startswith("+++ ")
        and raw[i + 2].startswith("@@ -")
    )


def is_signature(raw: list[str], i: int) -> bool:
    """Whether the mail's signature starts at ``raw[i]``: git's with its version, or the last."""
    if raw[i] not in _SIGNATURE:
        return False
    if i + 1 < len(raw) and _VERSION.match(raw[i + 1]):
        return True
    near_end = len(raw) - i <= _SIGNATURE_LINES
    return near_end and not any(line.strip() for line in raw[i + 1 :])


def _read_counted(
    raw: list[str], numbers: list[int], start: int, declared: Declared
) -> Body | None:
    """The intact case: marked lines until both counts are met exactly, and no more behind."""
    old, new, i = declared.old, declared.new, start
    lines: list[Line] = []
    while old or new:
        mark = MARKS.get(raw[i][:1]) if i < len(raw) else None
        if mark is None:
            if i == len(raw) or not lines or not is_note(raw[i]):
                return None
            lines[-1] = without_newline(lines[-1], raw[i])
            i += 1
            continue
        if mark is Mark.REMOVED and _is_foreign(raw, i, declared.by_git):
            return None
        old -= mark is not Mark.ADDED
        new -= mark is not Mark.REMOVED
        if old < 0 or new < 0:
            return None
        lines.append(Line(mark, raw[i][1:], numbers[i]))
        i += 1
    if i < len(raw) and is_note(raw[i]) and lines:
        lines[-1] = without_newline(lines[-1], raw[i])
        i += 1
    if i == len(raw) or not _is_text(raw[i]):
        return None if i < len(raw) and _is_surplus(raw, i) else Body(tuple(lines), i - start)
    return _with_text_behind(Body(tuple(lines), i - start), raw, i, declared)


def _is_foreign(raw: list[str], i: int, by_git: bool) -> bool:
    """Whether a line that begins with ``-`` is the next file's header or git's signature."""
    if raw[i] in _SIGNATURE:
        return i + 1 < len(raw) and _VERSION.match(raw[i + 1]) is not None
    return not by_git and is_file_pair(raw, i)


def _is_surplus(raw: list[str], i: int) -> bool:
    """Whether a line behind a full body still looks like one of it."""
    line = raw[i]
    if line in _SIGNATURE or line.startswith(("--- ", "+++ ", "---")):
        return False
    return line[:1] in MARKS


def _is_text(line: str) -> bool:
    return bool(line.strip()) and line[0] not in MARKS and _NEXT.match(line) is None


def _with_text_behind(body: Body, raw: list[str], i: int, declared: Declared) -> Body | None:
    """A full body and right behind it a line of text: is that the rest of the last line?

    It is if more of the diff follows; at the end of the text it may as well be a footer. If the
    last line is ``-- ``, a signature passed for a removed line.
    """
    last = raw[i - 1] if i else ""
    if body.lines and last in _SIGNATURE:
        return None
    if not widths_of((last, raw[i]), declared.unbroken).may_continue(1):
        return body
    behind = next((j for j in range(i, len(raw)) if not _is_text(raw[j])), len(raw))
    follow = raw[behind] if behind < len(raw) else ""
    if _NEXT.match(follow):
        return None
    said = "the line behind this hunk may be the rest of its last line; this cannot be told"
    number = body.lines[-1].number if body.lines else None
    return replace(body, damage=(Damage(DamageKind.WRAPPED, said, line=number),))


# --- the damaged case -------------------------------------------------------------------


def _fit(raw: list[str], numbers: list[int], declared: Declared, at_end: bool) -> Body:
    first, last = _possible_ends(raw, at_end)
    # What stands behind a blank line is the mail's footer, unless the counts want exactly it.
    ends = list(dict.fromkeys((first, *range(first, min(last, first + _FOOTER_TRIES)), last)))
    bodies: dict[int, Body] = {}
    for end in ends if at_end else reversed(ends):
        body = bodies[end] = _fit_end(raw, numbers, declared, end)
        fits = body.short_old == body.short_new == 0
        if fits and all(case.grade is not Grade.NONE for case in body.damage):
            return body
    fitting = (one for one in bodies.values() if one.short_old == one.short_new == 0)
    return next(fitting, bodies[first])


def _possible_ends(raw: list[str], at_end: bool) -> tuple[int, int]:
    """Return the first and the last index at which the body may end."""
    last = len(raw)
    if at_end:
        last = next((i for i in range(len(raw)) if is_signature(raw, i)), last)
    first = last
    while first and raw[first - 1][:1] not in ("+", "-", " ", "\t", "\\"):
        first -= 1
    blank = next((i for i in range(first, last) if not raw[i]), None)
    return (last if blank is None else blank), last


def _fit_end(raw: list[str], numbers: list[int], declared: Declared, end: int) -> Body:
    found = read_marks(raw[:end], numbers[:end], declared)
    old = sum(line.mark is not Mark.ADDED for line in found.lines)
    new = sum(line.mark is not Mark.REMOVED for line in found.lines)
    return Body(
        found.lines, end, found.damage, declared.old - old, declared.new - new, found.heading
    )
