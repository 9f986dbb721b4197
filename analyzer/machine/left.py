"""What a run leaves: which page is where, which tables lead to it, which areas there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.mm.areas import Row, layout
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import Level
from analyzer.mm.state import State, Table

# Kind, frame or swap slot, bits.
Standing = tuple[Kind, int, int]


@dataclass(frozen=True, slots=True)
class Standings:
    """An address space after a call.

    ``pages`` are the entries by the address that they cover, ``tables`` the page tables by level
    and first address: their number where they stood before the call, None where they are new.
    """

    pages: dict[int, Standing]
    tables: dict[tuple[Level, int], int | None]
    areas: tuple[Row, ...]


def left_in(state: State, before: int) -> Standings:
    """What stands in a state; tables numbered below ``before`` were there before the call."""
    pages: dict[int, Standing] = {}
    tables: dict[tuple[Level, int], int | None] = {}
    for table, base in _tables(state, state.top, 0):
        tables[table.level, base] = table.number if table.number < before else None
        for index, entry in table.entries.items():
            if entry.kind not in (Kind.TABLE, Kind.NONE):
                pages[base + index * table.each] = entry.kind, entry.target, entry.bits
    return Standings(pages, tables, layout(state))


def _tables(state: State, top: Table, base: int) -> Iterator[tuple[Table, int]]:
    """Every table that is linked, with the first address that its place gives it."""
    waiting = [(top, base)]
    seen: set[int] = set()
    while waiting:
        table, start = waiting.pop()
        if table.number in seen:
            continue
        seen.add(table.number)
        yield table, start
        for index, entry in table.entries.items():
            below = state.tables.get(entry.target) if entry.kind is Kind.TABLE else None
            if below is not None:
                waiting.append((below, start + index * table.each))
