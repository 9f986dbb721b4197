"""The model under random operations, against plain dictionaries and the invariants."""

from __future__ import annotations

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from analyzer.errors import FaultKind
from analyzer.mm import areas, bits, frames, huge, invariants, locking, pgtable, populate, rmap, tlb
from analyzer.mm.entry import DIRTY, SOFT_DIRTY, WRITE, YOUNG, Kind
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import SMALL, SMALL_ONE_LOCK, SMALL_TWO_LEVELS, Geometry, Level
from analyzer.mm.state import State, Table
from analyzer.translate.runtime.pointers import Pointer

PAGE, EACH = 0x1000, 8
BLOCK = EACH * PAGE
# Twelve blocks: with eight entries a table, they lie under two PMD tables.
BLOCKS = 12
PAGES = st.integers(0, BLOCKS * EACH - 1)
WHOLE = st.integers(0, BLOCKS - 1)
BITS = st.integers(0, 15)


class Model(RuleBasedStateMachine):
    """Every rule does one operation as the kernel would, and the same in the dictionaries.

    ``small`` are entries by page number and ``huge`` by block number, as (kind, target, bits);
    ``tables`` are those of pages by block number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.small: dict[int, tuple[Kind, int, int]] = {}
        self.huge: dict[int, tuple[Kind, int, int]] = {}
        self.tables: dict[int, int] = {}
        self.next_frame = 0
        self.expected: list[FaultKind] = []

    @initialize(geometry=st.sampled_from([SMALL, SMALL_ONE_LOCK, SMALL_TWO_LEVELS]))
    def start(self, geometry: Geometry) -> None:
        self.state = State(geometry)
        self.blocks = min(BLOCKS, geometry.task_size // BLOCK)
        self.vma = areas.make_area(self.state, 0, self.blocks * BLOCK)

    # --- filling -----------------------------------------------------------------------------

    @rule(page=PAGES, marks=BITS, swapped=st.booleans())
    def map_page(self, page: int, marks: int, swapped: bool) -> None:
        if page in self.small or page // EACH in self.huge or page // EACH >= self.blocks:
            return
        kind = Kind.SWAP if swapped else Kind.PAGE
        number = self.state.swaps_made if swapped else self.next_frame
        self.next_frame += not swapped
        populate.map_entry(self.state, page * PAGE, kind, marks)
        self.small[page] = (kind, number, marks)
        self.known(page // EACH)

    @rule(block=WHOLE, marks=BITS, kind=st.sampled_from([Kind.HUGE, Kind.MIGRATION]))
    def map_huge(self, block: int, marks: int, kind: Kind) -> None:
        if block in self.tables or block in self.huge or block >= self.blocks:
            return
        populate.map_entry(self.state, block * BLOCK, kind, marks, Level.PMD)
        self.huge[block] = (kind, self.next_frame, marks)
        self.next_frame += EACH

    @rule(block=WHOLE, fails=st.booleans())
    def allocate_table(self, block: int, fails: bool) -> None:
        self.state.fails = self.state.allocations if fails else None
        if block in self.huge or block >= self.blocks:
            return
        pointer = pgtable.pgd_offset(self.state, block * BLOCK)
        for level in (Level.P4D, Level.PUD, Level.PMD):
            made = pgtable.alloc(pointer, block * BLOCK, level)
            if made is None:
                return
            pointer = made
        needs = block not in self.tables
        failed = pgtable.pte_alloc(pointer)
        assert not failed or (fails and needs)
        if not failed:
            self.known(block)

    # --- moving ------------------------------------------------------------------------------

    @rule(old=PAGES, new=PAGES, flushes=st.booleans(), locks_rmap=st.booleans())
    def move_page(self, old: int, new: int, flushes: bool, locks_rmap: bool) -> None:
        if old not in self.small or new in self.small or new // EACH not in self.tables:
            return
        if locks_rmap:
            rmap.take_rmap_locks(self.state, self.vma)
        source, target = self.pte_table(old // EACH), self.pte_table(new // EACH)
        self.lock(source, target)
        entry = pgtable.get_and_clear(source, old % EACH)
        pgtable.write(target, new % EACH, bits.moved(entry))
        kind, number, marks = self.small.pop(old)
        self.small[new] = (kind, number, marks | SOFT_DIRTY)
        if flushes:
            tlb.flush(self.state, old * PAGE, (old + 1) * PAGE)
        elif kind is Kind.PAGE:
            self.expected += [FaultKind.STALE_TLB] * (1 + (source.lock is not target.lock))
        self.unlock(source, target)
        tlb.flush(self.state, old * PAGE, (old + 1) * PAGE)
        if locks_rmap:
            rmap.drop_rmap_locks(self.state, self.vma)

    @rule(old=WHOLE, new=WHOLE, early=st.booleans())
    def move_table(self, old: int, new: int, early: bool) -> None:
        found = pgtable.find_pmd(self.state, new * BLOCK)
        if old not in self.tables or new in self.tables or new in self.huge or found is None:
            return
        if new >= self.blocks:
            return
        (source, at), (target, to) = self.pmd_place(old), found
        self.lock(source, target)
        if early:
            # Both entries lead to the table for a moment: either lock guards it.
            pgtable.write(target, to, pgtable.read(source, at))
            pgtable.get_and_clear(source, at)
        else:
            pgtable.write(target, to, pgtable.get_and_clear(source, at))
        tlb.flush(self.state, old * BLOCK, (old + 1) * BLOCK)
        self.unlock(source, target)
        self.tables[new] = self.tables.pop(old)
        for index in range(EACH):
            if old * EACH + index in self.small:
                self.small[new * EACH + index] = self.small.pop(old * EACH + index)

    @rule(old=WHOLE, new=WHOLE)
    def move_huge(self, old: int, new: int) -> None:
        found = pgtable.find_pmd(self.state, new * BLOCK)
        if old not in self.huge or new in self.huge or found is None or new >= self.blocks:
            return
        source, target = Pointer(*self.pmd_place(old), None), Pointer(*found, None)
        end = (old + 1) * BLOCK
        if new in self.tables:
            reports = len(self.state.events)
            assert not huge.move_huge_pmd(
                self.state, self.vma, old * BLOCK, new * BLOCK, end, source, target
            )
            assert [one.kind for one in self.state.events[reports:]] == [EventKind.REPORT]
            return
        assert huge.move_huge_pmd(
            self.state, self.vma, old * BLOCK, new * BLOCK, end, source, target
        )
        kind, number, marks = self.huge.pop(old)
        self.huge[new] = (kind, number, marks | SOFT_DIRTY)

    @rule(block=WHOLE, old_form=st.booleans())
    def split(self, block: int, old_form: bool) -> None:
        if block not in self.huge:
            return
        kind, number, marks = self.huge[block]
        pointer = Pointer(*self.pmd_place(block), None)
        if old_form:
            if kind is Kind.MIGRATION:
                return
            huge.split_huge_page_pmd(self.state, self.vma, block * BLOCK, pointer)
            left = (marks & (WRITE | YOUNG)) | DIRTY | SOFT_DIRTY
        else:
            huge.split_huge_pmd(self.state, self.vma, pointer, block * BLOCK)
            left = marks & (WRITE | SOFT_DIRTY | (YOUNG if kind is Kind.HUGE else 0))
        del self.huge[block]
        small = Kind.PAGE if kind is Kind.HUGE else Kind.MIGRATION
        for index in range(EACH):
            self.small[block * EACH + index] = (small, number + index, left)
        self.known(block)

    # --- unmapping ---------------------------------------------------------------------------

    @precondition(lambda self: self.small)
    @rule(data=st.data(), keeps=st.booleans())
    def unmap(self, data: st.DataObject, keeps: bool) -> None:
        page = data.draw(st.sampled_from(sorted(self.small)))
        if self.small[page][0] is not Kind.PAGE:
            return
        table = self.pte_table(page // EACH)
        locking.acquire(self.state, table.lock)
        number = pgtable.get_and_clear(table, page % EACH).target
        if keeps:
            # A reference of one's own: the flush may come after the unlock, before the free.
            frames.get_page(self.state, number)
        else:
            tlb.flush(self.state, page * PAGE, (page + 1) * PAGE)
        frames.page_remove_rmap(self.state, number)
        frames.put_page(self.state, number)
        locking.release(self.state, table.lock)
        if keeps:
            tlb.flush(self.state, page * PAGE, (page + 1) * PAGE)
            frames.put_page(self.state, number)
        del self.small[page]

    # --- what is always true -----------------------------------------------------------------

    @invariant()
    def the_dictionaries_agree(self) -> None:
        small, whole = {}, {}
        for address, table, _, entry in pgtable.leaves(self.state):
            if table.of is Level.PTE:
                small[address // PAGE] = entry.says()
            else:
                whole[address // BLOCK] = entry.says()
        assert (small, whole) == (self.small, self.huge)
        for block, number in self.tables.items():
            assert self.pte_table(block).number == number
        assert self.next_frame == self.state.frames_made

    @invariant()
    def nothing_is_broken(self) -> None:
        assert invariants.validate(self.state) == ()
        faults = [one.what[0] for one in self.state.events if one.kind is EventKind.FAULT]
        assert faults == self.expected

    # --- what the rules need -----------------------------------------------------------------

    def pmd_place(self, block: int) -> tuple[Table, int]:
        found = pgtable.find_pmd(self.state, block * BLOCK)
        assert found is not None
        return found

    def pte_table(self, block: int) -> Table:
        table, index = self.pmd_place(block)
        return pgtable.table_of(self.state, table.entries[index], Level.PTE)

    def known(self, block: int) -> None:
        self.tables.setdefault(block, self.pte_table(block).number)

    def lock(self, source: Table, target: Table) -> None:
        locking.acquire(self.state, source.lock)
        if target.lock is not source.lock:
            locking.acquire(self.state, target.lock, 1)

    def unlock(self, source: Table, target: Table) -> None:
        if target.lock is not source.lock:
            locking.release(self.state, target.lock)
        locking.release(self.state, source.lock)


def test_the_model_keeps_its_invariants() -> None:
    run_state_machine_as_test(
        Model, settings=settings(max_examples=40, stateful_step_count=30, deadline=None)
    )
