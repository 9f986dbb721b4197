"""The places in move_page_tables() where a patch's code can stand, and what tells them apart.

The order of both is that of the function's statements. A landmark is what the context of a hunk
shows of the function: callees and constants that stand in one statement only, whatever the era.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

# The function that holds the loop over extents, and the file that it stands in.
LOOP = "move_page_tables"
PATH = "mm/mremap.c"


class Slot(Enum):
    """Where code of a patch runs in move_page_tables()."""

    DECLARATIONS = "among the declarations"
    BEFORE_LOOP = "before the loop"
    TOP = "first in the loop"
    AFTER_EXTENT = "behind the computation of the extent"
    AFTER_OLD = "behind the look-up of the old PMD entry"
    BEFORE_HUGE = "before the test for a huge entry"
    HUGE_START = "first in the arm for huge entries"
    HUGE_MOVED = "between the move and the split of a huge entry"
    HUGE_END = "last in the arm for huge entries"
    ELSE_HUGE = "as the other arm of the test for a huge entry"
    AFTER_HUGE = "between the arm for huge entries and the allocation of a page table"
    AFTER_ALLOC = "behind the allocation of a page table"
    BEFORE_PTES = "right before the entries are moved one by one"
    AFTER_PTES = "last in the loop"
    AFTER_LOOP = "behind the loop"


@dataclass(frozen=True, slots=True)
class Landmark:
    """A statement of the function: the slots right before and right behind it, and its depth.

    ``words``: any of these in a statement's tokens tells it. ``depth`` counts the blocks that the
    statement stands in: 1 in the function's body, 2 in the loop's, None where it differs.
    """

    name: str
    words: tuple[str, ...]
    before: Slot
    behind: Slot
    depth: int | None


# The extent's bound on the new side is computed after the allocation up to v5.8, first since then.
LANDMARKS = (
    Landmark("flush_cache", ("flush_cache_range",), Slot.BEFORE_LOOP, Slot.BEFORE_LOOP, 1),
    Landmark(
        "notifier start",
        ("mmu_notifier_invalidate_range_start", "mmu_notifier_range_init"),
        Slot.BEFORE_LOOP,
        Slot.BEFORE_LOOP,
        1,
    ),
    Landmark("resched", ("cond_resched",), Slot.TOP, Slot.TOP, 2),
    Landmark("old", ("get_old_pmd",), Slot.AFTER_EXTENT, Slot.AFTER_OLD, 2),
    Landmark("new", ("alloc_new_pmd",), Slot.AFTER_OLD, Slot.BEFORE_HUGE, 2),
    Landmark("move huge", ("move_huge_pmd",), Slot.HUGE_START, Slot.HUGE_MOVED, None),
    Landmark(
        "split", ("split_huge_pmd", "split_huge_page_pmd"), Slot.HUGE_MOVED, Slot.HUGE_END, None
    ),
    Landmark("unstable", ("pmd_trans_unstable",), Slot.HUGE_END, Slot.HUGE_END, 3),
    Landmark("allocate", ("pte_alloc", "__pte_alloc"), Slot.AFTER_HUGE, Slot.AFTER_ALLOC, 2),
    Landmark("latency", ("LATENCY_LIMIT",), Slot.AFTER_ALLOC, Slot.BEFORE_PTES, 2),
    Landmark("move ptes", ("move_ptes",), Slot.BEFORE_PTES, Slot.AFTER_PTES, 2),
    Landmark(
        "notifier end",
        ("mmu_notifier_invalidate_range_end",),
        Slot.AFTER_LOOP,
        Slot.AFTER_LOOP,
        1,
    ),
)
