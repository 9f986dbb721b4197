"""At which width a mailer broke lines, and which lines can be the second half of another.

A mailer breaks a line at the last blank before its limit: the first half is not wider than the
limit, and with the first word of the second half it would have been. One limit holds for all
lines; whether tabs count as one column or up to eight is tried both ways.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Limits in use are 72 to 80 columns; a quotation mark that was taken off made them less.
_NARROWEST = 60
_WIDEST = 80
_FIRST_WORD = re.compile(r" *[^ ]*")
# A comment or a macro's backslash at the end of a line mostly stands behind a tab.
_BEHIND_TABS = ("/*", "//", "\\", " ", "\t")
_TAB = 8
# No mailer's limit is near this many columns.
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class _Columns:
    """Per line its width, and the width up to the end of its first word."""

    width: tuple[int, ...]
    word: tuple[int, ...]
    # No limit under this one would have left every line as wide as it is.
    least: int

    def limits(self, breaks: Sequence[int]) -> range:
        """The limits at which all of ``breaks`` are second halves."""
        least = max((self.width[i - 1] for i in breaks), default=0)
        most = min((self.width[i - 1] + 1 + self.word[i] for i in breaks), default=0)
        return range(max(least, self.least, _NARROWEST), min(most, _WIDEST + 1))


@dataclass(frozen=True, slots=True)
class Widths:
    """The lines of a hunk, its header first, measured in both ways."""

    texts: tuple[str, ...]
    measures: tuple[_Columns, ...]

    def may_continue(self, i: int) -> bool:
        """Whether line ``i`` can be the second half of the line before it."""
        if self.texts[i][:1] in ("", "\t"):
            return False
        return any(columns.limits((i,)) for columns in self.measures)

    def agree(self, breaks: Sequence[int]) -> bool:
        """Whether all of ``breaks`` can be second halves at one and the same limit."""
        return any(columns.limits(breaks) for columns in self.measures)


@dataclass(slots=True)
class Unbroken:
    """The lines of a whole diff, and, once asked for, how wide those left unbroken are.

    A mailer breaks every line alike, so that no limit can be less than this.
    """

    lines: Sequence[str] = ()
    found: tuple[int, int] | None = None

    def widest(self) -> tuple[int, int]:
        """The width with each tab as one column, and with tabs up to eight."""
        if self.found is None:
            wide = [text[:_LONGEST] for text in self.lines if len(text) > _NARROWEST // _TAB]
            flat = max(map(_breakable_width, wide), default=0)
            tabbed = max((_breakable_width(text.expandtabs(_TAB)) for text in wide), default=0)
            self.found = flat, tabbed
        return self.found


def widths_of(texts: Sequence[str], unbroken: Unbroken) -> Widths:
    """Measure lines; of very long ones the beginning."""
    flat, tabbed = unbroken.widest()
    cut = tuple(text[:_LONGEST] for text in texts)
    spread = tuple(text.expandtabs(_TAB) for text in cut)
    return Widths(cut, (_columns(cut, flat), _columns(spread, tabbed)))


def _columns(texts: tuple[str, ...], least: int) -> _Columns:
    width = tuple(len(text) for text in texts)
    word = tuple(_first_word(text) for text in texts)
    return _Columns(width, word, least)


def _first_word(text: str) -> int:
    found = _FIRST_WORD.match(text)
    return found.end() if found else 0


def _breakable_width(text: str) -> int:
    """The width of a line that a limit would have broken: it has a blank behind its indentation."""
    body = text[1:].strip()
    at = body.find(" ")
    return len(text.rstrip()) if 0 <= at < _NARROWEST else 0


def joins_exactly(first: str, second: str) -> bool:
    """Whether one blank between the halves gives the line back, as far as its style tells."""
    if not first[1:].strip() or first.endswith((" ", "\t")) or second.startswith(_BEHIND_TABS):
        return False
    # Text with a tab or two blanks in a row is laid out in columns: a break may hide more.
    return not any(wide in half.strip() for half in (first[1:], second) for wide in ("\t", "  "))
