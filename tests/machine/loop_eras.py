"""move_page_tables() in the idiom of three eras, with the place of every slot marked.

A line ``@SLOT`` marks where code stands in that slot, ``@-`` where the reference has no place for
it. The text is ours; names, and the order of the steps, are the kernel's.
"""

from __future__ import annotations

ERA_3_10 = """\
unsigned long move_page_tables(struct vm_area_struct *vma,
		unsigned long old_addr, struct vm_area_struct *new_vma,
		unsigned long new_addr, unsigned long len,
		bool need_rmap_locks)
{
	unsigned long extent, next, old_end;
	pmd_t *old_pmd, *new_pmd;
	bool need_flush = false;
	unsigned long mmun_start;
	unsigned long mmun_end;
@-

	old_end = old_addr + len;
@-
	flush_cache_range(vma, old_addr, old_end);
@-

	mmun_start = old_addr;
	mmun_end = old_end;
	mmu_notifier_invalidate_range_start(vma->vm_mm, mmun_start, mmun_end);
@BEFORE_LOOP

	for (; old_addr < old_end; old_addr += extent, new_addr += extent) {
@TOP
		cond_resched();
@TOP
		next = (old_addr + PMD_SIZE) & PMD_MASK;
@-
		extent = next - old_addr;
		if (extent > old_end - old_addr)
			extent = old_end - old_addr;
@AFTER_EXTENT
		old_pmd = get_old_pmd(vma->vm_mm, old_addr);
@-
		if (!old_pmd)
			continue;
@AFTER_OLD
		new_pmd = alloc_new_pmd(vma->vm_mm, vma, new_addr);
@-
		if (!new_pmd)
			break;
@BEFORE_HUGE
		if (pmd_trans_huge(*old_pmd)) {
			int err = 0;
@HUGE_START
			if (extent == HPAGE_PMD_SIZE) {
				VM_BUG_ON(vma->vm_file || !vma->anon_vma);
@-
				if (need_rmap_locks)
					take_rmap_locks(vma);
				err = move_huge_pmd(vma, new_vma, old_addr,
						    new_addr, old_end,
						    old_pmd, new_pmd);
				if (need_rmap_locks)
					drop_rmap_locks(vma);
@-
			}
@HUGE_MOVED
			if (err > 0)
				continue;
			else if (!err) {
				split_huge_page_pmd(vma, old_addr, old_pmd);
@-
			}
@-
			VM_BUG_ON(pmd_trans_huge(*old_pmd));
@HUGE_END
		}
@AFTER_HUGE
		if (pmd_none(*new_pmd) && __pte_alloc(new_vma->vm_mm, new_vma,
						      new_pmd, new_addr))
			break;
@AFTER_ALLOC
		next = (new_addr + PMD_SIZE) & PMD_MASK;
@-
		if (extent > next - new_addr)
			extent = next - new_addr;
@-
		if (extent > LATENCY_LIMIT)
			extent = LATENCY_LIMIT;
@BEFORE_PTES
		move_ptes(vma, old_pmd, old_addr, old_addr + extent,
			  new_vma, new_pmd, new_addr, need_rmap_locks,
			  &need_flush);
@AFTER_PTES
	}
@AFTER_LOOP
	if (need_flush)
		flush_tlb_range(vma, old_end - len, old_addr);
@-

	mmu_notifier_invalidate_range_end(vma->vm_mm, mmun_start, mmun_end);
@-

	return len + old_addr - old_end;
}
"""

