"""What must be true of a state between two operations, whatever they were.

Each function looks at one thing and returns what is broken, in words; nothing if all is well.
``validate`` asks them all, and walks the tables once.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from analyzer.mm import frames
from analyzer.mm.areas import area_of, is_anonymous
from analyzer.mm.entry import MAPPING, Entry, Kind
from analyzer.mm.geometry import Level
from analyzer.mm.state import Held, State, Table

_FRAME_KINDS = MAPPING | {Kind.MIGRATION}


class Walked(NamedTuple):
    """What a walk from the top found: leaves, links to tables, and what was odd on the way."""

    leaves: tuple[tuple[int, Table, Entry], ...]
    links: Counter[int]
    odd: tuple[str, ...]


def walk(state: State) -> Walked:
    """Visit each entry that is reached from the top. Leaves are address, table and entry."""
    leaves: list[tuple[int, Table, Entry]] = []
    links: Counter[int] = Counter()
    odd: list[str] = []
    pending = [state.top]
    while pending:
        table = pending.pop()
        for index, entry in table.entries.items():
            start = table.base + index * table.each
            if entry.kind is not Kind.TABLE:
                leaves.append((start, table, entry))
                continue
            links[entry.target] += 1
            lower = state.tables.get(entry.target)
            if lower is None or lower.level is not _below(table):
                odd.append(f"the {table.of.name} entry of {start:#x} says {entry!r}")
                continue
            if lower.base != start:
                odd.append(f"{lower!r} covers {lower.base:#x} and is linked at {start:#x}")
            if links[entry.target] == 1:
                pending.append(lower)
    return Walked(tuple(leaves), links, tuple(odd))


def validate(state: State, before: tuple[Held, ...] = ()) -> tuple[str, ...]:
    """All that is broken, in words. ``before`` are the locks that the caller holds."""
    walked = walk(state)
    return (
        *validate_tables(state, walked),
        *validate_counts(state, walked),
        *validate_frames(state, walked),
        *validate_areas(state, walked),
        *validate_deposits(state, walked),
        *validate_locks(state, before),
        *validate_translations(state),
    )


def validate_tables(state: State, walked: Walked | None = None) -> tuple[str, ...]:
    """Each table is linked once at its level, put by, or freed; and knows its addresses."""
    found = walked or walk(state)
    broken = list(found.odd)
    put_by = Counter(_put_by(state))
    for number, table in state.tables.items():
        links = found.links[number]
        if number in state.freed:
            if links or put_by[number]:
                broken.append(f"{table!r} was freed and is still in use")
        elif links + put_by[number] != (0 if table is state.top else 1):
            told = "never linked" if number in state.unlinked else f"linked {links} times"
            broken.append(f"{table!r} is {told}" + (" and put by" if put_by[number] else ""))
        elif put_by[number] and table.entries:
            broken.append(f"{table!r} is put by and not empty")
    return tuple(broken)


def validate_counts(state: State, walked: Walked | None = None) -> tuple[str, ...]:
    """The counts of the mm are those of its tables and areas."""
    found = walked or walk(state)
    tables = sum(
        links
        for number, links in found.links.items()
        if number in state.tables and state.tables[number].level is Level.PTE
    )
    pages = sum(one.vm_end - one.vm_start for one in state.vmas) >> state.geometry.page_shift
    real = {
        "nr_ptes": tables + len(_put_by(state)),
        "map_count": len(state.vmas),
        "total_vm": pages,
    }
    return tuple(
        f"{name} is {getattr(state.mm, name)} and should be {count}"
        for name, count in real.items()
        if getattr(state.mm, name) != count
    )


def validate_frames(state: State, walked: Walked | None = None) -> tuple[str, ...]:
    """As many entries lead to a frame as it counts, and none is lost, nor any swap slot."""
    found = walked or walk(state)
    maps = Counter(entry.target for _, _, entry in found.leaves if entry.kind in _FRAME_KINDS)
    swaps = Counter(entry.target for _, _, entry in found.leaves if entry.kind is Kind.SWAP)
    return (
        *(
            f"frame {number} counts {counted} mappings and has {maps[number]}"
            for number in sorted({*maps, *state.frames})
            if (counted := frames.counts(state, number).maps) != maps[number]
        ),
        *(
            f"frame {number} has {frame.refs} references for {frame.maps} mappings"
            for number, frame in sorted(state.frames.items())
            if frame.refs < frame.maps
        ),
        *(f"frame {number} is mapped nowhere" for number in _lost_frames(state, found)),
        *(
            f"swap slot {number} is in {swaps[number]} entries"
            for number in range(state.swaps_made)
            if swaps[number] != 1
        ),
    )


def _lost_frames(state: State, walked: Walked) -> list[int]:
    """The frames to which no entry leads, and whose counts do not say so."""
    pages = 1 << state.geometry.bits[Level.PTE]
    kept = bytearray(state.frames_made + pages)
    for _, table, entry in walked.leaves:
        if entry.kind in _FRAME_KINDS and entry.target < state.frames_made:
            many = pages if table.of is not Level.PTE else 1
            kept[entry.target : entry.target + many] = b"\1" * many
    for number, frame in state.frames.items():
        if frame.maps <= 0:
            kept[number : number + frame.pages] = b"\1" * frame.pages
    return [number for number in range(state.frames_made) if not kept[number]]


def validate_areas(state: State, walked: Walked | None = None) -> tuple[str, ...]:
    """Areas are in order and do not overlap, and each entry lies in one."""
    found = walked or walk(state)
    broken = [
        f"the areas at {one.vm_start:#x} and {other.vm_start:#x} overlap"
        for one, other in zip(state.vmas, state.vmas[1:], strict=False)
        if one.vm_end > other.vm_start
    ]
    for start, table, entry in sorted(found.leaves, key=lambda leaf: leaf[0]):
        vma = area_of(state, start)
        if vma is None:
            broken.append(f"{entry!r} at {start:#x} lies in no area")
        elif start + table.each > vma.vm_end:
            broken.append(f"{entry!r} at {start:#x} reaches beyond its area")
    return tuple(broken)


def validate_deposits(state: State, walked: Walked | None = None) -> tuple[str, ...]:
    """A table is put by for each huge entry of anonymous memory, where its split looks for it."""
    found = walked or walk(state)
    needed: Counter[int] = Counter()
    lists = {id(table.deposited): table for table in state.tables.values()}
    for start, table, entry in found.leaves:
        if table.of is Level.PMD and entry.kind is not Kind.DEVMAP:
            vma = area_of(state, start)
            needed[id(table.deposited)] += vma is None or is_anonymous(vma)
    return tuple(
        f"{len(table.deposited)} tables are put by with {table!r}, for {needed[key]} huge entries"
        for key, table in lists.items()
        if len(table.deposited) != needed[key]
    )


def validate_locks(state: State, before: tuple[Held, ...] = ()) -> tuple[str, ...]:
    """No lock is held but those of the caller, and no notifier range is open."""
    held = tuple(f"{one.lock.name} is held" for one in state.held if one not in before)
    gone = tuple(f"{one.lock.name} was released" for one in before if one not in state.held)
    ranges = tuple(f"the notifier range {a:#x}-{b:#x} is open" for a, b in state.notified)
    return held + gone + ranges


def validate_translations(state: State) -> tuple[str, ...]:
    """No TLB leads anywhere that the tables do not."""
    return tuple(
        f"a TLB may still lead from {one.start:#x} to "
        + (f"table {one.target}" if one.kind is Kind.TABLE else f"frame {one.target}")
        for stale in state.stale.values()
        for one in stale
    )


def _below(table: Table) -> Level | None:
    """The level of the tables that a table's entries lead to."""
    return Level(table.of - 1) if table.of is not Level.PTE else None


def _put_by(state: State) -> list[int]:
    lists = {id(table.deposited): table.deposited for table in state.tables.values()}
    return [number for numbers in lists.values() for number in numbers]
