"""The places in move_page_tables() where a patch's code can stand, in the order of its text."""

from __future__ import annotations

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
