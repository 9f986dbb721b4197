"""Page tables: entries read and written, tables found, made and linked.

Each function is in sections: LOCKS (what must be held), EFFECT, TLB, EVENT.
"""

from __future__ import annotations

from collections.abc import Iterator
from errno import ENOMEM

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import locking, tlb
from analyzer.mm.entry import EMPTY, Entry, Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import Level
from analyzer.mm.state import Lock, State, Table, entry_at
from analyzer.translate.runtime.pointers import Pointer

_LEVELS = tuple(Level)
_PTE, _PMD = Level.PTE, Level.PMD
_NONE, _TABLE = Kind.NONE, Kind.TABLE
_WRITE = EventKind.WRITE
# Without NamedTuple's own __new__: a call less, two for each page that moves.
_new = tuple.__new__


def read(table: Table, index: int) -> Entry:
    """Read an entry. The value remembers the locks; one of a page needs the table's.

    PMD entries and those above may be read without, as the kernel does under ``mmap_lock``.
    """
    state = table.state
    # LOCKS
    if table.level is _PTE and table.lock not in state.holding:
        _unguarded(table, index, "read")
    if state.freed:
        _check_there(table, "read")
    # EVENT
    if state.tracing:
        found = entry_at(table, index).says()
        state.note(EventKind.READ, table.of, address_of(table, index), table.number, index, found)
    # EFFECT
    entry = table.entries.get(index)
    return EMPTY if entry is None else Entry(entry.kind, entry.target, entry.bits, state.under)


def write(table: Table, index: int, entry: Entry) -> Entry:
    """Write an entry, under the table's lock; return the one that was there."""
    state = table.state
    # LOCKS
    if table.lock not in state.holding:
        _unguarded(table, index, "written")
    if state.freed:
        _check_there(table, "written")
    # EFFECT
    entries = table.entries
    before = entries.get(index, EMPTY)
    start = table.base + index * table.each
    if entry.kind is _NONE:
        entries.pop(index, None)
        if before is not EMPTY:
            tlb.entry_gone(state, table, before, start)
    else:
        entries[index] = entry
        if before is EMPTY:
            _filled(state, table, entry, start)
        elif before.target != entry.target or before.kind is not entry.kind:
            said = f"the {table.of.name} entry of {start:#x}, {before!r}, is overwritten"
            state.fault(FaultKind.LOST, said)
            tlb.entry_gone(state, table, before, start)
            _filled(state, table, entry, start)
    # EVENT
    was = (before.kind, before.target, before.bits)
    now = (entry.kind, entry.target, entry.bits)
    what = (table.of, start, table.number, index, was, now, entry.under)
    state.events.append(_new(Event, (_WRITE, what, state.under)))
    return before


def _filled(state: State, table: Table, entry: Entry, start: int) -> None:
    """An entry is in its place: a table knows its addresses, and moves are counted."""
    # TLB
    tlb.entry_set(state, table, entry, start)
    # EFFECT
    if entry.kind is not _TABLE:
        state.work.ptes_moved += table.level is _PTE and entry.under is not None
        return
    child = state.tables.get(entry.target)
    if child is None:
        return
    child.base = start
    if entry.target in state.unlinked:
        state.unlinked.discard(entry.target)
    elif table.of is Level.PMD:
        state.work.pmds_moved += 1


def get_and_clear(table: Table, index: int) -> Entry:
    """Clear an entry and return it as read under the locks held (``ptep_get_and_clear``)."""
    before = write(table, index, EMPTY)
    if before is EMPTY:
        return before
    return Entry(before.kind, before.target, before.bits, table.state.under)


def address_of(table: Table, index: int) -> int:
    """The first address, in bytes, that an entry covers."""
    return table.base + index * table.each


def check_address(table: Table, index: int, address: int, name: str) -> None:
    """Report an address argument that is not one of the entry's (``set_pmd_at`` and the like)."""
    if address & -table.each & table.state.geometry.word_mask != address_of(table, index):
        said = f"{name} is told {address:#x} for the entry of {address_of(table, index):#x}"
        table.state.fault(FaultKind.TABLE, said)


