"""Areas of the address space: found, put in their place, taken out; locks of reverse mappings."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import NamedTuple

from analyzer.mm.state import AnonVma, File, Mapping, State, Vma, VmOperations
from analyzer.mm.vmflags import VM_ACCOUNT, VM_LOCKED
from analyzer.translate.runtime.nothing import NULL

# The order of locks (mm/rmap.c): mmap_lock 10, i_mmap 20, anon_vma 30, page tables 40.
_I_MMAP, _ANON_VMA = 20, 30
_COUNTED = VM_LOCKED | VM_ACCOUNT
_start_of = attrgetter("vm_start")


class Row(NamedTuple):
    """An area as it stands: addresses in bytes, numbers as ``map_area`` took them."""

    start: int
    end: int
    flags: int
    file: int | None
    pgoff: int
    anon: int | None


# --- made before a call ----------------------------------------------------------------------


def make_area(
    state: State, start: int, end: int, flags: int = 0, *, file: bool = False, anon: bool = True
) -> Vma:
    """Map addresses from ``start`` up to ``end``, both in bytes; nothing is written down.

    ``file``: of a file, as page cache or by copies of its pages; ``anon``: it has an ``anon_vma``.
    Raises ValueError for a range that is empty or taken.
    """
    vma = Vma(state.mm, start, end, flags)
    if file:
        vma.vm_file = new_file(state)
        vma.vm_ops = VmOperations()
    else:
        vma._pgoff = start >> state.geometry.page_shift
    if anon:
        vma._anon = new_anon_vma(state)
    return _built(state, vma)


def map_area(
    state: State,
    start: int,
    end: int,
    flags: int,
    *,
    file: int | None = None,
    pgoff: int = 0,
    anon: int | None = None,
) -> Vma:
    """Map addresses from ``start`` up to ``end``, both in bytes; nothing is written down.

    Equal numbers are one file, one ``anon_vma``; None is anonymous memory, and none yet. ``pgoff``
    is in pages. Raises ValueError for a range that is empty or taken.
    """
    vma = Vma(state.mm, start, end, flags, pgoff)
    if file is not None:
        vma.vm_file = state.files.get(file) or new_file(state, file)
        vma.vm_ops = VmOperations()
    if anon is not None:
        vma._anon = state.anons.get(anon) or new_anon_vma(state, anon)
    return _built(state, vma)


def layout(state: State) -> tuple[Row, ...]:
    """All areas that stand now, in order."""
    return tuple(
        Row(
            one.vm_start,
            one.vm_end,
            one.vm_flags,
            file_number(one),
            one.vm_pgoff,
            anon_number(one),
        )
        for one in state.vmas
    )


def copy_area(state: State, vma: Vma, start: int, end: int) -> Vma:
    """A second area of the same file and ``anon_vma``, from ``start`` up to ``end``.

    Raises ValueError for a range that is empty or taken.
    """
    return _built(state, alike(vma, start, end, vma._pgoff))


def alike(vma: Vma, start: int, end: int, pgoff: int) -> Vma:
    """An area like another one, of its file and its ``anon_vma``, which stands nowhere yet."""
    copy = Vma(vma.vm_mm, start, end, vma._flags, pgoff)
    copy.vm_page_prot = vma.vm_page_prot
    copy.vm_file = vma.vm_file
    copy._anon = vma.anon_vma
    copy.vm_ops = vma.vm_ops
    copy.vm_private_data = vma.vm_private_data
    return copy


def new_file(state: State, number: int | None = None) -> File:
    """A file with a mapping of its own, which is locked before ``anon_vma``."""
    if number is None:
        number = state.files_made
    if number >= state.files_made:
        state.files_made = number + 1
    lock = state.lock("i_mmap", "i_mmap lock", number, _I_MMAP, spins=False)
    file = state.files[number] = File(Mapping(lock), number)
    return file


def new_anon_vma(state: State, number: int | None = None) -> AnonVma:
    """An ``anon_vma`` that is its own root."""
    if number is None:
        number = state.anon_vmas_made
    if number >= state.anon_vmas_made:
        state.anon_vmas_made = number + 1
    lock = state.lock("anon_vma", "anon_vma lock", number, _ANON_VMA, spins=False)
    anon = state.anons[number] = AnonVma(lock, number)
    return anon


def _built(state: State, vma: Vma) -> Vma:
    """Put an area in its place, and count it as one that the process has before the call."""
    start, end = vma.vm_start, vma.vm_end
    if start >= end:
        raise ValueError(f"an area from {start:#x} to {end:#x}")
    vmas = state.vmas
    at = bisect_right(vmas, start, key=_start_of) if vmas else 0
    if at and vmas[at - 1].vm_end > start:
        raise ValueError(f"{start:#x} lies in another area")
    if at < len(vmas) and vmas[at].vm_start < end:
        raise ValueError(f"{vmas[at].vm_start:#x} lies in another area")
    _insert(state, at, vma)
    pages = (end - start) >> state.geometry.page_shift
    state.mm.total_vm += pages
    if vma._flags & _COUNTED:
        _counted(state, vma, pages)
    return vma


def _counted(state: State, vma: Vma, pages: int) -> None:
    if vma._flags & VM_LOCKED:
        state.mm._locked += pages
    if vma._flags & VM_ACCOUNT:
        state.committed += pages
        state.committed_before += pages


# --- found -----------------------------------------------------------------------------------


def area_of(state: State, address: int) -> Vma | None:
    """The area that an address lies in."""
    at = bisect_right(state.vmas, address, key=_start_of)
    vma = state.vmas[at - 1] if at else None
    return vma if vma is not None and address < vma.vm_end else None


def first_above(state: State, address: int) -> int:
    """Which area is the first that ends above an address (``find_vma``); their number for none."""
    vmas = state.vmas
    at = bisect_right(vmas, address, key=_start_of)
    return at - 1 if at and address < vmas[at - 1].vm_end else at


def overlapping(state: State, start: int, end: int) -> Vma | None:
    """The first area that has addresses from ``start`` up to ``end``."""
    at = first_above(state, start)
    found = at < len(state.vmas) and state.vmas[at].vm_start < end
    return state.vmas[at] if found else None


def is_anonymous(vma: Vma) -> bool:
    """Whether faults in an area are served with new pages (``vma_is_anonymous``)."""
    return vma.vm_ops is NULL


def pages_of(vma: Vma) -> int:
    """How many pages an area covers."""
    pages: int = (vma.vm_end - vma.vm_start) >> vma.vm_mm._state.geometry.page_shift
    return pages


def file_number(vma: Vma) -> int | None:
    """The number of an area's file, None for anonymous memory."""
    return vma.vm_file.number if vma.vm_file is not NULL else None


