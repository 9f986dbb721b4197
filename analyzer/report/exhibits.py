"""What only a page can show beside a report: hunks side by side, code and Python, page tables.

Plain facts: how they look is the page's. Text in them is as it was read, not yet safe to show.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.finding import NotChecked
from analyzer.report.listing import Listing

# --- hunks -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of a hunk: its mark (``+``, ``-``, a blank), its number where that is known.

    ``note`` is what is to be known of the line: that it was put back, or lines lost before it.
    """

    mark: str
    text: str
    line: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class HunkRow:
    """A line of upstream's and a line of ours, or one alone; ``change`` says how they differ.

    ``dim``: nothing in it differs but context and layout.
    """

    theirs: Cell | None
    ours: Cell | None
    change: str = ""
    dim: bool = False


@dataclass(frozen=True, slots=True)
class HunkBlock:
    """Neighbouring lines: what they stand in, and how ours differ from upstream's as a whole."""

    title: str
    change: str
    dim: bool
    rows: tuple[HunkRow, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HunkFile:
    """The changes of one file. ``said`` is what is to be known of the file as a whole."""

    path: str
    blocks: tuple[HunkBlock, ...]
    said: str = ""


@dataclass(frozen=True, slots=True)
class Hunks:
    """Upstream's and our hunks. ``compared``: upstream's text was at hand, else only its shape."""

    compared: bool
    said: str
    files: tuple[HunkFile, ...]


# --- page tables -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entries:
    """Neighbouring entries of one table that say the same.

    ``first`` and ``end`` are the addresses that they cover, in bytes; None in a table that is not
    linked. ``leads`` is the number of the table that the entry leads to. ``changed``: they
    are not what they were before the call.
    """

    level: str
    first: int | None
    end: int | None
    text: str
    leads: int | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class TableDrawn:
    """One page table: ``number`` is its identity, the same in all drawings of one scenario.

    ``level`` is that of its entries. ``said`` is what is to be known of it: new, linked nowhere.
    """

    number: int
    level: str
    entries: tuple[Entries, ...]
    said: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The page tables of one kernel at one time, those of the highest level first."""

    title: str
    tables: tuple[TableDrawn, ...]


@dataclass(frozen=True, slots=True)
class PageTables:
    """Drawings of one scenario; ``divergence`` is the id of the one that it belongs to, or empty.

    ``said`` says what is drawn and what is not, ``trace`` is the scenario in words. Without
    drawings, ``said`` is why there are none, and what is to be read in their place.
    """

    divergence: str
    said: tuple[str, ...]
    trace: tuple[str, ...]
    drawings: tuple[Drawing, ...]


# --- all of it ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exhibits:
    """The exhibits of one report. ``missing`` is what cannot be shown, and why."""

    hunks: Hunks | None = None
    listings: tuple[Listing, ...] = ()
    tables: tuple[PageTables, ...] = ()
    missing: tuple[NotChecked, ...] = ()
