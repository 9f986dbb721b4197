"""The steps of upstream's patch, and where each stands in upstream's mm/mremap.c.

Lines are those of the file as Linux kernel commit 2c91bd4a4e2e ("mm: speed up mremap by 20x on
large regions") (in v5.0) left it, git blob 3320616ed93f; what a step does is told in our words.
While the reference runs, ``State.step`` is the name of the step it is at.
"""

from __future__ import annotations

from typing import NamedTuple

from analyzer.errors import CodePlace
from analyzer.reference.commit import FUNCTION
from analyzer.reference.slots import LOOP, PATH

BLOB = "3320616ed93f"

EXTENT = "extent"
TAKE_RMAP = "take rmap locks"
CALL = "call"
DROP_RMAP = "drop rmap locks"
MOVED = "moved"

GUARD = "guard"
WARN = "warn"
LOCK_OLD = "lock old"
LOCK_NEW = "lock new"
READ = "read"
CLEAR = "clear"
ASSERT = "assert"
SET = "set"
FLUSH = "flush"
UNLOCK_NEW = "unlock new"
UNLOCK_OLD = "unlock old"
RETURN = "return"


class Step(NamedTuple):
    """A statement of upstream's patch: its line, from 1, what it calls, and what that does."""

    function: str
    line: int
    calls: str
    does: str

    @property
    def place(self) -> CodePlace:
        """Where it stands in upstream's file."""
        return CodePlace(PATH, self.line, None, self.function)


# In the order of the file.
STEPS = {
    GUARD: Step(FUNCTION, 203, "", "refuses addresses off a PMD boundary, and less than a PMD"),
    WARN: Step(FUNCTION, 211, "WARN_ON", "warns of, and refuses, a destination that is in use"),
    LOCK_OLD: Step(FUNCTION, 218, "pmd_lock", "takes the lock of the old PMD entry"),
    LOCK_NEW: Step(
        FUNCTION, 221, "spin_lock_nested", "takes the lock of the new PMD entry, if it is another"
    ),
    READ: Step(FUNCTION, 224, "", "reads the old PMD entry"),
    CLEAR: Step(FUNCTION, 225, "pmd_clear", "clears the old PMD entry"),
    ASSERT: Step(FUNCTION, 227, "VM_BUG_ON", "asserts that the new PMD entry is still empty"),
    SET: Step(FUNCTION, 230, "set_pmd_at", "sets the new PMD entry"),
    FLUSH: Step(
        FUNCTION, 231, "flush_tlb_range", "flushes the translations of the PMD at the old address"
    ),
    UNLOCK_NEW: Step(FUNCTION, 233, "spin_unlock", "drops the lock of the new PMD entry"),
    UNLOCK_OLD: Step(FUNCTION, 234, "spin_unlock", "drops the lock of the old PMD entry"),
    RETURN: Step(FUNCTION, 236, "", "says that the table was moved"),
    EXTENT: Step(LOOP, 284, "", "asks whether the extent is a whole PMD"),
    TAKE_RMAP: Step(LOOP, 293, "take_rmap_locks", "takes the rmap locks, where they are needed"),
    CALL: Step(LOOP, 294, FUNCTION, "tries to move the whole table"),
    DROP_RMAP: Step(LOOP, 297, "drop_rmap_locks", "drops the rmap locks, where they were taken"),
    MOVED: Step(LOOP, 298, "", "goes on to the next extent, if the table was moved"),
}
