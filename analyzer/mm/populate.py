"""An address space as it stands before an operation: built without an event or a lock.

Tables, frames and swap slots are numbered in the order in which they are made, so that the same
contents give the same numbers in every kernel.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from analyzer.mm import huge
from analyzer.mm.entry import HUGE_KINDS, Entry, Kind
from analyzer.mm.geometry import Level
from analyzer.mm.state import Frame, State, Table

# An address in bytes, what stands there, its bits, and at which level if not at that of its kind:
# a migration entry of a huge page is one at Level.PMD.
Content: TypeAlias = tuple[int, Kind, int] | tuple[int, Kind, int, Level]

_TABLE, _SWAP = Kind.TABLE, Kind.SWAP


class Image(NamedTuple):
    """An address space as it was built, to be put in place again without building it.

    ``tables`` are those below the top, in the order of their numbers: level, first address,
    entries. ``put_by`` are (table, number put by), ``frames`` (first frame, pages) of huge ones.
    """

    top: dict[int, Entry]
    tables: tuple[tuple[Level, int, dict[int, Entry]], ...]
    put_by: tuple[tuple[int, int], ...]
    frames: tuple[tuple[int, int], ...]
    unlinked: frozenset[int]
    frames_made: int
    swaps_made: int
    nr_ptes: int


def image_of(state: State) -> Image:
    """What ``build`` made of a fresh state. Entries are values: images may share them."""
    _, *tables = state.tables.values()
    lists = {id(one.deposited): one for one in state.tables.values()}
    return Image(
        state.top.entries.copy(),
        tuple((one.level, one.base, one.entries.copy()) for one in tables),
        tuple((one.number, spare) for one in lists.values() for spare in one.deposited),
        tuple((number, one.pages) for number, one in state.frames.items()),
        frozenset(state.unlinked),
        state.frames_made,
        state.swaps_made,
        state.mm.nr_ptes,
    )


def put(state: State, image: Image) -> None:
    """Fill the address space of a fresh state as ``build`` did, its areas being the same."""
    state.top.entries = image.top.copy()
    for level, base, entries in image.tables:
        table = state.new_table(level)
        table.base = base
        table.entries = entries.copy()
    for number, spare in image.put_by:
        state.tables[number].deposited.append(spare)
    for number, pages in image.frames:
        state.frames[number] = Frame(pages=pages)
    state.unlinked.update(image.unlinked)
    state.frames_made = image.frames_made
    state.swaps_made = image.swaps_made
    state.mm.nr_ptes = image.nr_ptes


def build(state: State, contents: Iterable[Content]) -> None:
    """Fill the address space of a fresh state; the areas should be there already.

    Raises ValueError for contents that cannot stand together.
    """
    # Neighbours share a table: it is looked for once.
    shift, page_shift = state.geometry.shift(Level.PMD), state.geometry.page_shift
    block, entries = -1, state.top.entries
    mask = state.geometry.entries(Level.PTE) - 1
    for one in contents:
        address, kind = one[:2]
        if kind is _TABLE:
            empty_table(state, address)
        elif kind in HUGE_KINDS or len(one) > 3:
            map_entry(state, *one)
        else:
            if address >> shift != block:
                block, entries = address >> shift, table_for(state, address, Level.PTE).entries
            index = (address >> page_shift) & mask
            if index in entries:
                raise ValueError(f"two entries at {address:#x}")
            # As _number(), which would be half of the time.
            if kind is _SWAP:
                entries[index] = Entry(_SWAP, state.swaps_made, one[2])
                state.swaps_made += 1
            else:
                entries[index] = Entry(kind, state.frames_made, one[2])
                state.frames_made += 1


def map_entry(
    state: State, address: int, kind: Kind, bits: int = 0, level: Level | None = None
) -> Entry:
    """Put an entry at an address, in bytes, with a frame or a swap slot of its own.

    Tables are made on the way. An anonymous huge page has a table put by for its split. Raises
    ValueError where another entry stands.
    """
    if level is None:
        level = Level.PMD if kind in HUGE_KINDS else Level.PTE
    table = table_for(state, address, level)
    pages = 1 if level is Level.PTE else 1 << state.geometry.bits[Level.PTE]
    entry = Entry(kind, _number(state, kind, pages), bits)
    if pages > 1:
        state.frames[entry.target] = Frame(pages=pages)
    _put(table, state.geometry.index(table.level, address), entry)
    if level is not Level.PTE and huge.has_deposit(state, address, kind):
        spare = state.new_table(Level.PTE).number
        state.unlinked.add(spare)
        table.deposited.append(spare)
        state.mm.nr_ptes += 1
    return entry


def empty_table(state: State, address: int) -> Table:
    """A table of pages for an address, in bytes, found or made."""
    return table_for(state, address, Level.PTE)


def table_for(state: State, address: int, level: Level) -> Table:
    """The table that holds the entry of an address at a level, made with all above it.

    Raises ValueError where a huge page stands in the way, and beyond the address space.
    """
    geometry = state.geometry
    table = state.top
    if not 0 <= address < table.each * table.size:
        raise ValueError(f"{address:#x} lies beyond the page tables")
    while table.of > level:
        index = geometry.index(table.level, address)
        entry = table.entries.get(index)
        if entry is None:
            below = Level(table.of - 1)
            entry = table.entries[index] = Entry(_TABLE, state.new_table(below).number)
            state.tables[entry.target].base = table.base + index * table.each
            state.mm.nr_ptes += below is Level.PTE
        if entry.kind is not _TABLE:
            raise ValueError(f"{address:#x} is covered by {entry!r}")
        table = state.tables[entry.target]
    return table


def _number(state: State, kind: Kind, pages: int = 1) -> int:
    """The number of a new swap slot, or of the first of so many new frames."""
    if kind is _SWAP:
        state.swaps_made += 1
        return state.swaps_made - 1
    state.frames_made += pages
    return state.frames_made - pages


def _put(table: Table, index: int, entry: Entry) -> None:
    if index in table.entries:
        raise ValueError(f"two entries at {table.base + index * table.each:#x}")
    table.entries[index] = entry
