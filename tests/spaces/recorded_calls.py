"""Recorded calls, made by hand: what a reader of a log would give."""

from analyzer.replay import vmbits as vm
from analyzer.replay.operation import Call, Operation
from analyzer.replay.space import Space

PAGE = 4096
PMD = 1 << 21
BASE = 0x7F00_0000_0000
WORD = (1 << 64) - 1
RW = vm.VM_READ | vm.VM_WRITE
PRIVATE = 2
ANON = PRIVATE | vm.MAP_ANONYMOUS


def call(kind, *arguments, result=0, line=1, task=1):
    return Operation(line, task, kind, arguments, result)


def mmap(at, length, prot=RW, flags=ANON, fd=WORD, offset=0, **rest):
    return call(Call.MMAP, 0, length, prot, flags, fd, offset, result=at, **rest)


def munmap(at, length, **rest):
    return call(Call.MUNMAP, at, length, **rest)


def mprotect(at, length, prot, **rest):
    return call(Call.MPROTECT, at, length, prot, **rest)


def mremap(at, old, new, result, flags=vm.MREMAP_MAYMOVE, to=None, **rest):
    return call(Call.MREMAP, at, old, new, flags, to, result=result, **rest)


def rows(space: Space):
    """Of each area start and end in pages from BASE, access, file, offset in pages, anon."""
    base = BASE // PAGE
    return [
        (
            one.start // PAGE - base,
            one.end // PAGE - base,
            one.flags & vm.ACCESS,
            one.file,
            one.pgoff - base if one.file is None else one.pgoff,
            one.anon,
        )
        for one in space.areas()
    ]


def pages(space: Space):
    """Runs in pages from BASE."""
    base = BASE // PAGE
    return [
        (one.start // PAGE - base, one.end // PAGE - base, one.bits, one.every // PAGE)
        for one in space.pages.runs()
    ]


def told(tally):
    return [(one.why, one.times, one.line) for one in tally.noted()]
