"""What each recorded call does to an address space; what the log leaves open is counted."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.machine.scenario import Area
from analyzer.mm.entry import WRITE
from analyzer.replay import vmbits as vm
from analyzer.replay.operation import Call, Operation
from analyzer.replay.population import bits_in
from analyzer.replay.space import Space

# Twice what a process may have unless its administrator raised it (vm.max_map_count).
_MOST_AREAS = 1 << 17
# The most areas that one call goes through: more is a log made to take time.
MOST_AT_ONCE = 4096
_LONG = f"it goes over more than {MOST_AT_ONCE} areas"
# Which arguments of a call have to be known: those of mmap() that are None here may be unknown.
_NEEDED = {
    Call.MMAP: (1, 2, 3),
    Call.MUNMAP: (0, 1),
    Call.MPROTECT: (0, 1, 2),
    Call.BRK: (),
    Call.MADVISE: (0, 1, 2),
    Call.MLOCK: (0, 1),
    Call.MUNLOCK: (0, 1),
    Call.TOUCH: (0, 1),
}
_NAMES = {
    Call.MMAP: ("address", "length", "protection", "flags", "descriptor", "offset"),
    Call.MADVISE: ("address", "length", "advice"),
}
_PLAIN = ("address", "length", "protection")


def apply(space: Space, operation: Operation) -> bool:
    """Do to a space what a call did, other than mremap, clone, exec and exit.

    A call that failed does nothing. False where it could not be applied: the reason is counted.
    """
    call, result = operation.call, operation.result
    if call not in _EFFECTS:
        raise ValueError(f"{call.value} is none of the calls that change one address space")
    why = _unknown(operation)
    if why is None and result is not None and result >= 0:
        why = _EFFECTS[call](space, operation, result)
    if why is not None:
        space.refused.note(f"{call.value}: {why}", operation.line)
    return why is None


def _unknown(operation: Operation) -> str | None:
    if operation.result is None:
        return "the log does not show what it returned"
    for at in _NEEDED[operation.call]:
        if at >= len(operation.arguments) or operation.arguments[at] is None:
            names = _NAMES.get(operation.call, _PLAIN)
            return f"the log does not show its {names[at]}"
    return None


def _known(operation: Operation, count: int) -> list[int]:
    """The first arguments: ``_unknown`` has seen to it that those needed are there."""
    given = (*operation.arguments, None, None, None, None)[:count]
    return [0 if one is None else one for one in given]


def _mmap(space: Space, operation: Operation, result: int) -> str | None:
    _, length, prot, flags = _known(operation, 4)
    if flags & vm.MAP_HUGETLB and flags & vm.MAP_ANONYMOUS:
        shift = flags >> vm.MAP_HUGE_SHIFT & vm.MAP_HUGE_MASK or vm.HUGE_SHIFT
        length += -length % (1 << shift)
    if not space.is_range(result, length):
        return "no kernel maps such a range"
    if len(space) >= _MOST_AREAS:
        return f"the process has more than {_MOST_AREAS} areas"
    backing = _backing(space, operation, flags)
    if backing is None:
        return "the log does not show its offset"
    end = result + space.up(length)
    if space.overlapping(result, end):
        if not flags & vm.MAP_FIXED:
            space.assumed.note(
                "mmap was given a range that was mapped: it is taken as unmapped before",
                operation.line,
            )
        space.unmap(result, end)
    file, pgoff = backing
    if file is None:
        pgoff = result // space.page_size
    space.insert(Area(result, end, vm.area_flags(prot, flags), file, pgoff))
    space.assume_used(result, end)
    if flags & (vm.MAP_POPULATE | vm.MAP_LOCKED):
        space.show_used(result, end)
    return None


def _backing(space: Space, operation: Operation, flags: int) -> tuple[int | None, int] | None:
    """The number of the file, and the offset in pages; None where that is not known.

    Shared anonymous memory is a file of its own (``shmem_zero_setup``), and so is a file whose
    descriptor the log does not show.
    """
    if flags & vm.MAP_ANONYMOUS:
        return (space.new_file(), 0) if vm.is_shared(flags) else (None, 0)
    descriptor, offset = (*operation.arguments, None, None)[4:6]
    if offset is None:
        return None
    file = space.new_file() if descriptor is None else space.file_of(descriptor)
    return file, offset // space.page_size


def _munmap(space: Space, operation: Operation, _: int) -> str | None:
    start, length = _known(operation, 2)
    if not space.is_range(start, length):
        return "no kernel unmaps such a range"
    space.unmap(start, start + space.up(length))
    return None


def _brk(space: Space, operation: Operation, result: int) -> str | None:
    asked = operation.arguments[0] if operation.arguments else None
    if space.brk is None:
        # What is returned is the break, whether it was moved or not; before, it was not known.
        space.brk = result
        if asked != 0:
            space.assumed.note(
                "the heap is taken to begin where the first brk in the log left it", operation.line
            )
        return None
    old, new = space.up(space.brk), space.up(result)
    space.brk = result
    if new < old:
        space.unmap(new, old)
    elif new > old:
        space.unmap(old, new)
        space.insert(Area(old, new, vm.HEAP, None, old // space.page_size))
        space.assume_used(old, new)
    return None


def _mprotect(space: Space, operation: Operation, _: int) -> str | None:
    start, length, prot = _known(operation, 3)
    if length == 0:
        return None
    if not space.is_range(start, length):
        return "no kernel protects such a range"
    end = start + space.up(length)
    if _is_long(space, start, end):
        return _LONG
    inside = [space.part(one, start, end) for one in space.overlapping(start, end)]

    def flags(area: Area) -> int:
        return vm.protected(area.flags, prot, unused=area.file is None and area.anon is None)

    space.change(start, end, flags)
    if not prot & vm.VM_WRITE:
        space.pages.change(start, end, clear=WRITE)
    for one in inside:
        # What could not be used so before is used so now.
        if flags(one) & ~one.flags & vm.ACCESS and bits_in(one.flags) != bits_in(flags(one)):
            space.assume_used(one.start, one.end)
    return _whole(space, start, end)


def _is_long(space: Space, start: int, end: int) -> bool:
    first, last = space.span(start, end)
    return last - first > MOST_AT_ONCE


def _whole(space: Space, start: int, end: int) -> str | None:
    """The reason why a call was applied in part only."""
    return "the log did not show all of its range mapped" if space.gaps(start, end) else None


def _madvise(space: Space, operation: Operation, _: int) -> str | None:
    start, length, advice = _known(operation, 3)
    if length == 0:
        return None
    if not space.is_range(start, length):
        return "no kernel takes advice on such a range"
    end = start + space.up(length)
    if _is_long(space, start, end):
        return _LONG
    if advice in vm.EMPTYING:
        space.pages.clear(start, end)
    elif advice in (vm.MADV_POPULATE_READ, vm.MADV_POPULATE_WRITE):
        space.show_used(start, end)
    elif advice in vm.ADVICE:
        clear, set_ = vm.ADVICE[advice]
        space.change(start, end, lambda one: one.flags & ~clear | set_)
    return None


def _lock(space: Space, operation: Operation, _: int) -> str | None:
    start, end = _pages_of(space, operation)
    if _is_long(space, start, end):
        return _LONG
    if operation.call is Call.MLOCK:
        space.change(start, end, lambda one: one.flags | vm.VM_LOCKED)
        space.show_used(start, end)
    else:
        space.change(start, end, lambda one: one.flags & ~vm.VM_LOCKED)
    return _whole(space, start, end)


def _touch(space: Space, operation: Operation, _: int) -> str | None:
    """A buffer that the kernel read or wrote: the process wrote it, before or so."""
    start, end = _pages_of(space, operation)
    if _is_long(space, start, end):
        return _LONG
    space.show_used(start, end)
    return None


def _pages_of(space: Space, operation: Operation) -> tuple[int, int]:
    """The pages that hold a range of bytes."""
    start, length = _known(operation, 2)
    down = start - start % space.page_size
    return down, down + space.up(start - down + length)


_EFFECTS: dict[Call, Callable[[Space, Operation, int], str | None]] = {
    Call.MMAP: _mmap,
    Call.MUNMAP: _munmap,
    Call.BRK: _brk,
    Call.MPROTECT: _mprotect,
    Call.MADVISE: _madvise,
    Call.MLOCK: _lock,
    Call.MUNLOCK: _lock,
    Call.TOUCH: _touch,
}
