"""Changes of one statement that make another kernel of it: what is to be found, and where.

An item's first id is the primary one that the design names; others are as true of the same change.
Lines are parts of lines, any of which is a right place: that of the statement, or, where one is
missing, the next statements at which its absence can matter.
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


_UNLOCKS = ("spin_unlock(<lock2>);", "spin_unlock(<lock1>);")
_SECOND = ("<lock2> != <lock1>", "<lock1> != <lock2>", "<lock2>")
_PAST_GUARD = ("pmd_none(", "<lock1> = pmd_lock(", "PMD_MASK", "PMD_SIZE", "return false;")
_LOCKS, _GUARDS, _FALLBACK = ("SM-4",), ("SM-1",), ("SM-5", "SM-6")
_CALLEE = ("pmd_none(", "<lock1> = pmd_lock(", "<function>(", "_rmap_locks(", "if (<need>)")
_NEXT_PATH = (
    "continue;",
    "if (<moved>)",
    "if (!<moved>)",
    "pte_alloc(",
    "pmd_none(*",
    "move_ptes(",
)

_FLUSH = (
    Wrong("flush-gone", e.gone(e.FLUSH), _LOCKS, (*_SECOND, *_UNLOCKS)),
    Wrong(
        "flush-after-unlocks",
        e.placed(e.FLUSH, e.UNLOCK, behind=True),
        _LOCKS,
        (*_SECOND, *_UNLOCKS, "flush_tlb_range("),
    ),
    Wrong(
        "flush-of-half-the-range",
        e.swapped(r"(flush_tlb_range\([^;]*PMD_SIZE)\)", r"\g<1> / 2)"),
        _LOCKS,
        ("flush_tlb_range(", "PMD_SIZE / 2)", *_UNLOCKS),
    ),
    Wrong(
        "flush-of-the-new-range",
        e.swapped(r"flush_tlb_range\([^;]*\);", "flush_tlb_range(<vma>, <to>, <to> + PMD_SIZE);"),
        _LOCKS,
        ("flush_tlb_range(", *_UNLOCKS),
    ),
)
_GUARD = (
    Wrong(
        "new-address-guard-gone",
        e.guarded(lambda guard: e.conditions(guard.old, guard.length)),
        _GUARDS,
        _PAST_GUARD,
    ),
    Wrong("whole-guard-gone", e.guarded(lambda guard: ""), _GUARDS, _PAST_GUARD),
    Wrong(
        "guard-less-or-equal",
        e.guarded(
            lambda guard: e.conditions(guard.old, guard.new, guard.length.replace("<", "<="))
        ),
        _GUARDS,
        _PAST_GUARD,
    ),
    Wrong(
        "guard-of-pages",
        e.guarded(
            lambda guard: e.conditions(
                guard.old, guard.new.replace("PMD_MASK", "PAGE_MASK"), guard.length
            )
        ),
        _GUARDS,
        _PAST_GUARD,
    ),
    Wrong(
        "guard-of-two-tables",
        e.guarded(
            lambda guard: e.conditions(
                guard.old, guard.new, guard.length.replace("PMD_SIZE", "2 * PMD_SIZE")
            )
        ),
        _GUARDS,
        _PAST_GUARD,
    ),
    Wrong(
        "guard-negated",
        e.guarded(lambda guard: e.conditions(guard.old, f"!{guard.new}", guard.length)),
        _GUARDS,
        _PAST_GUARD,
    ),
    Wrong(
        "extent-longer",
        e.swapped(r"<extent> == PMD_SIZE", "<extent> > PMD_SIZE"),
        _GUARDS,
        ("<extent> >", *_CALLEE, *_NEXT_PATH),
    ),
    Wrong(
        "extent-of-a-page",
        e.swapped(r"<extent> == PMD_SIZE", "<extent> == PAGE_SIZE"),
        _GUARDS,
        ("<extent> == PAGE_SIZE", *_CALLEE, *_NEXT_PATH),
    ),
    Wrong(
        "extent-other",
        e.swapped(r"<extent> == PMD_SIZE", "<extent> != PMD_SIZE"),
        _GUARDS,
        ("<extent> !=", *_CALLEE, *_NEXT_PATH),
    ),
)
_RMAP = (
    Wrong("rmap-take-gone", e.gone(e.TAKE), _LOCKS, _CALLEE),
    Wrong("rmap-drop-gone", e.gone(e.DROP), _LOCKS, (*_CALLEE, *_NEXT_PATH)),
    Wrong("rmap-both-gone", e.both(e.gone(e.TAKE), e.gone(e.DROP)), _LOCKS, _CALLEE),
    Wrong("rmap-released-early", e.placed(e.DROP, e.CALL), _LOCKS, _CALLEE),
)
_PTL = (
    Wrong("second-lock-gone", e.gone(e.NEST), _LOCKS, (*_SECOND, "<entry> =", "pmd_clear(")),
    Wrong(
        "second-lock-and-unlock-gone",
        e.both(e.gone(e.NEST), e.gone(e.UNNEST)),
        _LOCKS,
        ("<lock2> = ", "<entry> =", "pmd_clear(", "pmd_none(", "set_pmd_at("),
    ),
    Wrong(
        "second-lock-not-nested",
        e.swapped(r"spin_lock_nested\(<lock2>,\s*\w+\)", "spin_lock(<lock2>)"),
        _LOCKS,
        ("spin_lock(<lock2>);",),
    ),
    Wrong("first-lock-kept", e.gone(e.UNLOCK), _LOCKS, (*_UNLOCKS, "return true;", *_CALLEE)),
    Wrong("second-lock-kept", e.gone(e.UNNEST), _LOCKS, (*_UNLOCKS, "return true;", *_CALLEE)),
    Wrong(
        "read-before-the-lock",
        e.placed(e.READ, e.FIRST_LOCK),
        _LOCKS,
        ("<entry> = ", "<lock1> = pmd_lock("),
    ),
)
_EFFECT = (
    Wrong(
        "clear-gone",
        e.gone(e.CLEAR),
        ("SM-6", "SM-4", "SM-5"),
        ("<entry> =", "VM_BUG_ON(", "set_pmd_at(", "flush_tlb_range(", *_UNLOCKS),
    ),
    Wrong(
        "set-at-the-old-place",
        e.swapped(r"(set_pmd_at\([^;]*, )<dst>(, [^;]*;)", r"\g<1><src>\g<2>"),
        ("SM-6", "SM-4", "SM-5"),
        ("set_pmd_at(", "VM_BUG_ON(", *_UNLOCKS),
    ),
    Wrong(
        "moved-ignored",
        e.gone(e.NEXT),
        _FALLBACK,
        ("<moved> = ", "<function>(", "drop_rmap_locks(", *_NEXT_PATH),
    ),
    Wrong(
        "moved-negated",
        e.swapped(r"if \(<moved>\)(\n\s*continue;)", r"if (!<moved>)\g<1>"),
        _FALLBACK,
        ("drop_rmap_locks(", *_NEXT_PATH),
    ),
    Wrong(
        "returns-false",
        e.swapped(r"return true;", "return false;"),
        (*_FALLBACK, "SM-3"),
        ("return false;", "<moved> = ", "<function>(", "drop_rmap_locks(", *_NEXT_PATH),
    ),
    Wrong(
        "warning-silent",
        e.swapped(r"if \(WARN_ON\((!pmd_none\(.*\))\)\)\n", r"if (\g<1>)\n"),
        ("SM-3", "SM-1", "SM-6"),
        ("if (!pmd_none(", "return false;"),
    ),
    Wrong(
        "in-the-arm-for-huge-entries",
        e.both(
            e.swapped(r"\} else (if \(<extent> == PMD_SIZE\) \{)", r"\t\g<1>"),
            e.at_end_of_run(r"if \(<extent> == PMD_SIZE\) \{", "\t\t\t}\n"),
        ),
        ("SM-5", "SM-6", "SM-1"),
        ("<extent> == PMD_SIZE", *_CALLEE, *_NEXT_PATH),
        intact_only=True,
    ),
    Wrong(
        "behind-the-arm-for-huge-entries",
        e.swapped(
            r"\} else (if \(<extent> == PMD_SIZE\) \{)",
            r"}\n\t\t\g<1>",
        ),
        ("SM-5", "SM-6", "SM-1"),
        ("<extent> == PMD_SIZE", *_CALLEE, *_NEXT_PATH),
    ),
)

WRONG = (*_FLUSH, *_GUARD, *_RMAP, *_PTL, *_EFFECT)