def present_in(table: Table, first: int, end: int) -> list[int]:
    """The indexes from ``first`` up to ``end`` whose entries are not empty, in order."""
    entries = table.entries
    if not entries:
        return []
    if end - first <= len(entries):
        return [index for index in range(first, end) if index in entries]
    return sorted(index for index in entries if first <= index < end)


# --- finding entries -------------------------------------------------------------------------


def table_of(state: State, entry: Entry, level: Level) -> Table:
    """The table that an entry leads to. Raises ``KernelFault`` where it leads to none."""
    found = state.tables.get(entry.target) if entry.kind is _TABLE else None
    if found is None or found.level is not level or found.number in state.freed:
        what = f"an entry that says {entry!r} is followed to a {level.name} table"
        raise KernelFault(FaultKind.TABLE, what)
    return found


def _next_table(state: State, table: Table, entry: Entry) -> Table:
    """The table below an entry of a table. Raises ``KernelFault`` where there is none."""
    found = state.tables.get(entry.target)
    level = _LEVELS[table.of - 1]
    if found is None or found.level is not level or entry.kind is not _TABLE or state.freed:
        return table_of(state, entry, level)
    return found


def offset(table: Table, address: int) -> Pointer:
    """A pointer to the entry that an address has in a table."""
    return Pointer(table, address >> table.shift & table.last, None)


def pgd_offset(state: State, address: int) -> Pointer:
    """A pointer to the top-level entry of an address."""
    return offset(state.top, address)


def below(pointer: Pointer, address: int, level: Level) -> Pointer:
    """From an entry of the level above to the entry of a level (``pmd_offset`` and the like).

    Where the level is folded it is the same entry.
    """
    table: Table = pointer._home  # type: ignore[assignment]
    state = table.state
    if not state.geometry.bits[level]:
        return pointer
    return offset(table_of(state, entry_at(table, pointer._index), level), address)


def find_pmd(state: State, address: int) -> tuple[Table, int] | None:
    """The place of the PMD entry of an address; None where no table leads there."""
    table = state.top
    while table.of is not _PMD:
        entry = table.entries.get(address >> table.shift & table.last)
        if entry is None or entry.kind is not _TABLE:
            return None
        table = _next_table(state, table, entry)
    return table, address >> table.shift & table.last


def leaves(state: State) -> Iterator[tuple[int, Table, int, Entry]]:
    """Every entry that maps memory or holds a swap slot: address, table, index, entry.

    A table below an entry of its own level or a lower one is not followed: it may be a circle.
    """
    pending = [state.top]
    while pending:
        table = pending.pop()
        for index, entry in sorted(table.entries.items()):
            if entry.kind is not Kind.TABLE:
                yield address_of(table, index), table, index, entry
            elif (lower := state.tables.get(entry.target)) and lower.level < table.level:
                pending.append(lower)


# --- locks of tables -------------------------------------------------------------------------


def pmd_lockptr(table: Table) -> Lock:
    """The lock of the PMD entries of a table."""
    return table.lock


def pte_lockptr(state: State, pmd: Entry) -> Lock:
    """The lock of the table that a PMD entry leads to."""
    return table_of(state, pmd, Level.PTE).lock


# --- new tables ------------------------------------------------------------------------------


def allocate(state: State, level: Level) -> Table | None:
    """A new table, linked nowhere; None where the allocation is made to fail."""
    # LOCKS
    locking.may_sleep(state, "the allocation of a page table")
    # EFFECT
    failed = state.fails == state.allocations
    state.allocations += 1
    # EVENT
    if failed:
        state.note(EventKind.ALLOCATE, level, None)
        return None
    table = state.new_table(level)
    state.unlinked.add(table.number)
    state.work.tables_allocated += 1
    state.note(EventKind.ALLOCATE, level, table.number)
    return table


