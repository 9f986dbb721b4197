"""mremap() calls that whole kernels are compared on, made around what the system call decides.

As in ``generate``, all are made by rule: the same geometry always gives the same ones. An address
space holds the area to be moved between two others, and sometimes one at the destination.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from analyzer.machine.scenario import Area, Limits, Remap
from analyzer.mm.geometry import Geometry, Level
from analyzer.mm.vmflags import (
    VM_ACCOUNT,
    VM_DONTEXPAND,
    VM_LOCKED,
    VM_MAYREAD,
    VM_MAYSHARE,
    VM_MAYWRITE,
    VM_PFNMAP,
    VM_READ,
    VM_SHARED,
    VM_WRITE,
)
from analyzer.replay import fills
from analyzer.replay.shapes import span_of

MAYMOVE, FIXED, DONTUNMAP = 1, 2, 4
_MOVED_THERE = MAYMOVE | FIXED
_PLAIN = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE
_PRIVATE = _PLAIN | VM_ACCOUNT
_SHARED = _PLAIN | VM_SHARED | VM_MAYSHARE
_NO_MEMORY = -12
# Of a table of so many entries, every one may be gone through.
_SMALL = 16


@lru_cache(maxsize=8)
def remaps(geometry: Geometry) -> tuple[Remap, ...]:
    """All of them for a geometry: about 140 on small page tables, every third of most on real ones.

    There a table is long to go through, and the system call decides nothing by its size.
    """
    place = _Place(geometry)
    groups = [_moving(place), _in_place(place), _refused(place), _kinds(place)]
    if geometry.entries(Level.PTE) > _SMALL:
        return tuple(dict.fromkeys(one for group in groups for one in group))[::3]
    groups += [_failing(place), _merging(place), _limited(place), _onto(place)]
    return tuple(dict.fromkeys(one for group in groups for one in group))


class _Place:
    """Where things lie: the area at ``old``, room above it, and the destination at ``new``."""

    def __init__(self, geometry: Geometry) -> None:
        self.geometry = geometry
        self.page, self.pmd = geometry.page_size, geometry.pmd_size
        span = span_of(geometry)
        self.old = span + 2 * self.pmd
        self.new = span + span // 2 if 3 * span > geometry.task_size else 2 * span + 2 * self.pmd

    def area(self, start: int, length: int, flags: int = _PRIVATE) -> Area:
        """An anonymous private area, or one of a file if the flags are of a shared one."""
        if flags & VM_SHARED:
            return Area(start, start + length, flags, file=1, pgoff=7, anon=None)
        return Area(start, start + length, flags, None, start // self.page, anon=1)

    def remap(
        self,
        length: int,
        new_length: int,
        flags: int,
        target: int = 0,
        *,
        past: int = 0,
        areas: tuple[Area, ...] = (),
        vm_flags: int = _PRIVATE,
        fill: fills.Fill = fills.sparse,
    ) -> Remap:
        """Move, grow or shrink the area of ``length`` that begins ``past`` bytes behind ``old``."""
        start = self.old + past
        own = self.area(start, length, vm_flags)
        contents = fill(self.geometry, start, start + length)
        chosen = None if flags & FIXED else target or self.new
        fixed = target if flags & (FIXED | DONTUNMAP) else 0
        every = tuple(sorted((own, *areas), key=lambda one: one.start))
        return Remap(
            self.geometry, every, contents, start, length, new_length, flags, fixed, chosen
        )


# --- moves -------------------------------------------------------------------------------------


def _moving(at: _Place) -> Iterator[Remap]:
    """Moved as a whole: lengths and offsets around PMDs, fixed, grown on the way, kept mapped."""
    page, pmd = at.page, at.pmd
    for past, target_past in ((0, 0), (page, page), (0, page), (page, 0)):
        target = at.new + target_past
        for length in (pmd, 2 * pmd, 3 * pmd + page, page):
            yield at.remap(length, length, _MOVED_THERE, target, past=past)
        beside = at.area(at.old + past + pmd, page, _PLAIN)
        for more in (page, pmd):
            grown = at.remap(pmd, pmd + more, MAYMOVE, target, past=past, areas=(beside,))
            yield grown
        yield at.remap(2 * pmd, pmd, _MOVED_THERE, target, past=past)
        yield at.remap(2 * pmd, 2 * pmd, MAYMOVE | DONTUNMAP, target, past=past)
    yield from (_part(at, first, pmd) for first in (0, page, pmd))
    for fill in (fills.nothing, fills.empty, fills.hole, fills.second_only, fills.mixed):
        yield at.remap(3 * pmd, 3 * pmd, _MOVED_THERE, at.new, fill=fill)


def _part(at: _Place, first: int, length: int) -> Remap:
    """A part of the area is moved: what is left of it is split."""
    whole = at.remap(3 * at.pmd, 3 * at.pmd, _MOVED_THERE, at.new)
    return replace(whole, address=at.old + first, old_length=length, new_length=length)


def _in_place(at: _Place) -> Iterator[Remap]:
    """Grown, shrunk and left alone without a move."""
    page, pmd = at.page, at.pmd
    for flags in (0, MAYMOVE):
        yield at.remap(pmd, pmd, flags)
        yield at.remap(pmd, 2 * pmd, flags)
        yield at.remap(2 * pmd, page, flags)
        yield at.remap(pmd + page, pmd, flags)
    beside = at.area(at.old + pmd + page, page, _PLAIN)
    yield at.remap(pmd, pmd + page, 0, areas=(beside,))
    yield at.remap(pmd, 2 * pmd, 0, areas=(beside,))
    yield replace(at.remap(2 * pmd, 2 * pmd, MAYMOVE), old_length=pmd, new_length=3 * pmd)


# --- what is refused ---------------------------------------------------------------------------


def _refused(at: _Place) -> Iterator[Remap]:
    """Arguments that a kernel turns down, and ranges that are not there."""
    page, pmd = at.page, at.pmd
    plain = at.remap(2 * pmd, 2 * pmd, _MOVED_THERE, at.new)
    yield replace(plain, flags=8 | MAYMOVE)
    yield replace(plain, flags=FIXED)
    yield replace(plain, flags=DONTUNMAP)
    yield replace(plain, flags=7)
    yield replace(plain, address=at.old + 1)
    yield replace(plain, new_address=at.new + 1)
    yield replace(plain, new_length=0)
    yield replace(plain, old_length=0)
    yield replace(plain, new_length=page + 1)
    yield replace(plain, new_address=at.old + pmd)
    yield replace(plain, new_address=at.old - pmd)
    yield replace(plain, new_address=at.geometry.task_size)
    yield replace(plain, new_address=at.geometry.task_size - pmd)
    yield replace(plain, new_length=at.geometry.task_size + page)
    yield replace(plain, old_length=3 * pmd, new_length=3 * pmd)
    yield replace(plain, address=at.old - pmd)
    yield replace(plain, address=at.new, new_address=at.old)
    unmapped = replace(plain, address=at.new, flags=MAYMOVE, new_address=0, chosen=None)
    yield unmapped
    yield replace(unmapped, new_length=pmd)
    yield replace(unmapped, new_length=3 * pmd)
    no_room = at.remap(pmd, 2 * pmd, MAYMOVE, areas=(at.area(at.old + pmd, page, _PLAIN),))
    yield replace(no_room, chosen=_NO_MEMORY)


def _kinds(at: _Place) -> Iterator[Remap]:
    """Areas of other kinds: shared, of a file, locked, not to be grown."""
    page, pmd = at.page, at.pmd
    for flags in (
        _SHARED,
        _PLAIN,
        _PRIVATE | VM_LOCKED,
        _PLAIN | VM_DONTEXPAND,
    ):
        yield at.remap(2 * pmd, 2 * pmd, _MOVED_THERE, at.new, vm_flags=flags)
        yield at.remap(pmd, 2 * pmd, MAYMOVE, at.new, vm_flags=flags)
        yield at.remap(pmd, 2 * pmd, _MOVED_THERE, at.new + page, vm_flags=flags)
        yield at.remap(2 * pmd, 2 * pmd, MAYMOVE | DONTUNMAP, vm_flags=flags)
        nothing = at.remap(pmd, pmd, MAYMOVE, vm_flags=flags)
        yield replace(nothing, old_length=0)
    # What maps memory without pages may not grow; moved, it is not modelled.
    yield at.remap(pmd, 2 * pmd, MAYMOVE, vm_flags=_SHARED | VM_PFNMAP)


# --- on small page tables alone ----------------------------------------------------------------


def _failing(at: _Place) -> Iterator[Remap]:
    """Each table allocation fails in turn: what was moved is moved back."""
    for fails in range(4):
        for target_past in (0, at.page):
            moved = at.remap(3 * at.pmd, 3 * at.pmd, _MOVED_THERE, at.new + target_past)
            yield replace(moved, fails=fails)


def _merging(at: _Place) -> Iterator[Remap]:
    """The destination lies beside areas that the copy may become a part of."""
    page, pmd, length = at.page, at.pmd, 2 * at.pmd
    for flags in (_PRIVATE, _SHARED):
        first = at.area(at.old, length, flags)
        for side in (-1, 1):
            start = at.new + (length if side > 0 else -pmd)
            beside = replace(first, start=start, end=start + pmd)
            pgoff = first.pgoff + (side * (length if side > 0 else pmd)) // page
            for fits in (pgoff, pgoff + 3):
                neighbour = replace(beside, pgoff=max(0, fits))
                moved = at.remap(
                    length, length, _MOVED_THERE, at.new, vm_flags=flags, areas=(neighbour,)
                )
                yield moved
                if flags == _SHARED:
                    yield _of_private_file(moved)


def _of_private_file(moved: Remap) -> Remap:
    """The same of a private file, whose area has no ``anon_vma`` and its neighbour one."""
    areas = (
        replace(one, flags=_PRIVATE, anon=None if one.start == moved.address else 1)
        for one in moved.areas
    )
    return replace(moved, areas=tuple(areas))


def _limited(at: _Place) -> Iterator[Remap]:
    """Limits that are reached, or just not."""
    page, pmd = at.page, at.pmd
    grown = at.remap(pmd, 2 * pmd, MAYMOVE, areas=(at.area(at.old + pmd, page, _PLAIN),))
    part = _part(at, at.page, pmd)
    locked = at.remap(pmd, 2 * pmd, 0, vm_flags=_PRIVATE | VM_LOCKED)
    for areas in range(3, 9):
        yield replace(part, limits=Limits(areas=areas))
        yield replace(grown, limits=Limits(areas=areas))
    for room in (pmd, 2 * pmd, 3 * pmd, 4 * pmd):
        yield replace(grown, limits=Limits(space=room))
        yield replace(grown, limits=Limits(memory=room))
        yield replace(locked, limits=Limits(locked=room))


def _onto(at: _Place) -> Iterator[Remap]:
    """Something is at the destination already: it is unmapped first, or in part."""
    page, pmd = at.page, at.pmd
    for start, length in ((at.new, 2 * pmd), (at.new + pmd, 2 * pmd), (at.new - page, 3 * pmd)):
        there = at.area(start, length)
        held = fills.sparse(at.geometry, start, start + length)
        for target_past in (0, page):
            moved = at.remap(2 * pmd, 2 * pmd, _MOVED_THERE, at.new + target_past, areas=(there,))
            yield replace(moved, contents=(*moved.contents, *held))
