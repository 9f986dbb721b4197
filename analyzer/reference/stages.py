"""The statements of move_page_tables() as stages, with the slots between them.

The stages of a block are in the order of the function's statements, whatever the era. What tells
one is what a statement of it calls or computes: a sign is a row of tokens next to each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.reference.slots import Slot

Sign = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the function, told by any of its signs.

    ``first`` are the signs of the statement that the step begins with, ``last`` of the one that it
    ends with: beside those a place is certain, elsewhere code may stand within the step.
    """

    name: str
    signs: tuple[Sign, ...]
    first: tuple[Sign, ...] = ()
    last: tuple[Sign, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The stages of one block: ``slots[i]`` stands before ``stages[i]``, the last behind all.

    None where the reference has no place for code.
    """

    stages: tuple[Stage, ...]
    slots: tuple[Slot | None, ...]


class Block(Enum):
    """The blocks of the function that have slots; the value is how deep they are."""

    BODY = 1
    LOOP = 2
    HUGE = 3


def _one(name: str, *signs: str) -> Stage:
    """A stage of one statement: told by single tokens, and certain on both sides."""
    told = tuple((sign,) for sign in signs)
    return Stage(name, told, told, told)


BEGIN = Stage(
    "the start of the notifiers' range",
    (
        *(("old_end", "="), ("flush_cache_range",), ("mmun_start", "="), ("mmun_end", "=")),
        *(("mmu_notifier_range_init",), ("mmu_notifier_invalidate_range_start",)),
    ),
    last=(("mmu_notifier_invalidate_range_start",),),
)
END = Stage(
    "the end of the notifiers' range",
    (("need_flush",), ("mmu_notifier_invalidate_range_end",)),
    first=(("need_flush",),),
    last=(("mmu_notifier_invalidate_range_end",),),
)
RESCHED = _one("cond_resched()", "cond_resched")
EXTENT = Stage(
    "the computation of the extent",
    (("extent", "="), ("next", "="), ("get_extent",)),
)
OLD = Stage(
    "get_old_pmd()",
    (("get_old_pmd",), ("!", "old_pmd")),
    first=(("get_old_pmd",),),
    last=(("!", "old_pmd"),),
)
NEW = Stage(
    "alloc_new_pmd()",
    (("alloc_new_pmd",), ("!", "new_pmd")),
    first=(("alloc_new_pmd",),),
    last=(("!", "new_pmd"),),
)
MOVE = _one("the move of a huge entry", "move_huge_pmd", "HPAGE_PMD_SIZE", "HPAGE_PMD")
SPLIT = Stage(
    "the split of a huge entry",
    (("split_huge_pmd",), ("split_huge_page_pmd",), ("pmd_trans_unstable",), ("pmd_trans_huge",)),
    first=(("split_huge_pmd",), ("split_huge_page_pmd",)),
    last=(("pmd_trans_unstable",), ("pmd_trans_huge",)),
)
HUGE_SIGNS = (*MOVE.signs, *SPLIT.signs)
HUGE = Stage("the arm for huge entries", HUGE_SIGNS, HUGE_SIGNS, HUGE_SIGNS)
ALLOCATE = _one("pte_alloc()", "pte_alloc", "__pte_alloc")
# The bound on the new side is computed here up to v5.8; since then with the rest of the extent
# (Linux kernel commit 9ad9718bfa41 ("mm/mremap: calculate extent in one place") (in v5.9)).
CLAMP = Stage("the bound on the new side", EXTENT.signs, optional=True)
PTES = _one("move_ptes()", "move_ptes")
LOOP_STAGE = _one("the loop", "for", "while", *(sign[0] for sign in PTES.signs))
DECLARE = Stage("the declarations", ())
RETURN = _one("the return", "return")

ROWS = {
    Block.BODY: Row(
        (DECLARE, BEGIN, LOOP_STAGE, END, RETURN),
        (None, None, Slot.BEFORE_LOOP, Slot.AFTER_LOOP, None, None),
    ),
    Block.LOOP: Row(
        (RESCHED, EXTENT, OLD, NEW, HUGE, ALLOCATE, CLAMP, PTES),
        (
            *(Slot.TOP, Slot.TOP, Slot.AFTER_EXTENT, Slot.AFTER_OLD, Slot.BEFORE_HUGE),
            *(Slot.AFTER_HUGE, Slot.AFTER_ALLOC, Slot.BEFORE_PTES, Slot.AFTER_PTES),
        ),
    ),
    Block.HUGE: Row((MOVE, SPLIT), (Slot.HUGE_START, Slot.HUGE_MOVED, Slot.HUGE_END)),
}
