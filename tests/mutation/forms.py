"""The fixtures' patches: one upstream commit as others would carry it, and what each must come to.

``tree`` is the fixture that a patch applies to. ``open_fixes`` are the later fixes that DP-2 must
miss in it, ``carried`` those that it must not: what runs decides, not what a comment says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.inputs import FIXTURES
from tests.mutation.mutate import Truth

RMAP_FIX, WARNING_FIX = "97113eb39fa7", "f81fdd0c4ab7"
_BOTH = (RMAP_FIX, WARNING_FIX)


@dataclass(frozen=True, slots=True)
class Form:
    """One patch of ``fixtures/mails``. An unknown truth is one that is not asserted."""

    name: str
    truth: Truth
    tree: str = "base"
    items: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    open_fixes: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where the mail is."""
        return FIXTURES / "mails" / f"{self.name}.patch"

    @property
    def base(self) -> Path:
        """The tree that it applies to."""
        return FIXTURES / self.tree


def _same(name: str, tree: str = "base") -> Form:
    return Form(f"move-pmd{name}", Truth.SAME, tree, open_fixes=_BOTH)


FORMS = (
    _same(""),
    _same("-4.20", "base-4.20"),
    _same("-5.9", "base-5.9"),
    # No test is left in it: only its base, which its context shows, makes that right.
    _same("-5.9-unguarded", "base-5.9"),
    _same("-renamed"),
    _same("-inlined"),
    _same("-split"),
    _same("-hoisted"),
    _same("-guard-hoisted"),
    _same("-guard-split"),
    _same("-guard-reordered"),
    _same("-guard-modulo"),
    _same("-guard-division"),
    _same("-guard-is-aligned"),
    _same("-pmdp-get"),
    _same("-read-once"),
    _same("-goto"),
    _same("-is-enabled"),
    _same("-mentions-fixes"),
    # The rmap locks are not taken where nothing is moved: other lock events, the same memory.
    Form("move-pmd-guard-before-locks", Truth.UNKNOWN),
    # Fixes of upstream's own mistake, folded in: other than the commit, and better than it.
    Form("move-pmd-rmap-always", Truth.UNKNOWN, open_fixes=(WARNING_FIX,), carried=(RMAP_FIX,)),
    Form(
        "move-pmd-rmap-always-plain",
        Truth.UNKNOWN,
        open_fixes=(WARNING_FIX,),
        carried=(RMAP_FIX,),
    ),
    Form("move-pmd-warned-once", Truth.UNKNOWN, open_fixes=(RMAP_FIX,), carried=(WARNING_FIX,)),
    Form(
        "move-pmd-need-flush",
        Truth.DIFFERS,
        items=("SM-4",),
        lines=("spin_unlock(", "dst_ptl != src_ptl", "*need_flush = true;"),
    ),
    Form(
        "move-pmd-other-arm",
        Truth.DIFFERS,
        items=("SM-5", "SM-6", "SM-1"),
        lines=("extent == PMD_SIZE", "pmd_none(*new_pmd)", "pte_alloc(", "move_ptes("),
    ),
    Form(
        "move-pmd-behind-arm",
        Truth.DIFFERS,
        items=("SM-5", "SM-6", "SM-1"),
        lines=("extent == PMD_SIZE", "need_rmap_locks", "move_normal_pmd(", "pmd_none("),
    ),
    # Nothing gates it: with the symbol off, upstream's kernel moves no table.
    Form("move-pmd-ungated", Truth.DIFFERS, items=("CF-4",)),
    Form("move-pmd-unknown-callee", Truth.UNDECIDED, items=("SM-2",)),
    Form("driver", Truth.UNDECIDED, "base-driver", items=("SM-2", "SM-6")),
)
