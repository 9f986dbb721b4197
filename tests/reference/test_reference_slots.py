"""Code of a patch in each slot: it does what the same statement in the same place of C does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from reference_runs import Reference, Tree
from reference_scenarios import Scenario, scenarios
from reference_told import told
from reference_trees import FIXTURES, move_path

from analyzer.mm.entry import Kind
from analyzer.mm.geometry import MEDIUM, SMALL
from analyzer.reference.base import Frame, Left
from analyzer.reference.bases import NEED_FLUSH
from analyzer.reference.path import move_page_tables
from analyzer.reference.slots import Slot

TREE = str(FIXTURES / "need-flush")
PAGE = SMALL.page_size
Code = Callable[[Frame], Left]

# What goes wrong with an extent that is too long, and with one that is left too early.
IN_LOOP = """
		if (new_addr & PMD_SIZE) {
			if (need_rmap_locks)
				extent += PAGE_SIZE;
			else if (extent > PAGE_SIZE)
				extent -= PAGE_SIZE;
		} else if (old_addr & PMD_SIZE) {
			if (need_rmap_locks)
				break;
			continue;
		}
"""
# Where the extent is not known yet.
AT_TOP = """
		need_rmap_locks = !need_rmap_locks;
		if (new_addr & PMD_SIZE)
			return 5;
"""
OUTSIDE = """
	len -= PAGE_SIZE;
	if (need_rmap_locks)
		return 7;