def anon_number(vma: Vma) -> int | None:
    """The number of an area's ``anon_vma``, None where nothing was faulted in yet."""
    return vma.anon_vma.number if vma.anon_vma is not NULL else None


# --- put in place and taken out --------------------------------------------------------------


def insert(state: State, vma: Vma) -> None:
    """Put an area in its place among the others, and count it."""
    _insert(state, bisect_right(state.vmas, vma.vm_start, key=_start_of), vma)


def _insert(state: State, at: int, vma: Vma) -> None:
    vmas = state.vmas
    vmas.insert(at, vma)
    _link(state, at)
    if at + 1 < len(vmas):
        _link(state, at + 1)
    state.mm.map_count += 1


def remove(state: State, first: int, count: int) -> list[Vma]:
    """Take so many areas out, from the ``first`` in order on; they are not counted any more."""
    gone = state.vmas[first : first + count]
    del state.vmas[first : first + count]
    _link(state, first)
    state.mm.map_count -= count
    return gone


def _link(state: State, at: int) -> None:
    """Link an area with the one before it, where there are both."""
    vmas = state.vmas
    before = vmas[at - 1] if at else None
    vma = vmas[at] if at < len(vmas) else NULL
    if before is None:
        state.mm.mmap = vma
    else:
        before.vm_next = vma
    if vma is not NULL:
        vma.vm_prev = NULL if before is None else before
