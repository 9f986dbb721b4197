"""What must be true of a state between two operations, whatever they were.

Each function looks at one thing and returns what is broken, in words; nothing if all is well.
``validate`` asks them all, and walks the tables once.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from analyzer.mm import frames
from analyzer.mm.areas import area_of
from analyzer.mm.entry import Entry, Kind
from analyzer.mm.geometry import Level
from analyzer.mm.huge import has_deposit
from analyzer.mm.state import Frame, Held, State, Table
from analyzer.mm.vmflags import VM_ACCOUNT, VM_LOCKED
from analyzer.translate.runtime.nothing import NULL

_PTE = Level.PTE
_TABLE, _PAGE, _SWAP, _MIGRATION = Kind.TABLE, Kind.PAGE, Kind.SWAP, Kind.MIGRATION


class Walked(NamedTuple):
    """What a walk from the top found.

    ``tables`` are those that were reached, ``links`` how many entries lead to each; ``frames`` and
    ``swaps`` what the other entries hold, huge pages by their first frame; ``pages`` is how many
    frames that are. ``odd`` is what was odd on the way, in words.
    """

    tables: list[Table]
    links: Counter[int]
    frames: list[int]
    swaps: list[int]
    pages: int
    odd: list[str]


def walk(state: State) -> Walked:
    """Visit each entry that is reached from the top, once."""
    links: Counter[int] = Counter()
    numbers: list[int] = []
    swaps: list[int] = []
    odd: list[str] = []
    tables: list[Table] = []
    pages = 0
    pending = [state.top]
    while pending:
        table = pending.pop()
        tables.append(table)
        before = len(numbers)
        for index, entry in table.entries.items():
            kind = entry.kind
            if kind is _PAGE:
                numbers.append(entry.target)
            elif kind is _TABLE:
                links[entry.target] += 1
                said = _oddness(state, table, index, entry)
                if said:
                    odd.append(said)
                if links[entry.target] == 1 and _is_right(state, table, entry):
                    pending.append(state.tables[entry.target])
            else:
                (swaps if kind is _SWAP else numbers).append(entry.target)
        pages += (len(numbers) - before) * _pages(state, table)
    return Walked(tables, links, numbers, swaps, pages, odd)


def validate(state: State, before: tuple[Held, ...] = ()) -> tuple[str, ...]:
    """All that is broken, in words. ``before`` are the locks that the caller holds."""
    return (
        *validate_contents(state),
        *validate_locks(state, before),
        *validate_translations(state),
    )


def validate_contents(state: State) -> tuple[str, ...]:
    """All that is broken in tables, frames and areas, in words."""
    if is_whole_at_a_glance(state):
        return ()
    walked = walk(state)
    return (
        *validate_tables(state, walked),
        *validate_counts(state, walked),
        *validate_frames(state, walked),
        *validate_areas(state, walked),
        *validate_deposits(state, walked),
    )


def is_whole_at_a_glance(state: State) -> bool:
    """Whether nothing can be broken in tables, frames and areas: as after nearly every call.

    Each table but the top hangs in one entry of a higher level, so all are reached; each frame
    and each swap slot that was made is in one entry. False says nothing: there may be huge pages,
    tables that are put by or freed, or counts of frames, which ``validate_contents`` looks at.
    """
    if state.freed or state.unlinked or state.frames or not _are_areas_whole(state):
        return False
    hung: list[int] = []
    frames: list[int] = []
    swaps: list[int] = []
    for table in state.tables.values():
        if table.deposited:
            return False
        if table.level is not _PTE:
            if not _hangs_tables_only(state, table):
                return False
            hung += [entry.target for entry in table.entries.values()]
        elif table.entries:
            if not _in_one_area(table):
                return False
            for entry in table.entries.values():
                if entry.kind is _PAGE or entry.kind is _MIGRATION:
                    frames.append(entry.target)
                elif entry.kind is _SWAP:
                    swaps.append(entry.target)
                else:
                    return False
    page_tables = sum([table.level is _PTE for table in state.tables.values()])
    return (
        state.mm.nr_ptes == page_tables
        and sorted(hung) == list(range(1, len(state.tables)))
        and sorted(frames) == list(range(state.frames_made))
        and not state.swaps_freed
        and sorted(swaps) == list(range(state.swaps_made))
    )


def _hangs_tables_only(state: State, table: Table) -> bool:
    """Whether each entry leads to a table of the next level, at the addresses it covers."""
    for index, entry in table.entries.items():
        lower = state.tables.get(entry.target)
        if entry.kind is not _TABLE or lower is None:
            return False
        if lower.level != table.of - 1 or lower.base != table.base + index * table.each:
            return False
    return True


def _are_areas_whole(state: State) -> bool:
    """Whether areas are in order, linked, and counted."""
    mm, before, end, size = state.mm, NULL, 0, 0
    linked = mm.mmap
    for one in state.vmas:
        if one.vm_start < end or one.vm_start >= one.vm_end:
            return False
        if linked is not one or one.vm_prev is not before:
            return False
        before, linked, end = one, one.vm_next, one.vm_end
        size += end - one.vm_start
    return (
        linked is NULL
        and mm.map_count == len(state.vmas)
        and mm.total_vm == size >> state.geometry.page_shift
        and mm._locked == _pages_with(state, VM_LOCKED)
        and state.committed == _pages_with(state, VM_ACCOUNT)
    )


def _pages_with(state: State, flag: int) -> int:
    """The pages of areas that have a flag."""
    size = sum([one.vm_end - one.vm_start for one in state.vmas if one._flags & flag])
    return size >> state.geometry.page_shift


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
    mm = state.mm
    real = {
        "nr_ptes": (mm.nr_ptes, tables + len(_put_by(state))),
        "map_count": (mm.map_count, len(state.vmas)),
        "total_vm": (mm.total_vm, pages),
        "locked_vm": (mm.locked_vm, _pages_with(state, VM_LOCKED)),
        "vm_committed_as": (state.committed, _pages_with(state, VM_ACCOUNT)),
    }
    return tuple(
        f"{name} is {counted} and should be {count}"
        for name, (counted, count) in real.items()
        if counted != count
    )


def validate_frames(state: State, walked: Walked | None = None) -> tuple[str, ...]:
    """As many entries lead to a frame as it counts, and none is lost, nor any swap slot."""
    found = walked or walk(state)
    # Without huge pages it is enough that there are as many as were made, none of them twice.
    distinct = len(set(found.frames))
    if (
        distinct == len(found.frames) == found.pages == state.frames_made
        and max(found.frames, default=-1) < state.frames_made
        and (not state.frames or all(_is_plain(one) for one in state.frames.values()))
        and not state.swaps_freed
        and sorted(found.swaps) == list(range(state.swaps_made))
    ):
        return ()
    maps, swaps = Counter(found.frames), Counter(found.swaps)
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
            if swaps[number] != (number not in state.swaps_freed)
        ),
    )


def _is_plain(frame: Frame) -> bool:
    return frame.maps == 1 and frame.refs >= 1


def _lost_frames(state: State, walked: Walked) -> list[int]:
    """The frames to which no entry leads, and whose counts do not say so."""
    lost = set(range(state.frames_made))
    for table in walked.tables:
        many = _pages(state, table)
        for entry in table.entries.values():
            if entry.kind is not _TABLE and entry.kind is not _SWAP:
                lost.difference_update(range(entry.target, entry.target + many))
    for number, frame in state.frames.items():
        if frame.maps <= 0:
            lost.difference_update(range(number, number + frame.pages))
    return sorted(lost)


def validate_areas(state: State, walked: Walked | None = None) -> tuple[str, ...]:
    """Areas are in order, linked and do not overlap, and each entry lies in one."""
    found = walked or walk(state)
    broken = _unlinked(state) + [
        f"the areas at {one.vm_start:#x} and {other.vm_start:#x} overlap"
        for one, other in zip(state.vmas, state.vmas[1:], strict=False)
        if one.vm_end > other.vm_start
    ]
    leaves = [table for table in found.tables if _has_leaves(table) and not _in_one_area(table)]
    for table in sorted(leaves, key=lambda one: one.base):
        for index, entry in sorted(table.entries.items()):
            start = table.base + index * table.each
            vma = area_of(state, start)
            if entry.kind is _TABLE:
                continue
            if vma is None:
                broken.append(f"{entry!r} at {start:#x} lies in no area")
            elif start + table.each > vma.vm_end:
                broken.append(f"{entry!r} at {start:#x} reaches beyond its area")
    return tuple(broken)


def _unlinked(state: State) -> list[str]:
    """Areas that are empty, and those whose neighbours in the list are not those in order."""
    vmas: list[Any] = [NULL, *state.vmas, NULL]
    broken = [] if state.mm.mmap is vmas[1] else ["mm->mmap is not the first area"]
    for before, one, behind in zip(vmas, vmas[1:], vmas[2:], strict=False):
        if one.vm_prev is not before or one.vm_next is not behind:
            broken.append(f"the area at {one.vm_start:#x} is not linked with its neighbours")
        if one.vm_start >= one.vm_end:
            broken.append(f"the area at {one.vm_start:#x} ends at {one.vm_end:#x}")
    return broken


def _has_leaves(table: Table) -> bool:
    if table.of is Level.PTE:
        return bool(table.entries)
    return any(entry.kind is not _TABLE for entry in table.entries.values())


def _in_one_area(table: Table) -> bool:
    """Whether all entries of a table, from the first to the last, lie in one area."""
    first = table.base + min(table.entries) * table.each
    end = table.base + (max(table.entries) + 1) * table.each
    return any(one.vm_start <= first and end <= one.vm_end for one in table.state.vmas)


def validate_deposits(state: State, walked: Walked | None = None) -> tuple[str, ...]:
    """A table is put by for each huge entry of anonymous memory, where its split looks for it."""
    found = walked or walk(state)
    needed: Counter[int] = Counter()
    for table in found.tables:
        if table.of is Level.PMD:
            needed[id(table.deposited)] += sum(
                entry.kind is not _TABLE
                and has_deposit(state, table.base + index * table.each, entry.kind)
                for index, entry in table.entries.items()
            )
    lists = {id(table.deposited): table for table in state.tables.values()}
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


def _pages(state: State, table: Table) -> int:
    """How many frames an entry of a table maps: those of a huge page above the lowest level."""
    return 1 if table.of is Level.PTE else 1 << state.geometry.bits[Level.PTE]


def _is_right(state: State, table: Table, entry: Entry) -> bool:
    """Whether an entry leads to a table of the next level."""
    lower = state.tables.get(entry.target)
    return lower is not None and table.of is not Level.PTE and lower.level == table.of - 1


def _oddness(state: State, table: Table, index: int, entry: Entry) -> str | None:
    """What is odd with an entry of a table, in words."""
    start = table.base + index * table.each
    if not _is_right(state, table, entry):
        return f"the {table.of.name} entry of {start:#x} says {entry!r}"
    lower = state.tables[entry.target]
    if lower.base != start:
        return f"{lower!r} covers {lower.base:#x} and is linked at {start:#x}"
    return None


def _put_by(state: State) -> list[int]:
    lists = {id(table.deposited): table.deposited for table in state.tables.values()}
    return [number for numbers in lists.values() for number in numbers]