"""


def in_loop(frame: Frame) -> Left:
    if frame.new_addr & SMALL.pmd_size:
        if frame.need_rmap_locks:
            frame.extent += PAGE
        elif frame.extent > PAGE:
            frame.extent -= PAGE
    elif frame.old_addr & SMALL.pmd_size:
        return Left("break" if frame.need_rmap_locks else "continue")
    return Left("falls")


def at_top(frame: Frame) -> Left:
    frame.need_rmap_locks = int(not frame.need_rmap_locks)
    return Left("return", 5) if frame.new_addr & SMALL.pmd_size else Left("falls")


def outside(frame: Frame) -> Left:
    frame.len -= PAGE
    return Left("return", 7) if frame.need_rmap_locks else Left("falls")


# For each slot a text of C that it stands before ("<") or behind (">"), and the statement.
PLACES: dict[Slot, tuple[str, str, str, Code]] = {
    Slot.DECLARATIONS: (">", "	bool need_flush = false;\n", OUTSIDE, outside),
    Slot.BEFORE_LOOP: ("<", "	for (; old_addr", OUTSIDE, outside),
    Slot.TOP: (">", "		cond_resched();\n", AT_TOP, at_top),
    Slot.AFTER_EXTENT: ("<", "		old_pmd = get_old_pmd(", IN_LOOP, in_loop),
    Slot.AFTER_OLD: ("<", "		new_pmd = alloc_new_pmd(", IN_LOOP, in_loop),
    Slot.BEFORE_HUGE: ("<", "		if (pmd_trans_huge(*old_pmd)) {\n", IN_LOOP, in_loop),
    Slot.HUGE_START: ("<", "			if (extent == HPAGE_PMD_SIZE)", IN_LOOP, in_loop),
    Slot.HUGE_MOVED: ("<", "			if (!err)\n", IN_LOOP, in_loop),
    Slot.HUGE_END: (">", "			VM_BUG_ON(pmd_trans_huge(*old_pmd));\n", IN_LOOP, in_loop),
    Slot.ELSE_HUGE: (
        ">",
        "			VM_BUG_ON(pmd_trans_huge(*old_pmd));\n",
        "		} else {" + IN_LOOP,
        in_loop,
    ),
    Slot.AFTER_HUGE: ("<", "		if (pmd_none(*new_pmd) &&", IN_LOOP, in_loop),
    Slot.AFTER_ALLOC: ("<", "		next = (new_addr + PMD_SIZE) & PMD_MASK;\n", IN_LOOP, in_loop),
    Slot.BEFORE_PTES: ("<", "		move_ptes(vma, old_pmd, old_addr", IN_LOOP, in_loop),
    Slot.AFTER_PTES: (
        ">",
        "			  new_pmd, new_addr, need_rmap_locks, &need_flush);\n",
        IN_LOOP,
        in_loop,
    ),
    Slot.AFTER_LOOP: ("<", "	if (need_flush)\n", OUTSIDE, outside),
}


class Only:
    """Code for one slot."""

    def __init__(self, slot: Slot, code: Code) -> None:
        self.slot = slot
        self.code = code

    def in_slot(self, slot: Slot) -> Code | None:
        return self.code if slot is self.slot else None


def test_each_slot_is_looked_at() -> None:
    assert list(PLACES) == list(Slot)


@pytest.mark.parametrize("slot", Slot, ids=lambda one: one.name)
def test_code_in_a_slot_does_what_it_does_in_c(slot: Slot) -> None:
    side, text, statement, code = PLACES[slot]
    edited = statement + text if side == "<" else text + statement
    theirs = Tree(SMALL, move_path(TREE, edit=(text, edited)))
    plain = Reference(SMALL, NEED_FLUSH)
    ours = Reference(SMALL, NEED_FLUSH)
    ours.brought = Only(slot, code)
    matters = 0
    for one in scenarios(SMALL, 2, 150):
        mine, its = ours(one), theirs(one)
        assert told(mine) == told(its), one
        assert mine == its, one
        matters += mine != plain(one)
    assert matters > 2


def test_a_loop_that_does_not_get_on_is_stopped() -> None:
    def stand_still(frame: Frame) -> Left:
        frame.extent = 0
        return Left("continue")

    ours = Reference(SMALL, NEED_FLUSH)
    ours.brought = Only(Slot.AFTER_EXTENT, stand_still)
    one = Scenario(SMALL, 0, 16 * SMALL.pmd_size, SMALL.pmd_size)
    with pytest.raises(AssertionError, match="the loop over the range does not come to its end"):
        ours(one)


def test_a_local_of_the_patch_is_kept_between_slots() -> None:
    seen: list[object] = []

    def look(frame: Frame) -> Left:
        seen.append(frame.__dict__["moved"])
        frame.__dict__["moved"] = frame.old_addr
        return Left("falls")

    ours = Reference(SMALL, NEED_FLUSH)
    area, old, copy, new, length, need = ours._prepared(
        Scenario(SMALL, 0, 16 * SMALL.pmd_size, 3 * SMALL.pmd_size)
    )
    move_page_tables(
        ours.state,
        NEED_FLUSH,
        ours.functions,
        Only(Slot.TOP, look),
        area,
        old,
        copy,
        new,
        length,
        need,
        extra={"moved": "unset"},
    )
    assert seen == ["unset", 0, SMALL.pmd_size]


def test_a_function_of_the_patch_takes_the_place_of_the_references() -> None:
    ours = Reference(SMALL, NEED_FLUSH)
    calls: list[tuple[object, ...]] = []
    ours.functions["take_rmap_locks"] = lambda *arguments: calls.append(arguments)
    ours.functions["drop_rmap_locks"] = lambda *arguments: calls.append(arguments)
    one = Scenario(SMALL, 0, 16 * SMALL.pmd_size, PAGE, ((0, Kind.PAGE, 0),), need_rmap_locks=True)
    events = ours(one)
    area = ours.state.vmas[0]
    assert calls == [(area,), (area,)]
    assert not [line for line in told(events) if "anon_vma" in line]


def test_a_chunk_is_64_pages() -> None:
    pages = tuple((at * MEDIUM.page_size, Kind.PAGE, 0) for at in range(128))
    one = Scenario(MEDIUM, 0, 16 * MEDIUM.pmd_size, MEDIUM.pmd_size, pages)
    lines = told(Reference(MEDIUM, NEED_FLUSH)(one))
    # Of the page table that the pages stand in.
    assert lines.count("lock PTE lock 3") == 2
    assert [line for line in lines if line.startswith("flush")] == ["flush 0x0-0x80000"]
