"""Effects of ``bug``, ``lockdep``, ``printk`` and ``sched``: checks, messages, waits."""

from __future__ import annotations

from analyzer.mm.effects.effect import (
    LOCKS_HELD,
    SILENT,
    Effect,
    Occasion,
    Report,
    lets_in,
    reports,
)

_TRUE = Occasion.TRUE
_VM_BUG = reports(Report(_TRUE, 0, ends=True, debug=True))

# VM_WARN_*() are statements up to v6.12: whatever stands behind it has no use for a result.
BUG: dict[str, Effect] = {
    "WARN_ON": reports(Report(_TRUE, 0, returns=True)),
    "WARN_ON_ONCE": reports(Report(_TRUE, 0, returns=True, once=True)),
    "WARN": reports(Report(_TRUE, 0, returns=True)),
    "WARN_ONCE": reports(Report(_TRUE, 0, returns=True, once=True)),
    "VM_WARN_ON": reports(Report(_TRUE, 0, debug=True)),
    "VM_WARN_ON_ONCE": reports(Report(_TRUE, 0, once=True, debug=True)),
    "VM_WARN_ONCE": reports(Report(_TRUE, 0, once=True, debug=True)),
    "BUG": reports(Report(Occasion.ALWAYS, ends=True)),
    "BUG_ON": reports(Report(_TRUE, 0, ends=True)),
    "VM_BUG_ON": _VM_BUG,
    "VM_BUG_ON_VMA": _VM_BUG,
    "VM_BUG_ON_MM": _VM_BUG,
    "VM_BUG_ON_PAGE": _VM_BUG,
}

LOCKDEP: dict[str, Effect] = {
    "lockdep_assert_held": reports(Report(Occasion.NOT_HELD, 0, debug=True), LOCKS_HELD),
    "lockdep_assert_held_write": reports(
        Report(Occasion.NOT_HELD, 0, debug=True, writing=True), LOCKS_HELD
    ),
    # A BUG_ON() on SMP, in any configuration; the model reports only.
    "assert_spin_locked": reports(Report(Occasion.NOT_HELD, 0, ends=True), LOCKS_HELD),
}

# What %s and %p print is read. The "once" of a place is a variable that nothing else sees.
PRINTK: dict[str, Effect] = {
    "printk": SILENT,
    "pr_err": SILENT,
    "pr_warn": SILENT,
    "pr_warn_once": SILENT,
    "printk_once": SILENT,
    "pr_info": SILENT,
    # Dynamic debugging prints it where somebody asked.
    "pr_debug": SILENT,
    "dump_stack": SILENT,
}

# None of these writes anything itself. What one reads before and behind it may differ all the
# same, as others have run or become visible, so a read must not be moved over it.
SCHED: dict[str, Effect] = {
    "cond_resched": lets_in(),
    # With voluntary preemption it is a cond_resched().
    "might_sleep": lets_in(),
    "rcu_read_lock": lets_in(),
    "rcu_read_unlock": lets_in(),
    "smp_mb": lets_in(),
    "smp_rmb": lets_in(),
    "smp_wmb": lets_in(),
    # A compiler barrier: what is spun on is read anew.
    "cpu_relax": lets_in(),
}
