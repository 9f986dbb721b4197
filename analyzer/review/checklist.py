"""The checklist: every item in the order of a release review, and the rule that answers it."""

from __future__ import annotations

from analyzer.result import Item
from analyzer.review import (
    abi,
    cve,
    followups,
    gating,
    identity,
    integrity,
    limits,
    on_and_off,
    order,
    performance,
    prerequisites,
    references,
    regression,
    semantics,
    severity,
    shape,
    siblings,
    signoffs,
)
from analyzer.review.by_text import by_text
from analyzer.review.case import Case, Rule
from analyzer.review.pending import open_rule, person_rule
from analyzer.review.readings import with_nothing_lost

CHECKLIST: tuple[Rule, ...] = (
    identity.upstream_named,
    identity.upstream_exists,
    identity.subject_and_author,
    signoffs.signoff_chain,
    references.tracker_reference,
    references.tree_prefix,
    integrity.arrived,
    integrity.one_change,
    with_nothing_lost(by_text("hunks.hunks_complete", shape.hunks_complete)),
    by_text("landed.same_places", shape.same_places),
    by_text("differences.context_only", open_rule("TX-3")),
    by_text("differences.deviations_explained", open_rule("TX-4")),
    by_text("moves.moves_explained", shape.moves_explained),
    *map(semantics.rule_of, ("SM-1", "SM-2", "SM-3", "SM-4", "SM-5", "SM-6")),
    prerequisites.prerequisites_there,
    followups.later_fixes,
    order.fixes_in_order,
    siblings.newer_branches,
    cve.named_cve,
    severity.severity_gate,
    with_nothing_lost(gating.defined_once),
    with_nothing_lost(gating.selected_somewhere),
    with_nothing_lost(gating.selects_placed),
    with_nothing_lost(on_and_off.behaves_on_and_off),
    with_nothing_lost(gating.in_config_files),
    with_nothing_lost(abi.interface_kept),
    *map(person_rule, ("TS-1", "TS-2", "TS-3")),
    regression.where_problems_occur,
    performance.claim_holds,
    *map(person_rule, ("AC-1", "AC-2")),
    limits.limits,
)


def review(case: Case) -> tuple[Item, ...]:
    """Answer every item."""
    return tuple(rule(case) for rule in CHECKLIST)