ERA_5_0 = """\
unsigned long move_page_tables(struct vm_area_struct *vma,
		unsigned long old_addr, struct vm_area_struct *new_vma,
		unsigned long new_addr, unsigned long len,
		bool need_rmap_locks)
{
	unsigned long extent, next, old_end;
	struct mmu_notifier_range range;
	pmd_t *old_pmd, *new_pmd;

	old_end = old_addr + len;
	flush_cache_range(vma, old_addr, old_end);

	mmu_notifier_range_init(&range, vma->vm_mm, old_addr, old_end);
@-
	mmu_notifier_invalidate_range_start(&range);
@BEFORE_LOOP

	for (; old_addr < old_end; old_addr += extent, new_addr += extent) {
		cond_resched();
@TOP
		next = (old_addr + PMD_SIZE) & PMD_MASK;
		extent = next - old_addr;
		if (extent > old_end - old_addr)
			extent = old_end - old_addr;
@AFTER_EXTENT
		old_pmd = get_old_pmd(vma->vm_mm, old_addr);
		if (!old_pmd)
			continue;
@AFTER_OLD
		new_pmd = alloc_new_pmd(vma->vm_mm, vma, new_addr);
		if (!new_pmd)
			break;
@BEFORE_HUGE
		if (is_swap_pmd(*old_pmd) || pmd_trans_huge(*old_pmd)) {
@HUGE_START
			if (extent == HPAGE_PMD_SIZE) {
				bool moved;
				if (need_rmap_locks)
					take_rmap_locks(vma);
				moved = move_huge_pmd(vma, old_addr, new_addr,
						    old_end, old_pmd, new_pmd);
				if (need_rmap_locks)
					drop_rmap_locks(vma);
				if (moved)
					continue;
			}
@HUGE_MOVED
			split_huge_pmd(vma, old_pmd, old_addr);
@-
			if (pmd_trans_unstable(old_pmd))
				continue;
@HUGE_END
		}
@AFTER_HUGE

		if (pte_alloc(new_vma->vm_mm, new_pmd))
			break;
@AFTER_ALLOC
		next = (new_addr + PMD_SIZE) & PMD_MASK;
		if (extent > next - new_addr)
			extent = next - new_addr;
@BEFORE_PTES
		move_ptes(vma, old_pmd, old_addr, old_addr + extent, new_vma,
			  new_pmd, new_addr, need_rmap_locks);
@AFTER_PTES
	}
@AFTER_LOOP

	mmu_notifier_invalidate_range_end(&range);
@-

	return len + old_addr - old_end;
}
"""

# The extent is bounded on either side at once, and nothing stands between the last two steps.
ERA_5_9 = """\
unsigned long move_page_tables(struct vm_area_struct *vma,
		unsigned long old_addr, struct vm_area_struct *new_vma,
		unsigned long new_addr, unsigned long len,
		bool need_rmap_locks)
{
	unsigned long extent, next, old_end;
	struct mmu_notifier_range range;
	pmd_t *old_pmd, *new_pmd;

	old_end = old_addr + len;
	flush_cache_range(vma, old_addr, old_end);

	mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, vma, vma->vm_mm,
				old_addr, old_end);
	mmu_notifier_invalidate_range_start(&range);
@BEFORE_LOOP

	for (; old_addr < old_end; old_addr += extent, new_addr += extent) {
		cond_resched();
@TOP
		next = (old_addr + PMD_SIZE) & PMD_MASK;
		extent = next - old_addr;
		if (extent > old_end - old_addr)
			extent = old_end - old_addr;
@-
		next = (new_addr + PMD_SIZE) & PMD_MASK;
		if (extent > next - new_addr)
			extent = next - new_addr;
@AFTER_EXTENT
		old_pmd = get_old_pmd(vma->vm_mm, old_addr);
		if (!old_pmd)
			continue;
@AFTER_OLD
		new_pmd = alloc_new_pmd(vma->vm_mm, vma, new_addr);
		if (!new_pmd)
			break;
@BEFORE_HUGE
		if (is_swap_pmd(*old_pmd) || pmd_trans_huge(*old_pmd) ||
		    pmd_devmap(*old_pmd)) {
@HUGE_START
			if (extent == HPAGE_PMD_SIZE &&
			    move_pgt_entry(HPAGE_PMD, vma, old_addr, new_addr,
					   old_pmd, new_pmd, need_rmap_locks))
				continue;
@HUGE_MOVED
			split_huge_pmd(vma, old_pmd, old_addr);
			if (pmd_trans_unstable(old_pmd))
				continue;
@HUGE_END
		}
@AFTER_HUGE

		if (pte_alloc(new_vma->vm_mm, new_pmd))
			break;
@BEFORE_PTES
		move_ptes(vma, old_pmd, old_addr, old_addr + extent, new_vma,
			  new_pmd, new_addr, need_rmap_locks);
@AFTER_PTES
	}
@AFTER_LOOP

	mmu_notifier_invalidate_range_end(&range);

	return len + old_addr - old_end;
}
"""

ERAS = {"3.10": ERA_3_10, "5.0": ERA_5_0, "5.9": ERA_5_9}
