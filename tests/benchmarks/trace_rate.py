"""How fast a long log of everyday calls is replayed on four kernels, and in how much memory.

    .venv/bin/python tests/benchmarks/trace_rate.py [CALLS [POPULATION]]

The log is made up: processes that grow buffers as realloc() does and give them back, in our own
format. The kernels are those of tests/trees.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "spaces")]

from kernels_made import four_of, paths  # noqa: E402

from analyzer.replay import vmbits as vm  # noqa: E402
from analyzer.replay.bench import Bench  # noqa: E402
from analyzer.replay.formats import read, write  # noqa: E402
from analyzer.replay.operation import Call, Operation  # noqa: E402
from analyzer.replay.population import population  # noqa: E402
from analyzer.replay.traced import Replayer  # noqa: E402
from tests.trees.trees import Era  # noqa: E402

PAGE = 4096
TOP, HEAP = 0x7F12_7456_8000, 0x5588_1234_5000
WORD = (1 << 64) - 1
# Pages of a first buffer: what malloc() maps, and its header.
FIRST = (33, 33, 33, 49, 65)
MOST_PAGES, MOST_BUFFERS = 3000, 12


class Process:
    """A program's mappings, from the top down, as a kernel places them."""

    def __init__(self, task: int, chance: random.Random) -> None:
        self.task, self.chance = task, chance
        self.top = TOP - chance.randrange(1 << 16) * PAGE
        # Start and pages of each buffer, from the top down.
        self.buffers: list[tuple[int, int]] = []

    def begin(self) -> Iterator[Operation]:
        yield self._call(Call.BRK, 0, result=HEAP)
        yield self._call(Call.BRK, HEAP + 33 * PAGE, result=HEAP + 33 * PAGE)
        yield self._mmap(self.top, 400)

    def step(self) -> Iterator[Operation]:
        """A new buffer, a larger one, or one less."""
        what = self.chance.random()
        if not self.buffers or (what < 0.2 and len(self.buffers) < MOST_BUFFERS):
            pages = self.chance.choice(FIRST)
            yield self._mmap(self._place(pages), pages)
        elif what < 0.3:
            start, pages = self.buffers.pop(self.chance.randrange(len(self.buffers)))
            yield self._call(Call.MUNMAP, start, pages * PAGE, result=0)
        else:
            yield self._grown(self.chance.randrange(len(self.buffers)))

    def _place(self, pages: int) -> int:
        end = self.top
        for start, many in self.buffers:
            if end - start - many * PAGE >= pages * PAGE:
                break
            end = start
        return end - pages * PAGE

    def _mmap(self, start: int, pages: int) -> Operation:
        if start != self.top:
            self.buffers = sorted([*self.buffers, (start, pages)], reverse=True)
        given = 0, pages * PAGE, 3, vm.MAP_ANONYMOUS | 2, WORD, 0
        return self._call(Call.MMAP, *given, result=start)

    def _grown(self, at: int) -> Operation:
        start, pages = self.buffers.pop(at)
        more = pages + (pages + 1) // 2
        above = self.buffers[at - 1][0] if at else self.top
        if more > MOST_PAGES:
            more = 33
        if more > pages and start + more * PAGE > above:
            rest, to = list(self.buffers), 0
            self.buffers = sorted([*rest, (start, pages)], reverse=True)
            to = self._place(more)
            self.buffers = rest
        else:
            to = start
        self.buffers = sorted([*self.buffers, (to, more)], reverse=True)
        return self._call(Call.MREMAP, start, pages * PAGE, more * PAGE, 1, None, result=to)

    def _call(self, call: Call, *arguments: int | None, result: int) -> Operation:
        return Operation(1, self.task, call, arguments, result)


def log() -> Iterator[Operation]:
    """Calls without end."""
    chance = random.Random(1)  # noqa: S311 - a benchmark's own dice
    task, line = 100, 0
    while True:
        alive = [Process(task + at, chance) for at in range(8)]
        made: list[Iterator[Operation]] = [one.begin() for one in alive]
        made += [chance.choice(alive).step() for _ in range(4000)]
        for one in (call for calls in made for call in calls):
            line += 1
            yield Operation(line, one.task, one.call, one.arguments, one.result)
        for one in alive:
            line += 1
            yield Operation(line, one.task, Call.EXIT, (1,), 0)
        task += 8


def main() -> None:
    """Print one line: calls, seconds, rate, and the most memory before and after."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    populate = population(sys.argv[2] if len(sys.argv) > 2 else "all")
    with TemporaryDirectory() as top:
        four = four_of(paths(Path(top), Era.V5_0), paths(Path(top), Era.RHEL7))
        path = Path(top) / "log.jsonl"
        with path.open("w") as file:
            file.writelines(write(islice(log(), calls)))
        replayer = Replayer(Bench(), four, calls=True)
        before, began = _peak(), time.process_time()
        with path.open("rb") as stream:
            traced = replayer.replay(read(stream, path.name).entries, path.name, populate)
        took = time.process_time() - began
    remaps = traced.workloads.whole.calls
    print(
        f"{traced.operations} calls, {remaps} of them mremap(), in {took:.1f} s: "
        f"{traced.operations / took:.0f} a second, {remaps / took:.0f} mremap(); "
        f"peak {before} MiB before, {_peak()} MiB after"
    )
    for one in (*traced.assumed.noted(), *traced.not_replayed.noted(), *traced.otherwise.noted()):
        print(f"{one.times:>8} {one.why}")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
