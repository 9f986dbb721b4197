"""Lines of C and of Python in two columns of text, for a terminal and for a fenced block.

Long lines are wrapped behind a mark; nothing is cut off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import combining, east_asian_width

from analyzer.report.listing import Row
from analyzer.report.printable import printable

NARROWEST = 60
_TAB = 4
_BETWEEN = " | "
_WRAPPED = "\u21aa "
_MARK = ">"
_BREAKS = "([,.>"


def two_columns(rows: Sequence[Row], width: int) -> Iterator[str]:
    """The rows for ``width`` columns (at least 60): number, C, Python; C alone without Python."""
    shown = [(_shown(row.c), [_shown(line) for line in row.python]) for row in rows]
    digits = max((len(str(row.line)) for row in rows if row.line is not None), default=1)
    left = max((cells(c) for c, _python in shown), default=0)
    right = max((cells(line) for _c, python in shown for line in python), default=0)
    room = max(width, NARROWEST) - digits - 2 - len(_BETWEEN)
    left, right = _shared(left, right, room) if right else (room, 0)
    for row, (c, python) in zip(rows, shown, strict=True):
        number = "" if row.line is None else str(row.line)
        lead = f"{_MARK if row.marked else ' '}{number:>{digits}} "
        beside = [piece for line in python for piece in wrapped(line, right)]
        yield from _laid_out(lead, wrapped(c, left), beside, (left, right))


def _laid_out(lead: str, c: list[str], python: list[str], widths: tuple[int, int]) -> Iterator[str]:
    left, right = widths
    for i in range(max(len(c), len(python))):
        first = c[i] if i < len(c) else ""
        second = python[i] if i < len(python) else ""
        begin = lead if i == 0 else " " * len(lead)
        filled = first + " " * (left - cells(first))
        yield f"{begin}{filled}{_BETWEEN if right else ''}{second}".rstrip()


def _shared(left: int, right: int, room: int) -> tuple[int, int]:
    """The widths of both columns: what each needs, or the half of it, or what the other leaves."""
    if left + right <= room:
        return left, right
    half = room // 2
    if left <= half:
        return left, room - left
    if right <= half:
        return room - right, right
    return half, room - half


def _shown(text: str) -> str:
    # A tab is eight columns in a kernel's file, and half of a terminal has no room for that.
    return printable(text.expandtabs(_TAB), limit=max(len(text) * _TAB, 1), blanks=True)


def wrapped(text: str, width: int) -> list[str]:
    """``text`` in pieces of at most ``width`` cells, each but the first behind a mark.

    A piece ends at a blank, else behind punctuation, where that stands in its second half.
    """
    pieces: list[str] = []
    indent = min(len(text) - len(text.lstrip(" ")) + _TAB, width // 2)
    start, lead = 0, ""
    while True:
        end = _fitting(text, start, max(width - len(lead), 1))
        if end >= len(text):
            return [*pieces, lead + text[start:]]
        end = _broken(text, start, end)
        pieces.append(lead + text[start:end].rstrip(" "))
        start, lead = end, " " * indent + _WRAPPED


def _broken(text: str, start: int, end: int) -> int:
    """Where to break in the second half of a piece: behind a blank, or behind punctuation."""
    least = start + (end - start) // 2
    blank = text.rfind(" ", least, end) + 1
    other = max(text.rfind(mark, least, end) for mark in _BREAKS) + 1
    return blank or other or end


def _fitting(text: str, start: int, width: int) -> int:
    """Where a piece of ``width`` cells that begins at ``start`` ends; one character at least."""
    if text.isascii():
        return start + width
    end, taken = start, 0
    while end < len(text):
        taken += cells(text[end])
        if taken > width and end > start:
            break
        end += 1
    return end


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text
    )
