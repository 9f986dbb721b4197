"""An mremap() of a log: what it asked for, and what the log says that it did to the space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.machine.scenario import Area
from analyzer.replay import vmbits as vm
from analyzer.replay.operation import Operation
from analyzer.replay.space import Space

_READ_WRITE = vm.VM_READ | vm.VM_WRITE


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of an mremap() that is known, lengths in whole pages, and its result.

    ``moved``: it succeeded at another address. ``fixed``: the caller chose the new address.
    """

    address: int
    old_length: int
    new_length: int
    flags: int
    new_address: int
    result: int

    @property
    def moved(self) -> bool:
        """Whether the pages have another address."""
        return self.result >= 0 and self.result != self.address

    @property
    def fixed(self) -> bool:
        """Whether the caller chose the new address."""
        return self.flags & vm.MREMAP_FIXED != 0

    @property
    def kept(self) -> int:
        """How many bytes there are before and after."""
        return min(self.old_length, self.new_length)

    @property
    def grows(self) -> bool:
        """Whether more is asked for than there is, to be given in place if there is room."""
        alone = self.flags & (vm.MREMAP_FIXED | vm.MREMAP_DONTUNMAP) == 0
        return alone and self.new_length > self.old_length


def asked(operation: Operation, page_size: int) -> Asked | str:
    """The call with all that it takes to follow it, or why the log does not tell.

    A new address counts with MREMAP_FIXED alone: as a hint (MREMAP_DONTUNMAP) it may be unknown
    where the call succeeded, since what became of it is the result.
    """
    if operation.result is None:
        return "the log does not show what it returned"
    given = (*operation.arguments, *(None,) * 5)[:5]
    known = [one for one in given[:4] if one is not None]
    if len(known) < 4:
        names = "address", "old length", "new length", "flags"
        return f"the log does not show its {names[given.index(None)]}"
    address, old, new, flags = known
    new_address = given[4]
    matters = flags & vm.MREMAP_FIXED or (
        flags & vm.MREMAP_DONTUNMAP and operation.result < 0 and flags & vm.MREMAP_MAYMOVE
    )
    if new_address is None and matters:
        return "the log does not show its new address"
    old, new = old + -old % page_size, new + -new % page_size
    return Asked(address, old, new, flags, new_address or 0, operation.result)


def agree(space: Space, call: Asked, line: int) -> None:
    """Make a space fit what a call that succeeded shows; each assumption is counted.

    A log may begin late, and what execve() maps and what other programs unmap is not in it.
    """
    if call.result < 0:
        return
    end = call.address + max(call.kept, space.page_size)
    for start, stop in space.gaps(call.address, end):
        space.assumed.note(
            "mremap of a range that the log never mapped: it is taken as anonymous and writable",
            line,
        )
        space.insert(_assumed(space, call, start, stop))
        space.assume_used(start, stop)
    target, stop = call.result, call.result + call.new_length
    if not call.moved:
        target += call.old_length
    if not call.fixed and target < stop and space.overlapping(target, stop):
        space.assumed.note(
            "mremap was given a range that was mapped: it is taken as unmapped before", line
        )
        space.unmap(target, stop)


def _assumed(space: Space, call: Asked, start: int, stop: int) -> Area:
    """An area that the log does not show; one that is mapped twice can only be shared."""
    if call.old_length == 0:
        return Area(start, stop, vm.area_flags(_READ_WRITE, vm.MAP_SHARED), space.new_file())
    return Area(start, stop, vm.HEAP, None, start // space.page_size)


def follow(space: Space, operation: Operation) -> str | None:
    """Do what the log says that an mremap() did, and no more than that; why it could not be done.

    The areas are those that ``move_vma`` leaves; soft-dirty bits, which kernels set or not, stay.
    """
    call = asked(operation, space.page_size)
    if isinstance(call, str):
        why: str | None = call
    elif call.result < 0:
        return None
    else:
        why = _impossible(space, call)
    if why is not None or isinstance(call, str):
        space.refused.note(f"mremap: {why}", operation.line)
        return why
    agree(space, call, operation.line)
    if call.moved:
        _move(space, call)
    else:
        _resize(space, call)
    settle(space, call)
    return None


def _impossible(space: Space, call: Asked) -> str | None:
    for start, length in (
        (call.address, max(call.old_length, space.page_size)),
        (call.result, call.new_length),
    ):
        if not space.is_range(start, length):
            return "no kernel gives such a range"
    return None


def settle(space: Space, call: Asked) -> None:
    """What the process does with room that it was given: it uses it, as far as that is assumed."""
    if call.result >= 0 and call.new_length > call.old_length:
        start, end = call.result + call.old_length, call.result + call.new_length
        space.assume_used(start, end)
        if any(one.flags & vm.VM_LOCKED for one in space.overlapping(start, end)):
            space.show_used(start, end)


def _resize(space: Space, call: Asked) -> None:
    end, stop = call.address + call.old_length, call.address + call.new_length
    if stop < end:
        space.unmap(stop, end)
    for one in space.overlapping(max(call.address, end - space.page_size), end)[-1:]:
        if stop > end:
            pgoff = one.pgoff + (end - one.start) // space.page_size
            space.insert(replace(one, start=end, end=stop, pgoff=pgoff))


def _move(space: Space, call: Asked) -> None:
    source, end = call.address, call.address + call.old_length
    if call.fixed:
        space.unmap(call.result, call.result + call.new_length)
    space.unmap(source + call.kept, end)
    moved = list(_moved(space, call))
    runs = space.pages.take(source, source + call.kept)
    for one in moved:
        space.insert(one)
    by = call.result - source
    start = call.result
    space.pages.put(start, start + call.kept, [one.shifted(by) for one in runs])
    if not call.flags & vm.MREMAP_DONTUNMAP:
        if call.old_length:
            space.unmap(source, end)
    else:
        _leave_empty(space, source, end)


def _moved(space: Space, call: Asked) -> Iterator[Area]:
    """The areas of the source as they stand at the new address (``copy_vma``)."""
    source, stop = call.address, call.address + max(call.kept, space.page_size)
    inside = [space.part(one, source, stop) for one in space.overlapping(source, stop)]
    by = call.result - source
    for one in inside:
        end = one.end + by if one is not inside[-1] else call.result + call.new_length
        pgoff = one.pgoff
        if one.file is None and one.anon is None:
            pgoff = (one.start + by) // space.page_size
        yield Area(one.start + by, end, one.flags, one.file, pgoff, one.anon)


def _leave_empty(space: Space, start: int, end: int) -> None:
    """The source of MREMAP_DONTUNMAP: not locked any more, without an ``anon_vma`` if whole."""
    space.change(start, end, lambda one: one.flags & ~vm.VM_LOCKED)
    inside = space.overlapping(start, end)
    if all(start <= one.start and one.end <= end for one in inside):
        space.set_areas(*space.span(start, end), [replace(one, anon=None) for one in inside])
