"""Where things stand in a drawing of page tables: numbers alone, the template makes them SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.report.exhibits import Drawing, Entries, TableDrawn
from analyzer.report.printable import printable

# In pixels, for a monospaced face of 12.
_CHAR, _ROW, _HEAD = 7.3, 18, 24
_PAD, _GAP, _BETWEEN = 8, 56, 14
_STRIPES = 6
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of a box: where its text begins, and what it says. ``at`` is its address."""

    y: float
    at: str
    text: str
    entries: Entries


@dataclass(frozen=True, slots=True)
class Box:
    """A table: a frame with a title, a stripe of the table's own, and its entries."""

    x: float
    y: float
    width: float
    height: float
    stripe: int
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """From an entry to the table that it leads to, as a path's coordinates."""

    path: str
    stripe: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with everything in its place."""

    title: str
    said: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]


def picture(drawing: Drawing) -> Picture:
    """Lay a drawing out: a column for each level, links from left to right."""
    levels = list(dict.fromkeys(one.level for one in drawing.tables))
    boxes: dict[int, Box] = {}
    x, height = float(_PAD), 0.0
    for level in levels:
        column = [one for one in drawing.tables if one.level == level]
        width = max(map(_width, column))
        y = float(_PAD)
        for table in column:
            box = boxes[table.number] = _box(table, x, y, width)
            y += box.height + _BETWEEN
        height = max(height, y - _BETWEEN + _PAD)
        x += width + _GAP
    width = max(x - _GAP + _PAD, 2.0 * _PAD)
    links = tuple(_links(drawing, boxes))
    said = "; ".join(_said(one) for one in drawing.tables)
    return Picture(drawing.title, said, width, height, tuple(boxes.values()), links)


def _box(table: TableDrawn, x: float, y: float, width: float) -> Box:
    lines = tuple(
        Line(y + _HEAD + i * _ROW + _ROW - 5, _address(one), _text(one), one)
        for i, one in enumerate(table.entries)
    )
    height = _HEAD + max(len(lines), 1) * _ROW + 4
    return Box(x, y, width, height, table.number % _STRIPES, _title(table), lines)


def _title(table: TableDrawn) -> str:
    said = f", {table.said}" if table.said else ""
    return f"{table.level} table {table.number}{said}"


def _address(one: Entries) -> str:
    return "" if one.first is None else f"{one.first:#x}"


def _text(one: Entries) -> str:
    return printable(f"{one.text}{' *' if one.changed else ''}", limit=_LONGEST)


def _width(table: TableDrawn) -> float:
    """Room for the longest line: an address, a blank, the text."""
    address = max((len(_address(one)) for one in table.entries), default=0)
    text = max((len(_text(one)) for one in table.entries), default=0)
    return 2 * _PAD + 4 + _CHAR * max(address + 2 + text, len(_title(table)))


def _links(drawing: Drawing, boxes: dict[int, Box]) -> list[Link]:
    found: list[Link] = []
    for table in drawing.tables:
        box = boxes[table.number]
        for line in box.lines:
            below = boxes.get(line.entries.leads) if line.entries.leads is not None else None
            if below is not None and below.x > box.x:
                found.append(Link(_curve(box, line, below), below.stripe))
    return found


def _curve(box: Box, line: Line, below: Box) -> str:
    x1, y1 = box.x + box.width, line.y - 4
    x2, y2 = below.x, below.y + _HEAD / 2
    middle = (x1 + x2) / 2
    return f"M{x1:.0f} {y1:.0f} C{middle:.0f} {y1:.0f} {middle:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"


def _said(table: TableDrawn) -> str:
    """A table in words, for who does not see the drawing."""
    entries: Sequence[str] = [f"{_address(one)} {_text(one)}".strip() for one in table.entries]
    return f"{_title(table)}: {', '.join(entries) or 'empty'}"