def populate(table: Table, index: int, new: Table) -> None:
    """Link a new table under the lock of the entry, unless somebody else was first."""
    state = table.state
    locking.acquire(state, table.lock)
    first = entry_at(table, index).kind is Kind.NONE
    if first:
        write(table, index, Entry(Kind.TABLE, new.number))
        state.mm.nr_ptes += new.level is Level.PTE
    locking.release(state, table.lock)
    if not first:
        free(state, new)


def free(state: State, table: Table) -> None:
    """Give a table back (``pte_free``). No entry and no translation may lead to it."""
    # LOCKS: none; who frees must be the only one who knows it
    # EFFECT
    state.unlinked.discard(table.number)
    state.freed.add(table.number)
    # TLB
    tlb.before_free(state, Kind.TABLE, table.number)
    # EVENT
    state.note(EventKind.FREE, table.level, table.number)


def unlink(table: Table, index: int) -> Table:
    """Take a table out of the entry above it, to free it when its translations are flushed.

    Nobody else can get there: the areas are gone already, so no lock is needed (``pmd_clear`` in
    ``free_pte_range``).
    """
    state = table.state
    # EFFECT
    before = table.entries.pop(index)
    start = address_of(table, index)
    lower = state.tables[before.target]
    state.mm.nr_ptes -= lower.level is _PTE
    # TLB
    tlb.entry_gone(state, table, before, start)
    # EVENT
    was, now = (before.kind, before.target, before.bits), (_NONE, 0, 0)
    state.note(_WRITE, table.of, start, table.number, index, was, now, None)
    return lower


def alloc(pointer: Pointer, address: int, level: Level) -> Pointer | None:
    """The entry of a level for an address, its table made where there is none; None: no memory.

    ``pointer`` is the entry of the level above (``pud_alloc``, ``pmd_alloc``).
    """
    table: Table = pointer._home  # type: ignore[assignment]
    state = table.state
    if state.geometry.bits[level] and entry_at(table, pointer._index).kind is Kind.NONE:
        new = allocate(state, level)
        if new is None:
            return None
        populate(table, pointer._index, new)
    return below(pointer, address, level)


def alloc_pmd(state: State, address: int) -> Pointer | None:
    """The PMD entry of an address, tables made on the way down; None: no memory."""
    table = state.top
    while table.of is not _PMD:
        index = address >> table.shift & table.last
        entry = table.entries.get(index, EMPTY)
        if entry.kind is _NONE:
            new = allocate(state, _LEVELS[table.of - 1])
            if new is None:
                return None
            populate(table, index, new)
            entry = entry_at(table, index)
        table = _next_table(state, table, entry)
    return offset(table, address)


def pte_alloc(pointer: Pointer) -> int:
    """Make the table below a PMD entry if it has none: 0, or 1 without memory."""
    table: Table = pointer._home  # type: ignore[assignment]
    if entry_at(table, pointer._index).kind is Kind.NONE:
        return int(__pte_alloc(pointer) != 0)
    return 0


def __pte_alloc(pointer: Pointer) -> int:
    """Make a table of pages and link it, unless somebody else was first: 0, or -ENOMEM."""
    table: Table = pointer._home  # type: ignore[assignment]
    new = allocate(table.state, Level.PTE)
    if new is None:
        return -ENOMEM
    populate(table, pointer._index, new)
    return 0


# --- what goes wrong -------------------------------------------------------------------------


def _unguarded(table: Table, index: int, done: str) -> None:
    """Report an access without the table's lock, unless nobody else can know the table yet."""
    if table.number not in table.state.unlinked:
        where = f"the {table.of.name} entry of {address_of(table, index):#x}"
        table.state.fault(FaultKind.UNGUARDED, f"{where} is {done} without its lock")


def _check_there(table: Table, done: str) -> None:
    if table.number in table.state.freed:
        raise KernelFault(FaultKind.TABLE, f"an entry of {table!r} is {done}, which was freed")


# What C does through a pointer to an entry.
Table.on_read = read
Table.on_write = write
