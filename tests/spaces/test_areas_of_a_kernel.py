"""The areas of a space against those of the kernel that the tests run on."""

import ast
import random
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.mm.entry import WRITE
from analyzer.replay import vmbits as vm
from analyzer.replay.apply import apply
from analyzer.replay.moving import follow
from analyzer.replay.operation import Call, Operation
from analyzer.replay.population import population
from analyzer.replay.space import Space

PAGE = 4096
START, END = 0x2000_0000_0000, 0x2000_0000_0000 + 64 * PAGE
WORD = (1 << 64) - 1
ANON = vm.MAP_ANONYMOUS | vm.MAP_FIXED | 2
SHARED = vm.MAP_FIXED | vm.MAP_SHARED

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the oracle is a Linux kernel"
)


class Kernel:
    """The child process."""

    def __init__(self):
        window = str(START), str(END + 64 * PAGE)
        program = [sys.executable, str(Path(__file__).with_name("mapping_child.py")), *window]
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)

    def call(self, name, arguments, touched):
        print((name, arguments, touched), file=self._process.stdin, flush=True)
        return ast.literal_eval(self._process.stdout.readline())


def ranges(chance, most=12):
    first = chance.randrange(60)
    return START + first * PAGE, chance.randrange(1, min(most, 64 - first) + 1) * PAGE


def mmap(chance, _):
    start, length = ranges(chance)
    prot = chance.choice((0, 1, 3, 3, 3))
    flags = chance.choice((ANON, ANON, ANON, ANON | vm.MAP_NORESERVE))
    return Call.MMAP, (start, length, prot, flags, WORD, 0)


def munmap(chance, _):
    return Call.MUNMAP, ranges(chance, 6)


def mprotect(chance, space):
    prot = chance.choice((0, 1, 3, 3))
    areas = space.areas()
    if not areas:
        return None
    one = chance.choice(areas)
    first = chance.randrange((one.end - one.start) // PAGE)
    last = chance.randrange(first, (one.end - one.start) // PAGE)
    start = one.start + first * PAGE
    return Call.MPROTECT, (start, (last - first + 1) * PAGE, prot)


def madvise(chance, space):
    call = mprotect(chance, space)
    return call and (Call.MADVISE, (*call[1][:2], chance.choice((0, 1, 4, 10, 11))))


def mremap(chance, space):
    """Of a part of one area, as kernels have always had it; by address or in place."""
    areas = space.areas()
    if not areas:
        return None
    one = chance.choice(areas)
    pages = (one.end - one.start) // PAGE
    first = chance.choice((0, 0, chance.randrange(pages)))
    old = chance.choice((pages - first, chance.randrange(1, pages - first + 1)))
    new = max(1, old + chance.choice((-2, -1, 0, 0, 1, 3)))
    start = one.start + first * PAGE
    flags = chance.choice((0, vm.MREMAP_MAYMOVE | vm.MREMAP_FIXED, 3, 3, 7))
    if flags & vm.MREMAP_DONTUNMAP:
        new = old
    to = START + chance.randrange(64 - new) * PAGE if new < 64 else 0
    return Call.MREMAP, (start, old * PAGE, new * PAGE, flags, to)


MAKERS = (mmap, mmap, mmap, munmap, mprotect, mprotect, madvise, mremap, mremap, mremap)


def rows(space):
    """A space as /proc/self/maps tells it: without what it does not tell."""
    found = []
    for one in space.areas():
        perms = "".join(
            name if one.flags & bit else "-"
            for name, bit in (("r", vm.VM_READ), ("w", vm.VM_WRITE), ("x", vm.VM_EXEC))
        )
        found.append((one.start, one.end, perms + ("s" if one.flags & vm.VM_SHARED else "p")))
    return found


def taken(space, operation):
    if operation.call is Call.MREMAP:
        return follow(space, operation) is None
    return apply(space, operation)


def played(seed, mode, count):
    """Make random calls in the kernel and in a space; where they part, the calls so far."""
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    space = Space(population(mode))
    made = []
    with Kernel() as kernel:
        for line in range(count):
            asked = chance.choice(MAKERS)(chance, space)
            if asked is None:
                continue
            call, arguments = asked
            before = space.areas()
            result, areas = kernel.call(call.value, arguments, ())
            operation = Operation(line, 1, call, tuple(one & WORD for one in arguments), result)
            made.append(operation)
            assert taken(space, operation), operation
            kernel.call("getppid", (), written(space))
            if rows(space) != [one[:3] for one in areas]:
                return made, before, rows(space), [one[:3] for one in areas]
    return None


def written(space):
    """The pages that the space takes as written, which the process has to have written then."""
    return [(one.start, one.end) for one in space.pages.runs() if one.bits & WRITE]


@pytest.mark.parametrize("mode", ["none", "all"])
@pytest.mark.parametrize("seed", range(4))
def test_areas_are_those_that_a_kernel_has(mode, seed):
    assert played(seed, mode, 150) is None
