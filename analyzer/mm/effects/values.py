"""Effects of ``pmd_value``, ``pte_value`` and ``swapops``: what values of entries say."""

from __future__ import annotations

from analyzer.mm.effects.effect import NOTHING, PURE, Effect, acts, members, reads

# Whether a level is folded, and what a processor can, is the machine's and stays so.
_PMD = (
    *("pgd_none", "pgd_bad", "pgd_present"),
    *("p4d_none", "p4d_bad", "p4d_present"),
    *("pud_none", "pud_bad", "pud_present"),
    *("pud_leaf", "pud_large", "pud_trans_huge", "pud_devmap"),
    *("pmd_none", "pmd_bad", "pmd_present"),
    *("pmd_leaf", "pmd_large", "pmd_trans_huge", "pmd_trans_splitting", "pmd_devmap"),
    *("pmd_protnone", "pmd_same"),
    *("pmd_soft_dirty", "pmd_mksoft_dirty", "pmd_swp_mksoft_dirty"),
    *("pmd_clear_uffd_wp", "pmd_swp_clear_uffd_wp", "is_swap_pmd"),
)
_PTE = (
    *("pte_none", "pte_present", "pte_file", "pte_same"),
    *("pte_dirty", "pte_young", "pte_write"),
    *("pte_soft_dirty", "pte_swp_soft_dirty", "pte_uffd_wp", "pte_swp_uffd_wp"),
    *("pte_mkdirty", "pte_mkclean", "pte_mkyoung", "pte_mkold", "pte_wrprotect"),
    *("pte_mksoft_dirty", "pte_swp_mksoft_dirty", "pte_file_mksoft_dirty"),
    *("pte_clear_soft_dirty", "pte_mkuffd_wp", "pte_clear_uffd_wp", "pte_swp_clear_uffd_wp"),
    *("__pte", "__pmd", "__pud"),
)
_SWAP = (
    *("is_swap_pte", "is_pmd_migration_entry", "pte_to_swp_entry", "pmd_to_swp_entry"),
    *("non_swap_entry", "is_migration_entry"),
)

PMD_VALUE: dict[str, Effect] = dict.fromkeys(_PMD, PURE)

PTE_VALUE: dict[str, Effect] = {
    **dict.fromkeys(_PTE, PURE),
    # Since v6.6 the area tells whether it is a shadow stack; the form before has no argument 1.
    "pte_mkwrite": reads(*members(1, "vm_flags")),
    # The entry itself but on sparc64, which flushes a cache; the model drops that.
    "move_pte": acts(NOTHING, NOTHING),
}

SWAPOPS: dict[str, Effect] = dict.fromkeys(_SWAP, PURE)
