"""Changes of one statement that make another kernel of it: what is to be found, and where.

An item's first id is the primary one that the design names; others are as true of the same change.
Lines are parts of lines, any of which is a right place of the first divergence: that of the
statement, or, where one is missing, the next event at which its absence matters.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutation import edits as e
from tests.mutation.edits import Edit


@dataclass(frozen=True, slots=True)
class Wrong:
    """One change; ``intact_only``: it needs lines of the arm that a damaged mail lost."""

    name: str
    edit: Edit
    items: tuple[str, ...]
    lines: tuple[str, ...]
    intact_only: bool = False


# Where a difference is placed is said in `replay/place.py`. What is missing shows at the event of
# the patch's C that stands where upstream has another: at a lock released without a flush, at the
# first lock that a guard should have kept from being taken, or at the answer of the function.
_UNLOCKS = ("spin_unlock(<lock2>);", "spin_unlock(<lock1>);")
_LET_THROUGH = ("<lock1> = pmd_lock(", "pmd_none(")
_REFUSED = ("return false;",)
_LOCKS, _GUARDS, _FALLBACK = ("SM-4",), ("SM-1",), ("SM-5", "SM-6")

_FLUSH = (
    Wrong("flush-gone", e.gone(e.FLUSH), _LOCKS, _UNLOCKS),
    Wrong(
        "flush-after-unlocks",
        e.placed(e.FLUSH, e.UNLOCK, behind=True),
        _LOCKS,
        _UNLOCKS,
    ),
    Wrong(
        "flush-of-half-the-range",
        e.swapped(r"(flush_tlb_range\([^;]*PMD_SIZE)\)", r"\g<1> / 2)"),
        _LOCKS,
        ("flush_tlb_range(",),
    ),
    Wrong(
        "flush-of-the-new-range",
        e.swapped(r"flush_tlb_range\([^;]*\);", "flush_tlb_range(<vma>, <to>, <to> + PMD_SIZE);"),
        _LOCKS,
        ("flush_tlb_range(",),
    ),
)
_GUARD = (
    Wrong(
        "new-address-guard-gone",
        e.guarded(lambda guard: e.conditions(guard.old, guard.length)),
        _GUARDS,
        _LET_THROUGH,
    ),
    Wrong("whole-guard-gone", e.guarded(lambda guard: ""), _GUARDS, _LET_THROUGH),
    Wrong(
        "guard-less-or-equal",
        e.guarded(
            lambda guard: e.conditions(guard.old, guard.new, guard.length.replace("<", "<="))
        ),
        _GUARDS,
        _REFUSED,
    ),
    Wrong(
        "guard-of-pages",
        e.guarded(
            lambda guard: e.conditions(
                guard.old, guard.new.replace("PMD_MASK", "PAGE_MASK"), guard.length
            )
        ),
        _GUARDS,
        _LET_THROUGH,
    ),
    Wrong(
        "guard-of-two-tables",
        e.guarded(
            lambda guard: e.conditions(
                guard.old, guard.new, guard.length.replace("PMD_SIZE", "2 * PMD_SIZE")
            )
        ),
        _GUARDS,
        _REFUSED,
    ),
    Wrong(
        "guard-negated",
        e.guarded(lambda guard: e.conditions(guard.old, f"!{guard.new}", guard.length)),
        _GUARDS,
        (*_REFUSED, *_LET_THROUGH),
    ),
    Wrong(
        "extent-longer",
        e.swapped(r"<extent> == PMD_SIZE", "<extent> > PMD_SIZE"),
        _GUARDS,
        ("<extent> >",),
    ),
    Wrong(
        "extent-of-a-page",
        e.swapped(r"<extent> == PMD_SIZE", "<extent> == PAGE_SIZE"),
        _GUARDS,
        ("<extent> == PAGE_SIZE",),
    ),
    Wrong(
        "extent-other",
        e.swapped(r"<extent> == PMD_SIZE", "<extent> != PMD_SIZE"),
        _GUARDS,
        ("<extent> !=",),
    ),
)
_RMAP = (
    Wrong("rmap-take-gone", e.gone(e.TAKE), _LOCKS, ("<lock1> = pmd_lock(", "drop_rmap_locks(")),
    Wrong("rmap-drop-gone", e.gone(e.DROP), _LOCKS, ("continue;", "take_rmap_locks(")),
    Wrong(
        "rmap-both-gone",
        e.both(e.gone(e.TAKE), e.gone(e.DROP)),
        _LOCKS,
        ("<lock1> = pmd_lock(",),
    ),
    Wrong("rmap-released-early", e.placed(e.DROP, e.CALL), _LOCKS, ("<lock1> = pmd_lock(",)),
)
_PTL = (
    Wrong("second-lock-gone", e.gone(e.NEST), _LOCKS, ("pmd_clear(",)),
    Wrong(
        "second-lock-and-unlock-gone",
        e.both(e.gone(e.NEST), e.gone(e.UNNEST)),
        _LOCKS,
        ("pmd_clear(",),
    ),
    Wrong(
        "second-lock-not-nested",
        e.swapped(r"spin_lock_nested\(<lock2>,\s*\w+\)", "spin_lock(<lock2>)"),
        _LOCKS,
        ("spin_lock(<lock2>);",),
    ),
    Wrong("first-lock-kept", e.gone(e.UNLOCK), _LOCKS, ("return true;",)),
    Wrong("second-lock-kept", e.gone(e.UNNEST), _LOCKS, ("return true;",)),
    Wrong(
        "read-before-the-lock",
        e.placed(e.READ, e.FIRST_LOCK),
        _LOCKS,
        ("<entry> = ",),
    ),
)
_EFFECT = (
    Wrong(
        "clear-gone",
        e.gone(e.CLEAR),
        ("SM-6", "SM-4", "SM-5"),
        ("set_pmd_at(",),
    ),
    Wrong(
        "set-at-the-old-place",
        e.swapped(r"(set_pmd_at\([^;]*, )<dst>(, [^;]*;)", r"\g<1><src>\g<2>"),
        ("SM-6", "SM-4", "SM-5"),
        ("set_pmd_at(",),
    ),
    Wrong(
        "moved-ignored",
        e.gone(e.NEXT),
        _FALLBACK,
        ("if (<need>)", "drop_rmap_locks("),
    ),
    Wrong(
        "moved-negated",
        e.swapped(r"if \(<moved>\)(\n\s*continue;)", r"if (!<moved>)\g<1>"),
        _FALLBACK,
        ("if (!<moved>)", "continue;"),
    ),
    Wrong(
        "returns-false",
        e.swapped(r"return true;", "return false;"),
        (*_FALLBACK, "SM-3"),
        _REFUSED,
    ),
    Wrong(
        "warning-silent",
        e.swapped(r"if \(WARN_ON\((!pmd_none\(.*\))\)\)\n", r"if (\g<1>)\n"),
        ("SM-3", "SM-1", "SM-6"),
        _REFUSED,
    ),
    Wrong(
        "in-the-arm-for-huge-entries",
        e.both(
            e.swapped(r"\} else (if \(<extent> == PMD_SIZE\) \{)", r"\t\g<1>"),
            e.at_end_of_run(r"if \(<extent> == PMD_SIZE\) \{", "\t\t\t}\n"),
        ),
        ("SM-5", "SM-6", "SM-1"),
        ("<extent> == PMD_SIZE",),
        intact_only=True,
    ),
    Wrong(
        "behind-the-arm-for-huge-entries",
        e.swapped(
            r"\} else (if \(<extent> == PMD_SIZE\) \{)",
            r"}\n\t\t\g<1>",
        ),
        ("SM-5", "SM-6", "SM-1"),
        _LET_THROUGH,
        intact_only=True,
    ),
)

WRONG = (*_FLUSH, *_GUARD, *_RMAP, *_PTL, *_EFFECT)
