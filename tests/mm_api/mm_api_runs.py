"""C of ours and of real kernels, bound to the model and run on states that a test describes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.mm import areas, locking, notifier, pgtable, populate, tlb
from analyzer.mm.api import primitives, refused
from analyzer.mm.entry import DIRTY, SOFT_DIRTY, WRITE, YOUNG, Kind
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import Geometry
from analyzer.mm.state import State, Vma
from analyzer.repo import open_tree
from analyzer.translate import (
    ILP32,
    LP64,
    Environment,
    Outcome,
    Program,
    Source,
    Translated,
    Unit,
    translate_function,
)
from analyzer.translate.headers import Headers

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
MOVE_PATH = re.compile(
    r"(get_old|alloc_new)_p.d$|(take|drop)_rmap_locks$|get_extent$|marked_as_moved$"
    r"|move_(soft_dirty_pte|ptes|normal_p.d|pgt_entry|page_tables)$"
)


@dataclass(frozen=True)
class Case:
    """One call of move_page_tables(): addresses and ``length`` in bytes, entries by address."""

    geometry: Geometry
    old: int
    new: int
    length: int
    contents: tuple[tuple[int, Kind, int], ...] = ()
    need_rmap_locks: bool = False
    file: bool = False
    anon: bool = True
    fails: int | None = None


Pages: TypeAlias = dict[int, tuple[Kind, int]]


@dataclass
class Kernel:
    """Translated C on a state of its own."""

    state: State
    program: Program
    before: Pages = field(default_factory=dict)

    def prepare(self, case: Case) -> tuple[Vma, Vma]:
        """Bring the state to where the call begins: mmap_lock is held, nothing is written down."""
        state = self.state
        state.renew()
        old = areas.make_area(
            state, case.old, case.old + case.length, file=case.file, anon=case.anon
        )
        new = areas.copy_area(state, old, case.new, case.new + case.length)
        populate.build(state, case.contents)
        locking.acquire(state, state.mmap_lock)
        state.events.clear()
        state.fails = case.fails
        return old, new

    def run(self, case: Case) -> Outcome:
        """Make the call, and check what must hold behind it."""
        old, new = self.prepare(case)
        before = tuple(self.state.held)
        arguments = (old, case.old, new, case.new, case.length, int(case.need_rmap_locks))
        self.before = self.pages()
        outcome = self.program.call("move_page_tables", *arguments)
        locking.check_none_held(self.state, before)
        tlb.at_end(self.state)
        notifier.check_none_open(self.state)
        return outcome

    def pages(self) -> Pages:
        """What is at each address that has something, without its bits."""
        return {at: (entry.kind, entry.target) for at, _, _, entry in pgtable.leaves(self.state)}

    def faults(self) -> list[tuple[object, ...]]:
        return [each.what for each in self.state.events if each.kind is EventKind.FAULT]


def units_of(
    text: str,
    path: str,
    geometry: Geometry,
    symbols: Mapping[str, bool],
    tree: Path | None = None,
    *,
    every: bool = False,
) -> list[Unit]:
    """The functions of a file's move path, or every one of them, translated."""
    configuration = Configuration.of(**symbols)
    file = read(text, path, configuration)
    headers = Headers.of_tree(open_tree(str(tree)), configuration=configuration) if tree else None
    model = LP64 if geometry.word == 64 else ILP32
    environment = Environment.of_file(file, model, headers)
    source = Source(text, configuration)
    units = []
    for each in file.each_function():
        if every or MOVE_PATH.match(each.name):
            found = translate_function(each, environment, source)
            assert isinstance(found, Translated), found
            units.append(found.unit)
    return units


def kernel(units: Sequence[Unit], geometry: Geometry) -> Kernel:
    state = State(geometry)
    return Kernel(state, Program(units, primitives(state), refused=refused))


_BITS = (0, WRITE, DIRTY, WRITE | DIRTY | YOUNG, SOFT_DIRTY, YOUNG)
_KINDS = (Kind.PAGE, Kind.PAGE, Kind.PAGE, Kind.SWAP, Kind.MIGRATION)


def cases(geometry: Geometry, seed: int, count: int, *, huge: bool = True) -> Iterator[Case]:
    """States around what can go wrong, the same ones for a seed."""
    chosen = random.Random(seed)  # noqa: S311 - a test wants the same ones each time
    page, pmd = geometry.page_size, geometry.pmd_size
    per = pmd // page
    for _ in range(count):
        few = geometry.task_size < 64 * pmd
        blocks = chosen.randrange(1, 3 if few else 4)
        old = (1 if few else 4) * pmd + chosen.choice((0, 0, page, pmd - page))
        new = (4 if few else 16) * pmd + chosen.choice((0, 0, page, pmd - page))
        if chosen.random() < 0.2:
            old, new = new, old
        length = blocks * pmd + chosen.choice((0, 0, -page, page, -pmd + page))
        case = Case(
            geometry,
            old,
            new,
            max(length, page),
            need_rmap_locks=chosen.random() < 0.5,
            file=chosen.random() < 0.5,
            anon=chosen.random() < 0.7,
            fails=chosen.choice((None, None, None, 0, 1, 2, 3)),
        )
        contents = _contents(case, chosen, per, huge=huge)
        yield replace(case, contents=tuple(contents))


def _contents(
    case: Case, chosen: random.Random, per: int, *, huge: bool
) -> Iterator[tuple[int, Kind, int]]:
    page, pmd = case.geometry.page_size, case.geometry.pmd_size
    start, end = case.old & -pmd, case.old + case.length
    for block in range(start, end, pmd):
        sort = chosen.choice(("hole", "empty", "sparse", "dense", "huge", "one"))
        whole = case.old <= block and block + pmd <= end
        huge_fits = whole and case.anon and not case.file
        if sort == "empty":
            yield block, Kind.TABLE, 0
        elif sort == "huge" and huge and huge_fits:
            yield block, chosen.choice((Kind.HUGE, Kind.HUGE, Kind.DEVMAP)), chosen.choice(_BITS)
        elif sort in ("sparse", "dense", "one"):
            first, last = max(block, case.old), min(block + pmd, end)
            pages = range(first, last, page)
            count = {"sparse": max(1, len(pages) // 3), "one": 1}.get(sort, len(pages))
            if per > 128:
                count = min(count, 20)
            for address in sorted(chosen.sample(pages, min(count, len(pages)))):
                yield address, chosen.choice(_KINDS), chosen.choice(_BITS)
    for block in range(case.new & -pmd, case.new + case.length, pmd):
        if chosen.random() < 0.15:
            yield block, Kind.TABLE, 0
