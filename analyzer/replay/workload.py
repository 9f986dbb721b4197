"""What a recorded workload does with mremap(), and whether moving whole page tables helps it.

Whether a move *could* take the PMD path is arithmetic on its addresses: the old and the new one
lie alike within a PMD (are equal modulo its size), and at least one whole PMD, from boundary to
boundary, lies inside. Then kernels move that PMD's table as it is (``move_pgt_entry``), if there is
one and nothing of the new range has a table already; runs confirm it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from analyzer.mm.geometry import Geometry
from analyzer.replay.moving import Asked, asked
from analyzer.replay.operation import Operation
from analyzer.replay.recorded import told
from analyzer.replay.space import Space

# So many processes are told apart; what others do is one.
_MOST = 1000
OTHERS = -1


class Path(Enum):
    """Whether a move could take the PMD path, or why it could not."""

    COULD = "could take the PMD path"
    SHORT = "shorter than a PMD"
    APART = "old and new address differ modulo the size of a PMD"
    NO_WHOLE = "no whole PMD lies inside"


class Effect(Enum):
    """What became of a call."""

    FAILED = "failed"
    UNKNOWN = "not shown by the log"
    SHRANK = "shrank in place"
    GREW = "grew in place"
    SAME = "stayed as it was"
    MOVED = "moved"
    COPIED = "mapped a second time"


def path_of(call: Asked, geometry: Geometry) -> Path:
    """Whether a move could take the PMD path; the first of the reasons that holds if not."""
    size = geometry.pmd_size
    start, end = call.address, call.address + call.kept
    if call.kept < size:
        return Path.SHORT
    if (start ^ call.result) % size:
        return Path.APART
    return Path.COULD if start + -start % size + size <= end else Path.NO_WHOLE


def could_realign(call: Asked, geometry: Geometry, space: Space | None) -> bool:
    """Whether kernels that align a move down (``try_realign_addr``) gain a PMD by it.

    Old and new lie alike and past a PMD boundary, the move reaches the next one, and between the
    boundary below and either start there is nothing. ``space`` is that before the call; where it is
    None, nothing is taken to be there.
    """
    size = geometry.pmd_size
    past = call.address % size
    if not past or past != call.result % size or call.kept < size - past:
        return False
    if space is None:
        return True
    source = space.overlapping(call.address, call.address + 1)
    return (
        all(one.start == call.address for one in source)
        and not space.overlapping(call.address - past, call.address)
        and not space.overlapping(call.result - past, call.result)
    )


@dataclass(slots=True)
class Count:
    """How many calls of one class there were, and the first of them in words."""

    times: int = 0
    first: str = ""

    def add(self, operation: Operation) -> None:
        """Count one."""
        if not self.times:
            self.first = told(operation)
        self.times += 1


@dataclass(slots=True)
class Workload:
    """The mremap() calls of a trace or of one process of it.

    ``effects`` is what became of them, ``moved`` in bytes; ``long`` are moves of one PMD's size or
    more, and ``paths`` their classes and those of shorter ones. ``realign`` are moves that cannot
    take the PMD path unless the kernel aligns them down, and ``whole`` the PMDs inside those that
    could.
    """

    geometry: Geometry
    calls: int = 0
    moved: int = 0
    long: int = 0
    whole: int = 0
    effects: dict[Effect, Count] = field(default_factory=dict)
    paths: dict[Path, Count] = field(default_factory=dict)
    realign: Count = field(default_factory=Count)
    not_realign: Count = field(default_factory=Count)

    def times(self, what: Effect | Path) -> int:
        """How many calls are of a class."""
        found = self.effects.get(what) if isinstance(what, Effect) else self.paths.get(what)
        return 0 if found is None else found.times

    def count(self, operation: Operation, space: Space | None = None) -> None:
        """Take in one mremap(); ``space`` is that of its process as it was before."""
        self.add(_classed(operation, self.geometry, space))

    def add(self, one: _Classed) -> None:
        """Take in one mremap() of which is known what it is."""
        self.calls += 1
        self.effects.setdefault(one.effect, Count()).add(one.operation)
        if one.path is None:
            return
        self.moved += one.kept
        self.long += one.kept >= self.geometry.pmd_size
        self.whole += one.whole
        self.paths.setdefault(one.path, Count()).add(one.operation)
        if one.path is not Path.COULD:
            (self.realign if one.realign else self.not_realign).add(one.operation)


class _Classed(NamedTuple):
    """One call: what became of it and, of a move, the rest."""

    operation: Operation
    effect: Effect
    path: Path | None = None
    kept: int = 0
    whole: int = 0
    realign: bool = False


def _classed(operation: Operation, geometry: Geometry, space: Space | None) -> _Classed:
    call = asked(operation, geometry.page_size)
    effect = _effect(operation, call)
    if effect is not Effect.MOVED or isinstance(call, str):
        return _Classed(operation, effect)
    path, whole, realign = path_of(call, geometry), 0, False
    if path is Path.COULD:
        start = call.address + -call.address % geometry.pmd_size
        whole = (call.address + call.kept - start) // geometry.pmd_size
    else:
        realign = could_realign(call, geometry, space)
    return _Classed(operation, effect, path, call.kept, whole, realign)


def _effect(operation: Operation, call: Asked | str) -> Effect:
    if operation.result is not None and operation.result < 0:
        return Effect.FAILED
    if isinstance(call, str):
        return Effect.UNKNOWN
    if call.moved:
        return Effect.MOVED if call.old_length else Effect.COPIED
    if call.new_length == call.old_length:
        return Effect.SAME
    return Effect.GREW if call.new_length > call.old_length else Effect.SHRANK


class Workloads:
    """The workload of a whole trace, and of each process: by its number, the rest as ``OTHERS``."""

    def __init__(self, geometry: Geometry) -> None:
        self.whole = Workload(geometry)
        self.processes: dict[int, Workload] = {}

    def count(self, operation: Operation, process: int, space: Space | None = None) -> None:
        """Take in one mremap() of a process."""
        if process not in self.processes and len(self.processes) >= _MOST:
            process = OTHERS
        if process not in self.processes:
            self.processes[process] = Workload(self.whole.geometry)
        classed = _classed(operation, self.whole.geometry, space)
        self.whole.add(classed)
        self.processes[process].add(classed)
